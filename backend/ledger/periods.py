"""Months of a book: what must be done before one is closed, and how two persons open it again."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.i18n import say
from backend.kernel.models import now
from backend.ledger import repository, year_end
from backend.ledger.errors import (
    LaterPeriodClosed,
    PeriodAlreadyClosed,
    PeriodIsOpen,
    PeriodNotReady,
    ReopeningBySame,
)
from backend.ledger.models import LedgerPeriod, PeriodStatus
from backend.ledger.service import today


@dataclass(frozen=True, slots=True)
class Check:
    """One point of the month's check-list; what blocks must be done, the rest must be known."""

    title: str
    passed: bool
    blocking: bool
    said: str


_STATE = text("""
SELECT (SELECT to_char(min(p.month), 'YYYY-MM') FROM ledger_period p
        WHERE p.fund_id = :fund AND p.month < :month AND p.status = 'open') AS earlier,
       coalesce(sum(l.debit - l.credit) FILTER (WHERE l.account_code IN ('1021', '2102')), 0) AS in_transit,
       coalesce(sum(l.debit - l.credit) FILTER (WHERE l.account_code = '1222'), 0) AS unsettled
FROM journal_line l JOIN journal j ON j.id = l.journal_id
WHERE l.fund_id = :fund AND l.account_code IN ('1021', '2102', '1222') AND j.occurred_on <= :last
""")


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


async def checklist(session: AsyncSession, period: LedgerPeriod) -> list[Check]:
    """Return what the accountant goes through before closing a month."""
    last = last_day(period.month)
    row = (await session.execute(_STATE, {"fund": period.fund_id, "month": period.month, "last": last})).one()
    faults = await repository.faults(session, [period.fund_id])
    return [
        *await _carried(session, period),
        Check(
            say("本月已经过完"),
            passed=last < today(),
            blocking=True,
            said="" if last < today() else say("本月最后一天是 {day}", day=last),
        ),
        Check(
            say("以前月份已经结账"),
            passed=row.earlier is None,
            blocking=True,
            said=say("请先结 {month}", month=row.earlier) if row.earlier else "",
        ),
        Check(
            say("账簿完好：摘要链、余额、凭证号和借贷相符"),
            passed=not faults,
            blocking=True,
            said=say(faults[0].reason) if faults else "",
        ),
        Check(
            say("代发在途资金已核销"),
            passed=not row.in_transit,
            blocking=False,
            said=say("尚有 {amount} 元没有银行回盘", amount=f"{row.in_transit:,.2f}") if row.in_transit else "",
        ),
        Check(
            say("没有待报销的救助款"),
            passed=not row.unsettled,
            blocking=False,
            said=say("尚有 {amount} 元未报账核准", amount=f"{row.unsettled:,.2f}") if row.unsettled else "",
        ),
    ]


async def _carried(session: AsyncSession, period: LedgerPeriod) -> list[Check]:
    """A December is closed with nothing left on incomes and expenses."""
    if period.month.month != year_end.DECEMBER:
        return []
    left = await year_end.uncarried(session, period.fund_id, period.month.year)
    said = say("尚有 {n} 个收支科目没有结转", n=len({row.account_code for row in left})) if left else ""
    return [Check(say("收入和支出已经年末结转"), passed=not left, blocking=True, said=said)]


async def close(session: AsyncSession, actor: Actor, period: LedgerPeriod) -> LedgerPeriod:
    """Lock a month: from now on only a later month takes postings and reversals."""
    await repository.lock_funds(session, [period.fund_id])
    month = f"{period.month:%Y-%m}"
    if period.status is PeriodStatus.CLOSED:
        raise PeriodAlreadyClosed(month=month)
    missing = [check for check in await checklist(session, period) if check.blocking and not check.passed]
    if missing:
        raise PeriodNotReady(month=month, reasons="；".join(f"{c.title}（{c.said}）" for c in missing))
    period.status, period.closed_by, period.closed_at = PeriodStatus.CLOSED, actor.user_id, now()
    await _witness(session, actor, period, "close")
    return period


async def reopen(session: AsyncSession, actor: Actor, period: LedgerPeriod, reason: str) -> LedgerPeriod:
    """Ask for a closed month to be opened again; when another person asks for the same, it is open."""
    await repository.lock_funds(session, [period.fund_id])
    if period.status is PeriodStatus.OPEN:
        raise PeriodIsOpen(month=f"{period.month:%Y-%m}")
    later = await session.execute(
        text(
            "SELECT to_char(max(month), 'YYYY-MM') FROM ledger_period"
            " WHERE fund_id = :fund AND month > :month AND status = 'closed'"
        ),
        {"fund": period.fund_id, "month": period.month},
    )
    if (found := later.scalar_one()) is not None:
        raise LaterPeriodClosed(later=found)
    if period.reopening_asked_by is None:
        period.reopening_asked_by, period.reopening_reason = actor.user_id, reason
        await _witness(session, actor, period, "ask_reopening")
        return period
    if period.reopening_asked_by == actor.user_id:
        raise ReopeningBySame
    period.status, period.closed_by, period.closed_at = PeriodStatus.OPEN, None, None
    period.reopening_asked_by = None
    await _witness(session, actor, period, "reopen")
    return period


async def _witness(session: AsyncSession, actor: Actor, period: LedgerPeriod, action: str) -> None:
    period.version += 1
    await session.flush()
    await audit.record(
        session,
        actor,
        f"ledger_period.{action}",
        subject=("ledger_period", period.id or 0),
        division_code=period.division_code,
        details={"month": f"{period.month:%Y-%m}", "reason": period.reopening_reason},
    )
