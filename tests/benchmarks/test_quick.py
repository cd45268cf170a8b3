"""A benchmark that compares different answers measures nothing: both sides must answer the same rows."""

import asyncio
import json
from contextlib import ExitStack

import pytest

from benchmarks import households
from benchmarks.county import County
from benchmarks.frame import Effort

ROWS = 2_000


@pytest.fixture
def county(server):
    url = server.clone("ejia_benchmarks")
    yield County(url)
    asyncio.run(server.execute("DROP DATABASE ejia_benchmarks WITH (FORCE)"))


def test_the_list_benchmark_runs_and_both_sides_answer_the_same_rows(county):
    asyncio.run(county.grow(ROWS))
    with ExitStack() as stack:
        servers = households.Servers(county, stack, ("bare", "product"))
        found = households.measure_list(servers, Effort(quick=True, rows=ROWS, rounds=1, requests=8, connections=2))
        assert (found["rows_answered"], found["total"]) == (20, expected_total(county))
    assert set(found["sides"]) == {"bare", "product", "product, telephones deciphered"}
    assert all(side["per_second"] > 0 for side in found["sides"].values())


def expected_total(county):
    async def count():
        connection = await county.connect()
        try:
            return await connection.fetchval(
                "SELECT count(*) FROM household WHERE division_code LIKE '371623109%' AND residence = 'rural'"
                " AND status = 'active'"
            )
        finally:
            await connection.close()

    return asyncio.run(count())


def test_the_made_up_numbers_are_well_formed_and_never_repeat():
    from backend.kernel.identifiers import parse_person_number

    numbers = [households.id_number(n) for n in range(0, 400_000, 997)]
    assert len(set(numbers)) == len(numbers)
    assert all(parse_person_number(number).value == number for number in numbers)


def test_the_document_says_what_was_missed_and_what_was_left_out():
    from benchmarks import report
    from benchmarks.__main__ import MEASURES

    known = json.loads(report.RESULTS.read_text("utf-8"))
    known["get"]["sides"]["product"]["ratio"] = 0.449
    known.pop("growth", None)
    text = report.document(MEASURES, known)
    assert "product / bare | 0.449 | ≥ 0.45 | **missed** |" in text
    assert "`growth`" in text.split("Left out of this run: ")[1]
    known["get"]["sides"]["product"]["ratio"] = 0.45
    assert "product / bare | 0.45 | ≥ 0.45 | reached |" in report.document(MEASURES, known)
