"""What is kept with a decision: the household as it stood, readable without the registry."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.registry import repository

_DROPPED = {"phone_cipher", "allowed_actions"}


async def snapshot(session: AsyncSession, household_id: int) -> dict[str, Any]:
    """Return household, members, items and statuses as JSON; numbers are masked, money is text."""
    found = await repository.household_row(session, household_id)
    people = await repository.members(session, household_id)
    found["members"] = [p for p in people if p["left_on"] is None]
    found["statuses"] = await repository.statuses(session, [p["id"] for p in found["members"]])
    for kind in repository.ITEMS:
        found[kind] = await repository.items(session, kind, household_id)
    plain: dict[str, Any] = _plain(found)
    return plain


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(part) for key, part in value.items() if key not in _DROPPED}
        case list():
            return [_plain(part) for part in value]
        case Decimal():
            return f"{value:.2f}"
        case datetime() | date():
            return value.isoformat()
        case str():
            return str(value)
    return value
