"""资金: funds, journals, entitlements, monthly batches."""

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
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


@site.register_admin
class JournalPage(ResourcePage):
    """Journals of the ledgers."""

    resource = "/api/v1/journals"
    group = "资金"
    page_schema = PageSchema(label="记账凭证", icon="fa fa-book", sort=70)
