"""The API application: every router, every error handler, nothing else."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from backend import health, references, subscriptions, tables
from backend.audit.access import book
from backend.kernel.db import database
from backend.kernel.errors import DomainError
from backend.kernel.i18n import language_of_request, preferred, say
from backend.kernel.listing import names
from backend.kernel.validation import faults_in_words
from backend.limits import LimitBody

log = logging.getLogger("ejia.api")
PROBLEM = "application/problem+json"
OUTAGE = "数据库暂时无法连接，您填写的内容尚未提交，请稍后重试"
OUTAGE_SECONDS = 5
# Values no column can hold: wrong type, NUL in a text, number too big or text too long, impossible date.
UNSTORABLE = frozenset({"22000", "22001", "22003", "22008", "22021", "22P05"})


def problem(
    status: int,
    title: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    retry_after: int | None = None,
) -> JSONResponse:
    """Return a problem document (RFC 9457); `retry_after` says in how many seconds to come back."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return JSONResponse(body, status, headers, media_type=PROBLEM)


async def answer_domain_error(_: Request, error: Exception) -> Response:
    """Tell the caller which rule refused, in words they can act on."""
    assert isinstance(error, DomainError)  # noqa: S101  (FastAPI's handler type is wider than its contract)
    facts: dict[str, Any] = {key: say(value) if isinstance(value, str) else value for key, value in error.facts.items()}
    errors = [{"field": field, "message": say(message)} for field, message in error.field_errors]
    return problem(error.status_code, type(error).__name__, say(error.message, **facts), errors, error.retry_after)


async def answer_invalid_input(_: Request, error: Exception) -> Response:
    """Name each faulty field, so that a form can show the words beside it."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return problem(422, "InvalidInput", say("填写的内容有误，请按提示修改后重新提交"), faults_in_words(error.errors()))


async def answer_http_error(_: Request, error: Exception) -> Response:
    """Give the framework's own refusals the same shape."""
    assert isinstance(error, HTTPException)  # noqa: S101
    words = {404: "没有这个地址", 405: "该地址不支持这种操作", 413: "提交的内容太大"}
    return problem(error.status_code, "HttpError", say(words.get(error.status_code, str(error.detail))))


async def answer_database_error(_: Request, error: Exception) -> Response:
    """Translate what the database guards; an outage is 503 and asks to try again."""
    original = getattr(error, "orig", error)
    state = getattr(original, "sqlstate", None) or getattr(getattr(original, "__cause__", None), "sqlstate", None)
    if isinstance(error, InterfaceError | OperationalError | OSError) or str(state or "").startswith(
        ("57", "08", "53")
    ):
        return problem(503, "Unavailable", say(OUTAGE), retry_after=OUTAGE_SECONDS)
    if str(state) in UNSTORABLE:
        return problem(422, "InvalidInput", say("内容含有无法保存的字符，或数字、日期超出范围，请检查后重新提交"))
    detail = constraint_words(original)
    if detail:
        return problem(409, "Conflict", detail)
    if str(state) in {"40001", "40P01"}:
        return problem(409, "Conflict", say("有人正在同时办理同一记录，请刷新后重试"))
    log.error("database error", exc_info=error)
    return problem(500, "InternalError", say("系统出现故障，已记录，请稍后重试或联系管理员"))


def constraint_words(original: Any) -> str | None:
    """Find the sentence of a named constraint, or of a `RAISE` with our own SQLSTATE (EJ***)."""
    cause = getattr(original, "__cause__", None)
    state = str(getattr(cause, "sqlstate", "") or getattr(original, "sqlstate", "") or "")
    if state.startswith("EJ"):
        return str(getattr(cause, "message", cause))
    name = getattr(cause, "constraint_name", None)
    for module in tables.parts("errors"):
        sentence = getattr(module, "CONSTRAINTS", {}).get(name)
        if sentence:
            return say(sentence)
    if state == "23505":
        return say("相同的记录已经存在，请勿重复提交")
    return None


async def answer_bug(_: Request, error: Exception) -> Response:
    """Hide the inside, give a number that finds it in the log."""
    number = uuid4().hex[:8]
    log.error("unexpected error %s", number, exc_info=error)
    return problem(
        500, "InternalError", say("系统出现故障（编号 {number}），已记录，请稍后重试或联系管理员", number=number)
    )


class SetLanguage:
    """Answer in the language asked for; plain ASGI, since a function middleware costs two tasks a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the language for the time of the request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        token = language_of_request.set(preferred(Headers(scope=scope).get("accept-language")))
        try:
            await self.app(scope, receive, send)
        finally:
            language_of_request.reset(token)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Write what is still noted, and close the connections, at the end."""
    yield
    await book.write()
    await database.close()


class Api(FastAPI):
    """The application, whose document says of each field which record it stands for."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = references.complete(super().openapi())
        return self.openapi_schema


def create_api() -> FastAPI:
    """Assemble the API."""
    api = Api(title="e家大救助", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    api.add_middleware(LimitBody, answer=answer_http_error)
    api.add_middleware(SetLanguage)
    api.add_exception_handler(DomainError, answer_domain_error)
    api.add_exception_handler(RequestValidationError, answer_invalid_input)
    api.add_exception_handler(HTTPException, answer_http_error)
    api.add_exception_handler(DBAPIError, answer_database_error)
    for error in _connection_errors():
        api.add_exception_handler(error, answer_database_error)
    api.add_exception_handler(Exception, answer_bug)
    subscriptions.connect()
    names.know(references.OPTIONS)
    api.include_router(health.router)
    for module in tables.parts("router"):
        for router in getattr(module, "ROUTERS", ()) or filter(None, [getattr(module, "router", None)]):
            api.include_router(router, prefix="" if getattr(module, "AT_ROOT", False) else "/api/v1")
    return api


def _connection_errors() -> tuple[type[Exception], ...]:
    import asyncpg

    return (asyncpg.DataError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)
