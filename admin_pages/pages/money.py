"""资金: funds, journals, entitlements, monthly batches."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.files import ActionFilePage
from admin_pages.kernel.pages import ResourcePage, resource_table
from admin_pages.kernel.site import site


@site.register_admin
class FundPage(ResourcePage):
    """Funds with their balances."""

    resource = "/api/v1/funds"
    group = "资金"
    page_schema = PageSchema(label="资金账套", icon="fa fa-bank", sort=100)
    card_title = "name"


@site.register_admin
class EntitlementPage(ResourcePage):
    """Who is paid what, from when."""

    resource = "/api/v1/entitlements"
    group = "资金"
    page_schema = PageSchema(label="待遇", icon="fa fa-address-card", sort=90)


@site.register_admin
class BatchPage(ResourcePage):
    """Monthly payment batches."""

    resource = "/api/v1/payment-batches"
    group = "资金"
    page_schema = PageSchema(label="发放批次", icon="fa fa-list-ol", sort=80)
    hidden_actions = ("actions", "returns")
    record_page = "/page/BatchFilePage?id=${id}"


@site.register_admin
class JournalPage(ResourcePage):
    """Journals of the ledgers."""

    resource = "/api/v1/journals"
    group = "资金"
    page_schema = PageSchema(label="记账凭证", icon="fa fa-book", sort=70)


@site.register_admin
class OrderPage(ResourcePage):
    """One-off payments decided by cases."""

    resource = "/api/v1/payment-orders"
    group = "资金"
    page_schema = PageSchema(label="一次性发放", icon="fa fa-paper-plane", sort=85)


@site.register_admin
class LinePage(ResourcePage):
    """Lines of payment batches, one per payee."""

    resource = "/api/v1/payment-lines"
    group = "资金"
    page_schema = PageSchema(label="发放明细", icon="fa fa-list", sort=75)


@site.register_admin
class AccountPage(ResourcePage):
    """Bank accounts of payees: entered by one person, confirmed by another."""

    resource = "/api/v1/payment-accounts"
    group = "资金"
    page_schema = PageSchema(label="收款账户", icon="fa fa-credit-card", sort=72)


@site.register_admin
class PeriodPage(ResourcePage):
    """Accounting periods."""

    resource = "/api/v1/ledger-periods"
    group = "资金"
    page_schema = PageSchema(label="会计期间", icon="fa fa-calendar-check-o", sort=60)


@site.register_admin
class BatchFilePage(ActionFilePage):
    """One batch: its totals, what may be done, its lines, its bank file."""

    group = "资金"
    resource = "/api/v1/payment-batches"
    permissions = ("payment_batch:read",)
    page_schema = PageSchema(label="批次详情", icon="fa fa-list-ol", visible=False, sort=10)

    def more(self) -> list[Any]:
        """Return the bank files, the return file and the lines."""
        files = [
            {
                "type": "button",
                "label": f"下载银行文件（{label}）",
                "actionType": "download",
                "api": f"get:/api/v1/payment-batches/${{id}}/bank-file?format={ending}",
                "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'download') || status == 'sent'}",
            }
            for ending, label in (("csv", "CSV"), ("xlsx", "Excel"), ("pain001", "ISO 20022"))
        ]
        upload = {
            "type": "button",
            "label": "上传回盘文件",
            "actionType": "dialog",
            "visibleOn": "${status == 'sent'}",
            "dialog": {
                "title": "上传回盘文件",
                "body": {
                    "type": "form",
                    "reload": "file",
                    "api": {
                        "method": "post",
                        "url": "/api/v1/payment-batches/${id}/returns",
                        "dataType": "form-data",
                    },
                    "body": [
                        {
                            "type": "input-file",
                            "name": "file",
                            "label": "回盘文件",
                            "required": True,
                            "asBlob": True,
                            "accept": ".csv,.xlsx",
                        }
                    ],
                },
            },
        }
        lines = resource_table(self, "/api/v1/payment-lines", {"batch_id": "${id}"})
        return [{"type": "button-toolbar", "buttons": [*files, upload]}, parts.panel("发放明细", lines)]
