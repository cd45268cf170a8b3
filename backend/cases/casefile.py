"""The case file and its timeline, put together for one reader."""

from datetime import datetime
from typing import Any

from sqlalchemy import column, select, table
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import clocks, repository, service, views
from backend.cases.models import Case, CaseState
from backend.cases.permissions import CasePermission
from backend.cases.schemas import CaseFile, CaseOut, Timeline, TimelineStep
from backend.kernel.actor import Actor
from backend.kernel.i18n import say
from backend.kernel.models import now
from backend.kernel.scope import get_visible

_DIVISION = table("division", column("code"), column("name"))


async def outline(session: AsyncSession, actor: Actor, case: Case, at: datetime | None = None) -> CaseOut:
    """Return the case as every answer to a change shows it."""
    at = at or now()
    path = await service.path_of_case(session, case)
    calendar = await clocks.work_calendar(session)
    pauses = await clocks.suspensions(session, case, path)
    used = clocks.used_days(case, calendar, pauses, case.closed_at or at)
    return CaseOut.model_validate(
        case.model_dump()
        | {
            "allowed_actions": views.allowed(actor, case, path),
            "light": views.light_of_case(case, at),
            "used_gross": used.gross if used else None,
            "used_net": used.net if used else None,
            "warnings": await _warnings(session, case),
        }
    )


async def _warnings(session: AsyncSession, case: Case) -> list[str]:
    found = []
    if case.provisional:
        found.append(say("到期日跨越尚未公布节假日安排的年度，为暂定日期，公布后自动重新计算"))
    if case.urgent:
        for act in await repository.acts(session, case, ("quick_check",)):
            numbers = "、".join(act.data.get("same_cause", []))
            if numbers:
                found.append(say("一年内同一人或同一家庭已获急难救助：{numbers}，请核实是否同一事由", numbers=numbers))
    if case.state is CaseState.TO_SUPPLEMENT:
        found.append(say("已一次性告知补正，等待申请人补交材料；受理前不计算办理时限"))
    return found


async def read(session: AsyncSession, actor: Actor, case_id: int) -> CaseFile:
    """Return everything about a case."""
    case = await get_visible(session, actor, Case, case_id, CasePermission.READ)
    path = await service.path_of_case(session, case)
    shown = await outline(session, actor, case)
    return CaseFile(
        **shown.model_dump(),
        form=case.form,
        action_forms=views.forms_of(shown.allowed_actions),
        path=[
            {
                "code": step.code,
                "name": step.name,
                "kind": step.kind.value,
                "permission": step.permission.value,
                "working_days": step.working_days,
                "current": step.code == case.step,
                "passed": path.steps.index(step) < case.step_index or not case.open,
            }
            for step in path.steps
        ],
        records=await repository.records(session, case),
    )


async def timeline(session: AsyncSession, actor: Actor, case_id: int) -> Timeline:
    """Return every act, oldest first, with the names of the actors' divisions."""
    case = await get_visible(session, actor, Case, case_id, CasePermission.READ)
    steps = await repository.timeline(session, case)
    codes = {step.actor_division for step in steps if step.actor_division}
    rows = await session.execute(select(_DIVISION.c.code, _DIVISION.c.name).where(_DIVISION.c.code.in_(codes)))
    names: dict[str, Any] = {row.code: row.name for row in rows}
    return Timeline(
        items=[
            TimelineStep(
                **step.model_dump(include=set(TimelineStep.model_fields)),
                division=names.get(step.actor_division or ""),
                due=step.due_at,
                working_days_used=step.used_gross,
                working_days_used_net=step.used_net,
                late=step.at > step.due_at if step.due_at else None,
            )
            for step in steps
        ]
    )
