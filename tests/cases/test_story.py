"""A whole case over HTTP as the demo accounts: 村居申报 → 社区审核 → 镇办审批, and the emergency."""

from datetime import datetime, timedelta
from typing import Any

from backend.kernel.events import subscribe
from tests.cases.conftest import TEAM, Walk, long_ago, town_limit


async def heard(event: type) -> list[Any]:
    found: list[Any] = []

    async def keep(_: object, happened: Any) -> None:
        found.append(happened)

    subscribe(event, keep)
    return found


async def test_a_village_case_is_approved_by_the_town_and_becomes_a_grant(walk: Walk, family: Any) -> None:
    from backend.cases.events import CaseApproved

    grants = await heard(CaseApproved)
    born = await walk.apply("village109_helper", "X91", await family())
    assert born["state"] == "community_review"
    assert born["number"].startswith("371623X91")
    assert born["promise_due_at"] is None, "the clock starts at acceptance"
    assert born["allowed_actions"] == ["withdraw"], "the village helps and waits"

    case = await walk.do("community109_station", "review", "情况属实")
    assert case["state"] == "submitted"
    case = await walk.do("town109_clerk", "accept")
    assert case["state"] == "accepted"
    assert case["promise_due_at"] < case["statutory_due_at"]
    case = await walk.do("town109_investigator", "investigate_done", **TEAM)
    assert case["state"] == "in_review"
    case = await walk.do("town109_approver2", "review", "拟同意", amount="5000.00")
    assert case["state"] == "to_publicise"
    case = await walk.do("town109_clerk", "publicity_start")
    assert case["state"] == "publicised"
    await walk.let_notice_pass()
    case = await walk.do("town109_clerk", "publicity_end")
    assert case["state"] == "confirming"
    file = await walk.read("town109_approver")
    assert set(file["action_forms"]) == set(file["allowed_actions"]) >= {"approve", "reject", "return"}
    assert file["action_forms"]["reject"]["properties"]["reasons"]["title"] == "理由"
    case = await walk.do("town109_approver", "approve", "同意")
    assert case["state"] == "approved"
    assert case["amount"] == "5000.00", "2000 × 3 persons − 1000 income"
    assert case["allowed_actions"] == []

    grant = next(g for g in grants if g.case_id == walk.id)
    assert (str(grant.amount), grant.form, grant.urgent) == ("5000.00", "monthly", False)
    assert grant.start_month.day == 1
    assert grant.start_month > datetime.now().date()

    file = await walk.read("county_admin")
    decision = file["records"]["decisions"][0]
    assert decision["snapshot"]["member_count"] == 3
    assert {line["passed"] for line in decision["trace"]} == {True}
    assert "经授权" in decision["legal_basis"]


async def test_the_timeline_tells_who_did_what_where_and_with_how_much_time(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("investigate")
    client = await walk.sign_in("county_clerk")
    items = (await client.get(f"/api/v1/cases/{walk.id}/timeline")).json()["items"]
    assert [i["action"] for i in items] == ["create", "submit", "review", "accept", "investigate_done"]
    assert [i["number"] for i in items] == [1, 2, 3, 4, 5]
    assert items[3]["actor"] == "李秀兰"
    assert items[3]["actor_division"] == "371623109"
    assert items[3]["division"] == "信阳镇"
    assert items[3]["due"] is not None
    assert items[4]["working_days_used"] == 0
    assert items[4]["late"] is False


async def test_a_county_decided_case_waits_for_the_county(walk: Walk, family: Any) -> None:
    await walk.apply("town109_clerk", "X92", await family(), channel="window")
    await walk.until("end")
    await walk.refused("town109_approver", "approve", "县级确认", 403)
    case = await walk.do("county_admin", "approve", "同意")
    assert case["state"] == "approved"


async def test_an_emergency_is_paid_first_and_its_papers_follow(walk: Walk, family: Any) -> None:
    from backend.cases.events import UrgentPaymentDecided

    payments = await heard(UrgentPaymentDecided)
    limit = await town_limit()
    contact = long_ago(hours=2)
    case = await walk.apply("town109_clerk", "X93", await family(), first_contact_at=contact, channel="hotline")
    due = datetime.fromisoformat(case["urgent_due_at"])
    assert due - datetime.fromisoformat(contact) == timedelta(hours=24), "wall time from first contact"
    await walk.do("town109_investigator", "quick_check", checkers=["王建国", "马春梅"], findings="房屋烧毁")
    await walk.refused(
        "town109_approver", "pay_first", f"超过镇街限额{limit:.2f}元", amount=f"{limit + 1:.2f}", cause="fire"
    )
    await walk.refused("town109_clerk", "close", "不能通过“办结”变为“已办结”")
    case = await walk.do("town109_approver", "pay_first", "火灾，先行救助", amount="300.00", cause="fire")
    assert case["state"] == "paid_first"
    assert str(payments[-1].amount) == "300.00"
    assert case["due_at"] is not None, "待补手续 has its own clock"
    await walk.refused("town109_clerk", "close", "已先行救助待补手续")
    await walk.do("town109_clerk", "supplement_papers", explanation="补齐消防证明")
    await walk.refused("town109_clerk", "county_record", "县级备案", 403)
    await walk.do("county_clerk", "county_record", outcome="compliant")
    case = await walk.do("town109_clerk", "close")
    assert case["state"] == "closed"


async def test_beyond_the_towns_limit_the_county_authorises(walk: Walk, family: Any) -> None:
    from backend.cases.events import UrgentPaymentDecided

    payments = await heard(UrgentPaymentDecided)
    limit = await town_limit()
    await walk.apply("town109_clerk", "X93", await family())
    await walk.do("town109_investigator", "quick_check", checkers=["王建国", "马春梅"], findings="重伤")
    more = f"{limit + 1:.2f}"
    case = await walk.do("town109_approver", "request_authority", amount=more)
    assert case["state"] == "to_authorize"
    await walk.refused("town109_approver", "county_authorize", "县级授权", 403, amount=more)
    await walk.do("county_admin", "county_authorize", "电话授权", amount=more, call_record="20261123-01")
    await walk.refused("town109_approver", "pay_first", "超过县级授权的", amount=f"{limit + 2:.2f}", cause="injury")
    case = await walk.do("town109_approver", "pay_first", amount=more, cause="injury")
    assert case["amount"] == more
    assert str(payments[-1].amount) == more


async def test_somebody_without_papers_is_helped(walk: Walk) -> None:
    client = await walk.sign_in("town109_clerk")
    body = {
        "project_code": "X93",
        "channel": "hotline",
        "reason": "路边昏倒",
        "applicant_name": "无名男子",
        "division_code": "371623109001001",
    }
    answer = await client.post("/api/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["applicant_name"] == "无名男子"
    assert answer.json()["household_id"] is None


EMERGENCY = {
    "name": "路边老人",
    "division_code": "371623109001001",
    "address": "幸福村村口",
    "reason": "昏倒在路边，没有食物和住处",
}


async def test_somebody_without_a_file_is_registered_and_helped_in_one_go(walk: Walk, sign_in: Any) -> None:
    clerk = await sign_in("town109_clerk")
    answer = await clerk.post("/api/v1/cases/emergencies", json=EMERGENCY | {"project_code": "X93", "id_number": ""})
    assert answer.status_code == 201, answer.text
    case = answer.json()
    walk.id = case["id"]
    assert (case["state"], case["applicant_name"]) == ("registered", "路边老人")
    home = (await clerk.get(f"/api/v1/households/{case['household_id']}")).json()
    assert (home["head_name"], home["address"]) == ("路边老人", "幸福村村口")
    checkers = {"checkers": ["王建国", "马春梅"], "findings": "属实"}
    await walk.do("town109_investigator", "quick_check", **checkers)
    paid = await walk.do("town109_approver", "pay_first", amount="300.00", cause="other")
    assert paid["state"] == "paid_first"


async def test_an_emergency_of_a_known_person_gets_no_second_file(sign_in: Any, family: Any, projects: Any) -> None:
    home = await family()
    clerk, other = await sign_in("town109_clerk"), await sign_in("town001_clerk")
    known = EMERGENCY | {"project_code": "X93", "name": home["name"], "id_number": home["head"]}
    case = (await clerk.post("/api/v1/cases/emergencies", json=known)).json()
    assert case["household_id"] == home["id"]
    away = await other.post("/api/v1/cases/emergencies", json=known | {"division_code": "371623001"})
    assert away.status_code == 201, away.text
    assert away.json()["household_id"] is None, "helped where the need is, on file at home"


async def test_an_emergency_needs_an_urgent_project_and_a_true_number(sign_in: Any, projects: Any) -> None:
    clerk = await sign_in("town109_clerk")
    slow = await clerk.post("/api/v1/cases/emergencies", json=EMERGENCY | {"project_code": "X91"})
    assert "不是急难救助项目" in slow.text
    wrong = await clerk.post(
        "/api/v1/cases/emergencies", json=EMERGENCY | {"project_code": "X93", "id_number": "37162319"}
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "id_number")
    elsewhere = await clerk.post(
        "/api/v1/cases/emergencies", json=EMERGENCY | {"project_code": "X93", "division_code": "371623001"}
    )
    assert elsewhere.status_code == 403
