"""What can be done to a case. Actions of a path share `act`; the state changes in `_move` alone."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import clocks, repository, rules, views
from backend.cases.actions.effects import EFFECTS, plain
from backend.cases.errors import ActionNotHere, OpinionMissing, PathBroken, UnknownAction
from backend.cases.events import CaseClosed
from backend.cases.letters import service as letters
from backend.cases.models import Case, CaseState, CaseStep
from backend.cases.path import engine
from backend.cases.path.actions import ACTIONS, Action
from backend.cases.path.definition import path_of
from backend.cases.path.engine import Outcome, Path, Step
from backend.cases.path.forms import ActionData
from backend.cases.path.guards import GUARDS, Acting
from backend.cases.path.kinds import KINDS, StepKind
from backend.cases.path.obstacles import guards_of_step
from backend.cases.permissions import CasePermission
from backend.cases.schemas import ActionForm
from backend.catalogue.models import ProjectVersion
from backend.kernel.actor import SYSTEM, Actor, Reach
from backend.kernel.errors import InvalidInput, NotPermitted
from backend.kernel.events import publish
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.kernel.validation import faults_in_words


async def path_of_case(session: AsyncSession, case: Case) -> Path:
    """Return the path of the version the case began under; a later version never moves a running case."""
    version = await session.get(ProjectVersion, case.version_id)
    if version is None:
        raise PathBroken(project=case.project_name, step=case.step_name)
    return path_of(version, case.kind)


async def act(session: AsyncSession, actor: Actor, case_id: int, form: ActionForm, at: datetime | None = None) -> Case:
    """Do one action of the case's path under its row lock: right, state, form, guards, effect, move, in this order."""
    case = await get_visible(session, actor, Case, case_id, CasePermission.READ, lock=True)
    path = await path_of_case(session, case)
    await perform(session, actor, case, path, form, at or now())
    return case


async def end_notice(session: AsyncSession, case_id: int, at: datetime) -> bool:
    """End a notice because its days are over, on behalf of the product; False when somebody was quicker."""
    case = await session.get_one(Case, case_id, with_for_update=True)
    if case.state is not CaseState.PUBLICISED:
        return False
    area = Reach((case.division_code,))
    clock = replace(SYSTEM, rights={str(CasePermission.PUBLICISE): area})
    await perform(session, clock, case, await path_of_case(session, case), ActionForm(action="publicity_end"), at)
    return True


async def perform(session: AsyncSession, actor: Actor, case: Case, path: Path, form: ActionForm, at: datetime) -> None:
    """Do one action to a locked case."""
    action = ACTIONS.get(form.action)
    if action is None:
        raise UnknownAction(action=form.action)
    step = _step_of(case, path)
    _require(actor, case, step, action)
    edge = engine.edges_now(path, step, case.state).get(action.code) if case.open else None
    if edge is None:
        raise _not_here(actor, case, path, step, action)
    opinion = (form.opinion or "").strip() or None
    if action.opinion and opinion is None:
        raise OpinionMissing(action=action.label)
    data = _read(action, form.data)
    acting = Acting(session, actor, case, path, step, action, data, opinion, at, {})
    for name in dict.fromkeys((*action.guards, *guards_of_step(step, edge))):
        await GUARDS[name](acting)
    before = clocks.dues_of(case)
    effect = EFFECTS.get(action.code)
    if effect is not None:
        await effect(acting)
    upheld = bool(getattr(data, "upheld", False))
    edge = engine.redirected(edge, upheld=upheld, back_to=engine.reconsideration(path))
    result = engine.outcome(path, step, case.state, edge, case.change)
    await _move(acting, result, before)


def _require(actor: Actor, case: Case, step: Step, action: Action) -> None:
    """Ask for the right, and for one of the roles the version gives the step to."""
    actor.require(_needed(step, action), case.division_code)
    here = any(edge.action == action.code for edge in KINDS[step.kind].edges)
    if step.kind is StepKind.CONFIRMATION and actor.may(CasePermission.CONFIRM, case.division_code):
        # The county may decide what the town may: beyond the town's limit it must.
        return
    if here and action.permission is None and step.roles and not set(step.roles) & set(actor.roles):
        raise NotPermitted(permission=f"{step.name}：{action.label}")


def _needed(step: Step, action: Action) -> CasePermission:
    """Return the right: of the step when it has the action, else of the first step kind that has."""
    if action.permission is not None or any(e.action == action.code for e in KINDS[step.kind].edges):
        return engine.permission_of(step, action)
    kinds = (kind for kind in KINDS.values() if any(e.action == action.code for e in kind.edges))
    return next(kinds).permission


def _step_of(case: Case, path: Path) -> Step:
    step = path.step(case.step)
    if step is None:
        raise PathBroken(project=case.project_name, step=case.step_name)
    return step


def _read(action: Action, data: dict[str, Any]) -> ActionData:
    try:
        return action.form.model_validate(data)
    except ValidationError as error:
        faults = [(f"data.{f['field']}".removesuffix(".body"), f["message"]) for f in faults_in_words(error.errors())]
        raise InvalidInput().at(*faults) from None


def _not_here(actor: Actor, case: Case, path: Path, step: Step, action: Action) -> ActionNotHere:
    """Say both states: where the case is and where the action would have led."""
    targets = [e.state for kind in KINDS.values() for e in kind.edges if e.action == action.code and e.state]
    known = views.allowed(actor, case, path)
    available = "、".join(engine.label_of(code) for code in known) or "无"
    return ActionNotHere(
        current=case.state.label,
        step=step.name,
        action=action.label,
        target=targets[0].label if targets else "下一环节",
        available=available,
    )


async def begin(
    session: AsyncSession,
    actor: Actor,
    case: Case,
    path: Path,
    *,
    action: tuple[str, str],
    at: datetime,
    data: dict[str, Any],
) -> None:
    """Store a new case at the first step of its path, with the act that made it."""
    first = path.steps[0]
    case.state = KINDS[first.kind].entry
    enter(case, path, first, at)
    calendar = await clocks.work_calendar(session)
    clocks.set_clocks(case, path, first, calendar)
    session.add(case)
    await session.flush()
    opening = Acting(session, actor, case, path, first, Action(*action), None, None, at, dict(data))
    await letters.issue_for(opening)
    await _write(session, actor, case, first, action, None, None, opening.noted, at)
    await audit.record(
        session,
        actor,
        f"case.{action[0]}",
        subject=("case", case.key),
        division_code=case.division_code,
        details={"number": case.number, "project": case.project_code},
    )


def enter(case: Case, path: Path, step: Step, at: datetime) -> None:
    """Stand a case at the beginning of a step."""
    case.step, case.step_name, case.step_kind = step.code, step.name, step.kind.value
    case.step_index = path.steps.index(step)
    case.step_permission = step.permission.value
    case.step_roles = list(step.roles)
    case.step_started_at = at
    _wait(case, step)


def _wait(case: Case, step: Step) -> None:
    permission, roles = engine.waits_for(step, case.state)
    case.waits_for, case.waits_roles = permission.value, list(roles)


async def _move(acting: Acting, result: Outcome, before: dict[str, datetime | None]) -> None:
    """Change the state; the only place in the system that may. Writes clocks, timeline, audit, and the end."""
    case, at = acting.case, acting.at
    rules.check_move(case.state, result.state, acting.action.label)
    previous, step_due = case.state, case.step_due_at
    case.state = result.state
    if result.entered:
        enter(case, acting.path, result.step, at)
    if result.ended:
        case.waits_for, case.waits_roles = None, []
    else:
        _wait(case, result.step)
    if acting.action.code == "submit":
        case.submitted_at = at
    calendar = await clocks.work_calendar(acting.session)
    pauses = await clocks.suspensions(acting.session, case, acting.path)
    clocks.set_clocks(case, acting.path, result.step, calendar, pauses)
    if acting.action.code == "extend":
        clocks.keep_history(acting.session, acting.actor, case, before, f"延期办理：{acting.data.reason}")
    if result.ended:
        case.open, case.closed_at = False, at
    case.version += 1
    case.updated_at = now()
    await letters.issue_for(acting)
    words = (acting.action.code, acting.action.label)
    data = plain(acting.data) | acting.noted
    used = clocks.used_days(case, calendar, pauses, at)
    await _write(
        acting.session, acting.actor, case, acting.step, words, previous, step_due, data, at, acting.opinion, used
    )
    await audit.record(
        acting.session,
        acting.actor,
        f"case.{acting.action.code}",
        subject=("case", case.key),
        division_code=case.division_code,
        details={"from": previous.value, "to": case.state.value},
    )
    if result.ended:
        await publish(acting.session, CaseClosed(case.key, case.state.value, case.division_code))


async def note(
    session: AsyncSession,
    actor: Actor,
    case: Case,
    path: Path,
    action: tuple[str, str],
    data: dict[str, Any],
    at: datetime,
) -> None:
    """Write into the timeline what happened to a case from outside, without moving it."""
    await _write(session, actor, case, _step_of(case, path), action, case.state, case.step_due_at, data, at)


async def _write(
    session: AsyncSession,
    actor: Actor,
    case: Case,
    step: Step,
    action: tuple[str, str],
    previous: CaseState | None,
    due: datetime | None,
    data: dict[str, Any],
    at: datetime,
    opinion: str | None = None,
    used: Any = None,
) -> None:
    number = await repository.last_step_number(session, case.key) + 1
    session.add(
        CaseStep(
            case_id=case.key,
            number=number,
            division_code=case.division_code,
            action=action[0],
            action_name=action[1],
            step=step.code,
            step_name=step.name,
            from_state=previous,
            to_state=case.state,
            user_id=actor.user_id,
            actor=actor.name,
            actor_division=actor.division_code,
            actor_roles=",".join(actor.roles),
            opinion=opinion,
            data=data,
            at=at,
            due_at=due,
            used_gross=used.gross if used else None,
            used_net=used.net if used else None,
        )
    )
    await session.flush()
