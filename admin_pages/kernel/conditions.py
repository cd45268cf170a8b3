"""amis' condition builder over the API's vocabulary: its fields, and a stored rule in the builder's own spelling.

A number is compared with a figure, a word or a whole formula, so its right side is one line of text with suggestions
(`低保标准 * 1.5`); the API reads that text. A question to the members of a household is a condition whose right side
is a builder of its own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]
NUMBERS = frozenset({"money", "count", "decimal"})
GROUPS = {"household": "家庭", "person": "个人", "case": "申请事项", "parameter": "政策参数"}
MEMBERS = "members"
QUANTIFIERS = {
    "at_least": "至少有几人符合",
    "at_most": "至多有几人符合",
    "all": "全部符合",
    "none": "没有人符合",
}
_SAME = {"select_equals": "equal", "select_not_equals": "not_equal"}
_SEVERAL = ("select_any_in", "select_not_any_in")


def rule_builder(vocabulary: Json, unit: str, **more: Any) -> Json:
    """Return the builder of a rule about households or about persons."""
    return _builder(builder_fields(vocabulary, unit)) | more


def _builder(fields: list[Json]) -> Json:
    return {
        "type": "condition-builder",
        "fields": fields,
        "builderMode": "full",
        "searchable": True,
        "showNot": True,
        "placeholder": "还没有条件，请点击“添加条件”",
    }


def builder_fields(vocabulary: Json, unit: str) -> list[Json]:
    """Return amis' fields, grouped by what they speak of; a person's facts stand apart in a rule about households."""
    words = vocabulary["words"]
    asked = ("household", "case") if unit == "household" else ("person", "household", "case")
    fields = _grouped(words, asked)
    if unit == "household":
        fields.append({"label": "家庭成员", "children": [_members(words)]})
    return fields


def _grouped(words: Iterable[Json], units: Iterable[str]) -> list[Json]:
    suggestions = _suggestions(words)
    return [
        {"label": GROUPS[unit], "children": [_field(word, suggestions) for word in words if word["unit_of"] == unit]}
        for unit in units
    ]


def _suggestions(words: Iterable[Json]) -> list[Json]:
    numbers = [word for word in words if word["type"] in NUMBERS]
    # Parameters first: a rule mostly compares with a standard.
    return [
        {"label": word["label"], "value": word["written"]}
        for unit in ("parameter", "household", "person", "case")
        for word in numbers
        if word["unit_of"] == unit
    ]


def _field(word: Json, suggestions: list[Json]) -> Json:
    unit = f"（{word['unit']}）" if word["unit"] else ""
    field: Json = {"label": word["label"] + unit, "name": word["name"], "operators": word["operators"]}
    match word["type"]:
        case "money" | "count" | "decimal":
            compared = {
                "type": "input-text",
                "options": suggestions,
                "placeholder": "数字、参数或公式，如 低保标准 * 1.5",
                "inputClassName": "rule-side",
            }
            return field | {"type": "custom", "defaultOp": "less", "value": compared}
        case "truth":
            answers = [{"label": "是", "value": "true"}, {"label": "否", "value": "false"}]
            return field | {"type": "select", "defaultOp": "equal", "options": answers}
        case "choice":
            return field | {"type": "select", "defaultOp": "equal", "options": word["choices"]}
        case "date":
            return field | {"type": "date", "defaultOp": "greater_or_equal"}
    return field | {"type": "text", "defaultOp": "equal"}


def _members(words: list[Json]) -> Json:
    """Return the field that asks how many members fulfil conditions of their own."""
    each = _builder(_grouped(words, ("person",))) | {"name": "each"}
    count = {"type": "input-number", "name": "count", "min": 0, "max": 30, "precision": 0, "suffix": "人"}
    operators = [
        {"label": label, "value": code, "values": [count, each] if code in ("at_least", "at_most") else [each]}
        for code, label in QUANTIFIERS.items()
    ]
    return {"label": "家庭成员", "name": MEMBERS, "type": "custom", "operators": operators, "value": each}


def for_builder(tree: Any, vocabulary: Json) -> Any:
    """Return a stored rule as the builder shows it."""
    words = {word["name"]: word for word in vocabulary["words"]}
    return _group(tree, words) if isinstance(tree, dict) else tree


def _group(tree: Json, words: Mapping[str, Json]) -> Json:
    children = [_part(child, words) for child in tree.get("children") or ()]
    return {key: value for key, value in tree.items() if key != "members"} | {"children": children}


def _part(node: Json, words: Mapping[str, Json]) -> Json:
    if "children" not in node:
        return _condition(node, words)
    if node.get("members") is None:
        return _group(node, words)
    operator, count = _quantifier(node["members"])
    right = {"each": _group(node, words)} | ({"count": count} if count is not None else {})
    return {"id": node.get("id"), "left": {"type": "field", "field": MEMBERS}, "op": operator, "right": right}


def _quantifier(members: Any) -> tuple[str, int | None]:
    if isinstance(members, dict):
        operator, count = next(iter(members.items()))
        return operator, count
    return ("at_least", 1) if members == "any" else (members, None)


def _condition(node: Json, words: Mapping[str, Json]) -> Json:
    left, right = node.get("left") or {}, node.get("right")
    shown = node | {"op": _SAME.get(node.get("op") or "", node.get("op"))}
    if left.get("field") == MEMBERS and isinstance(right, dict) and isinstance(right.get("each"), dict):
        return shown | {"right": right | {"each": _group(right["each"], words)}}
    word = words.get(left.get("field") or "")
    return shown if word is None or right is None else shown | {"right": _right(right, word, node.get("op"), words)}


def _right(right: Any, word: Json, operator: Any, words: Mapping[str, Json]) -> Any:
    if word["type"] == "truth":
        return str(right).lower()
    if word["type"] not in NUMBERS:
        return right
    if not isinstance(right, list):
        return _text(right, words)
    sides = [_text(one, words) for one in right]
    return "、".join(sides) if operator in _SEVERAL else sides


def _text(side: Any, words: Mapping[str, Json]) -> str:
    match side:
        case {"type": "field", "field": str(name)}:
            return str(words[name]["written"]) if name in words else name
        case {"type": "formula"}:
            return str(side.get("formula", side.get("value", "")))
        case {"type": "value", "value": value}:
            return str(value)
    return str(side)
