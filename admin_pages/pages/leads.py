"""主动发现与转介: lists, and one lead or referral from its beginning to the visit afterwards."""

from typing import Any, ClassVar

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
REFERRAL_FILE = "/page/ReferralFilePage?id="
REFERRAL_STEPS = {
    "sending": "转介",
    "acceptance": "接收",
    "progress": "登记办理情况",
    "completion": "反馈结果",
    "return": "退回",
    "visit": "回访",
    "resending": "重新转介",
    "closing": "终止",
}
REFERRAL_SHOWN = (
    "number",
    "status",
    "light",
    "person_name",
    "receiver",
    "handler",
    "sent_at",
    "accept_due_at",
    "accepted_at",
    "due_at",
    "finished_at",
    "outcome",
    "helped",
    "sender",
    "division_code",
)
VISIT_SHOWN = (
    "kind",
    "light",
    "due_at",
    "projects",
    "months",
    "reason",
    "division_code",
    "result",
    "visited_on",
    "visitors",
    "findings",
    "review_numbers",
    "user_name",
)
VISIT_ATTEMPTS: list[Any] = [
    {**parts.text("visited_on", "走访日期"), "type": "date", "format": "YYYY-MM-DD"},
    {**parts.text("visitors", "走访人员"), "type": "tpl", "tpl": "${visitors|join:、}"},
    parts.text("findings", "走访情况"),
]
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


class FollowedPage(StaffPage):
    """One record that goes from desk to desk: what it is, what to do next, what was done."""

    resource: ClassVar[str]
    title: ClassVar[str]
    shown: ClassVar[tuple[str, ...]]
    steps: ClassVar[dict[str, str]] = {}
    rows: ClassVar[tuple[str, str, list[Any]] | None] = None
    links: ClassVar[dict[str, tuple[str, str]]]

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the file, read by the id in the address."""
        operation = self.api.operation("get", self.api.item_path(self.resource) or "")
        fields = (operation.answer or {}).get("properties", {}) if operation else {}
        lines = [widgets.line(name, self.api.resolve(fields[name])) for name in self.shown if name in fields]
        buttons = [
            _fitted(form_button(self.api, offered, noun=offered.noun, level="primary"), actor, self.resource)
            for offered in self.api.row_actions(self.resource)
        ]
        done = {"type": "tpl", "tpl": "没有需要您办理的事项", "visibleOn": "${!allowed_actions.length}"}
        opened = [
            parts.link(label, f"{to}${{{name}}}", visibleOn=f"${{{name}}}") for name, (label, to) in self.links.items()
        ]
        acts = [
            {**parts.text("at", "时间"), "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
            parts.words("action", "办理事项", self.steps),
            parts.text("actor", "办理人"),
            parts.text("note", "说明"),
        ]
        source, heading, columns = self.rows or ("steps", "办理过程", acts)
        body = [
            {"type": "tpl", "tpl": self.title, "className": "case-title"},
            parts.panel(
                "现在要做",
                {"type": "wrapper", "size": "none", "className": "case-actions", "body": [*buttons, done]},
                className="case-todo",
            ),
            {"type": "property", "column": 1 if phone else 3, "mode": "table", "items": lines},
            {"type": "wrapper", "size": "none", "body": opened},
            parts.panel(heading, parts.table(source, columns)),
            PHOTOS,
        ]
        return {"type": "service", "name": "list", "api": f"get:{self.resource}/${{id}}", "body": body}


def _fitted(button: dict[str, Any], actor: Actor, resource: str) -> dict[str, Any]:
    """Let uploads belong to the record's place, and begin a list of people with the one who fills it in."""
    form = button.get("dialog", {}).get("body", {})
    belongs = {"division_code": "${division_code}", "subject_kind": resource.rpartition("/")[2], "subject_id": "${id}"}
    for at, item in enumerate(form.get("body", [])):
        if item["type"] == "input-file":
            form["body"][at] = parts.upload(item["name"], item["label"], belongs)
        elif item.get("name") == "visitors":
            item["value"] = [actor.name]
    return button


PHOTOS = {
    "type": "panel",
    "title": "走访照片",
    "visibleOn": "${file_ids && file_ids.length}",
    "body": {
        "type": "each",
        "source": "${file_ids}",
        "items": parts.open_file("照片 ${index + 1}", "${item}"),
    },
}
_CASE = ("打开案件档案", "/page/CaseFilePage?id=")
_HOUSEHOLD = ("打开家庭档案", "/page/HouseholdFilePage?id=")


@site.register_admin
class LeadFilePage(FollowedPage):
    """One lead: what was reported, how long there is, what to do next, what was done."""

    group = "案件办理"
    permissions = ("lead:read",)
    page_schema = PageSchema(label="线索", icon="fa fa-bell-o", visible=False, sort=10)
    resource = "/api/v1/leads"
    title = "${facts}"
    shown = SHOWN
    steps = STEPS
    links: ClassVar = {
        "case_id": _CASE,
        "household_id": _HOUSEHOLD,
        "referral_id": ("打开转介单", REFERRAL_FILE),
    }


@site.register_admin
class ReferralPage(ResourcePage):
    """Needs that another organisation takes over."""

    resource = "/api/v1/referrals"
    group = "案件办理"
    page_schema = PageSchema(label="转介", icon="fa fa-share", sort=75)
    record_page = REFERRAL_FILE + "${id}"
    columns = ("light", "number", "person_name", "need", "receiver", "status", "due_at", "sender", "division_code")
    card_title = "need"


@site.register_admin
class ReferralFilePage(FollowedPage):
    """One referral: what is needed, who has it, how long there is, what was done."""

    group = "案件办理"
    permissions = ("referral:read",)
    page_schema = PageSchema(label="转介单", icon="fa fa-share-square-o", visible=False, sort=10)
    resource = "/api/v1/referrals"
    title = "${need}"
    shown = REFERRAL_SHOWN
    steps = REFERRAL_STEPS
    links: ClassVar = {
        "lead_id": ("打开线索", LEAD_FILE),
        "case_id": _CASE,
        "household_id": _HOUSEHOLD,
    }


@site.register_admin
class VisitPage(ResourcePage):
    """Households that are to be visited, and what was found."""

    resource = "/api/v1/visits"
    group = "案件办理"
    page_schema = PageSchema(label="走访计划", icon="fa fa-street-view", sort=85)
    record_page = "/page/VisitFilePage?id=${id}"
    columns = ("light", "head_name", "kind", "projects", "due_at", "result", "visited_on", "user_name", "division_code")
    card_title = "head_name"


@site.register_admin
class VisitFilePage(FollowedPage):
    """One visit: whom, why, until when, and what was found."""

    group = "案件办理"
    permissions = ("visit:read",)
    page_schema = PageSchema(label="走访", icon="fa fa-street-view", visible=False, sort=10)
    resource = "/api/v1/visits"
    title = "${head_name}"
    shown = VISIT_SHOWN
    rows = ("attempts", "未能见面的走访", VISIT_ATTEMPTS)
    links: ClassVar = {"household_id": _HOUSEHOLD}
