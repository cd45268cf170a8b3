"""Letters: each step issues its own, numbered without gaps, kept as issued, with both remedies where somebody is refused."""

import asyncio
import hashlib
import string
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.cases.conftest import TEAM, Walk
from tests.conftest import committed


async def letters(walk: Walk) -> list[dict[str, Any]]:
    return (await walk.read())["records"]["letters"]


async def words(walk: Walk, code: str) -> str:
    async with committed() as session:
        rows = await session.execute(
            text("SELECT content::text FROM case_letter WHERE case_id = :id AND code = :code"),
            {"id": walk.id, "code": code},
        )
        return str(rows.scalars().one())


async def test_each_step_of_a_granted_case_issues_its_letter(walk: Walk, family: Any) -> None:
    home = await family()
    await walk.apply("village109_helper", "X91", home)
    await walk.do("community109_station", "review")
    items = [{"code": "diagnosis", "name": "诊断证明"}, {"name": "住院费用清单"}]
    await walk.do("town109_clerk", "supplement", items=items, complete=True)
    await walk.do("village109_helper", "supplied")
    await walk.do("town109_clerk", "accept")
    await walk.do("town109_investigator", "investigate_done", **TEAM)
    await walk.do("town109_approver2", "review", amount="5000.00")
    await walk.do("town109_clerk", "publicity_start")
    await walk.let_notice_pass()
    await walk.do("town109_clerk", "publicity_end")
    await walk.do("town109_approver", "approve", "同意")

    issued = await letters(walk)
    assert [letter["code"] for letter in issued] == ["L-01", "L-22", "L-02", "L-03", "L-06", "L-08"]
    assert all(letter["number"].startswith("无棣救助〔20") for letter in issued)
    assert issued[3]["issuer"] == "信阳镇人民政府"
    told = await words(walk, "L-01")
    assert "诊断证明" in told
    assert "身份证明" not in told, "what sharing fetches is not asked for"
    assert "承诺20个工作日" in told
    assert "个人信息保护法" in await words(walk, "L-22")
    both = await words(walk, "L-02")
    assert "诊断证明" in both
    assert "住院费用清单" in both
    accepted = await words(walk, "L-03")
    assert "承诺办结日期" in accepted
    assert "法定办结日期" in accepted
    granted = await words(walk, "L-08")
    assert "5000.00元（伍仟元整）" in granted
    assert "行政复议" in granted
    assert "行政诉讼" in granted
    assert "第四十四条" in granted
    notice = await words(walk, "L-06")
    assert home["name"] in notice
    assert home["head"] not in notice
    timeline = (await (await walk.sign_in("town109_clerk")).get(f"/api/v1/cases/{walk.id}/timeline")).json()["items"]
    assert timeline[-1]["data"]["letter_number"] == issued[-1]["number"]


async def test_a_letter_is_downloaded_as_it_was_issued_and_cannot_be_changed(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    letter = (await letters(walk))[0]
    clerk = await walk.sign_in("town109_clerk")
    answer = await clerk.get(f"/api/v1/cases/{walk.id}/letters/{letter['id']}/content")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert b"NotoSansCJK" in answer.content
    algorithm, _, wanted = letter["digest"].partition(":")
    assert hashlib.new(algorithm, answer.content).hexdigest() == wanted
    other = await walk.sign_in("town001_clerk")
    assert (await other.get(f"/api/v1/cases/{walk.id}/letters/{letter['id']}/content")).status_code == 404
    with pytest.raises(DBAPIError, match="已发出的文书不能修改"):
        async with committed() as session:
            await session.execute(text("UPDATE case_letter SET title = '改' WHERE id = :id"), {"id": letter["id"]})
    with pytest.raises(DBAPIError, match="不能修改或删除"):
        async with committed() as session:
            await session.execute(text("DELETE FROM case_step WHERE case_id = :id"), {"id": walk.id})


async def test_a_letter_of_another_case_is_not_found_through_this_one(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    letter = (await letters(walk))[0]
    await walk.apply("village109_helper", "X91", await family())
    clerk = await walk.sign_in("town109_clerk")
    assert (await clerk.get(f"/api/v1/cases/{walk.id}/letters/{letter['id']}/content")).status_code == 404


async def test_a_refusal_lists_its_reasons_and_both_remedies(walk: Walk, family: Any) -> None:
    await walk.apply("town109_clerk", "X92", await family(), channel="window")
    await walk.until("end")
    reasons = ["家庭财产超过规定标准", "家庭成员有两套住房"]
    await walk.do("county_admin", "reject", "不符合条件", reasons=reasons)
    refused = await words(walk, "L-09")
    assert all(reason in refused for reason in reasons)
    assert "六十日内向县人民政府申请行政复议" in refused
    assert "行政诉讼" in refused
    assert (await letters(walk))[-1]["issuer"] == "无棣县民政局"


async def test_a_planned_stop_invites_the_person_and_the_decision_answers(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("end")
    await walk.do("town109_approver", "approve", "同意")
    clerk = await walk.sign_in("town109_clerk")
    opened = await clerk.post("/api/v1/cases/reviews", json={"origin_case_id": walk.id, "reason": "收入变化"})
    walk.id = opened.json()["id"]
    await walk.do("town109_clerk", "propose", change="stop", reasons=["子女就业，人均收入超过标准"])
    assert "陈述意见" in await words(walk, "L-11")
    await walk.do("town109_clerk", "hear", statement="收入不稳定")
    await walk.do("town109_approver", "decide", "情况属实")
    decided = await words(walk, "L-12")
    assert "收入不稳定" in decided
    assert "子女就业" in decided
    assert "行政复议" in decided


async def test_numbers_have_no_gap_when_a_step_is_refused(walk: Walk, family: Any) -> None:
    async def last() -> int:
        async with committed() as session:
            found = await session.scalar(
                text("SELECT last FROM letter_serial WHERE year = :year"), {"year": datetime.now(UTC).year}
            )
            return int(found or 0)

    await walk.apply("village109_helper", "X91", await family())
    await walk.until("community")
    before = await last()
    await walk.refused("town109_clerk", "refuse", "至少需要 1 项", 422, reasons=[])
    both = await asyncio.gather(*(walk.try_to("town109_clerk", "accept") for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert await last() == before + 1


async def test_a_paragraph_without_its_word_is_left_out() -> None:
    from backend.cases.letters.templates import templates
    from backend.cases.letters.writing import compose, filled

    assert filled("金额{amount}", {"amount": ""}) is None
    assert filled("金额{amount}", {"amount": "5元"}) == "金额5元"
    said = compose(templates()["L-03"], {"town": "信阳镇", "number": "1"}, {})
    assert not any("承诺办结日期" in part.get("text", "") for part in said)


async def test_every_template_names_only_words_that_a_case_can_fill() -> None:
    from backend.cases.letters.templates import CONTENT, templates

    named = {
        field
        for template in templates().values()
        for line in (*template.body, template.basis, *(f"{{{name}}}" for _, name in template.rows))
        for _, field, _, _ in string.Formatter().parse(line)
        if field
    }
    folder = CONTENT.parent
    source = "".join(path.read_text("utf-8") for path in (*folder.glob("*.py"), folder.parent / "reports.py"))
    assert {field for field in named if f'"{field}"' not in source} == set()


async def test_a_notice_ends_by_itself_when_its_days_are_over(walk: Walk, family: Any) -> None:
    from backend.cases.tasks import end_notices

    class Running:
        async def progress(self, *_: Any) -> None:
            return

    await walk.apply("village109_helper", "X91", await family())
    await walk.until("post")
    await end_notices(Running())  # type: ignore[arg-type]
    assert (await walk.read())["state"] == "publicised", "its days are not over"
    await walk.let_notice_pass()
    assert (await end_notices(Running()))["ended"] >= 1  # type: ignore[arg-type]
    case = await walk.read()
    assert case["state"] == "confirming"
    assert case["records"]["notices"][-1]["closed_at"] is not None
    timeline = (await (await walk.sign_in("town109_clerk")).get(f"/api/v1/cases/{walk.id}/timeline")).json()["items"]
    assert timeline[-1]["actor"] == "系统"


async def test_a_notice_with_an_open_objection_does_not_end_by_itself(walk: Walk, family: Any) -> None:
    from backend.cases.tasks import end_notices

    class Running:
        async def progress(self, *_: Any) -> None:
            return

    await walk.apply("village109_helper", "X91", await family())
    await walk.until("post")
    await walk.do("county_clerk", "object", content="反映该户有经营收入")
    await walk.let_notice_pass()
    await end_notices(Running())  # type: ignore[arg-type]
    assert (await walk.read())["state"] == "objected"


async def test_a_delivery_is_kept_with_its_evidence_and_each_attempt_stays(walk: Walk, family: Any) -> None:
    home = await family()
    await walk.apply("village109_helper", "X91", home)
    await walk.until("accept")
    letter = next(row for row in await letters(walk) if row["code"] == "L-03")
    url = f"/api/v1/cases/{walk.id}/letters/{letter['id']}/deliveries"
    helper = await walk.sign_in("village109_helper")

    async def refused(field: str, words: str, **form: Any) -> None:
        answer = await helper.post(url, json={"recipient": home["name"], "method": "direct"} | form)
        assert answer.status_code == 422, answer.text
        assert words in {fault["field"]: fault["message"] for fault in answer.json()["errors"]}[field], answer.text

    await refused("witness", "应当有见证人", method="left")
    await refused("note", "写明拒收理由", outcome="refused")
    await refused("file_id", "应当上传送达凭证", method="mail")
    await refused("delivered_at", "不能早于文书的发文时间", delivered_at="2020-01-01T08:00:00+08:00")
    away = {"method": "direct", "outcome": "unreached", "recipient": home["name"], "note": "家中无人"}
    assert (await helper.post(url, json=away)).status_code == 201
    done = await helper.post(url, json={"method": "direct", "recipient": "李秀英", "relation": "妻子"})
    assert done.status_code == 201, done.text
    kept = (await walk.read())["records"]["deliveries"]
    assert [(row["letter_id"], row["outcome"]) for row in kept] == [
        (letter["id"], "unreached"),
        (letter["id"], "signed"),
    ]
    with pytest.raises(DBAPIError, match="不能修改或删除"):
        async with committed() as session:
            await session.execute(text("DELETE FROM case_letter_delivery WHERE case_id = :id"), {"id": walk.id})
    investigator = await walk.sign_in("town109_investigator")
    assert (await investigator.post(url, json=away)).status_code == 403
    assert (await (await walk.sign_in("town001_clerk")).post(url, json=away)).status_code == 404
