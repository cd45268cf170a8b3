"""Every law case holds on a real PostgreSQL, and so do the examples that a project must pass to be published."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.catalogue.content import load_content
from backend.catalogue.content.loading import read_yaml
from backend.catalogue.rules.evaluation import Project
from backend.catalogue.rules.examples import (
    Example,
    ExampleFault,
    disagreements,
    explain_example,
    explanations_of,
    residence_of,
)

FOLDER = Path(__file__).parent
CASES = [
    pytest.param(Example.model_validate(case), id=f"{path.stem}-{case['名称']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in read_yaml(path)
]
EXAMPLES = [
    pytest.param(example, id=f"{definition.code}-{example.name}")
    for definition in load_content().definitions
    for example in definition.examples
]


@pytest.fixture(scope="session")
async def connection(worker_database: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(worker_database)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def answers(example: Example, connection: AsyncConnection) -> list[ExampleFault]:
    content = load_content()
    projects: list[Project] = [project for project in content.projects if project.code in example.expected]
    parameters = content.parameters_on(example.on, residence_of(example, content.vocabulary))
    statement = explain_example(example, projects, content.vocabulary, parameters)
    rows = (await connection.execute(statement)).mappings().all()
    explanations = explanations_of(projects, rows, "zh")
    assert example.expected.keys() == {project.code for project in projects}
    return [fault for project in projects for fault in disagreements(example, project.code, project.unit, explanations)]


@pytest.mark.parametrize("example", CASES)
async def test_the_law_case_is_answered_as_the_officer_expects(example: Example, connection: AsyncConnection) -> None:
    assert [str(fault) for fault in await answers(example, connection)] == []


@pytest.mark.parametrize("example", EXAMPLES)
async def test_a_shipped_project_passes_its_examples(example: Example, connection: AsyncConnection) -> None:
    assert [str(fault) for fault in await answers(example, connection)] == []


async def test_a_wrong_expectation_is_told_with_amount_and_calculation(connection: AsyncConnection) -> None:
    case = CASES[0].values[0]
    outcome = case.expected["A02"][0].model_copy(update={"amount": 1357})
    wrong = case.model_copy(update={"expected": {"A02": [outcome]}})
    (fault,) = await answers(wrong, connection)
    assert "金额应为 1357，实际为 1356.00" in str(fault)
    assert "789 × 4 − 1800" in str(fault)


async def test_a_wrong_answer_is_told_with_the_deciding_reason(connection: AsyncConnection) -> None:
    case = next(c.values[0] for c in CASES if "正好等于农村标准" in c.values[0].name)
    outcome = case.expected["A02"][0].model_copy(update={"eligible": True, "reasons": []})
    (fault,) = await answers(case.model_copy(update={"expected": {"A02": [outcome]}}), connection)
    assert "应为“符合”，实际为“不符合”" in str(fault)
    assert "家庭人均月收入应低于 789 元，实际 789 元" in str(fault)


def test_there_are_enough_law_cases_and_each_has_its_own_name() -> None:
    names = [case.values[0].name for case in CASES]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


def test_every_complete_project_has_law_cases_with_both_answers() -> None:
    for definition in load_content().definitions:
        answers = {o.eligible for c in CASES for o in c.values[0].expected.get(definition.code, [])}
        assert {True, False} <= answers, definition.code


def test_the_cases_are_plain_yaml() -> None:
    for path in FOLDER.glob("*.yaml"):
        assert isinstance(yaml.safe_load(path.read_text("utf-8")), list)
