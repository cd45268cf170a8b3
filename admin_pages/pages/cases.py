"""案件办理: what waits for me, the cases, one case's file, leads."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.client import ApiRefusal, ask
from admin_pages.kernel.pages import ResourcePage, StaffPage
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor
from backend.kernel.i18n import language_of_request, speak

CASE_FILE = "/page/CaseFilePage?id="


@site.register_admin
class TaskPage(ResourcePage):
    """What waits for the posts of this person."""

    resource = "/api/v1/tasks"
    group = "案件办理"
    page_schema = PageSchema(label="我的待办", icon="fa fa-inbox", sort=100)
    record_page = CASE_FILE + "${case_id|default:${id}}"


@site.register_admin
class CasePage(ResourcePage):
    """Every case of the actor's area."""

    resource = "/api/v1/cases"
    group = "案件办理"
    page_schema = PageSchema(label="救助案件", icon="fa fa-folder-open", sort=90)
    record_page = CASE_FILE + "${id}"
    hidden_actions = ("actions",)
    card_title = "number"


@site.register_admin
class LeadPage(ResourcePage):
    """Leads: people who may need help before they ask."""

    resource = "/api/v1/leads"
    group = "案件办理"
    page_schema = PageSchema(label="主动发现线索", icon="fa fa-bell", sort=80)


@site.register_admin
class CaseFilePage(StaffPage):
    """One case: where it stands, what may be done, what was done, what was decided and why."""

    group = "案件办理"
    permissions = ("case:read",)
    page_schema = PageSchema(label="案件档案", icon="fa fa-file-text", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the file, read by the id in the address."""
        del actor
        case = "/api/v1/cases/${id}"
        sheet = parts.panel("基本情况", self._sheet(phone=phone))
        actions = {"type": "service", "name": "actions", "schemaApi": "post:/admin/page/CaseFilePage/actions?id=${id}"}
        columns = [
            {"name": "at", "label": "时间", "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
            parts.text("action_label", "办理环节"),
            parts.text("actor_name", "办理人"),
            parts.text("division_name", "单位"),
            parts.text("opinion", "意见"),
            parts.text("working_days_used", "用时（工作日）"),
        ]
        timeline = parts.service(f"{case}/timeline", parts.table("items", columns), name="timeline")
        return [
            {"type": "service", "name": "file", "api": f"get:{case}", "body": [sheet]},
            parts.panel("可办理事项", actions),
            parts.panel("办理过程", timeline),
        ]

    def _sheet(self, *, phone: bool) -> Any:
        path = self.api.item_path("/api/v1/cases")
        operation = self.api.operation("get", path) if path else None
        schema = operation.answer if operation and operation.answer else {}
        lines, rest = [], []
        for name, raw in schema.get("properties", {}).items():
            field = self.api.resolve(raw)
            if widgets.is_hidden(name, field) or name == "action_forms":
                continue
            item = self.api.resolve(field.get("items", {})) if field.get("type") == "array" else {}
            if item.get("properties"):
                rest.append((name, field, item))
            else:
                lines.append(widgets.line(name, field))
        from admin_pages.kernel.pages import nested_table

        tables = [nested_table(self.api, *one) | {"visibleOn": f"${{{one[0]}.length}}"} for one in rest]
        return [{"type": "property", "column": 1 if phone else 3, "items": lines}, *tables]

    def register_router(self) -> "CaseFilePage":
        """Add the route that draws the forms of what may be done now."""
        super().register_router()
        self.router.add_api_route(
            f"{self.page_path}/actions",
            self.actions,
            methods=["POST"],
            include_in_schema=False,
            response_class=Response,
        )
        return self

    async def actions(self, request: Request, id: int) -> Response:  # noqa: A002  (the address says id)
        """Draw a button and a form per allowed action, from the JSON schemas in the case itself."""
        try:
            case = await ask(request, self.site.application, f"/api/v1/cases/{id}")
        except ApiRefusal as refusal:
            return JSONResponse(refusal.problem, refusal.status, media_type="application/problem+json")
        forms = case.get("action_forms") or {}
        buttons = [self._button(id, name, forms.get(name) or {}) for name in case.get("allowed_actions", [])]
        empty = {"type": "tpl", "tpl": "当前没有需要您办理的事项", "className": "text-muted"}
        page = {"type": "wrapper", "size": "none", "body": buttons or empty}
        return JSONResponse(speak(page, language_of_request.get()))

    def _button(self, case_id: int, action: str, schema: dict[str, Any]) -> dict[str, Any]:
        title = schema.get("title", action)
        target = {
            "method": "post",
            "url": f"/api/v1/cases/{case_id}/actions",
            "data": {"action": action, "opinion": "${opinion}", "data": "${data}"},
        }
        opinion = {"type": "textarea", "name": "opinion", "label": "办理意见", "maxLength": 1000, "minRows": 2}
        inner = widgets.form_items(self.api, schema, prefix="data.")
        form = {
            "type": "form",
            "mode": "normal",
            "api": target,
            "body": [*inner, opinion],
            "reload": "file,timeline,actions",
        }
        dialog = {"title": title, "size": "md", "body": form}
        level = "danger" if action in {"reject", "refuse", "withdraw"} else "primary"
        return {
            "type": "button",
            "label": title,
            "level": level,
            "className": "m-r-sm m-b-sm",
            "actionType": "dialog",
            "dialog": dialog,
        }
