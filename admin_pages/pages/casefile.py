"""案件档案: one case as somebody needs it who has to do the next step or to decide."""

from typing import Any, ClassVar

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import actions, parts, widgets
from admin_pages.kernel.client import ApiRefusal
from admin_pages.kernel.drawn import DrawnPage, Json
from admin_pages.kernel.site import site
from admin_pages.pages.case_outcome import letters_shown
from admin_pages.pages.case_tabs import act, day, file_target, tabs
from backend.kernel.i18n import say


@site.register_admin
class CaseFilePage(DrawnPage):
    """One case: where it stands, what to do now, what it rests on, what was done."""

    group = "案件办理"
    permissions = ("case:read",)
    page_schema = PageSchema(label="案件档案", icon="fa fa-file-text", visible=False, sort=10)
    address: ClassVar[str] = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Read the case and what belongs to it, each in the reader's name, and draw the file."""
        path = f"/api/v1/cases/{int(request.query_params.get('id') or 0)}"
        case = await self.ask(request, path)
        timeline = (await self.ask(request, f"{path}/timeline"))["items"]
        phone = request.headers.get("x-phone") == "1"
        data = {
            "case": case,
            "household": await self._may_ask(request, f"/api/v1/households/{case['household_id']}"),
            "entitlements": await self._rows(request, f"/api/v1/entitlements?case_id={case['id']}"),
            "orders": await self._rows(request, f"/api/v1/payment-orders?case_id={case['id']}"),
            "referrals": await self._rows(request, f"/api/v1/referrals?case_id={case['id']}"),
            **letters_shown(case),
            "deliver": await self._deliver(request, case),
            "steps": _path_steps(case),
            "acts": [act(step) for step in reversed(timeline)],
        }
        words = self._words()
        body = [
            _header(case, words, phone=phone),
            *_warnings(case),
            _todo(case),
            {"type": "tabs", "tabsMode": "line", "className": "case-tabs", "tabs": tabs(case, data, words)},
        ]
        return {"type": "service", "name": "file", "data": data, "body": body}

    async def _may_ask(self, request: Request, path: str) -> Any:
        """Return the answer, or nothing where this reader has no right to it."""
        try:
            return None if path.endswith("/None") else await self.ask(request, path)
        except ApiRefusal:
            return None

    async def _rows(self, request: Request, path: str) -> list[Any]:
        found = await self._may_ask(request, path)
        return found["items"] if found else []

    async def _deliver(self, request: Request, case: Json) -> Json | None:
        """Return the button that records how a letter reached the person, for whoever may."""
        operation = self.api.operation("post", "/api/v1/cases/{case_id}/letters/{letter_id}/deliveries")
        me = await self.ask(request, "/api/v1/auth/me")
        if operation is None or operation.permission not in me["permissions"]:
            return None
        items = [
            parts.upload(item["name"], item["label"], file_target(case), many=False)
            if item["type"] == "input-file"
            else item
            for item in widgets.form_items(self.api, operation.body or {})
        ]
        form = {
            "type": "form",
            "mode": "normal",
            "api": f"post:/api/v1/cases/{case['id']}/letters/${{id}}/deliveries",
            "canAccessSuperData": False,
            "body": [
                item | ({"value": case["applicant_name"]} if item["name"] == "recipient" else {}) for item in items
            ],
            "reload": "drawn",
            "preventEnterSubmit": True,
        }
        dialog = {"title": "登记送达：${title}", "size": "md", "body": form}
        return {"type": "button", "label": "登记送达", "level": "link", "actionType": "dialog", "dialog": dialog}

    def _words(self) -> dict[str, dict[str, str]]:
        """Return the labels of stored values, as the API's document says them."""
        fields = self.api.row_schema("/api/v1/cases")["properties"]
        named = {name: self.api.resolve(field).get("x-labels", {}) for name, field in fields.items()}
        person = self.api.row_schema("/api/v1/persons")["properties"]
        return named | {name: self.api.resolve(field).get("x-labels", {}) for name, field in person.items()}


def _header(case: Json, words: dict[str, dict[str, str]], *, phone: bool) -> Json:
    """Return who asks for what, the state, whose turn it is, the path and the clocks."""
    state = say(words["state"].get(case["state"], case["state"]))
    title = {"type": "tpl", "tpl": "${case.applicant_name} · ${case.project_name}", "className": "case-title"}
    place = {"type": "tpl", "tpl": "${case.number}　${case.town_name} ${case.division_name}", "className": "case-place"}
    turn = say("等待：{who}", who=case["waits_for"]) if case["waits_for"] else ""
    tags = [
        {"type": "tag", "label": state, "displayMode": "rounded", "color": "active" if case["open"] else "inactive"}
    ]
    if turn:
        tags.append({"type": "tag", "label": turn, "displayMode": "rounded", "color": "processing"})
    if case["extended"]:
        tags.append({"type": "tag", "label": "已延期", "displayMode": "rounded", "color": "warning"})
    steps = {
        "type": "steps",
        "source": "${steps}",
        "value": _position(case),
        "mode": "vertical" if phone else "horizontal",
        "className": "case-steps",
        "labelPlacement": "vertical",
    }
    if phone:
        steps = {"type": "collapse", "header": "办理流程", "collapsed": True, "body": steps}
    clocks = {"type": "wrapper", "size": "none", "className": "figures", "body": [_clock(c) for c in case["clocks"]]}
    return {
        "type": "wrapper",
        "size": "none",
        "className": "case-head",
        "body": [
            title,
            place,
            {"type": "wrapper", "size": "none", "className": "case-tags", "body": tags},
            steps,
            clocks,
        ],
    }


def _position(case: Json) -> int:
    """Return where the case stands among the steps shown; beyond the last one it reached when it is closed."""
    return sum(step["status"] == "finish" for step in _path_steps(case))


def _tag(label: str, colour: str) -> Json:
    return {"type": "tag", "label": label, "displayMode": "rounded", "color": colour}


def _clock(clock: Json) -> Json:
    colour = clock["light"] or "none"
    said = parts.LIGHTS.get(colour, "已停止计时")
    body = [
        {"type": "tpl", "tpl": day(clock["due_at"]), "className": f"value light-{colour}"},
        {"type": "tpl", "tpl": f"{say(clock['name'])} · {say(said)}", "className": "name"},
    ]
    return {"type": "wrapper", "size": "none", "className": f"figure-card clock clock-{colour}", "body": body}


def _path_steps(case: Json) -> list[Json]:
    """Return the steps of the path; one passed over without need is left out."""
    shown = [step for step in case["path"] if not step["optional"] or step["current"]]
    return [
        {
            "title": say(step["name"]),
            "status": "process" if step["current"] and case["open"] else "finish" if step["passed"] else "wait",
        }
        for step in shown
    ]


def _warnings(case: Json) -> list[Json]:
    return [
        {"type": "alert", "level": "warning", "showIcon": True, "body": f"${{case.warnings[{at}]}}"}
        for at in range(len(case["warnings"]))
    ]


def _todo(case: Json) -> Json:
    """Return what this reader can do now, the expected step first, and why something cannot be done yet."""
    buttons = [actions.button("/api/v1/cases", case, name, files=file_target(case)) for name in _ordered(case)]
    if not buttons:
        hint = say("当前等待{who}办理", who=case["waits_for"]) if case["waits_for"] else say("案件已结束")
        return parts.panel("现在要做", {"type": "tpl", "tpl": hint, "className": "text-muted"}, className="case-todo")
    blocked = [
        {"type": "alert", "level": "info", "body": f"{say(title)}：${{case.obstacles.{name}}}", "className": "obstacle"}
        for name, title in ((n, case["action_forms"][n]["title"]) for n in _ordered(case) if n in case["obstacles"])
    ]
    toolbar = {"type": "wrapper", "size": "none", "className": "case-actions", "body": buttons}
    return parts.panel("现在要做", [toolbar, *blocked], className="case-todo")


def _ordered(case: Json) -> list[str]:
    """Return the actions with the grave ones last; the path's own order is kept otherwise."""
    return sorted(case["allowed_actions"], key=lambda name: (name in actions.GRAVE, name in actions.ASIDE))
