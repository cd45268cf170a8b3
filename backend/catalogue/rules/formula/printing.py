"""A formula as people read it: with labels, or with the numbers of one household in their place."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from backend.catalogue.rules.formula import Formula
from backend.catalogue.rules.formula.functions import BY_NAME
from backend.catalogue.rules.formula.nodes import (
    Arithmetic,
    Bands,
    Call,
    Choice,
    Compare,
    Day,
    Logic,
    Members,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Text,
    Truth,
)
from backend.catalogue.rules.vocabulary import NUMERIC, FactType
from backend.kernel.i18n import Language, language_of_request, say

_STRENGTH = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _COMPARE, _SIGN, _ATOM = 3, 4, 7, 9
_SIGNS = {"*": "×", "/": "÷", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠"}
_PLACES = 4


def print_formula(node: Node, language: Language | None = None) -> str:
    """Write a formula with labels instead of code words."""
    return _Printer({}, language).text(node)[0]


def print_with_values(
    formula: Formula, inputs: Sequence[str | None], amount: Decimal, language: Language | None = None
) -> str:
    """Write `进到(最大(789 × 4 − 1800, 0), 1) = 1356`: the formula with what it was computed from."""
    known: dict[Node, str | None] = dict(zip(formula.inputs, inputs, strict=True))
    return f"{_Printer(known, language).text(formula.node)[0]} = {_number(amount)}"


def _number(value: Decimal) -> str:
    text = f"{round(value, _PLACES) + 0:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Printer:
    """Writes each part with its strength, and brackets only where they are needed."""

    def __init__(self, known: Mapping[Node, str | None], language: Language | None) -> None:
        self._known = known
        self._language = language or language_of_request.get()

    def text(self, node: Node) -> tuple[str, int]:  # noqa: C901, PLR0911 - a line per kind of node
        if isinstance(node, Name | Members) and node in self._known:
            return self._value(node)
        match node:
            case Number(value=value):
                return _number(value), _ATOM
            case Text(value=value) | Day(value=value):
                return f"“{value}”", _ATOM
            case Choice(value=value, word=word):
                return f"“{say(word.choices[value], self._language)}”", _ATOM
            case Truth(value=value):
                return say("是" if value else "否", self._language), _ATOM
            case Name(word=word):
                return word.said(self._language), _ATOM
            case Negate(value=value):
                return f"−{self._within(value, _SIGN)}", _SIGN
            case Not(value=value):
                return f"{say('非', self._language)} {self._within(value, _NOT)}", _NOT
            case Compare(operator=operator, left=left, right=right):
                return self._pair(operator, left, right, _COMPARE)
            case Arithmetic(operator=operator, left=left, right=right):
                return self._pair(operator, left, right, _STRENGTH[operator])
            case Logic(operator=operator, left=left, right=right):
                return self._pair(operator, left, right, _STRENGTH[operator])
        return self._call(node), _ATOM

    def _pair(self, operator: str, left: Node, right: Node, strength: int) -> tuple[str, int]:
        sign = _SIGNS.get(operator, operator)
        if operator in ("and", "or"):
            sign = say("且" if operator == "and" else "或", self._language)
        return f"{self._within(left, strength)} {sign} {self._within(right, strength + 1)}", strength

    def _within(self, node: Node, strength: int) -> str:
        text, own = self.text(node)
        return text if own >= strength else f"({text})"

    def _call(self, node: Node) -> str:
        match node:
            case Call(function=function, arguments=arguments):
                parts = [self.text(part)[0] for part in arguments]
            case Bands(function=function, of=of, rows=rows, beyond=beyond):
                bands = [f"{self.text(limit)[0]}: {self.text(value)[0]}" for limit, value in rows]
                parts = [self.text(of)[0], *bands, self.text(beyond)[0]]
            case Members(function=function, condition=condition, value=value):
                parts = [self.text(condition)[0]]
                parts += [] if function == "count_members" else [self.text(value)[0]]
            case _:
                raise TypeError(node)
        name = BY_NAME[function].label if self._language == "zh" else function
        return f"{name}({', '.join(parts)})"

    def _value(self, node: Name | Members) -> tuple[str, int]:
        value = self._known[node]
        if value is None:
            return say("未知", self._language), _ATOM
        if isinstance(node, Members) or node.word.type in NUMERIC:
            number = _number(Decimal(value))
            return (number, _ATOM) if not number.startswith("-") else (f"−{number[1:]}", _SIGN)
        if node.word.type is FactType.TRUTH:
            return say("是" if value == "true" else "否", self._language), _ATOM
        return f"“{say(node.word.choices.get(value, value), self._language)}”", _ATOM
