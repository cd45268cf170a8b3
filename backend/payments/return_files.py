"""Read a bank's return file, CSV or workbook, into rows; nothing is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from backend.kernel.money import InvalidMoney, parse_spreadsheet_money
from backend.kernel.tabular import UnreadableTable, column_letter, day_of, read_rows
from backend.payments.errors import UnreadableReturn

COLUMNS = {
    "batch_no": ("batch_no", "批次号"),
    "seq": ("seq", "序号"),
    "biz_no": ("biz_no", "业务编号"),
    "result": ("result", "结果", "处理结果"),
    "fail_code": ("fail_code", "失败代码"),
    "fail_reason": ("fail_reason", "失败原因"),
    "actual_amount": ("actual_amount", "实际金额", "实付金额"),
    "bank_serial": ("bank_serial", "银行流水号"),
    "value_date": ("value_date", "入账日期"),
    "currency": ("currency", "币种"),
}
CURRENCIES = {"CNY", "RMB", "人民币", "156"}
REQUIRED = ("biz_no", "result")
RESULTS = {
    "0": "paid", "ok": "paid", "success": "paid", "成功": "paid", "paid": "paid",
    "1": "failed", "fail": "failed", "failed": "failed", "失败": "failed",
    "2": "pending", "pending": "pending", "处理中": "pending",
}  # fmt: skip
FAIL_CODES = {
    "01": "户名不符",
    "02": "账号不存在",
    "03": "销户",
    "04": "冻结或止付",
    "05": "证件过期",
    "06": "卡未激活",
    "07": "超过限额",
    "08": "户名为空",
    "09": "重复",
    "99": "其他",
}


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One line as the bank wrote it; `fault` says what could not be read."""

    row_no: int
    batch_no: str
    biz_no: str
    result: str
    fail_code: str | None
    fail_reason: str | None
    amount: Decimal | None
    bank_serial: str | None
    value_date: date | None
    fault: str | None = None


def read(content: bytes) -> list[ReturnRow]:
    """Read by content, not by name. Raises UnreadableReturn, naming the place."""
    try:
        table = list(read_rows(content))
    except UnreadableTable as fault:
        raise UnreadableReturn(reason=fault.said()) from None
    rows = ((number, row) for number, row in enumerate(table, start=1) if any(str(cell).strip() for cell in row))
    places: dict[str, int] | None = None
    found = []
    for number, row in rows:
        if places is None:
            places = _places(row)
            continue
        found.append(_row(number, row, places))
    if places is None:
        raise UnreadableReturn(reason="找不到表头，应包含“业务编号（biz_no）”和“结果（result）”两列")
    if not found:
        raise UnreadableReturn(reason="只有表头，没有任何明细")
    return found


def _places(row: Sequence[Any]) -> dict[str, int] | None:
    """Return where each column stands, once the row is the header (a control row may stand before it)."""
    names = [str(cell).strip().lower() for cell in row]
    places = {column: names.index(word) for column, words in COLUMNS.items() for word in words if word in names}
    return places if all(name in places for name in REQUIRED) else None


def _row(number: int, row: Sequence[Any], places: dict[str, int]) -> ReturnRow:
    def cell(name: str) -> Any:
        place = places.get(name)
        return row[place] if place is not None and place < len(row) else ""

    def words(name: str) -> str:
        value = cell(name)
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()

    result = RESULTS.get(words("result").lower())
    fault = None
    if not result:
        said = f"“{words('result')[:20]}”无法识别，应为 0（成功）、1（失败）或 2（处理中）"
        fault = _at(places["result"], "结果", said)
    currency = words("currency").upper()
    if currency and currency not in CURRENCIES:
        fault = _at(places["currency"], "币种", f"“{currency[:10]}”不是人民币，本系统只收人民币")
    if words("value_date") and day_of(cell("value_date")) is None:
        fault = _at(
            places["value_date"], "入账日期", f"“{words('value_date')[:20]}”不是日期，应为 2026-11-24 这样的格式"
        )
    amount = None
    if str(cell("actual_amount")).strip():
        try:
            amount = parse_spreadsheet_money(cell("actual_amount"))
        except InvalidMoney as refusal:
            fault = _at(places["actual_amount"], "实付金额", refusal.said())
    elif result == "paid":
        fault = "成功的明细缺少实付金额"
    code = words("fail_code").zfill(2) if words("fail_code") else None
    return ReturnRow(
        number,
        words("batch_no"),
        words("biz_no"),
        result or "",
        code if code is None or code in FAIL_CODES else "99",
        words("fail_reason")[:100] or (FAIL_CODES.get(code) if code else None),
        amount,
        words("bank_serial")[:60] or None,
        day_of(cell("value_date")),
        fault,
    )


def _at(place: int, column: str, said: str) -> str:
    """Name the column as a spreadsheet shows it."""
    return f"{column_letter(place)} 列“{column}”：{said}"
