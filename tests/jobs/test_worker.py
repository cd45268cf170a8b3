"""Background work survives the death of its worker, tells its progress, and can be stopped."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from backend.jobs.worker import recover, run_job
from backend.kernel import jobs
from backend.kernel.actor import SYSTEM
from backend.kernel.errors import Conflict
from tests.conftest import committed

steps: list[int] = []


@jobs.task("test.count")
async def count(running: jobs.Running) -> dict[str, int]:
    async with committed() as session:
        start = await running.done_before(session)
    for i in range(start, 5):
        steps.append(i)
        await running.progress(i + 1, 5, f"第 {i + 1} 步")
    return {"steps": 5}


@jobs.task("test.refuse")
async def refuse(running: jobs.Running) -> None:
    del running
    raise Conflict(reason="文件里没有任何一行")


async def start(kind: str, **payload: object) -> int:
    async with committed() as session:
        return (await jobs.enqueue(session, SYSTEM, kind, payload, title="测试")).id


async def row(job_id: int) -> jobs.Job:
    async with committed() as session:
        return await session.get(jobs.Job, job_id)


async def test_a_job_runs_and_tells_how_far_it_came() -> None:
    job_id = await start("test.count")
    await run_job(job_id)
    job = await row(job_id)
    assert (job.status, job.done, job.total, job.result) == (jobs.JobStatus.DONE, 5, 5, {"steps": 5})


async def test_a_second_run_of_a_finished_job_does_nothing() -> None:
    job_id = await start("test.count")
    await run_job(job_id)
    steps.clear()
    await run_job(job_id)
    assert steps == []


async def test_work_goes_on_where_an_earlier_attempt_stopped() -> None:
    job_id = await start("test.count")
    async with committed() as session:
        await session.execute(text("UPDATE job SET done = 3, status = 'running' WHERE id = :id"), {"id": job_id})
    steps.clear()
    await run_job(job_id)
    assert steps == [3, 4]


async def test_a_refusal_ends_the_job_with_its_sentence() -> None:
    job_id = await start("test.refuse")
    await run_job(job_id)
    job = await row(job_id)
    assert (job.status, job.message) == (jobs.JobStatus.FAILED, "文件里没有任何一行")


async def test_a_cancelled_job_stops_at_its_next_step() -> None:
    job_id = await start("test.count")
    async with committed() as session:
        await session.execute(text("UPDATE job SET status = 'cancelled' WHERE id = :id"), {"id": job_id})
    steps.clear()
    await run_job(job_id)
    assert steps == []
    assert (await row(job_id)).status == jobs.JobStatus.CANCELLED


async def test_an_unknown_kind_fails_in_words() -> None:
    job_id = await start("test.nobody")
    await run_job(job_id)
    assert "test.nobody" in (await row(job_id)).message


async def test_work_whose_ticket_is_lost_is_given_back() -> None:
    job_id = await start("test.count")
    async with committed() as session:
        await session.execute(text("DELETE FROM pgqueuer WHERE payload = convert_to(:id, 'UTF8')"), {"id": str(job_id)})
        await session.execute(
            text("UPDATE job SET created_at = now() - interval '5 minutes' WHERE id = :id"), {"id": job_id}
        )
    assert await recover() >= 1


@pytest.mark.xdist_group("worker")
async def test_a_killed_worker_loses_nothing(worker_database: str) -> None:
    job_id = await start("test.slow")
    script = (
        "import asyncio\n"
        "from backend.kernel import jobs\n"
        "from backend.jobs import worker\n"
        "from datetime import timedelta\n"
        "worker.SILENCE = timedelta(seconds=2)\n"
        "@jobs.task('test.slow')\n"
        "async def slow(running):\n"
        "    async with worker.unit_of_work() as session:\n"
        "        start = await running.done_before(session)\n"
        "    for i in range(start, 20):\n"
        "        await asyncio.sleep(0.1)\n"
        "        await running.progress(i + 1, 20)\n"
        "    return {'from': start}\n"
        "asyncio.run(worker.work())\n"
    )
    environment = os.environ | {"EJIA_DATABASE_URL": worker_database}

    def spawn() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", script], env=environment)

    async def until(wanted: object, seconds: float) -> jobs.Job:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            job = await row(job_id)
            if wanted(job):
                return job
            import asyncio

            await asyncio.sleep(0.1)
        raise AssertionError(f"still {job.status} at {job.done}")

    first = spawn()
    await until(lambda job: job.done >= 3, 30)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = spawn()
    try:
        job = await until(lambda job: job.status == jobs.JobStatus.DONE, 40)
    finally:
        second.terminate()
        second.wait()
    assert job.result["from"] >= 3
    assert job.attempts == 2


async def test_a_failed_job_is_tried_again_by_its_owner_and_goes_on_where_it_stopped(sign_in) -> None:
    clerk = await sign_in("county_clerk")
    me = (await clerk.get("/api/v1/auth/me")).json()
    job_id = await start("test.count")
    async with committed() as session:
        await session.execute(
            text(
                "UPDATE job SET status = 'failed', attempts = 5, done = 3, message = '断电',"
                " user_id = (SELECT id FROM user_account WHERE username = :name) WHERE id = :id"
            ),
            {"id": job_id, "name": me["username"]},
        )
    address = f"/api/v1/jobs/{job_id}"
    assert (await clerk.get(address)).json()["allowed_actions"] == ["resumption"]
    other = await sign_in("town001_clerk")
    assert (await other.post(f"{address}/resumption")).status_code == 404
    assert (await clerk.post(f"{address}/resumption")).json()["status"] == "waiting"
    again = await clerk.post(f"{address}/resumption")
    assert (again.status_code, "不需要重试" in again.json()["detail"]) == (409, True)
    steps.clear()
    await run_job(job_id)
    assert steps == [3, 4]
    assert (await clerk.get(address)).json()["progress"] == 100
