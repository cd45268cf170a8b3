"""The case file shows whoever has to decide what they need, by name, and what stands in the way."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from backend.kernel.clocks import CHINA
from tests.cases.conftest import TEAM, VILLAGE, Walk
from tests.conftest import committed


async def test_the_file_tells_who_has_signed_and_who_has_not(walk: Walk, family: Any) -> None:
    home = await family()
    helper = await walk.sign_in("village109_helper")
    blank = (await helper.get("/api/v1/cases/blank", params={"project_code": "X91", "household_id": home["id"]})).json()
    assert [paper["name"] for paper in blank["papers"] if paper["obtain_mode"] == "applicant"] == ["诊断证明"]
    assert len(blank["adults"]) == 2, "the child does not sign"
    head = blank["adults"][0]
    assert home["head"] not in str(blank), "numbers are masked"
    await walk.apply(
        "village109_helper",
        "X91",
        home,
        commitment_signed=False,
        applicant_id_number=None,
        applicant_person_id=head["person_id"],
    )
    signed = await helper.post(f"/api/v1/cases/{walk.id}/consents", json={"person_id": head["person_id"]})
    assert signed.status_code == 201, signed.text
    file = await walk.read("village109_helper")
    assert [(s["name"], s["signed"]) for s in file["signers"]] == [
        (blank["adults"][0]["name"], True),
        (blank["adults"][1]["name"], False),
    ]
    assert blank["adults"][1]["name"] in file["obstacles"]["submit"], "said before the button is pressed"
    again = await helper.post(f"/api/v1/cases/{walk.id}/consents", json={"person_id": 999_999_999})
    assert again.status_code == 422


async def test_those_chosen_as_signers_are_recorded_and_the_rest_stay_open(walk: Walk, family: Any) -> None:
    home = await family()
    helper = await walk.sign_in("village109_helper")
    blank = (await helper.get("/api/v1/cases/blank", params={"project_code": "X91", "household_id": home["id"]})).json()
    everybody = [adult["person_id"] for adult in blank["adults"]]
    case = await walk.apply("village109_helper", "X91", home, signed_by=everybody, sign_method="electronic")
    assert case["state"] == "community_review"
    file = await walk.read()
    assert {s["method"] for s in file["signers"]} == {"electronic"}
    twice = (await helper.get("/api/v1/cases/blank", params={"project_code": "X91", "household_id": home["id"]})).json()
    assert twice["open_case"]["id"] == walk.id


async def test_papers_are_kept_under_their_names(walk: Walk, family: Any) -> None:
    home = await family()
    helper = await walk.sign_in("village109_helper")
    sent = await helper.post(
        "/api/v1/files",
        data={"division_code": VILLAGE, "subject_kind": "application"},
        files={"file": ("诊断.png", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")},
    )
    assert sent.status_code == 201, sent.text
    await walk.apply("village109_helper", "X91", home, papers={"diagnosis": [sent.json()["id"]]})
    file = await walk.read()
    paper = next(p for p in file["papers"] if p["code"] == "diagnosis")
    assert paper["file_ids"] == [sent.json()["id"]]
    assert "诊断.png" in [f["name"] for f in file["files"]]
    opened = await (await walk.sign_in("town109_clerk")).post(f"/api/v1/files/{paper['file_ids'][0]}/links")
    assert opened.status_code == 201, "the town opens what the village sent"
    unknown = await helper.post(
        "/api/v1/cases",
        json={
            "project_code": "X92",
            "household_id": home["id"],
            "applicant_id_number": home["head"],
            "reason": "困难",
            "papers": {"nonsense": [1]},
        },
    )
    assert unknown.status_code == 422
    assert "材料清单中没有这一项" in unknown.text


async def test_the_file_shows_clocks_appraisal_and_whose_turn_it_is(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    file = await walk.read("town109_investigator")
    assert file["town_name"] == "信阳镇"
    assert file["waits_for"] == "镇街调查员"
    assert [clock["name"] for clock in file["clocks"]] == ["本环节", "承诺时限", "法定时限"]
    assert {clock["light"] for clock in file["clocks"]} == {"green"}
    assert file["appraisal"]["eligible"] is True
    assert file["appraisal"]["amount"] == "5000.00"
    assert any(reason["actual"] for reason in file["appraisal"]["trace"])


async def test_the_helper_sees_the_verdict_but_not_the_numbers_behind_it(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    await walk.do("town109_approver", "approve", "同意")
    file = await walk.read("village109_helper")
    assert file["appraisal"]["eligible"] is True
    assert {reason["actual"] for reason in file["appraisal"]["trace"]} == {None}
    kept = file["records"]["decisions"][0]["snapshot"]
    assert kept["income_per_capita_month"] is None
    assert {item["annual_amount"] for item in kept["incomes"]} == {None}
    decider = (await walk.read("county_admin"))["records"]["decisions"][0]["snapshot"]
    assert decider["income_per_capita_month"] is not None


async def test_a_household_keeps_what_was_decided_on_after_its_facts_have_changed(walk: Walk, family: Any) -> None:
    home = await family()
    await walk.apply("village109_helper", "X91", home)
    await walk.until("end")
    await walk.do("town109_approver", "approve", "同意")
    clerk = await walk.sign_in("town109_clerk")
    household = f"/api/v1/households/{home['id']}"
    before = (await clerk.get(household)).json()["income_per_capita_month"]
    await clerk.post(f"{household}/incomes", json={"category": "wage", "annual_amount": "99000.00"})
    assert (await clerk.get(household)).json()["income_per_capita_month"] != before

    (row,) = (await clerk.get("/api/v1/case-decisions", params={"household_id": home["id"]})).json()["items"]
    assert (row["result"], row["version_number"], row["amount"]) == ("approved", 1, "5000.00")
    decision = (await clerk.get(f"/api/v1/case-decisions/{row['id']}")).json()
    assert decision["snapshot"]["income_per_capita_month"] == before
    assert {reason["passed"] for reason in decision["trace"]} == {True}
    helper = await walk.sign_in("village109_helper")
    masked = (await helper.get(f"/api/v1/case-decisions/{row['id']}")).json()
    assert masked["snapshot"]["income_per_capita_month"] is None
    assert {reason["actual"] for reason in masked["trace"]} == {None}
    stranger = await walk.sign_in("town001_clerk")
    assert (await stranger.get(f"/api/v1/case-decisions/{row['id']}")).status_code == 404


async def test_what_blocks_a_decision_is_said_beside_it(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    kin = {"staff_name": "刘某", "member_name": "户主", "relation": "sibling"}
    await walk.do("town109_clerk", "kin_register", **kin)
    await walk.do("town109_investigator", "investigate_done", **TEAM)
    await walk.do("town109_approver2", "review")
    await walk.do("town109_clerk", "publicity_start")
    file = await walk.read("town109_clerk")
    assert "公示期未满" in file["obstacles"]["publicity_end"]
    await walk.let_notice_pass()
    await walk.do("town109_clerk", "publicity_end")
    file = await walk.read("town109_approver")
    assert "县级入户" in file["obstacles"]["approve"]
    await walk.do("county_clerk", "kin_visit", visited_on="2026-01-05", findings="情况属实")
    assert "approve" not in (await walk.read("town109_approver"))["obstacles"]


async def test_what_a_form_leaves_empty_is_not_an_error(walk: Walk, family: Any) -> None:
    home = await family()
    case = await walk.apply("town109_clerk", "X93", home, first_contact_at="", papers={"identity": None})
    assert case["urgent_due_at"] is not None, "without a first contact the clock starts now"


async def test_a_notice_is_filled_in_before_anybody_types(walk: Walk, family: Any) -> None:
    home = await family()
    await walk.apply("village109_helper", "X91", home)
    await walk.until("review")
    assert (await walk.read("town109_approver"))["proposals"].keys() == {"publicity_start"}
    proposed = (await walk.read("town109_clerk"))["proposals"]["publicity_start"]
    assert proposed["place"].endswith("公示栏")
    assert (proposed["notice"]["name"], proposed["notice"]["days"]) == (home["name"], 7)
    assert proposed["notice"]["amount"] == "5000.00"
    await walk.do("town109_clerk", "publicity_start", place=proposed["place"], phone=proposed["phone"])
    file = await walk.read("town109_clerk")
    assert file["proposals"] == {}
    (hung,) = file["records"]["notices"]
    ends = datetime.fromisoformat(hung["ends_at"]).astimezone(CHINA)
    assert f"{ends:%Y-%m-%d}" == proposed["notice"]["ends_on"]


async def test_an_alternative_that_fails_beside_one_that_holds_does_not_make_a_granted_case_look_refused(
    walk: Walk, family: Any
) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    await walk.do("town109_approver", "approve", "同意")
    aside = '[{"text": "家庭在享低保", "fact": "has_dibao", "required": "是", "passed": false, "decides": false}]'
    async with committed() as session:
        await session.execute(
            text(
                "INSERT INTO case_decision (case_id, division_code, result, amount, reasons, version_id, snapshot,"
                " trace, user_id, user_name, decided_at) SELECT case_id, division_code, result, amount, reasons,"
                " version_id, snapshot, trace || CAST(:aside AS jsonb), user_id, user_name, now() FROM case_decision"
                " WHERE case_id = :id"
            ),
            {"id": walk.id, "aside": aside},
        )
    assert (await walk.read("county_admin"))["appraisal"]["eligible"] is True


async def test_who_hears_and_who_decides_sees_what_is_planned_and_what_was_said(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    await walk.do("town109_approver", "approve", "同意")
    clerk = await walk.sign_in("town109_clerk")
    opened = await clerk.post("/api/v1/cases/reviews", json={"origin_case_id": walk.id, "reason": "收入变化"})
    walk.id = opened.json()["id"]
    await walk.do("town109_clerk", "propose", change="stop", reasons=["子女就业"])
    told = (await walk.read("town109_clerk"))["proposals"]["hear"]["told"]
    assert "拟停发" in told
    assert "子女就业" in told
    assert "陈述意见截止" in told
    await walk.do("town109_clerk", "hear", statement="收入不稳定")
    assert "当事人意见：收入不稳定" in (await walk.read("town109_approver"))["proposals"]["decide"]["told"]


async def test_a_case_that_ended_early_has_not_passed_the_steps_behind(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("community")
    await walk.do("town109_clerk", "refuse", reasons=["户籍不在本县"])
    passed = {step["kind"]: step["passed"] for step in (await walk.read())["path"]}
    assert passed["acceptance"] is True
    assert (passed["investigation"], passed["confirmation"]) == (False, False)
