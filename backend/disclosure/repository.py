"""Every SELECT of what the public sees; masked before it leaves this file."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.models import PolicyClause, PolicyDocument
from backend.catalogue.repository import versions_in_force
from backend.disclosure.schemas import (
    DivisionChoice,
    HotlineCard,
    NoticeCard,
    PolicyCard,
    PolicyText,
    ProjectCard,
    StandardCard,
)
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.identifiers.masking import mask_name

MINOR = "未成年人（不公示姓名）"
_SHARED = "share"

# A place's full name from its own and its town's name; the county's is on every page already.
_PLACE = (
    "concat_ws('', (SELECT name FROM division t WHERE t.code = left({code}, 9)),"
    " (SELECT name FROM division v WHERE v.code = {code} AND length({code}) > 9))"
)

_NOTICES = """
    FROM case_notice n
    JOIN "case" c ON c.id = n.case_id
    JOIN project_version v ON v.id = c.version_id
    LEFT JOIN person p ON p.id = c.applicant_id
    WHERE n.closed_at IS NULL AND n.posted_at <= :now AND n.ends_at > :now
      AND n.division_code >= :area AND n.division_code < :area_end
      AND coalesce(CAST(v.definition->'publicity'->>'days' AS int), 0) > 0
"""
_NOTICE_COLUMNS = f"""
    SELECT n.id, 'notice' AS kind, c.applicant_name AS name, p.birth_date AS born,
           CAST(n.content->>'members' AS int) AS member_count, c.project_name,
           CAST(n.content->>'amount' AS numeric) AS amount, {_PLACE.format(code="n.division_code")} AS place,
           n.posted_at AS posted_at, n.ends_at AS ends_at
"""
# A grant is listed while it is paid, and only where its project says that grants are made public.
_GRANTS = """
    FROM entitlement e
    JOIN project_version v ON v.id = e.version_id
    JOIN household h ON h.id = e.household_id
    LEFT JOIN person p ON p.id = coalesce(e.payee_person_id, e.person_id, h.head_person_id)
    WHERE e.status = 'active' AND e.from_month <= :month AND (e.to_month IS NULL OR e.to_month >= :month)
      AND e.division_code >= :area AND e.division_code < :area_end
      AND v.definition->'publicity'->>'after_approval' = 'true'
"""
_GRANT_COLUMNS = f"""
    SELECT e.id, 'grant' AS kind, e.payee_name AS name, p.birth_date AS born, h.member_count,
           v.name AS project_name, e.monthly_amount AS amount, {_PLACE.format(code="e.division_code")} AS place,
           e.from_month::timestamptz AS posted_at, NULL::timestamptz AS ends_at
"""


def shown_name(name: str, born: date | None, today: date) -> str:
    """Return what the county's site shows: a surname, and no name of a child."""
    if born is not None and born > date(today.year - 18, today.month, min(today.day, 28)):
        return say(MINOR)
    return mask_name(name)


async def notices(
    session: AsyncSession, kind: str, area: str, at: datetime, page: int, page_size: int
) -> tuple[list[NoticeCard], int]:
    """Return a page of running notices, or of grants in force this month, newest first."""
    today = at.astimezone(CHINA).date()
    columns, rows, order = (
        (_NOTICE_COLUMNS, _NOTICES, "n.id") if kind == "notice" else (_GRANT_COLUMNS, _GRANTS, "e.id")
    )
    values: dict[str, Any] = {"area": area, "area_end": area + ":"}
    values |= {"now": at} if kind == "notice" else {"month": today.replace(day=1)}
    total = int((await session.execute(text(f"SELECT count(*) {rows}"), values)).scalar_one())
    found = await session.execute(
        text(f"{columns} {rows} ORDER BY {order} DESC LIMIT :limit OFFSET :offset"),
        values | {"limit": page_size, "offset": (page - 1) * page_size},
    )
    return [_card(row, today) for row in found.mappings()], total


def _card(row: Any, today: date) -> NoticeCard:
    return NoticeCard(
        id=row["id"],
        kind=row["kind"],
        name=shown_name(row["name"], row["born"], today),
        member_count=row["member_count"],
        project_name=say(row["project_name"]),
        amount=row["amount"],
        place=row["place"],
        posted_on=row["posted_at"].astimezone(CHINA).date(),
        ends_on=row["ends_at"].astimezone(CHINA).date() if row["ends_at"] else None,
    )


async def policies(session: AsyncSession, wanted: str | None) -> list[PolicyCard]:
    """Return the instruments, those in force first."""
    statement = select(PolicyDocument).order_by(col(PolicyDocument.in_force_to).is_not(None), PolicyDocument.code)
    if wanted:
        pattern = f"%{wanted.replace('%', '').replace('_', '')}%"
        statement = statement.where(col(PolicyDocument.title).like(pattern) | col(PolicyDocument.summary).like(pattern))
    return [PolicyCard(**_policy(row)) for row in (await session.exec(statement.limit(300))).all()]


async def policy(session: AsyncSession, code: str) -> PolicyText | None:
    """Return one instrument with its articles."""
    row = (await session.exec(select(PolicyDocument).where(PolicyDocument.code == code))).one_or_none()
    if row is None:
        return None
    clauses = await session.exec(
        select(PolicyClause).where(PolicyClause.document_id == row.id).order_by(col(PolicyClause.position))
    )
    return PolicyText(**_policy(row), clauses=[{"label": c.label, "text": c.text} for c in clauses.all()])


def _policy(row: PolicyDocument) -> dict[str, Any]:
    return row.model_dump(include=set(PolicyCard.model_fields)) | {"status_name": say(row.status.label)}


async def projects(session: AsyncSession, today: date) -> list[ProjectCard]:
    """Return every project granted today, as a citizen reads it."""
    return [
        ProjectCard(
            **version.model_dump(include=set(ProjectCard.model_fields)),
            code=code,
            materials=[
                say(material["name"])
                for material in version.definition.get("materials") or []
                if material.get("obtain_mode") != _SHARED and material.get("required", True)
            ],
            online=not version.described_only,
        )
        for code, version in await versions_in_force(session, today)
    ]


async def standards(session: AsyncSession, today: date) -> list[StandardCard]:
    """Return the numbers in force today."""
    rows = await session.execute(
        text(
            "SELECT p.code, n.label AS name, p.division_code, p.residence, p.value, n.unit, p.valid_from, p.valid_to,"
            " p.basis FROM parameter p JOIN parameter_name n ON n.code = p.code"
            " WHERE p.valid_from <= :today AND (p.valid_to IS NULL OR p.valid_to > :today)"
            " ORDER BY n.id, p.division_code, p.residence"
        ),
        {"today": today},
    )
    return [StandardCard(**row) for row in rows.mappings()]


async def hotlines(session: AsyncSession, area: str | None) -> list[HotlineCard]:
    """Return published numbers, county first; for an area also those above it."""
    rows = await session.execute(
        text(
            "SELECT h.division_code, d.name AS division, h.name, h.phone, h.hours FROM hotline h"
            " JOIN division d ON d.code = h.division_code WHERE h.published"
            " AND (CAST(:area AS text) IS NULL OR h.division_code LIKE :area || '%'"
            " OR starts_with(CAST(:area AS text), h.division_code))"
            " ORDER BY length(h.division_code), h.division_code, h.id LIMIT 1000"
        ),
        {"area": area},
    )
    return [HotlineCard(**row) for row in rows.mappings()]


async def divisions(session: AsyncSession, parent: str, today: date) -> list[DivisionChoice]:
    """Return the divisions just below one, as they exist today."""
    rows = await session.execute(
        text(
            "SELECT code, name FROM division WHERE parent_code = :parent AND valid_from <= :today"
            " AND (valid_to IS NULL OR valid_to > :today) ORDER BY code"
        ),
        {"parent": parent, "today": today},
    )
    return [DivisionChoice(**row) for row in rows.mappings()]


async def division_exists(session: AsyncSession, code: str) -> bool:
    """Tell whether the place is one of ours today."""
    today = datetime.now(CHINA).date()
    found = await session.execute(
        text("SELECT 1 FROM division WHERE code = :code AND (valid_to IS NULL OR valid_to > :today)"),
        {"code": code, "today": today},
    )
    return found.first() is not None


async def running_notice(session: AsyncSession, notice_id: int, at: datetime) -> tuple[int, str] | None:
    """Return (case, division) of a notice that still runs and was shown here."""
    rows = await session.execute(
        text(f"SELECT n.case_id, n.division_code {_NOTICES} AND n.id = :id"),
        {"id": notice_id, "now": at, "area": "0", "area_end": ":"},
    )
    row = rows.first()
    return (row[0], row[1]) if row else None
