"""Visits: households in force are looked at again in the cycle of their projects, and a change leads to a review."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from backend.discovery.rules import months_later
from backend.discovery.tasks import plan_visits
from tests.cases.conftest import VILLAGE, family, projects, walk  # noqa: F401  (fixtures)
from tests.conftest import committed

VISITORS = {"visitors": ["田二妮"], "findings": "两人在家，收入没有变化"}


async def receiving(home: dict[str, Any], code: str = "A02", months_ago: int = 14, **household: Any) -> None:
    """Let a household receive a monthly benefit since so many months."""
    values = {"home": home["id"], "code": code, "area": VILLAGE}
    start = months_later(datetime.now(UTC).date().replace(day=1), -months_ago)
    async with committed() as session:
        await session.execute(
            text(
                "INSERT INTO benefit (household_id, project_code, division_code, once, monthly_amount, from_month,"
                " status) VALUES (:home, :code, :area, false, 300, :start, 'active')"
            ),
            values | {"start": start},
        )
        for column, value in household.items():
            await session.execute(
                text(f"UPDATE household SET {column} = :value WHERE id = :home"), {"value": value, "home": home["id"]}
            )


async def planned() -> None:
    async def progress(*_: object) -> None:
        return None

    await plan_visits(SimpleNamespace(progress=progress))  # type: ignore[arg-type]


async def visits_of(sign_in: Any, home: dict[str, Any], who: str = "village109_helper") -> list[dict[str, Any]]:
    answer = await (await sign_in(who)).get("/api/v1/visits", params={"household_id": home["id"]})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_a_cycle_is_counted_in_calendar_months(day: date, months: int, then: date) -> None:
    assert months_later(day, months) == then


async def test_a_household_in_force_is_planned_once_and_waits_in_its_village(sign_in: Any, family: Any) -> None:  # noqa: F811
    late, new = await family(), await family()
    await receiving(late)
    await receiving(new, months_ago=2)
    await planned()
    await planned()
    (visit,) = await visits_of(sign_in, late)
    assert (visit["kind"], visit["projects"], visit["months"]) == ("review", ["A02"], 12)
    assert visit["light"] == "overdue"
    assert await visits_of(sign_in, new) == [], "ten months are left"
    for who, waits in (("village109_helper", True), ("town109_clerk", True), ("county_clerk", False)):
        client = await sign_in(who)
        tasks = (await client.get("/api/v1/tasks", params={"kind": "household_visit", "page_size": 200})).json()
        assert (visit["id"] in [task["id"] for task in tasks["items"]]) is waits, who


async def test_class_and_shortest_project_set_the_cycle(sign_in: Any, family: Any) -> None:  # noqa: F811
    quarterly = await family()
    await receiving(quarterly, months_ago=4, review_class="C")
    await receiving(quarterly, "A05", months_ago=1)
    dated = await family()
    await receiving(dated, next_review_on=datetime.now(UTC).date() + timedelta(days=20))
    await planned()
    (visit,) = await visits_of(sign_in, quarterly)
    assert (visit["months"], visit["projects"]) == (3, ["A02", "A05"])
    (visit,) = await visits_of(sign_in, dated)
    assert visit["light"] == "green", "the date that the last review set counts, not the beginning"


async def test_a_recorded_visit_sets_the_next_one(sign_in: Any, family: Any) -> None:  # noqa: F811
    home = await family()
    await receiving(home)
    await planned()
    (visit,) = await visits_of(sign_in, home)
    helper = await sign_in("village109_helper")
    url = f"/api/v1/visits/{visit['id']}/record"
    missed = await helper.post(url, json={"visitors": ["田二妮"], "met": False, "findings": "家中无人"})
    assert (missed.json()["result"], len(missed.json()["attempts"])) == (None, 1)
    done = (await helper.post(url, json=VISITORS)).json()
    assert (done["result"], done["light"], done["allowed_actions"]) == ("unchanged", None, [])
    again = await helper.post(url, json=VISITORS)
    assert again.status_code == 409
    assert "已经登记结果" in again.json()["detail"]
    await planned()
    assert len(await visits_of(sign_in, home)) == 1, "the next is a year away"
    shown = (await (await sign_in("town109_clerk")).get(f"/api/v1/households/{home['id']}")).json()
    assert shown["next_review_on"] == months_later(date.fromisoformat(done["visited_on"]), 12).isoformat()


async def test_a_change_opens_the_review_of_what_the_household_receives(sign_in: Any, family: Any) -> None:  # noqa: F811
    home = await family()
    await receiving(home)
    await planned()
    (visit,) = await visits_of(sign_in, home)
    helper = await sign_in("village109_helper")
    body = VISITORS | {"result": "changed", "findings": "长子已就业，月工资四千元"}
    done = await helper.post(f"/api/v1/visits/{visit['id']}/record", json=body)
    assert done.status_code == 200, done.text
    (number,) = done.json()["review_numbers"]
    clerk = await sign_in("town109_clerk")
    (case,) = (await clerk.get("/api/v1/cases", params={"number": number})).json()["items"]
    assert (case["kind"], case["state"], case["household_id"]) == ("review", "proposed", home["id"])
    assert "propose" in case["allowed_actions"]


async def test_a_visit_nobody_needs_any_more_is_taken_back(sign_in: Any, family: Any) -> None:  # noqa: F811
    home = await family()
    await receiving(home)
    await planned()
    async with committed() as session:
        await session.execute(text("UPDATE benefit SET status = 'ended' WHERE household_id = :id"), home)
    await planned()
    (visit,) = await visits_of(sign_in, home)
    assert (visit["result"], visit["findings"]) == ("cancelled", "已没有在享的按月待遇")


async def test_a_visit_is_arranged_besides_the_cycle(sign_in: Any, family: Any) -> None:  # noqa: F811
    home = await family()
    clerk = await sign_in("town109_clerk")
    body = {"household_id": home["id"], "due_on": "2099-01-01", "reason": "独居老人，每周看望"}
    made = await clerk.post("/api/v1/visits", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["kind"] == "care"
    twice = await clerk.post("/api/v1/visits", json=body)
    assert twice.status_code == 409
    assert "已有一次待走访的安排" in twice.json()["detail"]
    assert (await clerk.post("/api/v1/visits", json=body | {"due_on": "2020-01-01"})).status_code == 422
    assert (await (await sign_in("village109_helper")).post("/api/v1/visits", json=body)).status_code == 403
    other = await sign_in("town001_clerk")
    assert (await other.get(f"/api/v1/visits/{made.json()['id']}")).status_code == 404
