"""How a report describes itself: columns, and the rows that are grouped by place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Kind = Literal["text", "number", "money", "percent", "decimal"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and the SQL behind it: a dimension (`group`) or a measure over the base rows."""

    name: str
    title: str
    sql: str
    kind: Kind = "number"
    group: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """`base` yields rows with `division_code`; `{area:x}` in it becomes the reader's places over column x."""

    code: str
    title: str
    note: str
    needs: StrEnum
    base: str
    columns: tuple[Column, ...]
    by_month: bool = False  # counts what is granted and paid by the month: part of one has no figures


def share(part: str, whole: str) -> str:
    """Return a percentage with one place; null, never zero, when there is no whole."""
    return f"round(100.0 * ({part}) / nullif({whole}, 0), 1)"


PROJECT = Column("project_code", "项目代码", "b.project_code", "text", group=True)
PROJECT_NAME = Column(
    "project_name",
    "项目",
    "(SELECT v.name FROM project_version v JOIN project p ON p.id = v.project_id WHERE p.code = b.project_code"
    " ORDER BY v.number DESC LIMIT 1)",
    "text",
    group=True,
)
