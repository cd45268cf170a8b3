"""The comparisons of a condition: operators of amis' condition builder, the types they fit, how they are said."""

from dataclasses import dataclass, field
from enum import StrEnum

from backend.catalogue.rules.vocabulary import NUMERIC, FactType


class Sides(StrEnum):
    """How many values an operator compares with."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"


_NUMBERS = NUMERIC
_ORDERED = NUMERIC | {FactType.DATE}
_PICKED = frozenset((FactType.CHOICE, FactType.TRUTH, FactType.TEXT))
_ALL = frozenset(FactType)


@dataclass(frozen=True, slots=True)
class Operator:
    """`opposite` is what a negated group turns it into; `says` the requirement in words, by type where it differs."""

    code: str
    sides: Sides
    types: frozenset[FactType]
    opposite: str
    says: str
    says_by_type: dict[FactType, str] = field(default_factory=dict)

    def template(self, of: FactType) -> str:
        """Return the Chinese sentence with {word} and {required}."""
        return self.says_by_type.get(of, self.says)


def _dated(says: str) -> dict[FactType, str]:
    return {FactType.DATE: says}


OPERATORS = {
    operator.code: operator
    for operator in (
        Operator(
            "equal",
            Sides.ONE,
            _ALL,
            "not_equal",
            "{word}应为{required}",
            dict.fromkeys(_NUMBERS, "{word}应等于 {required}"),
        ),
        Operator(
            "not_equal",
            Sides.ONE,
            _ALL,
            "equal",
            "{word}不应为{required}",
            dict.fromkeys(_NUMBERS, "{word}不应等于 {required}"),
        ),
        Operator(
            "less",
            Sides.ONE,
            _ORDERED,
            "greater_or_equal",
            "{word}应低于 {required}",
            _dated("{word}应早于 {required}"),
        ),
        Operator(
            "less_or_equal",
            Sides.ONE,
            _ORDERED,
            "greater",
            "{word}不应高于 {required}",
            _dated("{word}不应晚于 {required}"),
        ),
        Operator(
            "greater",
            Sides.ONE,
            _ORDERED,
            "less_or_equal",
            "{word}应高于 {required}",
            _dated("{word}应晚于 {required}"),
        ),
        Operator(
            "greater_or_equal",
            Sides.ONE,
            _ORDERED,
            "less",
            "{word}不应低于 {required}",
            _dated("{word}不应早于 {required}"),
        ),
        Operator("between", Sides.TWO, _ORDERED, "not_between", "{word}应在 {low} 至 {high} 之间"),
        Operator("not_between", Sides.TWO, _ORDERED, "between", "{word}不应在 {low} 至 {high} 之间"),
        Operator("select_any_in", Sides.MANY, _PICKED | _NUMBERS, "select_not_any_in", "{word}应为{required}之一"),
        Operator("select_not_any_in", Sides.MANY, _PICKED | _NUMBERS, "select_any_in", "{word}不应为{required}"),
        Operator("starts_with", Sides.ONE, frozenset((FactType.TEXT,)), "not_starts_with", "{word}应属于 {required}"),
        Operator("not_starts_with", Sides.ONE, frozenset((FactType.TEXT,)), "starts_with", "{word}不应属于 {required}"),
        Operator("is_empty", Sides.NONE, _ALL, "is_not_empty", "{word}应尚未登记或核对"),
        Operator("is_not_empty", Sides.NONE, _ALL, "is_empty", "{word}应已登记或核对"),
    )
}
# What amis calls the same comparison of a select field.
SAME = {"select_equals": "equal", "select_not_equals": "not_equal"}


def operators_for(of: FactType) -> list[str]:
    """Return the codes that a type allows, for help and for the editor's configuration."""
    return [code for code, operator in OPERATORS.items() if of in operator.types]
