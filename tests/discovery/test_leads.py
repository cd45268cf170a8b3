"""Leads: from a sign to help, to a referral or to a reasoned end; a finding becomes one lead."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from backend.discovery import rules
from backend.discovery.errors import IllegalLeadMove
from backend.discovery.models import LeadStatus, Urgency
from backend.kernel.events import publish
from backend.matching.events import FindingTurned
from tests.cases.conftest import VILLAGE, family, projects, walk  # noqa: F401  (fixtures)
from tests.conftest import committed

REPORT = {
    "source": "grid",
    "urgency": "red",
    "hardship": "illness",
    "person_name": "王大爷",
    "facts": "独居老人突发重病",
    "division_code": VILLAGE,
}


async def report(sign_in: Any, **changes: Any) -> dict[str, Any]:
    helper = await sign_in("village109_helper")
    answer = await helper.post("/api/v1/leads", json=REPORT | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_lead_is_assigned_verified_and_becomes_a_case(sign_in: Any, family: Any, projects: Any) -> None:  # noqa: F811
    lead = await report(sign_in)
    assert lead["status"] == "new"
    assert lead["allowed_actions"] == [], "the helper reported; others act"
    clerk = await sign_in("town109_clerk")
    url = f"/api/v1/leads/{lead['id']}"
    answer = await clerk.post(f"{url}/assignment", json={"note": "请立即上门"})
    assert answer.json()["assignee"] == "李秀兰"
    home = await family()
    found = {"confirmed": True, "findings": "已送医，无力支付", "household_id": home["id"]}
    answer = await clerk.post(f"{url}/verification", json=found)
    assert answer.json()["status"] == "verified"
    assert answer.json()["light"] is None, "the first contact stops the clock"
    answer = await clerk.post(f"{url}/conversion", json={"project_code": "X93", "applicant_id_number": home["head"]})
    assert answer.status_code == 200, answer.text
    converted = answer.json()
    assert converted["status"] == "converted"
    case = (await clerk.get(f"/api/v1/cases/{converted['case_id']}")).json()
    assert case["channel"] == "lead"
    assert case["state"] == "registered"
    again = await clerk.post(f"{url}/conversion", json={"project_code": "X93"})
    assert again.status_code == 409
    assert "线索当前为“已帮助申请”" in again.json()["detail"]


async def test_a_lead_is_referred_or_closed_with_its_reason(sign_in: Any) -> None:
    lead = await report(sign_in, urgency="yellow")
    clerk = await sign_in("town109_clerk")
    url = f"/api/v1/leads/{lead['id']}"
    early = await clerk.post(f"{url}/referral", json={"to": "县残联", "need": "康复评估"})
    assert early.status_code == 409
    await clerk.post(f"{url}/verification", json={"confirmed": True, "findings": "需要康复"})
    referred = await clerk.post(f"{url}/referral", json={"to": "县残联", "need": "康复评估"})
    assert referred.json()["outcome"] == "转介县残联：康复评估"
    assert (await clerk.post(f"{url}/closing", json={"reason": ""})).status_code == 422
    closed = (await clerk.post(f"{url}/closing", json={"reason": "残联已接收"})).json()
    assert closed["status"] == "closed"
    assert [s["action"] for s in closed["steps"]] == ["report", "verification", "referral", "closing"]
    assert closed["allowed_actions"] == []


async def test_who_may_not_decide_or_lives_elsewhere_is_refused(sign_in: Any) -> None:
    lead = await report(sign_in)
    helper = await sign_in("village109_helper")
    closing = {"reason": "随便"}
    assert (await helper.post(f"/api/v1/leads/{lead['id']}/closing", json={"reason": "不用管"})).status_code == 403
    other = await sign_in("town001_clerk")
    assert (await other.get(f"/api/v1/leads/{lead['id']}")).status_code == 404
    assert (await other.post(f"/api/v1/leads/{lead['id']}/closing", json=closing)).status_code in {404, 422}
    outside = await helper.post("/api/v1/leads", json=REPORT | {"division_code": "371623001001001"})
    assert outside.status_code == 403


@pytest.mark.parametrize(("urgency", "hours"), [("red", 24), ("orange", 72), ("yellow", 168)])
async def test_the_clock_of_a_lead_runs_by_its_urgency(sign_in: Any, urgency: str, hours: int) -> None:
    received = datetime.now(UTC) - timedelta(hours=hours + 1)
    lead = await report(sign_in, urgency=urgency, received_at=received.isoformat())
    assert datetime.fromisoformat(lead["due_at"]) - received == timedelta(hours=hours)
    assert lead["light"] == "overdue"
    clerk = await sign_in("town109_clerk")
    late = (await clerk.get("/api/v1/leads", params={"light": "overdue", "page_size": 200})).json()["items"]
    assert lead["id"] in [row["id"] for row in late]


async def test_a_finding_becomes_a_lead_once(family: Any) -> None:  # noqa: F811
    home = await family()
    event = FindingTurned(
        finding_id=987654,
        into="lead",
        kind="missed",
        cause="eligible_unpaid",
        household_id=home["id"],
        person_id=None,
        project_code="A02",
        division_code=VILLAGE,
        paid_amount=None,
        due_amount=None,
        as_of=date(2026, 11, 1),
        user_id=1,
        note="符合农村低保条件但未享受",
    )
    for _ in range(2):
        async with committed() as session:
            await publish(session, event)
    async with committed() as session:
        rows = (await session.execute(text("SELECT source, facts FROM lead WHERE finding_id = 987654"))).all()
    assert [row.source for row in rows] == ["matching"]
    assert "符合农村低保条件但未享受" in rows[0].facts


async def test_a_finding_becomes_a_review_once(family: Any) -> None:  # noqa: F811
    home = await family()
    event = FindingTurned(
        finding_id=987655,
        into="review",
        kind="wrong",
        cause="not_eligible",
        household_id=home["id"],
        person_id=None,
        project_code="A02",
        division_code=VILLAGE,
        paid_amount=None,
        due_amount=None,
        as_of=date(2026, 11, 1),
        user_id=1,
        note="在享但不再符合条件",
    )
    for _ in range(2):
        async with committed() as session:
            await publish(session, event)
    async with committed() as session:
        rows = (await session.execute(text('SELECT kind, state FROM "case" WHERE finding_id = 987655'))).all()
    assert [(row.kind, row.state) for row in rows] == [("review", "proposed")]


@given(st.lists(st.sampled_from(list(LeadStatus)), max_size=20))
def test_random_moves_stay_within_the_table(targets: list[LeadStatus]) -> None:
    status = LeadStatus.NEW
    for target in targets:
        try:
            rules.check_move(status, target)
        except IllegalLeadMove as refusal:
            assert status.label in str(refusal)
            continue
        assert target in rules.MOVES[status]
        status = target


@given(st.sampled_from(Urgency), st.datetimes(timezones=st.just(UTC), max_value=datetime(2090, 1, 1)))
def test_more_urgent_is_never_due_later(urgency: Urgency, received: datetime) -> None:
    assert (
        rules.due_at(received, Urgency.RED) <= rules.due_at(received, urgency) <= rules.due_at(received, Urgency.YELLOW)
    )


async def test_after_help_somebody_visits_again(sign_in: Any) -> None:
    clerk = await sign_in("town109_clerk")
    lead = (await clerk.post("/api/v1/leads", json=REPORT)).json()
    early = await clerk.post(f"/api/v1/leads/{lead['id']}/visits", json={"helped": True, "findings": "已解决"})
    assert early.status_code == 409
    assert "帮助申请或转介之后" in early.text
    people = (await clerk.get("/api/v1/leads/assignees/options")).json()["options"]
    assert any("李秀兰" in person["label"] for person in people)
    assert not any("网格协理员" in person["label"] for person in people), "who may not check is not sent"
    await clerk.post(f"/api/v1/leads/{lead['id']}/assignment", json={"user_id": people[0]["value"]})
    await clerk.post(f"/api/v1/leads/{lead['id']}/verification", json={"confirmed": True, "findings": "属实"})
    await clerk.post(f"/api/v1/leads/{lead['id']}/referral", json={"to": "县残联", "need": "辅助器具"})
    seen = await clerk.post(f"/api/v1/leads/{lead['id']}/visits", json={"helped": True, "findings": "轮椅已送到"})
    assert seen.status_code == 201, seen.text
    assert seen.json()["steps"][-1]["action"] == "visit"
    assert {"visits", "closing"} <= set(seen.json()["allowed_actions"])


async def test_a_lead_waits_in_the_inbox_of_whose_turn_it_is(sign_in: Any) -> None:
    clerk, station = await sign_in("town109_clerk"), await sign_in("community109_station")
    lead = (await clerk.post("/api/v1/leads", json=REPORT)).json()

    async def waits(client: Any) -> list[str]:
        rows = (await client.get("/api/v1/tasks", params={"page_size": 200, "kind": "lead"})).json()["items"]
        return [row["step"] for row in rows if row["id"] == lead["id"]]

    assert await waits(clerk) == ["派单"]
    await clerk.post(f"/api/v1/leads/{lead['id']}/assignment", json={})
    assert await waits(clerk) == ["核实"]
    assert await waits(station) == [], "it waits for whom it was sent to"
    await clerk.post(f"/api/v1/leads/{lead['id']}/verification", json={"confirmed": True, "findings": "属实"})
    assert await waits(clerk) == ["处理线索"]
    helper = await sign_in("village109_helper")
    assert await waits(helper) == []
    kinds = (await clerk.get("/api/v1/tasks/kinds")).json()["options"]
    assert "lead" in {kind["value"] for kind in kinds}
