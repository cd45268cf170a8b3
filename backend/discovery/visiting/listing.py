"""The list of visits."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import ColumnElement, Table, Text, case, cast, null

from backend.discovery.models import HouseholdVisit, VisitKind, VisitResult
from backend.discovery.permissions import VisitPermission as P
from backend.discovery.visiting.schemas import VisitRow
from backend.inbox.sources import light_of
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, Light
from backend.kernel.listing import Filter, Listing, ListQuery, equals, prefix
from backend.kernel.scope import scope_of

V: Table = HouseholdVisit.__table__  # type: ignore[attr-defined]
LIGHT: ColumnElement[Any] = case((V.c.result.is_not(None), null()), else_=light_of(V.c.planned_at, V.c.due_at))


class VisitQuery(ListQuery):
    """Filters of visits."""

    open: bool | None = Field(default=None, title="待走访")
    light: Light | None = Field(default=None, title="时限状态")
    kind: VisitKind | None = Field(default=None, title="走访类别")
    result: VisitResult | None = Field(default=None, title="走访结果")
    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")
    household_id: int | None = Field(default=None, title="家庭", ge=1)
    due_until: date | None = Field(default=None, title="应走访日期止")


def allowed(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """Return the nouns this actor may post to a visit."""
    return ["record"] if row["result"] is None and actor.may(P.RECORD, row["division_code"]) else []


LISTING = Listing(
    name="household_visit",
    title="走访",
    permission=P.READ,
    export_permission=P.EXPORT,
    source=V,
    key=V.c.id,
    columns={
        name: LIGHT if name == "light" else V.c[name] for name in VisitRow.model_fields if name != "allowed_actions"
    },
    scope=scope_of(HouseholdVisit),
    row_model=VisitRow,
    filters={
        "open": equals(V.c.result.is_(None)),
        "light": Filter(cast(LIGHT, Text), lambda c, v: c == v),
        "kind": equals(V.c.kind),
        "result": equals(V.c.result),
        "division_code": prefix(V.c.division_code),
        "household_id": equals(V.c.household_id),
        "due_until": Filter(
            V.c.due_at, lambda c, v: c < v, lambda d: datetime.combine(d, time(), CHINA) + timedelta(days=1)
        ),
    },
    sortable={"due_at": V.c.due_at, "visited_on": V.c.visited_on},
    search=lambda q: V.c.head_name.like(q, escape="\\"),
    option_label=V.c.head_name,
    actions=allowed,
)
