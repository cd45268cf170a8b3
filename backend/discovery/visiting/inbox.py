"""Visits that are due: at the village and its community at once, further up when they are late."""

from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select

from backend.discovery.models import HouseholdVisit, VisitKind
from backend.discovery.permissions import VisitPermission as P
from backend.discovery.visiting.listing import LIGHT, V
from backend.inbox.sources import waiting
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of

COMMUNITY_DIGITS = 12


def visits_waiting(actor: Actor) -> Select[Any] | None:
    """Return open visits in the actor's area."""
    reach = actor.reach(P.RECORD)
    if not reach.prefixes:
        return None
    near = [V.c.division_code.startswith(p) for p in reach.prefixes if len(p) >= COMMUNITY_DIGITS]
    columns = waiting(
        "household_visit",
        key=V.c.id,
        title=func.concat_ws(" · ", V.c.head_name, func.array_to_string(V.c.projects, "、"), V.c.reason),
        step=case((V.c.kind == VisitKind.CARE, literal("关爱走访")), else_=literal("入户复核")),
        place=V.c.division_code,
        since=V.c.planned_at,
        due=V.c.due_at,
        light=LIGHT,
    )
    mine = scope_of(HouseholdVisit).visible_to(actor, P.RECORD)
    late = V.c.due_at < func.now()
    return select(*columns).where(and_(V.c.result.is_(None), mine, or_(late, *near)))
