"""The outcome of a what-if as a workbook: the overview, then towns, projects and lines with real numbers."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from pydantic import BaseModel

from backend.kernel.i18n import say
from backend.kernel.listing.export import Headings
from backend.matching.scenario_schemas import (
    FloorTest,
    OneOff,
    ProjectEffect,
    ResidenceEffect,
    Sensitivity,
    SourceShare,
    TownEffect,
    WhatIfLine,
    WhatIfOut,
)

MONEY = ("amount", "cost", "paid", "shortfall", "at_most", "consumption", "standard")


def as_workbook(outcome: WhatIfOut) -> bytes:
    """Return the workbook."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    writer = _Writer(book)
    writer.overview(outcome)
    for title, model, rows in (
        ("分镇街", TownEffect, outcome.towns),
        ("分项目", ProjectEffect, outcome.projects),
        ("分城乡", ResidenceEffect, outcome.residences),
        ("申领率敏感性", Sensitivity, outcome.sensitivity),
        ("标准下限检验", FloorTest, outcome.floors),
        ("分资金来源", SourceShare, outcome.sources),
        ("一次性救助", OneOff, outcome.one_off),
        ("明细", WhatIfLine, outcome.lines),
    ):
        writer.table(title, model, rows)
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bg_color": "#E8F1FF", "border": 1})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._money = book.add_format({"num_format": "#,##0.00"})

    def overview(self, outcome: WhatIfOut) -> None:
        """Write the answer in a few lines."""
        sheet = self._book.add_worksheet(say("概览"))
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 24)
        sheet.write_string(0, 0, outcome.title, self._title)
        fields = WhatIfOut.model_fields
        shown = ("division_code", "from_day", "basis", "take_up", "as_of", "households", "entrants", "leavers")
        figures = ("monthly_cost", "annual_cost", "annual_after", "annual_budget", "headroom")
        shares = ("margin_in", "margin_out", "gap_before", "gap_after", "shortfall", "filled_before", "filled_after")
        for number, name in enumerate((*shown, *figures, *shares), start=2):
            sheet.write_string(number, 0, say(fields[name].title or name), self._head)
            self._cell(sheet, number, 1, name, getattr(outcome, name))

    def table(self, title: str, model: type[BaseModel], rows: Sequence[BaseModel]) -> None:
        """Write rows under the titles of their fields."""
        sheet = self._book.add_worksheet(say(title))
        headings = Headings(model)
        for column, heading in enumerate(headings.titles.values()):
            sheet.write_string(0, column, heading, self._head)
            sheet.set_column(column, column, max(12, len(heading) * 2.2))
        for number, row in enumerate(rows, start=1):
            values = {name: getattr(row, name) for name in headings.titles}
            for column, (name, value) in enumerate(values.items()):
                self._cell(sheet, number, column, name, headings.labels.get(name, {}).get(str(value), value))
        sheet.freeze_panes(1, 0)

    def _cell(self, sheet: Any, row: int, column: int, name: str, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_string(row, column, say("是" if value else "否"))
        elif isinstance(value, int | Decimal):
            money = any(part in name for part in MONEY)
            sheet.write_number(row, column, float(value), self._money if money else None)
        else:
            sheet.write_string(row, column, say(str(getattr(value, "label", value))))
