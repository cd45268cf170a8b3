"""What waits in referrals: to be accepted and helped at the receiver, to be visited or sent anew at the sender."""

from typing import Any

from sqlalchemy import Select, and_, case, func, literal, or_, select

from backend.discovery.models import Referral, ReferralStatus
from backend.discovery.permissions import ReferralPermission as P
from backend.discovery.referral.listing import DUE, LIGHT, RUNNING, R
from backend.inbox.sources import waiting
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of


def referrals_waiting(actor: Actor) -> Select[Any] | None:
    """Return referrals whose next move is the actor's."""
    if not any(actor.may(right) for right in (P.RECEIVE, P.FOLLOW, P.VISIT)):
        return None
    scope = scope_of(Referral)
    mine = or_(
        and_(RUNNING, scope.visible_to(actor, P.RECEIVE)),
        and_(RUNNING, R.c.organization_id.is_(None), scope.visible_to(actor, P.FOLLOW)),
        and_(R.c.status == ReferralStatus.RETURNED, scope.visible_to(actor, P.FOLLOW)),
        and_(R.c.status == ReferralStatus.DONE, scope.visible_to(actor, P.VISIT)),
    )
    step = case(
        (R.c.status == ReferralStatus.WAITING, literal("接收转介")),
        (RUNNING, literal("办理转介")),
        (R.c.status == ReferralStatus.DONE, literal("转介回访")),
        else_=literal("处理退回的转介"),
    )
    columns = waiting(
        "referral",
        key=R.c.id,
        title=func.concat_ws(" · ", R.c.person_name, func.left(R.c.need, 40), R.c.receiver),
        step=step,
        place=R.c.division_code,
        since=func.coalesce(R.c.finished_at, R.c.accepted_at, R.c.sent_at),
        due=DUE,
        light=LIGHT,
    )
    return select(*columns).where(mine)
