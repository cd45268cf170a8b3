"""How one household's matches are shown: in its file and after a look-up, project by project with the conditions."""

from admin_pages.kernel import parts
from admin_pages.kernel.parts import Json

REASON_COLUMNS = [
    parts.truth("passed", "结果"),
    parts.text("text", "条件和实际情况") | {"className": "wide-text"},
    parts.text("required", "要求"),
    parts.text("actual", "实际") | {"placeholder": "未知，需核对"},
]
ORDER = "${{ARRAYFILTER({source}, item => {condition})}}"


def match_cards(source: str, household: str = "") -> Json:
    """Return the projects of a list of matches in three groups: fitting, to be clarified, not fitting.

    `household` names the household's id in the data, and offers to apply.
    """
    groups = (
        ("符合条件", "item.eligible === true", False),
        ("有情况待核实", "item.eligible === null || item.eligible === undefined", True),
        ("不符合条件", "item.eligible === false", True),
    )
    return {
        "type": "wrapper",
        "size": "none",
        "body": [_group(source, *group, household) for group in groups],
    }


def _group(source: str, title: str, condition: str, folded: bool, household: str) -> Json:  # noqa: FBT001
    rows = ORDER.format(source=source, condition=condition)
    head = {"type": "tpl", "tpl": f"{title}（${{ARRAYFILTER({source}, item => {condition}).length}}）"}
    table = {
        "type": "table",
        "source": rows,
        "columns": _columns(household),
        "placeholder": "没有这样的项目",
        "columnsTogglable": False,
        "affixHeader": False,
    }
    return {"type": "collapse", "header": head, "collapsed": folded, "body": table, "className": "match-group"}


def _columns(household: str) -> list[Json]:
    why = {
        "type": "button",
        "label": "看依据",
        "level": "link",
        "actionType": "dialog",
        "dialog": {
            "title": "${project_name}：逐项条件",
            "size": "lg",
            "actions": [],
            "closeOnEsc": True,
            "body": [
                {"type": "tpl", "tpl": "${calculation}", "visibleOn": "${calculation}", "className": "explanation"},
                parts.table("reasons", REASON_COLUMNS, "没有条件说明"),
            ],
        },
    }
    buttons = [why]
    if household:
        link = f"/page/ApplyPage?household_id=${{{household}}}&project_code=${{project_code}}"
        buttons.append(parts.link("提出申请", link, visibleOn="${!receiving}"))
    return [
        parts.text("project_name", "救助项目"),
        parts.truth("receiving", "正在享受", yes="在享", no="未享", unknown="未享"),
        {
            "name": "amount",
            "label": "测算金额（元）",
            "type": "number",
            "kilobitSeparator": True,
            "precision": 2,
            "className": "money",
            "align": "right",
            "placeholder": "—",
        },
        {"type": "operation", "label": "操作", "className": "row-actions", "buttons": buttons},
    ]
