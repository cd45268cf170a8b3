"""The engine: whatever is done in whatever order, a case is in a declared state of a declared step."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases import rules
from backend.cases.errors import IllegalMove
from backend.cases.models import CaseKind, CaseState, Change, DecisionLevel
from backend.cases.path import engine
from backend.cases.path.actions import ACTIONS
from backend.cases.path.engine import Path, Step
from backend.cases.path.forms import ActionData
from backend.cases.path.guards import GUARDS
from backend.cases.path.kinds import KINDS, WAITS_ELSEWHERE, StepKind
from backend.cases.permissions import CasePermission
from backend.catalogue.content_terms import StepKind as CatalogueKind


def path_of(kinds: list[StepKind], kind: CaseKind = CaseKind.APPLICATION, optional: int = 0) -> Path:
    steps = [
        Step(f"{k.value}_{i}", k, k.label, KINDS[k].permission, optional=bool(optional >> i & 1) and i > 0)
        for i, k in enumerate(kinds)
    ]
    return Path(tuple(steps), kind, DecisionLevel.TOWN, 20, 30, 45)


FRONT = [StepKind.SUBMISSION, StepKind.COMMUNITY_REVIEW, StepKind.ACCEPTANCE]
MIDDLE = [StepKind.INVESTIGATION, StepKind.DELIBERATION, StepKind.REVIEW, StepKind.PUBLICITY]
EMERGENCY = [StepKind.QUICK_CHECK, StepKind.PAYMENT, StepKind.PAPERS, StepKind.COUNTY_RECORD, StepKind.CLOSING]
ordinary = st.builds(
    lambda front, middle: [k for k in FRONT if k in front] + [StepKind.ACCEPTANCE] * (StepKind.ACCEPTANCE not in front)
    + [k for k in MIDDLE if k in middle] + [StepKind.CONFIRMATION],
    st.sets(st.sampled_from(FRONT)),
    st.sets(st.sampled_from(MIDDLE), min_size=1),
).map(path_of)  # fmt: skip
emergencies = st.sampled_from(
    [EMERGENCY, [EMERGENCY[0], EMERGENCY[1], EMERGENCY[4]], EMERGENCY[:3] + EMERGENCY[4:]]
).map(lambda kinds: path_of(kinds, CaseKind.URGENT))
reviews = st.just(path_of([StepKind.PROPOSAL, StepKind.HEARING, StepKind.CHANGE_DECISION], CaseKind.REVIEW))


@given(
    st.one_of(ordinary, emergencies, reviews),
    st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60),
    st.sampled_from(Change),
)
def test_random_actions_never_reach_an_undeclared_state(
    path: Path, choices: list[tuple[int, bool]], change: Change
) -> None:
    step, state = path.steps[0], KINDS[path.steps[0].kind].entry
    for number, upheld in choices:
        edges = list(engine.edges_now(path, step, state).values())
        assert edges, f"{state} in {step.kind} is a dead end"
        edge = engine.redirected(edges[number % len(edges)], upheld=upheld, back_to=engine.reconsideration(path))
        result = engine.outcome(path, step, state, edge, change)
        try:
            rules.check_move(state, result.state, edge.action)
        except IllegalMove:
            # Refused in words: the case stays where it was, which is declared too.
            continue
        assert result.step in path.steps
        if result.ended:
            assert result.state in rules.FINAL
            return
        assert result.state not in rules.FINAL
        step, state = result.step, result.state


@given(st.one_of(ordinary, emergencies))
def test_going_straight_on_reaches_the_end(path: Path) -> None:
    step, state = path.steps[0], KINDS[path.steps[0].kind].entry
    for _ in range(40):
        edges = engine.edges_now(path, step, state)
        first = next(e for e in KINDS[step.kind].edges if e.action in edges)
        result = engine.outcome(path, step, state, first)
        rules.check_move(state, result.state, first.action)
        if result.ended:
            assert result.state in {CaseState.APPROVED, CaseState.CLOSED}
            return
        step, state = result.step, result.state
    pytest.fail("the path has no end")


def test_every_edge_names_a_known_action_and_every_guard_exists() -> None:
    used = {edge.action for kind in KINDS.values() for edge in kind.edges}
    assert used == set(ACTIONS)
    assert {name for action in ACTIONS.values() for name in action.guards} == set(GUARDS)


def test_every_form_is_a_closed_schema_with_titles() -> None:
    for action in ACTIONS.values():
        schema = action.form.model_json_schema()
        assert schema["additionalProperties"] is False, action.code
        assert issubclass(action.form, ActionData)
        for name, field in schema.get("properties", {}).items():
            assert field.get("title", name)[0] > "一"[0] or not field["title"].isascii(), (action.code, name)


def test_the_engine_knows_every_kind_the_catalogue_offers() -> None:
    assert {kind.value for kind in CatalogueKind} <= {kind.value for kind in StepKind}
    assert {k.value: k.label for k in CatalogueKind}.items() <= {k.value: k.label for k in StepKind}.items()


def test_no_state_leads_out_of_the_end() -> None:
    assert CaseState.APPROVED in rules.FINAL
    with pytest.raises(IllegalMove, match="已确认"):
        rules.check_move(CaseState.APPROVED, CaseState.REJECTED, "不予批准")


def test_a_versions_own_list_of_actions_takes_no_way_out_away() -> None:
    path = path_of([StepKind.ACCEPTANCE, StepKind.CONFIRMATION])
    narrow = replace(path.steps[0], actions=frozenset({"accept"}))
    path = replace(path, steps=(narrow, path.steps[1]))
    assert set(engine.edges_now(path, narrow, CaseState.SUBMITTED)) == {"accept", "withdraw", "kin_register"}


def test_an_optional_step_is_passed_by_unless_an_objection_leads_there() -> None:
    kinds = [StepKind.INVESTIGATION, StepKind.DELIBERATION, StepKind.REVIEW, StepKind.PUBLICITY, StepKind.CONFIRMATION]
    path = path_of(kinds, optional=0b10)
    assert path.after(path.steps[0]) is path.steps[2]
    edge = engine.redirected(
        engine.edges_now(path, path.steps[3], CaseState.OBJECTED)["objection_answer"],
        upheld=True,
        back_to=engine.reconsideration(path),
    )
    result = engine.outcome(path, path.steps[3], CaseState.OBJECTED, edge)
    assert result.step.kind is StepKind.DELIBERATION
    rules.check_move(CaseState.OBJECTED, result.state, "异议答复")


def test_waiting_elsewhere_names_states_of_the_table() -> None:
    assert set(WAITS_ELSEWHERE) <= set(rules.MOVES)
    assert all(isinstance(permission, CasePermission) for permission in WAITS_ELSEWHERE.values())
