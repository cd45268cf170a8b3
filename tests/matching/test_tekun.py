"""Households with members who are kept as 特困: no 低保 is missed for these, and none is doubled for the others."""

import pytest
from sqlalchemy import text

from tests.conftest import committed
from tests.matching.conftest import generate
from tests.matching.test_runs import DAY, findings, household, members_of, pay, run

IN_ORDER = (
    "UPDATE household SET residence = 'rural', income_declared = true, income_year = 0, income_month = 0,"
    " property_declared = true, property_result = 'pass' WHERE number = :number"
)


@pytest.fixture(scope="module")
async def homes(app):
    """Households of two, numbered K1, K6, K11, … apart from those that other tests count."""
    await generate(30_001, 30_030)
    await change("UPDATE household SET number = 'K' || substr(number, 2)::int - 30000 WHERE number LIKE 'T300__'")


async def change(sql, **values):
    async with committed() as session:
        await session.execute(text(sql), values)


async def keep(*persons):
    for person in persons:
        await change(
            "INSERT INTO person_status (person_id, division_code, kind, valid_from) SELECT id, division_code, 'tekun',"
            " date '2022-01-01' FROM person WHERE id = :person",
            person=person,
        )


async def found_of(client, number):
    outcome = await run(client)
    home = await household(number)
    open_ = await findings(client, outcome["id"], status="open")
    return {(f["kind"], f["cause"], f["project_code"]) for f in open_ if f["household_id"] == home}


@pytest.mark.parametrize("recorded", [True, False], ids=["by their status", "by their benefits alone"])
async def test_a_household_all_of_whose_members_are_kept_misses_no_dibao(sign_in, homes, recorded):
    client, number = await sign_in("county_clerk"), "K1" if recorded else "K6"
    await change(IN_ORDER, number=number)
    people = await members_of(number)
    assert len(people) == 2
    if recorded:
        await keep(*people)
    for person in people:
        await pay(number, "A05", "1035.00", person)
    assert {f for f in await found_of(client, number) if f[2] in ("A01", "A02", "A07")} == set()


async def test_the_others_of_a_household_miss_their_dibao_and_get_it_without_a_double(sign_in, homes):
    client, number = await sign_in("county_clerk"), "K11"
    await change(IN_ORDER, number=number)
    kept, _ = await members_of(number)
    await keep(kept)
    await pay(number, "A05", "1035.00", kept)
    matches = (await client.get(f"/api/v1/households/{await household(number)}/matches?as_of={DAY}")).json()["items"]
    assert next(m for m in matches if m["project_code"] == "A02")["amount"] == "789.00"
    assert ("missed", "eligible_unpaid", "A02") in await found_of(client, number)
    await pay(number, "A02", "1578.00")
    found = await found_of(client, number)
    assert {("wrong", "amount_differs", "A02"), ("duplicate", "exclusive", "A02")} <= found
    await change(
        "UPDATE benefit SET monthly_amount = 789 WHERE project_code = 'A02' AND household_id = :home",
        home=await household(number),
    )
    assert {f for f in await found_of(client, number) if f[2] == "A02"} == set()


async def test_a_household_that_everybody_has_left_is_paid_wrongly(sign_in, homes):
    client, number = await sign_in("county_clerk"), "K16"
    await change(IN_ORDER, number=number)
    await pay(number, "A02", "1578.00")
    await change(
        "UPDATE household_member SET left_on = '2023-06-01' WHERE household_id = :home", home=await household(number)
    )
    assert ("wrong", "not_eligible", "A02") in await found_of(client, number)


async def test_a_member_left_out_of_the_insured_does_not_lose_what_is_due_to_them_alone(sign_in, homes):
    client, number = await sign_in("county_clerk"), "K21"
    await change(IN_ORDER, number=number)
    person, other = await members_of(number)
    await change(
        "UPDATE person SET birth_date = '1940-01-01', has_support_obligor = false, in_institution = false WHERE id = :id",
        id=person,
    )
    await pay(number, "A02", "1578.00")
    assert ("missed", "eligible_unpaid", "A05") not in await found_of(client, number)
    await change("UPDATE household_member SET insured = false WHERE person_id = :id", id=person)
    assert ("missed", "eligible_unpaid", "A05") in await found_of(client, number)
    assert other
