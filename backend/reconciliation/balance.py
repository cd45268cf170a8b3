"""银行存款余额调节表 of a month: both balances, what is in transit between them, how long it has been waiting."""

import calendar
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.errors import invalid
from backend.kernel.i18n import say
from backend.kernel.models import ZERO
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


def as_workbook(sheet: BalanceSheet) -> bytes:
    """Return the sheet as a workbook: the two columns, then every open item."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    page = book.add_worksheet(say("余额调节表"))
    page.set_column(0, 0, 44)
    page.set_column(1, 1, 20)
    page.write_string(0, 0, say("银行存款余额调节表"), bold)
    page.write_string(1, 0, f"{sheet.fund_name} · {sheet.bank_name} {sheet.number_masked} · {sheet.as_of}")
    for number, name in enumerate(COLUMN, start=3):
        page.write_string(number, 0, say(BalanceSheet.model_fields[name].title or name))
        page.write_number(number, 1, getattr(sheet, name), money)
    page.write_string(len(COLUMN) + 4, 0, say("相符") if sheet.balanced else say("不符，请查明原因"), bold)
    detail = book.add_worksheet(say("未达账项明细"))
    titles = ("日期", "差异类型", "金额", "业务编号", "对方户名", "摘要", "已挂天数")
    for column, title in enumerate(titles):
        detail.write_string(0, column, say(title), bold)
    for number, item in enumerate(sheet.items, start=1):
        detail.write_string(number, 0, item.day.isoformat())
        detail.write_string(number, 1, say(item.kind.label))
        detail.write_number(number, 2, item.amount, money)
        for column, words in enumerate((item.reference, item.counter_name, item.memo), start=3):
            detail.write_string(number, column, words or "")
        detail.write_number(number, 6, item.days)
    book.close()
    return buffer.getvalue()
