"""The demo accounts hold exactly the rights over the registry that the matrix gives them."""

import pytest


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("town109_clerk", 201),
        ("village109_helper", 403),
        ("town109_approver", 403),
        ("supervisor", 403),
        ("town001_clerk", 403),
    ],
)
async def test_who_may_register_a_household_in_town_109(sign_in, household, username, status):
    client = await sign_in(username)
    answer = await client.post("/api/v1/households", json=household(division_code="371623109008006"))
    assert answer.status_code == status, answer.text


async def test_a_helper_registers_in_the_own_village_and_sees_no_telephone(sign_in, household):
    helper = await sign_in("village109_helper")
    own = (await helper.get("/api/v1/auth/me")).json()["division"]["code"]
    made = await helper.post("/api/v1/households", json=household(division_code=own))
    assert made.status_code == 201
    rows = (await helper.get("/api/v1/households")).json()["items"]
    assert {row["phone"] for row in rows} <= {"*******1111", None}
    assert {row["income_per_capita_month"] for row in rows} == {None}


async def test_english_is_spoken_when_asked_for(sign_in, household):
    client = await sign_in("town109_clerk", "en")
    form = household(division_code="371623109008006")
    form["members"][1]["relation"] = "head"
    errors = (await client.post("/api/v1/households", json=form)).json()["errors"]
    assert errors == [{"field": "members.1.relation", "message": "A household has only one head."}]
