"""The lists of money: what stands in each row, and where a row leads."""

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site


@site.register_admin
class FundPage(ResourcePage):
    """Funds with their balances."""

    resource = "/api/v1/funds"
    group = "资金"
    page_schema = PageSchema(label="资金账套", icon="fa fa-bank", sort=100)
    columns = ("name", "division_code", "float", "balance", "available", "unsettled", "owed_to", "owed_by", "status")
    card_title = "name"
    record_page = "/page/FundFilePage?id=${id}"


@site.register_admin
class EntitlementPage(ResourcePage):
    """Who is paid what, from when."""

    resource = "/api/v1/entitlements"
    group = "资金"
    page_schema = PageSchema(label="待遇", icon="fa fa-address-card", sort=90)
    columns = (
        "payee_name",
        "project_code",
        "monthly_amount",
        "from_month",
        "to_month",
        "status",
        "division_code",
        "household_id",
        "case_ref",
        "reason",
    )
    card_title = "payee_name"


@site.register_admin
class BatchPage(ResourcePage):
    """Monthly payment batches."""

    resource = "/api/v1/payment-batches"
    group = "资金"
    page_schema = PageSchema(label="发放批次", icon="fa fa-list-ol", sort=80)
    columns = (
        "number",
        "period",
        "project_codes",
        "division_code",
        "state",
        "line_count",
        "total_amount",
        "created_at",
    )
    card_title = "number"
    hidden_actions = ("actions", "returns")
    record_page = "/page/BatchFilePage?id=${id}"


@site.register_admin
class JournalPage(ResourcePage):
    """Journals of the ledgers."""

    resource = "/api/v1/journals"
    group = "资金"
    page_schema = PageSchema(label="记账凭证", icon="fa fa-book", sort=70)
    columns = ("fund_name", "year", "number", "occurred_on", "template_name", "memo", "amount")
    card_title = "memo"
    record_page = "/page/JournalFilePage?id=${id}"


@site.register_admin
class OrderPage(ResourcePage):
    """One-off payments decided by cases."""

    resource = "/api/v1/payment-orders"
    group = "资金"
    page_schema = PageSchema(label="一次性发放", icon="fa fa-paper-plane", sort=85)
    columns = (
        "payee_name",
        "project_code",
        "amount",
        "channel",
        "status",
        "paid_at",
        "handed_at",
        "receipt_no",
        "division_code",
        "case_ref",
    )
    card_title = "payee_name"


@site.register_admin
class LinePage(ResourcePage):
    """Lines of payment batches, one per payee."""

    resource = "/api/v1/payment-lines"
    group = "资金"
    page_schema = PageSchema(label="发放明细", icon="fa fa-list", sort=75)
    columns = (
        "payee_name",
        "project_code",
        "period",
        "amount",
        "difference",
        "previous_amount",
        "status",
        "fail_reason",
        "account_masked",
        "value_date",
        "division_code",
    )
    card_title = "payee_name"


@site.register_admin
class AccountPage(ResourcePage):
    """Bank accounts of payees: entered by one person, confirmed by another."""

    resource = "/api/v1/payment-accounts"
    group = "资金"
    page_schema = PageSchema(label="收款账户", icon="fa fa-credit-card", sort=72)
    columns = (
        "holder_name",
        "number_masked",
        "kind",
        "bank_name",
        "status",
        "household_id",
        "division_code",
        "agreement",
    )
    card_title = "holder_name"


@site.register_admin
class PeriodPage(ResourcePage):
    """Accounting periods."""

    resource = "/api/v1/ledger-periods"
    group = "资金"
    page_schema = PageSchema(label="会计期间", icon="fa fa-calendar-check-o", sort=60)
    columns = ("fund_id", "month", "status", "closed_at", "reopening_reason")
    card_title = "month"
    record_page = "/page/PeriodFilePage?id=${id}"
