"""The demo county's cases, in a database of their own: every desk has something to do."""

import pytest
from sqlalchemy import text

from backend.cases.listing import LISTING, CaseQuery
from backend.demo.cases import demo_actor
from backend.inbox.service import tasks
from backend.kernel.listing import reading
from tests.conftest import committed

# One worker loads the county once.
pytestmark = pytest.mark.xdist_group("demo county")


@pytest.mark.parametrize(
    "who",
    [
        "village109_helper",
        "community109_station",
        "town109_clerk",
        "town109_investigator",
        "town109_approver",
        "county_clerk",
    ],
)
async def test_every_desk_has_tasks(county: None, who: str) -> None:
    async with committed() as session:
        actor = await demo_actor(session, who)
        found = await tasks(session, actor, light=None, kind=None, page=1, page_size=200)
    assert found.total > 0
    assert found.total == sum(entry.total for entry in found.by_step) == sum(found.counts.values())
    rows = (await reading.read_page(LISTING, actor, CaseQuery(page_size=200, open=True)))["items"]
    allowed = {row["id"]: row["allowed_actions"] for row in rows}
    mine = [task.id for task in found.items if task.kind == "case" and task.id in allowed]
    assert mine, "cases wait at every desk"
    assert all(allowed[case_id] for case_id in mine), "what waits for me I may act on"


async def test_loading_again_changes_nothing(county: None) -> None:
    from backend.demo import cases

    async with committed() as session:
        before = await session.scalar(text('SELECT count(*) FROM "case"'))
        await cases.load(session)
        assert await session.scalar(text('SELECT count(*) FROM "case"')) == before
    assert before >= 60


async def test_the_demo_shows_late_cases_and_most_states(county: None) -> None:
    async with committed() as session:
        actor = await demo_actor(session, "county_admin")
    rows = (await reading.read_page(LISTING, actor, CaseQuery(page_size=200)))["items"]
    assert len({row["state"] for row in rows}) >= 20
    assert {"overdue", "green"} <= {row["light"] for row in rows}


async def test_the_demo_shows_leads_of_every_urgency(county: None) -> None:
    async with committed() as session:
        rows = (await session.execute(text("SELECT urgency, status FROM lead"))).all()
    assert {row.urgency for row in rows} == {"red", "orange", "yellow"}
    assert {row.status for row in rows} >= {"new", "assigned", "verified", "referred", "closed"}
