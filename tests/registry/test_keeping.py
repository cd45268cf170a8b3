"""A household changes: people come and go, incomes are added and taken back, it moves; every step is audited."""

import pytest
from sqlalchemy import text

from tests.conftest import committed
from tests.registry.conftest import OTHER_TOWN, TOWN, actor_of, id_number


@pytest.fixture
async def house(clerk, household):
    made = (await clerk.post("/api/v1/households", json=household())).json()
    return (await clerk.get(f"/api/v1/households/{made['id']}")).json()


async def test_a_newborn_joins_and_the_income_per_head_falls(clerk, house):
    baby = {"name": "张新生", "id_type": "none", "relation": "grandchild", "birth_date": "2026-10-01", "sex": "2"}
    answer = await clerk.post(f"/api/v1/households/{house['id']}/members", json=baby)
    assert answer.status_code == 201
    assert (answer.json()["member_count"], answer.json()["income_per_capita_month"]) == (4, "208.33")


async def test_nobody_joins_twice_and_no_second_head(clerk, house, household):
    member = house["members"][1]
    number = (
        await clerk.post(f"/api/v1/persons/{member['id']}/reveal", json={"field": "id_number", "purpose": "测试"})
    ).json()
    again = {"name": member["name"], "id_number": number["value"], "relation": "spouse"}
    answer = await clerk.post(f"/api/v1/households/{house['id']}/members", json=again)
    assert answer.json()["errors"] == [{"field": "id_number", "message": "该人员已经是本户成员"}]
    head = {"name": "王新户主", "id_number": id_number(), "relation": "head"}
    answer = await clerk.post(f"/api/v1/households/{house['id']}/members", json=head)
    assert answer.json()["errors"][0]["field"] == "relation"


async def test_a_death_ends_the_membership_and_the_persons_income(clerk, house):
    head = house["members"][0]
    form = {"person_id": head["id"], "left_on": "2026-11-20", "reason": "death"}
    early = await clerk.post(f"/api/v1/households/{house['id']}/departure", json=form | {"left_on": "2020-01-01"})
    assert early.json()["errors"][0]["field"] == "left_on"
    async with committed() as session:
        await session.execute(
            text("UPDATE household_member SET joined_on = '2020-01-01' WHERE person_id = :id"), {"id": head["id"]}
        )
    answer = await clerk.post(f"/api/v1/households/{house['id']}/departure", json=form)
    assert (answer.json()["member_count"], answer.json()["income_per_capita_month"]) == (2, "0.00")
    detail = (await clerk.get(f"/api/v1/households/{house['id']}")).json()
    assert detail["former_members"][0]["leave_reason"] == "death"
    assert detail["head_name"] == "李秀英"
    assert (await clerk.get(f"/api/v1/persons/{head['id']}")).json()["dead_on"] == "2026-11-20"


async def test_an_item_is_added_and_taken_back(clerk, house):
    path = f"/api/v1/households/{house['id']}"
    await clerk.post(
        f"{path}/incomes", json={"category": "transfer", "annual_amount": "3600.00", "evidence": "verified"}
    )
    await clerk.post(f"{path}/deductions", json={"kind": "employment_cost", "annual_amount": "1000.00"})
    await clerk.post(f"{path}/properties", json={"kind": "car", "quantity": 1, "value": "20000"})
    detail = (await clerk.get(path)).json()
    assert detail["income_per_capita_month"] == "350.00"
    assert [p["kind"] for p in detail["properties"]] == ["deposit", "vehicle"]
    added = next(i for i in detail["incomes"] if i["category"] == "transfer")
    assert added["income_class"] == "I4"
    answer = await clerk.delete(f"{path}/incomes/{added['id']}")
    assert answer.json()["income_per_capita_month"] == "250.00"
    assert (await clerk.delete(f"{path}/incomes/{added['id']}")).status_code == 404


async def test_a_correction_needs_the_version_that_was_seen(clerk, house):
    path = f"/api/v1/households/{house['id']}"
    assert (await clerk.patch(path, json={"address": "新址1号"})).status_code == 422
    version = (await clerk.get(path)).json()["version"]
    done = await clerk.patch(path, json={"address": "新址1号", "version": version})
    assert done.json()["version"] == version + 1
    stale = await clerk.patch(path, json={"address": "新址2号"}, headers={"If-Match": f'"{version}"'})
    assert stale.status_code == 412
    async with committed() as session:
        details = await session.scalar(
            text("SELECT details FROM audit_entry WHERE action = 'household.correct' AND subject_id = :id"),
            {"id": str(house["id"])},
        )
    assert details["changes"]["address"][1] == "新址1号"


async def test_a_status_holds_for_its_time(clerk, house):
    person = house["members"][0]["id"]
    form = {"kind": "dibao", "valid_from": "2026-01-01", "valid_to": "2025-01-01"}
    assert (await clerk.post(f"/api/v1/persons/{person}/statuses", json=form)).status_code == 422
    made = await clerk.post(f"/api/v1/persons/{person}/statuses", json=form | {"valid_to": None, "amount": "1356.00"})
    assert made.status_code == 201
    end = {"status_id": made.json()["id"], "valid_to": "2026-12-01", "reason": "收入超过标准"}
    assert (await clerk.post(f"/api/v1/persons/{person}/status_end", json=end)).json()["valid_to"] == "2026-12-01"


async def test_a_household_moves_when_the_other_town_takes_it_over(clerk, client_as, house, other_village):
    form = {"division_code": other_village, "reason": "搬迁至城区"}
    asked = await clerk.post(f"/api/v1/households/{house['id']}/transfer", json=form)
    assert (asked.status_code, asked.json()["accepted"]) == (201, None)
    assert (await clerk.post(f"/api/v1/households/{house['id']}/transfer", json=form)).status_code == 409
    decision = f"/api/v1/household-transfers/{asked.json()['id']}/decision"
    assert (await clerk.post(decision, json={"accepted": True})).status_code == 404
    told = (await clerk.get(f"/api/v1/households/{house['id']}/warnings")).json()["items"]
    assert "等待迁入地接收" in told[0]["message"]
    other = client_as(actor_of("town_clerk", OTHER_TOWN))
    (waiting,) = (await other.get("/api/v1/household-transfers", params={"household_id": house["id"]})).json()["items"]
    assert (waiting["state"], waiting["head_name"], waiting["allowed_actions"]) == ("waiting", "张建国", ["decision"])
    assert (await other.post(decision, json={"accepted": True})).json()["accepted"] is True
    assert (await clerk.get(f"/api/v1/households/{house['id']}")).status_code == 404
    assert (await other.get(f"/api/v1/households/{house['id']}")).status_code == 200
    assert (await other.get(f"/api/v1/persons/{house['members'][0]['id']}")).status_code == 200


async def test_a_household_sent_back_stays_and_both_towns_read_why(clerk, client_as, house, other_village):
    form = {"division_code": other_village, "reason": "搬迁至城区"}
    asked = (await clerk.post(f"/api/v1/households/{house['id']}/transfer", json=form)).json()
    other = client_as(actor_of("town_clerk", OTHER_TOWN))
    decision = f"/api/v1/household-transfers/{asked['id']}/decision"
    assert (await other.post(decision, json={"accepted": False})).json()["errors"][0]["field"] == "reason"
    assert (await other.post(decision, json={"accepted": False, "reason": "户籍仍在原镇"})).status_code == 200
    assert (await other.post(decision, json={"accepted": True})).status_code == 409
    by_household = {"household_id": house["id"]}
    (sent,) = (await clerk.get("/api/v1/sent-household-transfers", params=by_household)).json()["items"]
    (received,) = (await other.get("/api/v1/household-transfers", params=by_household)).json()["items"]
    assert sent["state"] == received["state"] == "refused"
    assert sent["decision_reason"] == received["decision_reason"] == "户籍仍在原镇"
    assert (await clerk.get(f"/api/v1/households/{house['id']}")).status_code == 200
    for client, path in ((other, "sent-household-transfers"), (clerk, "household-transfers")):
        assert (await client.get(f"/api/v1/{path}", params=by_household)).json()["items"] == []


async def test_with_the_right_in_both_towns_it_moves_at_once(client_as, house, other_village):
    county = client_as(actor_of("county_clerk", TOWN[:6]))
    form = {"division_code": other_village, "reason": "搬迁至城区"}
    assert (await county.post(f"/api/v1/households/{house['id']}/transfer", json=form)).json()["accepted"] is True


async def test_a_closed_household_is_not_changed(clerk, house):
    path = f"/api/v1/households/{house['id']}"
    await clerk.patch(path, json={"status": "closed", "version": house["version"]})
    answer = await clerk.post(f"{path}/incomes", json={"category": "wage", "annual_amount": "1"})
    assert answer.status_code == 409
    assert "已注销" in answer.json()["detail"]


async def test_a_telephone_left_out_stays_and_one_sent_empty_is_removed(clerk, client_as, house):
    path = f"/api/v1/households/{house['id']}"
    version = house["version"]
    for phone in ("13900001234", None):
        version = (await clerk.patch(path, json={"phone": phone, "version": version})).json()["version"]
        assert (await clerk.get(path)).json()["phone"] == "13900001234"
    await clerk.patch(path, json={"phone": "", "version": version})
    assert (await clerk.get(path)).json()["phone"] is None

    person = house["members"][0]
    path = f"/api/v1/persons/{person['id']}"
    kept = await clerk.patch(path, json={"phone": "13900005678", "version": person["version"]})
    assert kept.json()["phone"] == "13900005678"
    removed = await clerk.patch(path, json={"phone": "", "version": kept.json()["version"]})
    assert removed.json()["phone"] is None
    lines = (await clerk.get(f"/api/v1/households/{house['id']}/history")).json()["items"]
    assert "联系电话：*******5678 → 未填写" in [line for row in lines for line in row["lines"]]


async def test_the_file_keeps_saying_what_deserves_a_look(clerk, client_as, household):
    house = (await clerk.post("/api/v1/households", json=household(phone="13900004321"))).json()
    path = f"/api/v1/households/{house['id']}"
    house |= {"members": (await clerk.get(path)).json()["members"]}
    assert (await clerk.get(f"{path}/warnings")).json()["items"] == []
    member = house["members"][1]
    shown = {"field": "id_number", "purpose": "核对是否在另一户"}
    number = (await clerk.post(f"/api/v1/persons/{member['id']}/reveal", json=shown)).json()["value"]
    head = {"name": "另户主", "id_number": id_number(), "relation": "head"}
    again = {"name": member["name"], "id_number": number, "relation": "spouse"}
    form = {key: household()[key] for key in ("division_code", "residence")} | {"members": [head, again]}
    other = (await clerk.post("/api/v1/households", json=form)).json()
    assert "同时是家庭" in other["warnings"][0]["message"]

    said = [row["message"] for row in (await clerk.get(f"/api/v1/households/{other['id']}/warnings")).json()["items"]]
    assert said == [
        f"{member['name']}：该人员同时是家庭 {house['number']} 的成员，请核实是否重复",
        "收入尚未申报，不能测算金额",
    ]
    stranger = client_as(actor_of("town_clerk", OTHER_TOWN))
    assert (await stranger.get(f"{path}/warnings")).status_code == 404
