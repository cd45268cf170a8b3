"""Compose the books out of what the repository reads; every amount stands on the side on which its account grows."""

from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.errors import invalid
from backend.kernel.i18n import say
from backend.kernel.models import ZERO
from backend.ledger.books import repository
from backend.ledger.books.repository import Wanted
from backend.ledger.books.schemas import (
    MONEY,
    AccountBook,
    BookEntry,
    BookMonth,
    GeneralAccount,
    GeneralLedger,
    GeneralMonth,
)
from backend.ledger.models import Fund, FundSource, Side
from backend.ledger.repository import CASH_CODES, accounts, trial_balance
from backend.ledger.schemas import AccountTotal, TrialBalance
from backend.ledger.service import today


async def account_book(
    session: AsyncSession,
    fund: Fund,
    account: str,
    days: tuple[date | None, date | None],
    source: FundSource | None = None,
    place: tuple[int, int] = (1, 50),
) -> AccountBook:
    """Return a page of an account's entries over some days, this month unless named. Raises InvalidInput."""
    last = days[1] or today()
    first = days[0] or last.replace(day=1)
    if first > last:
        raise invalid("to_date", "截止日期早于起始日期，请重新选择")
    codes, name, side = await _chosen(session, account)
    wanted = Wanted(fund.id or 0, codes, first, last, source)
    page, size = place
    sums = await repository.totals(session, wanted)
    found = await repository.entries(session, wanted, size, (page - 1) * size)
    return AccountBook(
        fund_id=wanted.fund_id,
        fund_name=fund.name,
        account_code=account,
        account_name=name,
        side=side,
        from_date=first,
        to_date=last,
        opening=_sided(sums.before, side),
        debit=sums.debit,
        credit=sums.credit,
        closing=_sided(sums.before + sums.debit - sums.credit, side),
        items=[_entry(row, sums.before, side) for row in found],
        total=sums.entries,
        page=page,
        page_size=size,
        months=[
            BookMonth.model_validate(month)
            for month in await repository.months(session, wanted)
            if month["month"] >= first.replace(day=1)
        ],
    )


async def _chosen(session: AsyncSession, account: str) -> tuple[tuple[str, ...], str, Side]:
    if account == MONEY:
        return CASH_CODES, say("现金和银行存款"), Side.DEBIT
    for found in await accounts(session):
        if found.code == account:
            return (account,), say(found.name), found.side
    raise invalid("account_code", "没有这个会计科目，请从列表中选择")


def _sided(amount: Decimal, side: Side) -> Decimal:
    return amount if side is Side.DEBIT else -amount


def _entry(row: dict[str, Any], before: Decimal, side: Side) -> BookEntry:
    return BookEntry.model_validate(
        row | {"voucher": voucher_name(row["number"]), "balance": _sided(before + row["moved"], side)}
    )


def voucher_name(number: int) -> str:
    """Return 凭证字号 as clerks write it; vouchers of all kinds share one series a year."""
    return say("记-{number}", number=number)


async def general_ledger(session: AsyncSession, fund: Fund, year: int) -> GeneralLedger:
    """Return 总账: per account what came from earlier years, each month, and the end."""
    rows = await repository.general(session, fund.id or 0, year)
    return GeneralLedger(
        fund_id=fund.id or 0,
        fund_name=fund.name,
        year=year,
        items=[_account(list(of)) for _, of in groupby(rows, key=lambda row: row["code"])],
    )


def _account(rows: list[dict[str, Any]]) -> GeneralAccount:
    side = Side(rows[0]["side"])
    running = opening = sum((row["opening"] for row in rows), ZERO)
    months = []
    for row in rows:
        if row["debit"] or row["credit"]:
            running += row["debit"] - row["credit"]
            balance = _sided(running, side)
            months.append(GeneralMonth(month=row["month"], debit=row["debit"], credit=row["credit"], balance=balance))
    return GeneralAccount(
        account_code=rows[0]["code"],
        account_name=say(rows[0]["name"]),
        side=side,
        opening=_sided(opening, side),
        months=months,
        debit=sum((month.debit for month in months), ZERO),
        credit=sum((month.credit for month in months), ZERO),
        closing=_sided(running, side),
    )


async def trial_balance_of(session: AsyncSession, fund: Fund, as_of: date | None) -> TrialBalance:
    """Return 试算平衡表 on a day, today's from the balances that the database keeps."""
    items = [
        AccountTotal(
            account_code=row.code,
            account_name=say(row.name),
            side=row.side,
            debit=row.debit,
            credit=row.credit,
            balance=_sided(row.debit - row.credit, Side(row.side)),
        )
        for row in await trial_balance(session, fund.id or 0, as_of)
    ]
    debit = sum((item.debit for item in items), ZERO)
    credit = sum((item.credit for item in items), ZERO)
    return TrialBalance(
        fund_id=fund.id or 0,
        as_of=as_of or today(),
        items=items,
        total_debit=debit,
        total_credit=credit,
        balanced=debit == credit,
    )
