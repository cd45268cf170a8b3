"""Is the process alive; are database, files and migrations in order."""

import logging

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from backend.files.store import store
from backend.kernel.db import database
from backend.kernel.i18n import say
from backend.migrate import is_current

log = logging.getLogger("ejia.health")
router = APIRouter(tags=["运行状态"])


@router.get("/healthz", openapi_extra={"x-public": True})
async def healthz() -> dict[str, str]:
    """进程存活"""
    return {"status": "ok"}


@router.get("/readyz", openapi_extra={"x-public": True})
async def readyz() -> Response:
    """数据库、文件与表结构就绪"""
    parts: dict[str, str] = {}
    try:
        async with database.engine.connect() as connection:
            parts["database"] = "ok"
            current = await connection.run_sync(is_current)
            parts["migrations"] = "ok" if current else say("数据库表结构不是最新版本，请运行 ejia migrate")
    except Exception:  # whatever fails here means: not ready
        log.exception("not ready")
        parts["database"] = say("数据库暂时无法连接")
    try:
        await store().health()
        parts["files"] = "ok"
    except Exception:  # whatever fails here means: not ready
        log.exception("files not ready")
        parts["files"] = say("文件存储暂时无法使用")
    ready = all(value == "ok" for value in parts.values())
    return JSONResponse({"status": "ok" if ready else "not ready", "parts": parts}, 200 if ready else 503)
