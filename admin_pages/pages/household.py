"""家庭档案: one household with its people, means, papers, matches, cases, payments and history."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.openapi import Operation
from admin_pages.kernel.pages import Json, StaffPage, form, form_button
from admin_pages.kernel.site import site
from admin_pages.pages.decided import DECISIONS, decision_rows
from admin_pages.pages.matches import match_cards
from admin_pages.pages.numbers import numbers_stay
from admin_pages.pages.registry import PERSON_FILE
from backend.kernel.actor import Actor

HOUSEHOLD = "/api/v1/households/${household_ref}"
SHEET = (
    "number", "division_name", "address", "phone", "residence", "member_count", "income_per_capita_month",
    "income_band", "income_month", "income_on", "hardship_cause", "housing_grade", "property_result", "review_class",
    "next_review_on", "status",
)  # fmt: skip
MEMBERS = (
    "name", "relation", "sex", "birth_date", "id_number", "phone", "health", "labor_capacity", "included", "joined_on",
)  # fmt: skip
FORMER = ("name", "relation", "joined_on", "left_on", "leave_reason")
MEANS = {
    "incomes": ("收入", ("name", "income_class", "category", "annual_amount", "source", "evidence", "excluded",
                       "exclude_reason")),
    "deductions": ("收入扣减", ("name", "kind", "annual_amount", "evidence", "note")),
    "expenses": ("刚性支出", ("name", "kind", "annual_amount", "insured_amount", "note")),
    "properties": ("财产", ("name", "kind", "quantity", "value", "location", "acquired_on", "exempt", "exempt_reason",
                          "source")),
}  # fmt: skip
STATUSES = ("name", "kind", "valid_from", "valid_to", "amount", "source", "document")
KEPT = {"&": "$$", "household_ref": "${id}", "household_actions": "${allowed_actions}"}
LEAVE_UNSAID = frozenset({"person_id"})


def columns(page: StaffPage, fields: Json, names: tuple[str, ...]) -> list[Json]:
    """Return these fields of a record as columns."""
    return [widgets.column(n, page.api.resolve(fields[n])) | {"sortable": False} for n in names if n in fields]


def rows(source: str, shown: list[Json], empty: str, buttons: list[Json] | None = None) -> Json:
    """Return rows of the record on the page, with what can be done to each."""
    acts = {"type": "operation", "label": "操作", "className": "row-actions", "buttons": buttons or []}
    return parts.table(source, [*shown, *([acts] if buttons else [])], empty) | {"columnsTogglable": False}


@site.register_admin
class HouseholdFilePage(StaffPage):
    """One household: what it is, what can be changed, and every project with why or why not."""

    group = "对象库"
    permissions = ("household:read",)
    page_schema = PageSchema(label="家庭档案", icon="fa fa-file-text-o", visible=False, sort=10)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the file, read by the id in the address."""
        path = self.api.item_path("/api/v1/households") or ""
        operation = self.api.operation("get", path)
        schema = (operation.answer if operation else None) or {"properties": {}}
        lines = [widgets.line(n, self.api.resolve(schema["properties"][n])) for n in SHEET if n in schema["properties"]]
        tabs = [
            ("家庭成员", self._members(schema)),
            ("收入和支出", self._means(schema)),
            ("身份", self._statuses(schema)),
            ("匹配项目", parts.service(f"{HOUSEHOLD}/matches", match_cards("items", "household_ref"))),
            *self._belonging(actor),
            *self._decided(actor, schema, phone=phone),
            ("材料", self._papers(actor)),
            ("变更记录", self._history()),
        ]
        drawn = [{"title": title, "body": body, "mountOnEnter": True} for title, body in tabs]
        return {
            "type": "service",
            "name": "list",
            # The rows of the file have ids of their own; the household's stands beside them under another name.
            "api": {"method": "get", "url": "/api/v1/households/${id}", "responseData": KEPT},
            "body": [
                {"type": "tpl", "tpl": "${head_name}户", "className": "case-title"},
                {"type": "button-toolbar", "buttons": self._buttons(actor, path)},
                _warnings(),
                {"type": "property", "column": 1 if phone else 3, "items": lines},
                {"type": "tabs", "tabs": drawn, "className": "case-tabs"},
            ],
        }

    def _buttons(self, actor: Actor, path: str) -> list[Json]:
        apply = self.api.operation("post", "/api/v1/cases")
        edit = self.api.operation("patch", path)
        move = self.api.operation("post", f"{path}/transfer")
        made: list[Json] = []
        if apply and apply.permission and actor.may(apply.permission):
            to = parts.link(
                "帮助申请", "/page/ApplyPage?household_id=${household_ref}", visibleOn="${status == 'active'}"
            )
            made.append(to | {"level": "primary"})
        if edit:
            button = form_button(self.api, edit, label="修改家庭资料", noun="edit", prefilled=True)
            made.append(_at(button, edit))
            numbers_stay(button["dialog"]["body"], HOUSEHOLD, "phone")
        if move:
            made.append(_at(form_button(self.api, move, label="迁移", noun="transfer"), move))
        return made

    def _add(self, noun: str, label: str) -> list[Json]:
        operation = self.api.operation("post", f"/api/v1/households/{{household_id}}/{noun}")
        if operation is None:
            return []
        button = _at(form_button(self.api, operation, label=label, noun=noun), operation)
        return [{"type": "button-toolbar", "buttons": [button]}]

    def _members(self, schema: Json) -> list[Any]:
        fields = self._row(schema, "members")
        leave = self.api.operation("post", "/api/v1/households/{household_id}/departure")
        buttons = [parts.link("查看", PERSON_FILE + "${id}")]
        if leave:
            buttons.append(_leaving(self, leave))
        return [
            *self._add("members", "增加成员"),
            rows("members", columns(self, fields, MEMBERS), "没有成员", buttons),
            parts.panel(
                "已离开的成员",
                rows("former_members", columns(self, fields, FORMER), "没有人离开", buttons[:1]),
                visibleOn="${former_members.length}",
            ),
        ]

    def _means(self, schema: Json) -> list[Any]:
        found: list[Any] = []
        for name, (title, names) in MEANS.items():
            declared = {"incomes": "income", "expenses": "expense", "properties": "property"}.get(name)
            empty = f"${{{declared}_declared ? '已申报：没有' : '尚未申报'}}" if declared else "没有记录"
            undo = {
                "type": "button",
                "label": "撤销",
                "level": "link",
                "actionType": "ajax",
                "confirmText": "登记有误才撤销；撤销前的内容留在变更记录里。确定撤销吗？",
                "api": f"delete:{HOUSEHOLD}/{name}/${{id}}",
                "reload": "list,warnings",
                "visibleOn": f"${{ARRAYINCLUDES(household_actions, '{name}')}}",
            }
            shown = columns(self, self._row(schema, name), names)
            found.append(parts.panel(title, [*self._add(name, f"登记{title}"), rows(name, shown, empty, [undo])]))
        return found

    def _statuses(self, schema: Json) -> list[Any]:
        hint = "身份在人员档案里登记和终止：在“家庭成员”里点“查看”。"
        return [
            rows("statuses", columns(self, self._row(schema, "statuses"), STATUSES), "没有登记身份"),
            {"type": "tpl", "tpl": hint, "className": "text-muted"},
        ]

    def _row(self, schema: Json, name: str) -> Json:
        found: Json = self.api.resolve(self.api.resolve(schema["properties"][name])["items"])["properties"]
        return found

    def _belonging(self, actor: Actor) -> list[tuple[str, Any]]:
        """Return the cases and payments of the household, for whoever may see such."""
        found: list[tuple[str, Any]] = []
        for title, resource, names, to in (
            ("救助案件", "/api/v1/cases", ("number", "project_name", "state", "step_name", "due_at", "created_at"),
             "/page/CaseFilePage?id=${id}"),
            ("在享待遇", "/api/v1/entitlements", ("project_name", "monthly_amount", "from_month", "to_month", "state"),
             ""),
        ):  # fmt: skip
            listing = self.api.operation("get", resource)
            if listing is None or (listing.permission and not actor.may(listing.permission)):
                continue
            fields = self.api.row_schema(resource)["properties"]
            shown = columns(self, fields, names) or columns(self, fields, tuple(fields)[:8])
            buttons = [parts.link("查看", to)] if to else []
            found.append((title, listed(resource, {"household_id": "${household_ref}"}, shown, buttons)))
        return found

    def _decided(self, actor: Actor, schema: Json, *, phone: bool) -> list[tuple[str, Any]]:
        """Return what was decided about the household, for whoever may see cases."""
        listing = self.api.operation("get", DECISIONS)
        if listing is None or (listing.permission and not actor.may(listing.permission)):
            return []
        shown, buttons = decision_rows(self, schema, phone=phone)
        return [("历次决定", listed(DECISIONS, {"household_id": "${household_ref}"}, shown, buttons))]

    def _papers(self, actor: Actor) -> list[Any]:
        belongs = {"subject_kind": "household", "subject_id": "${household_ref}", "purpose": "家庭材料"}
        shown = [parts.text("name", "文件"), parts.text("purpose", "用途"), _moment("created_at", "上传时间")]
        opened = [parts.open_file("打开", "${id}")]
        papers = listed("/api/v1/files", {k: belongs[k] for k in ("subject_kind", "subject_id")}, shown, opened)
        send = {
            "type": "form",
            "title": "",
            "wrapWithPanel": False,
            "actions": [],
            "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'edit')}",
            "body": [
                parts.upload("papers", "添加材料（户口簿、身份证、诊断证明等）", belongs)
                | {"onEvent": {"success": {"actions": [{"actionType": "reload", "componentId": "files"}]}}}
            ],
        }
        return [*([send] if actor.may("file:upload") else []), papers]

    def _history(self) -> Json:
        operation = self.api.operation("get", "/api/v1/households/{household_id}/history")
        answer = (operation.answer if operation else None) or {"properties": {"items": {"items": {"properties": {}}}}}
        fields = self.api.resolve(self.api.resolve(answer["properties"]["items"])["items"])["properties"]
        shown = columns(self, fields, ("occurred_at", "action", "person_name", "user_name"))
        said = {
            "type": "each",
            "items": {"type": "tpl", "tpl": "${item}", "className": "history-line"},
            "placeholder": "—",
        }
        return listed(f"{HOUSEHOLD}/history", {}, [*shown, {"name": "lines", "label": "内容"} | said])


def _warnings() -> Json:
    """Return what deserves a look; the part that reads it stands beside the file, which needs not wait for it."""
    line = {"type": "tpl", "tpl": "${message}", "className": "block"}
    told = {"type": "alert", "level": "warning", "showIcon": True, "className": "file-warnings",
            "body": {"type": "each", "name": "items", "items": line}, "visibleOn": "${items.length}"}  # fmt: skip
    read = {
        "method": "get",
        "url": f"{HOUSEHOLD}/warnings",
        "sendOn": "${household_ref}",
        "trackExpression": "${version}",
    }
    return {"type": "service", "api": read, "body": told}


def _moment(name: str, label: str) -> Json:
    return {"name": name, "label": label, "type": "datetime", "format": "YYYY-MM-DD HH:mm"}


def listed(resource: str, condition: Json, shown: list[Json], buttons: list[Json] | None = None) -> Json:
    """Return the rows of a list that belong to the record on the page."""
    name = resource.rpartition("/")[2]
    acts = {"type": "operation", "label": "操作", "className": "row-actions", "buttons": buttons or []}
    return {
        "type": "crud",
        "name": name,
        "id": name,
        "api": {"method": "get", "url": resource, "data": {"page": "${page}", "perPage": "${perPage}"} | condition},
        "syncLocation": False,
        "perPage": 20,
        "columns": [*shown, *([acts] if buttons else [])],
        "headerToolbar": [],
        "columnsTogglable": False,
        "footerToolbar": ["statistics", "pagination"],
        "placeholder": parts.nothing_yet("没有记录", name),
    }


def _at(button: Json, operation: Operation, **sent: str) -> Json:
    """Send the form to the household of the page, not to the row, and read the file anew."""
    before, _, rest = operation.path.partition("{")
    url = f"{before}${{household_ref}}{rest.partition('}')[2]}"
    inner = button["dialog"]["body"]
    inner["api"] = {"method": operation.method, "url": url} | ({"data": {"&": "$$"} | sent} if sent else {})
    inner["reload"] = "list,warnings"
    return button


def _leaving(page: StaffPage, operation: Operation) -> Json:
    """Return the button by which the member of the row leaves."""
    made = form(page.api, operation, hidden=tuple(LEAVE_UNSAID))
    made["canAccessSuperData"] = True
    dialog = {"title": "${name}离开本户", "body": made, "size": "lg"}
    button: Json = {"type": "button", "label": "离开", "level": "link", "actionType": "dialog", "dialog": dialog}
    button["visibleOn"] = "${ARRAYINCLUDES(household_actions, 'departure')}"
    return _at(button, operation, person_id="${id}")
