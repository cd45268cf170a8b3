"""Who changed a household, and who looked at its people: told in words, masked like the file itself."""

from backend.audit.access import book
from backend.audit.permissions import AuditPermission
from backend.registry.permissions import RegistryPermission as P
from tests.registry.conftest import OTHER_TOWN, actor_of, id_number


async def made(clerk, form):
    answer = await clerk.post("/api/v1/households", json=form)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def history(client, household_id):
    answer = await client.get(f"/api/v1/households/{household_id}/history")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_change_is_told_with_who_when_and_what(clerk, household):
    home = await made(clerk, household())
    await clerk.patch(
        f"/api/v1/households/{home['id']}",
        json={"version": home["version"], "address": "新村8号", "hardship_cause": "illness"},
    )
    person = (await clerk.get(f"/api/v1/households/{home['id']}")).json()["members"][1]
    await clerk.post(
        f"/api/v1/households/{home['id']}/departure",
        json={"person_id": person["id"], "left_on": person["joined_on"], "reason": "divorce"},
    )
    told = await history(clerk, home["id"])
    assert told["total"] == 3
    assert [row["action"] for row in told["items"]] == ["household.depart", "household.correct", "household.register"]
    assert told["items"][0]["person_name"] == "李秀英"
    assert "理由：离婚" in told["items"][0]["lines"]
    assert {"家庭住址：幸福村12号 → 新村8号", "主要致困原因：未填写 → 因病"} <= set(told["items"][1]["lines"])
    assert told["items"][1]["user_name"] == "town_clerk"


async def test_a_correction_of_a_member_stands_in_the_history_of_the_household(clerk, household):
    home = await made(clerk, household())
    person = (await clerk.get(f"/api/v1/households/{home['id']}")).json()["members"][0]
    await clerk.patch(f"/api/v1/persons/{person['id']}", json={"version": person["version"], "health": "chronic"})
    row = (await history(clerk, home["id"]))["items"][0]
    assert (row["action"], row["person_name"]) == ("person.correct", "张建国")
    assert row["lines"] == ["健康状况：健康或良好 → 慢性病"]


async def test_amounts_and_illness_stay_hidden_from_those_who_may_not_see_them(clerk, client_as, household):
    home = await made(clerk, household())
    await clerk.post(
        f"/api/v1/households/{home['id']}/incomes", json={"category": "transfer", "annual_amount": "4321.00"}
    )
    person = (await clerk.get(f"/api/v1/households/{home['id']}")).json()["members"][0]
    await clerk.patch(
        f"/api/v1/persons/{person['id']}", json={"version": person["version"], "health": "serious_illness"}
    )
    seen = str(await history(client_as(actor_of("supervisor")), home["id"]))
    assert "4321" not in seen
    assert "重病" not in seen
    assert "按岗位不显示内容" in seen
    assert "4321" in str(await history(clerk, home["id"]))


async def test_another_town_reads_no_history(clerk, client_as, household):
    home = await made(clerk, household())
    stranger = client_as(actor_of("town_clerk", OTHER_TOWN))
    assert (await stranger.get(f"/api/v1/households/{home['id']}/history")).status_code == 404


async def test_every_look_at_a_file_is_noted_and_the_auditor_reads_who_looked(clerk, client_as, household):
    home = await made(clerk, household())
    detail = (await clerk.get(f"/api/v1/households/{home['id']}")).json()
    person = detail["members"][0]["id"]
    approver = client_as(actor_of("town_approver"))
    await approver.get(f"/api/v1/persons/{person}")
    await approver.get(f"/api/v1/persons/{person}")
    await clerk.post(f"/api/v1/persons/{person}/reveal", json={"field": "id_number", "purpose": "核对银行账户户名"})
    await book.write()
    auditor = client_as(actor_of("auditor", "371623", P.READ, AuditPermission.READ))
    looks = (await auditor.get(f"/api/v1/persons/{person}/accesses")).json()
    found = {(look["user_name"], look["kind"], look["purpose"]) for look in looks["items"]}
    assert found == {
        ("town_clerk", "household", None),
        ("town_approver", "person", None),
        ("town_clerk", "person.reveal", "核对银行账户户名"),
    }
    assert looks["total"] == 3, "turning the pages of one file is one look at it"


async def test_who_looked_is_for_the_auditor_alone(clerk, household):
    home = await made(clerk, household())
    person = (await clerk.get(f"/api/v1/households/{home['id']}")).json()["members"][0]["id"]
    assert (await clerk.get(f"/api/v1/persons/{person}/accesses")).status_code == 403


async def test_a_refused_look_is_no_look(clerk, client_as, household):
    home = await made(
        clerk, household(members=[{"name": "孤身", "id_number": id_number(), "relation": "head"}], incomes=[])
    )
    stranger = client_as(actor_of("town_clerk", OTHER_TOWN))
    assert (await stranger.get(f"/api/v1/households/{home['id']}")).status_code == 404
    assert all(note[5] != home["id"] for note in book._waiting)
