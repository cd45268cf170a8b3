"""精准匹配: runs over the county, findings 错漏重, what-if."""

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site


@site.register_admin
class RunPage(ResourcePage):
    """Runs of everybody against every project."""

    resource = "/api/v1/matching/runs"
    group = "精准匹配"
    page_schema = PageSchema(label="匹配批次", icon="fa fa-refresh", sort=100)


@site.register_admin
class FindingPage(ResourcePage):
    """What the runs found: wrong, missed, duplicate."""

    resource = "/api/v1/matching/findings"
    group = "精准匹配"
    page_schema = PageSchema(label="错漏重清单", icon="fa fa-exclamation-triangle", sort=90)
