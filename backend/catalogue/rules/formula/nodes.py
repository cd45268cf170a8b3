"""What a formula consists of once it has been read. Equal parts compare equal wherever they stand in the text."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from backend.catalogue.rules.vocabulary import Word


class Kind(StrEnum):
    """What a part of a formula yields."""

    NUMBER = "number"
    TRUTH = "truth"
    CHOICE = "choice"
    TEXT = "text"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters from `start` to before `end`."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the formula."""

    value: Decimal
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text. The check replaces it by a choice or a date where one is expected."""

    value: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a word's choices, as stored."""

    value: str
    word: Word
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Day:
    """A date written in the formula."""

    value: date
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A fact or parameter."""

    word: Word
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """`-x`."""

    value: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + - * / right`."""

    operator: str
    left: "Node"
    right: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`left < <= > >= = != right`."""

    operator: str
    left: "Node"
    right: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """`left and right`, `left or right`, three-valued."""

    operator: str
    left: "Node"
    right: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`; the opposite of unknown is unknown."""

    value: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One of the functions, with its arguments."""

    function: str
    arguments: tuple["Node", ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bands:
    """`band` picks the value of the band x falls into; `brackets` adds each bracket's share of x times its rate."""

    function: str
    of: "Node"
    rows: tuple[tuple["Node", "Node"], ...]
    beyond: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Members:
    """A number over the household's members: sum, count or maximum of `value` where `condition` holds."""

    function: str
    condition: "Node"
    value: "Node"
    span: Span = field(default=NOWHERE, compare=False)


Node: TypeAlias = (
    Number | Text | Choice | Day | Truth | Name | Negate | Arithmetic | Compare | Logic | Not | Call | Bands | Members
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts, in the order of the text."""
    match node:
        case Bands(of=of, rows=rows, beyond=beyond):
            return (of, *(part for row in rows for part in row), beyond)
        case Call(arguments=arguments):
            return arguments
        case Number() | Text() | Choice() | Day() | Truth() | Name():
            return ()
    return tuple(value for f in fields(node) if isinstance(value := getattr(node, f.name), NODES))


def walk(node: Node) -> Iterator[Node]:
    """Go through a node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def words_of(node: Node) -> tuple[Word, ...]:
    """Return each word once, in the order of first use."""
    return tuple(dict.fromkeys(part.word for part in walk(node) if isinstance(part, Name)))


NODES = (Number, Text, Choice, Day, Truth, Name, Negate, Arithmetic, Compare, Logic, Not, Call, Bands, Members)
