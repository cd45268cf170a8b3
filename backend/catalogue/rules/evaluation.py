"""Statements that evaluate projects: everybody against everything in one scan, and one household with its reasons.

Builders only: whoever has a session runs them. The same SQL serves matching, explanation, live count and examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CompoundSelect,
    FromClause,
    Integer,
    Numeric,
    Select,
    String,
    case,
    cast,
    column,
    false,
    func,
    literal,
    null,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import array

from backend.catalogue.rules.facts import Facts
from backend.catalogue.rules.formula import Formula, parse_formula
from backend.catalogue.rules.formula.compiling import Column, compile_node
from backend.catalogue.rules.formula.nodes import Members
from backend.catalogue.rules.totals import Condition, MemberTotals
from backend.catalogue.rules.tree import Rule, parse_rule
from backend.catalogue.rules.tree.compiling import Count, as_text, compile_rule
from backend.catalogue.rules.tree.nodes import Group
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary, Word

MONEY_PLACES = 2
Rows = Select[*tuple[Any, ...]]
Statement = Rows | CompoundSelect[Any]


@dataclass(frozen=True, slots=True)
class Project:
    """What of a published version is evaluated. Without `amount` the benefit is a service or in kind."""

    code: str
    rule: Rule
    amount: Formula | None

    @property
    def unit(self) -> UnitOf:
        """Whether a household or a person is entitled."""
        return self.rule.unit


def read_project(code: str, unit: UnitOf, tree: Any, amount: str | None, vocabulary: Vocabulary) -> Project:
    """Read a version's rule and formula; raise RuleFault or FormulaFault."""
    formula = parse_formula(amount, vocabulary, unit) if amount else None
    return Project(code, parse_rule(tree, vocabulary, unit), formula)


def match(projects: Sequence[Project], facts: Facts, within: Sequence[Condition] = ()) -> Statement:
    """Select (household_id, person_id, project_code, amount) of everybody who is eligible.

    `person_id` is NULL for projects per household. `within` narrows the households, for example to a town.
    Who cannot be decided because a fact is unknown is not among them.
    """
    return _both(projects, lambda unit, of_unit: _Scan(of_unit, facts, unit, within).eligible())


def judge(projects: Sequence[Project], facts: Facts, within: Sequence[Condition] = ()) -> Statement:
    """Select (household_id, person_id, project_code, eligible, amount) of everybody who is eligible or undecided.

    Undecided are those with `eligible` NULL, because a needed fact is unknown; who is not there does not qualify.
    """
    return _both(projects, lambda unit, of_unit: _Scan(of_unit, facts, unit, within).judged())


def explain(projects: Sequence[Project], facts: Facts, within: Sequence[Condition] = ()) -> Statement:
    """Select a row per project and household or member within, eligible or not, with what `explanation` needs.

    Columns: household_id, person_id, project_code, eligible (NULL: cannot be decided), amount (of the eligible),
    truths bool[], found text[], inputs text[].
    """
    return _both(projects, lambda unit, of_unit: _Scan(of_unit, facts, unit, within).explained())


def count(project: Project, facts: Facts, within: Sequence[Condition] = ()) -> Rows:
    """Select (eligible, undecided, examined, amount): how many would match now, and what it would cost."""
    return _Scan([project], facts, project.unit, within).counted()


def _both(projects: Sequence[Project], scan: Any) -> Statement:
    """Read households once and people once, each for the projects of their unit."""
    scans = []
    for unit in (UnitOf.HOUSEHOLD, UnitOf.PERSON):
        of_unit = [project for project in projects if project.unit is unit]
        if of_unit:
            scans.append(scan(unit, of_unit))
    if not scans:
        raise ValueError("there is no project to evaluate")
    return scans[0] if len(scans) == 1 else union_all(*scans)


class _Scan:
    """One reading of households or of people for all projects of that unit."""

    def __init__(self, projects: Sequence[Project], facts: Facts, unit: UnitOf, within: Sequence[Condition]) -> None:
        self._projects = projects
        self._facts = facts
        self._unit = unit
        self._within = within
        formulas = [project.amount for project in projects if project.amount]
        self._totals = MemberTotals(facts, [project.rule for project in projects], formulas)
        self._totals.build(within)
        self._rules = [compile_rule(project.rule, self) for project in projects]

    def column(self, word: Word) -> Column:
        """Return a word's column, as the compilers ask for it."""
        return self._facts.column(word)

    def over_members(self, node: Members) -> Column:
        """Return a number over members."""
        return self._totals.total(node)

    def count_members(self, each: Group) -> Count:
        """Return the counts of a question to members."""
        return self._totals.count(each)

    def eligible(self) -> Rows:
        offer = self._hits()
        at = offer.c.place - 1
        code = self._pick(at, [literal(project.code, String()) for project in self._projects])
        return (
            select(*self._identity(), code.label("project_code"), self._amount(at).label("amount"))
            .select_from(self._source().join(offer, true()))
            .where(*self._within)
        )

    def judged(self) -> Rows:
        offer = self._hits(undecided=True)
        at = func.abs(offer.c.place) - 1
        eligible = case((offer.c.place > 0, true()), else_=null())
        code = self._pick(at, [literal(project.code, String()) for project in self._projects])
        amount = case((offer.c.place > 0, self._amount(at)), else_=null())
        return (
            select(
                *self._identity(),
                code.label("project_code"),
                cast(eligible, Boolean()).label("eligible"),
                amount.label("amount"),
            )
            .select_from(self._source().join(offer, true()))
            .where(*self._within)
        )

    def explained(self) -> Rows:
        offer = self._all()
        at = offer.c.place
        eligible = self._pick(at, [cast(rule.truth, Boolean()) for rule in self._rules])
        places = range(len(self._projects))
        return (
            select(*self._identity(), offer.c.project_code, eligible.label("eligible"))
            .add_columns(
                case((eligible, self._amount(at)), else_=null()).label("amount"),
                self._pick(at, [self._truths(place) for place in places]).label("truths"),
                self._pick(at, [self._found(place) for place in places]).label("found"),
                self._pick(at, [self._inputs(place) for place in places]).label("inputs"),
            )
            .select_from(self._source().join(offer, true()))
            .where(*self._within)
        )

    def counted(self) -> Rows:
        truth = self._rules[0].truth
        amount = self._amount_of(self._projects[0])
        return (
            select(
                func.count().filter(truth).label("eligible"),
                func.count().filter(truth.is_(None)).label("undecided"),
                func.count().label("examined"),
                func.sum(case((truth, amount), else_=null())).label("amount"),
            )
            .select_from(self._source())
            .where(*self._within)
        )

    def _identity(self) -> tuple[Column, Column]:
        person = self._facts.person_id if self._unit is UnitOf.PERSON else None
        return (
            self._facts.household_id.label("household_id"),
            (cast(null(), BigInteger()) if person is None else person).label("person_id"),
        )

    def _source(self) -> FromClause:
        facts = self._facts
        source: FromClause = facts.household
        if self._unit is UnitOf.PERSON:
            if facts.person is None:
                raise LookupError("a project is per person, but the facts have no people")
            source = facts.person.join(source, facts.household_id == facts.person_household_id)
        if facts.parameters is not None and facts.parameters_on is not None:
            # Outer joins: a household of unknown residence is undecided, not absent.
            source = source.outerjoin(facts.parameters, facts.parameters_on)
        totals = self._totals.source
        return source if totals is None else source.outerjoin(totals, totals.c.household_id == facts.household_id)

    def _hits(self, *, undecided: bool = False) -> FromClause:
        """Turn each scanned row into one row per project that it is eligible for, at places counted from 1.

        With `undecided` also into one per project that cannot be told, at the place's negative. An array, because
        PostgreSQL prepares its expressions once, and those of a VALUES list anew for every row.
        """
        hits = array([self._hit(rule.truth, place, undecided) for place, rule in enumerate(self._rules, start=1)])
        found = func.unnest(func.array_remove(hits, null()))
        return found.table_valued(column("place", Integer()), name="hit").render_derived().lateral("offer")

    @staticmethod
    def _hit(truth: Column, place: int, undecided: bool) -> Column:  # noqa: FBT001
        here = literal(place, Integer())
        if not undecided:
            return case((truth, here))
        # By the value of the truth, so that it is computed once.
        return case((true(), here), (false(), cast(null(), Integer())), else_=-here, value=cast(truth, Boolean()))

    def _all(self) -> FromClause:
        """Turn each scanned row into one row per project, eligible or not."""
        codes = [(place, project.code) for place, project in enumerate(self._projects)]
        return values(column("place", Integer()), column("project_code", String()), name="offer").data(codes)

    @staticmethod
    def _pick(at: Column, by_place: Sequence[Column]) -> Column:
        """Compute only what belongs to the row's project."""
        return case(*((literal(n, Integer()), value) for n, value in enumerate(by_place)), value=at)

    def _amount(self, at: Column) -> Column:
        """Return the amount of the row's project, and compute no other."""
        return self._pick(at, [self._amount_of(project) for project in self._projects])

    def _amount_of(self, project: Project) -> Column:
        if project.amount is None:
            return cast(null(), Numeric())
        return func.round(compile_node(project.amount.node, self), MONEY_PLACES)

    def _truths(self, place: int) -> Column:
        return array([cast(leaf.truth, Boolean()) for leaf in self._rules[place].leaves])

    def _found(self, place: int) -> Column:
        return array([as_text(value) for leaf in self._rules[place].leaves for value in leaf.values])

    def _inputs(self, place: int) -> Column:
        amount = self._projects[place].amount
        nodes = amount.inputs if amount else ()
        return cast(array([as_text(compile_node(node, self)) for node in nodes]), ARRAY(String()))
