"""政策与项目: documents, parameters, projects and their versions."""

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel.pages import ResourcePage
from admin_pages.kernel.site import site


@site.register_admin
class ProjectPage(ResourcePage):
    """The catalogue of assistance projects."""

    resource = "/api/v1/projects"
    group = "政策与项目"
    page_schema = PageSchema(label="救助项目", icon="fa fa-cubes", sort=100)
    card_title = "name"


@site.register_admin
class ParameterPage(ResourcePage):
    """Effective-dated numbers with their legal basis."""

    resource = "/api/v1/parameters"
    group = "政策与项目"
    page_schema = PageSchema(label="政策参数", icon="fa fa-sliders", sort=90)


@site.register_admin
class PolicyPage(ResourcePage):
    """The policy library."""

    resource = "/api/v1/policy-documents"
    group = "政策与项目"
    page_schema = PageSchema(label="政策文件", icon="fa fa-gavel", sort=80)
    card_title = "title"
