"""Months of the books over HTTP: see what is left to do, close, open again."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.db import SessionDep
from backend.kernel.listing import Listing, ListQuery, equals, listing_routes
from backend.kernel.listing.reading import finish
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible, scope_of
from backend.kernel.sign_in import ActorDep
from backend.ledger import periods as months
from backend.ledger import repository, year_end
from backend.ledger.models import Fund, LedgerPeriod, PeriodStatus
from backend.ledger.permissions import LedgerPermission as P


class PeriodRead(BaseModel):
    """A month of a book."""

    id: int = Field(title="编号")
    fund_id: int = Field(title="账套", json_schema_extra={"x-options": "/api/v1/funds/options"})
    division_code: str = Field(title="行政区划")
    month: date = Field(title="月份（首日）", json_schema_extra={"x-sortable": True})
    status: PeriodStatus = Field(title="状态")
    closed_at: datetime | None = Field(title="结账时间")
    reopening_asked_by: int | None = Field(title="申请重新开账的人", json_schema_extra={"x-hidden": True})
    reopening_reason: str | None = Field(title="重新开账原因")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class CheckRead(BaseModel):
    """One point of the month's check-list."""

    title: str = Field(title="检查项")
    passed: bool = Field(title="是否符合")
    blocking: bool = Field(title="不符合不得结账")
    said: str = Field(title="说明")


class PeriodDetail(PeriodRead):
    """A month with its check-list and who did what."""

    fund_name: str = Field(title="账套名称")
    closed_by_name: str | None = Field(title="结账人")
    asked_by_name: str | None = Field(title="申请重新开账的人")
    checks: list[CheckRead] = Field(title="结账检查")


class PeriodQuery(ListQuery):
    """Filters of the list of months."""

    fund_id: int | None = Field(default=None, title="账套", json_schema_extra={"x-options": "/api/v1/funds/options"})
    status: PeriodStatus | None = Field(default=None, title="状态")


class ReopeningCreate(BaseModel):
    """Why a closed month must be opened again."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(title="重新开账原因", min_length=2, max_length=200)


def _actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    place = row["division_code"]
    if row["status"] == PeriodStatus.OPEN:
        ends_year = row["month"].month == year_end.DECEMBER
        return [*(["carry_over"] if ends_year else []), "closure"] if actor.may(P.PERIOD_CLOSE, place) else []
    mine = row["reopening_asked_by"] == actor.user_id
    return ["reopening"] if actor.may(P.PERIOD_REOPEN, place) and not mine else []


_PERIOD = LedgerPeriod.__table__  # type: ignore[attr-defined]
PERIODS = Listing(
    name="ledger_periods",
    title="会计期间",
    permission=P.JOURNAL_READ,
    source=_PERIOD,
    key=_PERIOD.c.id,
    columns={name: _PERIOD.c[name] for name in PeriodRead.model_fields if name != "allowed_actions"},
    scope=scope_of(LedgerPeriod),
    row_model=PeriodRead,
    filters={"fund_id": equals(_PERIOD.c.fund_id), "status": equals(_PERIOD.c.status)},
    sortable={"month": _PERIOD.c.month},
    default_order="-month",
    actions=_actions,
)
router = new_router("/ledger-periods", "会计期间")
listing_routes(router, PERIODS, PeriodQuery)


async def _detail(session: AsyncSession, actor: Actor, period: LedgerPeriod) -> PeriodDetail:
    await session.flush()
    columns = [column.label(name) for name, column in PERIODS.columns.items()]
    found = (await session.execute(select(*columns).where(PERIODS.key == period.id))).mappings().one()
    names = await repository.user_names(session, [u for u in (period.closed_by, period.reopening_asked_by) if u])
    fund = await session.get_one(Fund, period.fund_id)
    return PeriodDetail.model_validate(
        finish(PERIODS, actor, dict(found))
        | {
            "fund_name": fund.name,
            "closed_by_name": names.get(period.closed_by or 0),
            "asked_by_name": names.get(period.reopening_asked_by or 0),
            "checks": [
                CheckRead(title=c.title, passed=c.passed, blocking=c.blocking, said=c.said)
                for c in await months.checklist(session, period)
            ],
        }
    )


@router.get("/{period_id}", **needs(P.JOURNAL_READ))
async def read_period(period_id: RowId, session: SessionDep, actor: ActorDep) -> PeriodDetail:
    """查看一个会计期间和结账检查。"""
    actor.require(P.JOURNAL_READ)
    return await _detail(session, actor, await get_visible(session, actor, LedgerPeriod, period_id, P.JOURNAL_READ))


@router.post("/{period_id}/closure", **needs(P.PERIOD_CLOSE))
async def close_period(period_id: RowId, session: SessionDep, actor: ActorDep) -> PeriodDetail:
    """月末结账：此后该月不再入账，差错只能在以后月份冲销。"""
    actor.require(P.PERIOD_CLOSE)
    period = await get_visible(session, actor, LedgerPeriod, period_id, P.PERIOD_CLOSE, lock=True)
    return await _detail(session, actor, await months.close(session, actor, period))


@router.post("/{period_id}/carry-over", **needs(P.PERIOD_CLOSE))
async def carry_over_year(period_id: RowId, session: SessionDep, actor: ActorDep) -> PeriodDetail:
    """年末结转：在十二月把收入、支出科目按资金来源转入净资产；以后补记的可再次结转。"""
    actor.require(P.PERIOD_CLOSE)
    period = await get_visible(session, actor, LedgerPeriod, period_id, P.PERIOD_CLOSE, lock=True)
    await year_end.carry_over(session, actor, period)
    return await _detail(session, actor, period)


@router.post("/{period_id}/reopening", **needs(P.PERIOD_REOPEN))
async def reopen_period(period_id: RowId, form: ReopeningCreate, session: SessionDep, actor: ActorDep) -> PeriodDetail:
    """重新开账：一人申请、另一人同意后该月才能再入账；只能从最后一个已结账的月份开始。"""
    actor.require(P.PERIOD_REOPEN)
    period = await get_visible(session, actor, LedgerPeriod, period_id, P.PERIOD_REOPEN, lock=True)
    return await _detail(session, actor, await months.reopen(session, actor, period, form.reason))
