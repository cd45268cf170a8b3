"""A household is entered in one step, and every fault is named at its field."""

from datetime import date

import pytest
from sqlalchemy import select, text

from backend.registry.facts import facts_source
from backend.registry.service import snapshot
from tests.conftest import committed
from tests.registry.conftest import OTHER_TOWN, actor_of, id_number

LISTS = ("incomes", "deductions", "properties", "expenses")


async def test_a_household_is_registered_with_its_figures(clerk, household):
    answer = await clerk.post("/api/v1/households", json=household())
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["member_count"] == 3
    assert made["income_per_capita_month"] == "277.78"
    assert made["number"].startswith("371623")
    assert made["warnings"] == []
    assert "members" in made["allowed_actions"]


def various(form, case):
    """Vary the form: what is declared, what counts, whose it is."""
    head, spouse = form["members"][0]["id_number"], form["members"][1]["id_number"]
    wages = [{"category": "wage", "annual_amount": a, "id_number": n} for a, n in (("9999.97", head), ("0.01", spouse))]
    form["incomes"] = wages
    if case == "income unknown":
        form["incomes"] = None
    elif case == "no income":
        form["incomes"] = []
    elif case == "owner does not count":
        form["members"][1] |= {"included": False, "exclude_reason": "prison"}
        form["deductions"] = [{"kind": "insurance", "annual_amount": "5.00", "id_number": spouse}]
    elif case == "an income does not count":
        form["incomes"][0] |= {"excluded": True, "exclude_reason": "veteran"}
    elif case == "more deducted than earned":
        form["deductions"] = [{"kind": "insurance", "annual_amount": "99999.00"}]
    elif case == "half a cent":
        form["incomes"] = [{"category": "wage", "annual_amount": "0.18"}]
    elif case == "the head comes last":
        form["members"].reverse()
    elif case == "nobody counts":
        for member in form["members"]:
            member |= {"included": False, "exclude_reason": "prison"}
    return form


@pytest.mark.parametrize(
    "case",
    ["plain", "income unknown", "no income", "owner does not count", "an income does not count",
     "more deducted than earned", "half a cent", "the head comes last", "nobody counts"],
)  # fmt: skip
async def test_a_new_household_has_the_figures_that_a_later_change_would_find(clerk, household, case):
    """A household is written once, with its figures; recomputing them in the database must change nothing."""
    answer = await clerk.post("/api/v1/households", json=various(household(), case))
    assert answer.status_code == 201, answer.text
    kept = text("SELECT h.xmin::text, to_jsonb(h) FROM household h WHERE id = :id")
    async with committed() as session:
        before = tuple((await session.execute(kept, {"id": answer.json()["id"]})).one())
        await session.execute(text("SELECT registry_refresh(ARRAY[:id]::bigint[])"), {"id": answer.json()["id"]})
        assert tuple((await session.execute(kept, {"id": answer.json()["id"]})).one()) == before
    assert answer.json()["income_month"] == (f"{before[1]['income_month']:.2f}" if case != "income unknown" else None)


async def test_everything_that_was_entered_comes_back(clerk, household):
    form = household(hardship_cause="illness", housing_grade="C", employment_rise=True, gradual_exit_months=3)
    form["members"][2] |= {"nation": "回族", "education": "40", "insured": False, "joined_on": "2020-05-01"}
    owner = form["members"][0]["id_number"]
    form["properties"] = [
        {"kind": "vehicle", "quantity": "2.50", "location": "村东", "acquired_on": "2020-01-31", "id_number": owner,
         "exempt": True, "exempt_reason": "代步", "source": "车管所", "value": "3000.00"}
    ]  # fmt: skip
    form["deductions"] = [{"kind": "insurance", "annual_amount": "600.00", "evidence": "verified", "note": "社保"}]
    answer = await clerk.post("/api/v1/households", json=form)
    assert answer.status_code == 201, answer.text
    shown = (await clerk.get(f"/api/v1/households/{answer.json()['id']}")).json()
    assert {
        name: shown[name] for name in form if name not in {"members", "incomes", "phone"} and name not in LISTS
    } == {name: form[name] for name in form if name not in {"members", "incomes", "phone"} and name not in LISTS}
    for kind in ("members", *LISTS):
        for entered, found in zip(form[kind], shown[kind], strict=True):
            said = {name: value for name, value in entered.items() if name != "id_number"}
            assert {name: found[name] for name in said} == said
    assert shown["properties"][0]["name"] == "张建国"


async def test_a_wrong_check_digit_is_named_at_the_second_member(clerk, household):
    form = household()
    number = form["members"][1]["id_number"]
    form["members"][1]["id_number"] = number[:-1] + ("1" if number[-1] != "1" else "2")
    answer = await clerk.post("/api/v1/households", json=form)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["field"] == "members.1.id_number"
    assert "校验码" in fault["message"]


async def test_all_faults_are_told_at_once(clerk, household):
    form = household(division_code="371623109999999", phone="12")
    form["members"][2]["id_number"] = form["members"][1]["id_number"]
    form["members"][1]["relation"] = "head"
    form["incomes"] = [{"id_number": id_number(), "category": "wage", "annual_amount": "1.00"}]
    fields = {e["field"] for e in (await clerk.post("/api/v1/households", json=form)).json()["errors"]}
    assert fields == {"division_code", "phone", "members.2.id_number", "members.1.relation", "incomes.0.id_number"}


async def test_nothing_is_left_of_a_refused_household(clerk, household):
    form = household()
    form["members"][2]["id_number"] = "1"
    await clerk.post("/api/v1/households", json=form)
    found = await clerk.get("/api/v1/persons", params={"q": form["members"][0]["id_number"]})
    assert found.json()["total"] == 0


async def test_income_left_out_is_unknown_and_an_empty_list_is_nothing(clerk, household):
    form = household()
    del form["incomes"]
    unknown = (await clerk.post("/api/v1/households", json=form)).json()
    none = (await clerk.post("/api/v1/households", json=household(incomes=[]))).json()
    assert unknown["income_per_capita_month"] is None
    assert none["income_per_capita_month"] == "0.00"
    async with committed() as session:
        facts = facts_source(date(2026, 11, 23), household_ids=[unknown["id"], none["id"]]).households
        rows = {r["household_id"]: r for r in (await session.execute(select(facts))).mappings()}
    assert rows[unknown["id"]]["income_per_capita_month"] is None
    assert rows[unknown["id"]]["wage_income"] is None
    assert rows[none["id"]]["income_per_capita_month"] == 0
    assert rows[none["id"]]["wage_income"] == 0


async def test_the_facts_of_a_household(clerk, household):
    made = (await clerk.post("/api/v1/households", json=household())).json()
    async with committed() as session:
        source = facts_source(date(2026, 11, 23), household_ids=[made["id"]])
        row = (await session.execute(select(source.households))).mappings().one()
        people = {r["name"]: r for r in (await session.execute(select(source.persons))).mappings()}
    assert (row["member_count"], row["minor_count"], row["seriously_ill_count"]) == (3, 1, 1)
    assert row["rigid_expense"] == row["rigid_expense_medical"] == 5000
    assert row["financial_assets"] == 5000
    assert row["vehicle_count"] == 0
    assert row["has_dibao"] is False
    assert row["able_bodied_count"] is None
    assert people["张小宝"]["age"] == 11
    assert people["张小宝"]["is_able_bodied"] is False
    assert people["李秀英"]["has_serious_illness"] is True
    assert people["李秀英"]["has_support_obligor"] is None


async def test_facts_of_an_area_agree_with_facts_of_one_household(clerk, household):
    made = (await clerk.post("/api/v1/households", json=household())).json()
    async with committed() as session:
        day = date(2026, 11, 23)
        one = facts_source(day, household_ids=[made["id"]]).households
        area = facts_source(day, prefix="371623109").households
        first = (await session.execute(select(one))).mappings().one()
        second = (await session.execute(select(area).where(area.c.household_id == made["id"]))).mappings().one()
        elsewhere = facts_source(day, prefix="371623110").households
        none = select(elsewhere).where(elsewhere.c.household_id == made["id"])
        assert (await session.execute(none)).first() is None
    assert dict(first) == dict(second)


async def test_a_person_known_already_is_the_same_person_and_the_second_household_is_warned_of(clerk, household):
    first = household()
    await clerk.post("/api/v1/households", json=first)
    second = household()
    second["members"][1] = first["members"][1]
    made = (await clerk.post("/api/v1/households", json=second)).json()
    assert [w["field"] for w in made["warnings"]] == ["members.1.id_number"]
    found = (await clerk.get("/api/v1/persons", params={"q": first["members"][1]["id_number"]})).json()
    assert found["total"] == 1
    detail = (await clerk.get(f"/api/v1/persons/{found['items'][0]['id']}")).json()
    assert len(detail["households"]) == 2


async def test_one_number_under_two_names_is_refused(clerk, household):
    first = household()
    await clerk.post("/api/v1/households", json=first)
    second = household()
    second["members"][1] = first["members"][1] | {"name": "王五"}
    errors = (await clerk.post("/api/v1/households", json=second)).json()["errors"]
    assert errors[0]["field"] == "members.1.name"


async def test_a_fifteen_digit_number_finds_the_person_of_eighteen(clerk, household):
    form = household()
    number = form["members"][0]["id_number"]
    await clerk.post("/api/v1/households", json=form)
    old = number[:6] + number[8:17]
    found = (await clerk.get("/api/v1/households", params={"q": old})).json()
    assert [h["head_name"] for h in found["items"]] == ["张建国"]


async def test_no_one_registers_outside_their_area(client_as, household):
    stranger = client_as(actor_of("town_clerk", OTHER_TOWN))
    assert (await stranger.post("/api/v1/households", json=household())).status_code == 403


async def test_the_snapshot_holds_no_number_in_full(clerk, household):
    form = household()
    made = (await clerk.post("/api/v1/households", json=form)).json()
    async with committed() as session:
        kept = await snapshot(session, made["id"])
    assert [m["name"] for m in kept["members"]] == ["张建国", "李秀英", "张小宝"]
    assert kept["incomes"][0]["annual_amount"] == "10000.00"
    for member in form["members"]:
        assert member["id_number"] not in str(kept)


async def test_numbers_are_nowhere_in_the_database_in_full(clerk, household):
    form = household()
    await clerk.post("/api/v1/households", json=form)
    number = form["members"][0]["id_number"]
    async with committed() as session:
        for table in ("person", "household", "household_member", "audit_entry"):
            found = await session.scalar(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :number"), {"number": f"%{number}%"}
            )
            assert found == 0, table
