"""The matching benchmark compares equal findings, or measures nothing: shown on a small county of the same making."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MEASURE = """
import json, sys
from benchmarks import matching
from benchmarks.county import County
from benchmarks.frame import Effort
matching.PEOPLE = 3_000
found = matching.measure(County(sys.argv[1]), Effort(quick=False, rows=0, rounds=1, requests=0))
print(json.dumps({"found": found, "part": matching.part(found)}, default=str))
"""


@pytest.fixture
def county(server):
    yield server.clone("ejia_bench_matching")
    asyncio.run(server.execute("DROP DATABASE ejia_bench_matching WITH (FORCE)"))


def test_product_hand_written_sql_and_per_row_python_find_the_same(county):
    # In a process of its own: the measure runs the product on another database than the tests around it.
    command = [sys.executable, "-W", "ignore", "-c", MEASURE, county]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    measured = json.loads(done.stdout.splitlines()[-1])
    found = measured["found"]
    assert found["people"] >= 2_900
    assert all(found["found"][kind] > 0 for kind in ("wrong", "missed", "duplicate"))
    assert found["per_row"]["projects"] >= 8
    assert "times by hand" in measured["part"]
