"""主动发现: the list of leads, and one lead from the report to the visit afterwards."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.pages import ResourcePage, StaffPage, form_button
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor

LEAD_FILE = "/page/LeadFilePage?id="
STEPS = {
    "report": "报告线索",
    "assignment": "派单",
    "verification": "核实",
    "conversion": "帮助申请",
    "referral": "转介",
    "visit": "回访",
    "closing": "办结",
}
SHOWN = (
    "urgency",
    "status",
    "light",
    "due_at",
    "contacted_at",
    "person_name",
    "hardship",
    "source",
    "location",
    "division_code",
    "household_id",
    "project_code",
    "assignee",
    "reporter",
    "received_at",
    "outcome",
)


@site.register_admin
class LeadPage(ResourcePage):
    """Leads: people who may need help before they ask."""

    resource = "/api/v1/leads"
    group = "案件办理"
    page_schema = PageSchema(label="主动发现线索", icon="fa fa-bell", sort=80)
    record_page = LEAD_FILE + "${id}"
    columns = ("urgency", "person_name", "source", "facts", "status", "light", "due_at", "assignee", "division_code")
    card_title = "facts"


@site.register_admin
class LeadFilePage(StaffPage):
    """One lead: what was reported, how long there is, what to do next, what was done."""

    group = "案件办理"
    permissions = ("lead:read",)
    page_schema = PageSchema(label="线索", icon="fa fa-bell-o", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the file, read by the id in the address."""
        del actor
        lead = "/api/v1/leads/${id}"
        operation = self.api.operation("get", self.api.item_path("/api/v1/leads") or "")
        fields = (operation.answer or {}).get("properties", {}) if operation else {}
        lines = [widgets.line(name, self.api.resolve(fields[name])) for name in SHOWN if name in fields]
        buttons = [
            form_button(self.api, offered, noun=offered.noun, level="primary")
            for offered in self.api.row_actions("/api/v1/leads")
        ]
        done = {"type": "tpl", "tpl": "没有需要您办理的事项", "visibleOn": "${!allowed_actions.length}"}
        case = parts.link("打开案件档案", "/page/CaseFilePage?id=${case_id}", visibleOn="${case_id}")
        home = parts.link("打开家庭档案", "/page/HouseholdFilePage?id=${household_id}", visibleOn="${household_id}")
        steps = [
            {**parts.text("at", "时间"), "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
            parts.words("action", "办理事项", STEPS),
            parts.text("actor", "办理人"),
            parts.text("note", "说明"),
        ]
        body = [
            {"type": "tpl", "tpl": "${facts}", "className": "case-title"},
            parts.panel(
                "现在要做",
                {"type": "wrapper", "size": "none", "className": "case-actions", "body": [*buttons, done]},
                className="case-todo",
            ),
            {"type": "property", "column": 1 if phone else 3, "mode": "table", "items": lines},
            {"type": "wrapper", "size": "none", "body": [case, home]},
            parts.panel("办理过程", parts.table("steps", steps)),
        ]
        return {"type": "service", "name": "list", "api": f"get:{lead}", "body": body}
