"""The lists that staff read."""

from typing import Any

from pydantic import Field

from backend.disclosure.models import ApplicationStatus, Hotline, NoticeObjection, OnlineApplication
from backend.disclosure.permissions import DisclosurePermission as P
from backend.disclosure.schemas import ApplicationRead, HotlineRead, ObjectionRead
from backend.kernel.actor import Actor
from backend.kernel.listing import Listing, ListQuery, equals, prefix
from backend.kernel.scope import scope_of

_HOTLINE = Hotline.__table__.c  # type: ignore[attr-defined]
_APPLICATION = OnlineApplication.__table__.c  # type: ignore[attr-defined]
_OBJECTION = NoticeObjection.__table__.c  # type: ignore[attr-defined]


class AreaQuery(ListQuery):
    """Filter by place."""

    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")


class ApplicationQuery(AreaQuery):
    """Filters of online applications."""

    status: ApplicationStatus | None = Field(default=None, title="状态")
    urgent: bool | None = Field(default=None, title="急难")


def hotline_actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    """Return what may be done to a hotline."""
    return ["edit"] if actor.may(P.HOTLINE_EDIT, row["division_code"]) else []


def application_actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    """Return what may be done to an online application."""
    found = ["reveals"] if actor.may(P.APPLICATION_REVEAL, row["division_code"]) else []
    if row["status"] == ApplicationStatus.WAITING and actor.may(P.APPLICATION_ACCEPT, row["division_code"]):
        found += ["cases", "answers"]
    return found


HOTLINES = Listing(
    name="hotline",
    title="救助热线",
    permission=P.HOTLINE_READ,
    source=Hotline.__table__,  # type: ignore[attr-defined]
    key=_HOTLINE.id,
    columns={name: _HOTLINE[name] for name in HotlineRead.model_fields if name in _HOTLINE},
    scope=scope_of(Hotline),
    row_model=HotlineRead,
    filters={"division_code": prefix(_HOTLINE.division_code)},
    sortable={"division_code": _HOTLINE.division_code, "name": _HOTLINE.name},
    search=lambda q: _HOTLINE.name.like(q, escape="\\") | _HOTLINE.phone.like(q, escape="\\"),
    actions=hotline_actions,
)
APPLICATIONS = Listing(
    name="online_application",
    title="网上申请",
    permission=P.APPLICATION_READ,
    source=OnlineApplication.__table__,  # type: ignore[attr-defined]
    key=_APPLICATION.id,
    columns={name: _APPLICATION[name] for name in ApplicationRead.model_fields if name in _APPLICATION},
    scope=scope_of(OnlineApplication),
    row_model=ApplicationRead,
    filters={
        "division_code": prefix(_APPLICATION.division_code),
        "status": equals(_APPLICATION.status),
        "urgent": equals(_APPLICATION.urgent),
    },
    sortable={"due_at": _APPLICATION.due_at, "created_at": _APPLICATION.created_at},
    search=lambda q: _APPLICATION.number.like(q, escape="\\") | _APPLICATION.applicant_name.like(q, escape="\\"),
    actions=application_actions,
)
OBJECTIONS = Listing(
    name="notice_objection",
    title="公示异议来件",
    permission=P.OBJECTION_READ,
    source=NoticeObjection.__table__,  # type: ignore[attr-defined]
    key=_OBJECTION.id,
    columns={name: _OBJECTION[name] for name in ObjectionRead.model_fields if name in _OBJECTION},
    scope=scope_of(NoticeObjection),
    row_model=ObjectionRead,
    filters={"division_code": prefix(_OBJECTION.division_code)},
)
