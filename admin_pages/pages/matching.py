"""精准匹配: runs over the county, findings 错漏重, benefits in force."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.pages import ResourcePage, StaffPage
from admin_pages.kernel.parts import Json
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor

RUN_FILE = "/page/RunFilePage?id="
FINDINGS = "/api/v1/matching/findings"
KINDS = {"wrong": "错", "missed": "漏", "duplicate": "重"}
STATUSES = {"open": "待处理", "turned": "已转办", "closed": "已消除"}
TURNED = {"lead": "转为线索", "review": "转为复核"}
JOB_STATES = {"waiting": "排队中", "running": "进行中", "done": "已完成", "failed": "失败", "cancelled": "已取消"}


@site.register_admin
class RunPage(ResourcePage):
    """Runs of everybody against every project."""

    resource = "/api/v1/matching/runs"
    group = "精准匹配"
    page_schema = PageSchema(label="比对批次", icon="fa fa-refresh", sort=100)
    record_page = RUN_FILE + "${id}"
    refresh_while = "ARRAYSOME(items, item => item.status == 'running' || item.status == 'waiting')"
    created_page = RUN_FILE + "${id}"
    columns = ("division_code", "as_of", "status", "progress", "households", *KINDS, "created_at")
    card_title = "division_code"


@site.register_admin
class FindingPage(ResourcePage):
    """What the runs found: wrong, missed, duplicate; each one click from a lead or a review."""

    resource = FINDINGS
    group = "精准匹配"
    page_schema = PageSchema(label="错漏重清单", icon="fa fa-exclamation-triangle", sort=90)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the list with its filter and exports, the rows as a run shows them."""
        listing = super().body(actor, phone=phone)
        status = next(i for i in listing["filter"]["body"] if i.get("name") == "status")
        status["value"] = "open"
        return listing | _rows(self, phone=phone)


@site.register_admin
class RunFilePage(StaffPage):
    """One run: how far it is, and what it found; read anew while it works."""

    group = "精准匹配"
    page_schema = PageSchema(label="比对结果", icon="fa fa-crosshairs", visible=False, sort=10)

    def required(self) -> tuple[str, ...]:
        """Return the right of the list of runs."""
        operation = self.api.operation("get", "/api/v1/matching/runs")
        return (operation.permission,) if operation and operation.permission else self.permissions

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return progress, figures, towns and findings."""
        del actor
        head = {"type": "tpl", "tpl": "${division_name}　${as_of} 比对", "className": "case-title"}
        figures = [
            figure("${households}", "已比对家庭"),
            *(figure(f"${{{kind}}}", said, f"word-{kind}") for kind, said in FIGURES.items()),
        ]
        towns = {
            "type": "collapse",
            "header": "分镇街结果",
            "collapsed": True,
            "visibleOn": "${areas.length}",
            "body": parts.table("areas", TOWN_COLUMNS, "还没有完成的镇街"),
            "className": "towns",
        }
        body = [head, job_state(), {"type": "wrapper", "size": "none", "className": "figures", "body": figures}, towns]
        watch = {"interval": 1500, "silentPolling": True, "stopAutoRefreshWhen": ENDED}
        # The list is drawn when the run has ended, and not again with every look at its progress.
        found = {
            "type": "service",
            "name": "found",
            "data": {"run_id": "${id}"},
            "visibleOn": ENDED,
            "body": parts.panel("发现的问题", _tabs(self, phone=phone)),
        }
        return {
            "type": "service",
            "name": "run",
            "api": "get:/api/v1/matching/runs/${id}",
            "body": [*body, found],
            "className": "case-head",
        } | watch


@site.register_admin
class BenefitPage(ResourcePage):
    """Benefits in force, whoever pays them."""

    resource = "/api/v1/benefits"
    group = "精准匹配"
    page_schema = PageSchema(label="在享待遇", icon="fa fa-check-square-o", sort=80)
    card_title = "head_name"


FIGURES = {"wrong": "错：在享但不应享或金额不符", "missed": "漏：应享未享", "duplicate": "重：重复享受或死亡后仍发"}
TOWN_COLUMNS = [
    parts.text("division_name", "镇街"),
    parts.text("households", "家庭数") | {"align": "right"},
    *(parts.text(kind, said) | {"align": "right"} for kind, said in KINDS.items()),
]
ENDED = "${status == 'done' || status == 'failed' || status == 'cancelled'}"


def figure(value: str, name: str, kind: str = "") -> Json:
    """Return a number with what it counts."""
    body = [
        {"type": "tpl", "tpl": value, "className": f"value {kind}"},
        {"type": "tpl", "tpl": name, "className": "name"},
    ]
    return {"type": "wrapper", "size": "none", "className": "figure-card", "body": body}


def job_state() -> Json:
    """Return the progress of background work while it runs, with the way to stop it, and how it ended if not well."""
    working = "${status == 'waiting' || status == 'running'}"
    stop = {
        "type": "button",
        "label": "取消",
        "level": "danger",
        "actionType": "ajax",
        "api": "post:/api/v1/jobs/${job_id}/cancellation",
        "confirmText": "确定停止吗？已完成的部分保留。",
        "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'cancellation')}",
    }
    bar = {
        "type": "wrapper",
        "size": "none",
        "className": "job-state",
        "visibleOn": working,
        "body": [
            {"type": "progress", "value": "${ROUND(progress * 100, 0)}", "animate": True, "stripe": True},
            {"type": "tpl", "tpl": "${message|default:等待后台处理}", "className": "text-muted"},
            stop,
        ],
    }
    ended = [
        {"type": "alert", "level": "warning", "visibleOn": f"${{status == '{status}'}}", "body": said}
        for status, said in (
            ("cancelled", "已取消，以下为取消前完成的部分。"),
            ("failed", "${message|default:未能完成，请重试或联系管理员。}"),
        )
    ]
    return {"type": "wrapper", "size": "none", "body": [bar, *ended]}


def _tabs(page: StaffPage, *, phone: bool) -> Json:
    tabs = [{"title": "全部", "body": _crud(page, "all", "", phone=phone)}]
    tabs += [{"title": said, "body": _crud(page, kind, kind, phone=phone)} for kind, said in KINDS.items()]
    return {"type": "tabs", "tabs": tabs, "mountOnEnter": True, "unmountOnExit": True}


def _crud(page: StaffPage, name: str, kind: str, *, phone: bool) -> Json:
    condition = {"&": "$$", "kind": kind or None, "status": None}
    return {
        "type": "crud",
        "name": f"findings_{name}",
        "api": {"method": "get", "url": "/api/v1/matching/runs/${run_id}/findings", "data": condition},
        "syncLocation": False,
        "perPage": 20,
        "headerToolbar": [],
        "footerToolbar": ["statistics", "pagination"],
        "placeholder": parts.nothing_yet("没有发现问题", f"findings_{name}"),
    } | _rows(page, phone=phone)


def _rows(page: StaffPage, *, phone: bool) -> Json:
    """Return how findings are shown: as a table, on a phone as cards."""
    open_household = parts.link("看家庭", "/page/HouseholdFilePage?id=${household_id}")
    buttons = [open_household, *(_turn(noun, label) for noun, label in TURNED.items())]
    who = {"name": "head_name", "label": "户主", "type": "tpl", "tpl": "${head_name}", "className": "nowrap"}
    kind = parts.words("kind", "类别", KINDS)
    state = parts.words("status", "状态", STATUSES) | {"className": "nowrap"}
    fields = page.api.row_schema(FINDINGS)["properties"]
    place = widgets.column("division_code", page.api.resolve(fields["division_code"]))
    reason = {"name": "reason", "label": "问题和依据", "className": "wide-text"}
    if phone:
        lines = [kind, parts.text("project_name", "项目"), reason, state]
        head = {"title": "${head_name}", "subTitle": "${household_number}"}
        card = {"header": head, "body": lines, "actions": buttons, "className": "row-card"}
        return {"mode": "cards", "columnsCount": 1, "card": card}
    return {
        "columns": [
            kind,
            who,
            parts.text("project_name", "项目"),
            reason,
            place,
            state,
            {"type": "operation", "label": "操作", "fixed": "right", "className": "row-actions", "buttons": buttons},
        ]
    }


def _turn(noun: str, label: str) -> Json:
    """Return the one click that hands a finding on; the API does it once however often it is clicked."""
    return {
        "type": "button",
        "label": label,
        "level": "link",
        "actionType": "ajax",
        "api": {"method": "post", "url": f"{FINDINGS}/${{id}}/{noun}", "data": {"note": ""}},
        "visibleOn": f"${{ARRAYINCLUDES(allowed_actions, '{noun}')}}",
    }
