"""政策参数: the numbers in force, the history of each, and proposed numbers with whom they would affect."""

from datetime import datetime
from typing import Any, ClassVar

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.client import ApiRefusal
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import ResourcePage, form_button
from admin_pages.kernel.parts import Json
from admin_pages.kernel.site import site
from admin_pages.pages.whatif import effect_figures, effect_sources, watch
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.sign_in import current_actor

NUMBERS, NAMES, CHANGES = "/api/v1/parameters", "/api/v1/parameter-names", "/api/v1/parameter-changes"
CHANGE_FILE = "/page/ParameterChangeFilePage?change_id="
HISTORY = "/page/ParameterHistoryPage?code="
RESIDENCES = {"rural": "农村", "urban": "城镇", "": "城乡通用"}
STATES = {"proposed": "待审批", "approved": "已批准", "refused": "未批准", "withdrawn": "已撤回"}
NOT_FOUND, NOT_ALLOWED = 404, 403


@site.register_admin
class ParameterPage(ResourcePage):
    """Effective-dated numbers with their legal basis."""

    resource = NUMBERS
    group = "政策与项目"
    page_schema = PageSchema(label="政策参数", icon="fa fa-sliders", sort=90)
    columns = ("label", "residence", "value", "unit", "valid_from", "valid_to", "basis", "uncertain", "division_code")
    card_title = "label"
    record_page = HISTORY + "${code}"


@site.register_admin
class ParameterChangePage(ResourcePage):
    """Changes of numbers: proposed by one person, decided by another."""

    resource = CHANGES
    group = "政策与项目"
    page_schema = PageSchema(label="参数变更", icon="fa fa-exchange", sort=85)
    columns = ("label", "residence", "value", "unit", "valid_from", "status", "proposer", "decider", "division_code")
    card_title = "label"
    record_page = CHANGE_FILE + "${id}"
    created_page = record_page


@site.register_admin
class ParameterHistoryPage(DrawnPage):
    """One parameter: what it means, its numbers over the years with their basis, and who brought them."""

    group = "政策与项目"
    permissions = ("parameter:read",)
    page_schema = PageSchema(label="参数历史", icon="fa fa-history", visible=False, sort=10)
    address: ClassVar[str] = "?code=${code}"

    async def content(self, request: Request) -> Any:
        """Return the meaning, a chart, every dated number, and the proposals."""
        code = request.query_params.get("code") or ""
        name = await self.ask(request, f"{NAMES}/{code}")
        numbers = (await self.ask(request, f"{NUMBERS}?code={code}&page_size=200&order_by=-valid_from"))["items"]
        changes = (await self.ask(request, f"{CHANGES}?code={code}&page_size=200&order_by=-valid_from"))["items"]
        unit = say("（{unit}）", unit=say(name["unit"])) if name["unit"] else ""
        head = [
            {"type": "tpl", "tpl": say(name["label"]) + unit, "className": "case-title"},
            {"type": "tpl", "tpl": say(name["meaning"]), "className": "explanation"},
        ]
        proposal = self.api.operation("post", CHANGES)
        actor = await current_actor(request)
        if proposal and proposal.permission and actor.may(proposal.permission):
            button = form_button(self.api, proposal, level="primary", hidden=("code",))
            form = button["dialog"]["body"]
            form |= {"data": {"code": code}, "redirect": CHANGE_FILE + "${id}"}
            form["body"].append({"type": "hidden", "name": "code"})
            head.append({"type": "button-toolbar", "buttons": [button]})
        return [
            *head,
            *([_steps(numbers)] if numbers else []),
            parts.panel("历次数值", _table(numbers, VALUES)),
            parts.panel("变更记录", _table(changes, PROPOSALS)),
        ]


@site.register_admin
class ParameterChangeFilePage(DrawnPage):
    """One proposed number: what it replaces, whom it would affect, and the second person's word."""

    group = "政策与项目"
    permissions = ("parameter:read",)
    page_schema = PageSchema(label="参数变更详情", icon="fa fa-exchange", visible=False, sort=10)
    address: ClassVar[str] = "?change_id=${change_id}"

    async def content(self, request: Request) -> Any:
        """Return the proposal, what may be done with it, and its effect."""
        number = int(request.query_params.get("change_id") or 0)
        change = await self.ask(request, f"{CHANGES}/{number}")
        effect, readable = await self._effect(request, number)
        actor = await current_actor(request)
        may_count = actor.may("scenario:create") and change["status"] == "proposed"
        head = {
            "type": "flex",
            "justify": "space-between",
            "className": "editor-head",
            "items": [
                {"type": "tpl", "tpl": "${title}", "className": "case-title"},
                {"type": "flex", "className": "editor-tools", "items": self._buttons(change, effect)},
            ],
        }
        residence = say(RESIDENCES[change["residence"] or ""])
        data = change | {"title": f"{say(change['label'])}（{residence}）", "label": say(change["label"])}
        made: list[Json] = [{"type": "service", "data": data, "body": [head, _sheet(change)]}]
        return [*made, parts.panel("影响测算", _shown(number, effect, may_count=may_count))] if readable else made

    async def _effect(self, request: Request, number: int) -> tuple[Json | None, bool]:
        """Return what was counted, None if nothing, and whether this reader may see it."""
        try:
            return await self.ask(request, f"{CHANGES}/{number}/effect"), True
        except ApiRefusal as refusal:
            if refusal.status not in (NOT_FOUND, NOT_ALLOWED):
                raise
            return None, refusal.status == NOT_FOUND

    def _buttons(self, change: Json, effect: Json | None) -> list[Json]:
        buttons = [parts.link("历次数值", HISTORY + change["code"])]
        for operation in self.api.row_actions(CHANGES):
            if operation.noun not in change["allowed_actions"]:
                continue
            button = form_button(self.api, operation, level="primary", noun=operation.noun)
            if operation.noun == "decision":
                # The second person decides with the consequences before their eyes.
                form = button["dialog"]["body"]
                answers = [{"label": "同意", "value": True}, {"label": "不同意", "value": False}]
                form["body"] = [
                    _in_short(effect),
                    *(
                        i | {"type": "radios", "options": answers} if i["name"] == "approved" else i
                        for i in _named(form)
                    ),
                ]
                form["reload"] = "drawn"
            else:
                button["reload"] = "drawn"
            buttons.append(button)
        return buttons


def _named(form: Json) -> list[Json]:
    return [item for item in form["body"] if "name" in item]


def _sheet(change: Json) -> Json:
    lines = {
        "拟定数值": f"{change['value']} {say(change['unit'])}",
        "起始日期": change["valid_from"],
        "依据": change["basis"] + (say("（待核实）") if change["uncertain"] else ""),
        "状态": say(STATES[change["status"]]),
        "提出人": change["proposer"],
        "审批人": change["decider"] or "—",
        "审批意见": change["opinion"] or "—",
    }
    items = [{"label": label, "content": content} for label, content in lines.items()]
    return {"type": "property", "column": 2, "mode": "table", "items": items}


def _shown(number: int, effect: Json | None, *, may_count: bool) -> list[Json]:
    """Return whom the number would affect, the progress of the counting, or the way to begin it."""
    count = {
        "type": "button",
        "label": "重新测算" if effect else "测算影响",
        "level": "default" if effect else "primary",
        "actionType": "ajax",
        "api": f"post:{CHANGES}/{number}/effect",
        "reload": "drawn",
    }
    tools: list[Json] = [{"type": "button-toolbar", "buttons": [count]}] if may_count else []
    if effect is None:
        return [{"type": "tpl", "tpl": "还没有测算这一变更影响哪些对象。", "className": "explanation"}, *tools]
    if effect["finished_at"] is None:
        failed = effect["status"] in ("failed", "cancelled")
        return [watch(f"{CHANGES}/{number}/effect"), *(tools if failed else [])]
    if may_count:
        tools[0]["buttons"].append(parts.link("打开完整测算", f"/page/WhatIfFilePage?id={effect['id']}"))
    at = {"type": "tpl", "tpl": _in_words(effect), "className": "explanation"}
    return [
        at,
        *effect_figures(effect),
        *effect_sources(effect, ("分镇街", "分项目（按月发放）", "一次性救助（不计入增支）")),
        *tools,
    ]


def _in_short(effect: Json | None) -> Json:
    if effect is None or effect["finished_at"] is None:
        text, level = say("还没有测算影响。建议先测算这一变更影响哪些对象、增支多少，再审批。"), "warning"
    else:
        text, level = _in_words(effect), "info"
    return {"type": "alert", "level": level, "showIcon": True, "body": text}


def _in_words(effect: Json) -> str:
    total, cost = effect["total"], float(effect["annual_cost"])
    more = say("每年增支 {money} 元") if cost >= 0 else say("每年减支 {money} 元")
    return say(
        "{place}参与测算 {households} 户：{cost}；新增符合 {entrants}，退出 {leavers}，"
        "金额增加 {raised}，金额减少 {lowered}，涉及 {towns} 个镇街。",
        place=effect["division_name"],
        households=f"{effect['households']:,}",
        cost=more.format(money=f"{abs(cost):,.0f}"),
        towns=sum(any(t[n] for n in ("entrants", "leavers", "raised", "lowered")) for t in effect["towns"]),
        **{name: f"{total[name]:,}" for name in ("entrants", "leavers", "raised", "lowered")},
    )


def _table(rows: list[Json], columns: list[Json]) -> Json:
    body = parts.table("rows", columns) | {"columnsTogglable": False, "affixHeader": False}
    return {"type": "service", "data": {"rows": rows}, "body": body}


def _steps(numbers: list[Json]) -> Json:
    """Return the numbers over time as steps, a line for each area and residence."""
    lines: dict[str, list[list[Any]]] = {}
    today = datetime.now(CHINA).date().isoformat()
    for number in reversed(numbers):
        name = say(RESIDENCES[number["residence"] or ""])
        if any(n["division_code"] != number["division_code"] for n in numbers):
            name = f"{number['division_code']} {name}"
        points = lines.setdefault(name, [])
        points.append([number["valid_from"], float(number["value"])])
        points.append([number["valid_to"] or max(number["valid_from"], today), float(number["value"])])
    config = {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 70, "right": 30, "top": 36, "bottom": 30},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", "scale": True},
        "series": [{"type": "line", "step": "end", "name": name, "data": points} for name, points in lines.items()],
    }
    return {"type": "chart", "height": 260, "config": config, "className": "chart-card"}


VALUES = [
    parts.text("valid_from", "起始日期"),
    parts.text("valid_to", "终止日期") | {"placeholder": "未定"},
    parts.words("residence", "城乡类别", {"rural": "农村", "urban": "城镇"}) | {"placeholder": "城乡通用"},
    parts.text("value", "数值") | {"align": "right"},
    parts.text("unit", "单位"),
    parts.text("basis", "依据") | {"className": "wide-text"},
    {"name": "uncertain", "label": "核实", "type": "mapping", "map": {"true": "待核实", "1": "待核实", "*": "—"}},
    parts.text("division_code", "适用区划"),
    parts.text("proposer", "提出人") | {"placeholder": "随产品提供"},
    parts.text("decider", "审批人"),
    {**parts.text("decided_at", "审批时间"), "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
]
PROPOSALS = [
    parts.text("valid_from", "起始日期"),
    parts.words("residence", "城乡类别", {"rural": "农村", "urban": "城镇"}) | {"placeholder": "城乡通用"},
    parts.text("value", "数值") | {"align": "right"},
    parts.words("status", "状态", STATES),
    parts.text("basis", "依据") | {"className": "wide-text"},
    parts.text("proposer", "提出人"),
    parts.text("decider", "审批人"),
    parts.text("opinion", "审批意见"),
    {"type": "operation", "label": "操作", "buttons": [parts.link("打开", CHANGE_FILE + "${id}")]},
]
