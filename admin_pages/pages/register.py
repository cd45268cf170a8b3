"""登记家庭: a whole household on one page, made for a village helper's phone; numbers are checked as they are typed."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import widgets
from admin_pages.kernel.pages import Json, StaffPage
from admin_pages.kernel.site import site
from backend.kernel.actor import Actor

HOUSEHOLDS = "/api/v1/households"
VILLAGE_DIGITS = 15
PLACE = ("division_code", "residence", "address", "phone")
CAUSES = ("hardship_cause", "housing_grade")
MEMBER = ("relation", "name", "id_type", "id_number")
WITHOUT_NUMBER = ("sex", "birth_date")
CONDITION = ("health", "labor_capacity", "is_student")
MORE = (
    "phone", "self_care", "disability_type", "disability_level", "disability_card", "student_stage", "marital",
    "education", "nation", "occupation", "included", "exclude_reason",
)  # fmt: skip
CHECKED = frozenset({"id_number", "phone", "disability_card"})
# What is said about a list: nothing yet, that there is none, or what there is.
SAID = [
    {"label": "暂未申报", "value": "later"},
    {"label": "申报没有", "value": "none"},
    {"label": "有", "value": "some"},
]
LISTS = {
    "incomes": ("收入", ("category", "annual_amount", "source", "evidence")),
    "expenses": ("刚性支出", ("kind", "annual_amount", "insured_amount")),
    "properties": ("财产", ("kind", "quantity", "value", "location")),
}


def fields(page: StaffPage, schema: Json, names: tuple[str, ...]) -> list[Json]:
    """Return the inputs of these fields, each as the API's document describes it; numbers are checked at once."""
    required = set(schema.get("required", ()))
    made = []
    for name in names:
        field = page.api.resolve(schema["properties"][name])
        item = widgets.form_item(page.api, name, field, required=name in required and "default" not in field)
        if item["type"] == "textarea":
            item["type"] = "input-text"
        if item["type"] == "switch" and "default" not in field:
            yes_no = [{"label": "是", "value": True}, {"label": "否", "value": False}]
            item |= {"type": "select", "options": yes_no, "clearable": True}
        made.append(item | (checked(name) if name in CHECKED else {}))
    return made


def checked(name: str) -> Json:
    """Let the API say beside the field, while it is filled in, whether the number can be right."""
    data = {name: f"${{{name}}}"} | ({"id_type": "${id_type}"} if name == "id_number" else {})
    ask = {"method": "post", "url": "/api/v1/number-checks", "data": data}
    return {"validateApi": ask, "validateOnChange": True}


def heading(text: str) -> Json:
    """Return the title of a part of the form."""
    return {"type": "tpl", "tpl": text, "className": "form-heading"}


def folded(title: str, body: list[Json]) -> Json:
    """Return what is seldom filled in, behind a line."""
    return {"type": "collapse", "header": title, "collapsed": True, "className": "more-filters", "body": body}


@site.register_admin
class RegisterPage(StaffPage):
    """A household with members, incomes, expenses and holdings."""

    group = "对象库"
    permissions = ("household:create",)
    page_schema = PageSchema(label="登记家庭", icon="fa fa-plus-square-o", sort=98)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the form; what goes wrong stands beside its field, and nothing typed is lost."""
        del phone
        operation = self.api.operation("post", HOUSEHOLDS)
        schema = operation.body if operation and operation.body else {"properties": {}}
        lists = [part for name in LISTS for part in self._list(schema, name)]
        sent = {"&": "$$"} | {
            name: f"${{{name}_said == 'some' ? {name} : ({name}_said == 'none' ? [] : '__undefined')}}"
            for name in LISTS
        }
        unsent = dict.fromkeys((f"{name}_said" for name in LISTS), "__undefined")
        return {
            "type": "form",
            "mode": "normal",
            "title": "",
            "wrapWithPanel": False,
            "className": "register-form",
            # Whoever looks after one village registers there.
            "data": {"division_code": actor.division_code if len(actor.division_code or "") == VILLAGE_DIGITS else ""},
            "api": {"method": "post", "url": HOUSEHOLDS, "data": sent | unsent},
            "body": [
                heading("一、住在哪里"),
                *fields(self, schema, PLACE),
                heading("二、家里有谁"),
                self._members(schema),
                heading("三、收入、支出和财产"),
                *lists,
                folded("致困原因和住房（可以以后补）", fields(self, schema, CAUSES)),
                {"type": "submit", "label": "登记", "level": "primary", "size": "lg", "className": "register-submit"},
            ],
            "actions": [],
            "messages": {"validateFailed": "有几项没有填对，请按红字提示修改后再提交", "saveSuccess": "已登记"},
            "preventEnterSubmit": True,
            "redirect": "/page/HouseholdFilePage?id=${id}",
        }

    def _members(self, schema: Json) -> Json:
        item = self.api.resolve(self.api.resolve(schema["properties"]["members"])["items"])
        numberless = [
            f | {"visibleOn": "${id_type == 'none' || id_type == 'passport' || id_type == 'temporary' || !id_number}"}
            for f in fields(self, item, WITHOUT_NUMBER)
        ]
        return {
            "type": "combo",
            "name": "members",
            "label": "",
            "multiple": True,
            "multiLine": True,
            "minLength": 1,
            "required": True,
            "value": [{"relation": "head", "id_type": "citizen"}],
            "addButtonText": "添加一名成员",
            "className": "editor-rows",
            "items": [
                *fields(self, item, MEMBER),
                *numberless,
                *fields(self, item, CONDITION),
                folded("更多资料（残疾、就学、是否计入家庭人口等）", fields(self, item, MORE)),
            ],
        }

    def _list(self, schema: Json, name: str) -> list[Json]:
        title, names = LISTS[name]
        item = self.api.resolve(self.api.resolve(schema["properties"][name])["items"])
        whose = {
            "type": "select",
            "name": "id_number",
            "label": "属于哪位成员",
            "placeholder": "全家共有",
            "source": "${members|filter:id_number}",
            "labelField": "name",
            "valueField": "id_number",
            "clearable": True,
        }
        return [
            {"type": "radios", "name": f"{name}_said", "label": title, "value": "later", "options": SAID},
            {
                "type": "combo",
                "name": name,
                "label": "",
                "multiple": True,
                "multiLine": True,
                "value": [{}],
                "addButtonText": f"添加一项{title}",
                "className": "editor-rows",
                "canAccessSuperData": True,
                "strictMode": False,
                "visibleOn": f"${{{name}_said == 'some'}}",
                "clearValueOnHidden": False,
                "items": [whose, *fields(self, item, names)],
            },
        ]
