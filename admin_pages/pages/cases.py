"""案件办理: what waits for me, the cases, one case's file, leads."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor

CASE_FILE = "/page/CaseFilePage?id="
CASE_COLUMNS = ("applicant_name", "project_name", "state", "step_name", "light", "due_at", "channel", "division_code")


OPENED_BY = {
    "case": CASE_FILE,
    "escalation": CASE_FILE,
    "lead": "/page/LeadFilePage?id=",
    "household_visit": "/page/VisitFilePage?id=",
    "referral": "/page/ReferralFilePage?id=",
    "verification": "/page/VerificationFilePage?id=",
    "online_application": "/page/OnlineApplicationFilePage?id=",
    "household_transfer": "/page/IncomingPage?id=",
    "parameter_change": "/page/ParameterChangeFilePage?change_id=",
    "payment_batch": "/page/BatchFilePage?id=",
    "payment_account": "/page/AccountFilePage?id=",
}


@site.register_admin
class TaskPage(ResourcePage):
    """Everything that waits for the posts of this person, whatever its kind."""

    resource = "/api/v1/tasks"
    group = "案件办理"
    page_schema = PageSchema(label="我的待办", icon="fa fa-inbox", sort=100)
    record_page = "${opened_by[kind]}${id}"
    columns = ("light", "title", "step", "kind_name", "due_at", "since", "division_code")
    card_title = "title"

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the list with what waits where above it; a click on a number narrows the list."""
        made = super().body(actor, phone=phone)
        kinds = {
            "type": "select",
            "name": "kind",
            "label": "类别",
            "source": "get:/api/v1/tasks/kinds",
            "clearable": True,
            "size": "full" if phone else "md",
        }
        made["filter"]["body"] = [kinds, *(i for i in made["filter"]["body"] if i.get("name") != "kind")]
        counts = {
            "type": "each",
            "source": "${by_step}",
            "className": "task-counts",
            "placeholder": "没有等待您办理的事项",
            "items": {
                "type": "tpl",
                "tpl": "${step} ${total}",
                "className": "task-count",
                "classNameExpr": "task-count ${overdue ? 'late' : ''}",
            },
        }
        made["headerToolbar"] = [counts, *made["headerToolbar"]]
        return {"type": "service", "data": {"opened_by": OPENED_BY}, "body": made}


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
class VerificationPage(ResourcePage):
    """What the county's verification centre was asked, and its answers."""

    resource = "/api/v1/verifications"
    group = "案件办理"
    page_schema = PageSchema(label="信息核对", icon="fa fa-key", sort=70)
    columns = ("light", "applicant_name", "matter", "status", "conclusion", "asker", "due_at", "division_code")
    card_title = "applicant_name"
