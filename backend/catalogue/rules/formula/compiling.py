"""A checked formula becomes one SQL expression, all NUMERIC. Unknown stays unknown; nothing is executed in Python."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Date,
    Numeric,
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

from backend.catalogue.rules.formula.divisors import constant, unknown_with
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
from backend.catalogue.rules.vocabulary import NUMERIC, Word

Column = ColumnElement[Any]
# A division leaves noise in the sixteenth digit, which must not lift an amount by a whole unit.
NOISE_DIGITS = 8

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class Columns(Protocol):
    """Where the compiler finds each word, and each number over members."""

    def column(self, word: Word) -> Column:
        """Return the SQL column of a word."""
        ...

    def over_members(self, node: Members) -> Column:
        """Return the SQL column of a sum, count or maximum over the household's members."""
        ...


def compile_node(node: Node, columns: Columns) -> Column:
    """Return the SQL of a checked tree."""
    return _Compiler(columns).sql(node)


def number(value: object) -> Column:
    """Return a NUMERIC literal."""
    return literal(value, Numeric())


class _Compiler:
    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def sql(self, node: Node) -> Column:  # noqa: C901, PLR0911, PLR0912 - a line per kind of node
        match node:
            case Number(value=value):
                return number(value)
            case Truth(value=value):
                return true() if value else false()
            case Text(value=text) | Choice(value=text):
                return literal(text, String())
            case Day(value=day):
                return literal(day, Date())
            case Name(word=word):
                column = self._columns.column(word)
                return cast(column, Numeric()) if word.type in NUMERIC else column
            case Negate(value=value):
                return -self.sql(value)
            case Not(value=value):
                return not_(self.sql(value))
            case Logic(operator=op, left=left, right=right):
                return (and_ if op == "and" else or_)(self.sql(left), self.sql(right))
            case Arithmetic():
                return self._arithmetic(node)
            case Compare(operator=op, left=left, right=right):
                return _COMPARE[op](self.sql(left), self.sql(right))  # type: ignore[no-any-return]
            case Call(function=function, arguments=arguments):
                return self._call(function, arguments)
            case Bands():
                return self._band(node) if node.function == "band" else self._brackets(node)
            case Members():
                return cast(self._columns.over_members(node), Numeric())
        raise TypeError(node)

    def _arithmetic(self, node: Arithmetic) -> Column:
        left, right = self.sql(node.left), self.sql(node.right)
        if node.operator != "/":
            return _ARITHMETIC[node.operator](left, right)  # type: ignore[no-any-return]
        # The check has refused divisors that can be zero; this keeps a wrong parameter from stopping a whole county.
        return left / (right if constant(node.right) else func.nullif(right, 0))

    def _call(self, function: str, arguments: tuple[Node, ...]) -> Column:  # noqa: PLR0911 - a line per function
        parts = [self.sql(part) for part in arguments]
        match function:
            case "if":
                return case((true(), parts[1]), (false(), parts[2]), value=parts[0])
            case "if_unknown":
                return func.coalesce(*parts)
            case "nullif":
                return func.nullif(*parts)
            case "one_of":
                return parts[0].in_(parts[1:])
            case "max" | "at_least":
                return self._known(arguments, func.greatest(*parts))
            case "min" | "cap":
                return self._known(arguments, func.least(*parts))
        return self._rounded(function, parts)

    @staticmethod
    def _rounded(function: str, parts: list[Column]) -> Column:
        how = {"ceil": func.ceil, "ceil_to": func.ceil, "floor": func.floor, "floor_to": func.floor}
        cut = how.get(function, func.round)
        if len(parts) == 1:
            return cut(func.round(parts[0], NOISE_DIGITS))
        unit = func.nullif(parts[1], 0)
        return cut(func.round(parts[0] / unit, NOISE_DIGITS)) * unit

    def _known(self, nodes: tuple[Node, ...], value: Column) -> Column:
        """Give the value only if no part is unknown: SQL's greatest() and least() would pass over it."""
        doubtful: dict[Node, Column] = {}
        for node in nodes:
            for part in (node,) if (facts := unknown_with(node)) is None else facts:
                doubtful.setdefault(part, self.sql(part))
        if not doubtful:
            return value
        return case((func.num_nulls(*doubtful.values()) == 0, value), else_=null())

    def _band(self, node: Bands) -> Column:
        of = self.sql(node.of)
        limits = [self.sql(limit) for limit, _ in node.rows]
        chosen = case(
            *((of < limit, self.sql(value)) for limit, (_, value) in zip(limits, node.rows, strict=True)),
            else_=self.sql(node.beyond),
        )
        return self._known((node.of, *(limit for limit, _ in node.rows)), chosen)

    def _brackets(self, node: Bands) -> Column:
        of = self.sql(node.of)
        below: Column = number(0)
        total: Column = number(0)
        for limit_node, rate in node.rows:
            limit = self.sql(limit_node)
            total = total + func.greatest(func.least(of, limit) - below, 0) * self.sql(rate)
            below = limit
        total = total + func.greatest(of - below, 0) * self.sql(node.beyond)
        return self._known((node.of, *(limit for limit, _ in node.rows)), total)
