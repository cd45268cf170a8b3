"""政策与项目: documents, parameters, projects and the editor of their versions."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.client import ApiRefusal, ask
from admin_pages.kernel.conditions import builder_fields
from admin_pages.kernel.pages import ResourcePage, StaffPage
from admin_pages.kernel.schemas import SchemaDocument
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor
from backend.kernel.i18n import language_of_request, speak

EDITOR = "/page/VersionPage?id="
VERSION = "/api/v1/project-versions/${id}"
# The parts of a definition as an administrator thinks of them.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "基本信息",
        (
            "name",
            "tier_seed",
            "tier_law",
            "department",
            "target_groups",
            "target",
            "benefit_form",
            "residence",
            "unit",
            "valid_from",
            "basis",
            "note",
        ),
    ),
    ("条件与金额", ("rule", "amount", "exclusions", "granted_with")),
    ("材料", ("materials",)),
    ("申请表", ("form",)),
    ("流程与时限", ("path", "clock")),
    ("审批、公示与复核", ("decision", "publicity", "review")),
    ("资金", ("fund",)),
    ("示例", ("examples",)),
)
FAULTS = [
    parts.text("field", "位置"),
    parts.text("message", "说明"),
    parts.text("marked", "标出的位置"),
    parts.text("expected", "应为"),
    parts.text("actual", "实际"),
]


@site.register_admin
class ProjectPage(ResourcePage):
    """The catalogue of assistance projects."""

    resource = "/api/v1/projects"
    group = "政策与项目"
    page_schema = PageSchema(label="救助项目", icon="fa fa-cubes", sort=100)
    columns = (
        "code",
        "name",
        "tier",
        "department",
        "benefit_form",
        "decision_level",
        "promise_days",
        "status",
        "version",
    )
    card_title = "name"
    record_page = "/page/ProjectFilePage?id=${id}"
    hidden_form_fields = ("definition",)


@site.register_admin
class ProjectFilePage(StaffPage):
    """One project: what it is today, and its versions."""

    group = "政策与项目"
    permissions = ("project:read",)
    page_schema = PageSchema(label="项目详情", icon="fa fa-cube", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return headline and versions, read by the id in the address."""
        del actor, phone
        operation = self.api.operation("get", self.api.item_path("/api/v1/projects") or "")
        schema = operation.answer if operation and operation.answer else {}
        known = {n: self.api.resolve(f) for n, f in schema.get("properties", {}).items()}
        shown = [
            n for n in known if n not in {"definition", "versions", "version_id"} and not widgets.is_hidden(n, known[n])
        ]
        head = {"type": "property", "column": 3, "items": [widgets.line(n, known[n]) for n in shown]}
        open_version = {"type": "operation", "label": "操作", "buttons": [parts.link("打开", EDITOR + "${id}")]}
        columns = [
            parts.text("number", "版本号"),
            parts.words("status", "状态", STATUSES),
            parts.text("valid_from", "生效日期"),
            parts.text("valid_to", "失效日期"),
            open_version,
        ]
        draft = {
            "type": "button",
            "label": "建立新版本草稿",
            "level": "primary",
            "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'versions')}",
            "actionType": "ajax",
            "api": {"method": "post", "url": "/api/v1/projects/${id}/versions"},
            "redirect": EDITOR + "${id}",
        }
        project = "/api/v1/projects/${id}"
        return parts.service(
            project, [parts.panel("项目", head), draft, parts.panel("版本", parts.table("versions", columns))]
        )


STATUSES = {"draft": "草稿", "checked": "已通过检查", "published": "已发布", "retired": "已停用"}


@site.register_admin
class VersionPage(StaffPage):
    """The editor of a version: its parts, checked, tried on a household, counted over the county, published."""

    group = "政策与项目"
    permissions = ("project:read",)
    page_schema = PageSchema(label="项目版本", icon="fa fa-edit", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the editor, drawn when the version is known."""
        del actor, phone
        return {"type": "service", "schemaApi": "post:/admin/page/VersionPage/editor?id=${id}"}

    def register_router(self) -> "VersionPage":
        """Add the route that draws the editor from the definition's own schema."""
        super().register_router()
        self.router.add_api_route(
            f"{self.page_path}/editor", self.editor, methods=["POST"], include_in_schema=False, response_class=Response
        )
        return self

    async def editor(self, request: Request, id: int) -> Response:  # noqa: A002  (the address says id)
        """Draw the editor in the reader's language."""
        try:
            vocabulary = await ask(request, self.site.application, "/api/v1/vocabulary")
            schema = await ask(request, self.site.application, "/api/v1/vocabulary/definition-schema")
        except ApiRefusal as refusal:
            return JSONResponse(refusal.problem, refusal.status, media_type="application/problem+json")
        page = {"type": "wrapper", "size": "none", "body": self._editor(id, vocabulary, SchemaDocument(schema))}
        return JSONResponse(speak(page, language_of_request.get()))

    def _editor(self, version_id: int, vocabulary: dict[str, Any], document: SchemaDocument) -> Any:
        tabs = [{"title": title, "body": self._section(names, vocabulary, document)} for title, names in SECTIONS]
        form = {
            "type": "form",
            "name": "definition",
            "mode": "normal",
            "title": "",
            "actions": [
                {
                    "type": "submit",
                    "label": "保存",
                    "level": "primary",
                    "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'edit')}",
                }
            ],
            "api": {
                "method": "patch",
                "url": f"/api/v1/project-versions/{version_id}",
                "data": {"version": "${version}", "definition": "${definition}"},
            },
            "reload": "editor",
            "body": [{"type": "tabs", "tabs": tabs, "tabsMode": "line"}],
        }
        head = {
            "type": "property",
            "column": 4,
            "items": [
                {"label": "项目", "content": "${code} ${name}"},
                {"label": "版本", "content": "${number}"},
                {"label": "状态", "content": {"type": "mapping", "name": "status", "map": STATUSES}},
                {"label": "条件说明", "content": "${rule_in_words|default:—}"},
            ],
        }
        service = f"/api/v1/project-versions/{version_id}"
        return [parts.service(service, [head, self._tools(service), form], name="editor")]

    def _section(self, names: tuple[str, ...], vocabulary: dict[str, Any], document: SchemaDocument) -> list[Any]:
        properties, required = document.schema["properties"], set(document.schema.get("required", ()))
        items = []
        for name in names:
            if name not in properties:
                continue
            field = document.resolve(properties[name])
            full = f"definition.{name}"
            if name == "rule":
                builder = {"type": "condition-builder", "fields": builder_fields(vocabulary), "builderMode": "full"}
                items.append(builder | {"name": full, "label": field.get("title", name), "required": True})
            else:
                items.append(widgets.form_item(document, full, field, required=name in required))
        return items

    def _tools(self, version: str) -> dict[str, Any]:
        return {
            "type": "button-toolbar",
            "buttons": [_check(version), _trial(version), _count(version), _publish(version)],
        }


def _check(version: str) -> dict[str, Any]:
    passed = "检查通过：${found.passed} 个示例全部符合预期，可以发布。"
    faulty = "有 ${found.faults.length} 处需要修改："
    answer = [
        {"type": "alert", "level": "success", "visibleOn": "${found.ok}", "body": passed},
        {"type": "alert", "level": "danger", "visibleOn": "${found.faults.length}", "body": faulty},
        parts.table("found.faults", FAULTS, "没有发现问题") | {"visibleOn": "${found.faults.length}"},
    ]
    return _asking("检查", f"{version}/check", [], answer, level="primary")


def _trial(version: str) -> dict[str, Any]:
    household = {
        "type": "select",
        "name": "household_id",
        "label": "家庭",
        "required": True,
        "searchable": True,
        "source": "get:/api/v1/households/options",
        "autoComplete": "get:/api/v1/households/options?term=$term",
    }
    verdict = [
        {"type": "tpl", "tpl": "测算金额：${found.amount|default:—} 元", "visibleOn": "${found}"},
        parts.table("found.reasons", REASONS) | {"visibleOn": "${found.reasons}"},
    ]
    return _asking("在家庭上试算", f"{version}/trial", [household], verdict)


def _count(version: str) -> dict[str, Any]:
    said = "符合 ${found.eligible} · 资料不足 ${found.undecided} · 参与比对 ${found.examined}"
    return _asking("实时符合户数", f"{version}/live-count", [], [{"type": "tpl", "tpl": said, "visibleOn": "${found}"}])


def _publish(version: str) -> dict[str, Any]:
    day = {"type": "input-date", "name": "valid_from_day", "label": "生效日期", "valueFormat": "YYYY-MM-DD"}
    form = {
        "type": "form",
        "api": {
            "method": "post",
            "url": f"{version}/publication",
            "data": {"valid_from": "${valid_from_day}", "version": "${version}"},
        },
        "reload": "editor",
        "body": [day | {"description": "不填为今天"}],
    }
    return {
        "type": "button",
        "label": "发布",
        "level": "danger",
        "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'publication')}",
        "actionType": "dialog",
        "dialog": {"title": "发布版本", "body": form},
    }


REASONS = [
    parts.text("text", "条件"),
    parts.text("required", "要求"),
    parts.text("actual", "实际"),
    parts.truth("passed", "结果"),
]


def _asking(label: str, url: str, body: list[Any], answer: list[Any], *, level: str = "default") -> dict[str, Any]:
    """Return a button that asks the API something and shows the answer in place."""
    form = {
        "type": "form",
        "api": {"method": "post", "url": url, "responseData": {"found": "$$"}},
        "submitText": label,
        "closeDialogOnSubmit": False,
        "body": [*body, *answer],
        "submitOnInit": not body,
    }
    dialog = {"title": label, "size": "lg", "body": form}
    return {"type": "button", "label": label, "level": level, "actionType": "dialog", "dialog": dialog}


@site.register_admin
class ParameterPage(ResourcePage):
    """Effective-dated numbers with their legal basis."""

    resource = "/api/v1/parameters"
    group = "政策与项目"
    page_schema = PageSchema(label="政策参数", icon="fa fa-sliders", sort=90)


@site.register_admin
class ParameterChangePage(ResourcePage):
    """Changes of numbers: proposed by one person, decided by another."""

    resource = "/api/v1/parameter-changes"
    group = "政策与项目"
    page_schema = PageSchema(label="参数变更", icon="fa fa-exchange", sort=85)


@site.register_admin
class PolicyPage(ResourcePage):
    """The policy library."""

    resource = "/api/v1/policy-documents"
    group = "政策与项目"
    page_schema = PageSchema(label="政策文件", icon="fa fa-gavel", sort=80)
    card_title = "title"
