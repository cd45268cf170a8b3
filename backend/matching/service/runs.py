"""Compare a whole area with the catalogue: town by town, each in its own transaction, resumable after a crash."""

from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue.rules.evaluation import explain
from backend.catalogue.rules.explanation import explanation
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.db import unit_of_work
from backend.kernel.errors import invalid
from backend.kernel.jobs import Job, JobStatus, Running, enqueue
from backend.kernel.models import now
from backend.kernel.scope import get_visible, starts_with
from backend.matching import repository
from backend.matching.comparing import write_findings
from backend.matching.engine import Catalogue, catalogue_on, facts_of
from backend.matching.errors import NothingPublished
from backend.matching.models import Finding, FindingCause, FindingKind, FindingStatus, MatchingRun, MatchingRunArea
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import RunIn, RunOut
from backend.matching.service.households import today
from backend.registry.models import Household

F: Any = Finding.__table__  # type: ignore[attr-defined]
H: Any = Household.__table__  # type: ignore[attr-defined]
KIND = "matching.run"
EXPLAINED_AT_ONCE = 500


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
    run = MatchingRun(division_code=area, project_codes=form.project_codes, as_of=day, user_id=actor.user_id)
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


async def carry_out(running: Running) -> dict[str, int]:
    """Compare what is left of a run; areas that were committed before a crash are not done again."""
    run_id = int(running.payload["run_id"])
    async with unit_of_work() as session:
        run = await repository.run_row(session, run_id)
        areas = await repository.areas_within(session, run.division_code)
        done = {area.division_code for area in await repository.done_areas(session, run_id)}
    await running.progress(len(done), len(areas))
    for area in areas:
        if area in done:
            continue
        async with unit_of_work() as session:
            await _compare(session, await repository.run_row(session, run_id), area)
        done.add(area)
        await running.progress(len(done), len(areas), f"已完成 {area}")
    async with unit_of_work() as session:
        run = await repository.run_row(session, run_id)
        parts = await repository.done_areas(session, run_id)
        run.units, run.finished_at = sum(part.households for part in parts), now()
        return {
            "run_id": run_id,
            "households": run.units,
            **{kind.value: sum(getattr(part, kind.value) for part in parts) for kind in FindingKind},
        }


async def _compare(session: AsyncSession, run: MatchingRun, area: str) -> None:
    granted = (await catalogue_on(session, run.as_of)).of(run.project_codes)
    await session.execute(write_findings(granted, area, run.id or 0))
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
    await _say_why(session, granted, area, run.id or 0)
    counted = await session.execute(
        select(Finding.kind, func.count()).where(here, Finding.last_run_id == run.id).group_by(col(Finding.kind))
    )
    counts = {kind.value: number for kind, number in counted.all()}
    households = await session.scalar(
        select(func.count()).select_from(Household).where(starts_with(H.c.division_code, area), H.c.status == "active")
    )
    session.add(MatchingRunArea(run_id=run.id or 0, division_code=area, households=households or 0, **counts))


async def _say_why(session: AsyncSession, granted: Catalogue, area: str, run_id: int) -> None:
    """Put the conditions that fail into the words of each benefit found wrong."""
    statement = select(Finding).where(
        starts_with(F.c.division_code, area),
        Finding.last_run_id == run_id,
        Finding.cause == FindingCause.NOT_ELIGIBLE,
    )
    wrong = list(await session.scalars(statement.order_by(col(Finding.id))))
    by_code = {project.code: project for project in granted.projects}
    for first in range(0, len(wrong), EXPLAINED_AT_ONCE):
        batch = wrong[first : first + EXPLAINED_AT_ONCE]
        ids = sorted({finding.household_id for finding in batch})
        projects = [by_code[code] for code in sorted({f.project_code for f in batch}) if code in by_code]
        facts = facts_of(granted.words, granted.as_of, [area], household_ids=ids)
        rows = (await session.execute(explain(projects, facts, [facts.household_id.in_(ids)]))).mappings().all()
        said = {}
        for row in rows:
            answer = explanation(by_code[row["project_code"]], dict(row), "zh")
            failed = "；".join(r.text for r in answer.reasons if r.decides and r.passed is False)
            said[row["household_id"], row["person_id"], row["project_code"]] = failed
        for finding in batch:
            why = said.get((finding.household_id, finding.person_id, finding.project_code))
            if why:
                finding.reason = f"在享但不再符合条件：{why}"[:2000]
    await session.flush()


async def read_run(session: AsyncSession, actor: Actor, run_id: int) -> RunOut:
    """Return a run with its progress and counts."""
    run = await get_visible(session, actor, MatchingRun, run_id, MatchingPermission.READ)
    job = await session.get(Job, run.job_id) if run.job_id else None
    parts = await repository.done_areas(session, run_id)
    total = job.total if job and job.total else len(parts)
    finished = run.finished_at is not None
    return RunOut(
        **run.model_dump(include={"id", "division_code", "project_codes", "as_of", "created_at", "finished_at"}),
        status=job.status if job else JobStatus.DONE if finished else JobStatus.WAITING,
        progress=1.0 if finished else round(len(parts) / total, 3) if total else 0.0,
        message=job.message if job else None,
        households=sum(part.households for part in parts),
        wrong=sum(part.wrong for part in parts),
        missed=sum(part.missed for part in parts),
        duplicate=sum(part.duplicate for part in parts),
        areas=[
            part.model_dump(include={"division_code", "households", "wrong", "missed", "duplicate"}) for part in parts
        ],
    )
