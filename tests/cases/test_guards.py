"""Every guard refuses with a sentence that tells how to mend it."""

import asyncio
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests.cases.conftest import TEAM, Walk, id_number
from tests.conftest import committed


async def test_an_unsigned_application_stays_a_draft_until_every_adult_has_signed(walk: Walk, family: Any) -> None:
    home = await family()
    case = await walk.apply("town109_clerk", "X91", home, commitment_signed=False)
    assert case["state"] == "draft"
    await walk.refused("town109_clerk", "submit", "尚未签署承诺书")
    clerk = await walk.sign_in("town109_clerk")
    signed = await clerk.post(f"/api/v1/cases/{walk.id}/consents", json={"id_number": home["head"]})
    assert signed.status_code == 201, signed.text
    await walk.refused("town109_clerk", "submit", "李秀英")
    await clerk.post(f"/api/v1/cases/{walk.id}/consents", json={"id_number": home["spouse"], "method": "electronic"})
    case = await walk.do("town109_clerk", "submit")
    assert case["state"] == "community_review"


async def test_naming_some_signers_does_not_stand_for_all(walk: Walk, family: Any) -> None:
    home = await family()
    clerk = await walk.sign_in("town109_clerk")
    body = {
        "project_code": "X91",
        "household_id": home["id"],
        "applicant_id_number": home["head"],
        "reason": "困难",
        "commitment_signed": True,
        "consents": [{"id_number": home["head"]}],
    }
    answer = await clerk.post("/api/v1/cases", json=body)
    assert answer.status_code == 409
    assert "李秀英" in answer.json()["detail"]


async def test_what_can_be_shared_is_not_demanded_and_supplements_are_told_once(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("community")
    items = [{"code": "identity", "name": "身份证明"}]
    await walk.refused("town109_clerk", "supplement", "不得要求申请人提供", items=items, complete=True)
    wanted = [{"code": "diagnosis", "name": "诊断证明"}]
    await walk.refused("town109_clerk", "supplement", "一次性告知", items=wanted, complete=False)
    case = await walk.do("town109_clerk", "supplement", items=wanted, complete=True)
    assert case["state"] == "to_supplement"
    assert case["light"] is None, "nobody is late while the applicant collects papers"
    await walk.refused("town109_clerk", "accept", "案件当前为“待补正”")
    await walk.do("town109_clerk", "supplied", file_ids=[])
    await walk.refused("town109_clerk", "supplement", "不得再次要求补正", items=wanted, complete=True)
    assert (await walk.do("town109_clerk", "accept"))["state"] == "accepted"


async def test_a_refusal_needs_reasons(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("community")
    answer = await walk.try_to("town109_clerk", "refuse")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "data.reasons", "message": "必须填写"}]
    await walk.refused("town109_clerk", "return", "必须填写意见", 422)
    case = await walk.do("town109_clerk", "refuse", reasons=["不属于本项目范围，可申请临时救助"])
    assert case["state"] == "not_accepted"


@pytest.mark.parametrize("team", [["王建国"], ["王建国", " 王建国 "]])
async def test_one_person_is_no_team(walk: Walk, family: Any, team: list[str]) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    await walk.refused("town109_investigator", "investigate_done", "至少2名", investigators=team, findings="属实")


async def test_who_received_does_not_investigate_even_as_a_name_on_the_form(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    await walk.refused(
        "town109_investigator",
        "investigate_done",
        "李秀兰已作为本案的受理人",
        investigators=["王建国", "李秀兰"],
        findings="属实",
    )


async def test_who_received_or_investigated_does_not_approve(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    approver = await walk.sign_in("town109_approver")
    me = (await approver.get("/api/v1/auth/me")).json()
    async with committed() as session:
        await session.execute(
            text(
                "INSERT INTO case_step (case_id, number, division_code, action, action_name, step, step_name, to_state,"
                " user_id, actor, actor_roles, data, at)"
                " SELECT case_id, 900, division_code, action, action_name, step, step_name, to_state,"
                " (SELECT id FROM user_account WHERE username = :name), actor, actor_roles, data, at"
                " FROM case_step WHERE case_id = :id AND action = 'accept'"
            ),
            {"id": walk.id, "name": me["username"]},
        )
    await walk.refused(
        "town109_approver", "approve", "张立新已作为本案的受理人，按经办人员分离要求不能再作为确认签批人"
    )


async def test_who_signed_the_opinion_before_the_notice_does_not_confirm(walk: Walk, family: Any) -> None:
    """初审签批人 ≠ 确认签批人 also where the town decides; another leader or the county confirms."""
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    words = "孟庆云已作为本案的初审签批人，按经办人员分离要求不能再作为确认签批人"
    assert words in (await walk.read("town109_approver2"))["obstacles"]["approve"]
    await walk.refused("town109_approver2", "approve", words)
    await walk.refused("town109_approver2", "reject", words, reasons=["家庭财产超过规定"])
    assert "approve" not in (await walk.read("county_admin"))["obstacles"]
    assert (await walk.do("town109_approver", "approve"))["state"] == "approved"


async def test_relatives_of_staff_are_recorded_kept_away_and_visited(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    kin = {"member_name": "张建国", "relation": "sibling"}
    await walk.do("town109_clerk", "kin_register", staff_name="王建国", **kin)
    await walk.refused("town109_investigator", "investigate_done", "应当回避", **TEAM)
    await walk.do("town109_investigator2", "investigate_done", investigators=["马春梅", "刘二"], findings="属实")
    await walk.do("town109_approver2", "review")
    await walk.do("town109_clerk", "publicity_start")
    await walk.let_notice_pass()
    await walk.do("town109_clerk", "publicity_end")
    await walk.refused("town109_approver", "approve", "须经县级入户核实")
    await walk.refused("town109_clerk", "kin_visit", "县级入户", 403, visited_on="2026-01-01", findings="属实")
    await walk.do("county_clerk", "kin_visit", visited_on=date.today().isoformat(), findings="属实")
    assert (await walk.do("town109_approver", "approve"))["state"] == "approved"


async def test_a_notice_hangs_for_all_its_days_and_objections_are_answered(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("post")
    await walk.refused("town109_clerk", "publicity_end", "公示期未满")
    await walk.do("village109_helper", "object", content="家里有新车")
    await walk.refused("town109_clerk", "publicity_end", "异议复查")
    case = await walk.do("town109_approver", "objection_answer", upheld=True, answer="车辆属实，重新调查")
    assert case["step"] == "investigation"
    await walk.do("town109_investigator", "investigate_done", **TEAM)
    await walk.do("town109_approver2", "review")
    case = await walk.do("town109_clerk", "publicity_start")
    assert case["state"] == "publicised", "a new opinion is published anew"
    await walk.let_notice_pass()
    await walk.refused("village109_helper", "object", "公示期已满", content="太晚的异议")


async def test_an_unfounded_objection_lets_the_notice_go_on(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("post")
    await walk.do("county_clerk", "object", content="听说有存款")
    case = await walk.do("town109_approver", "objection_answer", upheld=False, answer="经核对无存款")
    assert case["state"] == "publicised"


async def test_an_extension_has_a_reason_comes_once_and_keeps_the_old_date(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    before = await walk.read()
    data = {"reason_code": "residence_apart", "reason": "成员在外省"}
    case = await walk.do("town109_approver", "extend", **data)
    assert case["extended"] is True
    assert case["statutory_due_at"] > before["statutory_due_at"]
    kept = [datetime.fromisoformat(moment["promise_due_at"]) for moment in (case, before)]
    assert kept[0] == kept[1], "the county's promise is not extended"
    change = (await walk.read())["records"]["due_changes"][0]
    assert change["old_due_at"][:10] == before["statutory_due_at"][:10]
    await walk.refused("town109_approver", "extend", "已经延期一次", **data)


async def test_another_amount_than_the_computed_one_needs_its_reason(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    await walk.refused("town109_approver", "approve", "与测算金额5000.00元不一致", amount="4000.00")
    case = await walk.do("town109_approver", "approve", amount="4000.00", difference_reason="扣除赡养费")
    assert case["amount"] == "4000.00"


async def test_a_rejection_keeps_its_reasons(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    case = await walk.do("town109_approver", "reject", reasons=["家庭财产超过规定"])
    assert case["state"] == "rejected"
    assert (await walk.read())["records"]["decisions"][0]["reasons"] == ["家庭财产超过规定"]


async def test_one_quick_checker_needs_a_video(walk: Walk, family: Any) -> None:
    await walk.apply("town109_clerk", "X93", await family())
    await walk.refused("town109_investigator", "quick_check", "视频", checkers=["王建国"], findings="属实")
    case = await walk.do("town109_investigator", "quick_check", checkers=["王建国"], video_call=True, findings="属实")
    assert case["state"] == "checked"


async def test_two_approvers_at_once_get_one_decision_and_one_answer_in_words(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X92", await family())
    await walk.until("end")
    first, second = await asyncio.gather(
        walk.try_to("county_admin", "approve", "同意"),
        walk.try_to("county_admin", "reject", "不同意", reasons=["超标"]),
    )
    answers = sorted((first, second), key=lambda a: a.status_code)
    assert [a.status_code for a in answers] == [200, 409]
    assert "案件当前为“" in answers[1].json()["detail"]
    async with committed() as session:
        count = await session.scalar(text("SELECT count(*) FROM case_decision WHERE case_id = :id"), {"id": walk.id})
    assert count == 1


async def test_the_same_request_twice_is_one_act(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    client = await walk.sign_in("community109_station")
    body = {"action": "review", "opinion": "属实", "data": {}}
    key = {"Idempotency-Key": f"review-{walk.id}"}
    first = await client.post(f"/api/v1/cases/{walk.id}/actions", json=body, headers=key)
    second = await client.post(f"/api/v1/cases/{walk.id}/actions", json=body, headers=key)
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    third = await client.post(f"/api/v1/cases/{walk.id}/actions", json=body)
    assert third.status_code == 409


async def test_a_second_open_application_for_the_same_aid_names_the_first(walk: Walk, family: Any) -> None:
    home = await family()
    case = await walk.apply("village109_helper", "X91", home)
    client = await walk.sign_in("town109_clerk")
    body = {
        "project_code": "X91",
        "household_id": home["id"],
        "applicant_id_number": home["head"],
        "reason": "再次申请",
        "commitment_signed": True,
    }
    answer = await client.post("/api/v1/cases", json=body)
    assert answer.status_code == 409
    assert case["number"] in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"project_code": "Z99"}, 422, "没有已发布且在有效期内的版本"),
        ({"household_id": 999999999}, 404, "不在您的管辖范围内"),
        ({"applicant_id_number": "123"}, 422, "身份证号不正确"),
        ({"reason": ""}, 422, "至少需要 1 个字符"),
        ({"surprise": 1}, 422, "不认识的项目"),
    ],
)
async def test_a_faulty_application_says_what_is_wrong(
    walk: Walk, family: Any, changes: dict[str, Any], status: int, words: str
) -> None:
    home = await family()
    body = {
        "project_code": "X91",
        "household_id": home["id"],
        "applicant_id_number": home["head"],
        "reason": "困难",
        "commitment_signed": True,
    }
    client = await walk.sign_in("town109_clerk")
    answer = await client.post("/api/v1/cases", json=body | changes)
    assert answer.status_code == status, answer.text
    assert words in answer.text


async def test_a_stranger_to_the_household_cannot_apply_for_it(walk: Walk, family: Any) -> None:
    home = await family()
    client = await walk.sign_in("town109_clerk")
    body = {
        "project_code": "X91",
        "household_id": home["id"],
        "applicant_id_number": id_number(),
        "reason": "困难",
        "commitment_signed": True,
    }
    answer = await client.post("/api/v1/cases", json=body)
    assert answer.status_code == 422
    assert "不在该家庭" in answer.text


async def test_another_town_does_not_see_the_case(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    other = await walk.sign_in("town001_clerk")
    assert (await other.get(f"/api/v1/cases/{walk.id}")).status_code == 404
    answer = await other.post(f"/api/v1/cases/{walk.id}/actions", json={"action": "accept"})
    assert answer.status_code == 404
    listed = (await other.get("/api/v1/cases")).json()["items"]
    assert walk.id not in [row["id"] for row in listed]


async def test_a_cut_hears_the_person_first(walk: Walk, family: Any) -> None:
    from backend.cases.events import EntitlementChanged
    from tests.cases.test_story import heard

    changes = await heard(EntitlementChanged)
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    await walk.do("town109_approver", "approve")
    origin = walk.id
    clerk = await walk.sign_in("town109_clerk")
    answer = await clerk.post("/api/v1/cases/reviews", json={"origin_case_id": origin, "reason": "收入增加"})
    assert answer.status_code == 201, answer.text
    walk.id = answer.json()["id"]
    case = await walk.do("town109_clerk", "propose", change="stop", reasons=["人均收入超过标准"])
    assert case["state"] == "hearing"
    await walk.refused("town109_approver", "decide", "不能通过“作出变更决定”", opinion="停发")
    await walk.refused("town109_clerk", "hear", "期满前不能按逾期未陈述处理", waived=True)
    await walk.do("town109_clerk", "hear", statement="收入是临时的")
    await walk.refused("town109_approver", "decide", "必须填写意见", 422)
    case = await walk.do("town109_approver", "decide", "听取意见后仍应停发")
    assert case["state"] == "changed"
    told = next(c for c in changes if c.origin_case_id == origin)
    assert (told.change, told.amount) == ("stop", None)


async def test_a_raise_needs_no_hearing_but_another_person(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    await walk.do("town109_approver", "approve")
    clerk = await walk.sign_in("town109_clerk")
    answer = await clerk.post("/api/v1/cases/reviews", json={"origin_case_id": walk.id, "reason": "新增成员"})
    walk.id = answer.json()["id"]
    refused = await walk.try_to("town109_clerk", "propose", change="raise", reasons=["新增成员"])
    assert refused.status_code == 422
    case = await walk.do("town109_clerk", "propose", change="raise", amount="6000.00", reasons=["新增成员"])
    assert case["state"] == "to_decide"
    assert (await walk.do("town109_approver", "decide", "同意增发"))["amount"] == "6000.00"


async def test_a_cap_without_parameter_spends_nothing(walk: Walk, family: Any) -> None:
    await walk.apply("town109_clerk", "X94", await family())
    case = await walk.do("town109_investigator", "quick_check", checkers=["王建国", "马春梅"], findings="属实")
    assert case["state"] == "checked"
    answer = await walk.try_to("town109_approver", "pay_first", amount="1.00", cause="other")
    assert answer.status_code == 409
    assert "超过镇街限额0.00元" in answer.text
