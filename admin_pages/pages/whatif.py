"""政策测算: what a change of numbers would cost, without changing anything."""

from typing import Any, ClassVar

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.parts import Json
from admin_pages.kernel.site import site
from admin_pages.pages.matching import figure, job_state
from backend.kernel.actor import Actor
from backend.kernel.i18n import say
from backend.ledger.models import FundSource

WHAT_IF = "/api/v1/matching/what-if"
MONTHS = 12


@site.register_admin
class WhatIfPage(ResourcePage):
    """What-ifs that were counted, and the form of a new one."""

    resource = WHAT_IF
    group = "精准匹配"
    page_schema = PageSchema(label="政策测算", icon="fa fa-calculator", sort=70)
    record_page = "/page/WhatIfFilePage?id=${id}"
    created_page = record_page
    columns = ("title", "division_code", "from_day", "status", "annual_cost", "as_of")
    card_title = "title"

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the list; the form of a new one begins with a first number to change."""
        listing = super().body(actor, phone=phone)
        for tool in listing["headerToolbar"]:
            if isinstance(tool, dict) and "dialog" in tool:
                changes = next(i for i in tool["dialog"]["body"]["body"] if i.get("name") == "changes")
                changes |= {
                    "value": [{"parameter": "dibao_standard", "residence": "rural"}],
                    "minLength": 1,
                    "multiLine": False,
                }
        return listing


@site.register_admin
class WhatIfFilePage(DrawnPage):
    """The outcome of one what-if: the answer first, then where it comes from."""

    group = "精准匹配"
    permissions = ("scenario:read",)
    page_schema = PageSchema(label="测算结果", icon="fa fa-line-chart", visible=False, sort=10)
    address: ClassVar[str] = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Return the progress while it is counted, and then the outcome."""
        found = await self.ask(request, f"{WHAT_IF}/{int(request.query_params.get('id') or 0)}")
        title = {"type": "tpl", "tpl": found["title"], "className": "case-title"}
        if found["finished_at"] is None:
            return [title, watch(f"{WHAT_IF}/{found['id']}")]
        return [title, _place(found), *effect_figures(found), _charts(found), *effect_sources(found)]


def watch(address: str) -> Json:
    """Look again until it has ended, then draw the outcome."""
    draw = {"actionType": "reload", "componentName": "drawn", "expression": "${event.data.finished_at}"}
    return {
        "type": "service",
        "api": f"get:{address}",
        "interval": 1500,
        "silentPolling": True,
        "stopAutoRefreshWhen": "${finished_at || status == 'failed' || status == 'cancelled'}",
        "body": job_state(),
        "onEvent": {"fetchInited": {"actions": [draw]}},
    }


def _place(found: Json) -> Json:
    basis = {"receiving": "在享对象", "eligible": "全部符合条件的对象"}[found["basis"]]
    text = say(
        "{place}　{households} 户　自 {day} 起　口径：{basis}　申领率 {rate}　只测算，不改变任何数据",
        place=found["division_name"],
        households=f"{found['households']:,}",
        day=found["from_day"],
        basis=say(basis),
        rate=_percent(found["take_up"]),
    )
    download = {
        "type": "button",
        "label": "下载 Excel",
        "icon": "fa fa-download",
        "actionType": "download",
        "api": f"get:{WHAT_IF}/{found['id']}/workbook",
    }
    return {
        "type": "wrapper",
        "size": "none",
        "className": "case-place",
        "body": [{"type": "tpl", "tpl": text}, {"type": "button-toolbar", "buttons": [download]}],
    }


def effect_figures(found: Json) -> list[Json]:
    """Return what it costs, who gains, loses, enters and leaves, as figures."""
    total, cost = found["total"], float(found["annual_cost"])
    more = say("每年增支（元）") if cost >= 0 else say("每年减支（元）")
    figures = [
        figure(_money(abs(cost)), more),
        figure(_money(abs(float(found["monthly_cost"]))), say("每月")),
        figure(_count(total["raised"]), say("金额增加的对象")),
        figure(_count(total["lowered"]), say("金额减少的对象")),
        figure(f"{_count(total['entrants'])} → {_plain(total['expected'])}", say("新增符合 → 预计申领")),
        figure(_count(total["leavers"]), say("退出")),
        figure(_count(total["unclaimed"]), say("符合条件但未享受")),
    ]
    if found["margin_in"] is not None:
        figures.append(figure(f"+{found['margin_in']:,} / −{found['margin_out']:,}", say("进入 / 退出低保边缘的家庭")))
    if found["shortfall"] is not None:
        filled = f"{_percent(found['filled_before'])} → {_percent(found['filled_after'])}"
        figures.append(figure(filled, say("收入缺口弥补比例")))
    if found["headroom"] is not None:
        late = "late" if float(found["headroom"]) < 0 else ""
        figures.append(figure(_money(found["headroom"]), say("预算余量（元）"), late))
    return [{"type": "wrapper", "size": "none", "className": "figures case-head", "body": figures}]


def _charts(found: Json) -> Json:
    charts = [
        _bars(say("各镇街每月增支（元）"), [(t["town_name"], t["monthly_cost"]) for t in found["towns"]]),
        _bars(
            say("各项目每月增支（元）"),
            [(p["project_name"], p["monthly_cost"]) for p in found["projects"] if p["monthly"]],
        ),
    ]
    return {"type": "wrapper", "size": "none", "className": "charts", "body": [c for c in charts if c]}


def effect_sources(found: Json, wanted: tuple[str, ...] = ()) -> list[Json]:
    """Return the tables behind the answer, all or those wanted."""
    made: list[Json] = []
    for title, rows, columns in (
        ("拟调整的参数", found["changes"], CHANGES),
        ("标准检验", found["floors"], FLOORS),
        ("申领率敏感性", found["sensitivity"], SENSITIVITY),
        ("分镇街", [*found["towns"], found["total"] | {"town_name": say("合计")}], [_TOWN, *EFFECT]),
        ("分项目（按月发放）", [p for p in found["projects"] if p["monthly"]], [_PROJECT, *EFFECT]),
        ("分城乡", found["residences"], [_RESIDENCE, *EFFECT]),
        ("分资金来源", [_source(each) for each in found["sources"]], SOURCES),
        ("一次性救助（不计入增支）", found["one_off"], ONE_OFF),
    ):
        if rows and (not wanted or title in wanted):
            body: list[Json] = [_table(rows, columns)]
            if title == "标准检验" and found["gap_before"]:
                body.append({"type": "tpl", "tpl": _gap(found), "className": "explanation"})
            made.append(parts.panel(title, body))
    return made


def _source(each: Json) -> Json:
    return each | {"source": say(FundSource(each["fund_source"]).label), "share": _percent(each["share"])}


def _gap(found: Json) -> str:
    return say(
        "农村标准与城镇标准之比由 {before} 变为 {after}。",
        before=_percent(found["gap_before"]),
        after=_percent(found["gap_after"]),
    )


def _table(rows: list[Json], columns: list[Json]) -> Json:
    return {
        "type": "table",
        "data": {"rows": rows},
        "source": "${rows}",
        "columns": columns,
        "columnsTogglable": False,
        "affixHeader": False,
    }


def _bars(title: str, values: list[tuple[str, str]]) -> Json | None:
    shown = [(name, float(value)) for name, value in values if float(value)]
    if not shown:
        return None
    shown.sort(key=lambda pair: pair[1])
    config = {
        "title": {"text": title, "textStyle": {"fontSize": 14, "fontWeight": "normal"}},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 120, "right": 30, "top": 40, "bottom": 30},
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": [name for name, _ in shown]},
        "series": [{"type": "bar", "data": [value for _, value in shown], "itemStyle": {"color": "#1557d4"}}],
    }
    return {"type": "chart", "height": 60 + 26 * max(len(shown), 5), "config": config, "className": "chart-card"}


def _money(value: Any) -> str:
    return f"{float(value):,.0f}"


def _count(value: int) -> str:
    return f"{value:,}"


def _plain(value: Any) -> str:
    return f"{float(value):,.1f}".removesuffix(".0")


def _percent(value: Any) -> str:
    return f"{float(value) * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _number(name: str, label: str) -> Json:
    return parts.text(name, label) | {"align": "right", "type": "number", "kilobitSeparator": True}


def _amount(name: str, label: str) -> Json:
    return _number(name, label) | {"precision": 2, "className": "money"}


def _share(name: str, label: str) -> Json:
    return {"name": name, "label": label, "align": "right", "type": "tpl", "tpl": f"${{ROUND({name} * 100, 2)}}%"}


_TOWN, _PROJECT = parts.text("town_name", "镇街"), parts.text("project_name", "项目")
_RESIDENCE = parts.words("residence", "城乡类别", {"rural": "农村", "urban": "城镇"})
EFFECT = [
    _number("before_count", "现有对象"),
    _number("raised", "增加"),
    _number("lowered", "减少"),
    _number("leavers", "退出"),
    _number("entrants", "新增符合"),
    _number("expected", "预计申领"),
    _amount("before_amount", "现月支出"),
    _amount("after_amount", "调整后月支出"),
    _amount("monthly_cost", "每月增支"),
]
CHANGES = [
    parts.text("label", "参数"),
    parts.words("residence", "城乡类别", {"rural": "农村", "urban": "城镇"}),
    _amount("current", "现行数值"),
    _amount("value", "拟定数值"),
    parts.text("unit", "单位"),
]
FLOORS = [
    _RESIDENCE,
    _amount("standard_before", "现行标准"),
    _amount("standard_after", "拟定标准"),
    _amount("consumption", "上年人均消费支出"),
    _share("ratio_before", "现行占比"),
    _share("ratio_after", "调整后占比"),
    _share("floor", "下限"),
    parts.truth("passed", "结论", yes="达到下限", no="低于下限"),
]
SENSITIVITY = [
    _share("take_up", "申领率"),
    _number("expected", "预计新增申领"),
    _amount("monthly_cost", "每月增支"),
    _amount("annual_cost", "每年增支"),
]
SOURCES = [
    parts.text("source", "资金来源"),
    parts.text("share", "占近十二个月拨款"),
    _amount("annual_cost", "每年增支"),
]
ONE_OFF = [
    _PROJECT,
    _number("payments", "近十二个月笔数"),
    _amount("paid", "近十二个月金额"),
    _amount("at_most", "随标准上涨最多增支"),
]
