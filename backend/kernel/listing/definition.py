"""How a resource describes its list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ARRAY, ColumnElement, FromClause, String, any_, cast

from backend.kernel.actor import Actor
from backend.kernel.scope import Scope

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition over one named value; `prepare` turns the typed value into the bound one."""

    column: ColumnElement[Any]
    condition: Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]
    prepare: Callable[[Any], Any] = field(default=lambda value: value)
    many: bool = False
    upper: bool = False


def equals(column: ColumnElement[Any]) -> Filter:
    """Match the value itself."""
    return Filter(column, lambda c, v: c == v)


def at_least(column: ColumnElement[Any]) -> Filter:
    """Match this value and above."""
    return Filter(column, lambda c, v: c >= v)


def at_most(column: ColumnElement[Any]) -> Filter:
    """Match this value and below."""
    return Filter(column, lambda c, v: c <= v)


def contains(column: ColumnElement[Any]) -> Filter:
    """Match part of a text (served by a trigram index)."""
    return Filter(column, lambda c, v: c.like(v, escape="\\"), lambda v: f"%{escape_like(str(v))}%")


def one_of(column: ColumnElement[Any]) -> Filter:
    """Match any of several values; the parameter is a list or a comma-separated text."""
    return Filter(column, lambda c, v: c == any_(v), _split, many=True)


def prefix(column: ColumnElement[Any]) -> Filter:
    """Match everything below a division code, as a range of its index."""
    return Filter(column, lambda c, v: c >= v, upper=True)


def escape_like(text: str) -> str:
    """Make a typed text literal inside LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _split(value: Any) -> list[Any]:
    return [part for part in value.split(",") if part] if isinstance(value, str) else list(value)


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """A list of one resource, derived from columns of SQL; every reader of many rows goes through it.

    `columns` name the answer's fields in the order of the export; `filters` answer to fields of the query model;
    `sortable` names what `order_by` may say; `search` builds the condition of `q` from its bound text, prepared by
    `prepare_search`; `actions` says what this actor may do to a row; `finish` masks or completes a row in place.
    """

    name: str
    title: str
    permission: StrEnum
    source: FromClause
    key: ColumnElement[Any]
    columns: Mapping[str, ColumnElement[Any]]
    scope: Scope
    row_model: type[BaseModel]
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sortable: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    default_order: str = "-id"
    search: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    prepare_search: Callable[[str], Any] = field(default=lambda text: f"%{escape_like(text)}%")
    where: ColumnElement[bool] | None = None
    actions: Callable[[Actor, Row], list[str]] = field(default=lambda _actor, _row: [])
    finish: Callable[[Actor, Row], None] | None = None
    option_label: ColumnElement[Any] | None = None
    option_value: ColumnElement[Any] | None = None
    option_order: ColumnElement[Any] | None = None
    export_permission: StrEnum | None = None

    def option_columns(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return value and label of a picker."""
        value = self.key if self.option_value is None else self.option_value
        label = cast(self.key, String) if self.option_label is None else self.option_label
        return value, label


def many_type(column: ColumnElement[Any]) -> ARRAY[Any]:
    """Return the array type for `one_of` over a column."""
    return ARRAY(column.type)
