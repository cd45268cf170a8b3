"""Statements as CSV or workbook, by a template: which heading is which, how incoming and outgoing are told apart."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from backend.kernel.i18n import say
from backend.kernel.money import InvalidMoney, parse_spreadsheet_money
from backend.kernel.tabular import column_letter, day_of, read_rows
from backend.reconciliation.models import StatementFormat
from backend.reconciliation.reading.shape import (
    MEMO,
    NAME,
    SERIAL,
    TAIL,
    Faulty,
    ReadLine,
    ReadStatement,
    require_yuan,
    short,
)

Numbered = tuple[int, Sequence[Any]]
AMOUNTS = ("received", "paid", "value", "mark")


def read(content: bytes, template: Mapping[str, Any], to_date: date | None) -> ReadStatement:
    """Read a table whose last column is the running balance. Raises Faulty or UnreadableTable."""
    rows = [
        (number, row)
        for number, row in enumerate(read_rows(content), start=1)
        if any(str(cell).strip() for cell in row)
    ]
    head, places = _head(rows, template)
    lines = [_Row(number, row, places, template["amount"]).line() for number, row in rows[head + 1 :]]
    if not lines:
        raise Faulty("只有表头，没有任何明细")
    if lines[0].day > lines[-1].day:
        lines.reverse()
    first, last = lines[0], lines[-1]
    if first.balance is None or last.balance is None:
        raise Faulty("{place}：余额为空，请填写", place=(first if first.balance is None else last).place)
    return ReadStatement(
        StatementFormat.TABLE,
        opening=first.balance - first.amount,
        closing=last.balance,
        from_date=first.day,
        to_date=max(to_date or last.day, last.day),
        lines=lines,
    )


def _head(rows: Sequence[Numbered], template: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
    """Find the row of headings: some banks put a title and the account above it."""
    amounts = {name: words for name, words in template["amount"].items() if name in AMOUNTS}
    wanted = {**template["columns"], **{n: [w] if isinstance(w, str) else w for n, w in amounts.items()}}
    required = ("day", "balance", *amounts)
    best: list[str] = list(required)
    for place, (_, row) in enumerate(rows[:20]):
        names = [str(cell).strip().lower() for cell in row]
        places = {
            field: names.index(word.lower())
            for field, words in wanted.items()
            for word in reversed(words)
            if word.lower() in names
        }
        missing = [name for name in required if name not in places]
        if not missing:
            return place, places
        best = min(best, missing, key=len)
    raise Faulty(
        "找不到表头，或模板“{template}”需要的这些列：{columns}",
        template=say(template["name"]), columns="、".join(wanted[name][0] for name in best),
    )  # fmt: skip


class _Row:
    def __init__(self, number: int, row: Sequence[Any], places: Mapping[str, int], amount: Mapping[str, Any]) -> None:
        self._number, self._row, self._places, self._how = number, row, places, amount

    def line(self) -> ReadLine:
        """Read the row; raise Faulty with line and column."""
        day = day_of(self._cell("day"))
        if day is None:
            found = self._words("day")[:20]
            raise Faulty("{place}：“{found}”不是日期，应为 2026-11-24 这样的格式", place=self._at("day"), found=found)
        if self._words("currency"):
            require_yuan(self._words("currency"), self._at("currency"))
        return ReadLine(
            place=say("第 {row} 行", row=self._number),
            day=day,
            amount=self._amount(),
            balance=self._money("balance"),
            serial=short(self._words("serial"), SERIAL),
            reference=short(self._words("reference"), SERIAL),
            counter_name=short(self._words("counter_name"), NAME),
            counter_tail=short(self._words("counter_account")[-TAIL:], TAIL),
            memo=short(self._words("memo"), MEMO),
        )

    def _amount(self) -> Decimal:
        if "received" in self._how:
            sides = [(name, self._money(name)) for name in ("received", "paid")]
            given = [(name, value) for name, value in sides if value]
            if len(given) != 1:
                raise Faulty("{place}：收入和支出须且只须填写一栏", place=self._at("received"))
            name, value = given[0]
            return self._positive(name, value) * (1 if name == "received" else -1)
        amount = self._money("value")
        if not amount:
            raise Faulty("{place}：金额为空或为零", place=self._at("value"))
        if "mark" not in self._how:
            return amount
        mark = self._words("mark").upper()
        if mark not in self._how["in"] and mark not in self._how["out"]:
            raise Faulty("{place}：借贷标志“{found}”无法识别", place=self._at("mark"), found=mark[:10])
        return self._positive("value", amount) * (1 if mark in self._how["in"] else -1)

    def _positive(self, name: str, value: Decimal | None) -> Decimal:
        if value is None or value < 0:
            raise Faulty("{place}：金额 {value} 不得为负数", place=self._at(name), value=value)
        return value

    def _money(self, name: str) -> Decimal | None:
        if not self._words(name):
            return None
        try:
            return parse_spreadsheet_money(self._cell(name))
        except InvalidMoney as refusal:
            raise Faulty("{place}：{reason}", place=self._at(name), reason=refusal.said()) from None

    def _cell(self, name: str) -> Any:
        place = self._places.get(name)
        return self._row[place] if place is not None and place < len(self._row) else ""

    def _words(self, name: str) -> str:
        value = self._cell(name)
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()

    def _at(self, name: str) -> str:
        return say("第 {row} 行 {column} 列", row=self._number, column=column_letter(self._places.get(name, 0)))
