"""A visit to a household in force: what is due by the project's cycle, or arranged by hand, and what was found."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Versioned, division_field


class VisitKind(LabelledEnum):
    """Why somebody goes."""

    REVIEW = "review", "定期复核"
    CARE = "care", "关爱走访"


class VisitResult(LabelledEnum):
    """What was found."""

    UNCHANGED = "unchanged", "情况没有变化"
    CHANGED = "changed", "情况有变化，提请复核"
    CANCELLED = "cancelled", "不再需要"


class HouseholdVisit(Versioned, table=True):
    """One visit; open until it has a result. A household has one open visit of a kind at a time."""

    __tablename__ = "household_visit"
    __table_args__ = (
        Index(
            "uq_household_visit_open",
            "household_id",
            "kind",
            unique=True,
            postgresql_where=text("result IS NULL"),
        ),
        Index("ix_household_visit_due", "division_code", "due_at", postgresql_where=text("result IS NULL")),
        Index("ix_household_visit_area", "division_code", "id"),
    )

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    head_name: str = Field(max_length=50, title="户主")
    division_code: str = division_field()
    kind: VisitKind = Field(default=VisitKind.REVIEW, sa_type=enum_column(VisitKind), title="走访类别")
    projects: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"), title="在享项目"
    )
    months: int | None = Field(default=None, title="复核周期（月）")
    reason: str | None = Field(default=None, max_length=300, title="走访事由")
    planned_at: datetime = Field(sa_type=AWARE, title="列入计划时间")
    due_at: datetime = Field(sa_type=AWARE, title="应走访时间")
    result: VisitResult | None = Field(default=None, sa_type=enum_column(VisitResult), title="走访结果")
    visited_on: date | None = Field(default=None, title="走访日期")
    visitors: list[str] = Field(default_factory=list, sa_type=JSONB, title="走访人员")
    findings: str | None = Field(default=None, max_length=2000, title="走访情况")
    file_ids: list[int] = Field(default_factory=list, sa_type=JSONB, title="走访照片")
    attempts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, title="未能见面的走访")
    review_numbers: list[str] = Field(default_factory=list, sa_type=JSONB, title="提请的复核")
    user_id: int | None = Field(default=None, sa_type=BigInteger, title="登记人编号")
    user_name: str | None = Field(default=None, max_length=60, title="登记人")

    @property
    def key(self) -> int:
        """Return the id of a stored visit; 0 before."""
        return self.id or 0
