"""What-if: counted in the background, by town, residence and project, and nothing is written but its own rows."""

from decimal import Decimal
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from backend.kernel.jobs import Running
from backend.matching.service import supposing
from tests.conftest import committed

DAY = "2023-12-01"
RURAL = {"parameter": "dibao_standard", "residence": "rural", "value": "889", "from": DAY}


async def suppose(client, **body):
    started = await client.post("/api/v1/matching/what-if", json=body)
    assert started.status_code == 202, started.text
    begun = started.json()
    assert begun["progress"] < 1
    running = Running(begun["job_id"], supposing.KIND, {"scenario_id": begun["id"]}, user_id=1)
    await supposing.carry_out(running)
    outcome = (await client.get(f"/api/v1/matching/what-if/{begun['id']}")).json()
    assert (outcome["status"], outcome["progress"]) == ("done", 1.0)
    return outcome


@pytest.fixture(scope="session")
async def raised(sign_in, county):
    return await suppose(await sign_in("county_clerk"), **RURAL)


async def parameters():
    async with committed() as session:
        return (await session.execute(text("SELECT count(*), max(id), sum(value) FROM parameter"))).one()


async def test_a_higher_standard_brings_entrants_and_changes_nothing(sign_in, county):
    before = await parameters()
    outcome = await suppose(await sign_in("county_clerk"), **RURAL)
    assert Decimal(outcome["changes"][0]["current"]) == 789
    lines = [line for line in outcome["lines"] if line["project_code"] == "A02"]
    assert {line["town_code"] for line in lines} == {"371623109", "371623001"}
    assert all(line["residence"] == "rural" for line in lines)
    assert sum(line["entrants"] for line in lines) > 0
    assert all(line["leavers"] == 0 for line in lines)
    assert Decimal(outcome["annual_cost"]) == 12 * Decimal(outcome["monthly_cost"]) > 0
    assert not any(line["entrants"] for line in outcome["lines"] if line["project_code"] == "A01")
    assert await parameters() == before


async def test_the_same_number_costs_nothing(sign_in, county):
    outcome = await suppose(await sign_in("county_clerk"), **RURAL | {"value": "789"})
    assert Decimal(outcome["monthly_cost"]) == 0
    assert (outcome["entrants"], outcome["leavers"]) == (0, 0)
    assert (outcome["margin_in"], outcome["margin_out"]) == (0, 0)


async def test_a_lower_standard_saves_and_lets_nobody_in(sign_in, county):
    outcome = await suppose(await sign_in("county_clerk"), **RURAL | {"value": "700"}, basis="eligible")
    rural = [line for line in outcome["lines"] if line["project_code"] == "A02"]
    assert Decimal(outcome["monthly_cost"]) < 0
    assert sum(line["leavers"] for line in rural) > 0
    assert sum(line["entrants"] for line in rural) == 0


async def test_whoever_is_paid_gets_exactly_the_difference_times_the_insured(sign_in, county):
    """Δ = n × (S′ − S): a family of three on 2,367 of the old standard gets 300 more (DOMAIN §3.7)."""
    client = await sign_in("county_clerk")
    from tests.matching.test_households import register

    made, _ = await register(await sign_in("town109_clerk"), "0.00", count=3)
    everybody = await suppose(client, **RURAL, basis="eligible", take_up="0", division_code=made["division_code"])
    paid_before = await suppose(client, **RURAL, take_up="0", division_code=made["division_code"])
    async with committed() as session:
        await session.execute(
            text(
                "INSERT INTO benefit (household_id, project_code, division_code, once, monthly_amount, from_month, status)"
                " VALUES (:id, 'A02', :area, false, 2367, '2022-01-01', 'active')"
            ),
            {"id": made["id"], "area": made["division_code"]},
        )
    paid = await suppose(client, **RURAL, take_up="0", division_code=made["division_code"])
    assert Decimal(paid["monthly_cost"]) - Decimal(paid_before["monthly_cost"]) == 300
    assert paid["total"]["raised"] == paid_before["total"]["raised"] + 1
    assert Decimal(everybody["monthly_cost"]) >= Decimal(paid["monthly_cost"])


async def test_the_take_up_rate_scales_only_the_newcomers(sign_in, raised):
    half = await suppose(await sign_in("county_clerk"), **RURAL, take_up="0.5")
    none = await suppose(await sign_in("county_clerk"), **RURAL, take_up="0")
    costs = [Decimal(each["monthly_cost"]) for each in (none, half, raised)]
    assert costs[0] < costs[1] < costs[2]
    assert abs((costs[1] - costs[0]) * 2 - (costs[2] - costs[0])) <= Decimal("0.02")
    rates = [Decimal(each["take_up"]) for each in half["sensitivity"]]
    assert rates == [Decimal("0.4"), Decimal("0.5"), Decimal("0.6")]
    assert Decimal(half["sensitivity"][1]["annual_cost"]) == Decimal(half["annual_cost"])


async def test_towns_projects_and_residences_add_up(raised):
    for parts in (raised["towns"], raised["residences"], [p for p in raised["projects"] if p["monthly"]]):
        assert sum(part["entrants"] for part in parts) == raised["entrants"]
        assert sum(Decimal(part["monthly_cost"]) for part in parts) == Decimal(raised["monthly_cost"])
    assert {town["town_name"] for town in raised["towns"]} == {"信阳镇", "棣丰街道"}


async def test_the_standard_is_tested_against_consumption_and_the_gap_is_told(raised):
    floors = {floor["residence"]: floor for floor in raised["floors"]}
    rural = floors["rural"]
    assert Decimal(rural["ratio_after"]) == (Decimal(889) * 12 / Decimal(rural["consumption"])).quantize(
        Decimal("0.0001")
    )
    assert rural["passed"] is True
    assert floors["urban"]["ratio_before"] == floors["urban"]["ratio_after"]
    assert Decimal(raised["gap_before"]) == (Decimal(789) / 1001).quantize(Decimal("0.0001"))
    assert Decimal(raised["gap_after"]) > Decimal(raised["gap_before"])
    assert raised["margin_in"] > 0


async def test_the_shortfall_is_what_poor_households_lack_and_payments_fill_more_of_it(raised):
    async with committed() as session:
        lacking = await session.scalar(
            text(
                "SELECT sum(h.member_count * (s.standard - h.income_year / 12 / h.member_count)) FROM household h"
                " JOIN (VALUES ('rural', 889), ('urban', 1001)) s (residence, standard) ON s.residence = h.residence"
                " WHERE h.status = 'active' AND h.member_count > 0 AND h.division_code LIKE '371623%'"
                " AND h.income_year / 12 / h.member_count < s.standard"
                " AND h.property_result IS DISTINCT FROM 'fail_hard'"
                " AND h.property_result IS DISTINCT FROM 'fail_reviewable'"
            )
        )
    # The facts of that day know who belonged to a household then; the register knows who belongs to it now.
    assert abs(Decimal(raised["shortfall"]) / lacking - 1) < Decimal("0.001")
    assert 0 < Decimal(raised["filled_before"]) < Decimal(raised["filled_after"]) <= 1


async def test_the_cost_is_split_as_last_years_grants_were(raised):
    assert sum(Decimal(each["annual_cost"]) for each in raised["sources"]) == Decimal(raised["annual_cost"])
    assert abs(sum(Decimal(each["share"]) for each in raised["sources"]) - 1) < Decimal("0.001")
    assert {each["fund_source"] for each in raised["sources"]} <= {"central", "province", "city", "county"}


async def test_a_budget_leaves_headroom_and_the_workbook_carries_the_numbers(sign_in, raised):
    client = await sign_in("county_clerk")
    outcome = await suppose(client, **RURAL, annual_budget="90000000.00")
    assert Decimal(outcome["headroom"]) == Decimal("90000000.00") - Decimal(outcome["annual_after"])
    file = await client.get(f"/api/v1/matching/what-if/{outcome['id']}/workbook")
    assert file.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(file.content))
    towns = book.get_sheet_by_name("分镇街").to_python()
    entrants = towns[0].index("新增符合")
    assert sum(row[entrants] for row in towns[1:]) == outcome["entrants"]


async def test_both_standards_may_change_together(sign_in, county):
    body = {"from": DAY, "changes": [{"parameter": "dibao_standard", "value": "1100"}]}
    outcome = await suppose(await sign_in("county_clerk"), **body)
    assert [(c["residence"], Decimal(c["current"])) for c in outcome["changes"]] == [("rural", 789), ("urban", 1001)]
    assert "农村低保标准 789.00 → 1100.00" in outcome["title"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "changes"),
        ({"changes": [{"parameter": "dibao_standard", "value": "0"}]}, "changes.0.value"),
        (RURAL | {"take_up": "1.5"}, "take_up"),
    ],
)
async def test_a_senseless_what_if_is_refused_with_its_place(sign_in, body, field):
    answer = await (await sign_in("county_clerk")).post("/api/v1/matching/what-if", json=body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


async def test_an_unknown_parameter_is_named(sign_in):
    body = {"parameter": "moon_standard", "value": "1"}
    answer = await (await sign_in("county_clerk")).post("/api/v1/matching/what-if", json=body)
    assert answer.status_code in (404, 422)
    assert "moon_standard" in answer.text


async def test_a_town_neither_supposes_nor_reads_the_county(sign_in, raised):
    clerk = await sign_in("town109_clerk")
    assert (await clerk.post("/api/v1/matching/what-if", json=RURAL)).status_code == 403
    assert (await clerk.get(f"/api/v1/matching/what-if/{raised['id']}")).status_code in (403, 404)
