"""工作台: what waits for me, what is late, what changed, key figures with charts."""

from typing import Any

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
    value = "—" if figure["value"] is None else parts.grouped(str(figure["value"]))
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
