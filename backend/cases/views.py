"""A case as its reader sees it: allowed actions, forms, lists, file, timeline, tasks."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backend.cases.models import Case, CaseState
from backend.cases.path import engine
from backend.cases.path.actions import ACTIONS, Action
from backend.cases.path.engine import Path, Step
from backend.cases.path.kinds import KINDS, StepKind
from backend.cases.permissions import CasePermission
from backend.kernel.actor import Actor
from backend.kernel.clocks import Light


def allowed(actor: Actor, case: Case, path: Path) -> list[str]:
    """Return what this actor may do to the case now; guards may still refuse with their sentence."""
    step = path.step(case.step)
    if step is None or not case.open:
        return []
    return [
        code
        for code in engine.edges_now(path, step, case.state)
        if actor.may(engine.permission_of(step, ACTIONS[code]), case.division_code)
        and (ACTIONS[code].permission is not None or _in_role(actor, step.roles) or _decides(actor, step, case))
    ]


def _decides(actor: Actor, step: Step, case: Case) -> bool:
    return step.kind is StepKind.CONFIRMATION and actor.may(CasePermission.CONFIRM, case.division_code)


def _in_role(actor: Actor, roles: Iterable[str]) -> bool:
    wanted = set(roles)
    return not wanted or bool(wanted & set(actor.roles))


def allowed_in_row(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """Return the same from a row of the list, whose path is not at hand."""
    if not row["open"]:
        return []
    state = CaseState(row["state"])
    found = []
    for edge in KINDS[StepKind(row["step_kind"])].edges:
        if edge.when is not None and state not in edge.when:
            continue
        if edge.to == "previous" and row["step_index"] == 0:
            continue
        own = ACTIONS[edge.action].permission
        county = row["step_kind"] == StepKind.CONFIRMATION and actor.may(CasePermission.CONFIRM, row["division_code"])
        if own is None and not county and not _in_role(actor, row["step_roles"]):
            continue
        if actor.may(own or row["step_permission"], row["division_code"]):
            found.append(edge.action)
    return found


def forms_of(actions: list[str]) -> dict[str, dict[str, Any]]:
    """Return per action its words, whether it needs an opinion, and the JSON schema of its data."""
    return {code: _form_of(ACTIONS[code]) for code in actions}


def _form_of(action: Action) -> dict[str, Any]:
    schema = action.form.model_json_schema()
    schema.pop("description", None)  # the class's docstring, which is for those who read the code
    return schema | {"title": action.label, "x-opinion-required": action.opinion}


def light_of_case(case: Case, at: datetime) -> Light | None:
    """Return the colour now; None for a closed case or one that waits for the applicant."""
    if not case.open or case.due_at is None:
        return None
    if at > case.due_at:
        return Light.OVERDUE
    if case.red_at is not None and at >= case.red_at:
        return Light.RED
    if case.amber_at is not None and at >= case.amber_at:
        return Light.AMBER
    return Light.GREEN
