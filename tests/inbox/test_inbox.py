"""One inbox for everything that waits, whichever domain it lies in, and the workbench counts the same."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cases.conftest import family, projects, walk  # noqa: F401  (fixtures)
from tests.disclosure.test_public import application


async def inbox(client: Any, **wanted: Any) -> dict[str, Any]:
    answer = await client.get("/api/v1/tasks", params={"page_size": 200} | wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_proposed_number_waits_for_another_person(sign_in: Any) -> None:
    start = (date.today() + timedelta(days=400)).isoformat()
    body = {
        "code": "dibao_standard",
        "division_code": "371623",
        "residence": "rural",
        "value": "901",
        "valid_from": start,
        "basis": "无民字〔2026〕9号",
    }
    admin = await sign_in("county_admin")
    clerk = await sign_in("county_clerk")
    made = await clerk.post("/api/v1/parameter-changes", json=body)
    assert made.status_code == 201, made.text
    own = await admin.post("/api/v1/parameter-changes", json=body | {"residence": "urban", "value": "1001"})
    assert own.status_code == 201, own.text
    waiting = [task["id"] for task in (await inbox(admin, kind="parameter_change"))["items"]]
    assert made.json()["id"] in waiting
    assert own.json()["id"] not in waiting, "nobody approves their own number"
    assert (await inbox(clerk, kind="parameter_change"))["total"] == 0
    listed = await admin.get("/api/v1/parameter-changes", params={"page_size": 200})
    allowed = {row["id"]: row["allowed_actions"] for row in listed.json()["items"]}
    assert allowed[made.json()["id"]] == ["decision"]
    assert allowed[own.json()["id"]] == ["withdrawal"]


async def test_an_application_from_home_waits_at_its_town_and_leaves_when_answered(
    public: Any,
    sign_in: Any,
    projects: Any,  # noqa: F811
) -> None:
    sent = await public.post("/api/v1/public/applications", json=application(urgent=True))
    number = sent.json()["number"]

    async def waits(who: str) -> list[dict[str, Any]]:
        rows = (await inbox(await sign_in(who), kind="online_application"))["items"]
        return [row for row in rows if number in row["title"]]

    task = (await waits("town109_clerk"))[0]
    assert (task["step"], task["light"]) == ("联系申请人", "green")
    assert await waits("town001_clerk") == []
    clerk = await sign_in("town109_clerk")
    await clerk.post(f"/api/v1/online-applications/{task['id']}/answers", json={"answer": "已电话联系并说明"})
    assert await waits("town109_clerk") == []


@pytest.mark.parametrize("who", ["town109_clerk", "county_admin", "county_finance", "supervisor", "sysadmin"])
async def test_the_workbench_counts_what_the_inbox_lists(sign_in: Any, who: str) -> None:
    client = await sign_in(who)
    listed = await inbox(client)
    assert listed["total"] == sum(listed["counts"].values()) == sum(entry["total"] for entry in listed["by_step"])
    bench = await client.get("/api/v1/reports/workbench")
    if bench.status_code == 200:
        groups = bench.json()["groups"]
        figures = {figure["code"]: figure["value"] for group in groups for figure in group["figures"]}
        assert figures.get("tasks", 0) == listed["total"], "who can have no task is shown none"
        assert figures.get("overdue", 0) == listed["counts"]["overdue"]


async def test_an_overdue_case_is_told_to_the_next_rung(walk: Any, family: Any, sign_in: Any) -> None:  # noqa: F811
    from sqlalchemy import text

    from backend.cases.tasks import escalate
    from tests.conftest import committed

    class Running:
        async def progress(self, *_: Any) -> None:
            return

    await walk.apply("village109_helper", "X91", await family())
    await walk.until("community")
    async with committed() as session:
        await session.execute(
            text("UPDATE \"case\" SET due_at = now() - interval '30 hours' WHERE id = :id"), {"id": walk.id}
        )
    await escalate(Running())  # type: ignore[arg-type]

    async def told(who: str, kind: str) -> bool:
        rows = (await inbox(await sign_in(who), kind=kind))["items"]
        return walk.id in [row["id"] for row in rows]

    assert await told("town109_clerk", "case")
    assert await told("town109_approver", "escalation")
    assert not await told("supervisor", "escalation"), "one rung a day"
    assert not await told("town001_approver", "escalation")


async def test_the_page_narrows_by_colour_and_kind(sign_in: Any) -> None:
    clerk = await sign_in("town109_clerk")
    overdue = await inbox(clerk, light="overdue")
    assert {row["light"] for row in overdue["items"]} <= {"overdue"}
    assert overdue["total"] == overdue["counts"]["overdue"]
    assert (await clerk.get("/api/v1/tasks", params={"kind": "No such;"})).status_code == 422
