"""What every statement comes to, and the proof that its lines lead from its opening to its closing balance."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from backend.kernel.i18n import say
from backend.reconciliation.models import StatementFormat

CURRENCIES = {"CNY", "RMB", "人民币", "156"}
SERIAL, NAME, MEMO, TAIL = 60, 100, 200, 4


class Faulty(Exception):
    """What is wrong with a file, and where, in the words of the request."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(say(message).format(**facts))


@dataclass(slots=True)
class ReadLine:
    """One line: more than zero was received. `place` says where it stands in the file."""

    place: str
    day: date
    amount: Decimal
    balance: Decimal | None = None
    serial: str | None = None
    reference: str | None = None
    counter_name: str | None = None
    counter_tail: str | None = None
    memo: str | None = None


@dataclass(slots=True)
class ReadStatement:
    """One statement of one account."""

    format: StatementFormat
    opening: Decimal
    closing: Decimal
    from_date: date
    to_date: date
    lines: list[ReadLine] = field(default_factory=list)
    account: str | None = None

    def prove(self) -> None:
        """Follow the balance line by line and complete it; raise Faulty at the first line that does not fit."""
        balance, last, seen = self.opening, self.from_date, dict[str, str]()
        for line in self.lines:
            balance += line.amount
            if line.balance is None:
                line.balance = balance
            if line.balance != balance:
                raise Faulty(
                    "{place}：余额应为 {expected} 元，文件中是 {found} 元，其间有缺行或改动",
                    place=line.place, expected=f"{balance:.2f}", found=f"{line.balance:.2f}",
                )  # fmt: skip
            if not last <= line.day <= self.to_date:
                raise Faulty(
                    "{place}：日期 {day} 不在对账单期间 {start} 至 {end} 内，或早于上一行",
                    place=line.place, day=line.day, start=self.from_date, end=self.to_date,
                )  # fmt: skip
            last = line.day
            if line.serial:
                if line.serial in seen:
                    raise Faulty(
                        "{place}：银行流水号 {serial} 与{earlier}重复",
                        place=line.place, serial=line.serial, earlier=seen[line.serial],
                    )  # fmt: skip
                seen[line.serial] = line.place
        if balance != self.closing:
            raise Faulty(
                "期初余额加各笔发生额为 {expected} 元，期末余额却是 {found} 元，文件可能被截断",
                expected=f"{balance:.2f}", found=f"{self.closing:.2f}",
            )  # fmt: skip


def require_yuan(currency: str, place: str) -> None:
    """Refuse any other currency."""
    if currency.strip().upper() not in CURRENCIES:
        raise Faulty("{place}：币种“{found}”不是人民币，本系统只收人民币", place=place, found=currency.strip()[:10])


def short(text: str | None, length: int) -> str | None:
    """Return a text as long as its column, or nothing when it is blank."""
    return (text or "").strip()[:length] or None
