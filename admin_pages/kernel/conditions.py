"""The condition builder over the API's vocabulary."""

from typing import Any

Json = dict[str, Any]
KINDS = {
    "money": "number",
    "count": "number",
    "decimal": "number",
    "ratio": "number",
    "truth": "boolean",
    "choice": "select",
    "date": "date",
    "text": "text",
}


def builder_fields(vocabulary: Json) -> list[Json]:
    """Return amis' fields, grouped by what they speak of."""
    groups: dict[str, list[Json]] = {}
    for word in vocabulary["words"]:
        groups.setdefault(GROUPS.get(word["unit_of"], "其他"), []).append(_field(word))
    return [{"label": label, "children": fields} for label, fields in groups.items()]


GROUPS = {"household": "家庭", "person": "个人", "case": "申请", "parameter": "政策参数"}


def _field(word: Json) -> Json:
    unit = f"（{word['unit']}）" if word["unit"] else ""
    kind = KINDS.get(word["type"], "text")
    made: Json = {"label": word["label"] + unit, "name": word["name"], "type": kind, "valueTypes": ["value", "field"]}
    if word["operators"]:
        made["operators"] = [operator["value"] for operator in word["operators"]]
    if kind == "select":
        made["options"] = word["choices"]
    return made
