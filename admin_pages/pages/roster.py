"""名册导入: template, columns of one's own, trial, progress, and the faults marked in the original workbook."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.pages import Json, StaffPage
from admin_pages.kernel.site import site
from admin_pages.pages.household import columns, listed
from backend.kernel.actor import Actor

UPLOAD = "/api/v1/households/imports"
PAST = ("created_at", "file_name", "user_name", "dry_run", "status", "rows", "accepted", "rejected", "message")
FIGURES = {
    "rows": "总行数", "accepted": "通过行数", "rejected": "未通过行数", "created_households": "新建家庭",
    "changed_households": "更新家庭", "unchanged_households": "无变化家庭",
}  # fmt: skip
STATES = {"waiting": "排队中", "working": "正在导入", "done": "已完成", "failed": "失败"}


@site.register_admin
class ImportPage(StaffPage):
    """Bring in a roster."""

    group = "对象库"
    permissions = ("household:import",)
    page_schema = PageSchema(label="名册导入", icon="fa fa-upload", sort=60)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the three steps, the progress of what was sent, and what was sent before."""
        del actor
        past = columns(self, self.api.row_schema("/api/v1/imports")["properties"], PAST)
        show = {
            "type": "button",
            "label": "查看结果",
            "level": "link",
            "actionType": "reload",
            "target": "import?import_id=${id}",
        }
        return [
            parts.panel("第一步：下载模板并填写", self._template()),
            parts.panel("第二步：上传名册", self._form()),
            _progress(phone=phone),
            parts.panel(
                "导入记录", listed("/api/v1/imports", {"order_by": "-created_at"}, past, [show, _faults("id")])
            ),
        ]

    def _template(self) -> list[Json]:
        hint = "模板里有填写说明和下拉选项。也可以直接上传自己的表格：系统按表头认列，认不出的可在上传时指定。"
        download = f"get:{UPLOAD}/template"
        return [
            {"type": "tpl", "tpl": hint, "className": "text-muted block"},
            {
                "type": "button",
                "label": "下载模板",
                "icon": "fa fa-download",
                "actionType": "download",
                "api": download,
            },
        ]

    def _form(self) -> Json:
        modes = [
            {"label": "通过校验的家庭先导入，有误的家庭留待改正", "value": "accepted"},
            {"label": "全部通过才导入", "value": "all_or_nothing"},
        ]
        missing = {
            "type": "alert",
            "level": "warning",
            "body": "没有认出这些必填列：${found.missing|join:'、'}。请在下面指定。",
            "visibleOn": "${found.missing.length}",
        }
        trial = "先试校验：只检查，不写入，并告诉我正式导入会新建和更新多少户"
        sent = {"file": "${file}", "dry_run": "${dry_run ? 'true' : 'false'}", "mode": "${mode}"}
        return {
            "type": "form",
            "id": "roster-form",
            "mode": "normal",
            "title": "",
            "wrapWithPanel": False,
            "api": {
                "method": "post",
                "url": UPLOAD,
                "dataType": "form-data",
                "data": sent | {"mapping": "${columns|json:0}"},
            },
            "body": [
                _file(),
                missing,
                _columns(),
                {"type": "radios", "name": "mode", "label": "有误时", "value": "accepted", "options": modes},
                {"type": "switch", "name": "dry_run", "label": "", "option": trial, "value": False},
                {"type": "submit", "label": "开始导入", "level": "primary"},
            ],
            "actions": [],
            "messages": {"saveSuccess": "已收到，正在处理"},
            "reload": "import?import_id=${id},imports",
        }


def _file() -> Json:
    """Return the input of the file; the API says at once which of its headings it knows."""
    look: Json = {"method": "post", "url": f"{UPLOAD}/headings", "dataType": "form-data"}
    ask = {
        "actionType": "ajax",
        "args": {"api": look | {"data": {"file": "${event.data.file.value}"}}, "options": {"silent": True}},
    }
    answer = "${event.data.responseResult}"
    known = {"found": answer, "columns": "${event.data.responseResult.columns}"}
    keep = {"actionType": "setValue", "componentId": "roster-form", "args": {"value": known}}
    return {
        "type": "input-file",
        "name": "file",
        "label": "名册文件",
        "required": True,
        "asBlob": True,
        "accept": ".xlsx,.xls,.csv",
        "drag": True,
        "description": "xlsx、xls 或 csv，最多 20 万行；证件号码列请设为文本格式",
        "onEvent": {"change": {"actions": [ask, keep]}},
    }


def _columns() -> Json:
    """Return the table in which a clerk says what an unknown heading means."""
    choose = {
        "type": "select",
        "mode": "inline",
        "source": "${found.choices}",
        "clearable": True,
        "placeholder": "不导入",
    }
    return {
        "type": "input-table",
        "name": "columns",
        "label": "表头对应",
        "description": "左边是文件中的表头，右边是系统中的列；下次上传会记住。不需要的列留空。",
        "visibleOn": "${columns.length}",
        "columns": [
            {"name": "heading", "label": "文件中的表头"},
            {"name": "field", "label": "对应的列", "quickEdit": choose},
        ],
        "canAccessSuperData": True,
    }


def _faults(id_: str) -> Json:
    return {
        "type": "button",
        "label": "下载标注错误的原表",
        "level": "link",
        "actionType": "download",
        "api": f"get:/api/v1/imports/${{{id_}}}/errors",
        "visibleOn": "${rejected > 0 && status == 'done'}",
    }


def _progress(*, phone: bool) -> Json:
    figures = [{"label": label, "content": f"${{{name}}}"} for name, label in FIGURES.items()]
    word = {"type": "mapping", "value": "${status}", "map": STATES}
    state = [{"label": "文件", "content": "${file_name}"}, {"label": "状态", "content": word}]
    ended = {"type": "alert", "level": "${status == 'failed' ? 'danger' : 'info'}", "body": "${message}"}
    return {
        "type": "service",
        "name": "import",
        "api": {"method": "get", "url": "/api/v1/imports/${import_id}", "sendOn": "${import_id}"},
        "interval": 1500,
        "silentPolling": True,
        "stopAutoRefreshWhen": "${!import_id || status == 'done' || status == 'failed'}",
        "body": {
            "type": "panel",
            "title": "第三步：看结果",
            "visibleOn": "${import_id}",
            "className": "import-result",
            "body": [
                {"type": "progress", "value": "${progress}", "showLabel": True},
                {"type": "property", "column": 2 if phone else 4, "items": [*state, *figures]},
                {**ended, "visibleOn": "${message}"},
                {**_faults("import_id"), "level": "primary"},
            ],
        },
    }
