"""Try a draft: on one household with reasons, and on everybody as a live count."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue import repository as catalogue
from backend.catalogue.errors import DefinitionFaulty
from backend.catalogue.models import ProjectVersion
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.rules.evaluation import Project, count
from backend.catalogue.rules.explanation import explanation
from backend.catalogue.rules.vocabulary import Vocabulary
from backend.catalogue.service.checking import rule_faults
from backend.kernel.actor import Actor
from backend.kernel.db import unit_of_work
from backend.kernel.errors import NotPermitted
from backend.kernel.i18n import say
from backend.kernel.jobs import Job, JobStatus, Running, enqueue
from backend.kernel.scope import get_visible
from backend.matching import repository
from backend.matching.engine import Catalogue, explain_one, facts_of, offer_of, project_of
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import LiveCountIn, LiveCountOut, MatchItem, TrialIn
from backend.matching.service.households import item_of, names_of, today
from backend.matching.sheets import Sheets, own_connection
from backend.registry.facts import facts_source
from backend.registry.models import Household

KIND = "matching.live_count"
# Beyond so many households the answer takes longer than somebody who is typing waits.
AT_ONCE_MAX = 30_000
# Of each area: facts, count.
STEPS = 2


async def _draft(
    session: AsyncSession, actor: Actor, version_id: int, rule: dict[str, Any] | None, formula: str | None
) -> tuple[Vocabulary, ProjectVersion, Project]:
    version = await get_visible(session, actor, ProjectVersion, version_id, CataloguePermission.PROJECT_READ)
    return await _written(session, version, rule, formula)


async def _written(
    session: AsyncSession, version: ProjectVersion, rule: dict[str, Any] | None, formula: str | None
) -> tuple[Vocabulary, ProjectVersion, Project]:
    """Read a draft with the unsaved rule and formula in place of its own."""
    words = await catalogue.vocabulary(session)
    definition = dict(version.definition)
    if rule is not None:
        definition["rule"] = rule
    if formula is not None:
        definition["amount"] = {**(definition.get("amount") or {}), "formula": formula}
    code = definition.get("code") or ""
    faults = rule_faults(definition, words)
    project = None if faults else project_of(code, definition, words)
    if project is None:
        places = [(fault.field, fault.message) for fault in faults] or [("rule", "该项目没有条件，不能试算")]
        raise DefinitionFaulty(count=len(places)).at(*places)
    return words, version, project


async def try_household(session: AsyncSession, actor: Actor, version_id: int, form: TrialIn) -> MatchItem:
    """Return the answer of a draft, or of unsaved rule and formula, for one household."""
    words, version, project = await _draft(session, actor, version_id, form.rule, form.formula)
    household = await get_visible(session, actor, Household, form.household_id, MatchingPermission.MATCH)
    offer = replace(offer_of(project.code, version, words), project=project)
    granted = Catalogue(form.as_of or today(), words, (offer,))
    rows = await explain_one(session, granted, form.household_id, household.division_code)
    answers = [explanation(project, row) for row in rows]
    return item_of(offer, answers, [], await names_of(session, actor, form.household_id))


async def count_now(session: AsyncSession, actor: Actor, version_id: int, form: LiveCountIn) -> LiveCountOut:
    """Return how many in the actor's area would match now and what it would cost, or the job that counts them."""
    words, version, project = await _draft(session, actor, version_id, form.rule, form.formula)
    prefixes = actor.reach(MatchingPermission.MATCH).prefixes
    if not prefixes:
        raise NotPermitted(permission=MatchingPermission.MATCH.label)
    day, unit = form.as_of or today(), project.unit.value
    if await repository.more_households_than(session, prefixes, AT_ONCE_MAX):
        await _stop_earlier(session, actor)
        payload = form.model_dump(mode="json", exclude={"as_of"}) | {
            "version_id": version_id,
            "as_of": day.isoformat(),
            "prefixes": sorted(prefixes),
        }
        title = say("统计现在符合的户数：{name}", name=version.name)[:200]
        job = await enqueue(session, actor, KIND, payload, title=title)
        return LiveCountOut(unit=unit, job_id=job.id)
    total = _Total()
    for prefix in prefixes:
        areas = await repository.parameter_areas(session, prefix) or [prefix]
        total.add(
            (await session.execute(count(project, facts_of(words, day, facts_source(day, prefix=prefix), areas)))).one()
        )
    return LiveCountOut(unit=unit, **asdict(total))


async def carry_out(running: Running) -> dict[str, Any]:
    """Count over facts laid down once; nothing is written but the job's result."""
    payload, total = running.payload, _Total()
    prefixes, day = payload["prefixes"], date.fromisoformat(payload["as_of"])
    async with unit_of_work() as session:
        version = await session.get_one(ProjectVersion, payload["version_id"])
        words, version, project = await _written(session, version, payload["rule"], payload["formula"])
        offer = replace(offer_of(project.code, version, words), project=project)
    steps = STEPS * len(prefixes)
    async with own_connection() as connection:
        for place, prefix in enumerate(prefixes):
            await running.progress(place * STEPS, steps, "正在汇集家庭和人员资料")
            async with unit_of_work(connection) as session:
                areas = await repository.parameter_areas(session, prefix) or [prefix]
                sheets = Sheets(await session.connection(), Catalogue(day, words, (offer,)), prefix)
                await sheets.lay_down()
                await running.progress(place * STEPS + 1, steps, "正在统计")
                total.add((await session.execute(count(project, sheets.facts(areas)))).one())
    await running.progress(steps, steps)
    return LiveCountOut(unit=project.unit.value, **asdict(total)).model_dump(mode="json")


async def _stop_earlier(session: AsyncSession, actor: Actor) -> None:
    """Nobody waits for the count of a rule that has been changed since."""
    waiting = col(Job.status).in_([JobStatus.WAITING, JobStatus.RUNNING])
    earlier = update(Job).where(col(Job.kind) == KIND, col(Job.user_id) == actor.user_id, waiting)
    await session.execute(earlier.values(status=JobStatus.CANCELLED))


@dataclass(slots=True)
class _Total:
    """The counts of several areas."""

    eligible: int = 0
    undecided: int = 0
    examined: int = 0
    amount: Decimal | None = None

    def add(self, row: Any) -> None:
        self.eligible += row.eligible
        self.undecided += row.undecided
        self.examined += row.examined
        if row.amount is not None:
            self.amount = (self.amount or Decimal(0)) + Decimal(row.amount)
