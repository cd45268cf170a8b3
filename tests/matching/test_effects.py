"""A proposed number: who would be affected is counted before the second person decides."""

from decimal import Decimal

from sqlalchemy import text

from backend.kernel.jobs import Running
from backend.matching.service import supposing
from tests.conftest import committed

CHANGES = "/api/v1/parameter-changes"


async def propose(client, valid_from, **more):
    body = {"code": "dibao_standard", "residence": "rural", "value": "1000", "basis": "县政府文件"}
    made = await client.post(CHANGES, json=body | {"valid_from": valid_from} | more)
    assert made.status_code == 201, made.text
    return made.json()


async def count(client, change_id):
    begun = (await client.post(f"{CHANGES}/{change_id}/effect")).json()
    running = Running(begun["job_id"], supposing.KIND, {"scenario_id": begun["id"]}, user_id=1)
    await supposing.carry_out(running)
    return (await client.get(f"{CHANGES}/{change_id}/effect")).json()


async def numbers():
    async with committed() as session:
        return (await session.execute(text("SELECT count(*), max(id), sum(value) FROM parameter"))).one()


async def test_the_second_person_sees_who_is_affected_before_deciding(sign_in, county):
    clerk, admin = await sign_in("county_clerk"), await sign_in("county_admin")
    change = await propose(clerk, "2031-07-01")
    assert (change["label"], change["unit"]) == ("低保标准", "元/人/月")
    missing = await admin.get(f"{CHANGES}/{change['id']}/effect")
    assert missing.status_code == 404
    assert "还没有测算影响" in missing.json()["detail"]
    before = await numbers()
    effect = await count(admin, change["id"])
    assert (effect["status"], effect["from_day"]) == ("done", "2031-07-01")
    assert [(c["parameter"], c["residence"], Decimal(c["value"])) for c in effect["changes"]] == [
        ("dibao_standard", "rural", Decimal(1000))
    ]
    assert effect["entrants"] > 0
    assert {town["town_code"] for town in effect["towns"]} >= {"371623109", "371623001"}
    assert await numbers() == before
    verdict = {"approved": False, "opinion": "财力不足，暂缓"}
    assert (await admin.post(f"{CHANGES}/{change['id']}/decision", json=verdict)).status_code == 200
    # What was counted stays readable beside the decision, but nothing is counted anew for what is decided.
    assert (await clerk.get(f"{CHANGES}/{change['id']}/effect")).json()["id"] == effect["id"]
    again = await clerk.post(f"{CHANGES}/{change['id']}/effect")
    assert again.status_code == 409
    assert "未批准" in again.json()["detail"]


async def test_while_the_counting_is_under_way_a_second_call_begins_nothing(sign_in, county):
    clerk = await sign_in("county_clerk")
    change = await propose(clerk, "2032-07-01")
    first = (await clerk.post(f"{CHANGES}/{change['id']}/effect")).json()
    assert (await clerk.post(f"{CHANGES}/{change['id']}/effect")).json()["id"] == first["id"]


async def test_who_may_not_count_is_refused(sign_in, county):
    clerk, town = await sign_in("county_clerk"), await sign_in("town109_clerk")
    change = await propose(clerk, "2033-07-01")
    assert (await town.post(f"{CHANGES}/{change['id']}/effect")).status_code == 403
    assert (await town.get(f"{CHANGES}/{change['id']}/effect")).status_code == 403
