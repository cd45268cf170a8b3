"""Rows of a CSV file or a workbook that somebody sends, read by content and not by name."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from backend.kernel.refusals import Refused

MOST_ROWS = 1_000_000


class UnreadableTable(Refused):
    """The file is no table, or is damaged."""

    code = "unreadable_table"


def read_rows(content: bytes) -> Iterator[Sequence[Any]]:
    """Yield every row. Raises UnreadableTable, naming what is wrong."""
    if not content.strip():
        raise UnreadableTable("文件是空的")
    yield from _workbook(content) if content[:2] == b"PK" else _csv(content)


def decode(content: bytes) -> str:
    """Return the text of a file in one of the encodings that banks use. Raises UnreadableTable."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable("文字编码无法识别，应为 UTF-8 或 GBK")


def _csv(content: bytes) -> Iterator[Sequence[Any]]:
    text = decode(content)
    if "\0" in text:
        raise UnreadableTable("文件不是 CSV 或 Excel 工作簿")
    delimiter = "|" if text.count("|") > text.count(",") else "\t" if text.count("\t") > text.count(",") else ","
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as fault:
        raise UnreadableTable("CSV 格式有误：{fault}", fault=str(fault)) from None


def _workbook(content: bytes) -> Iterator[Sequence[Any]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError):
        raise UnreadableTable("工作簿已损坏或加密，请重新导出") from None
    if sheet.height > MOST_ROWS:
        raise UnreadableTable("行数超过 {most}", most=MOST_ROWS)
    yield from sheet.iter_rows()


def column_letter(place: int) -> str:
    """Name a column, counted from zero, as a spreadsheet shows it."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def day_of(value: Any) -> date | None:
    """Return the day of a cell: a date, or text such as 2026-11-24, 2026/11/24 and 20261124; none when it is none."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()[:10]
    text = text.replace("/", "-")
    if len(text) == len("20261124") and text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
