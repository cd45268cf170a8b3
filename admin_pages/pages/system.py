"""系统管理: who works here, what they may do, what was done, what runs in the background."""

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site


@site.register_admin
class DivisionPage(ResourcePage):
    """Divisions of the county."""

    resource = "/api/v1/divisions"
    page_schema = PageSchema(label="行政区划", icon="fa fa-sitemap", sort=90)
    card_title = "name"


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
    card_title = "name"


@site.register_admin
class PostPage(ResourcePage):
    """Roles held in a division or organisation, from–to."""

    resource = "/api/v1/posts"
    page_schema = PageSchema(label="任职与权限", icon="fa fa-id-badge", sort=60)


@site.register_admin
class AuditPage(ResourcePage):
    """Who did, and who saw, what."""

    resource = "/api/v1/audit-entries"
    page_schema = PageSchema(label="审计日志", icon="fa fa-history", sort=50)


@site.register_admin
class CalendarPage(ResourcePage):
    """Working days and holidays."""

    resource = "/api/v1/calendar-days"
    page_schema = PageSchema(label="工作日历", icon="fa fa-calendar", sort=40)


@site.register_admin
class JobPage(ResourcePage):
    """Background work of mine."""

    resource = "/api/v1/jobs"
    page_schema = PageSchema(label="后台任务", icon="fa fa-tasks", sort=30)
    columns = ("title", "status", "progress", "done", "total", "message", "created_at", "finished_at")
    card_title = "title"
