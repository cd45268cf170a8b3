"""Every SELECT of the registry beside its lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, Integer, LargeBinary, any_, bindparam, func, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.detail import Row, read_changed, read_part
from backend.registry.codes import Relation
from backend.registry.details import HOUSEHOLD, MEMBERS, PERSON, SUMMARY, M
from backend.registry.listings import D, H, P, table_of
from backend.registry.models import HouseholdMember, HouseholdTransfer, Person

COUNTY_DIGITS = 6
T = table_of(HouseholdTransfer)


async def division_exists(session: AsyncSession, code: str) -> bool:
    """Tell whether a division with this code exists and is in use."""
    return await session.scalar(select(D.c.code).where(D.c.code == code, D.c.valid_to.is_(None))) is not None


@dataclass(frozen=True, slots=True)
class Ground:
    """What a new household is built on: whether its place exists, who is known already, numbers for the new rows."""

    place_in_use: bool
    known: dict[bytes, Person]
    household_id: int
    person_ids: list[int]


_GROUND = text(
    """
    WITH known AS (
        SELECT id FROM person WHERE id_number_index = ANY(:indexes) AND merged_into_id IS NULL ORDER BY id FOR UPDATE
    )
    SELECT EXISTS (SELECT FROM division WHERE code = :code AND valid_to IS NULL) AS place_in_use,
           EXISTS (SELECT FROM known) AS somebody_known,
           nextval(pg_get_serial_sequence('household', 'id')) AS household_id,
           ARRAY(SELECT nextval(pg_get_serial_sequence('person', 'id')) FROM generate_series(1, :people)) AS person_ids
    """
).bindparams(bindparam("indexes", type_=ARRAY(LargeBinary)), bindparam("people", type_=Integer))


async def ground(session: AsyncSession, division_code: str, indexes: Sequence[bytes], people: int) -> Ground:
    """Look at the ground of a new household in one statement; the known are locked, as by `persons_by_index`."""
    found = (
        await session.execute(_GROUND, {"code": division_code, "indexes": sorted(set(indexes)), "people": people})
    ).one()
    known = await persons_by_index(session, indexes) if found.somebody_known else {}
    return Ground(found.place_in_use, known, found.household_id, list(found.person_ids))


async def place_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Return code → name of divisions, those no longer in use included."""
    statement = select(D.c.code, D.c.name).where(D.c.code.in_(list(codes)))
    return {row.code: row.name for row in await session.execute(statement)}


async def places_within(session: AsyncSession, area: str) -> dict[str, str]:
    """Return code → name of the divisions in use within an area, the county itself left out."""
    statement = select(D.c.code, D.c.name).where(
        D.c.code >= area, D.c.code < area + ":", D.c.valid_to.is_(None), func.length(D.c.code) > COUNTY_DIGITS
    )
    return {row.code: row.name for row in await session.execute(statement)}


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


async def households_with_phone(session: AsyncSession, index: bytes) -> int:
    """Count the active households that gave this telephone."""
    statement = select(func.count()).select_from(H).where(H.c.phone_index == index, H.c.status == "active")
    return int(await session.scalar(statement) or 0)


async def place_awaited(session: AsyncSession, household_id: int) -> str | None:
    """Return the name of the area that has been asked to take the household over."""
    statement = (
        select(D.c.name)
        .select_from(T.join(D, D.c.code == T.c.division_code))
        .where(T.c.household_id == household_id, T.c.accepted.is_(None))
    )
    found: str | None = await session.scalar(statement)
    return found


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


async def has_head(session: AsyncSession, household_id: int) -> bool:
    """Tell whether somebody is the household's head at present."""
    statement = select(M.c.id).where(
        M.c.household_id == household_id, M.c.relation == Relation.HEAD, M.c.left_on.is_(None)
    )
    return (await session.execute(statement.limit(1))).first() is not None


async def members(session: AsyncSession, household_id: int) -> list[Row]:
    """Return all memberships with their persons, unmasked; the head first, those who left included."""
    return await read_part(session, MEMBERS, household_id)


async def household_detail(session: AsyncSession, actor: Actor, household_id: int) -> Row:
    """Return everything about a household, masked for the actor."""
    return await read_changed(session, HOUSEHOLD, actor, household_id)


async def household_summary(session: AsyncSession, actor: Actor, household_id: int) -> Row:
    """Return a household's own figures after a change, as the actor who made it may see them."""
    return await read_changed(session, SUMMARY, actor, household_id)


async def person_detail(session: AsyncSession, actor: Actor, person_id: int) -> Row:
    """Return everything about a person, masked for the actor."""
    return await read_changed(session, PERSON, actor, person_id)
