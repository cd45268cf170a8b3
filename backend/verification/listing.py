"""The list of requests."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field
from sqlalchemy import Table, case, null, or_

from backend.inbox.sources import light_of
from backend.kernel.actor import Actor
from backend.kernel.listing import Listing, ListQuery, equals, prefix
from backend.kernel.scope import scope_of
from backend.verification.models import Conclusion, RequestStatus, VerificationRequest
from backend.verification.permissions import VerificationPermission as P
from backend.verification.schemas import RequestRow

R: Table = VerificationRequest.__table__  # type: ignore[attr-defined]
LIGHT = case((R.c.status == RequestStatus.ASKED, light_of(R.c.asked_at, R.c.due_at)), else_=null())


def allowed(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """Return the nouns this actor may post to a request."""
    open_ = row["status"] == RequestStatus.ASKED and actor.may(P.WORK, row["division_code"])
    return ["results", "report"] if open_ else []


class RequestQuery(ListQuery):
    """Filters of requests."""

    status: RequestStatus | None = Field(default=None, title="状态")
    conclusion: Conclusion | None = Field(default=None, title="核对结论")
    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")


LISTING = Listing(
    name="verification",
    title="核对请求",
    permission=P.READ,
    source=R,
    key=R.c.id,
    columns={
        name: LIGHT if name == "light" else R.c[name] for name in RequestRow.model_fields if name != "allowed_actions"
    },
    scope=scope_of(VerificationRequest),
    row_model=RequestRow,
    filters={
        "status": equals(R.c.status),
        "conclusion": equals(R.c.conclusion),
        "division_code": prefix(R.c.division_code),
    },
    sortable={"due_at": R.c.due_at, "asked_at": R.c.asked_at},
    search=lambda q: or_(R.c.matter_number.like(q, escape="\\"), R.c.applicant_name.like(q, escape="\\")),
    option_label=R.c.matter_number + " " + R.c.applicant_name,
    actions=allowed,
)
