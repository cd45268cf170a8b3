"""What waits behind the public site: applications from home."""

from typing import Any

from sqlalchemy import Select, Table, literal, select

from backend.disclosure.models import ApplicationStatus, OnlineApplication
from backend.disclosure.permissions import DisclosurePermission as P
from backend.inbox.sources import light_of, register, waiting
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of

_A: Table = OnlineApplication.__table__  # type: ignore[attr-defined]


def applications_waiting(actor: Actor) -> Select[Any] | None:
    """Return online applications that the actor may turn into a case or answer."""
    if not actor.may(P.APPLICATION_ACCEPT):
        return None
    columns = waiting(
        "online_application",
        key=_A.c.id,
        title=_A.c.applicant_name + " · " + _A.c.number,
        step=literal("联系申请人"),
        place=_A.c.division_code,
        since=_A.c.created_at,
        due=_A.c.due_at,
        light=light_of(_A.c.created_at, _A.c.due_at),
    )
    mine = scope_of(OnlineApplication).visible_to(actor, P.APPLICATION_ACCEPT)
    return select(*columns).where(_A.c.status == ApplicationStatus.WAITING, mine)


register("online_application", "网上申请", applications_waiting)
