"""The inbox over HTTP."""

from typing import Annotated

from fastapi import Query

from backend.inbox import service
from backend.inbox.schemas import TaskKinds, Tasks
from backend.kernel.clocks import Light
from backend.kernel.db import SessionDep
from backend.kernel.routes import SIGNED_IN, new_router
from backend.kernel.sign_in import ActorDep

router = new_router("/tasks", "待办")


@router.get("", **SIGNED_IN)
async def read_tasks(
    session: SessionDep,
    actor: ActorDep,
    light: Annotated[Light | None, Query(title="时限状态")] = None,
    kind: Annotated[str | None, Query(title="类别", max_length=40, pattern=r"^[a-z_]*$")] = None,
    page: Annotated[int, Query(ge=1, le=100_000, title="页码")] = 1,
    page_size: Annotated[int, Query(ge=1, le=200, title="每页条数")] = 20,
) -> Tasks:
    """待办：等待本人岗位办理的全部事项，按到期时间排列。"""
    return await service.tasks(session, actor, light=light, kind=kind or None, page=page, page_size=page_size)


@router.get("/kinds", **SIGNED_IN)
async def read_kinds(session: SessionDep, actor: ActorDep) -> TaskKinds:
    """待办的类别：每类等待本人办理的件数。"""
    return await service.kinds_of(session, actor)
