"""案件办理: what waits for me, the cases, one case's file, leads."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.files import ActionFilePage
from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site

CASE_FILE = "/page/CaseFilePage?id="
CASE_COLUMNS = ("applicant_name", "project_name", "state", "step_name", "light", "due_at", "channel", "division_code")


@site.register_admin
class TaskPage(ResourcePage):
    """What waits for the posts of this person."""

    resource = "/api/v1/tasks"
    group = "案件办理"
    page_schema = PageSchema(label="我的待办", icon="fa fa-inbox", sort=100)
    record_page = CASE_FILE + "${id}"
    columns = CASE_COLUMNS
    card_title = "applicant_name"


@site.register_admin
class CasePage(ResourcePage):
    """Every case of the actor's area."""

    resource = "/api/v1/cases"
    group = "案件办理"
    page_schema = PageSchema(label="救助案件", icon="fa fa-folder-open", sort=90)
    record_page = CASE_FILE + "${id}"
    hidden_actions = ("actions",)
    columns = ("number", *CASE_COLUMNS, "amount", "accepted_at")
    card_title = "applicant_name"


@site.register_admin
class LeadPage(ResourcePage):
    """Leads: people who may need help before they ask."""

    resource = "/api/v1/leads"
    group = "案件办理"
    page_schema = PageSchema(label="主动发现线索", icon="fa fa-bell", sort=80)
    columns = ("urgency", "person_name", "source", "facts", "location", "status", "light", "due_at", "division_code")
    card_title = "facts"


@site.register_admin
class CaseFilePage(ActionFilePage):
    """One case: where it stands, what may be done, what was done, what was decided and why."""

    group = "案件办理"
    resource = "/api/v1/cases"
    permissions = ("case:read",)
    page_schema = PageSchema(label="案件档案", icon="fa fa-file-text", visible=False, sort=10)

    def more(self) -> list[Any]:
        """Return the timeline and the printed approval form."""
        columns = [
            {"name": "at", "label": "时间", "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
            parts.text("action_label", "办理事项"),
            parts.text("actor_name", "办理人"),
            parts.text("division_name", "单位"),
            parts.text("opinion", "意见"),
            parts.text("working_days_used", "用时（工作日）"),
        ]
        timeline = parts.service("/api/v1/cases/${id}/timeline", parts.table("items", columns), name="timeline")
        form = {
            "type": "button",
            "label": "审批表（PDF）",
            "actionType": "download",
            "api": "get:/api/v1/cases/${id}/approval-form",
            "visibleOn": "${decided_at}",
        }
        return [form, parts.panel("办理过程", timeline)]
