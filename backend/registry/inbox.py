"""What waits in the registry: households that another area wants to hand over."""

from typing import Any

from sqlalchemy import Select, Table, literal, null, select

from backend.inbox.sources import register, waiting
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of
from backend.registry.models import Household, HouseholdTransfer
from backend.registry.permissions import RegistryPermission as P

_T: Table = HouseholdTransfer.__table__  # type: ignore[attr-defined]
_H: Table = Household.__table__  # type: ignore[attr-defined]


def transfers_waiting(actor: Actor) -> Select[Any] | None:
    """Return transfers into the actor's area that nobody has decided."""
    if not actor.may(P.TRANSFER):
        return None
    columns = waiting(
        "household_transfer",
        key=_T.c.id,
        title=_H.c.head_name + " · " + _T.c.reason,
        step=literal("接收迁入家庭"),
        place=_T.c.division_code,
        since=_T.c.created_at,
        due=null(),
        light=null(),
    )
    mine = scope_of(HouseholdTransfer).visible_to(actor, P.TRANSFER)
    return select(*columns).join(_H, _H.c.id == _T.c.household_id).where(_T.c.decided_at.is_(None), mine)


register("household_transfer", "家庭迁移", transfers_waiting)
