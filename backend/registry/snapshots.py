"""What is kept with a decision: the household as it stood, readable without the registry."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.detail import read_whole
from backend.registry.details import HOUSEHOLD, ITEMS, arrange
from backend.registry.masking import mask_household, mask_item, mask_person

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


def masked(actor: Actor, kept: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot as this reader may see it, by the same degrees as the registry itself."""
    if not kept:
        return {}
    income = kept.get("income_per_capita_month")
    shown = dict(kept) | {"income_per_capita_month": Decimal(income) if income is not None else None}
    mask_household(actor, shown)
    shown |= {"income_per_capita_month": income if shown["income_per_capita_month"] is not None else None}
    shown["members"] = []
    for member in kept.get("members", ()):
        born = member.get("birth_date")
        row = dict(member) | {"birth_date": date.fromisoformat(born) if born else None}
        mask_person(actor, row)
        row["birth_date"] = row["birth_date"].isoformat() if row["birth_date"] else None
        shown["members"].append(row)
    for kind in ITEMS:
        shown[kind] = [dict(item) for item in kept.get(kind, ())]
        for item in shown[kind]:
            mask_item(actor, item)
    return shown


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
