"""The demo county: the same every time, nobody real, and its sown faults can be found."""

import time

import pytest
from sqlalchemy import text

from backend.demo import answer_key, households
from backend.demo.families import REGION, Draw
from tests.conftest import committed


def test_the_same_seed_gives_the_same_county():
    assert list(Draw().families()) == list(Draw().families())


@pytest.fixture(scope="module")
async def county():
    async with committed() as session:
        # Other tests made households; the demo fills an empty registry only.
        await session.execute(
            text(
                "TRUNCATE household, person, household_member, income_item, deduction_item, property_item, expense_item,"
                " person_status, household_transfer, person_merge CASCADE"
            )
        )
    began = time.monotonic()
    async with committed() as session:
        await households.load(session)
    took = time.monotonic() - began
    return {"took": took, "key": answer_key.read()}


async def rows(sql, **values):
    async with committed() as session:
        return [tuple(row) for row in await session.execute(text(sql), values)]


async def test_the_county_has_its_shape(county):
    ((total, towns, unknown),) = await rows(
        "SELECT count(*), count(DISTINCT left(division_code, 9)), count(*) FILTER (WHERE income_year IS NULL) FROM household"
    )
    assert total > 1500
    assert towns == 12
    assert unknown == 1
    assert county["took"] < 20


async def test_nobody_is_real(county):
    ((wrong,),) = await rows(
        "SELECT count(*) FROM person WHERE id_number_masked IS NOT NULL AND left(id_number_masked, 4) <> :region",
        region=REGION[:4],
    )
    assert wrong == 0


async def test_a_second_load_changes_nothing(county):
    before = await rows("SELECT count(*), max(id) FROM person")
    async with committed() as session:
        await households.load(session)
    assert await rows("SELECT count(*), max(id) FROM person") == before


async def test_the_key_names_what_a_query_finds(county):
    found = {
        "Q2": "SELECT h.number FROM household h JOIN household_member m ON m.household_id = h.id WHERE m.person_id IN"
        " (SELECT person_id FROM household_member WHERE left_on IS NULL GROUP BY 1 HAVING count(*) > 1)"
        " AND m.relation = 'other_relative'",
        "Q4": "SELECT h.number FROM household h JOIN household_member m ON m.household_id = h.id JOIN person p"
        " ON p.id = m.person_id WHERE p.dead_on IS NOT NULL AND h.status = 'active'",
        "Q10": "SELECT number FROM household WHERE next_review_on < date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')",
        "Q16": "SELECT number FROM household WHERE phone_index IN"
        " (SELECT phone_index FROM household GROUP BY 1 HAVING count(*) > 5)",
    }
    for rule, sql in found.items():
        assert sorted(number for (number,) in await rows(sql)) == sorted(h["household"] for h in county["key"][rule])
