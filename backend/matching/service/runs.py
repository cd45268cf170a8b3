"""Compare a whole area with the catalogue: town by town, each in its own transaction, resumable after a crash."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, TableClause, any_, func, literal_column, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue.rules.evaluation import explain, judge
from backend.catalogue.rules.explanation import failed
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.db import unit_of_work
from backend.kernel.errors import invalid
from backend.kernel.jobs import Job, JobStatus, Running, enqueue
from backend.kernel.models import now
from backend.kernel.scope import get_visible, starts_with
from backend.matching import repository
from backend.matching.comparing import paid_within, write_findings
from backend.matching.engine import Catalogue, catalogue_on
from backend.matching.errors import NothingPublished
from backend.matching.models import Finding, FindingKind, FindingStatus, MatchingRun, MatchingRunArea
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import RunArea, RunIn, RunOut
from backend.matching.service.households import today
from backend.matching.sheets import Sheets, own_connection

F: Any = Finding.__table__  # type: ignore[attr-defined]
KIND = "matching.run"
EXPLAINED_AT_ONCE = 500
# Gathering the facts of a county and judging it, beside its towns: steps of the progress.
PREPARING = 2


async def start(session: AsyncSession, actor: Actor, form: RunIn) -> MatchingRun:
    """Begin a run as a background job."""
    area = form.division_code or actor.division_code or settings().county_code
    actor.require(MatchingPermission.RUN, area)
    day = form.as_of or today()
    granted = (await catalogue_on(session, day)).of(form.project_codes)
    unknown = set(form.project_codes or ()) - {offer.code for offer in granted.offers}
    if unknown:
        raise invalid("project_codes", "没有这些项目或当日未发布")
    if not granted.projects:
        raise NothingPublished(as_of=day.isoformat())
    run = MatchingRun(division_code=area, project_codes=form.project_codes or None, as_of=day, user_id=actor.user_id)
    session.add(run)
    await session.flush()
    job = await enqueue(session, actor, KIND, {"run_id": run.id}, title=f"资格比对 {area} {day}")
    run.job_id = job.id
    await audit.record(
        session,
        actor,
        "matching_run.start",
        subject=("matching_run", run.id or 0),
        division_code=area,
        details={"as_of": day.isoformat(), "project_codes": form.project_codes},
    )
    return run


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the towns of one area are compared from, on the connection that holds it."""

    granted: Catalogue
    judged: TableClause
    paid: TableClause
    explaining: str


async def carry_out(running: Running) -> dict[str, int]:
    """Compare what is left of a run; towns that were committed before a crash are not done again."""
    run_id = int(running.payload["run_id"])
    async with unit_of_work() as session:
        run = await repository.run_row(session, run_id)
        towns = await repository.areas_within(session, run.division_code)
        done = {area.division_code for area in await repository.done_areas(session, run_id)}
    counties = [(area, list(those)) for area, those in groupby(towns, lambda town: _county_of(run, town))]
    steps, total = 0, len(towns) + PREPARING * len(counties)
    for area, within in counties:
        left = [town for town in within if town not in done]
        steps += len(within) - len(left)
        if left:
            steps = await _carry_out_county(running, run, area, left, steps, total)
        else:
            steps += PREPARING
    async with unit_of_work() as session:
        run = await repository.run_row(session, run_id)
        parts = await repository.done_areas(session, run_id)
        run.units, run.finished_at = sum(part.households for part in parts), now()
        return {
            "run_id": run_id,
            "households": run.units,
            **{kind.value: sum(getattr(part, kind.value) for part in parts) for kind in FindingKind},
        }


def _county_of(run: MatchingRun, town: str) -> str:
    """Return what is prepared at once: a county, or the run's own area when it is less."""
    return max(run.division_code, town[: repository.COUNTY], key=len)


async def _carry_out_county(
    running: Running, run: MatchingRun, area: str, towns: Sequence[str], steps: int, total: int
) -> int:
    async with own_connection() as connection:
        async with unit_of_work(connection) as session:
            granted = (await catalogue_on(session, run.as_of)).of(run.project_codes)
            areas = await repository.parameter_areas(session, area)
            await running.progress(steps, total, "正在汇集家庭和人员资料")
            sheets = Sheets(connection, granted, area)
            await sheets.lay_down()
            await running.progress(steps + 1, total, "正在与各项目的条件比对")
            facts = sheets.facts(areas)
            judged = await sheets.keep("judged", judge(granted.projects, facts), "household_id", "project_code")
            paid = await sheets.keep("paid", paid_within(granted.as_of, area), "household_id", "project_code")
            chosen = literal_column("$1::bigint[]", ARRAY(BigInteger()))
            explaining = sheets.text(explain(granted.projects, facts, [facts.household_id == any_(chosen)]))
            prepared = Prepared(granted, judged, paid, explaining)
        steps += PREPARING
        for town in towns:
            await running.progress(steps, total, f"正在比对 {await _name_of(town)}")
            async with unit_of_work(connection) as session:
                await _compare(session, await repository.run_row(session, run.id or 0), town, prepared)
            steps += 1
        await running.progress(steps, total)
    return steps


async def _name_of(code: str) -> str:
    async with unit_of_work() as session:
        return await repository.division_name(session, code)


async def _compare(session: AsyncSession, run: MatchingRun, area: str, prepared: Prepared) -> None:
    granted = prepared.granted
    await session.execute(write_findings(granted, area, run.id or 0, prepared.judged, prepared.paid))
    codes = [offer.code for offer in granted.offers]
    here = starts_with(F.c.division_code, area)
    await session.execute(
        update(Finding)
        .where(
            here,
            F.c.status != FindingStatus.CLOSED,
            col(Finding.last_run_id) < run.id,
            col(Finding.project_code).in_(codes),
        )
        .values(status=FindingStatus.CLOSED, closed_at=now(), updated_at=now(), version=Finding.version + 1)
    )
    await _say_why(session, prepared, area, run.id or 0)
    counted = await session.execute(
        select(Finding.kind, func.count()).where(here, Finding.last_run_id == run.id).group_by(col(Finding.kind))
    )
    counts = {kind.value: number for kind, number in counted.all()}
    households = await repository.active_households(session, area)
    session.add(MatchingRunArea(run_id=run.id or 0, division_code=area, households=households, **counts))


_KEEP_WHY = text(
    "UPDATE finding AS f SET why = CAST(v.why AS jsonb) FROM unnest(CAST(:ids AS bigint[]), CAST(:whys AS text[]))"
    " AS v (id, why) WHERE f.id = v.id AND f.why IS DISTINCT FROM CAST(v.why AS jsonb)"
)


async def _say_why(session: AsyncSession, prepared: Prepared, area: str, run_id: int) -> None:
    """Keep with each benefit found wrong the conditions that fail, in both languages."""
    by_code = {project.code: project for project in prepared.granted.projects}
    wrong = await repository.found_ineligible(session, area, run_id)
    connection = await session.connection()
    for first in range(0, len(wrong), EXPLAINED_AT_ONCE):
        batch = wrong[first : first + EXPLAINED_AT_ONCE]
        wanted = {(row.household_id, row.person_id, row.project_code): row.id for row in batch}
        rows = await connection.exec_driver_sql(prepared.explaining, (sorted({key[0] for key in wanted}),))
        found: dict[int, str] = {}
        for row in rows.mappings():
            finding = wanted.get((row["household_id"], row["person_id"], row["project_code"]))
            if finding is not None:
                found[finding] = orjson.dumps(failed(by_code[row["project_code"]], dict(row), ("zh", "en"))).decode()
        await session.execute(_KEEP_WHY, {"ids": list(found), "whys": list(found.values())})


async def read_run(session: AsyncSession, actor: Actor, run_id: int) -> RunOut:
    """Return a run with its progress and counts."""
    run = await get_visible(session, actor, MatchingRun, run_id, MatchingPermission.READ)
    job = await session.get(Job, run.job_id) if run.job_id else None
    parts = await repository.done_areas(session, run_id)
    names = await repository.division_names(session, {run.division_code, *(part.division_code for part in parts)})
    finished = run.finished_at is not None
    working = job is not None and not finished and job.status in {JobStatus.WAITING, JobStatus.RUNNING}
    return RunOut(
        **run.model_dump(
            include={"id", "division_code", "project_codes", "as_of", "created_at", "finished_at", "job_id"}
        ),
        division_name=names.get(run.division_code, run.division_code),
        allowed_actions=["cancellation"] if working and run.user_id == actor.user_id else [],
        status=JobStatus.DONE if finished else job.status if job else JobStatus.WAITING,
        progress=1.0 if finished else round(job.done / job.total, 3) if job and job.total else 0.0,
        message=job.message if job and not finished else None,
        households=sum(part.households for part in parts),
        wrong=sum(part.wrong for part in parts),
        missed=sum(part.missed for part in parts),
        duplicate=sum(part.duplicate for part in parts),
        areas=[
            RunArea(
                **part.model_dump(include={"division_code", "households", *(kind.value for kind in FindingKind)}),
                division_name=names.get(part.division_code, part.division_code),
            )
            for part in parts
        ],
    )
