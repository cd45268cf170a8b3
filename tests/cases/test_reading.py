"""Reading cases: lists and filters, the inbox, the approval form, the shipped projects."""

from io import BytesIO
from typing import Any

import pytest

from tests.cases.conftest import TEAM, Walk


async def test_the_list_filters_by_state_light_and_place(walk: Walk, family: Any) -> None:
    home = await family()
    case = await walk.apply("village109_helper", "X91", home)
    clerk = await walk.sign_in("county_clerk")
    wanted = {"state": "community_review,submitted", "household_id": home["id"], "division_code": "371623109"}
    rows = (await clerk.get("/api/v1/cases", params=wanted)).json()
    assert [row["number"] for row in rows["items"]] == [case["number"]]
    assert rows["items"][0]["light"] == "green"
    none = (await clerk.get("/api/v1/cases", params=wanted | {"light": "overdue"})).json()
    assert none["total"] == 0
    found = (await clerk.get("/api/v1/cases", params={"q": case["number"]})).json()
    assert found["total"] == 1
    unknown = await clerk.get("/api/v1/cases", params={"state": "nonsense"})
    assert unknown.status_code == 422, unknown.text


async def test_the_row_and_the_file_offer_the_same_actions(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("community")
    clerk = await walk.sign_in("town109_clerk")
    row = next(r for r in (await clerk.get("/api/v1/cases")).json()["items"] if r["id"] == walk.id)
    file = await walk.read("town109_clerk")
    assert sorted(row["allowed_actions"]) == sorted(file["allowed_actions"])
    assert {"accept", "supplement", "return", "refuse"} <= set(row["allowed_actions"])


async def test_the_inbox_holds_what_waits_for_my_post_and_nothing_else(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("community")

    async def mine(who: str) -> list[int]:
        answer = await (await walk.sign_in(who)).get("/api/v1/tasks", params={"page_size": 200})
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["items"] if row["kind"] == "case"]

    assert walk.id in await mine("town109_clerk")
    for who in ("town109_approver", "town001_clerk", "community109_station", "county_admin", "supervisor"):
        assert walk.id not in await mine(who)
    await walk.do("town109_clerk", "accept")
    assert walk.id not in await mine("town109_clerk")
    assert walk.id in await mine("town109_investigator")


async def test_the_approval_form_is_one_page_with_its_font_inside(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    clerk = await walk.sign_in("town109_clerk")
    early = await clerk.get(f"/api/v1/cases/{walk.id}/approval-form")
    assert early.status_code == 409
    assert "尚未作出决定" in early.json()["detail"]
    await walk.do("town109_approver", "approve", "同意")
    answer = await clerk.get(f"/api/v1/cases/{walk.id}/approval-form")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    document = BytesIO(answer.content).getvalue()
    assert document.startswith(b"%PDF")
    assert b"NotoSansCJK" in document
    assert len(document) < 400_000, "the font is subset"
    assert document.count(b"/Type /Page\n") + document.count(b"/Type/Page/") <= 1


async def test_the_approval_form_says_what_was_decided_on() -> None:
    from datetime import UTC, date, datetime
    from decimal import Decimal

    from backend.cases.approval_form import content
    from backend.cases.models import Case, CaseDecision

    case = Case(
        number="371623X",
        project_code="A02",
        project_name="农村低保",
        applicant_name="张建国",
        division_code="371623109",
        reason="因病",
    )
    decision = CaseDecision(
        result="approved", amount=Decimal("1356.00"), computed_amount=Decimal("1356.00"), start_month=date(2026, 12, 1),
        reasons=[], version_id=1, user_name="张立新", decided_at=datetime(2026, 11, 23, tzinfo=UTC),
        snapshot={"number": "H1", "member_count": 4, "income_per_capita_month": None, "members": []},
        trace=[{"text": "人均月收入低于标准", "required": "< 789.00", "actual": None, "passed": None}],
    )  # fmt: skip
    said = content(case, decision, [], 3)
    assert "壹仟叁佰伍拾陆元整" in said["decision"]
    assert ["人均月收入", "未知"] in said["facts"], "unknown is not zero"
    assert said["rules"] == [["人均月收入低于标准", "< 789.00", "未知", "未知"]]
    assert "行政复议" in said["remedy"]
    assert "人民法院" in said["remedy"]


async def test_the_shipped_rural_allowance_runs_its_whole_path(walk: Walk, family: Any) -> None:
    born = await walk.apply("village109_helper", "A02", await family())
    assert born["state"] == "community_review"
    await walk.until("end")
    case = await walk.do("town109_approver", "approve", "同意", amount="1067.00")
    assert case["state"] == "approved"
    decision = (await walk.read())["records"]["decisions"][0]
    assert decision["trace"], "every condition of the shipped rule is kept in words"


async def test_the_shipped_quick_aid_is_capped_by_one_months_standard(walk: Walk, family: Any) -> None:
    await walk.apply("town109_clerk", "C01", await family(), channel="hotline")
    await walk.do("town109_investigator", "quick_check", checkers=["王建国", "马春梅"], findings="属实")
    await walk.refused("town109_approver", "pay_first", "超过镇街限额", amount="9000.00", cause="illness")
    case = await walk.do("town109_approver", "pay_first", "同意", amount="300.00", cause="illness")
    assert case["state"] == "to_close", "no papers follow a quick aid"


async def test_a_described_entry_is_referred_to_its_department(walk: Walk, family: Any) -> None:
    home = await family()
    clerk = await walk.sign_in("town109_clerk")
    body = {
        "project_code": "B02",
        "household_id": home["id"],
        "applicant_id_number": home["head"],
        "reason": "住院",
        "commitment_signed": True,
    }
    answer = await clerk.post("/api/v1/cases", json=body)
    assert answer.status_code == 422
    assert "转介" in answer.json()["detail"]


@pytest.mark.parametrize("action", ["fly", "pay_first", "close", "decide"])
async def test_an_action_of_another_path_is_refused_in_words(walk: Walk, family: Any, action: str) -> None:
    await walk.apply("village109_helper", "X91", await family())
    answer = await walk.try_to("town109_clerk", action, "试试", **TEAM)
    assert answer.status_code in {403, 409, 422}
    assert any("一" <= letter <= "鿿" for letter in answer.json()["detail"])


async def test_refusals_are_said_in_english_too(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    client = await walk.sign_in("town109_investigator", "en")
    body = {"action": "investigate_done", "data": {"investigators": ["王建国"], "findings": "属实"}}
    answer = await client.post(f"/api/v1/cases/{walk.id}/actions", json=body)
    assert answer.status_code == 409
    assert "at least 2 staff" in answer.json()["detail"]
