"""公开与报表: what the public sent, hotlines."""

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site


@site.register_admin
class OnlineApplicationPage(ResourcePage):
    """Applications sent from the public site."""

    resource = "/api/v1/online-applications"
    group = "案件办理"
    page_schema = PageSchema(label="网上申请", icon="fa fa-globe", sort=75)


@site.register_admin
class ObjectionPage(ResourcePage):
    """Objections to public notices."""

    resource = "/api/v1/notice-objections"
    group = "公开与报表"
    page_schema = PageSchema(label="公示异议", icon="fa fa-comments", sort=90)


@site.register_admin
class HotlinePage(ResourcePage):
    """Hotlines the public site shows."""

    resource = "/api/v1/hotlines"
    group = "公开与报表"
    page_schema = PageSchema(label="救助热线", icon="fa fa-phone", sort=80)
