"""人员档案: one person, the households and statuses, a number in full for a stated purpose, and who looked."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.pages import Json, StaffPage, form, form_button
from admin_pages.kernel.site import site
from admin_pages.pages.household import columns, listed, rows
from admin_pages.pages.numbers import numbers_stay
from admin_pages.pages.registry import HOUSEHOLD_FILE
from backend.kernel.actor import Actor

PERSONS = "/api/v1/persons"
KEPT = {"&": "$$", "person_ref": "${id}", "person_actions": "${allowed_actions}"}
UNSAID = frozenset({"households", "statuses", "division_code", "version", "allowed_actions", "id"})
HOMES = ("number", "relation", "joined_on", "left_on")
STATUSES = ("kind", "valid_from", "valid_to", "amount", "source", "document")
NUMBERS = ("id_number", "phone", "disability_card")
LOOKS = ("occurred_at", "user_name", "username", "kind", "purpose")


@site.register_admin
class PersonFilePage(StaffPage):
    """One person."""

    group = "对象库"
    permissions = ("household:read",)
    page_schema = PageSchema(label="人员档案", icon="fa fa-user", visible=False, sort=9)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the file, read by the id in the address."""
        path = self.api.item_path(PERSONS) or ""
        operation = self.api.operation("get", path)
        fields = ((operation.answer if operation else None) or {"properties": {}})["properties"]
        shown = {n: f for n, f in widgets.shown_fields(self.api, fields).items() if n not in UNSAID}
        lines = [widgets.line(name, field) for name, field in shown.items() if name != "name"]
        first = ["id_type", "id_number", "sex", "birth_date", "phone", "division_name", "dead_on"]
        order = {name: place for place, name in enumerate(first)}
        lines.sort(key=lambda line: order.get(_name(line, shown), len(first)))
        tabs = [
            ("所属家庭", rows("households", self._columns(fields, "households", HOMES), "不属于任何家庭",
                          [parts.link("打开家庭档案", HOUSEHOLD_FILE + "${id}")])),
            ("身份", self._statuses(fields)),
        ]  # fmt: skip
        looks = self.api.operation("get", f"{path}/accesses")
        if looks and looks.permission and actor.may(looks.permission):
            answer = self.api.resolve(self.api.resolve((looks.answer or {})["properties"]["items"])["items"])
            shown_looks = columns(self, answer["properties"], LOOKS)
            tabs.append(("谁看过", listed(f"{PERSONS}/${{person_ref}}/accesses", {}, shown_looks)))
        return {
            "type": "service",
            "name": "list",
            "api": {"method": "get", "url": f"{PERSONS}/${{id}}", "responseData": KEPT},
            "body": [
                {"type": "tpl", "tpl": "${name}", "className": "case-title"},
                {"type": "button-toolbar", "buttons": self._buttons(path)},
                {"type": "property", "column": 1 if phone else 3, "items": lines},
                {"type": "tabs", "className": "case-tabs",
                 "tabs": [{"title": title, "body": body, "mountOnEnter": True} for title, body in tabs]},
            ],
        }  # fmt: skip

    def _columns(self, fields: Json, name: str, names: tuple[str, ...]) -> list[Json]:
        item = self.api.resolve(self.api.resolve(fields[name])["items"])
        return columns(self, item["properties"], names)

    def _buttons(self, path: str) -> list[Json]:
        made = []
        if edit := self.api.operation("patch", path):
            made.append(form_button(self.api, edit, label="更正资料", noun="edit", prefilled=True))
            inner = made[-1]["dialog"]["body"] | {"reload": "list"}
            inner["api"]["url"] = f"{PERSONS}/${{person_ref}}"
            numbers_stay(inner, inner["api"]["url"], *NUMBERS)
            made[-1]["dialog"]["body"] = inner
        if reveal := self.api.operation("post", f"{path}/reveal"):
            made.append(self._reveal(reveal))
        return made

    def _reveal(self, operation: Any) -> Json:
        button = form_button(self.api, operation, label="查看完整号码", noun="reveal")
        made = button["dialog"]["body"]
        made["api"] = {"method": "post", "url": f"{PERSONS}/${{person_ref}}/reveal"}
        made["feedback"] = {
            "title": "完整号码",
            "body": [
                {"type": "tpl", "tpl": "${value}", "className": "told-once"},
                {"type": "alert", "level": "info", "body": "本次查看已记录：何人、何时、为何查看。请勿抄录或外传。"},
            ],
            "actions": [{"type": "button", "label": "关闭", "actionType": "close"}],
        }
        return button

    def _statuses(self, fields: Json) -> list[Any]:
        add = self.api.operation("post", f"{PERSONS}/{{person_id}}/statuses")
        end = self.api.operation("post", f"{PERSONS}/{{person_id}}/status_end")
        above, buttons = [], []
        if add:
            button = form_button(self.api, add, label="登记身份", noun="statuses", hidden=("household_id",))
            button["dialog"]["body"] |= {"api": f"post:{PERSONS}/${{person_ref}}/statuses", "reload": "list"}
            above.append({"type": "button-toolbar", "buttons": [button]})
        if end:
            made = form(self.api, end, hidden=("status_id",)) | {"canAccessSuperData": True, "reload": "list"}
            made["api"] = {
                "method": "post",
                "url": f"{PERSONS}/${{person_ref}}/status_end",
                "data": {"&": "$$", "status_id": "${id}"},
            }
            dialog = {"title": "终止身份", "body": made, "size": "lg"}
            buttons.append(
                {"type": "button", "label": "终止", "level": "link", "actionType": "dialog", "dialog": dialog,
                 "visibleOn": "${!valid_to && ARRAYINCLUDES(person_actions, 'status_end')}"}
            )  # fmt: skip
        return [*above, rows("statuses", self._columns(fields, "statuses", STATUSES), "没有登记身份", buttons)]


def _name(line: Json, shown: Json) -> str:
    return next((name for name, field in shown.items() if field.get("title", name) == line["label"]), "")
