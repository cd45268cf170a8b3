"""Every domain in its order, low to high; importing this module defines every table."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from sqlmodel import SQLModel

import backend.kernel.jobs
import backend.kernel.routes  # noqa: F401  (tables of the kernel)

DOMAINS = (
    "kernel",
    "inbox",
    "audit",
    "identity",
    "files",
    "ledger",
    "catalogue",
    "registry",
    "matching",
    "verification",
    "cases",
    "discovery",
    "payments",
    "reconciliation",
    "disclosure",
    "reports",
    "jobs",
)


def parts(name: str) -> list[ModuleType]:
    """Import `backend.<domain>.<name>` of each domain that has it, low to high."""
    present = [d for d in DOMAINS if find_spec(f"backend.{d}") and find_spec(f"backend.{d}.{name}")]
    return [import_module(f"backend.{domain}.{name}") for domain in present]


parts("models")
metadata = SQLModel.metadata
