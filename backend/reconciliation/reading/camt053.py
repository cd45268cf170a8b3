"""ISO 20022 camt.053, read with a reader that takes no document type and so no entity of any kind."""

from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from backend.kernel.i18n import say
from backend.kernel.money import InvalidMoney, to_money
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

OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
DEEPEST = 40


def read(content: bytes) -> ReadStatement:
    """Read the one statement of a message. Raises Faulty with the place."""
    root = _Reader().read(content)
    statements = list(root.iter("Stmt"))
    if len(statements) != 1:
        raise Faulty("文件中应有且只有一期对账单（Stmt），现有 {count} 期", count=len(statements))
    statement = statements[0]
    opening, closing = _balance(statement, OPENING), _balance(statement, CLOSING)
    lines = [line for place, entry in enumerate(statement.findall("Ntry"), start=1) for line in _entry(entry, place)]
    account = statement.find("Acct/Id")
    return ReadStatement(
        StatementFormat.CAMT053,
        opening[1],
        closing[1],
        min([opening[0], *(line.day for line in lines)]),
        closing[0],
        lines,
        next((e.text for e in account.iter() if e.text and e.text.strip()), None) if account is not None else None,
    )


class _Reader:
    """Builds the tree without name spaces; a DOCTYPE, and with it every entity, is refused when it begins."""

    def __init__(self) -> None:
        self._builder, self._depth = TreeBuilder(), 0

    def read(self, content: bytes) -> Element:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(content, True)  # noqa: FBT003 - expat takes it by position
        except expat.ExpatError as fault:
            raise Faulty(
                "XML 不完整或有误：第 {row} 行第 {column} 列", row=fault.lineno, column=fault.offset + 1
            ) from None
        return self._builder.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Faulty("XML 嵌套过深，不是 camt.053 对账单")
        self._builder.start(name.rpartition("}")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name.rpartition("}")[2])


def _refuse_doctype(*_: object) -> None:
    raise Faulty("XML 含有 DOCTYPE 或实体声明，不予接收")


def _text(element: Element, path: str) -> str | None:
    return element.findtext(path)


def _balance(statement: Element, codes: tuple[str, ...]) -> tuple[date, Decimal]:
    for code in codes:
        for found in statement.findall("Bal"):
            if _text(found, "Tp/CdOrPrtry/Cd") == code:
                place = say("余额 {code}", code=code)
                day = _day(_text(found, "Dt/Dt") or (_text(found, "Dt/DtTm") or "")[:10], place)
                return day, _amount(found, place)
    raise Faulty("缺少余额 {code}，文件不完整", code="/".join(codes))


def _amount(element: Element, place: str) -> Decimal:
    amount = element.find("Amt")
    if amount is None or amount.text is None:
        raise Faulty("{place}：缺少金额（Amt）", place=place)
    require_yuan(amount.get("Ccy", ""), place)
    try:
        value = to_money(amount.text.strip())
    except InvalidMoney as refusal:
        raise Faulty("{place}：{reason}", place=place, reason=refusal.said()) from None
    if value < 0:
        raise Faulty("{place}：金额 {value} 不得为负数", place=place, value=value)
    mark = _text(element, "CdtDbtInd")
    if mark not in {"CRDT", "DBIT"}:
        raise Faulty("{place}：借贷标志“{found}”无法识别", place=place, found=(mark or "")[:10])
    return value if mark == "CRDT" else -value


def _entry(entry: Element, number: int) -> list[ReadLine]:
    """Return a line per entry; only what the bank has booked is money."""
    place = say("第 {row} 笔（Ntry）", row=number)
    if (_text(entry, "Sts/Cd") or _text(entry, "Sts") or "BOOK").strip() != "BOOK":
        return []
    details = entry.find("NtryDtls/TxDtls")
    more = details if details is not None else entry
    day = _day(_text(entry, "BookgDt/Dt") or (_text(entry, "BookgDt/DtTm") or "")[:10], place)
    incoming = _text(entry, "CdtDbtInd") == "CRDT"
    party, account = ("Dbtr", "DbtrAcct") if incoming else ("Cdtr", "CdtrAcct")
    name = _text(more, f"RltdPties/{party}/Nm") or _text(more, f"RltdPties/{party}/Pty/Nm")
    number_of = _text(more, f"RltdPties/{account}/Id/Othr/Id") or ""
    reference = _text(more, "Refs/EndToEndId") or _text(more, "Refs/PmtInfId") or ""
    amount = _amount(entry, place)
    if not amount:
        raise Faulty("{place}：金额为空或为零", place=place)
    return [
        ReadLine(
            place,
            day,
            amount,
            serial=short(_text(entry, "AcctSvcrRef") or _text(more, "Refs/AcctSvcrRef"), SERIAL),
            reference=None if reference == "NOTPROVIDED" else short(reference, SERIAL),
            counter_name=short(name, NAME),
            counter_tail=short(number_of.strip()[-TAIL:], TAIL),
            memo=short(_text(more, "RmtInf/Ustrd") or _text(entry, "AddtlNtryInf"), MEMO),
        )
    ]


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Faulty("{place}：“{found}”不是日期", place=place, found=text[:20]) from None
