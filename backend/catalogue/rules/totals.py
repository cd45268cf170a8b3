"""What rules and formulas ask about the members of each household, counted in one pass over the people.

One aggregated row per household carries every count and sum of every rule, so that a county's people are read once
however many projects ask about members.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, case, func, null, or_, select

from backend.catalogue.rules.facts import Facts
from backend.catalogue.rules.formula import Formula
from backend.catalogue.rules.formula import nodes as formulas
from backend.catalogue.rules.formula.compiling import Column, compile_node
from backend.catalogue.rules.tree import nodes as trees
from backend.catalogue.rules.tree.compiling import Count, compile_truth
from backend.catalogue.rules.vocabulary import UnitOf, Word

Condition = ColumnElement[bool]


class _OfOneMember:
    """Columns inside a question to one member: person words, and the household's beside them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.asks_household = False

    def column(self, word: Word) -> Column:
        if word.unit_of is not UnitOf.PERSON:
            self.asks_household = True
        return self._facts.column(word)

    def over_members(self, node: formulas.Members) -> Column:
        raise TypeError(f"{node.function} inside a question to members was let through by the check")

    def count_members(self, each: trees.Group) -> Count:
        raise TypeError(f"a question to members inside another was let through by the check: {each.path}")


class MemberTotals:
    """The aggregated subquery, and where it keeps each answer. `source` is None if nobody asks about members."""

    def __init__(self, facts: Facts, rules: Iterable[trees.Rule], formulas_: Iterable[Formula]) -> None:
        self._facts = facts
        self._member = _OfOneMember(facts)
        self._names: dict[Any, str] = {}
        self._columns: list[Column] = []
        self._questions: dict[trees.Group, None] = {}
        self._sums: dict[formulas.Members, None] = {}
        for rule in rules:
            self._collect(rule.root)
        for formula in formulas_:
            self._sums |= dict.fromkeys(n for n in formulas.walk(formula.node) if isinstance(n, formulas.Members))
        self.source: Subquery | None = None

    @property
    def needed(self) -> bool:
        """Whether anybody asks about members."""
        return bool(self._questions or self._sums)

    def _collect(self, node: trees.Node) -> None:
        if isinstance(node, trees.Group):
            for child in node.children:
                self._collect(child)
            return
        if isinstance(node, trees.OfMembers):
            self._questions[node.each] = None
        else:
            for side in node.sides:
                if isinstance(side, Formula):
                    found = (n for n in formulas.walk(side.node) if isinstance(n, formulas.Members))
                    self._sums |= dict.fromkeys(found)

    def build(self, within: Sequence[Condition]) -> None:
        """Make the subquery for the households within; call before asking for columns."""
        facts = self._facts
        if not self.needed:
            return
        if facts.person is None or facts.person_household_id is None:
            raise LookupError("rules ask about members, but the facts have no people")
        for place, each in enumerate(self._questions):
            self._count(f"q{place}", each)
        for place, node in enumerate(self._sums):
            self._columns.append(self._sum(node).label(f"s{place}"))
            self._names[node] = f"s{place}"
        statement: Select[*tuple[Any, ...]] = (
            select(facts.person_household_id.label("household_id"), func.count().label("everybody"), *self._columns)
            .select_from(self._from(facts, beside_household=self._member.asks_household or bool(within)))
            .where(*within)
            .group_by(facts.person_household_id)
        )
        self.source = statement.subquery("member_totals")

    @staticmethod
    def _from(facts: Facts, *, beside_household: bool) -> FromClause:
        person, key = facts.person, facts.person_household_id
        assert person is not None  # noqa: S101 - build() has asked
        if not beside_household:
            return person
        joined = person.join(facts.household, facts.household_id == key)
        if facts.parameters is None or facts.parameters_on is None:
            return joined
        return joined.outerjoin(facts.parameters, facts.parameters_on)

    def _count(self, name: str, each: trees.Group) -> None:
        truth = compile_truth(each, self._member)
        self._columns.append(func.count().filter(truth).label(f"{name}_yes"))
        self._columns.append(func.count().filter(truth.is_(None)).label(f"{name}_unknown"))
        self._names[each] = name

    def _sum(self, node: formulas.Members) -> Column:
        condition = compile_node(node.condition, self._member)
        value = compile_node(node.value, self._member)
        doubtful = func.count().filter(or_(condition.is_(None), and_(condition, value.is_(None))))
        how = func.max if node.function == "max_members" else func.sum
        total = func.coalesce(how(value).filter(condition), 0)
        return case((doubtful == 0, total), else_=null())

    def count(self, each: trees.Group) -> Count:
        """Return the columns of a question to each member; NULL for a household without members on record."""
        columns = self._source().c
        name = self._names[each]
        return Count(columns[f"{name}_yes"], columns[f"{name}_unknown"], columns.everybody)

    def total(self, node: formulas.Members) -> Column:
        """Return the column of a sum, count or maximum."""
        return self._source().c[self._names[node]]

    def _source(self) -> Subquery:
        if self.source is None:
            raise TypeError("build() was not called")
        return self.source
