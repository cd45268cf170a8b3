"""The file of one record that moves by actions: its sheet, what may be done now, and what belongs to it."""

from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.actions import button
from admin_pages.kernel.client import ApiRefusal, ask
from admin_pages.kernel.pages import StaffPage, nested_table
from backend.kernel.actor import Actor
from backend.kernel.i18n import language_of_request, speak

Json = dict[str, Any]
NOT_SHOWN = frozenset({"action_forms"})


class ActionFilePage(StaffPage):
    """`POST <resource>/{id}/actions` moves it; the record names its allowed actions and the form of each."""

    resource: ClassVar[str]

    def more(self) -> list[Any]:
        """Return what stands below the actions."""
        return []

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the file, read by the id in the address."""
        del actor
        actions = {
            "type": "service",
            "name": "actions",
            "schemaApi": f"post:/admin/page/{type(self).__name__}/actions?id=${{id}}",
        }
        inner = [parts.panel("可办理事项", actions), parts.panel("基本情况", self._sheet(phone=phone)), *self.more()]
        return {"type": "service", "name": "file", "api": f"get:{self.resource}/${{id}}", "body": inner}

    def _sheet(self, *, phone: bool) -> Any:
        operation = self.api.operation("get", self.api.item_path(self.resource) or "")
        schema = operation.answer if operation and operation.answer else {}
        lines, tables = [], []
        for name, field in widgets.shown_fields(self.api, schema.get("properties", {})).items():
            if name in NOT_SHOWN:
                continue
            item = self.api.resolve(field.get("items", {})) if field.get("type") == "array" else {}
            if item.get("properties"):
                tables.append(nested_table(self.api, name, field, item) | {"visibleOn": f"${{{name}.length}}"})
            else:
                lines.append(widgets.line(name, field))
        return [{"type": "property", "column": 1 if phone else 3, "items": lines}, *tables]

    def register_router(self) -> "ActionFilePage":
        """Add the route that draws the forms of what may be done now."""
        super().register_router()
        path = f"{self.page_path}/actions"
        self.router.add_api_route(
            path, self.actions, methods=["POST"], include_in_schema=False, response_class=Response
        )
        return self

    async def actions(self, request: Request, id: int) -> Response:  # noqa: A002  (the address says id)
        """Draw a button and a form per allowed action, from the JSON schemas in the record itself."""
        try:
            record = await ask(request, self.site.application, f"{self.resource}/{id}")
        except ApiRefusal as refusal:
            return JSONResponse(refusal.problem, refusal.status, media_type="application/problem+json")
        buttons = [button(self.resource, record, name, reload="file") for name in record.get("allowed_actions", [])]
        empty = {"type": "tpl", "tpl": "当前没有需要您办理的事项"}
        page = {"type": "wrapper", "size": "none", "body": buttons or empty}
        return JSONResponse(speak(page, language_of_request.get()))
