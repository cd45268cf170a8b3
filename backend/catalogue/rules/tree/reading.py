"""The JSON of amis' condition builder becomes a checked rule; every fault names its place.

A group is `{"conjunction": "and" | "or", "not": bool, "children": […]}`. With `"members": "any" | "all" | "none" |
{"at_least": n} | {"at_most": n}` its children ask about each member of the household. A condition is
`{"left": {"type": "field", "field": word}, "op": operator, "right": …}`, where right is a value or another field,
`{"type": "field", "field": word}`, or a formula, `{"type": "formula", "formula": text}`; beside a number the formula's
text alone will do. The builder, which knows no group about members, writes it as a condition whose left is the field
`members`, whose operator is the quantifier, and whose right is `{"count": n, "each": {a group}}`.
"""

import re
from typing import Any, Literal

from backend.catalogue.rules.faults import FormulaFault, RuleFault, spoken_list
from backend.catalogue.rules.formula import Formula, parse_formula
from backend.catalogue.rules.formula.nodes import Name
from backend.catalogue.rules.tree.nodes import Condition, Group, Node, OfMembers, Rule, Side
from backend.catalogue.rules.tree.operators import OPERATORS, SAME, Operator, Sides, operators_for
from backend.catalogue.rules.tree.values import MAX_TEXT, is_number, literal_value
from backend.catalogue.rules.vocabulary import NUMERIC, FactType, UnitOf, Vocabulary, Word
from backend.kernel.refusals import Sentence

MAX_DEPTH = 8
MAX_LEAVES = 120
MAX_VALUES = 100
MAX_MEMBERS = 30
BOUNDS = 2
MEMBERS = "members"
QUANTIFIERS = ("at_least", "at_most", "all", "none")


def parse_rule(tree: Any, vocabulary: Vocabulary, unit: UnitOf = UnitOf.HOUSEHOLD) -> Rule:
    """Read a whole tree; raise the first RuleFault."""
    reader = _Reader(vocabulary, unit)
    root = reader.group(tree, "1", negated=False, depth=1)
    if reader.faults:
        raise reader.faults[0]
    if not isinstance(root, Group):
        root = Group("and", (root,) if root else (), "1")
    return Rule(root, unit)


def read_rule(
    tree: Any, vocabulary: Vocabulary, unit: UnitOf = UnitOf.HOUSEHOLD
) -> tuple[Node | None, list[RuleFault]]:
    """Return what can be read of a tree that is still being written, and what is wrong with it."""
    reader = _Reader(vocabulary, unit)
    return reader.group(tree, "1", negated=False, depth=1), reader.faults


def check_rule(tree: Any, vocabulary: Vocabulary, unit: UnitOf = UnitOf.HOUSEHOLD) -> list[RuleFault]:
    """Return everything that is wrong with a tree, in its order."""
    return read_rule(tree, vocabulary, unit)[1]


class _Reader:
    """Goes down the tree with the pending negation, and collects faults instead of stopping at the first."""

    def __init__(self, vocabulary: Vocabulary, unit: UnitOf) -> None:
        self.faults: list[RuleFault] = []
        self._vocabulary = vocabulary
        self._unit = unit
        self._leaves = 0
        self._among_members = False

    def group(self, tree: Any, path: str, *, negated: bool, depth: int) -> Group | OfMembers | None:
        try:
            children = self._children(tree, path, depth)
            negated ^= _truth_of(tree, "not", path)
            if tree.get("members") is not None:
                return self._of_members(tree, children, path, negated=negated, depth=depth)
            return self._plain_group(tree, children, path, negated=negated, depth=depth)
        except RuleFault as fault:
            self.faults.append(fault)
            return None

    def _children(self, tree: Any, path: str, depth: int) -> list[Any]:
        if not isinstance(tree, dict):
            raise RuleFault("这里应为一组条件（条件 {path}）", path)
        if depth > MAX_DEPTH:
            raise RuleFault("条件组嵌套太深，最多 {most} 层（条件 {path}）", path, most=MAX_DEPTH)
        if tree.get("conjunction", "and") not in ("and", "or"):
            raise RuleFault("条件组只能是“并且”或“或者”（条件 {path}）", path)
        children = tree.get("children")
        if not isinstance(children, list) or not children:
            raise RuleFault("这一组没有条件，请添加条件或删除该组（条件 {path}）", path)
        return children

    def _plain_group(self, tree: Any, children: list[Any], path: str, *, negated: bool, depth: int) -> Group | None:
        conjunction: Literal["and", "or"] = "or" if (tree.get("conjunction") == "or") is not negated else "and"
        parts = [
            self._child(child, f"{path}.{place}", negated=negated, depth=depth)
            for place, child in enumerate(children, 1)
        ]
        return Group(conjunction, tuple(part for part in parts if part), path, _title(tree, path), negated)

    def _child(self, child: Any, path: str, *, negated: bool, depth: int) -> Node | None:
        if isinstance(child, dict) and ("children" in child or "conjunction" in child or "members" in child):
            return self.group(child, path, negated=negated, depth=depth + 1)
        try:
            if isinstance(child, dict) and _is_about_members(child):
                return self.group(_members_group(child, path), path, negated=negated, depth=depth + 1)
            return self._condition(child, path, negated=negated)
        except RuleFault as fault:
            self.faults.append(fault)
            return None

    def _of_members(self, tree: Any, children: list[Any], path: str, *, negated: bool, depth: int) -> OfMembers | None:
        if self._among_members:
            raise RuleFault("成员条件组里不能再放成员条件组（条件 {path}）", path)
        quantifier, count, each_negated = _quantifier(tree["members"], path, negated=negated)
        self._among_members = True
        try:
            each = self._plain_group(tree, children, path, negated=each_negated, depth=depth)
        finally:
            self._among_members = False
        return OfMembers(quantifier, count, each, path, _title(tree, path)) if each else None

    def _condition(self, node: Any, path: str, *, negated: bool) -> Condition:
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise RuleFault("条件太多，最多 {most} 条（条件 {path}）", path, most=MAX_LEAVES)
        if not isinstance(node, dict):
            raise RuleFault("这里应为一条条件（条件 {path}）", path)
        word = self._word(_field_of(node.get("left"), path), path)
        operator = _operator(node.get("op"), word, path)
        sides = self._sides(node.get("right"), word, operator, path)
        if negated:
            operator = OPERATORS[operator.opposite]
        if word.type is FactType.TRUTH and operator.code == "not_equal" and isinstance(sides[0], bool):
            return Condition(word, OPERATORS["equal"], (not sides[0],), path)
        return Condition(word, operator, sides, path)

    def _word(self, name: str, path: str) -> Word:
        word = self._vocabulary.find(name)
        if word is None:
            near = self._vocabulary.nearest(name)
            if near:
                raise RuleFault(
                    "没有“{word}”这个事实或参数，是否指：{near}？（条件 {path}）",
                    path,
                    word=name[:MAX_TEXT],
                    near=spoken_list(near),
                )
            raise RuleFault("没有“{word}”这个事实或参数，请从事实清单中选择（条件 {path}）", path, word=name[:MAX_TEXT])
        if word.unit_of is UnitOf.PERSON and self._unit is UnitOf.HOUSEHOLD and not self._among_members:
            raise RuleFault(
                "“{word}”是家庭成员的事实，按家庭认定的项目里请放进“家庭成员”条件组（条件 {path}）",
                path,
                word=Sentence(word.label),
            )
        return word

    def _sides(self, right: Any, word: Word, operator: Operator, path: str) -> tuple[Side, ...]:
        match operator.sides:
            case Sides.NONE:
                return ()
            case Sides.ONE:
                return (self._side(right, word, operator, path),)
            case Sides.TWO:
                if not isinstance(right, list) or len(right) != BOUNDS:
                    raise RuleFault("“{word}”的区间应有下限和上限（条件 {path}）", path, word=Sentence(word.label))
                return tuple(self._side(bound, word, operator, path) for bound in right)
        values = [part for part in re.split("[,，、]", right) if part.strip()] if isinstance(right, str) else right
        if not isinstance(values, list) or not values:
            raise RuleFault("“{word}”没有填写比较值（条件 {path}）", path, word=Sentence(word.label))
        if len(values) > MAX_VALUES:
            raise RuleFault("可选值太多，最多 {most} 个（条件 {path}）", path, most=MAX_VALUES)
        return tuple(literal_value(value, word, path) for value in values)

    def _side(self, right: Any, word: Word, operator: Operator, path: str) -> Side:
        match right:
            case {"type": "field", "field": str(name)} if operator.code not in ("starts_with", "not_starts_with"):
                return self._comparable(self._word(name, path), word, path)
            case {"type": "formula"} if word.type in NUMERIC:
                return self._formula(right.get("formula", right.get("value")), path)
            case {"type": "formula"}:
                raise RuleFault("“{word}”不是数字，不能与公式比较（条件 {path}）", path, word=Sentence(word.label))
            case {"type": "value", "value": value}:
                return literal_value(value, word, path)
            case dict():
                raise RuleFault("“{word}”的比较值写法不受支持（条件 {path}）", path, word=Sentence(word.label))
            case str() if word.type in NUMERIC and right.strip() and not is_number(right):
                formula = self._formula(right, path)
                return formula.node.word if isinstance(formula.node, Name) else formula
        return literal_value(right, word, path)

    def _comparable(self, other: Word, word: Word, path: str) -> Word:
        same_kind = other.type is word.type or {other.type, word.type} <= NUMERIC
        if not same_kind or other.choices != word.choices:
            raise RuleFault(
                "“{word}”不能与“{other}”比较，两者类型或选项不同（条件 {path}）",
                path,
                word=Sentence(word.label),
                other=Sentence(other.label),
            )
        return other

    def _formula(self, text: Any, path: str) -> Formula:
        if not isinstance(text, str):
            raise RuleFault("公式应为文本（条件 {path}）", path)
        unit = UnitOf.PERSON if self._among_members else self._unit
        try:
            return parse_formula(text, self._vocabulary, unit)
        except FormulaFault as fault:
            raise RuleFault(
                "公式 {marked} 有误：{fault}（条件 {path}）", path, marked=fault.marked, fault=fault
            ) from fault


def _is_about_members(child: dict[str, Any]) -> bool:
    left = child.get("left")
    return isinstance(left, dict) and left.get("field") == MEMBERS


def _members_group(child: dict[str, Any], path: str) -> dict[str, Any]:
    """Turn the builder's condition about members into the group that it stands for."""
    right, quantifier = child.get("right"), child.get("op")
    each = right.get("each") if isinstance(right, dict) else None
    if quantifier not in QUANTIFIERS:
        raise RuleFault("请选择多少名家庭成员应符合（条件 {path}）", path)
    if not isinstance(each, dict):
        raise RuleFault("请填写家庭成员应符合的条件（条件 {path}）", path)
    counted = quantifier in ("at_least", "at_most")
    return {**each, "members": {quantifier: right.get("count")} if counted and right else quantifier}


def _truth_of(tree: dict[str, Any], key: str, path: str) -> bool:
    value = tree.get(key) or False
    if not isinstance(value, bool):
        raise RuleFault("“非”只能是“是”或“否”（条件 {path}）", path)
    return value


def _title(tree: dict[str, Any], path: str) -> str:
    title = tree.get("title") or ""
    if not isinstance(title, str) or len(title) > MAX_TEXT:
        raise RuleFault("条件组的名称应为不超过 {most} 字的文本（条件 {path}）", path, most=MAX_TEXT)
    return title


def _field_of(left: Any, path: str) -> str:
    name = left.get("field") if isinstance(left, dict) and left.get("type", "field") == "field" else left
    if not isinstance(name, str) or not name:
        raise RuleFault("条件没有选择事实（条件 {path}）", path)
    return name


def _operator(code: Any, word: Word, path: str) -> Operator:
    operator = OPERATORS.get(SAME.get(code, code)) if isinstance(code, str) else None
    if operator is None:
        raise RuleFault("没有“{operator}”这种比较方式（条件 {path}）", path, operator=str(code)[:MAX_TEXT])
    if word.type not in operator.types:
        raise RuleFault(
            "“{word}”是{type}，不能用“{operator}”比较，可用：{allowed}（条件 {path}）",
            path,
            word=Sentence(word.label),
            type=Sentence(word.type.label),
            operator=operator.code,
            allowed=spoken_list(operators_for(word.type)),
        )
    return operator


_Quantifier = tuple[Literal["at_least", "at_most", "all"], int, bool]


def _quantifier(members: Any, path: str, *, negated: bool) -> _Quantifier:
    """Return quantifier, count, and whether the question to each member is to be negated."""
    match members:
        case "any":
            return ("at_most", 0, False) if negated else ("at_least", 1, False)
        case "none":
            return ("at_least", 1, False) if negated else ("at_most", 0, False)
        case "all":
            return ("at_least", 1, True) if negated else ("all", 0, False)
        case {"at_least": int(count)} if _is_count(count, 1):
            return ("at_most", count - 1, False) if negated else ("at_least", count, False)
        case {"at_most": int(count)} if _is_count(count, 0):
            return ("at_least", count + 1, False) if negated else ("at_most", count, False)
    raise RuleFault(
        "成员条件组应为“任一”“全部”“没有”，或“至少”“至多”0–{most} 人（条件 {path}）", path, most=MAX_MEMBERS
    )


def _is_count(count: int, least: int) -> bool:
    return not isinstance(count, bool) and least <= count <= MAX_MEMBERS
