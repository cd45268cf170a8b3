"""The demo county stands as a county would: books in balance, two years behind it, and its faults can be found."""

import pytest
from sqlalchemy import text

from backend import tables
from backend.demo import answer_key
from backend.jobs.worker import run_job
from backend.proofs import VERIFIERS
from tests.conftest import committed

pytestmark = pytest.mark.xdist_group("demo county")


async def rows(sql: str, **values: object) -> list[tuple[object, ...]]:
    async with committed() as session:
        return [tuple(row) for row in await session.execute(text(sql), values)]


async def numbers(sql: str) -> set[str]:
    return {str(number) for (number,) in await rows(sql)}


def key(rule: str) -> set[str]:
    return {place["household"] for place in answer_key.read()[rule]}


@pytest.fixture(scope="module")
async def compared(loaded: float) -> None:
    """The county run that the demo asked for, carried out as the worker does."""
    tables.parts("tasks")
    jobs = await rows("SELECT id FROM job WHERE kind = 'matching.run' ORDER BY id")
    for (job,) in jobs:
        await run_job(int(str(job)))


async def test_audit_and_books_are_whole(county: None) -> None:
    for verify in VERIFIERS.values():
        assert (await verify())["ok"] is True


async def test_every_town_is_paid_in_every_month_of_two_years(county: None) -> None:
    ((towns, months, least),) = await rows(
        "SELECT count(DISTINCT town), count(DISTINCT period), min(lines) FROM (SELECT left(division_code, 9) AS town,"
        " period, count(*) AS lines FROM payment_line WHERE status = 'paid' GROUP BY 1, 2) found"
    )
    assert (towns, months) == (12, 24)
    assert least > 50


async def test_about_one_payment_in_a_hundred_fails_and_most_are_sent_again(county: None) -> None:
    ((share, again),) = await rows(
        "SELECT 100.0 * count(*) FILTER (WHERE l.status = 'failed') / count(*),"
        " count(*) FILTER (WHERE l.reissue_of_id IS NOT NULL) * 1.0 / count(*) FILTER (WHERE l.status = 'failed')"
        " FROM payment_line l WHERE l.status IN ('paid', 'failed')"
    )
    assert 0.6 < float(str(share)) < 1.2
    assert 0.6 < float(str(again)) < 1


async def test_the_books_paid_what_the_lines_say(county: None) -> None:
    ((paid, booked),) = await rows(
        "SELECT (SELECT sum(amount) FROM payment_line WHERE status = 'paid'),"
        " (SELECT sum(l.debit) FROM journal j JOIN journal_line l ON l.journal_id = j.id"
        "  WHERE j.template = 'E05' AND l.account_code = '1021')"
    )
    assert paid == booked


async def test_this_months_batches_wait_for_three_different_desks(county: None) -> None:
    found = await rows(
        "SELECT state FROM payment_batch WHERE period = date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')"
    )
    assert {state for (state,) in found} == {"draft", "checked", "sent"}


async def test_a_benefit_changes_when_its_standard_changes(county: None) -> None:
    ((changed,),) = await rows(
        "SELECT count(*) FROM entitlement e JOIN entitlement b ON b.id = e.predecessor_id"
        " WHERE e.monthly_amount > b.monthly_amount AND e.from_month = b.to_month + interval '1 month'"
    )
    assert int(str(changed)) > 500


async def test_what_began_within_two_years_has_its_case(county: None) -> None:
    ((without, linked),) = await rows(
        "SELECT count(*) FILTER (WHERE e.case_id IS NULL), count(*) FILTER (WHERE c.amount = e.monthly_amount)"
        ' FROM entitlement e LEFT JOIN "case" c ON c.id = e.case_id'
        " WHERE e.predecessor_id IS NULL AND e.project_code IN ('A02', 'A05')"
        " AND e.from_month > date_trunc('month', now()) - interval '23 months'"
    )
    assert int(str(linked)) > 300
    assert int(str(without)) < 10


async def suspected() -> dict[str, set[str]]:
    """Rule → numbers of households, as the report of doubtful data lists them for the county."""
    from backend.kernel.db import new_session
    from backend.reports import repository
    from backend.reports.definitions.quality import QUALITY
    from backend.reports.periods import parse_period
    from backend.reports.scoping import Places

    found: dict[str, set[str]] = {}
    async with new_session() as session:
        listed, total = await repository.run(session, QUALITY, Places(("371623",)), parse_period(None), 15)
    assert total["findings"] == len(listed)
    for row in listed:
        found.setdefault(row["rule"], set()).add(row["number"])
    return found


async def test_the_report_of_doubtful_data_finds_every_household_that_the_key_names(county: None) -> None:
    from backend.reports.definitions.quality import RULES

    found = await suspected()
    assert {rule: key(rule) - found.get(rule, set()) for rule in RULES} == {rule: set() for rule in RULES}
    for rule in ("Q5", "Q6", "Q7", "Q8", "Q11", "Q13", "Q14", "Q16", "Q17"):
        assert found[rule] == key(rule), rule


FINDINGS = {
    "WRONG": "kind = 'wrong' AND cause = 'not_eligible'",
    "Q9": "kind = 'wrong' AND cause = 'amount_differs'",
    "Q2": "kind = 'duplicate' AND cause = 'two_households'",
    "Q3": "kind = 'duplicate' AND cause = 'exclusive'",
    "Q4": "kind = 'duplicate' AND cause = 'dead'",
}


@pytest.mark.parametrize("rule", sorted(FINDINGS))
async def test_the_county_run_finds_what_was_sown(compared: None, rule: str) -> None:
    found = await numbers(
        f"SELECT h.number FROM finding f JOIN household h ON h.id = f.household_id WHERE {FINDINGS[rule]}"
    )
    assert key(rule) <= found


async def test_the_county_run_finds_those_who_were_forgotten(compared: None) -> None:
    missed = await numbers(
        "SELECT h.number FROM finding f JOIN household h ON h.id = f.household_id"
        " WHERE f.kind = 'missed' AND f.project_code IN ('A01', 'A02')"
    )
    assert len(key("MISSED") - missed) <= len(key("MISSED")) // 20


async def test_loading_again_changes_nothing(county: None) -> None:
    from backend.demo.loading import STORY, load

    sql = (
        "SELECT (SELECT count(*) FROM household), (SELECT count(*) FROM entitlement), (SELECT count(*) FROM payment_line),"
        ' (SELECT count(*) FROM "case"), (SELECT count(*) FROM lead), (SELECT count(*) FROM journal)'
    )
    before = await rows(sql)
    await load(STORY)
    assert await rows(sql) == before
