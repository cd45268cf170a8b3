"""How a project's money is booked: its version says so; where it does not, the shipped default of its code."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.models import ProjectVersion
from backend.ledger import content as ledger_content

FILE = Path(__file__).parent / "content" / "disbursement.yaml"


@dataclass(frozen=True, slots=True)
class Booking:
    """Book, expense account and budget subject of a payment; and whether the benefit is a person's own."""

    fund_book: str
    expense_account: str
    budget_subject: str
    is_individual: bool


@cache
def disbursement() -> dict[str, dict[str, Any]]:
    """Return {project: {fund, urban, rural}} with `default`."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


async def booking_of(session: AsyncSession, version_id: int | None, project_code: str, residence: str) -> Booking:
    """Return how a grant is booked: by the version it was decided under, never by a later one."""
    shipped = disbursement().get(project_code, disbursement()["default"])
    side = "urban" if residence == "urban" else "rural"
    version = await session.get(ProjectVersion, version_id) if version_id else None
    definition = version.definition if version is not None else {}
    fund = definition.get("fund") or {}
    account = (fund.get("account") or {}).get(side) or shipped[side][0]
    subject = (fund.get("subject") or {}).get(side) or shipped[side][1]
    if all(account != known["code"] for known in ledger_content.expense_accounts()):
        account = disbursement()["default"][side][0]
    return Booking(
        fund.get("book") or shipped["fund"], account, subject, is_individual=definition.get("unit") == "person"
    )
