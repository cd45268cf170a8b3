"""Arrange a visit, record it; a change leads to a review of what the household receives."""

from datetime import date, datetime, time

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import intake
from backend.discovery.errors import VisitOver
from backend.discovery.models import HouseholdVisit, VisitKind, VisitResult
from backend.discovery.permissions import VisitPermission as P
from backend.discovery.rules import months_later
from backend.discovery.visiting.listing import allowed
from backend.discovery.visiting.schemas import VisitArranged, VisitOut, VisitRecorded
from backend.files.repository import readable_ids
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, light_between
from backend.kernel.errors import invalid
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.registry.models import Household
from backend.registry.permissions import RegistryPermission


async def arrange(session: AsyncSession, actor: Actor, form: VisitArranged) -> HouseholdVisit:
    """Plan a visit besides the cycle."""
    household = await get_visible(session, actor, Household, form.household_id, RegistryPermission.READ)
    actor.require(P.PLAN, household.division_code)
    at = now()
    if form.due_on < at.astimezone(CHINA).date():
        raise invalid("due_on", "应走访日期不能早于今天，请重新填写")
    visit = HouseholdVisit(
        household_id=int(household.id or 0),
        head_name=household.head_name,
        division_code=household.division_code,
        kind=VisitKind.CARE,
        reason=form.reason,
        planned_at=at,
        due_at=datetime.combine(form.due_on, time(23, 59, 59), CHINA),
    )
    session.add(visit)
    await session.flush()
    await _record(session, actor, visit, "arrange")
    return visit


async def record(session: AsyncSession, actor: Actor, visit_id: int, form: VisitRecorded) -> HouseholdVisit:
    """Keep what was found. A meeting closes a visit and sets the next one; a change opens the reviews."""
    visit = await get_visible(session, actor, HouseholdVisit, visit_id, P.READ, lock=True)
    actor.require(P.RECORD, visit.division_code)
    if visit.result is not None:
        raise VisitOver
    at = now()
    today = at.astimezone(CHINA).date()
    day = form.visited_on or today
    if day > today:
        raise invalid("visited_on", "走访日期不能晚于今天，请核对")
    if set(form.file_ids) - await readable_ids(session, actor, form.file_ids):
        raise invalid("file_ids", "有文件不存在或您无权查看，请重新上传后再提交")
    visit.user_id, visit.user_name = actor.user_id, actor.name
    if form.met:
        visit.result, visit.visited_on, visit.visitors = form.result, day, form.visitors
        visit.findings, visit.file_ids = form.findings, form.file_ids
        await _follow(session, actor, visit, day)
    else:
        missed = {"visited_on": day.isoformat(), "visitors": form.visitors, "findings": form.findings}
        visit.attempts = [*visit.attempts, missed]
    visit.version += 1
    visit.updated_at = at
    session.add(visit)
    await session.flush()
    await _record(session, actor, visit, "record")
    return visit


async def _follow(session: AsyncSession, actor: Actor, visit: HouseholdVisit, day: date) -> None:
    """Set the household's next review, and open a review of each benefit when something has changed."""
    household = await session.get_one(Household, visit.household_id, with_for_update=True)
    if visit.months is not None and visit.result is not VisitResult.CANCELLED:
        household.next_review_on = months_later(day, visit.months)
        session.add(household)
    if visit.result is not VisitResult.CHANGED:
        return
    reason = f"走访发现情况变化：{visit.findings}"[:500]
    for code in visit.projects:
        case = await intake.review_of_household(session, actor, household, code, reason)
        visit.review_numbers = [*visit.review_numbers, case.number]


async def _record(session: AsyncSession, actor: Actor, visit: HouseholdVisit, action: str) -> None:
    await audit.record(
        session,
        actor,
        f"visit.{action}",
        subject=("household_visit", visit.key),
        division_code=visit.division_code,
        details={"household": visit.household_id, "result": visit.result.value if visit.result else None},
    )


async def view(actor: Actor, visit: HouseholdVisit) -> VisitOut:
    """Return a visit as its reader sees it."""
    light = light_between(visit.planned_at, visit.due_at, now()) if visit.result is None else None
    row = visit.model_dump()
    return VisitOut.model_validate(row | {"light": light, "allowed_actions": allowed(actor, row)})
