"""What a rule consists of once it has been read. Negations are resolved: every node says what must be true."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from backend.catalogue.rules.formula import Formula
from backend.catalogue.rules.formula.nodes import words_of as words_in
from backend.catalogue.rules.tree.operators import Operator
from backend.catalogue.rules.vocabulary import UnitOf, Word

Value: TypeAlias = Decimal | bool | str | date
# Something to compare with: a value written in the rule, another word, or a formula.
Side: TypeAlias = Value | Word | Formula


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `path` is its place in the tree as edited."""

    word: Word
    operator: Operator
    sides: tuple[Side, ...]
    path: str = field(compare=False)

    def __hash__(self) -> int:
        """Leave the operator's wording out."""
        return hash((self.word, self.operator.code, self.sides))


@dataclass(frozen=True, slots=True)
class Group:
    """All (`and`) or at least one (`or`) of the children. `title` is the editor's name for what it stands for.

    `denied`: the title names what must not be so, since a negation was resolved into the children.
    """

    conjunction: Literal["and", "or"]
    children: tuple["Node", ...]
    path: str = field(compare=False)
    title: str = field(default="", compare=False)
    denied: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class OfMembers:
    """How many members of the household fulfil `each`: `at_least`, `at_most` a count, or `all`."""

    quantifier: Literal["at_least", "at_most", "all"]
    count: int
    each: Group
    path: str = field(compare=False)
    title: str = field(default="", compare=False)


Node: TypeAlias = Condition | Group | OfMembers
Leaf: TypeAlias = Condition | OfMembers


@dataclass(frozen=True, slots=True)
class Rule:
    """A whole tree, and whose eligibility it decides."""

    root: Group
    unit: UnitOf


def leaves_of(node: Node) -> Iterator[Leaf]:
    """Go through what is explained line by line: conditions, and questions about members as one line each."""
    if isinstance(node, Group):
        for child in node.children:
            yield from leaves_of(child)
    else:
        yield node


def conditions_of(node: Node) -> Iterator[Condition]:
    """Go through every condition, those about members too."""
    for leaf in leaves_of(node):
        if isinstance(leaf, Condition):
            yield leaf
        else:
            yield from conditions_of(leaf.each)


def named_by(node: Node) -> Iterator[Word]:
    """Go through every word that a part of a rule names, on either side of its comparisons."""
    for condition in conditions_of(node):
        yield condition.word
        for side in condition.sides:
            if isinstance(side, Word):
                yield side
            elif isinstance(side, Formula):
                yield from words_in(side.node)


def words_of(rule: Rule) -> tuple[Word, ...]:
    """Return each word that the rule asks about, once."""
    return tuple(dict.fromkeys(condition.word for condition in conditions_of(rule.root)))
