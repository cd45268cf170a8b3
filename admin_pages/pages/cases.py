"""案件办理: what waits for me, the cases, one case's file, leads."""

from fastapi_amis_admin.amis.components import PageSchema

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
