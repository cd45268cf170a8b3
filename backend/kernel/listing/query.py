"""What a list is asked, and how it answers."""

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

RowT = TypeVar("RowT")
CONTROL = frozenset({"page", "page_size", "order_by", "q", "cursor", "exact_total"})


class ListQuery(BaseModel):
    """Parameters of every list; a resource adds its filters as optional fields."""

    model_config = ConfigDict(extra="ignore")

    q: str | None = Field(default=None, title="搜索", max_length=100)
    page: int = Field(default=1, ge=1, le=100_000, title="页码")
    page_size: int = Field(default=20, ge=1, le=200, title="每页条数")
    order_by: str | None = Field(default=None, title="排序", max_length=60)
    cursor: str | None = Field(default=None, title="续读位置", max_length=500)
    exact_total: bool = Field(default=False, title="精确总数")


class Page(BaseModel, Generic[RowT]):
    """One page; `total` stops counting at 10,000 unless `exact_total` was asked for."""

    items: list[RowT]
    total: int
    total_is_estimate: bool = False
    page: int
    page_size: int
    next_cursor: str | None = None


class Option(BaseModel):
    """One choice of a picker."""

    label: str
    value: str | int


class Options(BaseModel):
    """Choices of a picker; the chosen one is always among them."""

    options: list[Option]


ExportFormat = Literal["xlsx", "csv"]
