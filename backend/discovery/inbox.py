"""What waits in discovery: leads to be sent out, checked and decided on, referrals, and visits."""

from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select

from backend.discovery.listing import L
from backend.discovery.models import Lead, LeadStatus
from backend.discovery.permissions import LeadPermission as P
from backend.discovery.referral.inbox import referrals_waiting
from backend.discovery.visiting.inbox import visits_waiting
from backend.inbox.sources import light_of, register, waiting
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of


def leads_waiting(actor: Actor) -> Select[Any] | None:
    """Return leads whose next move one of the actor's posts may make; a sent one waits for whom it was sent to."""
    if not any(actor.may(right) for right in (P.ASSIGN, P.VERIFY, P.DECIDE)):
        return None
    scope = scope_of(Lead)
    mine = or_(
        and_(L.c.status == LeadStatus.NEW, scope.visible_to(actor, P.ASSIGN)),
        and_(L.c.status == LeadStatus.ASSIGNED, L.c.assigned_to == actor.user_id, scope.visible_to(actor, P.READ)),
        and_(L.c.status == LeadStatus.VERIFIED, scope.visible_to(actor, P.DECIDE)),
    )
    step = case(
        (L.c.status == LeadStatus.NEW, literal("派单")),
        (L.c.status == LeadStatus.ASSIGNED, literal("核实")),
        else_=literal("处理线索"),
    )
    due = case((L.c.contacted_at.is_(None), L.c.due_at))
    who = func.coalesce(L.c.person_name, L.c.location, "")
    columns = waiting(
        "lead",
        key=L.c.id,
        title=func.concat_ws(" · ", func.nullif(who, ""), func.left(L.c.facts, 40)),
        step=step,
        place=L.c.division_code,
        since=L.c.received_at,
        due=due,
        light=light_of(L.c.received_at, due),
    )
    return select(*columns).where(mine)


register("lead", "主动发现线索", leads_waiting)
register("referral", "转介", referrals_waiting)
register("household_visit", "走访", visits_waiting)
