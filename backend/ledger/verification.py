"""`ejia verify ledger`: every invariant of every book, over the whole history."""

from typing import Any

from backend.kernel.db import unit_of_work
from backend.ledger import service


async def verify_all() -> dict[str, Any]:
    """Prove all books and name the first fault."""
    async with unit_of_work() as session:
        return (await service.verify(session)).model_dump()
