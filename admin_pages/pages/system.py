"""系统管理: who works here, what they may do and why, what was done, what runs in the background."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site
from backend.identity.rights import roles
from backend.kernel.actor import Actor
from backend.kernel.i18n import say

Json = dict[str, Any]


@site.register_admin
class DivisionPage(ResourcePage):
    """Divisions of the county, their renaming and merger."""

    resource = "/api/v1/divisions"
    page_schema = PageSchema(label="行政区划", icon="fa fa-sitemap", sort=90)
    columns = ("code", "full_name", "name", "level", "parent_code")
    card_title = "full_name"


@site.register_admin
class OrganizationPage(ResourcePage):
    """Organisations that take part."""

    resource = "/api/v1/organizations"
    page_schema = PageSchema(label="机构", icon="fa fa-building", sort=80)
    card_title = "name"


@site.register_admin
class UserPage(ResourcePage):
    """People who sign in."""

    resource = "/api/v1/users"
    page_schema = PageSchema(label="用户", icon="fa fa-user", sort=70)
    columns = ("name", "username", "phone", "division_name", "organization", "status", "locked_until")
    card_title = "name"
    row_links = {"权限": "/page/RightsPage?id=${id}"}


@site.register_admin
class RightsPage(DrawnPage):
    """What one user may do today, where, and through which post."""

    group = "系统管理"
    permissions = ("user:read",)
    page_schema = PageSchema(label="用户权限", icon="fa fa-key", visible=False, sort=10)
    address = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Return a line per right, and per post that gives it."""
        rights = await self.ask(request, f"/api/v1/users/{int(request.query_params['id'])}/rights")
        lines = [
            {"label": right["label"], "permission": right["permission"], **grant}
            for right in rights["items"]
            for grant in right["grants"]
        ]
        columns = [
            parts.text("label", "可以做什么"),
            parts.text("reach", "在哪里"),
            parts.text("role_label", "凭什么角色"),
            parts.text("permission", "权限代码"),
        ]
        head = f"{rights['name']}（{rights['username']}）"
        rows = parts.table("lines", columns, "目前没有有效的任职，因此没有任何权限")
        return [
            {"type": "tpl", "tpl": head, "className": "hello"},
            {"type": "service", "data": {"lines": lines}, "body": rows},
        ]


@site.register_admin
class PostPage(ResourcePage):
    """Roles held in a division or organisation, from–to."""

    resource = "/api/v1/posts"
    page_schema = PageSchema(label="任职与权限", icon="fa fa-id-badge", sort=60)
    columns = ("user_name", "username", "role_label", "division_name", "department", "valid_from", "valid_to")
    card_title = "user_name"


@site.register_admin
class MatrixPage(DrawnPage):
    """Which role holds which right, and which roles exclude each other."""

    group = "系统管理"
    permissions = ("post:read",)
    page_schema = PageSchema(label="权限矩阵", icon="fa fa-table", sort=55)

    async def content(self, request: Request) -> Any:
        """Return a line per right with a mark per role, and the incompatible pairs below."""
        held = await self.ask(request, "/api/v1/permissions")
        rows = [item | dict.fromkeys(item["roles"], "●") for item in held["items"]]
        marks = [
            {"name": code, "label": say(role.label), "className": "mark", "placeholder": " "}
            for code, role in roles().items()
        ]
        first = parts.text("label", "权限") | {"fixed": "left", "width": 180}
        matrix = parts.table("rows", [first, *marks])
        conflicts = parts.table(
            "items", [parts.text("role", "角色"), parts.text("other", "不相容的角色"), parts.text("reason", "理由")]
        )
        return [
            {"type": "service", "data": {"rows": rows}, "className": "matrix", "body": matrix},
            parts.panel("不相容岗位", parts.service("/api/v1/roles/conflicts", conflicts)),
        ]


@site.register_admin
class AuditPage(ResourcePage):
    """Who did, and who saw, what."""

    resource = "/api/v1/audit-entries"
    page_schema = PageSchema(label="审计日志", icon="fa fa-history", sort=50)
    columns = (
        "occurred_at",
        "user_name",
        "kind",
        "action_label",
        "subject_kind_label",
        "subject_id",
        "division_code",
        "purpose",
    )
    card_title = "action_label"
    collection_actions = ("verification",)


@site.register_admin
class CalendarPage(ResourcePage):
    """Working days and holidays."""

    resource = "/api/v1/calendar-days"
    page_schema = PageSchema(label="工作日历", icon="fa fa-calendar", sort=40)
    card_title = "day"
    collection_actions = ("announcement",)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the list; a day set by hand is taken back with its reason."""
        made = super().body(actor, phone=phone)
        why = {"type": "textarea", "name": "reason", "label": "变更原因", "required": True, "minLength": 2}
        explanation = {
            "type": "tpl",
            "tpl": "在办案件的到期日随之重新计算，原到期日保留在案件中。",
            "className": "explanation",
        }
        form = {
            "type": "form",
            "mode": "normal",
            "api": "delete:/api/v1/calendar-days/${id}?reason=${reason|url_encode}",
            "body": [explanation, why],
            "reload": "list",
        }
        button = {
            "type": "button",
            "label": "取消设置",
            "level": "link",
            "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'delete')}",
            "actionType": "dialog",
            "dialog": {"title": "取消设置：${day}", "body": form, "closeOnEsc": True},
        }
        if phone:
            made["card"]["actions"] = [*made["card"]["actions"], button]
        else:
            made["columns"] = [*made["columns"], {"type": "operation", "label": "操作", "buttons": [button]}]
        return made


@site.register_admin
class JobPage(ResourcePage):
    """Background work of mine."""

    resource = "/api/v1/jobs"
    page_schema = PageSchema(label="后台任务", icon="fa fa-tasks", sort=30)
    columns = ("title", "status", "progress", "done", "total", "message", "created_at", "finished_at")
    card_title = "title"
    refresh_while = "ARRAYSOME(items, item => item.status == 'waiting' || item.status == 'running')"
