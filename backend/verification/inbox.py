"""What waits at the county's verification centre: questions without a report."""

from typing import Any

from sqlalchemy import Select, literal, select

from backend.inbox.sources import light_of, register, waiting
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of
from backend.verification.listing import R
from backend.verification.models import RequestStatus, VerificationRequest
from backend.verification.permissions import VerificationPermission as P


def requests_waiting(actor: Actor) -> Select[Any] | None:
    """Return requests that the actor has to answer."""
    if not actor.may(P.WORK):
        return None
    columns = waiting(
        "verification",
        key=R.c.id,
        title=R.c.applicant_name + " · " + R.c.matter,
        step=literal("出具核对报告"),
        place=R.c.division_code,
        since=R.c.asked_at,
        due=R.c.due_at,
        light=light_of(R.c.asked_at, R.c.due_at),
    )
    mine = scope_of(VerificationRequest).visible_to(actor, P.WORK)
    return select(*columns).where(R.c.status == RequestStatus.ASKED, mine)


register("verification", "核对", requests_waiting)
