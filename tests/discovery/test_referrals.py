"""Referrals: a need handed to another organisation, accepted in time, answered, and looked at again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.cases.conftest import VILLAGE, Walk, family, projects, walk  # noqa: F401  (fixtures)
from tests.conftest import committed
from tests.discovery.test_leads import report


async def organization(name: str) -> int:
    async with committed() as session:
        found = await session.scalar(text("SELECT id FROM organization WHERE name = :name"), {"name": name})
    assert found
    return int(found)


async def referred(sign_in: Any, **changes: Any) -> dict[str, Any]:
    """A lead is checked and referred; give the referral as the sender sees it."""
    lead = await report(sign_in, urgency="yellow")
    clerk = await sign_in("town109_clerk")
    await clerk.post(f"/api/v1/leads/{lead['id']}/verification", json={"confirmed": True, "findings": "孩子失学"})
    body = {"organization_id": await organization("县教育和体育局"), "need": "落实教育资助"} | changes
    answer = await clerk.post(f"/api/v1/leads/{lead['id']}/referral", json=body)
    assert answer.status_code == 200, answer.text
    sent = await clerk.get(f"/api/v1/referrals/{answer.json()['referral_id']}")
    assert sent.status_code == 200, sent.text
    return sent.json()


async def waits(sign_in: Any, who: str, referral: dict[str, Any]) -> str | None:
    """Return what waits for somebody in this referral."""
    client = await sign_in(who)
    tasks = (await client.get("/api/v1/tasks", params={"kind": "referral", "page_size": 200})).json()["items"]
    return next((task["step"] for task in tasks if task["id"] == referral["id"]), None)


async def step(sign_in: Any, who: str, referral: dict[str, Any], noun: str, **data: Any) -> dict[str, Any]:
    answer = await (await sign_in(who)).post(f"/api/v1/referrals/{referral['id']}/{noun}", json=data)
    assert answer.status_code == 200, f"{noun}: {answer.text}"
    return answer.json()


async def test_the_receiver_accepts_helps_and_the_village_looks_whether_help_came(sign_in: Any) -> None:
    sent = await referred(sign_in)
    assert sent["status"] == "waiting"
    assert sent["receiver"] == "县教育和体育局"
    assert sent["allowed_actions"] == [], "the sender waits"
    assert await waits(sign_in, "education_officer", sent) == "接收转介"
    assert await waits(sign_in, "medical_officer", sent) is None

    taken = await step(sign_in, "education_officer", sent, "acceptance", note="由学生资助中心办理")
    assert (taken["status"], taken["handler"]) == ("accepted", "宋老师")
    await step(sign_in, "education_officer", sent, "progress", note="已联系学校")
    done = await step(sign_in, "education_officer", sent, "completion", result="已发放助学金1000元")
    assert done["status"] == "done"
    assert done["allowed_actions"] == [], "the receiver does not confirm its own help"
    assert await waits(sign_in, "village109_helper", sent) == "转介回访"

    again = await step(sign_in, "village109_helper", sent, "visit", helped=False, findings="钱还没有到账")
    assert again["status"] == "working", "a need that is still there goes back"
    await step(sign_in, "education_officer", sent, "completion", result="已补发到账")
    end = await step(sign_in, "village109_helper", sent, "visit", helped=True, findings="已收到，孩子返校")
    assert (end["status"], end["allowed_actions"]) == ("confirmed", [])
    acts = [act["action"] for act in end["steps"]]
    assert acts == ["sending", "acceptance", "progress", "completion", "visit", "completion", "visit"]


async def test_a_returned_referral_comes_back_with_its_reason_and_goes_to_somebody_else(sign_in: Any) -> None:
    sent = await referred(sign_in)
    back = await step(sign_in, "education_officer", sent, "return", reason="已年满18周岁，不属于学生资助")
    assert back["status"] == "returned"
    assert await waits(sign_in, "town109_clerk", sent) == "处理退回的转介"
    charity = await organization("县慈善总会")
    anew = await step(sign_in, "town109_clerk", sent, "resending", organization_id=charity, need="生活困难帮扶")
    assert (anew["status"], anew["receiver"], anew["outcome"]) == ("waiting", "县慈善总会", None)
    assert await waits(sign_in, "charity_federation", sent) == "接收转介"
    gone = await (await sign_in("education_officer")).get(f"/api/v1/referrals/{sent['id']}")
    assert gone.status_code == 404, "it is no longer theirs"


async def test_whoever_has_no_desk_here_is_followed_by_the_sender(sign_in: Any) -> None:
    sent = await referred(sign_in, organization_id=None, to="省精神卫生中心")
    assert "acceptance" in sent["allowed_actions"]
    await step(sign_in, "town109_clerk", sent, "acceptance", handler="住院部李主任")
    done = await step(sign_in, "town109_clerk", sent, "completion", result="已收治")
    assert (done["status"], done["handler"]) == ("done", "住院部李主任")


async def test_a_referral_is_coloured_by_the_two_days_to_accept_and_then_by_its_result(sign_in: Any) -> None:
    sent = await referred(sign_in)
    async with committed() as session:
        late = {"id": sent["id"], "ago": datetime.now(UTC) - timedelta(days=9)}
        await session.execute(
            text("UPDATE referral SET sent_at = :ago, accept_due_at = now() - interval '1 day' WHERE id = :id"), late
        )
    clerk = await sign_in("town109_clerk")
    rows = (await clerk.get("/api/v1/referrals", params={"light": "overdue", "page_size": 200})).json()["items"]
    assert sent["id"] in [row["id"] for row in rows]
    taken = await step(sign_in, "education_officer", sent, "acceptance")
    assert taken["light"] != "overdue", "the result has its own clock"


async def test_neither_the_wrong_desk_nor_the_wrong_moment_moves_a_referral(sign_in: Any) -> None:
    sent = await referred(sign_in)
    url = f"/api/v1/referrals/{sent['id']}"
    clerk, officer = await sign_in("town109_clerk"), await sign_in("education_officer")
    assert (await clerk.post(f"{url}/acceptance", json={})).status_code == 403
    assert (await (await sign_in("housing_officer")).get(url)).status_code == 404
    assert (await (await sign_in("town001_clerk")).get(url)).status_code == 404
    early = await officer.post(f"{url}/completion", json={"result": "已办结"})
    assert early.status_code == 409
    assert "转介单当前为“待接收”" in early.json()["detail"]
    nobody = await clerk.post("/api/v1/referrals", json={"household_id": 1, "need": "需要帮助"})
    assert nobody.status_code == 422
    assert "请选择接收机构" in {fault["field"]: fault["message"] for fault in nobody.json()["errors"]}["to"]


async def test_a_case_that_ends_with_a_referral_leaves_its_record_and_letter(walk: Walk, family: Any) -> None:  # noqa: F811
    await walk.apply("village109_helper", "X91", await family())
    await walk.do("community109_station", "review")
    housing = await organization("县住房和城乡建设局")
    case = await walk.do("town109_clerk", "refer", "属于危房改造", organization_id=housing, due_on="2099-12-31")
    assert case["state"] == "referred"
    officer = await walk.sign_in("housing_officer")
    (found,) = (await officer.get("/api/v1/referrals", params={"case_id": walk.id})).json()["items"]
    assert (found["need"], found["due_at"][:10], found["status"]) == ("因病致困", "2099-12-31", "waiting")
    (letter,) = [row for row in (await walk.read())["records"]["letters"] if row["code"] == "L-15"]
    async with committed() as session:
        content = await session.scalar(text("SELECT content::text FROM case_letter WHERE id = :id"), letter)
    assert "县住房和城乡建设局" in content


async def test_a_household_is_referred_without_lead_or_case(sign_in: Any, family: Any) -> None:  # noqa: F811
    home = await family()
    clerk = await sign_in("town109_clerk")
    body = {"household_id": home["id"], "to": "县人社局", "need": "安排公益性岗位"}
    made = await clerk.post("/api/v1/referrals", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["person_name"] == home["name"]
    past = await clerk.post("/api/v1/referrals", json=body | {"due_on": "2020-01-01"})
    assert past.status_code == 422
    assert "办结期限不能早于今天" in past.text
