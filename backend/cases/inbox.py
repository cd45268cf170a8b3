"""What waits in cases: those whose turn it is at a post of the actor, and overdue ones told one level higher."""

from typing import Any

from sqlalchemy import Select, Table, func, literal, select

from backend.cases.listing import LIGHT, C, waiting_for
from backend.cases.models import Escalation
from backend.cases.permissions import CasePermission
from backend.inbox.sources import register, waiting
from backend.kernel.actor import Actor
from backend.kernel.clocks import Light
from backend.kernel.scope import scope_of

_E: Table = Escalation.__table__  # type: ignore[attr-defined]
# Who may only look, register or object has no step to do.
_DOING = frozenset(map(str, CasePermission)) - {
    str(right) for right in (CasePermission.READ, CasePermission.EXPORT, CasePermission.CREATE, CasePermission.OBJECT)
}
_WHO = C.c.applicant_name + " · " + C.c.project_name


def cases_waiting(actor: Actor) -> Select[Any] | None:
    """Return open cases whose step one of the actor's posts has to do."""
    if _DOING.isdisjoint(actor.rights):
        return None
    columns = waiting(
        "case",
        key=C.c.id,
        title=_WHO,
        step=C.c.step_name,
        place=C.c.division_code,
        since=C.c.step_started_at,
        due=C.c.due_at,
        light=LIGHT,
    )
    return select(*columns).where(waiting_for(actor))


def cases_escalated(actor: Actor) -> Select[Any] | None:
    """Return cases still overdue that were told to a role of the actor; whoever has to do them sees them already."""
    if not actor.roles or not actor.reach(CasePermission.READ).prefixes:
        return None
    columns = waiting(
        "escalation",
        key=C.c.id,
        title=_WHO,
        step=literal("超期督办"),
        place=C.c.division_code,
        since=func.min(_E.c.created_at),
        due=C.c.due_at,
        light=literal(Light.OVERDUE.value),
    )
    told = (_E.c.case_id == C.c.id) & (_E.c.due_at == C.c.due_at) & _E.c.role.in_(actor.roles)
    return (
        select(*columns)
        .select_from(_E.join(C, told))
        .where(
            C.c.open.is_(True),
            C.c.due_at < func.now(),
            _E.c.level > 1,
            scope_of(Escalation).visible_to(actor, CasePermission.READ),
            ~waiting_for(actor),
        )
        .group_by(C.c.id)
    )


register("case", "案件", cases_waiting)
register("escalation", "超期督办", cases_escalated)
