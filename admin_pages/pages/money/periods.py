"""A month of a book: its check-list, closing it, opening it again."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import form
from admin_pages.kernel.site import site
from admin_pages.pages.money.sheets import figures, rows, toolbar
from backend.kernel.i18n import say
from backend.ledger.models import PeriodStatus

Json = dict[str, Any]
PERIODS = "/api/v1/ledger-periods"


@site.register_admin
class PeriodFilePage(DrawnPage):
    """One month, as the accountant goes through it."""

    group = "资金"
    permissions = ("journal:read",)
    page_schema = PageSchema(label="结账", icon="fa fa-calendar-check-o", visible=False, sort=10)
    address = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Draw the check-list and what this person may do."""
        month = await self.ask(request, f"{PERIODS}/{int(request.query_params['id'])}")
        asked = say("{name} 已申请重新开账：{reason}", name=month["asked_by_name"], reason=month["reopening_reason"])
        return [
            {"type": "tpl", "tpl": f"{month['fund_name']} · {month['month'][:7]}", "className": "report-title"},
            *([{"type": "alert", "level": "warning", "body": asked}] if month["asked_by_name"] else []),
            toolbar([button for button in (_carry_over(month), _closure(month), self._reopening(month)) if button]),
            figures(
                (say("状态"), say(PeriodStatus(month["status"]).label)), (say("结账人"), month["closed_by_name"] or "—")
            ),
            parts.panel("结账检查", rows([_check(check) for check in month["checks"]], _checks_shown())),
        ]

    def _reopening(self, month: Json) -> Json | None:
        operation = self.api.operation("post", f"{PERIODS}/{{period_id}}/reopening")
        if operation is None or "reopening" not in month["allowed_actions"]:
            return None
        made = form(self.api, operation)
        made["api"] = {"method": "post", "url": f"{PERIODS}/{month['id']}/reopening"}
        label = "同意重新开账" if month["asked_by_name"] else "申请重新开账"
        dialog = {"title": label, "body": made | {"reload": "drawn"}}
        return {"type": "button", "label": label, "level": "danger", "actionType": "dialog", "dialog": dialog}


def _carry_over(month: Json) -> Json | None:
    if "carry_over" not in month["allowed_actions"]:
        return None
    return {
        "type": "button",
        "label": "年末结转",
        "actionType": "ajax",
        "api": {"method": "post", "url": f"{PERIODS}/{month['id']}/carry-over"},
        "confirmText": "将把全年收入和支出按资金来源转入净资产，各生成一张凭证。确定结转吗？",
        "reload": "drawn",
    }


def _closure(month: Json) -> Json | None:
    if "closure" not in month["allowed_actions"]:
        return None
    return {
        "type": "button",
        "label": "月末结账",
        "level": "primary",
        "actionType": "ajax",
        "api": {"method": "post", "url": f"{PERIODS}/{month['id']}/closure"},
        "confirmText": "结账后该月不再入账，差错只能在以后月份冲销。确定结账吗？",
        "reload": "drawn",
    }


def _check(check: Json) -> Json:
    said = say("符合") if check["passed"] else say("不得结账") if check["blocking"] else say("请留意")
    return {"title": check["title"], "result": said, "said": check["said"]}


def _checks_shown() -> list[Json]:
    return [parts.text("title", "检查项"), parts.text("result", "结果"), parts.text("said", "说明")]
