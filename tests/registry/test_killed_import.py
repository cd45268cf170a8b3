"""A roster whose worker is killed in the middle is taken in once, whole, and as if nothing had happened."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from backend.jobs.worker import run_job
from backend.kernel.jobs import Job
from tests.conftest import committed
from tests.registry.conftest import id_number
from tests.registry.rosters import imported, upload, workbook

FAMILIES, FAULTY = 120, {7, 55, 119}
WORKER = """
import asyncio, sys
from backend import subscriptions
from backend.jobs.worker import run_job
from backend.registry import tasks
from backend.registry.importing import households, writing
households.BATCH_ROWS = 10
write = writing.Writer.write

async def slowly(writer, batch):
    await write(writer, batch)
    await asyncio.sleep(0.02)

writing.Writer.write = slowly
subscriptions.connect()
asyncio.run(run_job(int(sys.argv[1])))
"""


def roster(village):
    rows = []
    for n in range(FAMILIES):
        head = {"household_key": str(n), "village": village, "relation": "户主", "name": "断电测试", "wage": 1000 + n}
        rows += [
            head | {"id_number": id_number("19600101", "1")},
            {"relation": "子女", "name": "断电子女", "id_number": id_number("19900101", "2")},
        ]
        if n in FAULTY:
            rows[-1]["id_number"] = rows[-1]["id_number"][:-1] + "?"
    return workbook(rows)


async def written():
    async with committed() as session:
        statement = "SELECT count(*) FROM person WHERE name IN ('断电测试', '断电子女')"
        people = await session.scalar(text(statement))
        homes = await session.execute(
            text(
                "SELECT count(*), coalesce(sum(income_year), 0), coalesce(sum(member_count), 0) FROM household"
                " WHERE head_name = '断电测试'"
            )
        )
        return people, *homes.one()


async def done_of(job_id):
    async with committed() as session:
        return (await session.get_one(Job, job_id)).done


@pytest.mark.xdist_group("worker")
async def test_a_roster_whose_worker_is_killed_is_taken_in_once_and_whole(clerk, village, worker_database):
    content = roster(village)
    answer = (await upload(clerk, content)).json()
    stop_at = random.choice(range(10, 170, 10))
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(answer["job_id"])], env=os.environ | {"EJIA_DATABASE_URL": worker_database}
    )
    deadline = time.monotonic() + 60
    while await done_of(answer["job_id"]) < stop_at and time.monotonic() < deadline:
        await asyncio.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL, f"it had ended before row {stop_at}"
    assert await written() == (0, 0, 0, 0)

    await run_job(answer["job_id"])
    state = (await clerk.get(f"/api/v1/imports/{answer['id']}")).json()
    good = [n for n in range(FAMILIES) if n not in FAULTY]
    assert (state["status"], state["rows"], state["rejected"]) == ("done", 2 * FAMILIES, 2 * len(FAULTY))
    assert await written() == (2 * len(good), len(good), sum(1000 + n for n in good), 2 * len(good))
    async with committed() as session:
        faults = await session.scalar(
            text("SELECT count(*) FROM roster_fault WHERE import_id = :id"), {"id": answer["id"]}
        )
    assert faults == 2 * len(FAULTY), "what the killed attempt had found is not told twice"

    again = await imported(clerk, content)
    assert (again["created_households"], again["changed_households"]) == (0, 0)
    assert again["unchanged_households"] == len(good)
