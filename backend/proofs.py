"""Everything that can be proved: each name and the function that proves it."""

from collections.abc import Awaitable, Callable
from typing import Any

from backend import tables

Verifier = Callable[[], Awaitable[dict[str, Any]]]

VERIFIERS: dict[str, Verifier] = {
    module.__name__.split(".")[1]: module.verify_all
    for module in tables.parts("verification")
    if hasattr(module, "verify_all")
}
