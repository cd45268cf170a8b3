"""A checked rule becomes one three-valued SQL expression, and each line of its explanation a few more columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    ColumnElement,
    Date,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    true,
)

from backend.catalogue.rules.formula import Formula
from backend.catalogue.rules.formula.compiling import Column, Columns, compile_node, number
from backend.catalogue.rules.tree.nodes import Condition, Group, Leaf, Node, OfMembers, Rule, Side
from backend.catalogue.rules.vocabulary import FactType, Word

Truth = ColumnElement[bool]


class Count(NamedTuple):
    """How many members fulfil a question, how many cannot be told, and how many there are."""

    fulfilled: Column
    unknown: Column
    everybody: Column


class RuleColumns(Columns, Protocol):
    """Where the compiler finds words, and counts of members."""

    def count_members(self, each: Group) -> Count:
        """Return the columns that count the household's members by a question to each."""
        ...


@dataclass(frozen=True, slots=True)
class CompiledLeaf:
    """One line of the explanation. `values` hold what was found, then what was required, for `wording` to say."""

    leaf: Leaf
    truth: Truth
    values: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """True, false, or NULL where a needed fact is unknown. Unknown is never zero and never no."""

    truth: Truth
    leaves: tuple[CompiledLeaf, ...]


def compile_rule(rule: Rule, columns: RuleColumns) -> CompiledRule:
    """Return the SQL of a rule."""
    compiler = _Compiler(columns)
    truth = compiler.truth(rule.root)
    return CompiledRule(truth, tuple(compiler.leaves))


def compile_truth(node: Node, columns: RuleColumns) -> Truth:
    """Return the SQL of a part of a rule, without its explanation."""
    return _Compiler(columns).truth(node)


class _Compiler:
    def __init__(self, columns: RuleColumns) -> None:
        self._columns = columns
        self.leaves: list[CompiledLeaf] = []

    def truth(self, node: Node) -> Truth:
        if isinstance(node, Group):
            parts = [self.truth(child) for child in node.children]
            return or_(*parts) if node.conjunction == "or" else and_(*parts)
        compiled = self._of_members(node) if isinstance(node, OfMembers) else self._condition(node)
        self.leaves.append(compiled)
        return compiled.truth

    def _condition(self, node: Condition) -> CompiledLeaf:
        actual = self._columns.column(node.word)
        sides = [self._side(side) for side in node.sides]
        truth = _COMPARISONS[node.operator.code](actual, sides)
        computed = [sql for side, sql in zip(node.sides, sides, strict=True) if isinstance(side, Word | Formula)]
        if node.operator.code in ("is_empty", "is_not_empty") and node.word.type is FactType.TEXT:
            truth = _blank(actual) if node.operator.code == "is_empty" else not_(_blank(actual))
        return CompiledLeaf(node, truth, (actual, *computed))

    def _side(self, side: Side) -> Column:
        match side:
            case Word():
                return self._columns.column(side)
            case Formula():
                return compile_node(side.node, self._columns)
            case bool():
                return true() if side else false()
            case Decimal():
                return number(side)
            case date():
                return literal(side, Date())
        return literal(side, String())

    def _of_members(self, node: OfMembers) -> CompiledLeaf:
        fulfilled, unknown, everybody = self._columns.count_members(node.each)
        possible = fulfilled + unknown
        # Without any member on record all three counts are NULL, and so is the answer.
        match node.quantifier:
            case "at_least":
                truth = case((fulfilled >= node.count, true()), (possible < node.count, false()), else_=null())
            case "at_most":
                truth = case((fulfilled > node.count, false()), (possible <= node.count, true()), else_=null())
            case _:
                truth = case((possible < everybody, false()), (fulfilled == everybody, true()), else_=null())
        return CompiledLeaf(node, truth, (fulfilled, unknown, everybody))


def _blank(actual: Column) -> Truth:
    return or_(actual.is_(None), actual == "")


def _between(actual: Column, sides: list[Column]) -> Truth:
    return and_(actual >= sides[0], actual <= sides[1])


def _starts_with(actual: Column, sides: list[Column]) -> Truth:
    return func.starts_with(actual, sides[0])


_COMPARISONS: Mapping[str, Callable[[Any, list[Any]], Truth]] = {
    "equal": lambda actual, sides: actual == sides[0],
    "not_equal": lambda actual, sides: actual != sides[0],
    "less": lambda actual, sides: actual < sides[0],
    "less_or_equal": lambda actual, sides: actual <= sides[0],
    "greater": lambda actual, sides: actual > sides[0],
    "greater_or_equal": lambda actual, sides: actual >= sides[0],
    "between": _between,
    "not_between": lambda actual, sides: or_(actual < sides[0], actual > sides[1]),
    "select_any_in": lambda actual, sides: actual.in_(sides),
    "select_not_any_in": lambda actual, sides: actual.not_in(sides),
    "starts_with": _starts_with,
    "not_starts_with": lambda actual, sides: not_(_starts_with(actual, sides)),
    "is_empty": lambda actual, _: actual.is_(None),
    "is_not_empty": lambda actual, _: actual.is_not(None),
}


def as_text(column: Column) -> Column:
    """Return a value as text, as the array of an explanation carries it."""
    return cast(column, String())


def values_per_leaf(leaf: Leaf) -> int:
    """Return how many values a line of the explanation carries."""
    if isinstance(leaf, OfMembers):
        return len(Count._fields)
    return 1 + sum(isinstance(side, Word | Formula) for side in leaf.sides)
