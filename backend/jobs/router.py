"""Show background work, stop it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import text

from backend.audit.service import record
from backend.jobs.permissions import JobPermission
from backend.kernel.db import SessionDep
from backend.kernel.errors import Conflict, NotFound
from backend.kernel.i18n import say
from backend.kernel.jobs import Job, JobStatus, hand_over
from backend.kernel.listing.routes import to_json
from backend.kernel.routes import SIGNED_IN, RowId, new_router
from backend.kernel.sign_in import ActorDep

router = new_router("/jobs", "后台任务")
UNFINISHED = frozenset({JobStatus.WAITING, JobStatus.RUNNING})


class JobRead(BaseModel):
    """Background work as a user sees it."""

    id: int
    kind: str = Field(title="类型", json_schema_extra={"x-hidden": True})
    title: str = Field(title="名称")
    status: JobStatus = Field(title="状态")
    progress: int = Field(title="进度（%）", json_schema_extra={"x-format": "progress"})
    done: int = Field(title="已处理")
    total: int | None = Field(title="总数")
    message: str | None = Field(title="说明")
    result: dict[str, Any] | None = Field(title="结果", json_schema_extra={"x-hidden": True})
    created_at: datetime = Field(title="创建时间")
    finished_at: datetime | None = Field(title="完成时间")
    allowed_actions: list[str] = []


class JobPage(BaseModel):
    """One page of background work."""

    items: list[JobRead]
    total: int
    page: int
    page_size: int


def read(job: Job, *, own: bool) -> JobRead:
    """Show a job with its share done."""
    finished = job.status == JobStatus.DONE
    share = 100 if finished else min(99, job.done * 100 // job.total) if job.total else 0
    values = job.model_dump(include=set(JobRead.model_fields))
    return JobRead(**values, progress=share, allowed_actions=_allowed(job) if own else [])


def _allowed(job: Job) -> list[str]:
    if job.status in UNFINISHED:
        return ["cancellation"]
    return ["resumption"] if job.status == JobStatus.FAILED else []


@router.get("", response_model=JobPage, **SIGNED_IN)
async def list_jobs(
    session: SessionDep,
    actor: ActorDep,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """我的后台任务"""
    mine = "true" if actor.may(JobPermission.READ) else "user_id = :user"
    values = {"user": actor.user_id, "limit": page_size, "offset": (page - 1) * page_size}
    rows = await session.execute(
        text(f"SELECT id FROM job WHERE {mine} ORDER BY id DESC LIMIT :limit OFFSET :offset"), values
    )
    total = (await session.execute(text(f"SELECT count(*) FROM job WHERE {mine}"), values)).scalar_one()
    found = [await session.get(Job, row.id) for row in rows]
    items = [read(job, own=job.user_id == actor.user_id).model_dump() for job in found if job]
    return Response(
        to_json({"items": items, "total": total, "page": page, "page_size": page_size}), media_type="application/json"
    )


async def _own(session: SessionDep, actor: ActorDep, job_id: int, *, lock: bool = False) -> Job:
    job = await session.get(Job, job_id, with_for_update=lock or None)
    if job is None or (job.user_id != actor.user_id and not (actor.may(JobPermission.READ) and not lock)):
        raise NotFound
    return job


@router.get("/{job_id}", **SIGNED_IN)
async def get_job(session: SessionDep, actor: ActorDep, job_id: RowId) -> JobRead:
    """后台任务的进度"""
    job = await _own(session, actor, job_id)
    return read(job, own=job.user_id == actor.user_id)


@router.post("/{job_id}/cancellation", **SIGNED_IN)
async def cancel_job(session: SessionDep, actor: ActorDep, job_id: RowId) -> JobRead:
    """取消任务：在下一步停下，已完成的部分保留。"""
    job = await _own(session, actor, job_id, lock=True)
    if job.status not in UNFINISHED:
        raise Conflict(reason=say("任务已是“{status}”，不能取消", status=say(job.status.label)))
    job.status = JobStatus.CANCELLED
    await record(session, actor, "job.cancel", subject=("job", job_id), details={"title": job.title})
    return read(job, own=True)


@router.post("/{job_id}/resumption", **SIGNED_IN)
async def resume_job(session: SessionDep, actor: ActorDep, job_id: RowId) -> JobRead:
    """重试任务：从上次中断处继续。"""
    job = await _own(session, actor, job_id, lock=True)
    # A cancelled job may still be held by its worker until that reports again; only a failed one is surely free.
    if job.status != JobStatus.FAILED:
        raise Conflict(reason=say("任务是“{status}”，不需要重试", status=say(job.status.label)))
    job.status, job.attempts, job.message, job.finished_at = JobStatus.WAITING, 0, None, None
    session.add(job)
    await session.flush()
    await hand_over(session, job)
    await record(session, actor, "job.resume", subject=("job", job_id), details={"title": job.title})
    return read(job, own=True)
