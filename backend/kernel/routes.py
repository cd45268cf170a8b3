"""A route is a unit of work: it commits before the answer is sent, and remembers answers by Idempotency-Key."""

import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import BigInteger, LargeBinary, text
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.routing import Match
from starlette.types import Scope

from backend.kernel.db import new_session
from backend.kernel.errors import IdempotencyMismatch, InvalidInput, NotSignedIn
from backend.kernel.models import AWARE, now
from backend.kernel.sealing import field_cipher
from backend.kernel.sign_in import current_actor

KEY_LENGTH_MAX = 200
# An answer may hold what was revealed, or a first password: it is kept as sensitive fields are.
SEALED = "idempotent_answer.answer"
_permissions: dict[str, StrEnum] = {}


class IdempotentAnswer(SQLModel, table=True):
    """What was answered to a key; written in the same transaction as the change itself."""

    __tablename__ = "idempotent_answer"

    user_id: int = Field(primary_key=True, sa_type=BigInteger)
    key: str = Field(primary_key=True, max_length=KEY_LENGTH_MAX)
    request_hash: bytes = Field(sa_type=LargeBinary)
    status: int | None = None
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = Field(default_factory=now, sa_type=AWARE, index=True)


class Work:
    """The transaction of one request, begun when first needed."""

    def __init__(self) -> None:
        self._session: AsyncSession | None = None

    async def session(self) -> AsyncSession:
        """Return the session, opening it on first use."""
        if self._session is None:
            self._session = new_session()
        return self._session

    async def end(self, *, well: bool) -> None:
        """Commit or undo, and give the connection back."""
        if self._session is None:
            return
        try:
            await (self._session.commit() if well else self._session.rollback())  # the one committer of a request
        finally:
            await self._session.close()


class Route(APIRoute):
    """Commit after the handler, before the answer; replay the stored answer for a repeated key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler in its unit of work."""
        # A list answers the request itself; its signature is for the document alone.
        handler = getattr(self.endpoint, "answer", None) or super().get_route_handler()

        async def handle(request: Request) -> Response:
            work = Work()
            request.scope["ejia_work"] = work
            well = False
            try:
                await _admit(request, self.openapi_extra or {})
                key = request.headers.get("idempotency-key")
                if key and request.method in {"POST", "PUT", "PATCH", "DELETE"}:
                    response = await _once(request, work, key, handler)
                else:
                    response = await handler(request)
                well = response.status_code < 400  # noqa: PLR2004
                return response
            finally:
                await work.end(well=well)

        return handle


async def _admit(request: Request, declared: dict[str, Any]) -> None:
    """Refuse whoever may not use the operation at all, before anything they sent is read."""
    if "x-permission" in declared:
        permission = declared["x-permission"]
        (await current_actor(request)).require(_permissions.get(permission, permission))
    elif "x-signed-in" in declared:
        await current_actor(request)


async def _once(
    request: Request, work: Work, key: str, handler: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    if len(key) > KEY_LENGTH_MAX:
        raise InvalidInput().at(("Idempotency-Key", f"编号太长，最多 {KEY_LENGTH_MAX} 个字符"))
    try:
        user_id = (await current_actor(request)).user_id
    except NotSignedIn:
        user_id = 0
    digest = hashlib.sha256(
        b"\0".join([request.method.encode(), str(request.url.path).encode(), await request.body()])
    ).digest()
    session = await work.session()
    # A second request with the key waits here until the first has committed or failed.
    taken = await session.execute(
        text(
            "INSERT INTO idempotent_answer (user_id, key, request_hash, created_at) VALUES (:user, :key, :hash, now())"
            " ON CONFLICT DO NOTHING RETURNING key"
        ),
        {"user": user_id, "key": key, "hash": digest},
    )
    if taken.first() is None:
        return await _replay(session, user_id, key, digest)
    response = await handler(request)
    if response.status_code < 400 and hasattr(response, "body"):  # noqa: PLR2004
        sealed = field_cipher().encrypt(bytes(response.body).decode(), SEALED)
        await session.execute(
            text(
                "UPDATE idempotent_answer SET status = :status, answer = :answer WHERE user_id = :user AND key = :key"
            ),
            {"status": response.status_code, "answer": sealed, "user": user_id, "key": key},
        )
    return response


async def _replay(session: AsyncSession, user_id: int, key: str, digest: bytes) -> Response:
    row = (
        await session.execute(
            text("SELECT request_hash, status, answer FROM idempotent_answer WHERE user_id = :user AND key = :key"),
            {"user": user_id, "key": key},
        )
    ).one()
    if bytes(row.request_hash) != digest:
        raise IdempotencyMismatch
    answer = field_cipher().decrypt(bytes(row.answer), SEALED) if row.answer else ""
    return Response(answer, row.status, media_type="application/json", headers={"Idempotent-Replayed": "true"})


class Router(APIRouter):
    """Look at the prefix before trying every route of the router in turn."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say no at once to a path that cannot be ours."""
        if "{" not in self.prefix and self.prefix not in scope["path"]:
            return Match.NONE, {}
        return super().matches(scope)


def new_router(prefix: str, tag: str) -> APIRouter:
    """Make the router every domain uses."""
    return Router(prefix=prefix, tags=[tag], route_class=Route)


def needs(permission: StrEnum) -> dict[str, Any]:
    """Publish and demand the right an operation needs: `@router.post("", **needs(P.X))`.

    Whoever holds it nowhere is refused at the door; the service requires it for the row.
    """
    _permissions[str(permission)] = permission
    return {"openapi_extra": {"x-permission": str(permission)}}


ROW_ID_MAX = 9_223_372_036_854_775_807
RowId = Annotated[int, Path(ge=1, le=ROW_ID_MAX, title="编号")]

PUBLIC: dict[str, Any] = {"openapi_extra": {"x-public": True}}
SIGNED_IN: dict[str, Any] = {"openapi_extra": {"x-signed-in": True}}
