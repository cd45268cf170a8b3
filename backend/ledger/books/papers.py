"""The books as paper: the usual layouts of 记账凭证, 明细账 and 日记账, 总账, 试算平衡表."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.models import ZERO
from backend.kernel.money import to_chinese_capital
from backend.kernel.papers import Column, Line, Paper
from backend.ledger.books.schemas import MONEY, AccountBook, BookEntry, GeneralAccount, GeneralLedger
from backend.ledger.books.service import voucher_name
from backend.ledger.models import FundSource, Side
from backend.ledger.schemas import JournalDetail, LineRead, TrialBalance

DIMENSIONS = ("budget_subject", "item_code", "case_ref", "batch_ref", "doc_no")


def voucher(found: JournalDetail) -> Paper:
    """Return 记账凭证: one voucher with its lines, the sum in words, and the places to sign."""
    lines = [
        Line((line.account_code, line.account_name, _about(line), line.debit or None, line.credit or None))
        for line in found.lines
    ]
    total = Line((say("合计"), to_chinese_capital(found.amount), None, found.amount, found.amount), strong=True)
    return Paper(
        title=say("记账凭证"),
        facts=(
            found.fund_name,
            f"{found.occurred_on.isoformat()}",
            f"{found.year} {voucher_name(found.number)}",
            f"{found.template} {say(found.template_name)}",
        ),
        columns=(
            Column(say("科目编码"), 0.8), Column(say("科目名称"), 2), Column(say("辅助核算"), 2.6),
            Column(say("借方金额"), 1.2, is_money=True), Column(say("贷方金额"), 1.2, is_money=True),
        ),
        lines=[Line((say("摘要"), found.memo, None, None, None)), *lines, total],
        foot=(
            say("制单：{name}", name=found.created_by_name), say("复核："), say("记账："),
            say("打印：{at}", at=f"{datetime.now(CHINA):%Y-%m-%d %H:%M}"),
        ),
    )  # fmt: skip


def _about(line: LineRead) -> str:
    said = [say(FundSource(line.fund_source).label)]
    return " ".join([*said, *(value for name in DIMENSIONS if (value := getattr(line, name)))])


def account_book(book: AccountBook) -> Paper:
    """Return 明细账, or 现金银行日记账: carried balance, entries, sums of each month and of the year so far."""
    is_day_book = book.account_code == MONEY
    title = say("现金银行日记账") if is_day_book else say("明细账")
    account = book.account_name if is_day_book else f"{book.account_code} {book.account_name}"
    side = say(book.side.label)
    opening = Line(
        (book.from_date.isoformat(), None, say("期初余额"), None, None, None, side, book.opening), strong=True
    )
    closing = Line(
        (book.to_date.isoformat(), None, say("期末余额"), None, book.debit, book.credit, side, book.closing),
        strong=True,
    )
    return Paper(
        title=title,
        facts=(book.fund_name, account, say("{first} 至 {last}", first=book.from_date, last=book.to_date)),
        columns=(
            Column(say("日期"), 1), Column(say("凭证字号"), 0.8), Column(say("业务摘要"), 3),
            Column(say("对方科目"), 1), Column(say("借方金额"), 1.2, is_money=True),
            Column(say("贷方金额"), 1.2, is_money=True), Column(say("方向"), 0.5),
            Column(say("余额"), 1.2, is_money=True),
        ),
        lines=[opening, *_entries(book, side), closing],
        landscape=True,
    )  # fmt: skip


def _entries(book: AccountBook, side: str) -> Iterator[Line]:
    sums = {(month.month.year, month.month.month): month for month in book.months}
    for place, entry in enumerate(book.items):
        yield _written(entry, side)
        after = book.items[place + 1] if place + 1 < len(book.items) else None
        if after is None or _month(after.occurred_on) != _month(entry.occurred_on):
            month = sums[_month(entry.occurred_on)]
            yield Line((None, None, say("本月合计"), None, month.debit, month.credit, side, entry.balance), strong=True)
            yield Line(
                (None, None, say("本年累计"), None, month.debit_year, month.credit_year, None, None), strong=True
            )


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _written(entry: BookEntry, side: str) -> Line:
    about = " ".join(filter(None, (entry.memo, entry.doc_no)))
    return Line(
        (
            entry.occurred_on.isoformat(), entry.voucher, about, entry.counterparts, entry.debit or None,
            entry.credit or None, side, entry.balance,
        )
    )  # fmt: skip


def general_ledger(found: GeneralLedger) -> Paper:
    """Return 总账."""
    return Paper(
        title=say("总账"),
        facts=(found.fund_name, say("{year} 年度", year=found.year)),
        columns=(
            Column(say("科目"), 2), Column(say("月份"), 1), Column(say("借方金额"), 1.2, is_money=True),
            Column(say("贷方金额"), 1.2, is_money=True), Column(say("方向"), 0.5),
            Column(say("余额"), 1.2, is_money=True),
        ),
        lines=[line for account in found.items for line in _year(account)],
    )  # fmt: skip


def _year(account: GeneralAccount) -> Iterable[Line]:
    name, side = f"{account.account_code} {account.account_name}", say(account.side.label)
    yield Line((name, say("上年结转"), None, None, side, account.opening), strong=True)
    for month in account.months:
        yield Line((None, f"{month.month:%Y-%m}", month.debit, month.credit, side, month.balance))
    yield Line((None, say("本年合计"), account.debit, account.credit, side, account.closing), strong=True)


def trial_balance(found: TrialBalance, fund_name: str) -> Paper:
    """Return 试算平衡表: the balances in two columns, whose sums agree as those of the movements do."""
    balances = {side: sum((i.balance for i in found.items if i.side is side), ZERO) for side in Side}
    lines = [
        Line(
            (
                item.account_code, item.account_name, item.debit, item.credit,
                item.balance if item.side is Side.DEBIT else None, item.balance if item.side is Side.CREDIT else None,
            )
        )
        for item in found.items
    ]  # fmt: skip
    total = Line(
        (say("合计"), None, found.total_debit, found.total_credit, balances[Side.DEBIT], balances[Side.CREDIT]),
        strong=True,
    )
    return Paper(
        title=say("试算平衡表"),
        facts=(fund_name, say("截至 {day}", day=found.as_of), say("借贷平衡" if found.balanced else "借贷不平")),
        columns=(
            Column(say("科目编码"), 0.8), Column(say("科目名称"), 2), Column(say("借方发生额"), 1.2, is_money=True),
            Column(say("贷方发生额"), 1.2, is_money=True), Column(say("借方余额"), 1.2, is_money=True),
            Column(say("贷方余额"), 1.2, is_money=True),
        ),
        lines=[*lines, total],
    )  # fmt: skip
