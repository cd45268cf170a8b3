"""What is in force is compiled once and kept until something is published."""

from datetime import date

from sqlalchemy import text

from backend.kernel.db import unit_of_work
from backend.matching.engine import catalogue_on, explain_one
from tests.conftest import committed
from tests.matching.conftest import generate
from tests.matching.test_runs import household, run

DAY = date(2023, 12, 1)


async def test_the_same_set_is_compiled_once_whatever_the_day(app, county):
    async with unit_of_work() as session:
        granted = await catalogue_on(session, DAY)
        await explain_one(session, granted, 1, "371623109001001")
        later = await catalogue_on(session, date(2023, 12, 2))
        assert later.as_of == date(2023, 12, 2)
        assert later.compiled is granted.compiled
        assert "one household" in later.compiled


async def test_a_publication_is_seen_at_once(sign_in, county):
    from tests.catalogue.test_projects import make

    client = await sign_in("county_clerk")
    home = await household("T1")

    async def codes():
        answer = await client.get(f"/api/v1/households/{home}/matches")
        return {item["project_code"] for item in answer.json()["items"]}

    assert "C31" not in await codes()
    admin = await sign_in("county_admin")
    version = await make(client, "C31")
    published = await admin.post(f"/api/v1/project-versions/{version['id']}/publication", json={})
    assert published.status_code == 200, published.text
    assert "C31" in await codes()


async def test_a_run_without_statistics_is_as_quick(sign_in, county):
    """Right after a bulk load the planner knows nothing; the run brings statistics of its own."""
    await generate(20_001, 22_000)
    async with committed() as session:
        await session.execute(
            text("DELETE FROM pg_statistic WHERE starelid IN ('household'::regclass, 'person'::regclass)")
        )
        await session.execute(
            text(
                "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname IN ('household', 'person', 'household_member', 'income_item', 'property_item', 'expense_item')"
            )
        )
    outcome = await run(await sign_in("county_clerk"))
    async with committed() as session:
        await session.execute(
            text("ANALYZE household, person, household_member, income_item, property_item, expense_item")
        )
    assert outcome["households"] >= 2000
