"""Read pages, choices and whole exports on bare connections: no ORM, no transaction for a single read."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, DateTime, Numeric
from sqlalchemy.types import Integer, TypeEngine

from backend.kernel.actor import Actor, Reach
from backend.kernel.db import Planning, database
from backend.kernel.errors import InvalidInput, NotPermitted
from backend.kernel.i18n import say
from backend.kernel.labels import LabelledEnum
from backend.kernel.listing import names, statements
from backend.kernel.listing.definition import Listing, Row
from backend.kernel.listing.query import CONTROL, ListQuery
from backend.kernel.listing.statements import TOTAL_CAP, Compiled, Place, Shape

EXPORT_BATCH = 1000
Connection = Any  # asyncpg's, as the pool hands it out
CHOSEN_MAX = 200


def _require(listing: Listing, actor: Actor) -> Reach:
    if str(listing.permission) not in actor.rights:
        label = listing.permission.label if isinstance(listing.permission, LabelledEnum) else listing.permission
        raise NotPermitted(permission=say(label))
    return actor.reach(listing.permission)


def _values(listing: Listing, query: ListQuery, reach: Reach) -> tuple[dict[str, Any], frozenset[str]]:
    given = query.model_dump(exclude_none=True, exclude=set(CONTROL))
    values = {} if listing.scope.everyone else listing.scope.values(reach)
    used = []
    for name, value in given.items():
        wanted = listing.filters.get(name)
        if wanted is None or value in ("", []):
            continue
        used.append(name)
        values[f"f_{name}"] = wanted.prepare(value)
        if wanted.upper:
            values[f"f_{name}_end"] = f"{value}:"
    if query.q and listing.search is not None:
        values["q"] = listing.prepare_search(query.q.strip())
    return values, frozenset(used)


def _shape(listing: Listing, query: ListQuery, reach: Reach, used: frozenset[str], **more: Any) -> Shape:
    return Shape(
        filters=used,
        order=query.order_by or listing.default_order,
        areas=len(reach.prefixes) if listing.scope.division is not None else 0,
        organizations=listing.scope.organization is not None and bool(reach.organizations),
        departments=listing.scope.department is not None and bool(reach.departments),
        searched=bool(query.q and query.q.strip()) and listing.search is not None,
        **more,
    )


async def read_page(listing: Listing, actor: Actor, query: ListQuery) -> dict[str, Any]:
    """Return one page of what the actor may see, each row masked and with its allowed actions."""
    reach = _require(listing, actor)
    values, used = _values(listing, query, reach)
    shape = _shape(listing, query, reach, used, exact=query.exact_total)
    place = _place(shape, query.cursor) if query.cursor else None
    passed = place.passed if place else (query.page - 1) * query.page_size
    # A row beyond the cap says that the total lies beyond it, too.
    shape = replace(shape, counted=query.exact_total or passed < TOTAL_CAP)
    async with (await database.pool(Planning.EACH)).acquire() as connection:
        records = await _records(connection, listing, shape, values, query, place)
        if records:
            total = records[0].get("_total", TOTAL_CAP + 1)
        else:
            total = await _number(connection, statements.count_statement(listing, shape), values)
    last = records[-1] if len(records) == query.page_size else None
    return {
        "items": [finish(listing, actor, dict(record)) for record in records],
        "total": total if query.exact_total else min(total, TOTAL_CAP),
        "total_is_estimate": not query.exact_total and total > TOTAL_CAP,
        "page": query.page,
        "page_size": query.page_size,
        "next_cursor": _behind(last, shape, passed + len(records)) if last else None,
    }


async def _records(
    connection: Connection,
    listing: Listing,
    shape: Shape,
    values: dict[str, Any],
    query: ListQuery,
    place: Place | None,
) -> list[Any]:
    """Read the rows with a sort value first, then, when they do not fill the page, those without."""
    column, _ = statements.order_column(listing, shape.order)
    offset = 0 if place else (query.page - 1) * query.page_size
    if place is not None:
        values["after_id"] = _parse(listing.key.type, place.key)
        if place.value is not None:
            values["after_value"] = _parse(column.type, place.value)
    shape = replace(shape, cursor=place is not None)
    if not statements.may_be_empty(listing, column):
        return await _rows(connection, listing, shape, values, query.page_size, offset)
    found = []
    if place is None or place.value is not None:
        known = replace(shape, part="known")
        found = await _rows(connection, listing, known, values, query.page_size, offset)
        if len(found) == query.page_size:
            return found
        if not found and offset:
            offset -= await _number(connection, statements.known_statement(listing, shape), values)
        elif found:
            offset = 0
        shape = replace(shape, cursor=False)
    unknown = replace(shape, part="unknown")
    return found + await _rows(connection, listing, unknown, values, query.page_size - len(found), offset)


async def _rows(
    connection: Connection, listing: Listing, shape: Shape, values: Mapping[str, Any], limit: int, offset: int
) -> list[Any]:
    page = statements.page_statement(listing, shape)
    return list(await connection.fetch(page.sql, *page.bind({**values, "limit": limit, "offset": offset})))


async def _number(connection: Connection, statement: Compiled, values: Mapping[str, Any]) -> int:
    return int(await connection.fetchval(statement.sql, *statement.bind(values)))


def _place(shape: Shape, cursor: str) -> Place:
    place = Place.read(cursor)
    if place.order != shape.order:
        raise InvalidInput().at(("cursor", "续读位置与当前排序不一致，请从第一页重新查询"))
    return place


def _behind(last: Mapping[str, Any], shape: Shape, passed: int) -> str:
    value = last["_order"]
    return Place(shape.order, None if value is None else str(value), str(last["_key"]), passed).written()


def _parse(type_: TypeEngine[Any], text: str) -> Any:
    try:
        match type_:
            case DateTime():
                return datetime.fromisoformat(text)
            case Date():
                return date.fromisoformat(text)
            case Integer():
                return int(text)
            case Numeric():
                return Decimal(text)
    except (ValueError, ArithmeticError):
        raise InvalidInput().at(("cursor", "续读位置无效，请从第一页重新查询")) from None
    return text


def finish(listing: Listing, actor: Actor, row: Row) -> Row:
    """Complete one row: mask it, say what may be done to it."""
    for name in ("_order", "_key", "_total"):
        row.pop(name, None)
    if listing.finish is not None:
        listing.finish(actor, row)
    row["allowed_actions"] = listing.actions(actor, row)
    return row


async def read_options(listing: Listing, actor: Actor, term: str | None, chosen: str | None) -> list[Mapping[str, Any]]:
    """Return up to 50 choices the actor may see, the chosen ones (separated by commas) before them."""
    reach = _require(listing, actor)
    query = ListQuery(q=term or None)
    values, used = _values(listing, query, reach)
    values["limit"] = 50
    found: dict[Any, Any] = {}
    async with (await database.pool(Planning.EACH)).acquire() as connection:
        if chosen:
            type_ = listing.option_columns()[0].type
            keys = [_parse(type_, key) for key in chosen.split(",")[:CHOSEN_MAX] if key]
            found |= await _labels(connection, listing, actor, keys)
        many = statements.options_statement(listing, _shape(listing, query, reach, used))
        for record in await connection.fetch(many.sql, *many.bind(values)):
            found.setdefault(record["value"], record["label"])
    return [{"value": value, "label": label} for value, label in found.items()]


async def read_all(listing: Listing, actor: Actor, query: ListQuery) -> AsyncIterator[Row]:
    """Stream every row the filter and the actor's scope allow, masked as on the page."""
    reach = _require(listing, actor)
    if listing.export_permission is not None:
        actor.require(listing.export_permission)
        reach = actor.reach(listing.export_permission)
    values, used = _values(listing, query, reach)
    statement = statements.page_statement(listing, _shape(listing, query, reach, used, purpose="export"))
    async with (await database.pool(Planning.EACH)).acquire() as connection, connection.transaction(readonly=True):
        cursor = await connection.cursor(statement.sql, *statement.bind(values))
        said: dict[str, dict[Any, Any]] = {}
        while batch := [dict(record) for record in await cursor.fetch(EXPORT_BATCH)]:
            for row in batch:
                if listing.finish is not None:
                    listing.finish(actor, row)
            await _name(connection, actor, listing, batch, said)
            for row in batch:
                yield row


async def _name(
    connection: Connection, actor: Actor, listing: Listing, rows: list[Row], said: dict[str, dict[Any, Any]]
) -> None:
    """Put names in the place of codes: asked of each list once a batch, with the reader's rights."""
    for field, named in names.pickers_of(listing.row_model).items():
        if str(named.permission) not in actor.rights:
            continue
        known = said.setdefault(named.name, {})
        new = {key for row in rows for key in _keys(row.get(field))} - known.keys()
        if new:
            known |= dict.fromkeys(new) | await _labels(connection, named, actor, list(new))
        for row in rows:
            value = row.get(field)
            if isinstance(value, list):
                row[field] = [known[key] or key for key in value]
            elif value is not None:
                row[field] = known[value] or value


def _keys(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else () if value is None else (value,)


async def _labels(connection: Connection, listing: Listing, actor: Actor, keys: list[Any]) -> dict[Any, Any]:
    reach = _require(listing, actor)
    values, used = _values(listing, ListQuery(), reach)
    one = statements.options_statement(listing, _shape(listing, ListQuery(), reach, used, chosen=True))
    found = await connection.fetch(one.sql, *one.bind(values | {"limit": len(keys), "chosen": keys}))
    return {record["value"]: record["label"] for record in found}
