"""精准匹配: runs over the county, findings 错漏重, benefits in force, what-if."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.pages import ResourcePage, StaffPage, resource_table
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor

RUN_FILE = "/page/RunFilePage?id="


@site.register_admin
class RunPage(ResourcePage):
    """Runs of everybody against every project."""

    resource = "/api/v1/matching/runs"
    group = "精准匹配"
    page_schema = PageSchema(label="比对批次", icon="fa fa-refresh", sort=100)
    record_page = RUN_FILE + "${id}"


@site.register_admin
class FindingPage(ResourcePage):
    """What the runs found: wrong, missed, duplicate."""

    resource = "/api/v1/matching/findings"
    group = "精准匹配"
    page_schema = PageSchema(label="错漏重清单", icon="fa fa-exclamation-triangle", sort=90)
    columns = (
        "kind",
        "head_name",
        "household_number",
        "project_name",
        "reason",
        "paid_amount",
        "due_amount",
        "status",
        "division_code",
    )
    card_title = "head_name"


@site.register_admin
class RunFilePage(StaffPage):
    """One run: how far it is, and what it found; read anew while it works."""

    group = "精准匹配"
    permissions = ("matching:read",)
    page_schema = PageSchema(label="比对结果", icon="fa fa-crosshairs", visible=False, sort=10)

    def required(self) -> tuple[str, ...]:
        """Return the right of the list of runs."""
        operation = self.api.operation("get", "/api/v1/matching/runs")
        return (operation.permission,) if operation and operation.permission else self.permissions

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return progress and findings."""
        del actor
        sheet = {
            "type": "property",
            "column": 1 if phone else 4,
            "items": [
                {"label": "比对范围", "content": "${division_code}"},
                {"label": "核定日期", "content": "${as_of}"},
                {"label": "已比对家庭", "content": "${households}"},
                {"label": "说明", "content": "${message|default:—}"},
                {"label": "错", "content": "${wrong}"},
                {"label": "漏", "content": "${missed}"},
                {"label": "重", "content": "${duplicate}"},
                {"label": "完成时间", "content": {"type": "datetime", "name": "finished_at", "placeholder": "—"}},
            ],
        }
        progress = {"type": "progress", "value": "${progress * 100}", "visibleOn": "${!finished_at}"}
        findings = resource_table(self, "/api/v1/matching/findings", {"run_id": "${id}"})
        run = "/api/v1/matching/runs/${id}"
        watch = {"interval": 2000, "silentPolling": True, "stopAutoRefreshWhen": "${finished_at}"}
        return [parts.service(run, [progress, sheet], **watch), parts.panel("发现的问题", findings)]


@site.register_admin
class BenefitPage(ResourcePage):
    """Benefits in force, whoever pays them."""

    resource = "/api/v1/benefits"
    group = "精准匹配"
    page_schema = PageSchema(label="在享待遇", icon="fa fa-check-square-o", sort=80)


@site.register_admin
class WhatIfPage(ResourcePage):
    """What a change of a number would cost, without changing anything."""

    resource = "/api/v1/matching/what-if"
    group = "精准匹配"
    page_schema = PageSchema(label="政策测算", icon="fa fa-calculator", sort=70)
