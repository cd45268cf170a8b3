"""Put a rule or a formula to households written in the test, on a real PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.catalogue.rules.evaluation import Project, explain, read_project
from backend.catalogue.rules.explanation import Explanation, explanation
from backend.catalogue.rules.facts import literal_facts
from backend.catalogue.rules.vocabulary import FactType, UnitOf, Vocabulary, fact_words, parameter_word

DAY = date(2026, 11, 23)
WORDS = Vocabulary(
    [
        *fact_words(),
        parameter_word("dibao_standard", "低保标准", FactType.MONEY, "元/人/月", positive=True),
        parameter_word("margin_ratio", "低保边缘倍数", FactType.DECIMAL, "倍", positive=True),
        parameter_word("rounding_unit", "取整单位", FactType.MONEY, "元", positive=True),
        parameter_word("case_cap", "封顶额", FactType.MONEY, "元"),
    ]
)
NUMBERS = {"dibao_standard": Decimal(789), "margin_ratio": Decimal("1.5"), "rounding_unit": Decimal(1)}


def condition(field: str, op: str, right: Any = None) -> dict[str, Any]:
    return {"left": {"type": "field", "field": field}, "op": op, "right": right}


def group(*children: Any, conjunction: str = "and", **more: Any) -> dict[str, Any]:
    return {"conjunction": conjunction, "children": list(children), **more}


ALWAYS = group(condition("as_of", "greater", "2000-01-01"))


@pytest.fixture(scope="session")
async def connection(worker_database: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(worker_database)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


Ask = Callable[..., Awaitable[Explanation]]


@pytest.fixture
def ask(connection: AsyncConnection) -> Ask:
    """`await ask(tree, amount, household={…}, members=[…])` explains one household."""

    async def ask(
        tree: Any = ALWAYS,
        amount: str | None = None,
        household: Mapping[str, Any] | None = None,
        members: Sequence[Mapping[str, Any]] = (),
        case: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] = NUMBERS,
        unit: UnitOf = UnitOf.HOUSEHOLD,
        language: str = "zh",
    ) -> Explanation:
        project: Project = read_project("X01", unit, tree, amount, WORDS)
        facts = literal_facts(
            WORDS,
            DAY,
            [{"household_id": 1, **(household or {})}],
            [{"household_id": 1, "person_id": n, **m} for n, m in enumerate(members, 1)],
            parameters,
        )
        statement = explain([project], facts.with_case(case) if case else facts)
        (row,) = (await connection.execute(statement)).mappings().all()
        return explanation(project, row, language)

    return ask
