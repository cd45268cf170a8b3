"""Run background work: one queue, many workers, nothing lost when one is killed.

A worker beats while it works; a job whose worker fell silent is given to another, which goes on where
the job's own row says it had come.
"""

import asyncio
import logging
import os
from datetime import timedelta

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.models import Job as Ticket
from pgqueuer.models import Schedule
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend import subscriptions, tables
from backend.kernel.actor import SYSTEM
from backend.kernel.db import connection_arguments, database, unit_of_work
from backend.kernel.errors import DomainError
from backend.kernel.jobs import ENTRYPOINT, Job, JobCancelled, JobStatus, Running, enqueue, schedules, tasks

log = logging.getLogger("ejia.worker")
ATTEMPTS_MAX = 5
SILENCE = timedelta(seconds=20)
OUTAGE_SECONDS = 2
STARTED_BY = "EJIA_STARTED_BY"
OUTAGES = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError, DBAPIError)


async def begin(job_id: int) -> Running | None:
    """Mark the job as running; None when it is finished, cancelled or has failed too often."""
    async with unit_of_work() as session:
        job = await session.get(Job, job_id, with_for_update=True)
        if job is None or job.status in {JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED}:
            return None
        job.attempts += 1
        if job.attempts > ATTEMPTS_MAX:
            job.status = JobStatus.FAILED
            job.message = f"已尝试 {ATTEMPTS_MAX} 次仍未完成，请联系管理员查看日志"
            return None
        job.status = JobStatus.RUNNING
        await session.execute(
            text("UPDATE job SET started_at = coalesce(started_at, now()), beat_at = now() WHERE id = :id"),
            {"id": job_id},
        )
        return Running(id=job_id, kind=job.kind, payload=dict(job.payload), user_id=job.user_id)


async def end(job_id: int, status: JobStatus, message: str | None, result: dict[str, object] | None = None) -> None:
    """Write how the job ended."""
    async with unit_of_work() as session:
        job = await session.get(Job, job_id, with_for_update=True)
        if job is None or job.status == JobStatus.CANCELLED:
            return
        job.status, job.result = status, result
        job.message = message if message is not None else job.message
        await session.execute(text("UPDATE job SET finished_at = now() WHERE id = :id"), {"id": job_id})


async def run_job(job_id: int) -> None:
    """Run one job to its end. A refusal of the domain ends it with its sentence; a bug is tried again."""
    running = await begin(job_id)
    if running is None:
        return
    try:
        result = await tasks[running.kind](running)
    except JobCancelled:
        return
    except DomainError as refusal:
        await end(job_id, JobStatus.FAILED, str(refusal))
    except KeyError as unknown:
        if running.kind in tasks:
            raise
        await end(job_id, JobStatus.FAILED, f"没有能办理“{unknown.args[0]}”的程序，请升级工作进程")
    else:
        await end(job_id, JobStatus.DONE, None, result)


async def _retrying(job_id: int) -> None:
    for attempt in range(ATTEMPTS_MAX + 1):
        try:
            await run_job(job_id)
        except Exception:
            log.exception("job %s failed, attempt %s", job_id, attempt + 1)
            await asyncio.sleep(min(2**attempt, 30))
        else:
            return


async def recover() -> int:
    """Give back work that nobody holds any more: its ticket is gone but its row says unfinished."""
    from backend.kernel.jobs import hand_over

    async with unit_of_work() as session:
        rows = await session.execute(
            text(
                "SELECT j.id FROM job j WHERE j.status IN ('waiting', 'running')"
                " AND coalesce(j.beat_at, j.created_at) < now() - interval '60 seconds'"
                " AND NOT EXISTS (SELECT FROM pgqueuer q WHERE q.payload = convert_to(j.id::text, 'UTF8'))"
                " FOR UPDATE SKIP LOCKED"
            )
        )
        ids = [row.id for row in rows]
        for job_id in ids:
            job = await session.get(Job, job_id)
            if job is not None:
                await hand_over(session, job)
    return len(ids)


def assemble(connection: "asyncpg.Connection[asyncpg.Record]") -> PgQueuer:
    """Join queue and schedules."""
    queue = PgQueuer.from_asyncpg_connection(connection)

    @queue.entrypoint(ENTRYPOINT, concurrency_limit=4)
    async def run_ticket(ticket: Ticket) -> None:
        if ticket.payload is not None:
            await _retrying(int(ticket.payload))

    for kind, cron in schedules.items():
        _schedule(queue, kind, cron)
    return queue


def _schedule(queue: PgQueuer, kind: str, cron: str) -> None:
    @queue.schedule(kind.replace(".", "_"), cron)
    async def start(schedule: Schedule) -> None:
        del schedule
        async with unit_of_work() as session:
            await enqueue(session, SYSTEM, kind, {}, title=kind)


async def work() -> None:
    """Run until told to stop; while the database is away, wait for it."""
    tables.parts("tasks")
    subscriptions.connect()
    while True:
        try:
            await _work_while_connected()
        except OUTAGES as outage:
            if _is_orphan():
                return
            log.warning("the database is away, trying again in %s seconds: %s", OUTAGE_SECONDS, outage)
            await asyncio.sleep(OUTAGE_SECONDS)
        else:
            return


def _is_orphan() -> bool:
    """Tell whether `ejia run`, which brought the database along, is gone: it will not come back."""
    starter = os.environ.get(STARTED_BY)
    return starter is not None and os.getppid() != int(starter)


async def _work_while_connected() -> None:
    await recover()
    connection = await asyncpg.connect(**connection_arguments(database.url))
    queue = assemble(connection)
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())
    running = asyncio.create_task(queue.run(dequeue_timeout=timedelta(seconds=2), heartbeat_timeout=SILENCE))
    watching = asyncio.create_task(lost.wait())
    try:
        await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
        if lost.is_set():
            raise ConnectionError("connection lost")
        await running
    finally:
        for task in (running, watching):
            task.cancel()
        await asyncio.gather(running, watching, return_exceptions=True)
        await connection.close()
        await database.close()
