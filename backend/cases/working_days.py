"""The list of calendar days."""

from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Table

from backend.cases.models import CalendarDay
from backend.cases.permissions import CalendarPermission
from backend.cases.schemas import CalendarDayRow
from backend.kernel.actor import Actor
from backend.kernel.listing import Listing, ListQuery, at_least, at_most, equals
from backend.kernel.scope import Scope

_D: Table = CalendarDay.__table__  # type: ignore[attr-defined]


class CalendarQuery(ListQuery):
    """Filters of the calendar."""

    from_date: date | None = Field(default=None, title="起始日期")
    to_date: date | None = Field(default=None, title="截止日期")
    is_working: bool | None = Field(default=None, title="上班")


def _actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    if not actor.may(CalendarPermission.EDIT):
        return []
    return ["set"] if row["announced"] else ["set", "delete"]


CALENDAR = Listing(
    name="calendar_day",
    title="工作日历",
    permission=CalendarPermission.READ,
    source=_D,
    key=_D.c.id,
    columns={name: _D.c[name] for name in CalendarDayRow.model_fields if name in _D.c},
    scope=Scope(everyone=True),
    row_model=CalendarDayRow,
    filters={
        "from_date": at_least(_D.c.day),
        "to_date": at_most(_D.c.day),
        "is_working": equals(_D.c.is_working),
    },
    sortable={"day": _D.c.day},
    default_order="-day",
    actions=_actions,
)
