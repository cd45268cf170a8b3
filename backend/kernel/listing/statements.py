"""Build and compile a list's statements once per shape; later calls only bind values."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Select, Text, any_, func, select, tuple_
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
        """Put the values in order, converted as the column types demand; refuse what is no value of its column."""
        found = []
        for name in self.names:
            value = values[name] if name in values else self.defaults[name]
            process = self.processors.get(name)
            try:
                found.append(process(value) if process and value is not None else value)
            except ValueError:
                raise InvalidInput().at((name.removeprefix("f_"), "没有这个选项，请从列表中选择")) from None
        return found


@dataclass(frozen=True, slots=True)
class Shape:
    """All that decides the SQL text: which filters, which order, how many areas; never a value.

    `part` is for a sort column that may be empty: the rows in which it is `known` are a range of its index, in order,
    and so are those in which it is `unknown`; both together, the unknown last, are neither.
    """

    filters: frozenset[str]
    order: str
    areas: int
    organizations: bool
    departments: bool
    searched: bool
    part: str = "all"
    cursor: bool = False
    counted: bool = True
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


def may_be_empty(listing: Listing, column: ColumnElement[Any]) -> bool:
    """Tell whether rows may lack the value that they are sorted by: an expression, or a column that was joined, may."""
    joined = getattr(column, "table", None) is not getattr(listing.key, "table", None)
    return joined or bool(getattr(column, "nullable", True))


def _ordering(listing: Listing, shape: Shape) -> list[ColumnElement[Any]]:
    column, down = order_column(listing, shape.order)
    first = column.desc() if down else column.asc()
    if shape.part == "all" and may_be_empty(listing, column):
        first = first.nulls_last()
    last = listing.key.desc() if down else listing.key.asc()
    return [last] if column is listing.key else [first, last]


def _part(listing: Listing, shape: Shape) -> list[ColumnElement[bool]]:
    column, _ = order_column(listing, shape.order)
    match shape.part:
        case "known":
            return [column.is_not(None)]
        case "unknown":
            return [column.is_(None)]
    return []


def _after(listing: Listing, shape: Shape) -> ColumnElement[bool]:
    """Continue behind the last row of the page before (keyset)."""
    column, down = order_column(listing, shape.order)
    key = slot("after_id", listing.key.type)
    if column is listing.key or shape.part == "unknown":
        return listing.key < key if down else listing.key > key
    here, there = tuple_(column, listing.key), tuple_(slot("after_value", column.type), key)
    return here < there if down else here > there


@lru_cache(maxsize=2000)
def page_statement(listing: Listing, shape: Shape) -> Compiled:
    """Compile the page: keys first, then the columns of those few rows (deep pages stay cheap)."""
    order = _ordering(listing, shape)
    wanted = [*conditions(listing, shape), *_part(listing, shape)]
    if shape.cursor:
        wanted.append(_after(listing, shape))
    columns = [column.label(name) for name, column in listing.columns.items()]
    if shape.purpose == "export":
        return compile_statement(select(*columns).select_from(listing.source).where(*wanted).order_by(*order))
    keys = select(listing.key.label("key")).select_from(listing.source).where(*wanted).order_by(*order)
    chosen = keys.limit(slot("limit", BigInteger)).offset(slot("offset", BigInteger)).subquery("chosen")
    columns += [order_column(listing, shape.order)[0].label("_order"), listing.key.label("_key")]
    if shape.counted:
        counted = select(func.count()).select_from(_counted(listing, shape).subquery())
        columns.append(counted.scalar_subquery().label("_total"))
    statement = select(*columns).select_from(listing.source).where(listing.key.in_(select(chosen.c.key)))
    return compile_statement(statement.order_by(*order))


@lru_cache(maxsize=2000)
def count_statement(listing: Listing, shape: Shape) -> Compiled:
    """Compile the total alone, for a page without rows; it stops at the cap unless an exact one was asked for."""
    return compile_statement(select(func.count()).select_from(_counted(listing, shape).subquery()))


@lru_cache(maxsize=2000)
def known_statement(listing: Listing, shape: Shape) -> Compiled:
    """Compile the number of rows whose sort column is filled."""
    wanted = [*conditions(listing, shape), *_part(listing, replace(shape, part="known"))]
    return compile_statement(select(func.count()).select_from(listing.source).where(*wanted))


def _counted(listing: Listing, shape: Shape) -> Select[Any]:
    """Select what the total counts, which is not narrowed by a cursor or a part."""
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the order, value and key of its last row, and how many rows lie before the next."""

    order: str
    value: str | None
    key: str
    passed: int

    def written(self) -> str:
        """Encode for the address of the next page."""
        text = orjson.dumps([self.order, self.value, self.key, self.passed])
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str) -> "Place":
        """Decode; raise InvalidInput when it is not ours."""
        try:
            order, value, key, passed = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            return cls(str(order), None if value is None else str(value), str(key), int(passed))
        except (ValueError, TypeError):
            raise InvalidInput().at(("cursor", "续读位置无效，请从第一页重新查询")) from None
