"""Every SELECT of the registry beside its lists."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import any_, bindparam, func, select, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.registry import masking
from backend.registry.codes import INCOME_CLASSES, IncomeCategory
from backend.registry.listings import (
    PERSON_COLUMNS,
    D,
    H,
    P,
    S,
    household_actions,
    person_actions,
    table_of,
)
from backend.registry.models import DeductionItem, ExpenseItem, HouseholdMember, IncomeItem, Person, PropertyItem

M = table_of(HouseholdMember)
Row = dict[str, Any]
ITEMS: dict[str, type[SQLModel]] = {
    "incomes": IncomeItem,
    "deductions": DeductionItem,
    "properties": PropertyItem,
    "expenses": ExpenseItem,
}
_HIDDEN = {"household_id", "division_code", "created_at", "updated_at"}


async def division_exists(session: AsyncSession, code: str) -> bool:
    """Tell whether a division with this code exists and is in use."""
    return await session.scalar(select(D.c.code).where(D.c.code == code, D.c.valid_to.is_(None))) is not None


async def next_number(session: AsyncSession, division_code: str) -> str:
    """Draw the next household number of the county."""
    number = await session.scalar(select(func.household_number(division_code[:6])))
    return str(number)


async def refresh(session: AsyncSession, *household_ids: int) -> None:
    """Recompute what the household rows keep of members and incomes."""
    await session.flush()
    await session.execute(text("SELECT registry_refresh(:ids)"), {"ids": list(household_ids)})


async def persons_by_index(session: AsyncSession, indexes: Iterable[bytes]) -> dict[bytes, Person]:
    """Find persons by the blind index of their number, locked so that two clerks do not fill in one at once."""
    wanted = sorted(set(indexes))
    if not wanted:
        return {}
    statement = (
        select(Person)
        .where(P.c.id_number_index == any_(bindparam("indexes", wanted)), P.c.merged_into_id.is_(None))
        .order_by(P.c.id)
        .with_for_update()
    )
    return {bytes(p.id_number_index or b""): p for p in (await session.execute(statement)).scalars()}


async def other_households(session: AsyncSession, person_ids: Sequence[int], household_id: int | None) -> list[Row]:
    """Return the other households in which these persons are active members."""
    statement = (
        select(M.c.person_id, H.c.id, H.c.number, H.c.division_code)
        .select_from(M.join(H, H.c.id == M.c.household_id))
        .where(M.c.person_id.in_(person_ids), M.c.left_on.is_(None), H.c.id != (household_id or 0))
        .where(H.c.status == "active")
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def active_member(session: AsyncSession, household_id: int, person_id: int) -> HouseholdMember | None:
    """Return the active membership, if any."""
    statement = select(HouseholdMember).where(
        M.c.household_id == household_id, M.c.person_id == person_id, M.c.left_on.is_(None)
    )
    return (await session.execute(statement)).scalars().one_or_none()


async def member_by_index(session: AsyncSession, household_id: int, index: bytes) -> int | None:
    """Return the active member with this number."""
    statement = (
        select(M.c.person_id)
        .select_from(M.join(P, P.c.id == M.c.person_id))
        .where(M.c.household_id == household_id, M.c.left_on.is_(None), P.c.id_number_index == index)
    )
    found: int | None = await session.scalar(statement)
    return found


async def members(session: AsyncSession, household_id: int) -> list[Row]:
    """Return all memberships with their persons, unmasked; the head first, those who left included."""
    member = [M.c.relation, M.c.included, M.c.insured, M.c.exclude_reason, M.c.joined_on, M.c.left_on, M.c.leave_reason]
    statement = (
        select(M.c.id.label("member_id"), *member, *(c.label(n) for n, c in PERSON_COLUMNS.items()))
        .select_from(M.join(P, P.c.id == M.c.person_id))
        .where(M.c.household_id == household_id)
        .order_by(M.c.relation != "head", M.c.id)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def items(session: AsyncSession, kind: str, household_id: int) -> list[Row]:
    """Return the incomes, deductions, properties or expenses of a household, unmasked."""
    t = table_of(ITEMS[kind])
    statement = (
        select(*(c for c in t.c if c.name not in _HIDDEN), P.c.name)
        .select_from(t.outerjoin(P, P.c.id == t.c.person_id))
        .where(t.c.household_id == household_id)
        .order_by(t.c.id)
    )
    rows = [dict(row) for row in (await session.execute(statement)).mappings()]
    if kind == "incomes":
        for row in rows:
            row["income_class"] = INCOME_CLASSES[IncomeCategory(row["category"])]
    return rows


async def statuses(session: AsyncSession, person_ids: Sequence[int]) -> list[Row]:
    """Return the statuses of persons, newest first."""
    statement = (
        select(*(c for c in S.c if c.name not in _HIDDEN), P.c.name)
        .select_from(S.join(P, P.c.id == S.c.person_id))
        .where(S.c.person_id.in_(person_ids))
        .order_by(S.c.valid_from.desc(), S.c.id)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]


async def household_row(session: AsyncSession, household_id: int) -> Row:
    """Return a household's own row with the name of its division, unmasked."""
    hidden = {"phone_index", "phone_masked", "member_names", "head_pinyin", "updated_at"}
    statement = (
        select(
            *(c for c in H.c if c.name not in hidden), H.c.phone_masked.label("phone"), D.c.name.label("division_name")
        )
        .select_from(H.outerjoin(D, D.c.code == H.c.division_code))
        .where(H.c.id == household_id)
    )
    return dict((await session.execute(statement)).mappings().one())


async def household_detail(session: AsyncSession, actor: Actor, household_id: int) -> Row:
    """Return everything about a household, masked for the actor."""
    row = await household_row(session, household_id)
    row["allowed_actions"] = household_actions(actor, row)
    masking.mask_household(actor, row)
    people = await members(session, household_id)
    known = await statuses(session, [p["id"] for p in people])
    for person in people:
        person["allowed_actions"] = person_actions(actor, person)
        masking.mask_person(actor, person)
    shown = {person["id"]: person["name"] for person in people}
    row["members"] = [p for p in people if p["left_on"] is None]
    row["former_members"] = [p for p in people if p["left_on"] is not None]
    row["statuses"] = known
    for kind in ITEMS:
        row[kind] = await items(session, kind, household_id)
        for item in row[kind]:
            masking.mask_item(actor, item)
    # A masked name must not come back through the lists beside it.
    for item in (*known, *(i for kind in ITEMS for i in row[kind])):
        item["name"] = shown.get(item["person_id"])
    if row["head_person_id"] in shown:
        row["head_name"] = shown[row["head_person_id"]]
    return row


async def person_detail(session: AsyncSession, actor: Actor, person_id: int) -> Row:
    """Return everything about a person, masked for the actor."""
    statement = (
        select(*(c.label(n) for n, c in PERSON_COLUMNS.items()), D.c.name.label("division_name"))
        .select_from(P.outerjoin(D, D.c.code == P.c.division_code))
        .where(P.c.id == person_id)
    )
    row = dict((await session.execute(statement)).mappings().one())
    row["allowed_actions"] = person_actions(actor, row)
    masking.mask_person(actor, row)
    belongs = (
        select(H.c.id, H.c.number, M.c.relation, M.c.joined_on, M.c.left_on)
        .select_from(M.join(H, H.c.id == M.c.household_id))
        .where(M.c.person_id == person_id)
        .order_by(M.c.left_on.is_not(None), M.c.joined_on.desc())
    )
    row["households"] = [dict(r) for r in (await session.execute(belongs)).mappings()]
    row["statuses"] = await statuses(session, [person_id])
    for status in row["statuses"]:
        status["name"] = row["name"]
    return row
