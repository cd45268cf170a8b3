"""What was decided about a household, and what it stood on then: facts, version of the project, numbers, trace."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Table

from backend.cases.collected import hide_kept
from backend.cases.models import Case, CaseDecision
from backend.cases.permissions import CasePermission
from backend.catalogue.models import ProjectVersion
from backend.kernel.actor import Actor
from backend.kernel.detail import Detail, Row
from backend.kernel.labels import LabelledEnum
from backend.kernel.listing import Listing, ListQuery, equals
from backend.kernel.money import Money
from backend.kernel.scope import scope_of

_D: Table = CaseDecision.__table__  # type: ignore[attr-defined]
_C: Table = Case.__table__  # type: ignore[attr-defined]
_V: Table = ProjectVersion.__table__  # type: ignore[attr-defined]


class Result(LabelledEnum):
    """What a decision says."""

    APPROVED = "approved", "同意救助"
    REJECTED = "rejected", "不予确认"
    PAID_FIRST = "paid_first", "先行救助"
    RAISE = "raise", "增发"
    REDUCE = "reduce", "减发"
    STOP = "stop", "停发"


class DecisionRow(BaseModel):
    """One decision of one case."""

    id: int
    decided_at: datetime = Field(title="决定时间", json_schema_extra={"x-sortable": True})
    case_id: int = Field(title="案件", json_schema_extra={"x-hidden": True})
    case_number: str | None = Field(title="申请编号")
    project_name: str = Field(title="救助项目")
    version_number: int | None = Field(title="项目版本")
    result: Result = Field(title="决定")
    amount: Money | None = Field(title="金额")
    computed_amount: Money | None = Field(title="测算金额")
    start_month: date | None = Field(title="起发月份")
    user_name: str = Field(title="决定人")
    division_code: str = Field(title="行政区划", json_schema_extra={"x-hidden": True})
    allowed_actions: list[str] = Field(default_factory=list)


class DecisionOut(DecisionRow):
    """A decision with what it stood on; the household as it was then, masked for who reads it now."""

    reasons: list[str] = Field(title="理由")
    legal_basis: str | None = Field(title="依据")
    snapshot: dict[str, Any] = Field(title="当时的家庭情况")
    trace: list[dict[str, Any]] = Field(title="逐条判断")


class DecisionQuery(ListQuery):
    """Decisions of one household or one case."""

    household_id: int | None = Field(default=None, ge=1, title="家庭", json_schema_extra={"x-hidden": True})
    case_id: int | None = Field(default=None, ge=1, title="案件", json_schema_extra={"x-hidden": True})


_SOURCE = _D.join(_C, _C.c.id == _D.c.case_id).outerjoin(_V, _V.c.id == _D.c.version_id)
_COLUMNS = {
    **{name: _D.c[name] for name in ("id", "decided_at", "case_id", "result", "amount", "computed_amount")},
    **{name: _D.c[name] for name in ("start_month", "user_name", "division_code")},
    "case_number": _C.c.number,
    "project_name": _C.c.project_name,
    "version_number": _V.c.number,
}

DECISIONS = Listing(
    name="case_decisions",
    title="历次决定",
    permission=CasePermission.READ,
    source=_SOURCE,
    key=_D.c.id,
    columns=_COLUMNS,
    scope=scope_of(CaseDecision),
    row_model=DecisionRow,
    filters={"household_id": equals(_C.c.household_id), "case_id": equals(_D.c.case_id)},
    sortable={"decided_at": _D.c.decided_at},
)


def _finish(actor: Actor, row: Row) -> None:
    row["allowed_actions"] = []
    hide_kept(actor, row)


DECISION = Detail(
    name="case_decision",
    permission=CasePermission.READ,
    source=_SOURCE,
    key=_D.c.id,
    columns=_COLUMNS | {name: _D.c[name] for name in ("reasons", "legal_basis", "snapshot", "trace")},
    scope=scope_of(CaseDecision),
    row_model=DecisionOut,
    finish=_finish,
)
