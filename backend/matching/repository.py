"""Every SELECT of matching that is not a list."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, cast, func, literal, or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from backend.catalogue.models import Parameter
from backend.identity.models import Division
from backend.kernel.scope import starts_with
from backend.matching.models import (
    Benefit,
    BenefitStatus,
    Finding,
    FindingCause,
    MatchingRun,
    MatchingRunArea,
    Scenario,
    ScenarioLine,
)
from backend.registry.codes import HouseholdStatus
from backend.registry.models import Household, HouseholdMember, Person


def being_paid(benefit: Any, on: date) -> ColumnElement[bool]:
    """Return the condition of a benefit received on a day: monthly and running, or one grant within twelve months."""
    # Cast, because a date written out in the text of a statement is no date to an interval.
    as_of = cast(literal(on, Date()), Date())
    monthly = and_(
        benefit.once.is_(False),
        benefit.status != BenefitStatus.ENDED,
        benefit.from_month <= as_of,
        or_(benefit.to_month.is_(None), benefit.to_month > as_of),
    )
    single = and_(
        benefit.once.is_(True), benefit.from_month <= as_of, benefit.from_month > as_of - text("interval '1 year'")
    )
    return or_(monthly, single)


async def benefits_of(session: AsyncSession, household_id: int, as_of: date) -> list[Benefit]:
    """Return what a household and its members receive on a day."""
    table = Benefit.__table__  # type: ignore[attr-defined]
    statement = select(Benefit).where(Benefit.household_id == household_id, being_paid(table.c, as_of))
    return list(await session.scalars(statement.order_by(col(Benefit.project_code), col(Benefit.id))))


async def person_by_index(session: AsyncSession, index: bytes) -> Person | None:
    """Return the person with a number."""
    statement = select(Person).where(Person.id_number_index == index, col(Person.merged_into_id).is_(None))
    return (await session.scalars(statement)).one_or_none()


async def household_of(session: AsyncSession, person_id: int) -> Household | None:
    """Return the active household that a person belongs to; the newest when there are two."""
    statement = (
        select(Household)
        .join(HouseholdMember, col(HouseholdMember.household_id) == col(Household.id))
        .where(
            HouseholdMember.person_id == person_id,
            col(HouseholdMember.left_on).is_(None),
            col(Household.status) == "active",
        )
        .order_by(col(HouseholdMember.joined_on).desc(), col(Household.id).desc())
    )
    return (await session.scalars(statement)).first()


async def areas_within(session: AsyncSession, prefix: str) -> list[str]:
    """Return the towns in which an area has households; an area inside a town is one by itself."""
    if len(prefix) >= TOWN:
        return [prefix]
    code: Any = col(Household.division_code)
    statement = select(func.left(code, TOWN)).where(starts_with(code, prefix)).distinct()
    return sorted(code for code in await session.scalars(statement) if len(code) == TOWN)


TOWN, COUNTY = 9, 6


async def more_households_than(session: AsyncSession, prefixes: Iterable[str], most: int) -> bool:
    """Tell whether some areas together hold more active households, reading no more of them than needed."""
    code: Any = col(Household.division_code)
    within = or_(*(starts_with(code, prefix) for prefix in prefixes))
    some = select(Household.id).where(within, Household.status == HouseholdStatus.ACTIVE).limit(most + 1)
    return (await session.scalar(select(func.count()).select_from(some.subquery())) or 0) > most


async def parameter_areas(session: AsyncSession, prefix: str) -> list[str]:
    """Return the areas whose numbers may differ: the area itself, or its towns when one has numbers of its own."""
    code: Any = col(Parameter.division_code)
    inside = select(Parameter.id).where(starts_with(code, prefix), func.length(code) > len(prefix)).limit(1)
    return await areas_within(session, prefix) if (await session.scalars(inside)).first() else [prefix]


async def division_name(session: AsyncSession, code: str) -> str:
    """Return a division's name."""
    return await session.scalar(select(Division.name).where(Division.code == code)) or code


async def division_names(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    """Return divisions' names by code."""
    rows = await session.execute(select(Division.code, Division.name).where(col(Division.code).in_(codes)))
    return {code: name for code, name in rows.all()}  # noqa: C416  (rows are no pairs to mypy)


async def counties_within(session: AsyncSession, prefix: str) -> list[str]:
    """Return the counties of an area, or the area itself when it is less."""
    return sorted({max(prefix, town[:COUNTY], key=len) for town in await areas_within(session, prefix)}) or [prefix]


async def scenario_row(session: AsyncSession, scenario_id: int) -> Scenario:
    """Return a what-if for the task that carries it out."""
    return (await session.scalars(select(Scenario).where(Scenario.id == scenario_id))).one()


async def active_households(session: AsyncSession, area: str) -> int:
    """Return how many households of an area are compared."""
    table = Household.__table__  # type: ignore[attr-defined]
    wanted = (starts_with(table.c.division_code, area), table.c.status == HouseholdStatus.ACTIVE)
    return await session.scalar(select(func.count()).select_from(Household).where(*wanted)) or 0


async def found_ineligible(session: AsyncSession, area: str, run_id: int) -> list[Any]:
    """Return (id, household_id, person_id, project_code) of what a run found paid to those who do not qualify."""
    table = Finding.__table__  # type: ignore[attr-defined]
    statement = (
        select(table.c.id, table.c.household_id, table.c.person_id, table.c.project_code)
        .where(
            starts_with(table.c.division_code, area),
            table.c.last_run_id == run_id,
            table.c.cause == FindingCause.NOT_ELIGIBLE,
        )
        .order_by(table.c.household_id)
    )
    return list((await session.execute(statement)).all())


async def done_areas(session: AsyncSession, run_id: int) -> list[MatchingRunArea]:
    """Return the finished parts of a run."""
    statement = select(MatchingRunArea).where(MatchingRunArea.run_id == run_id)
    return list(await session.scalars(statement.order_by(col(MatchingRunArea.division_code))))


async def lines_of(session: AsyncSession, scenario_id: int) -> list[ScenarioLine]:
    """Return the lines of a what-if."""
    statement = select(ScenarioLine).where(ScenarioLine.scenario_id == scenario_id)
    return list(await session.scalars(statement.order_by(col(ScenarioLine.town_code), col(ScenarioLine.project_code))))


async def latest_of_change(session: AsyncSession, change_id: int) -> Scenario | None:
    """Return the last what-if of a proposed number."""
    statement = select(Scenario).where(Scenario.change_id == change_id)
    return (await session.scalars(statement.order_by(col(Scenario.id).desc()).limit(1))).one_or_none()


async def run_row(session: AsyncSession, run_id: int) -> MatchingRun:
    """Return a run for the task that carries it out."""
    return (await session.scalars(select(MatchingRun).where(MatchingRun.id == run_id))).one()
