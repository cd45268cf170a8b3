"""The matching benchmark compares equal findings, or measures nothing: shown on a small county of the same making."""

import asyncio

import pytest

from benchmarks import matching
from benchmarks.county import County
from benchmarks.frame import Effort


@pytest.fixture
def county(server):
    url = server.clone("ejia_bench_matching")
    yield County(url)
    asyncio.run(server.execute("DROP DATABASE ejia_bench_matching WITH (FORCE)"))


def test_product_hand_written_sql_and_per_row_python_find_the_same(county, monkeypatch):
    monkeypatch.setattr(matching, "PEOPLE", 3_000)
    found = matching.measure(county, Effort(quick=False, rows=0, rounds=1, requests=0))
    assert found["people"] >= 2_900
    assert all(found["found"][kind] > 0 for kind in ("wrong", "missed", "duplicate"))
    assert found["per_row"]["projects"] >= 8
    assert "times by hand" in matching.part(found)
