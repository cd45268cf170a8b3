"""One record each, for those that tasks lead to: what it is, and what this reader can do to it now."""

from typing import Any, ClassVar

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.pages import StaffPage, form_button, record
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor


class RecordPage(StaffPage):
    """A record as a page of its own, read by the id in the address."""

    resource: ClassVar[str]
    title: ClassVar[str]
    links: ClassVar[dict[str, tuple[str, str]]] = {}

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the buttons above, the record's sheet below."""
        del actor, phone
        path = self.api.item_path(self.resource) or ""
        buttons = [
            form_button(self.api, offered, noun=offered.noun, level="primary")
            for offered in self.api.row_actions(self.resource)
        ]
        done = {"type": "tpl", "tpl": "没有需要您办理的事项", "visibleOn": "${!allowed_actions.length}"}
        opened = [
            parts.link(label, f"{to}${{{name}}}", visibleOn=f"${{{name}}}") for name, (label, to) in self.links.items()
        ]
        todo = {"type": "wrapper", "size": "none", "className": "case-actions", "body": [*buttons, done]}
        body = [
            {"type": "tpl", "tpl": self.title, "className": "case-title"},
            parts.panel("现在要做", todo, className="case-todo"),
            *record(self.api, path),
            {"type": "wrapper", "size": "none", "body": opened},
        ]
        return {"type": "service", "name": "list", "api": f"get:{self.resource}/${{id}}", "body": body}


_CASE = ("打开案件档案", "/page/CaseFilePage?id=")
_HOUSEHOLD = ("打开家庭档案", "/page/HouseholdFilePage?id=")


@site.register_admin
class VerificationFilePage(RecordPage):
    """One question to the verification centre, and what the sources answered."""

    group = "案件办理"
    permissions = ("verification:read",)
    page_schema = PageSchema(label="核对请求", icon="fa fa-key", visible=False, sort=10)
    resource = "/api/v1/verifications"
    title = "${applicant_name} · ${matter}"


@site.register_admin
class OnlineApplicationFilePage(RecordPage):
    """One application from home."""

    group = "案件办理"
    permissions = ("online_application:read",)
    page_schema = PageSchema(label="网上申请办理", icon="fa fa-globe", visible=False, sort=10)
    resource = "/api/v1/online-applications"
    title = "${applicant_name} · ${number}"
    links: ClassVar = {"case_id": _CASE}


@site.register_admin
class AccountFilePage(RecordPage):
    """One payee's account, to be confirmed by a second person."""

    group = "资金"
    permissions = ("payment_account:read",)
    page_schema = PageSchema(label="收款账户复核", icon="fa fa-credit-card", visible=False, sort=10)
    resource = "/api/v1/payment-accounts"
    title = "${holder_name} · ${number_masked}"
    links: ClassVar = {"household_id": _HOUSEHOLD}
