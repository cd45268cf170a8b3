"""银行存款余额调节表 of a month: both balances, what is in transit between them, how long it has been waiting."""

import calendar
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.errors import invalid
from backend.kernel.i18n import say
from backend.kernel.models import ZERO
from backend.kernel.papers import Column, Line, Paper
from backend.ledger.models import Fund
from backend.reconciliation import repository
from backend.reconciliation.errors import NoStatementYet
from backend.reconciliation.models import BankAccount, DifferenceKind
from backend.reconciliation.schemas import Aging, BalanceSheet, OpenItem, SheetSum

AGES = ("30 天以内", "超过 30 天", "超过 90 天（列入审计关注）")
# The sheet as on paper: each side from its balance to what it comes to.
COLUMN = (
    "bank_balance", "book_received", "book_paid", "adjusted_bank",
    "book_balance", "bank_received", "bank_paid", "adjusted_book",
)  # fmt: skip


def last_day(month: str) -> date:
    """Return the last day of a month written as 2026-03."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise invalid("month", "月份应为 2026-03 这样的格式") from None
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


async def draw_up(session: AsyncSession, account: BankAccount, month: str) -> BalanceSheet:
    """Draw up the sheet. Raises NoStatementYet until the bank's statement covers the month."""
    as_of = last_day(month)
    last = await repository.last_statement(session, account.id or 0)
    if last is None or last.to_date < as_of or as_of < account.opened_on:
        raise NoStatementYet(month=month, last=last.to_date if last else "—")
    fund = await session.get_one(Fund, account.fund_id)
    bank = await repository.bank_balance(session, account, as_of)
    after = date.fromordinal(as_of.toordinal() + 1)
    book = await repository.book_balance(session, account.fund_id, account.account_code, after)
    sums = await repository.open_sums(session, account.id or 0, as_of)
    transit = {
        f"{side}_{name}": abs(sum((row.amount for row in sums if row.side == side and row.is_in == is_in), ZERO))
        for side in ("bank", "book")
        for name, is_in in (("received", True), ("paid", False))
    }
    # What the book already has the bank will still do, and the other way round.
    adjusted_bank = bank + transit["book_received"] - transit["book_paid"]
    adjusted_book = book + transit["bank_received"] - transit["bank_paid"]
    items = await repository.open_items(session, account.id or 0, as_of)
    return BalanceSheet(
        bank_account_id=account.id or 0,
        fund_name=fund.name,
        bank_name=account.bank_name,
        number_masked=account.number_masked,
        month=month,
        as_of=as_of,
        bank_balance=bank,
        book_balance=book,
        sums=_sums(sums),
        **transit,
        adjusted_bank=adjusted_bank,
        adjusted_book=adjusted_book,
        balanced=adjusted_bank == adjusted_book,
        aging=_aging(sums),
        items=[OpenItem.model_validate(row, from_attributes=True) for row in items],
        item_count=sum(row.count for row in sums),
        waiting=await repository.waiting(session, account.id or 0),
    )


def _sums(rows: list[Any]) -> list[SheetSum]:
    count: dict[DifferenceKind, int] = defaultdict(int)
    amount: dict[DifferenceKind, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        count[DifferenceKind(row.kind)] += row.count
        amount[DifferenceKind(row.kind)] += abs(row.amount)
    return [SheetSum(kind=kind, count=count[kind], amount=amount[kind]) for kind in DifferenceKind if count[kind]]


def _aging(rows: list[Any]) -> list[Aging]:
    return [
        Aging(
            label=say(label),
            count=sum(row.count for row in rows if row.age == age),
            amount=sum((row.amount for row in rows if row.age == age), ZERO),
        )
        for age, label in enumerate(AGES)
    ]


def as_paper(sheet: BalanceSheet) -> Paper:
    """Return the sheet as on paper: each side from its balance to what it comes to, with the items in between."""
    left_out = sheet.item_count - len(sheet.items)
    told = [say("另有 {count} 笔未达账项未列出", count=left_out)] if left_out else []
    return Paper(
        title=say("银行存款余额调节表"),
        facts=(sheet.fund_name, f"{sheet.bank_name} {sheet.number_masked}", sheet.as_of.isoformat()),
        columns=(
            Column(say("项目"), 2.2), Column(say("日期"), 0.9), Column(say("业务编号"), 1.6), Column(say("摘要"), 2.6),
            Column(say("金额"), 1.2, is_money=True),
        ),
        lines=[line for name in COLUMN for line in _lines(sheet, name)],
        foot=(say("两边相符") if sheet.balanced else say("不符，请查明原因"), *told, say("编制："), say("复核：")),
    )  # fmt: skip


def _lines(sheet: BalanceSheet, name: str) -> list[Line]:
    title = say(BalanceSheet.model_fields[name].title or name)
    sum_ = Line((title, None, None, None, getattr(sheet, name)), strong=True)
    side, _, direction = name.partition("_")
    if direction not in {"received", "paid"}:
        return [sum_]
    items = [
        item
        for item in sheet.items
        if (item.journal_id is not None) == (side == "book") and (item.amount > 0) == (direction == "received")
    ]
    return [sum_, *(_item(item) for item in items)]


def _item(item: OpenItem) -> Line:
    words = " ".join(filter(None, (item.counter_name, item.memo)))
    return Line((say(item.kind.label), item.day.isoformat(), item.reference, words, abs(item.amount)))
