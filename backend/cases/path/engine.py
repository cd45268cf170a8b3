"""Walk a path: what may be done now, and where it leads. Pure; rights and guards are asked by the service."""

from dataclasses import dataclass, replace

from backend.cases.models.codes import CaseKind, CaseState, Change, DecisionLevel
from backend.cases.path.actions import ACTIONS, Action
from backend.cases.path.kinds import ALWAYS, KINDS, WAITS_ELSEWHERE, Edge, StepKind
from backend.cases.permissions import CasePermission


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a project's path. Periods: working days, calendar days (公示) or hours; None has no clock."""

    code: str
    kind: StepKind
    name: str
    permission: CasePermission
    working_days: int | None = None
    calendar_days: int | None = None
    hours: int | None = None
    roles: tuple[str, ...] = ()
    actions: frozenset[str] = frozenset()
    guards: tuple[str, ...] = ()
    people: int = 1
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """The steps in order, and the clocks of the whole."""

    steps: tuple[Step, ...]
    kind: CaseKind
    decision_level: DecisionLevel
    promise_days: int | None = None
    statutory_days: int | None = None
    extended_days: int | None = None
    urgent_hours: int | None = None
    publicity_days: int | None = None
    publicity_working_days: bool = False
    excludes_publicity: bool = False
    monthly: bool = True
    limit: str | None = None
    shared_materials: tuple[tuple[str, str], ...] = ()

    def step(self, code: str) -> Step | None:
        """Return the step of this code."""
        return next((step for step in self.steps if step.code == code), None)

    def after(self, step: Step, change: Change | None = None) -> Step | None:
        """Return the step that follows: optional ones only by an objection, a hearing only before a cut or a stop."""
        rest = (s for s in self.steps[self.steps.index(step) + 1 :] if not s.optional)
        return next((s for s in rest if s.kind is not StepKind.HEARING or needs_hearing(change)), None)

    def before(self, step: Step, kind: StepKind | None = None) -> Step | None:
        """Return the nearest earlier step, of a kind when one is wanted and present."""
        earlier = self.steps[: self.steps.index(step)][::-1]
        wanted = next((s for s in earlier if s.kind is kind), None) if kind else None
        return wanted or next((s for s in earlier if not s.optional), None)

    def has(self, kind: StepKind) -> bool:
        """Tell whether the path passes such a step."""
        return any(step.kind is kind for step in self.steps)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an action leads: the state, the step, and whether that ends the case."""

    state: CaseState
    step: Step
    ended: bool
    entered: bool


def needs_hearing(change: Change | None) -> bool:
    """Tell whether the person is heard first (社会救助法 第48条)."""
    return change in {Change.REDUCE, Change.STOP}


def edges_now(path: Path, step: Step, state: CaseState) -> dict[str, Edge]:
    """Return the actions of this step in this state; `previous` needs a step to go back to."""
    return {
        edge.action: edge
        for edge in KINDS[step.kind].edges
        if (edge.when is None or state in edge.when)
        and (not step.actions or edge.action in step.actions or edge.action in ALWAYS)
        and (edge.to != "previous" or path.before(step, edge.back_to) is not None)
    }


def permission_of(step: Step, action: Action) -> CasePermission:
    """Return the right an action takes: its own, or the step's."""
    return action.permission or step.permission


def outcome(path: Path, step: Step, state: CaseState, edge: Edge, change: Change | None = None) -> Outcome:
    """Return where the edge leads. The end of the list closes what has no state of its own."""
    if edge.to == "stay":
        return Outcome(edge.state or state, step, ended=False, entered=False)
    if edge.to == "end":
        return Outcome(edge.state or CaseState.CLOSED, step, ended=True, entered=False)
    target = path.after(step, change) if edge.to == "next" else path.before(step, edge.back_to)
    if target is None:
        return Outcome(edge.state or CaseState.CLOSED, step, ended=True, entered=False)
    return Outcome(KINDS[target.kind].entry, target, ended=False, entered=True)


def redirected(edge: Edge, *, upheld: bool, back_to: StepKind) -> Edge:
    """Send a case whose objection was upheld back to be deliberated or investigated again (57号 第22条)."""
    if edge.action == "objection_answer" and upheld:
        return replace(edge, to="previous", state=None, back_to=back_to)
    return edge


def reconsideration(path: Path) -> StepKind:
    """Return where an upheld objection leads: to the people's deliberation where the path knows one."""
    return StepKind.DELIBERATION if path.has(StepKind.DELIBERATION) else StepKind.INVESTIGATION


def waits_for(step: Step, state: CaseState) -> tuple[CasePermission, tuple[str, ...]]:
    """Return the right and the roles (none: any) of the post whose turn it is."""
    elsewhere = WAITS_ELSEWHERE.get(state)
    return (elsewhere, ()) if elsewhere else (step.permission, step.roles)


def label_of(action: str) -> str:
    """Return the words of an action."""
    known = ACTIONS.get(action)
    return known.label if known else action
