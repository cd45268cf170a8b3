"""Turn rows into CSV or a workbook without holding them in memory."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import xlsxwriter
from pydantic import BaseModel

from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say

# A spreadsheet runs a cell that begins so; a leading apostrophe makes it text.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 64 * 1024


class Headings:
    """Titles and labelled values of a row model, in the words of the request."""

    def __init__(self, model: type[BaseModel]) -> None:
        schema = model.model_json_schema(mode="serialization")
        definitions = schema.get("$defs", {})
        self.titles: dict[str, str] = {}
        self.labels: dict[str, Mapping[str, str]] = {}
        for name, spec in schema["properties"].items():
            if name in {"id", "allowed_actions"}:
                continue
            self.titles[name] = say(spec.get("title", name))
            labels = spec.get("x-labels") or _labels(spec, definitions)
            if labels:
                self.labels[name] = {key: say(value) for key, value in labels.items()}

    def cells(self, row: Mapping[str, Any]) -> list[Any]:
        """Return the row's values in the order of the titles."""
        return [_cell(self.labels.get(name, {}).get(str(row.get(name)), row.get(name))) for name in self.titles]


def _labels(spec: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, str] | None:
    branches = [spec, *spec.get("anyOf", ()), *spec.get("allOf", ())]
    for branch in branches:
        name = str(branch.get("$ref", "")).rsplit("/", 1)[-1]
        labels = definitions.get(name, {}).get("x-labels")
        if labels:
            return dict(labels)
    return None


def _cell(value: Any) -> Any:  # noqa: PLR0911  (one line a type)
    match value:
        case None:
            return ""
        case bool():
            return say("是") if value else say("否")
        case datetime():
            return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case int() | Decimal():
            return value
        case list():
            return "；".join(str(_cell(part)) for part in value)
    return str(value)


def _safe(value: Any) -> str:
    text = f"{value}"
    return "'" + text if isinstance(value, str) and text.startswith(DANGEROUS) else text


async def csv_stream(model: type[BaseModel], rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    """Yield CSV with a byte-order mark, which Excel needs to read Chinese."""
    headings = Headings(model)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(headings.titles.values())
    yield "\ufeff".encode()
    async for row in rows:
        writer.writerow([_safe(cell) for cell in headings.cells(row)])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


async def workbook(model: type[BaseModel], title: str, rows: AsyncIterator[Mapping[str, Any]]) -> Path:
    """Write a workbook row by row to a temporary file, which the caller removes."""
    headings = Headings(model)
    with NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(say(title)[:31])
    bold, money = book.add_format({"bold": True, "bg_color": "#E8F1FF"}), book.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(headings.titles.values()):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(column, column, max(12, len(name) * 2))
    line = 0
    async for row in rows:
        line += 1
        for column, cell in enumerate(headings.cells(row)):
            if isinstance(cell, Decimal):
                sheet.write_number(line, column, float(cell), money)
            elif isinstance(cell, int):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_string(line, column, str(cell))
    book.close()
    return path
