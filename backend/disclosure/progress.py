"""How far an application is, for whoever holds its number and four digits of its applicant."""

import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.models import CaseState
from backend.disclosure.errors import NothingFound
from backend.disclosure.models import ApplicationStatus
from backend.disclosure.schemas import Progress
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.sealing import field_cipher, unseal
from backend.registry.numbers import ID_NUMBER, PHONE

_CASE = text(
    "SELECT c.number, c.project_name, c.state, c.submitted_at, coalesce(c.promise_due_at, c.due_at) AS due_at,"
    " c.closed_at, p.id_number_cipher, coalesce(p.phone_cipher, h.phone_cipher) AS phone_cipher,"
    " p.phone_cipher IS NULL AS of_household"
    ' FROM "case" c LEFT JOIN person p ON p.id = c.applicant_id LEFT JOIN household h ON h.id = c.household_id'
    " WHERE c.number = :number"
)
_ONLINE = text(
    "SELECT o.number, o.status, o.created_at, o.due_at, o.handled_at, o.answer, o.id_number_cipher, o.phone_cipher,"
    ' c.number AS case_number, c.project_name, c.state FROM online_application o LEFT JOIN "case" c ON c.id = o.case_id'
    " WHERE o.number = :number"
)


async def look_up(session: AsyncSession, number: str, last4: str) -> Progress:
    """Return the state; an unknown number and wrong digits give the same answer after the same work."""
    number = number.strip().upper()
    row: Any = (await session.execute(_CASE, {"number": number})).mappings().first()
    online: Any = None if row else (await session.execute(_ONLINE, {"number": number})).mappings().first()
    found = row or online
    if not _fits(found, last4.upper()) or found is None:
        raise NothingFound
    return _of_case(row) if row else _of_online(online)


def _fits(row: Any, last4: str) -> bool:
    """Compare with both endings, whether they exist or not."""
    decoy = field_cipher().encrypt("0" * 18, ID_NUMBER)
    id_number = unseal((row and row["id_number_cipher"]) or decoy, ID_NUMBER)
    phone = unseal((row and row["phone_cipher"]) or field_cipher().encrypt("0" * 11, PHONE), PHONE)
    fits_id = hmac.compare_digest(id_number[-4:].upper().encode(), last4.encode())
    fits_phone = hmac.compare_digest(phone[-4:].encode(), last4.encode())
    known_id, known_phone = bool(row and row["id_number_cipher"]), bool(row and row["phone_cipher"])
    return (fits_id and known_id) | (fits_phone and known_phone)


def _of_case(row: Any) -> Progress:
    return Progress(
        number=row["number"],
        project_name=say(row["project_name"]),
        state=say(CaseState(row["state"]).label),
        submitted_on=_day(row["submitted_at"]),
        due_on=_day(row["due_at"]),
        closed_on=_day(row["closed_at"]),
        note=None,
    )


def _of_online(row: Any) -> Progress:
    note = row["answer"]
    if row["case_number"]:
        note = say("已转为案件 {number}，请用该编号查询进度", None, number=row["case_number"])
    return Progress(
        number=row["number"],
        project_name=say(row["project_name"] or "网上申请"),
        state=say(ApplicationStatus(row["status"]).label),
        submitted_on=_day(row["created_at"]),
        due_on=_day(row["due_at"]),
        closed_on=_day(row["handled_at"]),
        note=note,
    )


def _day(at: datetime | None) -> Any:
    return at.astimezone(CHINA).date() if at else None
