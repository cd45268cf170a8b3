"""What is kept with a decision: the household as it stood, readable without the registry."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.detail import read_whole
from backend.registry.details import HOUSEHOLD, arrange

_DROPPED = {"phone_cipher", "allowed_actions"}


async def snapshot(session: AsyncSession, household_id: int) -> dict[str, Any]:
    """Return household, members, items and statuses as JSON; numbers are masked, money is text."""
    found = await read_whole(session, HOUSEHOLD, household_id)
    arrange(found)
    del found["former_members"]
    present = {person["id"] for person in found["members"]}
    found["statuses"] = [status for status in found["statuses"] if status["person_id"] in present]
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
