"""What waits in the catalogue: numbers that somebody else has proposed."""

from typing import Any

from sqlalchemy import Select, Table, literal, null, select

from backend.catalogue.models import ParameterChange, ParameterName
from backend.catalogue.models.parameters import ChangeStatus
from backend.catalogue.permissions import CataloguePermission as P
from backend.inbox.sources import register, waiting
from backend.kernel.actor import Actor

_C: Table = ParameterChange.__table__  # type: ignore[attr-defined]
_N: Table = ParameterName.__table__  # type: ignore[attr-defined]


def changes_waiting(actor: Actor) -> Select[Any] | None:
    """Return proposed numbers for whoever may approve them and did not propose them."""
    if not actor.may(P.PARAMETER_APPROVE):
        return None
    columns = waiting(
        "parameter_change",
        key=_C.c.id,
        title=_N.c.label + " · " + _C.c.proposer,
        step=literal("审批参数变更"),
        place=_C.c.division_code,
        since=_C.c.created_at,
        due=null(),
        light=null(),
    )
    return (
        select(*columns)
        .join(_N, _N.c.code == _C.c.code)
        .where(_C.c.status == ChangeStatus.PROPOSED, _C.c.proposed_by != actor.user_id)
    )


register("parameter_change", "参数变更", changes_waiting)
