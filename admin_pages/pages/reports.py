"""统计报表: tables by town, community, village; by month, quarter, year or from–to; drilled down, exported, printed."""

from typing import Any
from urllib.parse import urlencode

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage, Json
from admin_pages.kernel.site import site

# The code of a village: below it a report has no further places.
VILLAGE_DIGITS = 15
BETWEEN = ".."
# How each kind of period is picked; the value is what the API takes.
SPANS: dict[str, tuple[str, Json]] = {
    "month": ("月", {"type": "input-month", "valueFormat": "YYYY-MM"}),
    "quarter": ("季", {"type": "input-quarter", "valueFormat": "YYYY-[Q]Q"}),
    "year": ("年", {"type": "input-year", "valueFormat": "YYYY"}),
    "days": ("起止日期", {"type": "input-date-range", "valueFormat": "YYYY-MM-DD", "delimiter": BETWEEN}),
}


def span_of(period: str) -> str:
    """Return the kind of a period as the API writes it."""
    if BETWEEN in period:
        return "days"
    return "quarter" if "Q" in period.upper() else "month" if "-" in period else "year"


@site.register_admin
class ReportPage(DrawnPage):
    """The reports: a table by town, community, village; drilled down and exported."""

    group = "公开与报表"
    permissions = ("report:read",)
    page_schema = PageSchema(label="统计报表", icon="fa fa-table", sort=100)
    address = "?code=${code}&period=${period}&division_code=${division_code}&span=${span}" + "".join(
        f"&{span}=${{{span}}}" for span in SPANS
    )

    async def content(self, request: Request) -> Any:
        """Return the choice of a report, and the one chosen."""
        wanted = {k: v for k, v in request.query_params.items() if v and v not in {"undefined", "null"}}
        catalogue = await self.ask(request, "/api/v1/reports")
        code = wanted.get("code") or (catalogue[0]["code"] if catalogue else "")
        # What the form picked goes before what the address asked for when the page was opened.
        picked = {span: wanted[span] for span in SPANS if span in wanted}
        period = picked.get(wanted.get("span", "")) or wanted.get("period")
        asked = {"period": period, "division_code": wanted.get("division_code")}
        query = urlencode({name: value for name, value in asked.items() if value})
        if not code:
            return [{"type": "alert", "level": "info", "body": "没有您可以查看的报表。"}]
        table = await self.ask(request, f"/api/v1/reports/{code}?{query}")
        return [_choice(catalogue, table, wanted.get("division_code")), *_report(table, query)]


def _choice(catalogue: list[Json], table: Json, division_code: str | None) -> Json:
    """Return the form that picks a report, its period and its place."""
    options = [{"label": f"{card['code']} {card['title']}", "value": card["code"]} for card in catalogue]
    span = span_of(table["period"])
    spans = [{"label": label, "value": name} for name, (label, _) in SPANS.items()]
    pickers = [
        picker
        | {
            "name": name,
            "label": False,
            "visibleOn": f"${{span == '{name}'}}",
            "value": table["period"] if name == span else None,
        }
        for name, (_, picker) in SPANS.items()
    ]
    return {
        "type": "form",
        "mode": "inline",
        "title": "",
        "actions": [],
        "target": "drawn",
        "className": "report-choice",
        "body": [
            {"type": "select", "name": "code", "label": "报表", "options": options, "value": table["code"]},
            {"type": "select", "name": "span", "label": "期间", "options": spans, "value": span, "size": "sm"},
            *pickers,
            {
                "type": "select",
                "name": "division_code",
                "label": "区划",
                "searchable": True,
                "clearable": True,
                "source": "get:/api/v1/divisions/options",
                "autoComplete": "get:/api/v1/divisions/options?term=$term",
                "value": division_code,
            },
            {"type": "submit", "label": "查询", "level": "primary"},
        ],
    }


def _report(table: Json, query: str) -> list[Json]:
    columns = [_place(table), *(_column(column) for column in table["columns"])]
    kinds = {column["name"]: column["kind"] for column in table["columns"]}
    rows = [_shown(row, kinds) for row in (*table["rows"], table["totals"] | {"division_name": "合计"})]
    title = {
        "type": "tpl",
        "tpl": f"{table['division_name']} {table['period']} {table['title']}",
        "className": "report-title",
    }
    note = {"type": "tpl", "tpl": table["note"], "className": "explanation"}
    exports = [
        {
            "type": "button",
            "label": f"导出 {ending.upper()}",
            "actionType": "download",
            "api": f"get:/api/v1/reports/{table['code']}/export?{query}&format={ending}",
        }
        for ending in ("xlsx", "csv")
    ]
    shown = {
        "type": "table",
        "data": {"rows": rows},
        "source": "${rows}",
        "columns": columns,
        "columnsTogglable": False,
        "affixHeader": False,
        "className": "report-table",
        "placeholder": "本期没有数据",
    }
    tools = {"type": "button-toolbar", "buttons": exports, "className": "m-b-sm"}
    return [{"type": "wrapper", "size": "none", "className": "report-sheet", "body": [title, note, tools, shown]}]


def _place(table: Json) -> Json:
    """Return the first column: a place that opens the same report one level below, and the word of the total."""
    to = f"/page/ReportPage?code={table['code']}&period={table['period']}&division_code=${{division_code}}"
    below = f"division_code && division_code != '{table['division_code']}' && division_code.length < {VILLAGE_DIGITS}"
    opens = parts.link("${division_name}", to, visibleOn=f"${{{below}}}")
    plain = {"type": "tpl", "tpl": "${division_name}", "visibleOn": f"${{!({below})}}"}
    return {
        "name": "division_name",
        "label": "区划名称",
        "className": "place",
        "type": "container",
        "body": [opens, plain],
    }


def _shown(row: Json, kinds: dict[str, str]) -> Json:
    """Return a row as people read it: thousands apart, shares with their sign."""
    shown = dict(row)
    for name, kind in kinds.items():
        value = row.get(name)
        if value is None or kind == "text":
            continue
        shown[name] = f"{value}%" if kind == "percent" else parts.grouped(str(value))
    return shown


def _column(column: Json) -> Json:
    made = parts.text(column["name"], column["title"])
    if column["kind"] == "text":
        return made | {"className": "nowrap"}
    return made | {"align": "right", "className": "money"}
