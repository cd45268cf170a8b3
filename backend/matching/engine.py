"""Join catalogue and registry: the projects in force on a day, and the facts they are compared with.

What is in force is read and turned into SQL once, and kept until something is published (`catalogue_on`).
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ClauseElement, Date, String, cast, literal_column, null
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from backend.catalogue import repository as catalogue
from backend.catalogue.content_terms import BenefitForm, TierSeed
from backend.catalogue.models import ProjectVersion
from backend.catalogue.rules.evaluation import Project, explain, read_project
from backend.catalogue.rules.facts import Column, Facts, facts_of_tables, sql_type
from backend.catalogue.rules.faults import FormulaFault, RuleFault
from backend.catalogue.rules.parameters import WhatIf
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary
from backend.registry.facts import FactsSource, facts_of_one

KEPT_MAX = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """A project in force: what is evaluated of it (None: others decide), and what it excludes."""

    code: str
    name: str
    tier: TierSeed
    department: str
    unit: str
    monthly: bool
    exclusions: tuple[tuple[str, str], ...]
    project: Project | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything granted on a day, with the words its rules use. `compiled` keeps SQL texts by what they are for."""

    as_of: date
    words: Vocabulary
    offers: tuple[Offer, ...]
    compiled: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def projects(self) -> list[Project]:
        """Return what can be evaluated here."""
        return [offer.project for offer in self.offers if offer.project is not None]

    def of(self, codes: Sequence[str] | None) -> "Catalogue":
        """Return only these projects; all when none are named."""
        if not codes:
            return self
        return replace(self, offers=tuple(o for o in self.offers if o.code in set(codes)), compiled={})

    def __getitem__(self, code: str) -> Offer:
        """Return one project."""
        return next(offer for offer in self.offers if offer.code == code)

    def text(self, purpose: str, connection: AsyncConnection, build: Callable[[], ClauseElement]) -> str:
        """Return the SQL text for a purpose, compiled when it is first wanted."""
        if purpose not in self.compiled:
            self.compiled[purpose] = sql_text(connection, build())
        return self.compiled[purpose]


_kept: OrderedDict[str, Catalogue] = OrderedDict()


async def catalogue_on(session: AsyncSession, as_of: date) -> Catalogue:
    """Return every project in force on a day. A rule that can no longer be read leaves its project undecided.

    Kept by what is in force, which the database is asked each time: a publication anywhere is seen at once.
    """
    mark = await catalogue.mark_of_published(session, as_of)
    if mark not in _kept:
        words = await catalogue.vocabulary(session)
        versions = await catalogue.versions_in_force(session, as_of)
        _kept[mark] = Catalogue(as_of, words, tuple(offer_of(code, v, words) for code, v in versions))
        if len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    _kept.move_to_end(mark)
    return replace(_kept[mark], as_of=as_of)


def offer_of(code: str, version: ProjectVersion, words: Vocabulary) -> Offer:
    """Read a version."""
    definition = version.definition
    return Offer(
        code=code,
        name=version.name,
        tier=version.tier,
        department=version.department,
        unit=str(definition.get("unit") or UnitOf.HOUSEHOLD.value),
        monthly=version.benefit_form is BenefitForm.CASH_M,
        exclusions=tuple((e["project"], e["among"]) for e in definition.get("exclusions") or ()),
        project=project_of(code, definition, words),
    )


def project_of(code: str, definition: Mapping[str, Any], words: Vocabulary) -> Project | None:
    """Return what of a definition can be evaluated, or None."""
    if not definition.get("rule"):
        return None
    unit = UnitOf.PERSON if definition.get("unit") == UnitOf.PERSON else UnitOf.HOUSEHOLD
    try:
        return read_project(code, unit, definition["rule"], (definition.get("amount") or {}).get("formula"), words)
    except (RuleFault, FormulaFault):
        return None


def facts_of(
    words: Vocabulary,
    as_of: date | Column,
    source: FactsSource,
    areas: Sequence[str | Column],
    numbers_on: date | None = None,
) -> Facts:
    """Return the registry's facts beside the parameters; a word nobody supplies yet is unknown."""
    facts = beside_parameters(words, as_of, source, areas, numbers_on=numbers_on)
    unknown = {name: cast(null(), sql_type(words[name])) for name in facts.missing(words)}
    return replace(facts, columns={**facts.columns, **unknown})


def beside_parameters(
    words: Vocabulary,
    as_of: date | Column,
    source: FactsSource,
    areas: Sequence[str | Column],
    *,
    what_if: WhatIf | None = None,
    numbers_on: date | None = None,
) -> Facts:
    """Return facts beside the numbers in force.

    `areas` must not lie inside one another: each household meets the parameters of the one area that holds it.
    `numbers_on` takes the parameters of another day than the facts.
    """
    numbers = catalogue.parameters_of(words, numbers_on or as_of, areas, what_if)
    if what_if:
        # Beside the numbers in force, in one statement, the supposed ones need a name of their own.
        numbers = numbers.element.cte("supposed")
    households = source.households
    meets = catalogue.parameters_join(numbers, households.c.division_code, households.c.residence)
    return facts_of_tables(words, as_of, households, source.persons, numbers, meets)


async def explain_one(
    session: AsyncSession, granted: Catalogue, household_id: int, division_code: str
) -> list[Mapping[str, Any]]:
    """Evaluate every project for one household, leaf by leaf; rows as `evaluation.explain` has them."""
    if not granted.projects:
        return []
    connection = await session.connection()
    statement = granted.text("one household", connection, lambda: _for_one_household(granted))
    rows = await connection.exec_driver_sql(statement, (household_id, granted.as_of, division_code))
    return [dict(row) for row in rows.mappings()]


def _for_one_household(granted: Catalogue) -> ClauseElement:
    """Build the question with household, day and area as parameters, so that the server plans it once a connection."""
    household, day, area = (
        literal_column("$1::bigint", BigInteger()),
        literal_column("$2::date", Date()),
        literal_column("$3::text", String()),
    )
    return explain(granted.projects, facts_of(granted.words, day, facts_of_one(day, household), [area]))


def sql_text(connection: AsyncConnection, statement: ClauseElement) -> str:
    """Write a statement out with its constants in it, which the server then folds; `$n` stay parameters."""
    return str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
