"""What an account book says: opening balances, entries with the balance behind each, months."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.ledger.models import FundSource

_LINES = """FROM journal_line l JOIN journal j ON j.id = l.journal_id
    WHERE l.fund_id = :fund AND l.account_code = ANY(CAST(:accounts AS text[]))
    AND (CAST(:source AS text) IS NULL OR l.fund_source = :source)"""
# The counterpart accounts are looked up for the rows of the page alone.
_ENTRIES = f"""SELECT e.*, (SELECT string_agg(DISTINCT o.account_code, '、') FROM journal_line o
        WHERE o.journal_id = e.journal_id AND (o.debit > 0) <> (e.debit > 0)) AS counterparts
    FROM (SELECT j.id AS journal_id, l.line_no, j.occurred_on, j.year, j.number, j.memo, l.account_code, l.fund_source,
        l.debit, l.credit, l.case_ref, l.batch_ref, l.doc_no,
        sum(l.debit - l.credit) OVER (ORDER BY j.occurred_on, j.sequence, l.line_no) AS moved
        {_LINES} AND j.occurred_on BETWEEN :first AND :last
        ORDER BY j.occurred_on, j.sequence, l.line_no LIMIT :size OFFSET :passed) e
    ORDER BY e.occurred_on, e.year, e.number, e.line_no"""
_TOTALS = f"""SELECT coalesce(sum(l.debit - l.credit) FILTER (WHERE j.occurred_on < :first), 0) AS before,
    coalesce(sum(l.debit) FILTER (WHERE j.occurred_on >= :first), 0) AS debit,
    coalesce(sum(l.credit) FILTER (WHERE j.occurred_on >= :first), 0) AS credit,
    count(*) FILTER (WHERE j.occurred_on >= :first) AS entries {_LINES} AND j.occurred_on <= :last"""
_MONTHS = f"""SELECT month, debit, credit, sum(debit) OVER years AS debit_year, sum(credit) OVER years AS credit_year
    FROM (SELECT date_trunc('month', j.occurred_on::timestamp)::date AS month, sum(l.debit) AS debit,
        sum(l.credit) AS credit {_LINES} AND j.occurred_on >= date_trunc('year', CAST(:first AS timestamp))::date
        AND j.occurred_on <= :last GROUP BY 1) m
    WINDOW years AS (PARTITION BY date_trunc('year', month::timestamp) ORDER BY month) ORDER BY month"""
_GENERAL = """SELECT a.code, a.name, a.side, m.month, m.debit, m.credit, m.opening FROM (
    SELECT l.account_code, date_trunc('month', j.occurred_on::timestamp)::date AS month,
        coalesce(sum(l.debit) FILTER (WHERE j.occurred_on >= :first), 0) AS debit,
        coalesce(sum(l.credit) FILTER (WHERE j.occurred_on >= :first), 0) AS credit,
        coalesce(sum(l.debit - l.credit) FILTER (WHERE j.occurred_on < :first), 0) AS opening
    FROM journal_line l JOIN journal j ON j.id = l.journal_id
    WHERE l.fund_id = :fund AND j.occurred_on <= :last GROUP BY 1, 2) m
    JOIN ledger_account a ON a.code = m.account_code ORDER BY a.code, m.month"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of one book, in some accounts, over days, of one source of money or all."""

    fund_id: int
    accounts: tuple[str, ...]
    first: date
    last: date
    source: FundSource | None = None

    def values(self) -> dict[str, Any]:
        """Return what the statements bind."""
        return {
            "fund": self.fund_id,
            "accounts": list(self.accounts),
            "first": self.first,
            "last": self.last,
            "source": self.source.value if self.source else None,
        }


async def totals(session: AsyncSession, wanted: Wanted) -> Row[Any]:
    """Return (before, debit, credit, entries): debit minus credit before the first day, and the days' own sums."""
    return (await session.execute(text(_TOTALS), wanted.values())).one()


async def entries(session: AsyncSession, wanted: Wanted, size: int, passed: int) -> list[dict[str, Any]]:
    """Return a page of entries in order; `moved` is debit minus credit since the first day."""
    rows = await session.execute(text(_ENTRIES), wanted.values() | {"size": size, "passed": passed})
    return [dict(row) for row in rows.mappings()]


async def months(session: AsyncSession, wanted: Wanted) -> list[dict[str, Any]]:
    """Return each month's debit and credit, and those since its year began."""
    rows = await session.execute(text(_MONTHS), wanted.values())
    return [dict(row) for row in rows.mappings()]


async def general(session: AsyncSession, fund_id: int, year: int) -> list[dict[str, Any]]:
    """Return per account and month debit and credit of a year; what lies before it is that month's `opening`."""
    values = {"fund": fund_id, "first": date(year, 1, 1), "last": date(year, 12, 31)}
    return [dict(row) for row in (await session.execute(text(_GENERAL), values)).mappings()]
