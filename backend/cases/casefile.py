"""The case file and its timeline, put together for one reader."""

from datetime import datetime
from typing import Any

from sqlalchemy import column, select, table
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import clocks, collected, repository, service, views
from backend.cases.answers import shown as shown_answers
from backend.cases.models import Case, CaseState
from backend.cases.path.actions import ACTIONS
from backend.cases.path.engine import Path
from backend.cases.path.guards import Acting
from backend.cases.path.obstacles import obstacles
from backend.cases.permissions import CasePermission
from backend.cases.proposals import proposals
from backend.cases.schemas import CaseFile, CaseOut, Timeline, TimelineStep
from backend.catalogue.models import ProjectVersion
from backend.identity.rights import roles
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


async def read(session: AsyncSession, actor: Actor, case_id: int, at: datetime | None = None) -> CaseFile:
    """Return everything about a case."""
    at = at or now()
    case = await get_visible(session, actor, Case, case_id, CasePermission.READ)
    path = await service.path_of_case(session, case)
    version = await session.get(ProjectVersion, case.version_id)
    shown = await outline(session, actor, case, at)
    records = await repository.records(session, case)
    collected.hide(actor, records)
    names = await _places(session, case.division_code)
    acting = _about_to_act(session, actor, case, path, shown.allowed_actions, at)
    return CaseFile(
        **shown.model_dump(),
        open=case.open,
        closed_at=case.closed_at,
        division_name=names[-1],
        town_name=names[0],
        waits_for=_waits_for(case),
        form=shown_answers(case.form),
        form_answers=collected.answers(version, case),
        action_forms=views.forms_of(shown.allowed_actions),
        obstacles=await obstacles(acting, shown.allowed_actions) if acting else {},
        proposals=await proposals(acting, shown.allowed_actions, names[-1]) if acting else {},
        clocks=await collected.clocks_of(session, case, path, at),
        signers=await collected.signers(session, case, at),
        papers=await collected.papers(version, records["materials"]),
        files=await collected.files(session, records),
        verifications=await collected.verifications(session, actor, case),
        appraisal=await collected.appraisal(session, actor, case, at),
        path=[
            {
                "code": step.code,
                "name": step.name,
                "kind": step.kind.value,
                "permission": step.permission.value,
                "working_days": step.working_days,
                "optional": step.optional,
                "current": step.code == case.step,
                "passed": path.steps.index(step) < case.step_index + (not case.open),
            }
            for step in path.steps
        ],
        records=records,
    )


def _about_to_act(
    session: AsyncSession, actor: Actor, case: Case, path: Path, actions: list[str], at: datetime
) -> Acting | None:
    """Return the reader as one about to act; None who cannot do anything."""
    step = path.step(case.step)
    if step is None or not actions:
        return None
    return Acting(session, actor, case, path, step, ACTIONS[actions[0]], None, None, at, {})


def _waits_for(case: Case) -> str | None:
    """Return whose turn it is, in words: the roles of the step, else what has to be done."""
    if not case.open or case.waits_for is None:
        return None
    if case.waits_roles:
        return "、".join(say(roles()[code].label) for code in case.waits_roles if code in roles())
    return say(CasePermission(case.waits_for).label)


async def _places(session: AsyncSession, code: str) -> list[str]:
    """Return the names of the town and of the place itself."""
    wanted = [code[:9], code]
    rows = await session.execute(select(_DIVISION.c.code, _DIVISION.c.name).where(_DIVISION.c.code.in_(wanted)))
    names: dict[str, Any] = {row.code: row.name for row in rows}
    return [names.get(part, part) for part in wanted]


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
