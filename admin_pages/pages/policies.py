"""政策文件: the library, and each instrument with its articles and files."""

from typing import Any, ClassVar

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import ResourcePage, form_button
from admin_pages.kernel.parts import Json
from admin_pages.kernel.site import site
from backend.kernel.i18n import say

POLICIES = "/api/v1/policy-documents"
FILE_PAGE = "/page/PolicyFilePage?id="
STATUSES = {"in_force": "现行有效", "amended": "已被修改", "repealed": "已废止", "uncertain": "效力待核实"}


@site.register_admin
class PolicyPage(ResourcePage):
    """The policy library."""

    resource = POLICIES
    group = "政策与项目"
    page_schema = PageSchema(label="政策文件", icon="fa fa-gavel", sort=80)
    columns = ("code", "title", "number", "issuer", "in_force_from", "in_force_to", "status")
    card_title = "title"
    record_page = FILE_PAGE + "${id}"
    created_page = record_page


@site.register_admin
class PolicyFilePage(DrawnPage):
    """One instrument: what it is, its articles to read, its files to open."""

    group = "政策与项目"
    permissions = ("policy:read",)
    page_schema = PageSchema(label="政策文件详情", icon="fa fa-gavel", visible=False, sort=10)
    address: ClassVar[str] = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Return the headline with what may be changed, the files, and the articles."""
        found = await self.ask(request, f"{POLICIES}/{int(request.query_params.get('id') or 0)}")
        head = {
            "type": "flex",
            "justify": "space-between",
            "className": "editor-head",
            "items": [
                {"type": "tpl", "tpl": "${title}", "className": "case-title"},
                {"type": "flex", "className": "editor-tools", "items": self._buttons(found)},
            ],
        }
        clause = [
            {"type": "tpl", "tpl": "${label}", "className": "outline heads-true"},
            {"type": "tpl", "tpl": "${text}", "className": "outline clause"},
        ]
        clauses = {"type": "each", "source": "${clauses}", "items": {"type": "wrapper", "size": "none", "body": clause}}
        files = {"type": "each", "source": "${attachments}", "items": _attachment(found["id"])}
        return {
            "type": "service",
            "data": found,
            "body": [
                head,
                _sheet(found),
                parts.panel("附件", _or_none(files, "attachments", "没有附件")),
                parts.panel("条款", _or_none(clauses, "clauses", "没有录入条款")),
            ],
        }

    def _buttons(self, found: Json) -> list[Json]:
        amend = self.api.operation("patch", POLICIES + "/{document_id}")
        if amend is None or "edit" not in found["allowed_actions"]:
            return []
        edit = form_button(self.api, amend, label="修改", noun="edit", prefilled=True, hidden=("attachment_ids",))
        edit["dialog"]["body"]["reload"] = "drawn"
        form = {
            "type": "form",
            "mode": "normal",
            "reload": "drawn",
            "data": {"files": found["attachments"], "version": found["version"]},
            "api": {
                "method": "patch",
                "url": f"{POLICIES}/{found['id']}",
                "data": {"version": "${version}", "attachment_ids": "${ARRAYMAP(files, item => item.file_id || item)}"},
            },
            "body": [parts.upload("files", "附件", {"subject_kind": "policy", "subject_id": found["id"]})],
        }
        dialog = {"title": "增减附件", "body": form, "closeOnEsc": True}
        return [edit, {"type": "button", "label": "增减附件", "actionType": "dialog", "dialog": dialog}]


def _attachment(document: int) -> Json:
    size = "${name}（${CEIL(size / 1024)} KB，${uploader}）"
    opened = parts.open_page("打开", f"{POLICIES}/{document}/attachments/${{file_id}}")
    return {
        "type": "flex",
        "justify": "flex-start",
        "alignItems": "center",
        "items": [{"type": "tpl", "tpl": size}, opened],
    }


def _or_none(body: Json, name: str, empty: str) -> list[Json]:
    return [
        body | {"visibleOn": f"${{{name}.length}}"},
        {"type": "tpl", "tpl": empty, "visibleOn": f"${{!{name}.length}}", "className": "text-muted"},
    ]


def _sheet(found: Json) -> Json:
    lines = {
        "编号": found["code"],
        "文号": found["number"] or "—",
        "发文机关": found["issuer"] or "—",
        "发布日期": found["issued_on"] or "—",
        "施行日期": found["in_force_from"] or "—",
        "失效日期": found["in_force_to"] or "—",
        "效力": say(STATUSES[found["status"]]),
        "要点": found["summary"] or "—",
    }
    items = [{"label": label, "content": content} for label, content in lines.items()]
    return {"type": "property", "column": 2, "mode": "table", "items": items}
