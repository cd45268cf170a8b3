"""The number in force on a day is that of the nearest area and of the residence; a what-if changes only the answer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Date, Numeric, String, column, select, values
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.catalogue.rules.parameters import WhatIf, parameters_in_force
from tests.catalogue.rules.conftest import WORDS

ASKED = [WORDS["dibao_standard"], WORDS["margin_ratio"], WORDS["case_cap"]]
ROWS = [
    ("dibao_standard", "371623", "rural", 766, date(2022, 7, 1), date(2023, 7, 1)),
    ("dibao_standard", "371623", "rural", 789, date(2023, 7, 1), None),
    ("dibao_standard", "371623", "urban", 1001, date(2023, 7, 1), None),
    ("dibao_standard", "3716", "urban", 950, date(2020, 1, 1), None),
    ("margin_ratio", "37", None, Decimal("1.5"), date(2020, 1, 1), None),
    ("margin_ratio", "371623", "urban", Decimal("1.4"), date(2020, 1, 1), None),
    ("dibao_standard", "371624", "rural", 1, date(2020, 1, 1), None),
]
TABLE = (
    values(
        column("code", String()),
        column("division_code", String()),
        column("residence", String()),
        column("value", Numeric()),
        column("valid_from", Date()),
        column("valid_to", Date()),
        name="parameter",
    )
    .data(ROWS)
    .alias("parameter")
)


async def numbers(connection: AsyncConnection, day: date, what_if: WhatIf | None = None) -> dict[str, Any]:
    found = parameters_in_force(TABLE, ASKED, day, ["371623"], what_if)
    rows = (await connection.execute(select(found))).mappings().all()
    assert {(row["area"], row["residence"]) for row in rows} == {("371623", "rural"), ("371623", "urban")}
    return {row["residence"]: tuple(row[word.name] for word in ASKED) for row in rows}


@pytest.mark.parametrize(
    ("day", "rural", "urban"),
    [
        (date(2019, 12, 31), (None, None, None), (None, None, None)),
        (date(2022, 6, 30), (None, Decimal("1.5"), None), (950, Decimal("1.4"), None)),
        (date(2023, 6, 30), (766, Decimal("1.5"), None), (950, Decimal("1.4"), None)),
        (date(2023, 7, 1), (789, Decimal("1.5"), None), (1001, Decimal("1.4"), None)),
    ],
)
async def test_the_number_of_the_day_the_area_and_the_residence(
    day: date, rural: tuple[Any, ...], urban: tuple[Any, ...], connection: AsyncConnection
) -> None:
    assert await numbers(connection, day) == {"rural": rural, "urban": urban}


async def test_a_what_if_replaces_one_number_or_that_of_one_residence(connection: AsyncConnection) -> None:
    day = date(2023, 7, 1)
    found = await numbers(connection, day, {"dibao_standard": Decimal(800)})
    assert (found["rural"][0], found["urban"][0]) == (800, 800)
    found = await numbers(connection, day, {("dibao_standard", "rural"): Decimal(800)})
    assert (found["rural"][0], found["urban"][0]) == (800, 1001)
    found = await numbers(connection, day, {"case_cap": Decimal(5)})
    assert found["rural"] == (789, Decimal("1.5"), 5)
    assert (await numbers(connection, day))["rural"] == (789, Decimal("1.5"), None)


async def test_many_counties_have_their_own_numbers(connection: AsyncConnection) -> None:
    found = parameters_in_force(TABLE, ASKED, date(2023, 7, 1), ["371623", "371624"])
    asked = select(found.c.area, found.c.dibao_standard).where(found.c.residence == "rural")
    rows = (await connection.execute(asked)).all()
    assert dict(tuple(row) for row in rows) == {"371623": 789, "371624": 1}
