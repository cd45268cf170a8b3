"""What reports and the workbench answer."""

from typing import Any

from pydantic import BaseModel, Field


class ReportCard(BaseModel):
    """A report in the list."""

    code: str = Field(title="编号")
    title: str = Field(title="名称")
    note: str = Field(title="口径")
    by_month: bool = Field(default=False, title="按月统计")


class ReportColumn(BaseModel):
    """A heading."""

    name: str
    title: str
    kind: str


class ReportRead(ReportCard):
    """A table: rows per place one level below, and the total of all."""

    period: str = Field(title="期间")
    division_code: str = Field(title="行政区划")
    division_name: str = Field(title="区划名称")
    columns: list[ReportColumn] = Field(title="列")
    rows: list[dict[str, Any]] = Field(title="行")
    totals: dict[str, Any] = Field(title="合计")


class Figure(BaseModel):
    """A number that matters to this person; null is unknown."""

    code: str
    title: str
    value: str | int | None
    unit: str
    link: str = Field(description="门户中的页面")


class FigureGroup(BaseModel):
    """Figures of one kind."""

    code: str
    title: str
    figures: list[Figure]


class Workbench(BaseModel):
    """What waits, what is late, what changed, how much."""

    name: str
    division_name: str | None
    roles: list[str]
    groups: list[FigureGroup]


class Series(BaseModel):
    """A line or bar of a chart."""

    name: str
    data: list[str | int | None]


class Chart(BaseModel):
    """A chart over months."""

    code: str
    title: str
    unit: str
    categories: list[str]
    series: list[Series]
