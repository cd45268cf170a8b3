"""核对: asked with everybody's consent, answered per source by the county's centre, told to the applicant, never deciding."""

from typing import Any

import pytest

from backend.catalogue.rules.vocabulary import Source
from backend.registry.codes import PropertyResult
from backend.verification.models import Conclusion, Outcome
from backend.verification.rules import contradiction, property_result
from tests.cases.conftest import TEAM, Walk, family, projects, walk  # noqa: F401  (fixtures)


async def asked(walk: Walk, family: Any) -> dict[str, Any]:  # noqa: F811
    """Bring a case to its inquiry and ask the centre; return the request as the verifier sees it."""
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    await walk.do("town109_investigator", "verification_request", reason="核对存款")
    return (await walk.read("county_verifier"))["verifications"][-1]


async def answer(walk: Walk, request: dict[str, Any], **form: Any) -> Any:  # noqa: F811
    verifier = await walk.sign_in("county_verifier")
    return await verifier.post(f"/api/v1/verifications/{request['id']}/results", json=form)


async def report(walk: Walk, request: dict[str, Any], **form: Any) -> Any:  # noqa: F811
    verifier = await walk.sign_in("county_verifier")
    return await verifier.post(f"/api/v1/verifications/{request['id']}/report", json={"summary": "已核对"} | form)


async def test_a_request_names_those_who_consented_and_waits_at_the_centre(walk: Walk, family: Any) -> None:  # noqa: F811
    request = await asked(walk, family)
    assert request["consents"] == 2
    assert len(request["people"]) == 2
    assert request["sources"] == ["PS"], "what the project says sharing can fetch"
    verifier = await walk.sign_in("county_verifier")
    tasks = (await verifier.get("/api/v1/tasks", params={"kind": "verification", "page_size": 200})).json()["items"]
    assert request["id"] in [task["id"] for task in tasks]
    await walk.refused("town109_investigator", "verification_request", "尚未出具报告")


async def test_the_case_waits_for_the_report_it_asked_for(walk: Walk, family: Any) -> None:  # noqa: F811
    request = await asked(walk, family)
    await walk.do("town109_investigator", "investigate_done", **TEAM)
    await walk.refused("town109_approver2", "review", "尚未出具报告")
    assert "尚未出具报告" in (await walk.read("town109_approver"))["obstacles"]["review"]
    assert (await answer(walk, request, source="BK", outcome="matches")).status_code == 201
    done = await report(walk, request, conclusion="pass")
    assert done.status_code == 200, done.text
    assert (await walk.do("town109_approver2", "review"))["state"] == "to_publicise"


async def test_a_failed_report_reaches_the_applicant_who_objects_and_is_verified_again(walk: Walk, family: Any) -> None:  # noqa: F811
    request = await asked(walk, family)
    await answer(walk, request, source="MV", outcome="breaches", declared="无车", found="登记小型轿车一辆")
    assert (await report(walk, request, conclusion="fail")).status_code == 200
    case = await walk.read()
    letter = case["records"]["letters"][-1]
    assert letter["code"] == "L-05"
    timeline = (await (await walk.sign_in("town109_clerk")).get(f"/api/v1/cases/{walk.id}/timeline")).json()["items"]
    assert timeline[-1]["action"] == "verification_report"
    assert timeline[-1]["data"]["letter_number"] == letter["number"]

    await walk.do("town109_clerk", "verification_object", content="车辆已于去年报废")
    second = (await walk.read("county_verifier"))["verifications"][-1]
    assert second["id"] != request["id"]
    assert "报废" in second["reason"]
    await answer(walk, second, source="MV", outcome="zero")
    await report(walk, second, conclusion="pass", summary="车辆已注销")
    objection = (await walk.read())["records"]["objections"][-1]
    assert (objection["upheld"], objection["answer"]) == (True, "车辆已注销")
    await walk.refused("town109_clerk", "verification_object", "没有可以提出异议", content="再次异议")


async def test_a_conclusion_follows_from_the_answers_and_is_final(walk: Walk, family: Any) -> None:  # noqa: F811
    request = await asked(walk, family)
    early = await report(walk, request, conclusion="pass")
    assert early.status_code == 409
    assert "还没有登记" in early.text
    bare = await answer(walk, request, source="BK", outcome="differs")
    assert bare.status_code == 422
    assert "写明查询情况" in bare.text
    await answer(walk, request, source="BK", outcome="differs", declared="存款一万元", found="存款三万元")
    twice = await answer(walk, request, source="BK", outcome="matches")
    assert twice.status_code == 409
    assert "请勿重复登记" in twice.text
    wrong = await report(walk, request, conclusion="pass")
    assert wrong.status_code == 409
    assert "与申报不一致" in wrong.text
    assert (await report(walk, request, conclusion="diff")).status_code == 200
    again = await report(walk, request, conclusion="fail")
    assert again.status_code == 409
    assert "已出具报告" in again.text


async def test_figures_are_the_verifiers_and_deciding_is_not(walk: Walk, family: Any) -> None:  # noqa: F811
    request = await asked(walk, family)
    await answer(walk, request, source="BK", outcome="differs", declared="存款一万元", found="存款三万元")
    shown = (await walk.read("town109_approver"))["verifications"][-1]["results"][0]
    assert (shown["outcome"], shown["declared"], shown["found"]) == ("differs", None, None)
    assert (await walk.read("village109_helper"))["verifications"] == []
    clerk = await walk.sign_in("town109_clerk")
    mine = await clerk.post(
        f"/api/v1/verifications/{request['id']}/report", json={"conclusion": "pass", "summary": "好"}
    )
    assert mine.status_code == 403
    stranger = await walk.sign_in("town001_clerk")
    assert (await stranger.get(f"/api/v1/verifications/{request['id']}")).status_code == 404
    assert (await walk.read("county_verifier"))["allowed_actions"] == [], "the verifier moves no case"


async def test_nobody_is_verified_who_has_not_signed(walk: Walk, family: Any) -> None:  # noqa: F811
    home = await family()
    await walk.apply("town109_clerk", "X91", home, channel="window")
    await walk.until("accept")
    request_by = await walk.sign_in("town109_investigator")
    file = await walk.read("town109_investigator")
    assert all(signer["signed"] for signer in file["signers"])
    answer_of_stranger = await request_by.post(
        f"/api/v1/cases/{walk.id}/actions", json={"action": "verification_request", "data": {}}
    )
    assert answer_of_stranger.status_code == 200
    request = (await walk.read("county_verifier"))["verifications"][-1]
    outside = await answer(walk, request, source="BK", outcome="zero", person_name="隔壁老王")
    assert outside.status_code == 422
    assert "不在本次核对范围内" in outside.text


@pytest.mark.parametrize(
    ("conclusion", "outcomes", "missed"),
    [
        (Conclusion.PASS, [Outcome.MATCHES, Outcome.ZERO, Outcome.NO_DATA], None),
        (Conclusion.PASS, [Outcome.DIFFERS], Outcome.DIFFERS),
        (Conclusion.DIFF, [Outcome.DIFFERS], None),
        (Conclusion.DIFF, [Outcome.BREACHES, Outcome.DIFFERS], Outcome.BREACHES),
        (Conclusion.FAIL, [Outcome.BREACHES], None),
    ],
)
def test_no_conclusion_passes_over_an_answer(
    conclusion: Conclusion, outcomes: list[Outcome], missed: Outcome | None
) -> None:
    assert contradiction(conclusion, outcomes) is missed


@pytest.mark.parametrize(
    ("answers", "asked_of", "objected", "result"),
    [
        ([("BK", "matches"), ("RE", "zero")], ["BK", "RE", "PS"], False, PropertyResult.PASS),
        ([("BK", "differs"), ("RE", "matches")], ["BK", "RE"], False, PropertyResult.PASS),
        ([("BK", "matches")], ["BK", "RE"], False, None),
        ([("BK", "matches"), ("RE", "no_data")], ["BK", "RE"], False, None),
        ([("BK", "matches"), ("BK", "no_data"), ("RE", "zero")], ["BK", "RE"], False, None),
        ([("BK", "matches")], ["PS"], False, None),
        ([("PS", "breaches")], ["PS"], False, None),
        ([("MV", "breaches"), ("BK", "no_data")], ["BK", "MV"], False, PropertyResult.FAIL_REVIEWABLE),
        ([("MV", "breaches")], ["MV"], True, PropertyResult.FAIL_HARD),
    ],
)
def test_property_is_known_only_when_every_source_asked_has_answered(
    answers: list[tuple[str, str]], asked_of: list[str], objected: bool, result: PropertyResult | None
) -> None:
    told = [(Source(source), Outcome(outcome)) for source, outcome in answers]
    assert property_result(told, map(Source, asked_of), objected=objected) is result


async def property_of(walk: Walk) -> tuple[str | None, list[str]]:  # noqa: F811
    """Return the household's conclusion on property, and its history."""
    clerk = await walk.sign_in("town109_clerk")
    home = (await walk.read())["household_id"]
    shown = (await clerk.get(f"/api/v1/households/{home}")).json()
    history = (await clerk.get(f"/api/v1/households/{home}/history")).json()["items"]
    return shown["property_result"], [row["action"] for row in history]


async def test_the_report_writes_the_conclusion_on_property_by_itself(walk: Walk, family: Any) -> None:  # noqa: F811
    request = await asked(walk, family)
    await answer(walk, request, source="MV", outcome="breaches", declared="无车", found="登记小型轿车一辆")
    await report(walk, request, conclusion="fail")
    assert await property_of(walk) == ("fail_reviewable", ["household.verify", "household.register"])

    await walk.do("town109_clerk", "verification_object", content="车辆已于去年报废")
    second = (await walk.read("county_verifier"))["verifications"][-1]
    for source in ("BK", "RE", "MV", "MK"):
        await answer(walk, second, source=source, outcome="zero")
    await report(walk, second, conclusion="pass", summary="车辆已注销")
    assert (await property_of(walk))[0] == "pass"


async def test_a_source_without_data_leaves_the_property_unknown(walk: Walk, family: Any) -> None:  # noqa: F811
    request = await asked(walk, family)
    await answer(walk, request, source="BK", outcome="no_data")
    await report(walk, request, conclusion="pass")
    assert await property_of(walk) == (None, ["household.register"])
