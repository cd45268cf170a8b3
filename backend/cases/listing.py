"""The list of cases and the inbox, over the one list engine."""

from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field, field_validator
from sqlalchemy import ARRAY, ColumnElement, Table, Text, and_, case, cast, func, literal, null, or_

from backend.cases import views
from backend.cases.models import Case
from backend.cases.models.codes import CaseKind, CaseState, Channel
from backend.cases.permissions import CasePermission
from backend.cases.schemas import CaseRow
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, Light
from backend.kernel.listing import Filter, Listing, ListQuery, contains, equals, one_of, prefix
from backend.kernel.scope import scope_of

C: Table = Case.__table__  # type: ignore[attr-defined]
_NOW = func.now()

LIGHT: ColumnElement[Any] = case(
    (or_(C.c.due_at.is_(None), C.c.open.is_(False)), null()),
    (C.c.due_at < _NOW, literal(Light.OVERDUE.value)),
    (C.c.red_at <= _NOW, literal(Light.RED.value)),
    (C.c.amber_at <= _NOW, literal(Light.AMBER.value)),
    else_=literal(Light.GREEN.value),
)
"""The colour is derived when asked: time flips no stored flag."""

_HIDDEN = ("open", "step_kind", "step_index", "step_permission", "step_roles")


class CaseQuery(ListQuery):
    """Filters of cases."""

    state: str | None = Field(
        default=None,
        title="办理状态",
        max_length=300,
        json_schema_extra={"x-labels": dict[str, Any](CaseState.labels())},
    )
    kind: CaseKind | None = Field(default=None, title="案件类别")
    project_code: str | None = Field(default=None, title="救助项目", max_length=200)
    step: str | None = Field(default=None, title="环节", max_length=40)
    light: Light | None = Field(default=None, title="时限状态")
    open: bool | None = Field(default=None, title="在办")
    channel: Channel | None = Field(default=None, title="申请渠道")
    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")
    household_id: int | None = Field(default=None, title="申请家庭", ge=1)
    number: str | None = Field(default=None, title="申请编号", max_length=40)
    waits_for: str | None = Field(default=None, title="待办权限", max_length=60)
    from_date: date | None = Field(default=None, title="提交日期起")
    to_date: date | None = Field(default=None, title="提交日期止")
    decided_from: date | None = Field(default=None, title="办结日期起")

    @field_validator("state")
    @classmethod
    def _known_states(cls, value: str | None) -> str | None:
        unknown = sorted(set((value or "").split(",")) - set(CaseState) - {""})
        if unknown:
            raise ValueError("办理状态不在可选范围内，多个状态用逗号分隔")
        return value


def _day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def _finish(actor: Actor, row: dict[str, Any]) -> None:
    row["_allowed"] = views.allowed_in_row(actor, row)
    for name in _HIDDEN:
        row.pop(name, None)
    if row["amount"] is not None:
        row["amount"] = f"{row['amount']:.2f}"


LISTING = Listing(
    name="case",
    title="案件",
    permission=CasePermission.READ,
    export_permission=CasePermission.EXPORT,
    source=C,
    key=C.c.id,
    columns={
        name: LIGHT if name == "light" else C.c[name]
        for name in (*(n for n in CaseRow.model_fields if n != "allowed_actions"), *_HIDDEN)
    },
    scope=scope_of(Case),
    row_model=CaseRow,
    filters={
        "state": one_of(C.c.state),
        "kind": equals(C.c.kind),
        "project_code": one_of(C.c.project_code),
        "step": equals(C.c.step),
        "light": Filter(cast(LIGHT, Text), lambda c, v: c == v),
        "open": equals(C.c.open),
        "channel": equals(C.c.channel),
        "division_code": prefix(C.c.division_code),
        "household_id": equals(C.c.household_id),
        "number": contains(C.c.number),
        "waits_for": equals(C.c.waits_for),
        "from_date": Filter(C.c.submitted_at, lambda c, v: c >= v, _day_start),
        "decided_from": Filter(func.coalesce(C.c.decided_at, C.c.closed_at), lambda c, v: c >= v, _day_start),
        "to_date": Filter(C.c.submitted_at, lambda c, v: c < v, lambda d: _day_start(d) + timedelta(days=1)),
    },
    sortable={
        "due_at": C.c.due_at,
        "submitted_at": C.c.submitted_at,
        "accepted_at": C.c.accepted_at,
        "decided_at": C.c.decided_at,
        "amount": C.c.amount,
        "number": C.c.number,
    },
    search=lambda q: or_(C.c.number.like(q, escape="\\"), C.c.applicant_name.like(q, escape="\\")),
    option_label=C.c.number + " " + C.c.applicant_name + " " + C.c.project_name,
    actions=lambda _actor, row: row.pop("_allowed", []),
    finish=_finish,
)


def waiting_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of open cases whose turn it is at one of the actor's posts; false when none."""
    conditions = []
    for permission in CasePermission:
        reach = actor.reach(permission)
        areas = [and_(C.c.division_code >= low, C.c.division_code < low + ":") for low in reach.prefixes]
        if areas:
            conditions.append(and_(C.c.waits_for == permission.value, or_(*areas)))
    if not conditions:
        return C.c.id.is_(None)
    my_role = or_(
        func.cardinality(C.c.waits_roles) == 0, C.c.waits_roles.op("&&")(cast(list(actor.roles), ARRAY(Text)))
    )
    return and_(C.c.open.is_(True), my_role, or_(*conditions))
