"""Read pages, choices and whole exports on bare connections: no ORM, no transaction for a single read."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, DateTime, Numeric
from sqlalchemy.types import Integer, TypeEngine

from backend.kernel.actor import Actor, Reach
from backend.kernel.db import database
from backend.kernel.errors import InvalidInput, NotPermitted
from backend.kernel.i18n import say
from backend.kernel.labels import LabelledEnum
from backend.kernel.listing import statements
from backend.kernel.listing.definition import Listing, Row
from backend.kernel.listing.query import CONTROL, ListQuery
from backend.kernel.listing.statements import TOTAL_CAP, Shape

EXPORT_BATCH = 1000
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
    values |= {"limit": query.page_size, "offset": (query.page - 1) * query.page_size}
    counted = shape = _shape(listing, query, reach, used, exact=query.exact_total)
    if query.cursor:
        shape = _continue(listing, shape, query.cursor, values)
    page = statements.page_statement(listing, shape)
    async with (await database.pool()).acquire() as connection:
        records = await connection.fetch(page.sql, *page.bind(values))
        if records:
            total = records[0]["_total"]
        else:
            count = statements.count_statement(listing, counted)
            total = await connection.fetchval(count.sql, *count.bind(values))
    items = [finish(listing, actor, dict(record)) for record in records]
    last = records[-1] if len(records) == query.page_size else None
    return {
        "items": items,
        "total": total if query.exact_total else min(total, TOTAL_CAP),
        "total_is_estimate": not query.exact_total and total > TOTAL_CAP,
        "page": query.page,
        "page_size": query.page_size,
        "next_cursor": statements.write_cursor(shape.order, last["_order"], last["id"]) if last else None,
    }


def _continue(listing: Listing, shape: Shape, cursor: str, values: dict[str, Any]) -> Shape:
    order, value, key = statements.read_cursor(cursor)
    if order != shape.order:
        raise InvalidInput().at(("cursor", "续读位置与当前排序不一致，请从第一页重新查询"))
    values["after_id"] = _parse(listing.key.type, str(key))
    values["offset"] = 0
    column, _ = statements.order_column(listing, shape.order)
    if value is not None:
        values["after_value"] = _parse(column.type, value)
    kind = "null" if value is None else "value"
    return Shape(**{name: getattr(shape, name) for name in Shape.__slots__} | {"cursor": kind})


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
    row.pop("_order", None)
    row.pop("_total", None)
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
    async with (await database.pool()).acquire() as connection:
        if chosen:
            one = statements.options_statement(listing, _shape(listing, ListQuery(), reach, used, chosen=True))
            type_ = listing.option_columns()[0].type
            keys = [_parse(type_, key) for key in chosen.split(",")[:CHOSEN_MAX] if key]
            for record in await connection.fetch(one.sql, *one.bind(values | {"chosen": keys})):
                found[record["value"]] = record["label"]
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
    async with (await database.pool()).acquire() as connection, connection.transaction(readonly=True):
        async for record in connection.cursor(statement.sql, *statement.bind(values), prefetch=EXPORT_BATCH):
            row = dict(record)
            if listing.finish is not None:
                listing.finish(actor, row)
            yield row
