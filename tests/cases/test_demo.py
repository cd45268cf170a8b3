"""The demo county's cases: every desk has something to do."""

import pytest

from tests.conftest import committed


@pytest.fixture(scope="session")
async def county(worker_database: str) -> None:
    """Households and cases of the demo, once."""
    from backend.demo.loading import load

    await load(("households", "cases"))


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
async def test_every_desk_has_tasks(county: None, sign_in, who: str) -> None:
    client = await sign_in(who)
    found = (await client.get("/api/v1/tasks", params={"page_size": 200})).json()
    assert found["total"] > 0
    assert found["total"] == sum(entry["total"] for entry in found["by_step"])
    assert all(row["allowed_actions"] for row in found["items"]), "what waits for me I may act on"
    assert found["items"][0]["due_at"] is None or found["counts"]["green"] <= found["total"]


async def test_loading_again_changes_nothing(county: None) -> None:
    from sqlalchemy import text

    from backend.demo import cases

    async with committed() as session:
        before = await session.scalar(text('SELECT count(*) FROM "case"'))
        await cases.load(session)
        assert await session.scalar(text('SELECT count(*) FROM "case"')) == before
    assert before >= 60


async def test_the_demo_shows_late_cases_and_most_states(county: None, sign_in) -> None:
    client = await sign_in("county_admin")
    rows = (await client.get("/api/v1/cases", params={"page_size": 200})).json()["items"]
    assert len({row["state"] for row in rows}) >= 20
    assert {"overdue", "green"} <= {row["light"] for row in rows}
