"""对象库: the lists of households and of persons."""

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site

HOUSEHOLD_FILE, PERSON_FILE = "/page/HouseholdFilePage?id=", "/page/PersonFilePage?id="


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
        "division_name",
        "residence",
        "member_count",
        "income_per_capita_month",
        "income_band",
        "phone",
        "next_review_on",
        "status",
    )
    card_title = "head_name"
    creation_page = "/page/RegisterPage"


@site.register_admin
class PersonPage(ResourcePage):
    """Persons of the actor's area."""

    resource = "/api/v1/persons"
    group = "对象库"
    page_schema = PageSchema(label="人员", icon="fa fa-user-o", sort=90)
    record_page = PERSON_FILE + "${id}"
    columns = (
        "name", "sex", "birth_date", "id_number", "division_name", "phone", "health", "disability_level", "dead_on",
    )  # fmt: skip
    card_title = "name"


TRANSFER = (
    "state", "head_name", "number", "member_count", "from_name", "to_name", "reason", "decision_reason", "created_at",
    "asked_by_name", "decided_by_name", "decided_at",
)  # fmt: skip


@site.register_admin
class IncomingPage(ResourcePage):
    """Households that another area hands over to this one."""

    resource = "/api/v1/household-transfers"
    group = "对象库"
    page_schema = PageSchema(label="待接收转入", icon="fa fa-sign-in", sort=56)
    columns = TRANSFER
    card_title = "head_name"


@site.register_admin
class OutgoingPage(ResourcePage):
    """Households that this area asked another one to take over."""

    resource = "/api/v1/sent-household-transfers"
    group = "对象库"
    page_schema = PageSchema(label="已提出转出", icon="fa fa-sign-out", sort=55)
    columns = TRANSFER
    card_title = "head_name"
