"""The list of referrals."""

from datetime import date, datetime, time
from typing import Any

from pydantic import Field
from sqlalchemy import ColumnElement, Table, Text, case, cast, null, or_

from backend.discovery.models import Referral, ReferralStatus
from backend.discovery.permissions import ReferralPermission as P
from backend.discovery.referral.rules import allowed
from backend.discovery.referral.schemas import ReferralRow
from backend.inbox.sources import light_of
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, Light
from backend.kernel.listing import Filter, Listing, ListQuery, equals, prefix
from backend.kernel.scope import scope_of

R: Table = Referral.__table__  # type: ignore[attr-defined]
RUNNING = R.c.status.in_([ReferralStatus.WAITING, ReferralStatus.ACCEPTED, ReferralStatus.WORKING])
DUE: ColumnElement[Any] = case((R.c.status == ReferralStatus.WAITING, R.c.accept_due_at), (RUNNING, R.c.due_at))
"""What has to happen next until when; nothing once the receiver is done."""
LIGHT: ColumnElement[Any] = case((~RUNNING, null()), else_=light_of(R.c.sent_at, DUE))


class ReferralQuery(ListQuery):
    """Filters of referrals."""

    status: ReferralStatus | None = Field(default=None, title="状态")
    light: Light | None = Field(default=None, title="时限状态")
    organization_id: int | None = Field(
        default=None, ge=1, title="接收机构", json_schema_extra={"x-options": "/api/v1/organizations/options"}
    )
    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")
    household_id: int | None = Field(default=None, title="家庭", ge=1)
    lead_id: int | None = Field(default=None, title="线索", ge=1)
    case_id: int | None = Field(default=None, title="案件", ge=1)
    open: bool | None = Field(default=None, title="在办")
    sent_from: date | None = Field(default=None, title="转介日期起")


def _finish(actor: Actor, row: dict[str, Any]) -> None:
    row["_allowed"] = allowed(actor, row)
    row.pop("organization_id")


LISTING = Listing(
    name="referral",
    title="转介",
    permission=P.READ,
    export_permission=P.EXPORT,
    source=R,
    key=R.c.id,
    columns={
        name: LIGHT if name == "light" else R.c[name]
        for name in (*(n for n in ReferralRow.model_fields if n != "allowed_actions"), "organization_id")
    },
    scope=scope_of(Referral),
    row_model=ReferralRow,
    filters={
        "status": equals(R.c.status),
        "light": Filter(cast(LIGHT, Text), lambda c, v: c == v),
        "organization_id": equals(R.c.organization_id),
        "division_code": prefix(R.c.division_code),
        "household_id": equals(R.c.household_id),
        "lead_id": equals(R.c.lead_id),
        "case_id": equals(R.c.case_id),
        "open": equals(R.c.status.not_in([ReferralStatus.CONFIRMED, ReferralStatus.CLOSED])),
        "sent_from": Filter(R.c.sent_at, lambda c, v: c >= v, lambda d: datetime.combine(d, time(), CHINA)),
    },
    sortable={"due_at": R.c.due_at, "sent_at": R.c.sent_at},
    search=lambda q: or_(
        R.c.number.like(q, escape="\\"), R.c.person_name.like(q, escape="\\"), R.c.receiver.like(q, escape="\\")
    ),
    option_label=R.c.number + " " + R.c.receiver,
    actions=lambda _actor, row: row.pop("_allowed", []),
    finish=_finish,
)
