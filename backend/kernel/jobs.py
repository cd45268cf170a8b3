"""Background work that a user sees: its row in the database is the truth about its progress.

A domain writes `@task("registry.import")` in its `tasks.py` and starts it with `enqueue` inside its own transaction;
`backend/jobs.py` runs the queue. A task must be resumable: it is called again with the same job after a crash.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import BigInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from backend.kernel.actor import Actor
from backend.kernel.db import unit_of_work
from backend.kernel.errors import DomainError
from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, DIVISION_CODE, Record, now

ENTRYPOINT = "ejia"


class JobStatus(LabelledEnum):
    """Where background work stands."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class Job(Record, table=True):
    """One piece of background work, started by a person, with its progress."""

    __tablename__ = "job"

    kind: str = Field(title="类型", max_length=60, index=True)
    title: str = Field(title="名称", max_length=200)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    status: JobStatus = Field(default=JobStatus.WAITING, sa_type=enum_column(JobStatus), title="状态")
    done: int = Field(default=0, title="已处理")
    total: int | None = Field(default=None, title="总数")
    message: str | None = Field(default=None, title="说明")
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB, title="结果")
    attempts: int = Field(default=0, title="尝试次数")
    user_id: int = Field(title="发起人", sa_type=BigInteger, index=True)
    division_code: str | None = Field(default=None, sa_type=DIVISION_CODE, index=True, title="行政区划")
    started_at: datetime | None = Field(default=None, sa_type=AWARE, title="开始时间")
    beat_at: datetime | None = Field(default=None, sa_type=AWARE, title="最近活动")
    finished_at: datetime | None = Field(default=None, sa_type=AWARE, title="完成时间")


class JobCancelled(DomainError):
    """Somebody stopped the work; the task ends at its next progress report."""

    message = "任务已被取消"


@dataclass(slots=True)
class Running:
    """What a task is given: its job and a way to report progress in a transaction of its own."""

    id: int
    kind: str
    payload: dict[str, Any]
    user_id: int

    async def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Show how far the work is; raise JobCancelled when somebody stopped it."""
        async with unit_of_work() as session:
            row = await session.execute(
                text(
                    "UPDATE job SET done = :done, total = coalesce(:total, total),"
                    " message = coalesce(:message, message), beat_at = now() WHERE id = :id RETURNING status"
                ),
                {"done": done, "total": total, "message": message, "id": self.id},
            )
            if row.scalar_one() == JobStatus.CANCELLED:
                raise JobCancelled

    async def done_before(self, session: AsyncSession) -> int:
        """Return how far an earlier attempt came, under a lock that keeps a second worker out."""
        row = await session.execute(text("SELECT done FROM job WHERE id = :id FOR UPDATE"), {"id": self.id})
        return int(row.scalar_one())


Task = Callable[[Running], Awaitable[dict[str, Any] | None]]
tasks: dict[str, Task] = {}
schedules: dict[str, str] = {}


def task(kind: str) -> Callable[[Task], Task]:
    """Register the function that does this kind of work; it returns the job's result."""

    def register(function: Task) -> Task:
        tasks[kind] = function
        return function

    return register


def every(cron: str, kind: str) -> None:
    """Let a kind of work begin by itself at the given times (cron, China time), on behalf of the product."""
    schedules[kind] = cron


async def enqueue(session: AsyncSession, actor: Actor, kind: str, payload: dict[str, Any], *, title: str) -> Job:
    """Start background work with the caller's transaction: it runs only if that commits."""
    job = Job(
        kind=kind,
        title=title,
        payload=payload,
        user_id=actor.user_id,
        division_code=actor.division_code,
        created_at=now(),
    )
    session.add(job)
    await session.flush()
    await hand_over(session, job)
    return job


async def hand_over(session: AsyncSession, job: Job) -> None:
    """Put the job's id into the queue, on the caller's own connection."""
    raw = await (await session.connection()).get_raw_connection()
    queue = Queries(AsyncpgDriver(raw.driver_connection))
    await queue.enqueue(ENTRYPOINT, str(job.id).encode())
