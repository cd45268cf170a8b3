"""The list of leads."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from pydantic import Field
from sqlalchemy import ColumnElement, Table, Text, case, cast, func, null, or_

from backend.discovery.models import Lead, LeadSource, LeadStatus, Urgency
from backend.discovery.permissions import LeadPermission as P
from backend.discovery.rules import MOVES, VISITED
from backend.discovery.schemas import LeadRow
from backend.inbox.sources import light_of
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, Light
from backend.kernel.listing import Filter, Listing, ListQuery, equals, prefix
from backend.kernel.scope import scope_of

L: Table = Lead.__table__  # type: ignore[attr-defined]
_OPEN = or_(L.c.status == LeadStatus.NEW, L.c.status == LeadStatus.ASSIGNED)

LIGHT: ColumnElement[Any] = case((~_OPEN, null()), else_=light_of(L.c.received_at, L.c.due_at))
_NOUNS = (
    ("assignment", LeadStatus.ASSIGNED, P.ASSIGN),
    ("verification", LeadStatus.VERIFIED, P.VERIFY),
    ("conversion", LeadStatus.CONVERTED, P.DECIDE),
    ("referral", LeadStatus.REFERRED, P.DECIDE),
    ("closing", LeadStatus.CLOSED, P.DECIDE),
)


def allowed(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """Return the nouns this actor may post to a lead."""
    status, place = LeadStatus(row["status"]), row["division_code"]
    found = [noun for noun, target, right in _NOUNS if target in MOVES[status] and actor.may(right, place)]
    if status in VISITED and actor.may(P.VERIFY, place):
        found.insert(0, "visits")
    return found


class LeadQuery(ListQuery):
    """Filters of leads."""

    status: LeadStatus | None = Field(default=None, title="状态")
    source: LeadSource | None = Field(default=None, title="来源")
    urgency: Urgency | None = Field(default=None, title="紧急程度")
    light: Light | None = Field(default=None, title="时限状态")
    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")
    household_id: int | None = Field(default=None, title="家庭", ge=1)
    open: bool | None = Field(default=None, title="在办")
    received_from: date | None = Field(default=None, title="接到日期起")


LISTING = Listing(
    name="lead",
    title="线索",
    permission=P.READ,
    export_permission=P.EXPORT,
    source=L,
    key=L.c.id,
    columns={
        name: LIGHT if name == "light" else L.c[name] for name in LeadRow.model_fields if name != "allowed_actions"
    },
    scope=scope_of(Lead),
    row_model=LeadRow,
    filters={
        "status": equals(L.c.status),
        "source": equals(L.c.source),
        "urgency": equals(L.c.urgency),
        "light": Filter(cast(LIGHT, Text), lambda c, v: c == v),
        "division_code": prefix(L.c.division_code),
        "household_id": equals(L.c.household_id),
        "open": equals(or_(_OPEN, L.c.status == LeadStatus.VERIFIED)),
        "received_from": Filter(L.c.received_at, lambda c, v: c >= v, lambda d: datetime.combine(d, time(), CHINA)),
    },
    sortable={"due_at": L.c.due_at, "received_at": L.c.received_at},
    search=lambda q: or_(L.c.person_name.like(q, escape="\\"), L.c.facts.like(q, escape="\\")),
    option_label=func.coalesce(L.c.person_name, L.c.location, L.c.facts),
    actions=allowed,
)
