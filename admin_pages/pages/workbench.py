"""工作台: what waits for me, what is late, what changed, key figures with charts; and the reports."""

from typing import Any
from urllib.parse import urlencode

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.client import ApiRefusal
from admin_pages.kernel.drawn import DrawnPage, Json
from admin_pages.kernel.site import site
from backend.kernel.i18n import say

PAGES = {
    "tasks": "TaskPage",
    "cases": "CasePage",
    "leads": "LeadPage",
    "households": "HouseholdPage",
    "entitlements": "EntitlementPage",
    "payment-batches": "BatchPage",
    "funds": "FundPage",
    "matching/findings": "FindingPage",
    "users": "UserPage",
    "audit-entries": "AuditPage",
}
LATE = frozenset({"red", "overdue", "leads_red", "leads_overdue", "reviews_overdue"})
SHORTCUTS_MAX = 8
# From so many characters on a figure is set smaller, so that it stays within its card.
LONG = 12
# The code of a village: below it a report has no further places.
VILLAGE_DIGITS = 15
CHARTS = ("applications", "payments", "timeliness")


@site.register_admin
class WorkbenchPage(DrawnPage):
    """The first page of everybody."""

    group = "工作台"
    page_schema = PageSchema(label="我的工作台", icon="fa fa-home", sort=100, isDefaultPage=True)

    async def content(self, request: Request) -> Any:
        """Return the figures the API grants this person, and the charts it draws for them."""
        bench = await self.ask(request, "/api/v1/reports/workbench")
        charts = [made for made in [await self._chart(request, code) for code in CHARTS] if made]
        place = bench["division_name"] or ""
        greeting = say("{name}，您好", name=bench["name"]) + (f" · {place}" if place else "")
        hello = {"type": "tpl", "tpl": greeting, "className": "hello"}
        groups = [_group(group) for group in bench["groups"] if group["figures"]]
        if not groups:
            groups = [await self._shortcuts(request)]
        return [hello, *groups, {"type": "wrapper", "size": "none", "className": "charts", "body": charts}]

    async def _shortcuts(self, request: Request) -> Json:
        """Return ways to the pages of somebody for whom nothing waits and nothing is counted."""
        menu = (await site.get_page(request)).pages or []
        pages = [page for group in menu[0].children or () for page in group.children or ()]
        pages = [page for page in pages if page.visible is not False and not page.isDefaultPage]
        cards = [_shortcut(page.label, page.url) for page in pages[:SHORTCUTS_MAX]]
        body = {"type": "wrapper", "size": "none", "className": "figures", "body": cards}
        heading = _heading("常用功能")
        return {"type": "wrapper", "size": "none", "className": "figure-group", "body": [heading, body]}

    async def _chart(self, request: Request, code: str) -> Json | None:
        try:
            chart = await self.ask(request, f"/api/v1/reports/charts/{code}")
        except ApiRefusal:
            return None
        return _chart(chart) if chart["series"] else None


def _group(group: Json) -> Json:
    cards = [_card(figure) for figure in group["figures"]]
    body = {"type": "wrapper", "size": "none", "className": "figures", "body": cards}
    return {"type": "wrapper", "size": "none", "className": "figure-group", "body": [_heading(group["title"]), body]}


def _heading(title: str) -> Json:
    return {"type": "tpl", "tpl": title, "className": "figure-heading"}


def _card(figure: Json) -> Json:
    resource, _, query = figure["link"].partition("?")
    late = figure["code"] in LATE and figure["value"]
    value = "—" if figure["value"] is None else _grouped(str(figure["value"]))
    label = f"{value} {figure['unit']}"
    to = f"/page/{PAGES[resource]}" + (f"?{query}" if query else "") if resource in PAGES else ""
    style = "value" + (" late" if late else "") + (" long" if len(label) > LONG else "")
    number = {"type": "tpl", "tpl": label, "className": style}
    name = {"type": "tpl", "tpl": figure["title"], "className": "name"}
    card: Json = {"type": "wrapper", "size": "none", "className": "figure-card", "body": [number, name]}
    if to:
        action = {"actionType": "link", "args": {"link": to}}
        card |= {"onEvent": {"click": {"actions": [action]}}}
    return card


def _shortcut(label: str, url: str) -> Json:
    action = {"actionType": "link", "args": {"link": url}}
    name = {"type": "tpl", "tpl": label, "className": "value long"}
    return {
        "type": "wrapper",
        "size": "none",
        "className": "figure-card",
        "body": name,
        "onEvent": {"click": {"actions": [action]}},
    }


def _grouped(value: str) -> str:
    whole, dot, rest = value.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + (f"{int(digits):,}" if digits.isdigit() else digits) + dot + rest


def _chart(chart: Json) -> Json:
    kind = "line" if chart["code"] == "timeliness" else "bar"
    series = [
        {"name": s["name"], "type": kind, "stack": None if kind == "line" else "all", "data": s["data"]}
        for s in chart["series"]
    ]
    config = {
        "title": {
            "text": f"{chart['title']}（{chart['unit']}）",
            "textStyle": {"fontSize": 14, "fontWeight": "normal"},
        },
        "tooltip": {"trigger": "axis"},
        "legend": {"bottom": 0, "type": "scroll"},
        "grid": {"left": 60, "right": 20, "top": 44, "bottom": 56},
        "xAxis": {"type": "category", "data": chart["categories"]},
        "yAxis": {"type": "value"},
        "series": series,
    }
    return {"type": "chart", "height": 300, "config": config, "className": "chart-card"}


@site.register_admin
class ReportPage(DrawnPage):
    """The reports: a table by town, community, village; drilled down and exported."""

    group = "公开与报表"
    permissions = ("report:read",)
    page_schema = PageSchema(label="统计报表", icon="fa fa-table", sort=100)
    address = "?code=${code}&period=${period}&division_code=${division_code}"

    async def content(self, request: Request) -> Any:
        """Return the choice of a report, and the one chosen."""
        wanted = {k: v for k, v in request.query_params.items() if v and v not in {"undefined", "null"}}
        catalogue = await self.ask(request, "/api/v1/reports")
        options = [{"label": f"{card['code']} {card['title']}", "value": card["code"]} for card in catalogue]
        code = wanted.pop("code", None) or (catalogue[0]["code"] if catalogue else "")
        choice = {
            "type": "form",
            "mode": "inline",
            "title": "",
            "actions": [],
            "target": "drawn",
            "body": [
                {"type": "select", "name": "code", "label": "报表", "options": options, "value": code},
                {
                    "type": "input-month",
                    "name": "period",
                    "label": "期间",
                    "valueFormat": "YYYY-MM",
                    "value": wanted.get("period"),
                },
                {
                    "type": "select",
                    "name": "division_code",
                    "label": "区划",
                    "searchable": True,
                    "clearable": True,
                    "source": "get:/api/v1/divisions/options",
                    "autoComplete": "get:/api/v1/divisions/options?term=$term",
                    "value": wanted.get("division_code"),
                },
                {"type": "submit", "label": "查询", "level": "primary"},
            ],
        }
        if not code:
            return [choice]
        query = urlencode(wanted)
        table = await self.ask(request, f"/api/v1/reports/{code}?{query}")
        return [choice, *_report(table, query)]


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
        "placeholder": "本期没有数据",
    }
    return [title, note, {"type": "button-toolbar", "buttons": exports}, shown]


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
        shown[name] = f"{value}%" if kind == "percent" else _grouped(str(value))
    return shown


def _column(column: Json) -> Json:
    made = parts.text(column["name"], column["title"])
    if column["kind"] == "text":
        return made | {"className": "nowrap"}
    return made | {"align": "right", "className": "money"}
