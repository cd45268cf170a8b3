"""Open what was uploaded: by what it contains, never by its name. Each fault is a sentence with a way out."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

import python_calamine

from backend.kernel.errors import DomainError, invalid
from backend.registry.importing.columns import BY_FIELD, COLUMNS, recognise

ROWS_MAX, COLUMNS_MAX, UNPACKED_MAX = 200_000, 300, 1_500_000_000
HEADER_SEARCH = 15
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_REQUIRED = [c.field for c in COLUMNS if c.required]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that holds the roster: where its heading is, and which column is which."""

    kind: str
    rows: Callable[[], Iterator[list[Any]]]
    count: int
    header: int
    headings: list[str]
    places: Mapping[int, str]

    def lines(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the line number as the spreadsheet shows it, and the filled cells by field."""
        places = list(self.places.items())
        # Row by row: a sheet as Python objects would take many times the room of the file.
        for number, row in enumerate(islice(self.rows(), self.header + 1, None), self.header + 2):
            cells = {name: text for place, name in places if place < len(row) and (text := as_text(row[place]))}
            if cells:
                yield number, cells


def refuse(sentence: str) -> DomainError:
    """Return the refusal of a file."""
    return invalid("file", sentence)


def kind_of(content: bytes) -> str:
    """Tell `xlsx`, `xls` or `csv` by content. Raises InvalidInput with what the file is instead."""
    if not content.strip():
        raise refuse("文件是空的，请选择填写好的名册")
    if content.startswith(_ZIP):
        return _zip_kind(content)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise refuse("文件设有打开密码，无法读取：请在表格软件中取消密码后重新上传")
        return "xls"
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"mime-version")):
        raise refuse("文件内容其实是网页，只是改名成了表格：请用表格软件打开后另存为 xlsx 再上传")
    if start.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc\xaf")):
        raise refuse("文件不是表格：请上传 xlsx、xls 或 csv 格式的名册")
    if b"\0" in content[:4000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse("文件不是表格：请上传 xlsx、xls 或 csv 格式的名册")
    return "csv"


def _zip_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.infolist()
    except zipfile.BadZipFile:
        raise refuse("文件不完整或已损坏：请重新保存后再上传") from None
    if any(entry.flag_bits & 1 for entry in names):
        raise refuse("文件设有打开密码，无法读取：请在表格软件中取消密码后重新上传")
    if not any(entry.filename.startswith("xl/") for entry in names):
        raise refuse("文件是压缩包而不是表格：请解压后上传其中的 xlsx 文件")
    if sum(entry.file_size for entry in names) > UNPACKED_MAX:
        raise refuse("文件解开后过大：请分成几个文件，每个不超过 20 万行")
    return "xlsx"


def open_sheet(content: bytes, mapping: Mapping[str, str]) -> Sheet:
    """Find the roster in a file: the first sheet whose headings are known. Raises InvalidInput."""
    sheet = _likeliest(content, mapping)
    if not _is_complete(sheet.places):
        raise refuse(_missing(sheet.headings, mapping))
    if next(sheet.lines(), None) is None:
        raise refuse("名册只有表头，没有一行数据：请填写后再上传")
    return sheet


def headings_in(content: bytes, mapping: Mapping[str, str]) -> tuple[list[str], Mapping[int, str]]:
    """Return the likeliest line of headings and what is known of it, complete or not. Raises InvalidInput."""
    sheet = _likeliest(content, mapping)
    return sheet.headings, sheet.places


def _is_complete(places: Mapping[int, str]) -> bool:
    return all(name in places.values() for name in _REQUIRED)


def _likeliest(content: bytes, mapping: Mapping[str, str]) -> Sheet:
    """Return the sheet and line with the most known headings, the first complete one before all others."""
    kind = kind_of(content)
    best: Sheet | None = None
    for count, rows in _csv(content) if kind == "csv" else _sheets(content):
        if count > ROWS_MAX + HEADER_SEARCH:
            raise refuse("名册超过 20 万行：请分成几个文件上传")
        for header, row in enumerate(islice(rows(), HEADER_SEARCH)):
            headings = [as_text(cell) for cell in row[:COLUMNS_MAX]]
            found = Sheet(kind, rows, count, header, headings, recognise(headings, mapping))
            if _is_complete(found.places):
                return found
            filled = (len(found.places), sum(map(bool, headings)))
            if best is None or filled > (len(best.places), sum(map(bool, best.headings))):
                best = found
    if best is None:
        raise refuse("文件里没有任何内容，请选择填写好的名册")
    return best


def _missing(headings: list[str], mapping: Mapping[str, str]) -> str:
    found = set(recognise(headings, mapping).values())
    missing = "、".join(BY_FIELD[name].heading for name in _REQUIRED if name not in found)
    seen = "、".join(heading for heading in headings if heading)[:200] or "无"
    return f"没有找到这些列：{missing}。文件中的表头是：{seen}。请对照模板修改表头，或指定列的对应关系"


Source = tuple[int, Callable[[], Iterator[list[Any]]]]


def _sheets(content: bytes) -> Iterator[Source]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            yield sheet.total_height, partial(_rows, sheet)
    except python_calamine.PasswordError:
        raise refuse("文件设有打开密码，无法读取：请在表格软件中取消密码后重新上传") from None
    except python_calamine.CalamineError:
        raise refuse("文件不完整或已损坏：请重新保存后再上传") from None


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[list[Any]]:
    # The reader fills up empty rows above the first cell, but not the empty columns beside it.
    margin = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield [*margin, *row]


def _csv(content: bytes) -> Iterator[Source]:
    text = _decoded(content)
    delimiter = max(",\t;|", key=text[:4000].split("\n", 1)[0].count)

    def rows() -> Iterator[list[Any]]:
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        except csv.Error:
            raise refuse("文件不是有效的 CSV：请用表格软件另存为 xlsx 后上传") from None

    yield text.count("\n") + 1, rows


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse("无法识别文件的文字编码：请用表格软件另存为 xlsx 后上传")


def as_text(cell: Any) -> str:  # noqa: PLR0911  (one line a type)
    """Return a cell as its reader sees it: numbers without a tail, dates as ISO."""
    if type(cell) is str:  # nearly every cell of a roster
        return cell.replace("\0", "").strip()
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            number = Decimal(format(cell, ".15g")) if cell == cell and abs(cell) < 1e20 else Decimal(0)  # noqa: PLR0124, PLR2004 - NaN
            return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
    return str(cell)
