"""A rule as people write it in the shipped files, turned into the tree that the condition builder edits.

`家庭人均月收入 < 低保标准` is a condition. `{all: […]}` and `{any: […]}` are groups, with `title`, `not: true` or
`members:` beside them. `{known: word}` and `{unknown: word}` ask whether a fact is on record. `{use: A01}` stands for
another project's rule, which is copied, so that a published version never changes with another.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backend.catalogue.rules.formula.nodes import Call, Compare, Name, Negate, Node, Not, Number, Text, Truth
from backend.catalogue.rules.formula.parsing import parse
from backend.catalogue.rules.vocabulary import FactType, Vocabulary

_OPERATORS = {
    "<": "less",
    "<=": "less_or_equal",
    ">": "greater",
    ">=": "greater_or_equal",
    "=": "equal",
    "!=": "not_equal",
}
_AS_SELECT = {"equal": "select_equals", "not_equal": "select_not_equals"}
_GROUPS = {"all": "and", "any": "or"}


class ShorthandError(ValueError):
    """A shipped rule is written in a way that is not understood: a fault of the files, found by their test."""


def expand(written: Any, vocabulary: Vocabulary, others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tree of a whole rule; `others` are the written rules of other projects by code."""
    tree = _node(written, vocabulary, others, "1")
    if "children" in tree:
        return tree
    return {"id": "1", "conjunction": "and", "children": [tree | {"id": "1.1"}]}


def _node(written: Any, vocabulary: Vocabulary, others: Mapping[str, Any], path: str) -> dict[str, Any]:
    if isinstance(written, str):
        return {"id": path} | _condition(written, vocabulary)
    if not isinstance(written, dict):
        raise ShorthandError(f"{written!r} is neither a condition nor a group")
    if "use" in written:
        used = _node(others[written["use"]], vocabulary, others, path)
        return used | ({"title": written["title"]} if "title" in written else {})
    for key, operator in (("known", "is_not_empty"), ("unknown", "is_empty")):
        if key in written:
            return {"id": path, "left": _field(vocabulary[written[key]].name), "op": operator}
    if "left" in written:
        return {"id": path} | written
    return _group(written, vocabulary, others, path)


def _group(written: Mapping[str, Any], vocabulary: Vocabulary, others: Mapping[str, Any], path: str) -> dict[str, Any]:
    kinds = [key for key in _GROUPS if key in written]
    if len(kinds) != 1 or written.keys() - {*kinds, "title", "not", "members"}:
        raise ShorthandError(f"a group has either all or any, and title, not, members beside it: {list(written)}")
    beside = {key: written[key] for key in ("title", "not", "members") if key in written}
    children = [_node(child, vocabulary, others, f"{path}.{place}") for place, child in enumerate(written[kinds[0]], 1)]
    return {"id": path, "conjunction": _GROUPS[kinds[0]]} | beside | {"children": children}


def _condition(text: str, vocabulary: Vocabulary) -> dict[str, Any]:
    match parse(text, vocabulary):
        case Name(word=word):
            return {"left": _field(word.name), "op": "equal", "right": True}
        case Not(value=Name(word=word)):
            return {"left": _field(word.name), "op": "equal", "right": False}
        case Compare(operator=operator, left=Name(word=word), right=right):
            code = _OPERATORS[operator]
            if word.type is FactType.CHOICE:
                code = _AS_SELECT.get(code, code)
            return {"left": _field(word.name), "op": code, "right": _right(right, word.choices, text)}
        case Call(function="one_of", arguments=(Name(word=word), *rest)):
            return {
                "left": _field(word.name),
                "op": "select_any_in",
                "right": [_right(part, word.choices, text) for part in rest],
            }
    raise ShorthandError(f"{text!r} is not one condition with a fact on its left")


def _right(node: Node, choices: Mapping[str, str], text: str) -> Any:
    match node:
        case Number(value=value):
            return _plain(value)
        case Negate(value=Number(value=value)):
            return _plain(-value)
        case Text(value=value):
            return next((stored for stored, label in choices.items() if value in (stored, label)), value)
        case Truth(value=value):
            return value
        case Name(word=word):
            return _field(word.name)
    return {"type": "formula", "formula": text[node.span.start : node.span.end]}


def _field(name: str) -> dict[str, str]:
    return {"type": "field", "field": name}


def _plain(value: Decimal) -> int | str:
    return int(value) if value == value.to_integral_value() else str(value)
