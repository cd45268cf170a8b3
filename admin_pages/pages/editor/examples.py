"""Examples as a form: an input for every fact that rule and formula ask about, and what is expected of the project."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.kernel.clocks import CHINA

Json = dict[str, Any]
UNKNOWN = "unknown"
_ANSWERS = (
    {"label": "符合", "value": "true"},
    {"label": "不符合", "value": "false"},
    {"label": "无法判定", "value": UNKNOWN},
)
_TRUTHS = {True: "true", False: "false", None: UNKNOWN}


def example_form(code: str, unit: str, asked: list[str], vocabulary: Json, stored: list[Json]) -> Json:
    """Return the rows of examples; facts that a stored example gives keep their input though nothing asks for them."""
    words = {word["name"]: word for word in vocabulary["words"]}
    names = list(dict.fromkeys([*asked, *_given(stored, vocabulary)]))
    chosen = [words[name] for name in names if name in words]
    facts = {of: [word for word in chosen if word["unit_of"] == of] for of in ("household", "person", "case")}
    member = [{"type": "input-text", "name": "name", "label": "姓名", "required": True, "placeholder": "如 户主"}]
    member += [_fact(word) for word in facts["person"]]
    items: list[Json] = [
        _heading(),
        *_groups([_fact(word, "household.") for word in facts["household"]]),
        *_groups([_fact(word, "case.") for word in facts["case"]]),
        {
            "type": "combo",
            "name": "members",
            "label": "家庭成员",
            "multiple": True,
            "multiLine": len(member) > IN_A_ROW,
            "required": True,
            "items": member if len(member) <= IN_A_ROW else _groups(member),
            "addButtonText": "添加成员",
            "subFormMode": "normal",
        },
        _expected(code, unit),
    ]
    today = datetime.now(CHINA).date().isoformat()
    return {
        "type": "combo",
        "name": "examples",
        "label": "",
        "multiple": True,
        "multiLine": True,
        "items": items,
        "addButtonText": "添加示例",
        "scaffold": {"on": today, "members": [{"name": "户主"}]},
        "subFormMode": "normal",
        "className": "editor-rows examples",
        "placeholder": "还没有示例，至少写一个才能发布",
    }


IN_A_ROW = 5


def _heading() -> Json:
    return {
        "type": "group",
        "body": [
            {"type": "input-text", "name": "name", "label": "名称", "required": True, "columnRatio": 4},
            {"type": "input-text", "name": "basis", "label": "依据"},
            {
                "type": "input-date",
                "name": "on",
                "label": "核定日期",
                "required": True,
                "valueFormat": "YYYY-MM-DD",
                "displayFormat": "YYYY-MM-DD",
                "description": "按这一天的标准计算",
            },
        ],
    }


def _groups(items: list[Json]) -> list[Json]:
    rows = [items[start : start + IN_A_ROW - 1] for start in range(0, len(items), IN_A_ROW - 1)]
    return [{"type": "group", "body": row} for row in rows]


def _fact(word: Json, prefix: str = "") -> Json:
    """Return the input of a fact, named as formulas write it."""
    unit = f"（{word['unit']}）" if word["unit"] else ""
    item: Json = {"name": prefix + word["written"], "label": word["label"] + unit}
    unknown = {"label": "未知", "value": UNKNOWN}
    if word["type"] == "truth":
        options = [{"label": "是", "value": "true"}, {"label": "否", "value": "false"}, unknown]
        return item | {"type": "select", "clearable": True, "options": options}
    if word["type"] == "choice":
        options = [{"label": one["label"], "value": one["value"]} for one in word["choices"]]
        return item | {"type": "select", "clearable": True, "options": [*options, unknown]}
    if word["type"] == "date":
        return item | {"type": "input-date", "valueFormat": "YYYY-MM-DD", "displayFormat": "YYYY-MM-DD"}
    return item | {"type": "input-text", "placeholder": "不填按未登记处理"}


def _expected(code: str, unit: str) -> Json:
    who = {"type": "input-text", "name": "member", "label": "成员", "required": True, "placeholder": "与上面的姓名相同"}
    answer = {"type": "select", "name": "eligible", "label": "预期结论", "required": True, "options": list(_ANSWERS)}
    amount = {"type": "input-text", "name": "amount", "label": "预期金额（元）", "placeholder": "不填则不核对金额"}
    reason = {
        "type": "input-text",
        "name": "reasons",
        "label": "理由应提到",
        "multiple": True,
        "creatable": True,
        "joinValues": False,
        "extractValue": True,
        "options": [],
        "placeholder": "可不填",
    }
    items = [who, answer, amount, reason] if unit == "person" else [answer, amount, reason]
    return {
        "type": "combo",
        "name": f"expected.{code}",
        "label": "预期结果",
        "multiple": unit == "person",
        "multiLine": False,
        "required": True,
        "items": items,
        "addButtonText": "添加成员的预期",
        "subFormMode": "normal",
    }


def _given(stored: list[Json], vocabulary: Json) -> list[str]:
    by_name = _by_name(vocabulary)
    found = []
    for example in stored:
        for facts in (example.get("household") or {}, example.get("case") or {}, *(example.get("members") or ())):
            found += [by_name[key]["name"] for key in facts if key in by_name]
    return list(dict.fromkeys(found))


def _by_name(vocabulary: Json) -> dict[str, Json]:
    """Find a word by its code word and by how formulas write it."""
    words = vocabulary["words"]
    return {key: word for word in words for key in (word["written"], word["label"], word["name"])}


def for_form(stored: list[Json], code: str, unit: str, vocabulary: Json) -> list[Json]:
    """Return stored examples as the form shows them: facts by their written names, answers in words."""
    words = _by_name(vocabulary)
    return [_shown(example, code, unit, words) for example in stored]


def _shown(example: Json, code: str, unit: str, words: Mapping[str, Json]) -> Json:
    expected = dict(example.get("expected") or {})
    outcomes = expected.get(code)
    if outcomes is not None:
        rows = [_outcome(one) for one in (outcomes if isinstance(outcomes, list) else [outcomes])]
        expected[code] = rows if unit == "person" else (rows[0] if rows else {})
    return example | {
        "household": _facts(example.get("household") or {}, words),
        "case": _facts(example.get("case") or {}, words),
        "members": [_facts(member, words) for member in example.get("members") or ()],
        "expected": expected,
    }


def _outcome(outcome: Json) -> Json:
    amount = outcome.get("amount")
    eligible = outcome.get("eligible")
    shown = outcome | {"eligible": _TRUTHS[eligible] if eligible is None or isinstance(eligible, bool) else eligible}
    return shown | ({} if amount is None else {"amount": str(amount)})


def _facts(facts: Json, words: Mapping[str, Json]) -> Json:
    shown: Json = {}
    for key, value in facts.items():
        word = words.get(key)
        if key in ("name", "姓名"):
            shown["name"] = value
        elif word is None:
            shown[key] = value
        else:
            shown[word["written"]] = _value(value, word)
    return shown


def _value(value: Any, word: Json) -> Any:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return _TRUTHS[value]
    if word["type"] == "choice":
        return next((one["value"] for one in word["choices"] if value in (one["value"], one["label"])), value)
    return str(value)
