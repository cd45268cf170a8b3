"""A report as a workbook or CSV: title, place and period on top, totals at the end."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import xlsxwriter

from backend.kernel.i18n import say
from backend.kernel.listing.export import DANGEROUS
from backend.reports.schemas import ReportRead

_FORMATS = {"money": "#,##0.00", "number": "#,##0", "percent": '0.0"%"', "decimal": "0.0", "text": "@"}


def _lines(table: ReportRead) -> Iterator[list[Any]]:
    for row in table.rows:
        yield [row["division_name"], *(row[column.name] for column in table.columns)]
    yield [say("合计"), *(table.totals.get(column.name) for column in table.columns)]


def _headings(table: ReportRead) -> list[str]:
    return [say("区划名称"), *(column.title for column in table.columns)]


def as_csv(table: ReportRead) -> bytes:
    """Return CSV with a byte-order mark, which Excel needs; text that a spreadsheet would run is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_headings(table))
    for line in _lines(table):
        writer.writerow(["" if cell is None else _safe(cell) for cell in line])
    return buffer.getvalue().encode("utf-8-sig")


def _safe(cell: Any) -> str:
    shown = str(cell)
    number = isinstance(cell, int) or shown.removeprefix("-").replace(".", "", 1).isdigit()
    return "'" + shown if not number and shown.startswith(DANGEROUS) else shown


def as_workbook(table: ReportRead) -> bytes:
    """Return a workbook with real numbers."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(table.title[:31])
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#E8F1FF"})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    sheet.write_string(0, 0, f"{table.title}　{table.division_name}　{table.period}", bold)
    sheet.write_string(1, 0, table.note)
    for column, heading in enumerate(_headings(table)):
        sheet.write_string(2, column, heading, head)
        sheet.set_column(column, column, max(12, len(heading) * 2))
    kinds = ["text", *(column.kind for column in table.columns)]
    for number, line in enumerate(_lines(table), start=3):
        for column, cell in enumerate(line):
            if cell is None:
                continue
            if kinds[column] == "text":
                sheet.write_string(number, column, str(cell), formats["text"])
            else:
                sheet.write_number(number, column, float(Decimal(str(cell))), formats[kinds[column]])
    sheet.freeze_panes(3, 1)
    book.close()
    return buffer.getvalue()
