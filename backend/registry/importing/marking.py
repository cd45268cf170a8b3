"""Workbooks that go out: the template, and the original with its faulty cells marked and explained."""

import io
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from backend.registry.importing.columns import COLUMNS
from backend.registry.importing.reading import Sheet, as_text

Faults = Mapping[int, list[tuple[str | None, str]]]
# A styled copy holds every cell in memory; beyond this the rows are written anew in a stream.
STYLED_ROWS_MAX = 5_000
_RED, _AUTHOR, _HEADING = "FFC7CE", "e家大救助", "错误说明"


def _file() -> Path:
    with NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        return Path(file.name)


def marked(content: bytes, sheet: Sheet, faults: Faults) -> Path:
    """Write the original workbook with marks, comments and a column of explanations; the caller removes the file."""
    if sheet.kind == "xlsx" and sheet.count <= STYLED_ROWS_MAX:
        return _styled(content, sheet, faults)
    return _streamed(sheet, faults)


def _styled(content: bytes, sheet: Sheet, faults: Faults) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(content))
    target = _same_sheet(book, sheet)
    places = {name: place for place, name in sheet.places.items()}
    last = target.max_column + 1
    fill = PatternFill("solid", start_color=_RED)
    target.cell(sheet.header + 1, last, _HEADING).fill = fill
    for line, found in faults.items():
        target.cell(line, last, "；".join(sentence for _, sentence in found))
        for field, sentence in found:
            if field not in places:
                continue
            cell = target.cell(line, places[field] + 1)
            cell.fill = fill
            said = f"{cell.comment.text}\n{sentence}" if cell.comment else sentence
            cell.comment = Comment(said, _AUTHOR)
    path = _file()
    book.save(path)
    return path


def _same_sheet(book: openpyxl.Workbook, sheet: Sheet) -> Worksheet:
    headings = sheet.headings
    for found in book.worksheets:
        line = next(found.iter_rows(min_row=sheet.header + 1, max_row=sheet.header + 1, values_only=True), ())
        if [as_text(cell) for cell in line][: len(headings)] == headings:
            return found
    return book.worksheets[0]


def _streamed(sheet: Sheet, faults: Faults) -> Path:
    path = _file()
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("名册")
    red = book.add_format({"bg_color": f"#{_RED}"})
    places = {name: place for place, name in sheet.places.items()}
    width = len(sheet.headings)
    for number, row in enumerate(sheet.rows(), 1):
        found = faults.get(number, [])
        wrong = {places[field] for field, _ in found if field in places}
        for place, cell in enumerate(row):
            written = as_text(cell)
            if written or place in wrong:
                page.write_string(number - 1, place, written, red if place in wrong else None)
        for field, sentence in found:
            if field in places:
                page.write_comment(number - 1, places[field], sentence, {"author": _AUTHOR})
        if found:
            page.write_string(number - 1, width, "；".join(sentence for _, sentence in found), red)
        if number == sheet.header + 1:
            page.write_string(number - 1, width, _HEADING, red)
    book.close()
    return path


def template() -> bytes:
    """Return the empty roster with explanations, lists to choose from, and text format where it matters."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page, guide = book.add_worksheet("名册"), book.add_worksheet("填写说明")
    must = book.add_format({"bold": True, "bg_color": "#FFE699", "border": 1})
    may = book.add_format({"bold": True, "bg_color": "#E8F1FF", "border": 1})
    as_typed = book.add_format({"num_format": "@"})
    page.freeze_panes(1, 0)
    lines: list[tuple[Any, ...]] = [("列", "必填", "说明", "可填内容", "示例")]
    for place, column in enumerate(COLUMNS):
        page.write_string(0, place, column.heading, must if column.required else may)
        page.set_column(place, place, 20 if column.sealed else 14, None if column.money else as_typed)
        if column.shown and sum(len(word) + 1 for word in column.shown) < 250:  # noqa: PLR2004 - a limit of the format
            page.data_validation(1, place, 5000, place, {"validate": "list", "source": list(column.shown)})
        choices = "、".join(column.shown)
        lines.append((column.heading, "是" if column.required else "", column.hint, choices, column.example))
    for number, line in enumerate(lines):
        for place, cell in enumerate(line):
            guide.write_string(number, place, cell)
    guide.set_column(0, 4, 24)
    book.close()
    return out.getvalue()
