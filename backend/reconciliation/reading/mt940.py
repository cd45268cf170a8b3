"""SWIFT MT940: tags at the beginning of a line, amounts with a comma, one statement a file."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from backend.kernel.i18n import say
from backend.kernel.money import InvalidMoney, to_money
from backend.reconciliation.models import StatementFormat
from backend.reconciliation.reading.shape import (
    MEMO,
    NAME,
    SERIAL,
    Faulty,
    ReadLine,
    ReadStatement,
    require_yuan,
    short,
)

TAG = re.compile(r"^:(\d{2}[A-Z]?):")
BALANCE = re.compile(r"^(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>[0-9,]{1,15})$")
ENTRY = re.compile(
    r"^(?P<valued>\d{6})(?P<booked>\d{4})?(?P<mark>R?[CD])(?P<funds>[A-Z])?(?P<amount>[0-9,]{1,15})"
    r"(?P<kind>[A-Z][A-Z0-9]{3})(?P<reference>[^/\n]*)(//(?P<serial>[^\n]*))?"
)
NAMED = re.compile(r"/NAME/([^/\n]+)")


def read(text: str) -> ReadStatement:
    """Read the message. Raises Faulty with the line."""
    opening = closing = None
    account = None
    lines: list[ReadLine] = []
    for number, tag, value in _fields(text):
        place = say("第 {row} 行（标签 {tag}）", row=number, tag=f":{tag}:")
        match tag:
            case "25":
                account = value.strip()
            case "60F" | "60M":
                if opening is not None:
                    raise Faulty("{place}：文件中有不止一期对账单，请分开导入", place=place)
                opening = _balance(value, place)
            case "61":
                lines.append(_entry(value, place))
            case "86" if lines:
                lines[-1].memo = short(NAMED.sub("", value.replace("\n", "")), MEMO)
                named = NAMED.search(value)
                lines[-1].counter_name = short(named[1], NAME) if named else None
            case "62F" | "62M":
                closing = _balance(value, place)
    if opening is None or closing is None:
        missing = ":60F:" if opening is None else ":62F:"
        raise Faulty("缺少标签 {tag} 的余额，文件不完整", tag=missing)
    return ReadStatement(
        StatementFormat.MT940, opening[1], closing[1], min([opening[0], *(x.day for x in lines)]), closing[0], lines,
        account,
    )  # fmt: skip


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line number, tag and value of each field; a line without a tag belongs to the field before it."""
    found: tuple[int, str, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        tag = TAG.match(line)
        if tag:
            if found:
                yield found
            found = (number, tag[1], line[tag.end() :])
        elif found and not line.startswith(("-", "{")):
            found = (found[0], found[1], found[2] + "\n" + line)
    if found:
        yield found


def _balance(value: str, place: str) -> tuple[date, Decimal]:
    found = BALANCE.match(value.strip())
    if found is None:
        raise Faulty("{place}：余额“{found}”无法识别", place=place, found=value.strip()[:30])
    require_yuan(found["currency"], place)
    amount = _money(found["amount"], place)
    return _day(found["day"], place), amount if found["mark"] == "C" else -amount


def _entry(value: str, place: str) -> ReadLine:
    found = ENTRY.match(value)
    if found is None:
        raise Faulty("{place}：明细“{found}”无法识别", place=place, found=value[:40])
    valued = _day(found["valued"], place)
    booked = _day(found["valued"][:2] + found["booked"], place) if found["booked"] else valued
    amount = _money(found["amount"], place)
    reference = found["reference"].strip()
    return ReadLine(
        place,
        booked,
        # A reversal of a debit comes in again, a reversal of a credit goes out.
        amount if found["mark"] in {"C", "RD"} else -amount,
        serial=short(found["serial"], SERIAL),
        reference=None if reference in {"", "NONREF"} else reference[:SERIAL],
    )


def _day(text: str, place: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise Faulty("{place}：“{found}”不是日期", place=place, found=text) from None


def _money(text: str, place: str) -> Decimal:
    whole, _, cents = text.partition(",")
    try:
        return to_money(f"{whole or '0'}.{cents}" if cents else whole)
    except InvalidMoney as refusal:
        raise Faulty("{place}：{reason}", place=place, reason=refusal.said()) from None
