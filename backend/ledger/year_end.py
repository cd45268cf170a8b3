"""Year end: what a book earned and spent is carried into its net assets, source by source (E24, DOMAIN §5.5)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.models import ZERO
from backend.ledger import repository
from backend.ledger.errors import EarlierPeriodOpen, NothingToCarry, NotYearEnd, PeriodAlreadyClosed
from backend.ledger.models import Fund, FundSource, LedgerPeriod, PeriodStatus
from backend.ledger.service import FreeLine, Posted, Posting, post_together, today

TEMPLATE, DECEMBER = "E24", 12
NET_ASSETS = {FundSource.DONATION_RESTRICTED: "3102", FundSource.DONATION: "3103", FundSource.INTEREST: "3103"}
"""Where a source's difference goes; money of the four levels of government stays restricted (3101)."""
GOVERNMENT = "3101"
# Incomes are 4xxx, expenses 5xxx; both start every year from nothing.
_UNCARRIED = text("""
SELECT l.account_code, l.fund_source, sum(l.debit - l.credit) AS net
FROM journal_line l JOIN journal j ON j.id = l.journal_id
WHERE l.fund_id = :fund AND l.account_code >= '4' AND l.account_code < '6' AND j.occurred_on <= :last
GROUP BY l.account_code, l.fund_source HAVING sum(l.debit) <> sum(l.credit) ORDER BY l.fund_source, l.account_code
""")
_BEFORE = text("""
SELECT (SELECT to_char(min(month), 'YYYY-MM') FROM ledger_period
        WHERE fund_id = :fund AND month < :month AND status = 'open') AS earlier,
       (SELECT count(*) FROM journal WHERE fund_id = :fund AND template = 'E24' AND year = :year) AS carried
""")


async def uncarried(session: AsyncSession, fund_id: int, year: int) -> Sequence[Row[Any]]:
    """Return (account, source, debit minus credit) of every income and expense that a year still holds."""
    return (await session.execute(_UNCARRIED, {"fund": fund_id, "last": date(year, DECEMBER, 31)})).all()


async def carry_over(session: AsyncSession, actor: Actor, period: LedgerPeriod) -> Posted:
    """Post one voucher a source on 31 December. What is entered later that year is carried by doing it again.

    Raises NotYearEnd, PeriodAlreadyClosed, EarlierPeriodOpen, NothingToCarry.
    """
    year = period.month.year
    last = date(year, DECEMBER, 31)
    if period.month.month != DECEMBER or last >= today():
        raise NotYearEnd(month=f"{period.month:%Y-%m}")
    await repository.lock_funds(session, [period.fund_id])
    if period.status is PeriodStatus.CLOSED:
        raise PeriodAlreadyClosed(month=f"{period.month:%Y-%m}")
    before = (await session.execute(_BEFORE, {"fund": period.fund_id, "month": period.month, "year": year})).one()
    if before.earlier is not None:
        raise EarlierPeriodOpen(month=before.earlier)
    rows = await uncarried(session, period.fund_id, year)
    if not rows:
        raise NothingToCarry(year=year)
    fund = await session.get_one(Fund, period.fund_id)
    postings = [_voucher(fund, source, list(of), last) for source, of in groupby(rows, key=lambda r: r.fund_source)]
    key = f"year-end:{fund.code}:{year}:{before.carried}"
    posted = await post_together(session, postings, key=key, actor=actor)
    await audit.record(
        session,
        actor,
        "ledger.carry_over",
        subject=("ledger_period", period.id or 0),
        division_code=period.division_code,
        details={"year": year, "vouchers": len(posted.journal_ids)},
    )
    return posted


def _voucher(fund: Fund, source: str, rows: list[Row[Any]], last: date) -> Posting:
    """Empty each account; the difference is what the source gained or lost."""
    lines = [_against(row.account_code, row.net) for row in rows]
    gained = -sum((row.net for row in rows), ZERO)
    if gained:
        lines.append(_against(NET_ASSETS.get(FundSource(source), GOVERNMENT), gained))
    return Posting(
        template=TEMPLATE,
        fund_id=fund.id,
        lines=lines,
        fund_source=FundSource(source),
        occurred_on=last,
        memo=f"{last.year} 年末结转",
        dimensions={"doc_no": f"{last.year}-E24"},
    )


def _against(account: str, net: Decimal) -> FreeLine:
    """Return the line that takes an amount off the debit side, or off the credit side when it is negative."""
    return FreeLine(account, credit=net) if net > 0 else FreeLine(account, debit=-net)
