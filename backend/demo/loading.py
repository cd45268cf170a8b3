"""Fill the demo county in the order of the domains."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from backend.kernel.db import unit_of_work

BASICS = ("divisions", "accounts", "funds", "catalogue")
STORY = ("households", "benefits", "applications", "payments", "statements", "cases", "leads", "undecided", "hotlines")


async def load(names: Iterable[str]) -> list[str]:
    """Run the named modules of this package, each in its own transaction; return those that exist."""
    done = []
    for name in names:
        if find_spec(f"backend.demo.{name}") is None:
            continue
        module = import_module(f"backend.demo.{name}")
        async with unit_of_work() as session:
            await module.load(session)
        done.append(name)
    return done
