"""政策与项目: documents, parameters, projects and the editor of their versions."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.pages import ResourcePage, StaffPage
from admin_pages.kernel.site import site
from admin_pages.pages.editor import STATUSES
from backend.kernel.actor import Actor

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
class ProjectFilePage(StaffPage):
    """One project: what it is today, and its versions."""

    group = "政策与项目"
    permissions = ("project:read",)
    page_schema = PageSchema(label="项目详情", icon="fa fa-cube", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return headline and versions, read by the id in the address."""
        del actor, phone
        operation = self.api.operation("get", self.api.item_path("/api/v1/projects") or "")
        schema = operation.answer if operation and operation.answer else {}
        known = {n: self.api.resolve(f) for n, f in schema.get("properties", {}).items()}
        shown = [
            n for n in known if n not in {"definition", "versions", "version_id"} and not widgets.is_hidden(n, known[n])
        ]
        head = {"type": "property", "column": 3, "items": [widgets.line(n, known[n]) for n in shown]}
        open_version = {"type": "operation", "label": "操作", "buttons": [parts.link("打开", EDITOR + "${id}")]}
        columns = [
            parts.text("number", "版本号"),
            parts.words("status", "状态", STATUSES),
            parts.text("valid_from", "生效日期"),
            parts.text("valid_to", "失效日期"),
            open_version,
        ]
        draft = {
            "type": "button",
            "label": "建立新版本草稿",
            "level": "primary",
            "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'versions')}",
            "actionType": "ajax",
            "api": {"method": "post", "url": "/api/v1/projects/${id}/versions"},
            "redirect": EDITOR + "${id}",
        }
        project = "/api/v1/projects/${id}"
        return parts.service(
            project, [parts.panel("项目", head), draft, parts.panel("版本", parts.table("versions", columns))]
        )


@site.register_admin
class ParameterPage(ResourcePage):
    """Effective-dated numbers with their legal basis."""

    resource = "/api/v1/parameters"
    group = "政策与项目"
    page_schema = PageSchema(label="政策参数", icon="fa fa-sliders", sort=90)


@site.register_admin
class ParameterChangePage(ResourcePage):
    """Changes of numbers: proposed by one person, decided by another."""

    resource = "/api/v1/parameter-changes"
    group = "政策与项目"
    page_schema = PageSchema(label="参数变更", icon="fa fa-exchange", sort=85)


@site.register_admin
class PolicyPage(ResourcePage):
    """The policy library."""

    resource = "/api/v1/policy-documents"
    group = "政策与项目"
    page_schema = PageSchema(label="政策文件", icon="fa fa-gavel", sort=80)
    card_title = "title"
