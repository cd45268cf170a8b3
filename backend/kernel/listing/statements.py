"""Build and compile a list's statements once per shape; later calls only bind values."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, any_, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from backend.kernel.actor import Reach
from backend.kernel.errors import InvalidInput
from backend.kernel.listing.definition import Listing, many_type
from backend.kernel.scope import slot

TOTAL_CAP = 10_000
DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text for asyncpg and the names of its values in order."""

    sql: str
    names: tuple[str, ...]
    processors: Mapping[str, Any]
    defaults: Mapping[str, Any]

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """Put the values in order, converted as the column types demand."""
        found = []
        for name in self.names:
            value = values[name] if name in values else self.defaults[name]
            process = self.processors.get(name)
            found.append(process(value) if process and value is not None else value)
        return found


@dataclass(frozen=True, slots=True)
class Shape:
    """All that decides the SQL text: which filters, which order, how many areas; never a value."""

    filters: frozenset[str]
    order: str
    areas: int
    organizations: bool
    departments: bool
    searched: bool
    cursor: str = ""
    exact: bool = False
    purpose: str = "page"
    chosen: bool = False


def compile_statement(statement: Select[Any]) -> Compiled:
    """Compile for asyncpg."""
    compiled = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    return Compiled(
        sql=str(compiled),
        names=tuple(compiled.positiontup or ()),
        processors=dict(compiled._bind_processors),  # noqa: SLF001  (SQLAlchemy offers no public way)
        defaults=dict(compiled.params),
    )


def reach_of(shape: Shape) -> Reach:
    """Return a reach with as many areas as the shape has; the values come later."""
    return Reach(("",) * shape.areas, (0,) if shape.organizations else (), ("",) if shape.departments else ())


def conditions(listing: Listing, shape: Shape) -> list[ColumnElement[bool]]:
    """Return scope, fixed condition, filters and search."""
    found = [listing.scope.within(reach_of(shape))] if not listing.scope.everyone else []
    if listing.where is not None:
        found.append(listing.where)
    for name in sorted(shape.filters):
        wanted = listing.filters[name]
        type_ = many_type(wanted.column) if wanted.many else wanted.column.type
        found.append(wanted.condition(wanted.column, slot(f"f_{name}", type_)))
        if wanted.upper:
            found.append(wanted.column < slot(f"f_{name}_end", wanted.column.type))
    if shape.searched and listing.search is not None:
        found.append(listing.search(slot("q", Text)))
    return found


def order_column(listing: Listing, order: str) -> tuple[ColumnElement[Any], bool]:
    """Return the sort column and whether it descends; refuse a column that is not sortable."""
    name = order.removeprefix("-")
    if name == "id":
        return listing.key, order.startswith("-")
    if name not in listing.sortable:
        known = "、".join(sorted(listing.sortable)) or "id"
        raise InvalidInput().at(("order_by", f"不能按“{name[:40]}”排序，可用的排序字段：{known}"))
    return listing.sortable[name], order.startswith("-")


def _ordering(listing: Listing, order: str) -> list[ColumnElement[Any]]:
    column, down = order_column(listing, order)
    first = column.desc() if down else column.asc()
    if getattr(column, "nullable", False):
        first = first.nulls_last()
    last = listing.key.desc() if down else listing.key.asc()
    return [last] if column is listing.key else [first, last]


def _after(listing: Listing, shape: Shape) -> ColumnElement[bool]:
    """Continue behind the last row of the page before (keyset)."""
    column, down = order_column(listing, shape.order)
    key = slot("after_id", listing.key.type)
    if column is listing.key:
        return listing.key < key if down else listing.key > key
    beyond = listing.key < key if down else listing.key > key
    if shape.cursor == "null":
        return and_(column.is_(None), beyond)
    value = slot("after_value", column.type)
    if not getattr(column, "nullable", False):
        here, there = tuple_(column, listing.key), tuple_(value, key)
        return here < there if down else here > there
    further = column < value if down else column > value
    return or_(further, and_(column == value, beyond), column.is_(None))


@lru_cache(maxsize=2000)
def page_statement(listing: Listing, shape: Shape) -> Compiled:
    """Compile the page: keys first, then the columns of those few rows (deep pages stay cheap)."""
    order = _ordering(listing, shape.order)
    wanted = conditions(listing, shape)
    if shape.cursor:
        wanted.append(_after(listing, shape))
    keys = select(listing.key.label("key")).select_from(listing.source).where(*wanted).order_by(*order)
    if shape.purpose != "export":
        keys = keys.limit(slot("limit", BigInteger)).offset(slot("offset", BigInteger))
    columns = [column.label(name) for name, column in listing.columns.items()]
    chosen = keys.subquery("chosen")
    total = select(func.count()).select_from(_counted(listing, shape).subquery()).scalar_subquery()
    statement = (
        select(*columns, order_column(listing, shape.order)[0].label("_order"), total.label("_total"))
        .select_from(listing.source)
        .where(listing.key.in_(select(chosen.c.key)))
        .order_by(*order)
    )
    if shape.purpose == "export":
        statement = select(*columns).select_from(listing.source).where(*wanted).order_by(*order)
    return compile_statement(statement)


@lru_cache(maxsize=2000)
def count_statement(listing: Listing, shape: Shape) -> Compiled:
    """Compile the total alone, for a page without rows; it stops at the cap unless an exact one was asked for."""
    return compile_statement(select(func.count()).select_from(_counted(listing, shape).subquery()))


def _counted(listing: Listing, shape: Shape) -> Select[Any]:
    """Select what the total counts, which is not narrowed by a cursor."""
    rows = select(listing.key).select_from(listing.source).where(*conditions(listing, shape))
    return rows if shape.exact else rows.limit(TOTAL_CAP + 1)


@lru_cache(maxsize=500)
def options_statement(listing: Listing, shape: Shape) -> Compiled:
    """Compile a picker's choices, or the words of values already chosen, of which some can no longer be chosen."""
    value, label = listing.option_columns()
    statement = select(value.label("value"), label.label("label")).select_from(listing.source)
    if shape.chosen:
        among = value == any_(slot("chosen", many_type(value)))
        return compile_statement(statement.where(*conditions(replace(listing, where=None), shape), among))
    first = label if listing.option_order is None else listing.option_order
    wanted = statement.where(*conditions(listing, shape)).order_by(first, listing.key)
    return compile_statement(wanted.limit(slot("limit", BigInteger)))


def write_cursor(order: str, value: Any, key: Any) -> str:
    """Encode where the page ended."""
    text = None if value is None else str(value)
    return base64.urlsafe_b64encode(orjson.dumps([order, text, key])).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[str, str | None, Any]:
    """Decode a cursor; raise InvalidInput when it is not ours."""
    try:
        order, value, key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return str(order), None if value is None else str(value), key
    except (ValueError, TypeError):
        raise InvalidInput().at(("cursor", "续读位置无效，请从第一页重新查询")) from None
