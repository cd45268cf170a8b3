"""一证通查: everything about the holder of one ID card, for a purpose that is kept, and the way into an application."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema

from admin_pages.kernel import parts
from admin_pages.kernel.pages import StaffPage
from admin_pages.kernel.parts import Json
from admin_pages.kernel.site import site
from admin_pages.pages.matches import match_cards
from backend.kernel.actor import Actor

PURPOSES = ("窗口受理救助申请", "入户走访核实情况", "答复群众咨询", "复核在享待遇")


@site.register_admin
class LookupPage(StaffPage):
    """The question with its purpose, and the answer: person, household, statuses, benefits, cases, matches."""

    group = "对象库"
    permissions = ("match:lookup",)
    page_schema = PageSchema(label="一证通查", icon="fa fa-search", sort=95)

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the question, and the answer below it."""
        apply = self.api.operation("post", "/api/v1/cases")
        may_apply = bool(apply and apply.permission and actor.may(apply.permission))
        answer = {
            "type": "service",
            "id": "lookup-answer",
            "body": {
                "type": "wrapper",
                "size": "none",
                "visibleOn": "${found.person}",
                "body": _answer(phone=phone, may_apply=may_apply),
            },
        }
        return [_question(), answer]


def _question() -> Json:
    return {
        "type": "form",
        "mode": "normal",
        "title": "一证通查",
        "className": "narrow-form",
        "api": "post:/api/v1/lookups",
        "submitText": "查询",
        "body": [
            {
                "type": "input-text",
                "name": "id_number",
                "label": "身份证号",
                "required": True,
                "maxLength": 30,
                "clearable": True,
                "trimContents": True,
                "placeholder": "18 位身份证号或其他证件号码",
            },
            {
                "type": "input-text",
                "name": "purpose",
                "label": "查询目的",
                "required": True,
                "maxLength": 200,
                "options": list(PURPOSES),
                "creatable": True,
            },
            {"type": "tpl", "tpl": "查询将被记录：何人、何时、为何查询。", "className": "text-muted"},
        ],
        "onEvent": {
            "submitSucc": {
                "actions": [
                    {
                        "actionType": "setValue",
                        "componentId": "lookup-answer",
                        "args": {"value": {"found": "${event.data.result.data || event.data.result}"}},
                    }
                ]
            }
        },
    }


def _answer(*, phone: bool, may_apply: bool) -> list[Json]:
    columns = 1 if phone else 3
    person = _sheet(
        columns,
        ("姓名", "${found.person.name}"),
        ("证件号码", "${found.person.id_number|default:—}"),
        ("出生日期", "${found.person.birth_date|default:—}"),
        ("联系电话", "${found.person.phone|default:—}"),
        ("健康状况", "${found.person.health_name|default:—}"),
        ("残疾", "${found.person.disability_level ? found.person.disability_level + ' 级' : '—'}"),
    )
    household = _sheet(
        columns,
        ("家庭编号", "${found.household.number}"),
        ("户主", "${found.household.head_name}"),
        ("住址", "${found.household.division_name} ${found.household.address}"),
        ("家庭人口", "${found.household.member_count} 人"),
        ("人均月收入（元）", "${found.household.income_per_capita_month|default:未申报}"),
        ("城乡类别", "${found.household.residence_name}"),
    )
    file = parts.link("打开家庭档案", "/page/HouseholdFilePage?id=${found.household.id}")
    nobody = {
        "type": "alert",
        "level": "info",
        "body": "此人尚未登记家庭，可先登记家庭再比对。",
        "visibleOn": "${!found.household}",
    }
    made = [
        parts.panel("人员", person),
        parts.panel("家庭", [household, file], visibleOn="${found.household}"),
        nobody,
        parts.panel("身份认定", parts.table("found.statuses", STATUSES, "没有登记的身份认定")),
        parts.panel("在享待遇", parts.table("found.benefits", BENEFITS, "没有在享待遇")),
        parts.panel("在办事项", parts.table("found.open_cases", CASES, "没有在办事项")),
    ]
    matches = match_cards("found.matches", "found.household.id" if may_apply else "")
    return [*made, parts.panel("可以享受什么", matches, visibleOn="${found.matches.length}")]


def _sheet(columns: int, *lines: tuple[str, Any]) -> Json:
    items = [{"label": label, "content": content} for label, content in lines]
    return {"type": "property", "column": columns, "items": items}


STATUSES = [
    parts.text("kind_name", "身份"),
    parts.text("valid_from", "起始"),
    parts.text("valid_to", "终止") | {"placeholder": "长期"},
    parts.text("source", "来源"),
]
BENEFITS = [
    parts.text("project_name", "项目"),
    parts.text("monthly_amount", "金额（元）") | {"align": "right", "className": "money"},
    parts.truth("once", "发放方式", yes="一次性", no="按月", unknown="按月"),
    parts.text("from_month", "起发月份"),
    parts.words("status", "状态", {"active": "发放中", "suspended": "暂停", "ended": "已发放"}),
]
CASES = [
    parts.text("number", "案件编号"),
    parts.text("project_name", "项目"),
    parts.text("state_name", "状态"),
    parts.text("step_name", "当前环节"),
    {
        "type": "operation",
        "label": "操作",
        "className": "row-actions",
        "buttons": [parts.link("打开", "/page/CaseFilePage?id=${id}")],
    },
]
