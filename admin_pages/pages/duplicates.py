"""疑似重复: pairs of records that may be one person, side by side; merges that were made, and how to take them back."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.pages import Json, StaffPage
from admin_pages.kernel.site import site
from admin_pages.pages.household import columns
from admin_pages.pages.registry import PERSON_FILE
from backend.kernel.actor import Actor

PAIRS = "/api/v1/duplicates"
MERGES = ("kept_name", "merged_name", "reason", "user_name", "created_at", "undone_on")
LINE: Json = {"type": "tpl", "tpl": "${item}", "className": "history-line"}
REASON: Json = {"type": "input-text", "name": "reason", "label": "理由", "required": True, "maxLength": 300}


@site.register_admin
class DuplicatePage(StaffPage):
    """Records that may be the same person."""

    group = "对象库"
    permissions = ("person:merge",)
    page_schema = PageSchema(label="疑似重复", icon="fa fa-clone", sort=50)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the pairs and the merges."""
        del actor, phone
        tabs = [
            {"title": "疑似重复", "body": self._pairs()},
            {"title": "合并记录", "body": self._merges(), "mountOnEnter": True},
        ]
        return {"type": "tabs", "tabs": tabs, "className": "case-tabs"}

    def _pairs(self) -> Json:
        kind = self.api.resolve(self.api.row_schema(PAIRS)["properties"]["kind"])
        alike = {"name": "likeness", "label": "住址相似度", "type": "tpl", "tpl": "${likeness * 100}%"}
        acts = {"type": "operation", "label": "操作", "className": "row-actions", "buttons": [_merge(), _deny()]}
        return {
            "type": "crud",
            "name": "pairs",
            "api": {"method": "get", "url": PAIRS, "data": {"&": "$$"}},
            "syncLocation": False,
            "perPage": 20,
            "columns": [
                _side("first", "保留这一条"),
                _side("second", "并入的一条"),
                widgets.column("kind", kind) | {"sortable": False},
                alike,
                acts,
            ],
            "columnsTogglable": False,
            "headerToolbar": ["reload"],
            "footerToolbar": ["statistics", "pagination"],
            "placeholder": parts.nothing_yet("没有疑似重复的人员", "pairs"),
        }

    def _merges(self) -> Json:
        fields = self.api.row_schema(f"{PAIRS}/merges")["properties"]
        undo = {
            "type": "button",
            "label": "撤销合并",
            "level": "link",
            "actionType": "ajax",
            "api": f"post:{PAIRS}/${{id}}/unmerge",
            "confirmText": "撤销后恢复为两名人员，移动过的记录各归原处。确定撤销吗？",
            "reload": "merges",
            "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'unmerge')}",
        }
        acts = {"type": "operation", "label": "操作", "className": "row-actions", "buttons": [undo]}
        return {
            "type": "crud",
            "name": "merges",
            "api": {"method": "get", "url": f"{PAIRS}/merges", "data": {"&": "$$"}},
            "syncLocation": False,
            "perPage": 20,
            "columns": [*columns(self, fields, MERGES), acts],
            "columnsTogglable": False,
            "headerToolbar": ["reload"],
            "footerToolbar": ["statistics", "pagination"],
            "placeholder": parts.nothing_yet("没有合并过的人员", "merges"),
        }


def _side(name: str, title: str) -> Json:
    """Return one of the two persons as a column, a fact a line."""
    sex = f"${{{name}.sex == '1' ? '男' : ({name}.sex == '2' ? '女' : '')}}"
    facts = (
        f"${{{name}.name}} {sex} ${{{name}.birth_date}}",
        f"${{{name}.id_number|default:无证件号码}}",
        f"${{{name}.phone|default:无联系电话}}",
        f"${{{name}.division_name}}",
        f"${{{name}.homes|join:'；'}}",
    )
    lines = [{"type": "tpl", "tpl": fact, "className": "history-line"} for fact in facts]
    to_file = parts.link("打开人员档案", f"{PERSON_FILE}${{{name}.id}}")
    return {"name": f"{name}.name", "label": title, "type": "container", "body": [*lines, to_file]}


def _merge() -> Json:
    """Return the button that shows what a merge would do, then does it."""
    shown = parts.service(
        f"{PAIRS}/${{second.id}}/preview?keep_id=${{first.id}}",
        [
            {"type": "tpl", "tpl": "“${merged_name}”并入“${kept_name}”，合并后可以撤销。", "className": "block"},
            {"type": "each", "name": "lines", "items": LINE},
            {"type": "alert", "level": "warning", "body": "${refused}", "visibleOn": "${refused}"},
        ],
    )
    made = {
        "type": "form",
        "mode": "normal",
        "api": {
            "method": "post",
            "url": f"{PAIRS}/${{second.id}}/merge",
            "data": {"keep_id": "${first.id}", "reason": "${reason}"},
        },
        "body": [shown, REASON],
        "reload": "pairs",
        "messages": {"saveSuccess": "已合并"},
    }
    dialog = {"title": "合并为一人", "size": "lg", "body": made}
    return {"type": "button", "label": "合并为一人", "level": "link", "actionType": "dialog", "dialog": dialog}


def _deny() -> Json:
    made = {
        "type": "form",
        "mode": "normal",
        "api": {
            "method": "post",
            "url": f"{PAIRS}/${{second.id}}/denial",
            "data": {"other_id": "${first.id}", "reason": "${reason}"},
        },
        "body": [REASON],
        "reload": "pairs",
    }
    dialog = {"title": "认定不是同一人", "body": made}
    return {"type": "button", "label": "不是同一人", "level": "link", "actionType": "dialog", "dialog": dialog}
