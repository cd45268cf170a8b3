"""对象库: households, persons, one household's file, imports, duplicates."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.openapi import Operation
from admin_pages.kernel.pages import ResourcePage, StaffPage, form, form_button, record
from admin_pages.kernel.site import site
from admin_pages.pages.matches import match_cards
from backend.kernel.actor import Actor

HOUSEHOLD_FILE = "/page/HouseholdFilePage?id="


@site.register_admin
class HouseholdPage(ResourcePage):
    """Households of the actor's area."""

    resource = "/api/v1/households"
    group = "对象库"
    page_schema = PageSchema(label="家庭", icon="fa fa-home", sort=100)
    record_page = HOUSEHOLD_FILE + "${id}"
    columns = (
        "head_name",
        "number",
        "member_count",
        "residence",
        "division_name",
        "address",
        "phone",
        "income_per_capita_month",
        "review_class",
        "next_review_on",
        "status",
    )
    card_title = "head_name"


@site.register_admin
class PersonPage(ResourcePage):
    """Persons of the actor's area."""

    resource = "/api/v1/persons"
    group = "对象库"
    page_schema = PageSchema(label="人员", icon="fa fa-user-o", sort=90)
    card_title = "name"


@site.register_admin
class HouseholdFilePage(StaffPage):
    """One household: its sheet, what can be changed, and every project with why or why not."""

    group = "对象库"
    permissions = ("household:read",)
    page_schema = PageSchema(label="家庭档案", icon="fa fa-file-text-o", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the file, read by the id in the address."""
        del phone
        path = self.api.item_path("/api/v1/households") or ""
        household = "/api/v1/households/${id}"
        offered = self.api.row_actions("/api/v1/households")
        edit = self.api.operation("patch", path)
        buttons = [form_button(self.api, edit, label="修改", noun="edit", prefilled=True)] if edit else []
        buttons += [form_button(self.api, operation, noun=operation.noun) for operation in offered]
        tabs = [{"title": "家庭信息", "body": record(self.api, path)}]
        if self.api.operation("get", path + "/matches"):
            matches = parts.service(f"{household}/matches", match_cards("items"))
            tabs.append({"title": "匹配项目", "body": matches, "mountOnEnter": True})
        apply = self.api.operation("post", "/api/v1/cases")
        if apply and apply.permission and actor.may(apply.permission):
            buttons.insert(0, _apply_button(self, apply))
        file = [{"type": "button-toolbar", "buttons": buttons}, {"type": "tabs", "tabs": tabs}]
        return {"type": "service", "name": "list", "api": f"get:{household}", "body": file}


def _apply_button(page: StaffPage, apply: Operation) -> dict[str, Any]:
    """Return the button that opens an application for the household on the page."""
    body = [
        item for item in form(page.api, apply)["body"] if item.get("name") not in {"household_id", "form", "consents"}
    ]
    target = {
        "method": "post",
        "url": apply.path,
        "data": {"&": "$$", "household_id": "${household_ref}", "id": "__undefined"},
    }
    made = {
        "type": "form",
        "mode": "normal",
        "api": target,
        "data": {"household_ref": "${id}"},
        "canAccessSuperData": False,
        "body": [{"type": "hidden", "name": "household_id", "value": "${household_ref}"}, *body],
        "redirect": "/page/CaseFilePage?id=${id}",
    }
    dialog = {"title": "提出救助申请", "size": "lg", "data": {"household_ref": "${id}"}, "body": made}
    return {"type": "button", "label": "提出申请", "level": "primary", "actionType": "dialog", "dialog": dialog}


@site.register_admin
class ImportPage(StaffPage):
    """Bring in a roster: template, dry run, progress, the faults marked in the original workbook."""

    group = "对象库"
    permissions = ("household:import",)
    page_schema = PageSchema(label="名册导入", icon="fa fa-upload", sort=60)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the form, and the progress of what was sent."""
        del actor, phone
        operation = self.api.operation("post", "/api/v1/households/imports")
        template = {
            "type": "button",
            "label": "下载模板",
            "actionType": "download",
            "api": "get:/api/v1/households/imports/template",
        }
        send = form(self.api, operation) if operation else {}
        send |= {"title": "导入名册", "submitText": "上传", "reload": "import?import_id=${id}"}
        state = {
            "type": "property",
            "column": 4,
            "items": [
                {"label": "状态", "content": "${status}"},
                {"label": "总行数", "content": "${rows}"},
                {"label": "接受", "content": "${accepted}"},
                {"label": "有误", "content": "${rejected}"},
            ],
        }
        faults = {
            "type": "button",
            "label": "下载标注错误的原表",
            "actionType": "download",
            "api": "get:/api/v1/imports/${import_id}/errors",
            "visibleOn": "${rejected > 0}",
        }
        progress = {
            "type": "service",
            "name": "import",
            "api": {"method": "get", "url": "/api/v1/imports/${import_id}", "sendOn": "${import_id}"},
            "interval": 1500,
            "silentPolling": True,
            "stopAutoRefreshWhen": "${!import_id || status == 'done' || status == 'failed'}",
            "body": {
                "type": "wrapper",
                "size": "none",
                "visibleOn": "${import_id}",
                "body": [{"type": "progress", "value": "${progress}"}, state, faults],
            },
        }
        return [template, send, progress]


@site.register_admin
class DuplicatePage(ResourcePage):
    """Records that may be the same person."""

    resource = "/api/v1/duplicates"
    group = "对象库"
    page_schema = PageSchema(label="疑似重复", icon="fa fa-clone", sort=50)
