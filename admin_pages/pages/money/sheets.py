"""Parts of the sheets of money: figures, tables with totals, amounts as people write them."""

from decimal import Decimal
from typing import Any

from admin_pages.kernel import parts

Json = dict[str, Any]
LINE = parts.link


def amount(value: Any) -> str:
    """Write an amount with thousands and two places."""
    return "—" if value is None else f"{Decimal(value):,.2f}"


def figures(*found: tuple[str, str]) -> Json:
    """Return a row of figures with their names."""
    cards = [
        {
            "type": "wrapper",
            "size": "none",
            "className": "figure-card",
            "body": [
                {"type": "tpl", "tpl": value, "className": "value"},
                {"type": "tpl", "tpl": name, "className": "name"},
            ],
        }
        for name, value in found
    ]
    return {"type": "wrapper", "size": "none", "className": "figures m-b", "body": cards}


def rows(found: list[Json], columns: list[Json]) -> Json:
    """Return a table of rows at hand."""
    return {
        "type": "table",
        "data": {"rows": found},
        "source": "${rows}",
        "columns": columns,
        "columnsTogglable": False,
        "placeholder": "没有记录",
        "affixHeader": False,
    }


def money_column(name: str, label: str) -> Json:
    """Return a column of amounts already written out."""
    return {"name": name, "label": label, "className": "money", "align": "right", "placeholder": ""}


def toolbar(buttons: list[Json]) -> Json:
    """Return buttons side by side, or nothing."""
    return {"type": "button-toolbar", "buttons": buttons, "visible": bool(buttons), "className": "m-b-sm"}
