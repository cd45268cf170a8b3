"""Tables as on paper: one description, set as PDF or written as a workbook."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import xlsxwriter
from fastapi import Response

from backend.kernel import printing

PaperFormat = Literal["pdf", "xlsx"]
TEMPLATE = Path(__file__).with_name("paper.typ")
_KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Cell = str | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and how wide it is beside the others; amounts stand at the right."""

    heading: str
    width: float = 1
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; a strong one is a sum or a balance carried."""

    cells: tuple[Cell, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A titled table with facts above it and signatures or notes below."""

    title: str
    facts: Sequence[str]
    columns: Sequence[Column]
    lines: Sequence[Line]
    foot: Sequence[str] = field(default_factory=tuple)
    landscape: bool = False


async def answer(paper: Paper, format_: PaperFormat, name: str) -> Response:
    """Return the paper as a file called `name`; a PDF opens in the browser, a workbook is saved."""
    content = await _pdf(paper) if format_ == "pdf" else await asyncio.to_thread(_workbook, paper)
    shown = "inline" if format_ == "pdf" else "attachment"
    disposition = f"{shown}; filename=\"paper.{format_}\"; filename*=UTF-8''{quote(name)}.{format_}"
    return Response(content, media_type=_KINDS[format_], headers={"Content-Disposition": disposition})


async def _pdf(paper: Paper) -> bytes:
    words = {
        "title": paper.title,
        "facts": list(paper.facts),
        "columns": [{"heading": c.heading, "width": c.width, "money": c.is_money} for c in paper.columns],
        "lines": [{"cells": [_said(cell) for cell in line.cells], "strong": line.strong} for line in paper.lines],
        "foot": list(paper.foot),
        "landscape": paper.landscape,
    }
    return await printing.pdf(TEMPLATE, words)


def _said(cell: Cell) -> str:
    return "" if cell is None else f"{cell:,.2f}" if isinstance(cell, Decimal) else cell


def _workbook(paper: Paper) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#E8F1FF", "border": 1})
    plain, money = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0.00"})
    strong = book.add_format({"border": 1, "bold": True})
    strong_money = book.add_format({"border": 1, "bold": True, "num_format": "#,##0.00"})
    sheet.write_string(0, 0, paper.title, title)
    sheet.write_string(1, 0, "　".join(paper.facts))
    for place, column in enumerate(paper.columns):
        sheet.write_string(2, place, column.heading, head)
        sheet.set_column(place, place, 8 + 6 * column.width)
    for row, line in enumerate(paper.lines, 3):
        for place, cell in enumerate(line.cells):
            if isinstance(cell, Decimal):
                # A cell holds fifteen digits, which is more than an amount has.
                sheet.write_number(row, place, float(cell), strong_money if line.strong else money)
            else:
                sheet.write_string(row, place, cell or "", strong if line.strong else plain)
    for row, words in enumerate(paper.foot, len(paper.lines) + 3):
        sheet.write_string(row, 0, words)
    sheet.freeze_panes(3, 0)
    if paper.landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    book.close()
    return out.getvalue()
