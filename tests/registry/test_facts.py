"""The registry supplies every word that rules know, in the type that rules expect."""

from datetime import date

import pytest
from sqlalchemy import Boolean, Date, Numeric, String, select, text

from backend.catalogue.rules.vocabulary import NUMERIC, FactType, UnitOf, fact_words
from backend.registry.facts import facts_source
from tests.conftest import committed

DAY = date(2026, 11, 23)
SOURCE = facts_source(DAY)
WORDS = [word for word in fact_words() if word.unit_of is not UnitOf.CASE]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_every_word_has_a_column_of_its_type(word):
    source = SOURCE.households if word.unit_of is UnitOf.HOUSEHOLD else SOURCE.persons
    wanted = Numeric if word.type in NUMERIC else {FactType.TRUTH: Boolean, FactType.DATE: Date}.get(word.type, String)
    assert isinstance(source.c[word.name].type, wanted)


async def facts(household_id, day=DAY):
    async with committed() as session:
        source = facts_source(day, household_ids=[household_id]).households
        return dict((await session.execute(select(source))).mappings().one())


async def test_a_status_counts_from_its_first_day_to_the_day_before_its_last(clerk, household):
    made = (await clerk.post("/api/v1/households", json=household())).json()
    person = (await clerk.get(f"/api/v1/households/{made['id']}")).json()["members"][0]["id"]
    status = {"kind": "dibao", "valid_from": "2026-03-01", "valid_to": "2026-09-01", "amount": "1356.00"}
    await clerk.post(f"/api/v1/persons/{person}/statuses", json=status)
    for day, expected in (
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 8, 31), True),
        (date(2026, 9, 1), False),
    ):
        assert (await facts(made["id"], day))["has_dibao"] is expected, day
    assert (await facts(made["id"], date(2026, 5, 1)))["dibao_amount"] == 1356


async def test_income_per_head_keeps_its_full_precision(clerk, household):
    form = household()
    form["incomes"] = [{"category": "wage", "annual_amount": "10000.00"}]
    made = (await clerk.post("/api/v1/households", json=form)).json()
    exact = (await facts(made["id"]))["income_per_capita_month"]
    assert str(exact).startswith("277.77777777")
    assert made["income_per_capita_month"] == "277.78"


async def test_excluded_income_and_excluded_members_do_not_count(clerk, household):
    form = household()
    pension = {"category": "transfer", "annual_amount": "2400", "excluded": True, "exclude_reason": "basic_pension"}
    form["incomes"].append(pension)
    form["members"][2] |= {"included": False, "exclude_reason": "detox"}
    row = await facts((await clerk.post("/api/v1/households", json=form)).json()["id"])
    assert (row["member_count"], row["income_year"], row["uncounted_income"]) == (2, 10000, 2400)


async def test_a_holding_without_a_value_makes_the_assets_unknown(clerk, household):
    form = household(
        properties=[{"kind": "deposit", "value": "100"}, {"kind": "securities"}, {"kind": "vehicle", "quantity": 2}]
    )
    row = await facts((await clerk.post("/api/v1/households", json=form)).json()["id"])
    assert row["financial_assets"] is None
    assert row["vehicle_count"] == 2
    undeclared = household()
    del undeclared["properties"]
    assert (await facts((await clerk.post("/api/v1/households", json=undeclared)).json()["id"]))[
        "vehicle_count"
    ] is None


async def test_one_unknown_age_makes_the_number_of_children_unknown(clerk, household):
    made = (await clerk.post("/api/v1/households", json=household())).json()
    async with committed() as session:
        sql = "UPDATE person SET birth_date = NULL WHERE id = (SELECT head_person_id FROM household WHERE id = :id)"
        await session.execute(text(sql), {"id": made["id"]})
    row = await facts(made["id"])
    assert row["minor_count"] is row["oldest_age"] is None
    assert row["member_count"] == 3
