"""How one household's matches are shown: in its file and after a look-up, project by project with the conditions."""

from admin_pages.kernel import parts
from admin_pages.kernel.parts import Json

STANDINGS = {"met": "已满足", "unmet": "未满足", "unknown": "待核实", "not_needed": "不要求"}


def grounds() -> list[Json]:
    """Return the calculation and the conditions as an outline, each with how it stands, of what is in the data."""
    standing = {"type": "mapping", "name": "standing", "map": STANDINGS, "className": "standing"}
    text = {"type": "tpl", "tpl": "${text}", "className": "outline heads-${heads}"}
    line = {"type": "wrapper", "size": "none", "className": "ground ground-${standing} depth-${depth}"}
    return [
        {"type": "plain", "text": "${calculation}", "visibleOn": "${calculation}", "className": "explanation"},
        each("grounds", line | {"body": [standing, text]}),
    ]


def each(name: str, item: Json) -> Json:
    """Return an item for each of a list, nothing for an empty one."""
    return {"type": "each", "source": f"${{{name}}}", "items": item, "visibleOn": f"${{{name}.length}}"}


def conditions() -> list[Json]:
    """Return the conditions of a match that is in the data: of the household, or of each member."""
    verdict = {"true": "符合条件", "false": "不符合条件", "*": "有情况待核实"}
    member = [
        {"type": "mapping", "name": "eligible", "map": verdict, "placeholder": "有情况待核实"},
        {"type": "tpl", "tpl": "，金额 ${amount} 元", "visibleOn": "${amount}"},
        *grounds(),
    ]
    return [
        *grounds(),
        each("members", parts.panel("${name}", member)),
        # What other departments decide has a sentence and no conditions.
        each("reasons", {"type": "tpl", "tpl": "${text}", "className": "outline"})
        | {"visibleOn": "${!members.length && !grounds.length}"},
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
            "body": conditions(),
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
