"""What if a number were another (DOMAIN §3.7): counted over the live registry, written to the scenario's rows only."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue import repository as catalogue
from backend.catalogue.errors import ChangeDecided, UnknownParameter
from backend.catalogue.models import ChangeStatus, ParameterChange, Residence
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.rules.evaluation import match
from backend.catalogue.rules.parameters import WhatIf
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.db import unit_of_work
from backend.kernel.errors import invalid
from backend.kernel.jobs import Job, JobStatus, Running, enqueue
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.matching import repository
from backend.matching.comparing import paid_within
from backend.matching.engine import Catalogue, catalogue_on
from backend.matching.models import Scenario, ScenarioLine
from backend.matching.permissions import MatchingPermission
from backend.matching.scenario_schemas import Change, WhatIfIn
from backend.matching.service.households import today
from backend.matching.service.outcomes import annual_cost
from backend.matching.sheets import Sheets, own_connection
from backend.matching.supposing import (
    INCOME,
    PEOPLE,
    PROPERTY,
    grants_by_source,
    margin_shift,
    one_off_payments,
    write_lines,
)
from backend.matching.wording import supposed

KIND = "matching.what_if"
# Of each county: facts, the numbers in force, the supposed ones, the comparison.
STEPS = 4
Counted = dict[str, int | Decimal]
NOTHING: Counted = {"households": 0, "margin_in": 0, "margin_out": 0, "shortfall": Decimal(0)}


async def preview(session: AsyncSession, actor: Actor, change_id: int) -> Scenario:
    """Begin to count who is affected by a proposed number; while that is under way, a second call begins nothing."""
    change = await get_visible(
        session, actor, ParameterChange, change_id, CataloguePermission.PARAMETER_READ, lock=True
    )
    if change.status is not ChangeStatus.PROPOSED:
        raise ChangeDecided(status=change.status.label)
    last = await repository.latest_of_change(session, change_id)
    if last is not None and last.finished_at is None and last.job_id:
        job = await session.get(Job, last.job_id)
        if job is not None and job.status in {JobStatus.WAITING, JobStatus.RUNNING}:
            return last
    number = Change(parameter=change.code, residence=change.residence, value=change.value)
    form = WhatIfIn.model_validate(
        {"changes": [number], "from": change.valid_from, "division_code": change.division_code}
    )
    return await suppose(session, actor, form, change_id=change_id)


async def suppose(session: AsyncSession, actor: Actor, form: WhatIfIn, *, change_id: int | None = None) -> Scenario:
    """Begin to compare an area under the numbers in force and under the supposed ones, as a background job."""
    area = form.division_code or actor.division_code or settings().county_code
    actor.require(MatchingPermission.WHAT_IF, area)
    day = form.from_day or today()
    given = form.all_changes()
    if not given:
        raise invalid("changes", "请至少填写一项拟调整的参数")
    words = (await catalogue_on(session, day)).words
    scenario = Scenario(
        division_code=area,
        user_id=actor.user_id,
        change_id=change_id,
        changes=[
            each
            for place, change in enumerate(given)
            for each in await _changes(session, words, (area, day), change, place)
        ],
        take_up=form.take_up,
        basis=form.basis,
        annual_budget=form.annual_budget,
        from_day=day,
        as_of=now(),
    )
    session.add(scenario)
    await session.flush()
    title = f"政策测算 {supposed(scenario.changes)}"[:200]
    scenario.job_id = (await enqueue(session, actor, KIND, {"scenario_id": scenario.id}, title=title)).id
    await audit.record(
        session,
        actor,
        "scenario.suppose",
        subject=("scenario", scenario.id or 0),
        division_code=area,
        details=form.model_dump(mode="json", exclude_none=True),
    )
    return scenario


async def _changes(
    session: AsyncSession, words: Vocabulary, at: tuple[str, date], change: Change, place: int
) -> list[dict[str, Any]]:
    """Check a change, and split one for both residences where these have numbers of their own."""
    word = words.find(change.parameter)
    if word is None or word.unit_of is not UnitOf.PARAMETER:
        raise UnknownParameter(code=change.parameter)
    if word.positive and change.value <= 0:
        raise invalid(f"changes.{place}.value", f"“{word.label}”必须大于零")
    area, day = at
    current = {
        residence: (await catalogue.parameter_values(session, day, area, residence)).get(word.name)
        for residence in (change.residence, *Residence)
    }
    own = change.residence is None and current[None] is None
    return [
        {
            "parameter": word.name,
            "label": word.label,
            "unit": word.unit,
            "residence": residence.value if residence else None,
            "value": str(change.value),
            "current": None if current[residence] is None else str(current[residence]),
        }
        for residence in (Residence if own else (change.residence,))
    ]


def numbers_of(scenario: Scenario) -> WhatIf:
    """Return the supposed numbers as the rules take them."""
    return {
        (change["parameter"], change["residence"]) if change["residence"] else change["parameter"]: Decimal(
            change["value"]
        )
        for change in scenario.changes
    }


async def carry_out(running: Running) -> dict[str, Any]:
    """Count what the change means; begun anew after a crash, since nothing but the result is written."""
    scenario_id = int(running.payload["scenario_id"])
    async with unit_of_work() as session:
        scenario = await repository.scenario_row(session, scenario_id)
        granted = replace(await catalogue_on(session, scenario.from_day), as_of=today())
        counties = await repository.counties_within(session, scenario.division_code)
    found: Counted = dict(NOTHING)
    total = STEPS * len(counties)
    async with own_connection() as connection:
        async with unit_of_work(connection) as session:
            await session.execute(delete(ScenarioLine).where(col(ScenarioLine.scenario_id) == scenario_id))
            for place, area in enumerate(counties):
                part = await _of_county(running, session, scenario, granted, area, (place * STEPS, total))
                found = {name: found[name] + part[name] for name in found}
            row = await repository.scenario_row(session, scenario_id)
            row.summary = await _summary(session, row, granted.words, found)
            row.finished_at = now()
        await running.progress(total, total)
    return {"scenario_id": scenario_id, "households": int(found["households"])}


async def _of_county(
    running: Running, session: AsyncSession, scenario: Scenario, granted: Catalogue, area: str, at: tuple[int, int]
) -> Counted:
    done, total = at
    connection = await session.connection()
    areas = await repository.parameter_areas(session, area)
    sheets = Sheets(connection, granted, area, also=(INCOME, PROPERTY, PEOPLE))
    await running.progress(done, total, "正在汇集家庭和人员资料")
    await sheets.lay_down()
    sides, tables = [], []
    for name, numbers, said in (
        ("before_change", None, "正在按现行参数核算"),
        ("after_change", numbers_of(scenario), "正在按拟定参数核算"),
    ):
        done += 1
        await running.progress(done, total, said)
        facts = sheets.facts(areas, numbers, scenario.from_day)
        tables.append(await sheets.keep(name, match(granted.projects, facts), "household_id", "project_code"))
        sides.append(facts)
    await running.progress(done + 1, total, "正在汇总")
    paid = await sheets.keep("paid", paid_within(granted.as_of, area), "household_id", "project_code")
    await session.execute(write_lines(scenario.id or 0, granted, scenario.basis, (tables[0], tables[1]), paid))
    shift = margin_shift(granted.words, *sides)
    if shift is None:
        return dict(NOTHING)
    row = (await session.execute(shift)).one()
    return {
        "households": row.households,
        "margin_in": row.into,
        "margin_out": row.out_of,
        "shortfall": row.shortfall,
    }


async def _summary(session: AsyncSession, scenario: Scenario, words: Vocabulary, found: Counted) -> dict[str, Any]:
    """Keep what is not in the lines, as it was on the day of the counting."""
    numbers = {
        residence.value: {
            name: str(value)
            for name, value in (
                await catalogue.parameter_values(session, scenario.from_day, scenario.division_code, residence)
            ).items()
            if name in words
        }
        for residence in Residence
    }
    payments = await session.execute(one_off_payments(scenario.division_code, today()))
    once = [dict(row) | {"paid": str(row["paid"])} for row in payments.mappings()]
    counties = await repository.counties_within(session, scenario.division_code)
    granted = await session.execute(grants_by_source(counties, today()))
    sources = [{"source": row.source, "amount": str(row.amount)} for row in granted]
    cost = annual_cost(scenario, await repository.lines_of(session, scenario.id or 0))
    counted = found | {"shortfall": str(found["shortfall"])}
    return {**counted, "numbers": numbers, "once": once, "annual_cost": str(cost), "sources": sources}
