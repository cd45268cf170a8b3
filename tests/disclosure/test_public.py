"""What a stranger sees and sends: masked, bounded, and never a way to probe."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.disclosure import limits
from backend.disclosure.repository import shown_name
from backend.kernel.i18n import language_of_request
from backend.payments.models import Entitlement
from tests.cases.conftest import TOWN_DECIDES, VILLAGE, definition, id_number, publish_project
from tests.conftest import committed

PHONE = "13905430001"


async def listed(public, case_name: str, kind: str = "notice"):
    answer = await public.get("/api/v1/public/notices", params={"kind": kind, "page_size": 50})
    assert answer.status_code == 200, answer.text
    return [row for row in answer.json()["items"] if row["name"].startswith(case_name[:1])], answer


async def notice_of(case_id: int) -> int:
    async with committed() as session:
        return int(await session.scalar(text("SELECT max(id) FROM case_notice WHERE case_id = :id"), {"id": case_id}))


@pytest.mark.parametrize("what", ["policies", "projects", "standards", "hotlines", "divisions", "notices"])
async def test_a_stranger_reads_without_signing_in_and_nobody_indexes_it(public, what) -> None:
    answer = await public.get(f"/api/v1/public/{what}")
    assert answer.status_code == 200, answer.text
    assert "noindex" in answer.headers["x-robots-tag"]


async def test_the_catalogue_names_what_to_bring_but_not_what_is_shared(public, projects) -> None:
    found = {row["code"]: row for row in (await public.get("/api/v1/public/projects")).json()}
    assert found["X91"]["materials"] == ["诊断证明"]
    assert found["X91"]["online"] is True


async def test_towns_can_be_chosen_and_below_them_villages(public) -> None:
    towns = {row["code"]: row["name"] for row in (await public.get("/api/v1/public/divisions")).json()}
    assert towns["371623109"] == "信阳镇"
    assert (await public.get("/api/v1/public/divisions", params={"parent": "371623109"})).json()


async def test_a_notice_shows_surname_members_amount_village_and_nothing_that_identifies(public, noticed) -> None:
    walk, people, _ = noticed
    wanted = await notice_of(walk.id)
    rows, answer = await listed(public, people["name"])
    row = next(row for row in rows if row["id"] == wanted)
    assert (row["name"], row["member_count"]) == ("张*", 3)
    assert "信阳镇" in row["place"]
    assert row["ends_on"] > row["posted_on"]
    for secret in (people["name"], people["head"], people["head"][-4:], "幸福村12号", "因病", "serious", "张小宝"):
        assert secret not in answer.text


async def test_a_notice_is_taken_down_when_it_ends(public, noticed) -> None:
    walk, people, _ = noticed
    wanted = await notice_of(walk.id)
    async with committed() as session:
        await session.execute(
            text(
                "UPDATE case_notice SET posted_at = now() - interval '9 days', ends_at = now() - interval '1 second' WHERE id = :id"
            ),
            {"id": wanted},
        )
    rows, _ = await listed(public, people["name"])
    assert wanted not in [row["id"] for row in rows]
    form = {"content": "该户有两处房产", "name": "王五", "phone": PHONE}
    answer = await public.post(f"/api/v1/public/notices/{wanted}/objections", json=form)
    assert answer.status_code == 409
    assert "已经结束" in answer.json()["detail"]


async def test_another_county_or_town_is_not_in_the_list_of_this_one(public, noticed) -> None:
    walk, _, _ = noticed
    wanted = await notice_of(walk.id)
    for area, inside in (("371623109", True), (VILLAGE, True), ("371623001", False), ("3716231", None)):
        answer = await public.get("/api/v1/public/notices", params={"division_code": area, "page_size": 50})
        if inside is None:
            assert answer.status_code == 422
        else:
            assert (wanted in [row["id"] for row in answer.json()["items"]]) is inside


async def test_an_objection_stops_the_case_and_reaches_the_staff_masked(public, noticed, sign_in) -> None:
    walk, _, _ = noticed
    wanted = await notice_of(walk.id)
    form = {"content": "该户有两处房产未申报", "name": "王五", "phone": PHONE}
    answer = await public.post(f"/api/v1/public/notices/{wanted}/objections", json=form)
    assert answer.status_code == 201, answer.text
    assert (await walk.read())["state"] == "objected"
    again = await public.post(f"/api/v1/public/notices/{wanted}/objections", json=form)
    assert again.status_code == 409
    rows = (await (await sign_in("town109_clerk")).get("/api/v1/notice-objections")).json()["items"]
    row = next(row for row in rows if row["notice_id"] == wanted)
    assert row["phone_masked"] == "*******0001"
    others = (await (await sign_in("town001_clerk")).get("/api/v1/notice-objections")).json()["items"]
    assert wanted not in [row["notice_id"] for row in others]


@pytest.mark.parametrize(
    ("born", "shown"),
    [
        (date(2008, 11, 24), "未成年人（不公示姓名）"),
        (date(2008, 11, 23), "欧阳*"),
        (None, "欧阳*"),
        (date(1950, 1, 1), "欧阳*"),
    ],
)
def test_a_child_is_never_named(born, shown) -> None:
    token = language_of_request.set("zh")
    assert shown_name("欧阳修文", born, date(2026, 11, 23)) == shown
    language_of_request.reset(token)


async def test_progress_opens_with_the_last_four_of_number_or_phone(public, noticed) -> None:
    _, people, case = noticed
    answer = await public.post("/api/v1/public/progress", json={"number": case["number"], "last4": people["head"][-4:]})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["number"], body["state"]) == (case["number"], "公示中")
    assert body["due_on"]
    assert people["name"] not in answer.text


async def test_wrong_digits_and_unknown_numbers_look_alike(public, noticed) -> None:
    _, people, case = noticed
    wrong = f"{(int(people['head'][-4:-1]) + 1) % 1000:03d}{people['head'][-1]}"
    one = await public.post("/api/v1/public/progress", json={"number": case["number"], "last4": wrong})
    other = await public.post("/api/v1/public/progress", json={"number": "NO-SUCH-CASE", "last4": wrong})
    zeros = await public.post("/api/v1/public/progress", json={"number": "NO-SUCH-CASE", "last4": "0000"})
    assert one.status_code == other.status_code == zeros.status_code == 404
    assert one.json() == other.json() == zeros.json()


async def test_four_digits_cannot_be_tried_out(public, noticed) -> None:
    _, _, case = noticed
    codes = []
    for n in range(14):
        limits.PROGRESS.clear()
        form = {"number": case["number"], "last4": f"{n:04d}"}
        codes.append((await public.post("/api/v1/public/progress", json=form)).status_code)
    assert codes[-1] == 429
    assert 200 not in codes


async def test_an_address_may_ask_only_so_often(public, monkeypatch) -> None:
    monkeypatch.setattr(limits.READING, "count", 3)
    codes = [(await public.get("/api/v1/public/divisions")).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def application(**changes):
    return {
        "division_code": VILLAGE,
        "applicant_name": "赵六",
        "id_number": id_number("19600101"),
        "phone": PHONE,
        "project_code": "X91",
        "reason": "家中突遭火灾，生活困难",
        "urgent": False,
        "commitment": True,
    } | changes


async def test_an_application_from_home_reaches_its_town_and_no_other(public, sign_in, projects) -> None:
    form = application()
    answer = await public.post("/api/v1/public/applications", json=form)
    assert answer.status_code == 201, answer.text
    number = answer.json()["number"]
    rows = (await (await sign_in("town109_clerk")).get("/api/v1/online-applications", params={"q": number})).json()[
        "items"
    ]
    assert [row["number"] for row in rows] == [number]
    assert form["id_number"] not in str(rows)
    assert set(rows[0]["allowed_actions"]) == {"reveals", "cases", "answers"}
    other = await (await sign_in("town001_clerk")).get("/api/v1/online-applications", params={"q": number})
    assert other.json()["items"] == []
    assert (
        await (await sign_in("town001_clerk")).get(f"/api/v1/online-applications/{rows[0]['id']}")
    ).status_code == 404
    progress = await public.post("/api/v1/public/progress", json={"number": number, "last4": PHONE[-4:]})
    assert progress.json()["state"] == "待联系"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"commitment": False}, "commitment"),
        ({"id_number": "371623197001010011"}, "id_number"),
        ({"phone": "12"}, "phone"),
        ({"phone": "1234567"}, "phone"),
        ({"division_code": "371623199"}, "division_code"),
        ({"division_code": "371623"}, "division_code"),
        ({"project_code": "Q99"}, "project_code"),
        ({"reason": "急"}, "reason"),
    ],
)
async def test_a_faulty_application_is_refused_beside_its_field(public, projects, changes, field) -> None:
    answer = await public.post("/api/v1/public/applications", json=application(**changes))
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_the_same_application_is_taken_once(public, projects) -> None:
    form = application()
    assert (await public.post("/api/v1/public/applications", json=form)).status_code == 201
    again = await public.post("/api/v1/public/applications", json=form)
    assert again.status_code == 409
    assert "已提交过" in again.json()["detail"]
    assert (await public.post("/api/v1/public/applications", json=form | {"project_code": "X92"})).status_code == 201


async def test_an_emergency_is_to_be_answered_within_a_day(public, projects) -> None:
    due = (await public.post("/api/v1/public/applications", json=application(urgent=True))).json()["due_at"]
    assert datetime.fromisoformat(due) - datetime.now(UTC) < timedelta(hours=24, minutes=1)


async def test_the_window_turns_an_application_into_a_case_once(public, sign_in, family, projects) -> None:
    people = await family()
    form = application(id_number=people["head"], applicant_name=people["name"])
    number = (await public.post("/api/v1/public/applications", json=form)).json()["number"]
    clerk = await sign_in("town109_clerk")
    row = (await clerk.get("/api/v1/online-applications", params={"q": number})).json()["items"][0]
    made = await clerk.post(f"/api/v1/online-applications/{row['id']}/cases", json={"household_id": people["id"]})
    assert made.status_code == 201, made.text
    case = (await clerk.get(f"/api/v1/cases/{made.json()['case_id']}")).json()
    assert case["channel"] == "online"
    again = await clerk.post(f"/api/v1/online-applications/{row['id']}/cases", json={"household_id": people["id"]})
    assert again.status_code == 409
    progress = await public.post("/api/v1/public/progress", json={"number": number, "last4": people["head"][-4:]})
    assert case["number"] in progress.json()["note"]


async def test_an_answer_can_be_read_by_the_applicant(public, sign_in, projects) -> None:
    form = application()
    number = (await public.post("/api/v1/public/applications", json=form)).json()["number"]
    clerk = await sign_in("town109_clerk")
    row = (await clerk.get("/api/v1/online-applications", params={"q": number})).json()["items"][0]
    body = {"answer": "您已享受低保，无需重复申请"}
    assert (await clerk.post(f"/api/v1/online-applications/{row['id']}/answers", json=body)).status_code == 201
    found = (
        await public.post("/api/v1/public/progress", json={"number": number, "last4": form["id_number"][-4:]})
    ).json()
    assert found["note"] == body["answer"]


async def test_whole_numbers_are_shown_only_with_a_purpose_on_record(public, sign_in, projects) -> None:
    form = application()
    number = (await public.post("/api/v1/public/applications", json=form)).json()["number"]
    clerk = await sign_in("town109_clerk")
    row = (await clerk.get("/api/v1/online-applications", params={"q": number})).json()["items"][0]
    shown = await clerk.post(f"/api/v1/online-applications/{row['id']}/reveals", json={"purpose": "电话核实"})
    assert shown.json() == {"id_number": form["id_number"], "phone": PHONE}
    approver = await sign_in("town109_approver")
    refused = await approver.post(f"/api/v1/online-applications/{row['id']}/reveals", json={"purpose": "看看"})
    assert refused.status_code == 403
    query = {"subject_kind": "online_application", "subject_id": str(row["id"])}
    trail = (await (await sign_in("secaudit")).get("/api/v1/audit-entries", params=query)).json()["items"]
    assert ("online_application.reveal", "电话核实") in [(entry["action"], entry["purpose"]) for entry in trail]


async def test_a_hotline_is_published_changed_and_withdrawn(public, sign_in) -> None:
    county = await sign_in("county_clerk")
    made = await county.post(
        "/api/v1/hotlines", json={"division_code": "371623109", "name": "信阳镇救助热线", "phone": "0543-1234567"}
    )
    assert made.status_code == 201, made.text
    url = f"/api/v1/hotlines/{made.json()['id']}"
    phones = [h["phone"] for h in (await public.get("/api/v1/public/hotlines")).json()]
    assert "0543-1234567" in phones
    assert (await (await sign_in("town001_clerk")).patch(url, json={"phone": "110"})).status_code == 404
    assert (await (await sign_in("village109_helper")).patch(url, json={"phone": "110"})).status_code == 403
    assert (await county.patch(url, json={"published": False, "version": 1})).status_code == 200
    assert (await county.patch(url, json={"name": "新名称", "version": 1})).status_code == 412
    phones = [h["phone"] for h in (await public.get("/api/v1/public/hotlines")).json()]
    assert "0543-1234567" not in phones


async def test_a_village_finds_the_numbers_of_its_town_and_county(public, sign_in) -> None:
    county = await sign_in("county_clerk")
    for code, phone in (("371623", "12349"), ("371623109", "0543-7654321"), ("371623001", "0543-1111111")):
        form = {"division_code": code, "name": "救助热线", "phone": phone}
        assert (await county.post("/api/v1/hotlines", json=form)).status_code == 201
    found = await public.get("/api/v1/public/hotlines", params={"division_code": VILLAGE})
    assert [h["phone"] for h in found.json() if h["name"] == "救助热线"] == ["12349", "0543-7654321"]


async def test_grants_are_listed_masked_and_only_where_the_project_says_so(public, family) -> None:
    shown = definition("X95", TOWN_DECIDES, publicity={"days": 7, "after_approval": True})
    hidden = definition("X96", TOWN_DECIDES, publicity={"days": 7, "after_approval": False})
    people = await family()
    ids = {}
    async with committed() as session:
        for body in (shown, hidden):
            version = await publish_project(body["code"], body)
            row = Entitlement(
                household_id=people["id"],
                payee_name=people["name"],
                division_code=VILLAGE,
                residence="rural",
                project_code=body["code"],
                version_id=version,
                monthly_amount=Decimal("356.00"),
                from_month=date(2026, 1, 1),
            )
            session.add(row)
            await session.flush()
            ids[body["code"]] = row.id

    async def listed() -> dict[int, dict]:
        query = {"kind": "grant", "division_code": VILLAGE, "page_size": 50}
        found, page = {}, 1
        while items := (await public.get("/api/v1/public/notices", params=query | {"page": page})).json()["items"]:
            found |= {row["id"]: row for row in items}
            page += 1
        return found

    rows = await listed()
    assert ids["X96"] not in rows
    assert (rows[ids["X95"]]["name"], rows[ids["X95"]]["amount"]) == ("张*", "356.00")
    assert people["name"] not in str(rows[ids["X95"]])
    async with committed() as session:
        await session.execute(text("UPDATE entitlement SET status = 'stopped' WHERE id = :id"), {"id": ids["X95"]})
    assert ids["X95"] not in await listed()


async def test_every_public_page_is_the_same_frame_and_others_are_not_found(public) -> None:
    import re

    from admin_pages.kernel.assets import STATIC
    from admin_pages.portal import PUBLIC_PAGES

    script = (STATIC / "public" / "public.js").read_text("utf-8")
    named = set(re.findall(r'\["(\w+)", "', script))
    assert named == PUBLIC_PAGES, "the menu and the server name the same pages"
    frame = await public.get("/public/index.html")
    for page in PUBLIC_PAGES:
        answer = await public.get(f"/public/{page}.html")
        assert (answer.status_code, answer.text) == (200, frame.text)
    assert (await public.get("/public/nonsense.html")).status_code == 404
