"""The working-day calendar as people edit it, and the due dates an edit has moved."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from backend.kernel.models import AWARE, Record, Versioned, division_field


class CalendarDayBase(SQLModel):
    """A day that differs from Monday to Friday."""

    day: date = Field(title="日期")
    is_working: bool = Field(title="上班", description="调休上班填“是”，放假填“否”")
    name: str = Field(min_length=1, max_length=40, title="节日或事由")


class CalendarDay(Versioned, CalendarDayBase, table=True):
    """One exception of a year; a year counts as announced once its State Council notice was filled in."""

    __tablename__ = "calendar_day"
    __table_args__ = (Index("uq_calendar_day_day", "day", unique=True),)

    announced: bool = Field(default=False, title="国务院办公厅已公布")


class DueChange(Record, table=True):
    """A due date before and after something moved it; nothing of a clock is ever overwritten unseen."""

    __tablename__ = "case_due_change"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    clock: str = Field(max_length=20, title="时限")
    old_due_at: datetime | None = Field(default=None, sa_type=AWARE, title="原到期时间")
    new_due_at: datetime | None = Field(default=None, sa_type=AWARE, title="新到期时间")
    reason: str = Field(max_length=300, title="变更原因")
    user_id: int = Field(sa_type=BigInteger, title="操作人编号")
    user_name: str = Field(max_length=60, title="操作人")
