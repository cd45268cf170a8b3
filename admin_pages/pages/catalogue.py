"""政策与项目: documents, parameters, projects and the editor of their versions."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site
from admin_pages.pages.editor import OPEN, STATUSES, VOCABULARY, sheet_of

EDITOR = "/page/VersionPage?id="


@site.register_admin
class ProjectPage(ResourcePage):
    """The catalogue of assistance projects."""

    resource = "/api/v1/projects"
    group = "政策与项目"
    page_schema = PageSchema(label="救助项目", icon="fa fa-cubes", sort=100)
    columns = (
        "code",
        "name",
        "tier",
        "department",
        "benefit_form",
        "described_only",
        "decision_level",
        "promise_days",
        "status",
        "version",
    )
    card_title = "name"
    record_page = "/page/ProjectFilePage?id=${id}"
    created_page = EDITOR + "${id}"
    hidden_form_fields = ("definition",)


@site.register_admin
class ProjectFilePage(DrawnPage):
    """One project: what it says today, and its versions."""

    group = "政策与项目"
    permissions = ("project:read",)
    page_schema = PageSchema(label="项目详情", icon="fa fa-cube", visible=False, sort=10)
    address = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Return the headline with what may be done, the versions, and the definition in words."""
        number = int(request.query_params["id"])
        project = await self.ask(request, f"/api/v1/projects/{number}")
        vocabulary = await self.ask(request, VOCABULARY)
        title = [
            {"type": "tpl", "tpl": f"{project['code']} ", "className": "editor-name"},
            {"type": "tpl", "tpl": "${project_name}", "className": "editor-name"},
            {"type": "mapping", "value": project["status"], "map": STATUSES, "className": f"word-{project['status']}"},
        ]
        head = {
            "type": "flex",
            "justify": "space-between",
            "className": "editor-head",
            "items": [
                {"type": "flex", "alignItems": "center", "items": title},
                {"type": "flex", "className": "editor-tools", "items": _project_buttons(project)},
            ],
        }
        versions = {"type": "service", "data": {"versions": project["versions"]}, "body": _versions()}
        named = {"type": "service", "data": {"project_name": project["name"]}, "body": head}
        return [named, parts.panel("历次版本", versions), *await sheet_of(self, request, project, vocabulary)]


def _project_buttons(project: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what this reader may do to the project as a whole."""
    allowed, address = project["allowed_actions"], f"/api/v1/projects/{project['id']}"
    buttons = []
    open_draft = next((v for v in project["versions"] if v["status"] in OPEN), None)
    if open_draft:
        buttons.append(parts.link("打开草稿", f"{EDITOR}{open_draft['id']}") | {"level": "primary"})
    elif "versions" in allowed:
        draft = {"type": "button", "label": "建立新版本草稿", "level": "primary", "actionType": "ajax"}
        buttons.append(draft | {"api": f"post:{address}/versions", "redirect": EDITOR + "${id}"})
    if "retirement" in allowed:
        form = {
            "type": "form",
            "mode": "normal",
            "api": f"post:{address}/retirement",
            "reload": "drawn",
            "body": [
                {"type": "tpl", "tpl": "停用后不再受理新的申请，已经批准的待遇不受影响。", "className": "explanation"},
                {"type": "input-date", "name": "valid_to", "label": "停用日期", **DAY, "description": "不填为今天"},
                {"type": "textarea", "name": "reason", "label": "停用理由", "required": True, "maxLength": 300},
            ],
        }
        dialog = {"title": "停用项目", "body": form}
        stop = {"type": "button", "label": "停用", "level": "danger", "actionType": "dialog", "dialog": dialog}
        buttons.append(stop)
    return buttons


def _versions() -> dict[str, Any]:
    columns = [
        parts.text("number", "版本号"),
        parts.words("status", "状态", STATUSES),
        parts.text("valid_from", "生效日期"),
        parts.text("valid_to", "失效日期"),
        {"type": "operation", "label": "操作", "buttons": [parts.link("打开", EDITOR + "${id}")]},
    ]
    return parts.table("versions", columns)


DAY = {"valueFormat": "YYYY-MM-DD", "displayFormat": "YYYY-MM-DD"}
