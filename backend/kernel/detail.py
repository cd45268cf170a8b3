"""The one way to read a resource whole: itself and what belongs to it, in one statement, without objects in between."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor, Reach
from backend.kernel.db import Planning, database
from backend.kernel.errors import NotFound
from backend.kernel.listing.routes import to_json
from backend.kernel.listing.statements import Compiled, compile_statement
from backend.kernel.routes import ROW_ID_MAX, RowId, needs
from backend.kernel.scope import Scope, slot
from backend.kernel.sign_in import ActorDep, current_actor

Row = dict[str, Any]
KEY = slot("detail_key", BigInteger)
_ROW_ID: TypeAdapter[int] = TypeAdapter(RowId)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows that belong to the one that is read: `of` chooses them by `KEY`, the number of that one."""

    source: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    of: ColumnElement[bool]
    order: tuple[ColumnElement[Any], ...]

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return the statement of these rows."""
        return select(*columns).select_from(self.source).where(self.of).order_by(*self.order)

    def together(self) -> ColumnElement[Any]:
        """Return them as one value: an array of records, which keeps each column's type."""
        return func.array(self.select(func.row(*self.columns.values())).scalar_subquery())


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """A resource read by its number. `finish` masks the row and its parts in place and says what may be done.

    `columns` and the columns of the parts are what the document promises (`row_model`), with those that only `finish`
    needs, which it takes away.
    """

    name: str
    permission: StrEnum
    source: FromClause
    key: ColumnElement[Any]
    columns: Mapping[str, ColumnElement[Any]]
    scope: Scope
    row_model: type[BaseModel]
    finish: Callable[[Actor, Row], None]
    parts: Mapping[str, Part] = field(default_factory=dict)
    # Told of every row that is about to be shown to somebody.
    witness: Callable[[Actor, Row], None] | None = None


def detail_select(detail: Detail, reach: Reach | None) -> Select[Any]:
    """Return the statement for actors whose reach has this outline; None is for who has already been let in."""
    columns = [column.label(name) for name, column in detail.columns.items()]
    parts = [part.together().label(name) for name, part in detail.parts.items()]
    statement = select(*columns, *parts).select_from(detail.source).where(detail.key == KEY)
    return statement if reach is None else statement.where(detail.scope.within(reach))


@lru_cache(maxsize=500)
def _compiled(detail: Detail, reach: Reach | None) -> Compiled:
    return compile_statement(detail_select(detail, reach))


async def read_detail(detail: Detail, actor: Actor, row_id: int) -> Row:
    """Return the row as this actor may see it; raise NotFound when it is absent or out of scope.

    One statement on a bare connection, outside any transaction.
    """
    reach = actor.reach(detail.permission)
    if detail.scope.everyone and not actor.may(detail.permission):
        raise NotFound
    statement = _compiled(detail, None if detail.scope.everyone else reach.outline())
    values = detail.scope.values(reach) | {KEY.key: row_id}
    async with (await database.pool(Planning.ONCE)).acquire() as connection:
        record = await connection.fetchrow(statement.sql, *statement.bind(values))
    if record is None:
        raise NotFound
    row = _unpacked(detail, dict(record))
    detail.finish(actor, row)
    if detail.witness is not None:
        detail.witness(actor, row)
    return row


async def read_changed(session: AsyncSession, detail: Detail, actor: Actor, row_id: int) -> Row:
    """Return the row inside a unit of work that has already found it; what was changed there shows."""
    row = await read_whole(session, detail, row_id)
    detail.finish(actor, row)
    return row


async def read_whole(session: AsyncSession, detail: Detail, row_id: int) -> Row:
    """Return the row unmasked: for what is kept, not for what is shown."""
    found = await session.execute(detail_select(detail, None), {KEY.key: row_id})
    return _unpacked(detail, dict(found.mappings().one()))


async def read_part(session: AsyncSession, part: Part, row_id: int) -> list[Row]:
    """Return one part alone, unmasked."""
    statement = part.select(*(column.label(name) for name, column in part.columns.items()))
    return [dict(row) for row in (await session.execute(statement, {KEY.key: row_id})).mappings()]


def _unpacked(detail: Detail, row: Row) -> Row:
    for name, part in detail.parts.items():
        row[name] = [dict(zip(part.columns, each, strict=True)) for each in row[name]]
    return row


def detail_route(router: APIRouter, detail: Detail, parameter: str, description: str) -> None:
    """Register GET "/{parameter}"; the answer carries the row's version as its ETag."""

    async def respond(actor: Actor, row_id: int) -> Response:
        row = await read_detail(detail, actor, row_id)
        headers = {"ETag": f'"{row["version"]}"'} if "version" in row else None
        return Response(to_json(row), media_type="application/json", headers=headers)

    async def read_row(actor: ActorDep, row_id: RowId) -> Response:
        return await respond(actor, row_id)

    async def answer(request: Request) -> Response:
        return await respond(await current_actor(request), _row_id(parameter, request.path_params[parameter]))

    read_row.__annotations__["row_id"] = Annotated[int, Path(alias=parameter, ge=1, le=ROW_ID_MAX, title="编号")]
    # As with lists: the document is made from the signature, the answer without the framework's way there.
    read_row.answer = answer  # type: ignore[attr-defined]
    router.add_api_route(
        f"/{{{parameter}}}",
        read_row,
        response_model=detail.row_model,
        description=description,
        name=f"read_{detail.name}",
        **needs(detail.permission),
    )


def _row_id(parameter: str, text: str) -> int:
    try:
        return _ROW_ID.validate_python(text)
    except ValidationError as fault:
        errors = [{**error, "loc": ("path", parameter)} for error in fault.errors(include_url=False)]
        raise RequestValidationError(errors) from None
