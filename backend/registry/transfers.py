"""Households on their way to another area: what the receiving side may take over, and what the sending side asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Table, Text, case, cast, literal, or_

from backend.identity.models import Division, User
from backend.kernel.actor import Actor
from backend.kernel.labels import LabelledEnum
from backend.kernel.listing import Listing, ListQuery, equals
from backend.kernel.scope import Scope, scope_of
from backend.registry.models import Household, HouseholdTransfer
from backend.registry.permissions import RegistryPermission as P
from backend.registry.schemas import DIVISION

_T: Table = HouseholdTransfer.__table__  # type: ignore[attr-defined]
_H: Table = Household.__table__  # type: ignore[attr-defined]
_FROM: Table = Division.__table__.alias("from_place")  # type: ignore[attr-defined]
_TO: Table = Division.__table__.alias("to_place")  # type: ignore[attr-defined]
_ASKED: Table = User.__table__.alias("asked")  # type: ignore[attr-defined]
_DECIDED: Table = User.__table__.alias("decided")  # type: ignore[attr-defined]


class TransferState(LabelledEnum):
    """How a transfer stands."""

    WAITING = "waiting", "等待接收"
    ACCEPTED = "accepted", "已接收"
    REFUSED = "refused", "已退回"


_STATE = cast(
    case(
        (_T.c.accepted.is_(None), literal(TransferState.WAITING.value)),
        (_T.c.accepted, literal(TransferState.ACCEPTED.value)),
        else_=literal(TransferState.REFUSED.value),
    ),
    Text,
)


class TransferRow(BaseModel):
    """A transfer as both sides see it: who goes where and why, never a number or an income."""

    id: int
    household_id: int = Field(json_schema_extra={"x-hidden": True})
    head_name: str = Field(title="户主姓名")
    number: str = Field(title="家庭编号")
    member_count: int = Field(title="家庭人口")
    state: TransferState = Field(title="状态")
    from_name: str | None = Field(title="迁出地")
    to_name: str | None = Field(title="迁入地")
    division_code: str = Field(title="迁入区划", json_schema_extra=DIVISION | {"x-hidden": True})
    from_division: str = Field(title="迁出区划", json_schema_extra=DIVISION | {"x-hidden": True})
    reason: str = Field(title="迁移原因")
    asked_by_name: str | None = Field(title="提出人")
    created_at: datetime = Field(title="提出时间", json_schema_extra={"x-sortable": True})
    decided_by_name: str | None = Field(title="办理人")
    decided_at: datetime | None = Field(title="办理时间")
    decision_reason: str | None = Field(title="办理说明")
    allowed_actions: list[str] = Field(default_factory=list)


class TransferQuery(ListQuery):
    """Filters of both lists."""

    state: TransferState | None = Field(default=None, title="状态")
    household_id: int | None = Field(default=None, ge=1, title="家庭", json_schema_extra={"x-hidden": True})


def _incoming_actions(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    open_ = row["state"] == TransferState.WAITING and actor.may(P.TRANSFER, row["division_code"])
    return ["decision"] if open_ else []


def _listing(name: str, title: str, scope: Scope, **more: Any) -> Listing:
    return Listing(
        name=name,
        title=title,
        permission=P.TRANSFER,
        source=_T.join(_H, _H.c.id == _T.c.household_id)
        .outerjoin(_FROM, _FROM.c.code == _T.c.from_division)
        .outerjoin(_TO, _TO.c.code == _T.c.division_code)
        .outerjoin(_ASKED, _ASKED.c.id == _T.c.asked_by)
        .outerjoin(_DECIDED, _DECIDED.c.id == _T.c.decided_by),
        key=_T.c.id,
        columns={
            **{name: _T.c[name] for name in ("id", "household_id", "division_code", "from_division", "reason")},
            **{name: _T.c[name] for name in ("created_at", "decided_at", "decision_reason")},
            **{name: _H.c[name] for name in ("head_name", "number", "member_count")},
            "state": _STATE,
            "from_name": _FROM.c.name,
            "to_name": _TO.c.name,
            "asked_by_name": _ASKED.c.name,
            "decided_by_name": _DECIDED.c.name,
        },
        scope=scope,
        row_model=TransferRow,
        filters={"state": equals(_STATE), "household_id": equals(_T.c.household_id)},
        sortable={"created_at": _T.c.created_at},
        search=lambda q: or_(_H.c.head_name.like(q, escape="\\"), _H.c.number.like(q, escape="\\")),
        **more,
    )


INCOMING = _listing("household_transfers", "迁入家庭", scope_of(HouseholdTransfer), actions=_incoming_actions)
OUTGOING = _listing("sent_household_transfers", "迁出家庭", Scope(division=_T.c.from_division))
