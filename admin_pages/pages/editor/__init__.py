"""The editor of a project's version: written part by part, checked at every save, published by another person."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.client import ApiRefusal, ask
from admin_pages.kernel.conditions import for_builder
from admin_pages.kernel.pages import StaffPage
from admin_pages.kernel.schemas import SchemaDocument
from admin_pages.kernel.site import site
from admin_pages.pages.editor.examples import example_form, for_form
from admin_pages.pages.editor.sections import Sections
from admin_pages.pages.editor.sheet import Sheet
from backend.kernel.actor import Actor
from backend.kernel.i18n import language_of_request, speak

Json = dict[str, Any]
STATUSES = {"draft": "草稿", "checked": "已通过检查", "published": "已发布", "retired": "已停用"}
OPEN = ("draft", "checked")
VOCABULARY, SCHEMA = "/api/v1/vocabulary", "/api/v1/vocabulary/definition-schema"


@site.register_admin
class VersionPage(StaffPage):
    """One version: readable when it is published, an editor while it is a draft."""

    group = "政策与项目"
    permissions = ("project:read",)
    page_schema = PageSchema(label="项目版本", icon="fa fa-edit", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return a part that draws itself when the version is known."""
        del actor, phone
        return {"type": "service", "schemaApi": "post:/admin/page/VersionPage/editor?id=${id}", "id": "editor-page"}

    def register_router(self) -> "VersionPage":
        """Add the routes that draw the editor and the form of its examples."""
        super().register_router()
        for name, route in (("editor", self.editor), ("examples", self.examples)):
            self.router.add_api_route(
                f"{self.page_path}/{name}", route, methods=["POST"], include_in_schema=False, response_class=Response
            )
        return self

    async def editor(self, request: Request, id: int) -> Response:  # noqa: A002  (the address says id)
        """Draw the editor in the reader's language; what stands in the definition is never translated."""
        try:
            version = await self._ask(request, f"/api/v1/project-versions/{id}")
            vocabulary = await self._ask(request, VOCABULARY)
            page = await self._page(request, version, vocabulary)
        except ApiRefusal as refusal:
            return JSONResponse(refusal.problem, refusal.status, media_type="application/problem+json")
        return JSONResponse(page)

    async def _page(self, request: Request, version: Json, vocabulary: Json) -> Json:
        if "edit" not in version["allowed_actions"]:
            page = {"type": "wrapper", "size": "none", "body": await sheet_of(self, request, version, vocabulary)}
            return dict(speak(page, language_of_request.get()))
        described = "rule" not in version["definition"]
        schema = SchemaDocument(await self._ask(request, f"{SCHEMA}?described_only={str(described).lower()}"))
        tabs = entry_tabs(schema) if described else Sections(vocabulary, schema, version).tabs()
        page = dict(speak(editor_of(version, tabs), language_of_request.get()))
        return page | {"data": data_of(version, vocabulary)}

    async def examples(self, request: Request, id: int) -> Response:  # noqa: A002
        """Draw the inputs of examples for the rule and formula as they stand in the editor."""
        written = await request.json()
        asked = {name: written[name] for name in ("unit", "rule", "formula") if written.get(name)}
        try:
            version = await self._ask(request, f"/api/v1/project-versions/{id}")
            vocabulary = await self._ask(request, VOCABULARY)
            said = await self._ask(request, f"{VOCABULARY}/wording", asked)
        except ApiRefusal as refusal:
            return JSONResponse(refusal.problem, refusal.status, media_type="application/problem+json")
        unit = asked.get("unit") or "household"
        stored = version["definition"].get("examples") or []
        form = example_form(version["code"], unit, said["asked"], vocabulary, stored)
        return JSONResponse(speak(form, language_of_request.get()))

    async def _ask(self, request: Request, path: str, body: Any = None) -> Any:
        return await ask(request, self.site.application, path, body)


def data_of(version: Json, vocabulary: Json) -> Json:
    """Return the definition as the form holds it, beside what the API says of the version."""
    definition = dict(version["definition"])
    unit = definition.get("unit") or "household"
    if "rule" in definition:
        definition["rule"] = for_builder(definition["rule"], vocabulary)
        definition["examples"] = for_form(definition.get("examples") or [], version["code"], unit, vocabulary)
    return definition | {
        "project_id": version["project_id"],
        "number": version["number"],
        "version": version["version"],
        "status": version["status"],
        "allowed_actions": version["allowed_actions"],
    }


async def sheet_of(page: StaffPage, request: Request, version: Json, vocabulary: Json) -> list[Json]:
    """Return a version to be read."""
    definition, application = version["definition"], page.site.application
    schema = SchemaDocument(await ask(request, application, SCHEMA))
    written = {"unit": definition.get("unit") or "household", "rule": definition.get("rule")}
    written["formula"] = (definition.get("amount") or {}).get("formula")
    said = await ask(request, application, f"{VOCABULARY}/wording", written)
    return Sheet(definition, vocabulary, schema).parts(said)


def entry_tabs(document: SchemaDocument) -> list[Json]:
    """Return the form of an aid that others decide: one tab, drawn from its schema."""
    fields = document.schema["properties"]
    shown = {name: field for name, field in fields.items() if name not in {"code", "valid_from", "valid_to"}}
    return [{"title": "办理指引", "body": widgets.form_items(document, document.schema | {"properties": shown})}]


def editor_of(version: Json, tabs: list[Json]) -> Json:
    """Return the form of a draft."""
    address = f"/api/v1/project-versions/{version['id']}"
    described = "rule" not in version["definition"]
    written = ENTRY_PARTS if described else PARTS
    form: Json = {
        "type": "form",
        "id": "definition",
        "name": "definition",
        "mode": "normal",
        "title": "",
        "actions": [],
        "promptPageLeave": True,
        "preventEnterSubmit": True,
        "api": {
            "method": "patch",
            "url": address,
            "data": {"version": "${version}", "definition": {name: f"${{{name}}}" for name in written}},
            "responseData": {name: f"${{{name}}}" for name in ("version", "status", "allowed_actions")},
        },
        "onEvent": {"submitSucc": {"actions": _check(address)}},
        "messages": {"saveSuccess": "已保存"},
        "body": [_head(address), _found(), {"type": "tabs", "tabs": tabs}],
    }
    return {"type": "wrapper", "size": "none", "body": form}


PARTS = (
    *("name", "department", "tier_seed", "tier_law", "benefit_form", "other_forms", "unit", "residence"),
    *("target_groups", "target", "basis", "note", "rule", "amount", "materials", "form", "path", "clock"),
    *("decision", "publicity", "review", "fund", "exclusions", "granted_with", "examples"),
)
ENTRY_PARTS = (
    *("name", "department", "tier_seed", "tier_law", "benefit_form", "other_forms", "residence", "target_groups"),
    *("target", "basis", "note", "exclusions", "standard", "path_text", "promise_days", "statutory_days"),
    *("urgent_hours", "time_text", "applicant_gives", "by_sharing", "review_text", "decision_level", "publicity"),
    *("fund_book", "budget_subject"),
)


def _check(address: str) -> list[Json]:
    """Return what follows a save: the version is checked, and what was found is shown."""
    checked = {"method": "post", "url": f"{address}/check", "silent": True}
    found = {"value": {"found": "${checked.responseData}", "status": "${checked.responseData.status}"}}
    return [
        {"actionType": "ajax", "api": checked, "outputVar": "checked", "options": {"silent": True}},
        {"actionType": "setValue", "componentId": "definition", "args": found},
    ]


def _head(address: str) -> Json:
    """Return name, version and status on the left, what may be done on the right."""
    named: list[Json] = [
        {"type": "tpl", "tpl": "${code} ${name}", "className": "editor-name"},
        {"type": "tpl", "tpl": "第 ${number} 版", "className": "editor-number"},
        {"type": "mapping", "name": "status", "map": STATUSES, "classNameExpr": "word word-${status}"},
    ]
    save = {"type": "submit", "label": "保存并检查", "level": "primary"}
    back = parts.link("返回项目", "/page/ProjectFilePage?id=${project_id}")
    buttons = [save, _publish(address), back]
    body = [{"type": "flex", "justify": "flex-start", "alignItems": "center", "items": named}]
    tools = {"type": "flex", "items": buttons, "className": "editor-tools"}
    return {"type": "flex", "justify": "space-between", "className": "editor-head", "items": [*body, tools]}


def _publish(address: str) -> Json:
    day = {
        "type": "input-date",
        "name": "valid_from_day",
        "label": "生效日期",
        "valueFormat": "YYYY-MM-DD",
        "displayFormat": "YYYY-MM-DD",
        "description": "不填为今天；前一版本同日停止",
    }
    form = {
        "type": "form",
        "api": {
            "method": "post",
            "url": f"{address}/publication",
            "data": {"valid_from": "${valid_from_day|default:undefined}", "version": "${version}"},
        },
        "messages": {"saveSuccess": "已发布"},
        "onEvent": {"submitSucc": {"actions": [{"actionType": "reload", "componentId": "editor-page"}]}},
        "body": [
            {"type": "tpl", "tpl": WARNING, "className": "explanation"},
            day,
        ],
    }
    return {
        "type": "button",
        "label": "发布",
        "level": "danger",
        "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'publication')}",
        "disabledOn": "${status != 'checked'}",
        "disabledTip": "请先保存并通过检查",
        "actionType": "dialog",
        "dialog": {"title": "发布版本", "body": form},
    }


WARNING = "发布后这一版不能再修改；编辑的人和发布的人不能是同一人。"


def _found() -> Json:
    """Return what the last check found."""
    columns = [
        parts.text("place", "位置"),
        parts.text("message", "说明"),
        parts.text("expected", "应为"),
        parts.text("actual", "实际"),
    ]
    passed = "检查通过：${found.passed} 个示例全部符合预期。请由另一位有发布权限的人员发布。"
    return {
        "type": "container",
        "visibleOn": "${found}",
        "className": "found",
        "body": [
            {"type": "alert", "level": "success", "visibleOn": "${found.ok}", "body": passed},
            {
                "type": "alert",
                "level": "warning",
                "visibleOn": "${found.faults.length}",
                "body": "已保存，发布前还需要修改 ${found.faults.length} 处：",
            },
            parts.table("found.faults", columns) | {"visibleOn": "${found.faults.length}"},
        ],
    }
