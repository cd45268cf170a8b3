"""Join catalogue and registry: the projects in force on a day, and the facts they are compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import cast, null
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalogue import repository as catalogue
from backend.catalogue.models import ProjectVersion
from backend.catalogue.rules.evaluation import Project, read_project
from backend.catalogue.rules.facts import Facts, facts_of_tables, sql_type
from backend.catalogue.rules.faults import FormulaFault, RuleFault
from backend.catalogue.rules.parameters import WhatIf
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary
from backend.registry.facts import facts_source


@dataclass(frozen=True, slots=True)
class Offer:
    """A project in force: what is evaluated of it (None: others decide), and what it excludes."""

    code: str
    version: ProjectVersion
    project: Project | None

    @property
    def exclusions(self) -> list[tuple[str, str]]:
        """Return (other project, among whom)."""
        return [(e["project"], e["among"]) for e in self.version.definition.get("exclusions") or []]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything granted on a day, with the words its rules use."""

    as_of: date
    words: Vocabulary
    offers: tuple[Offer, ...]

    @property
    def projects(self) -> list[Project]:
        """Return what can be evaluated here."""
        return [offer.project for offer in self.offers if offer.project is not None]

    def of(self, codes: Sequence[str] | None) -> "Catalogue":
        """Return only these projects; all when none are named."""
        return self if not codes else replace(self, offers=tuple(o for o in self.offers if o.code in set(codes)))

    def __getitem__(self, code: str) -> Offer:
        """Return one project."""
        return next(offer for offer in self.offers if offer.code == code)


async def catalogue_on(session: AsyncSession, as_of: date) -> Catalogue:
    """Read every project in force on a day. A rule that can no longer be read leaves its project undecided."""
    words = await catalogue.vocabulary(session)
    versions = await catalogue.versions_in_force(session, as_of)
    return Catalogue(as_of, words, tuple(Offer(code, v, project_of(code, v.definition, words)) for code, v in versions))


def project_of(code: str, definition: dict[str, Any], words: Vocabulary) -> Project | None:
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
    as_of: date,
    areas: Sequence[str],
    *,
    prefix: str | None = None,
    household_ids: Sequence[int] | None = None,
    what_if: WhatIf | None = None,
    numbers_on: date | None = None,
) -> Facts:
    """Return the registry's facts beside the parameters; a word nobody supplies yet is unknown.

    `areas` must not lie inside one another: each household meets the parameters of the one area that holds it.
    `numbers_on` takes the parameters of another day than the facts.
    """
    source = facts_source(as_of, prefix=prefix, household_ids=household_ids)
    numbers = catalogue.parameters_of(words, numbers_on or as_of, areas, what_if)
    if what_if:
        # Beside the numbers in force, in one statement, the supposed ones need a name of their own.
        numbers = numbers.element.cte("supposed")
    households = source.households
    meets = catalogue.parameters_join(numbers, households.c.division_code, households.c.residence)
    facts = facts_of_tables(words, as_of, households, source.persons, numbers, meets)
    unknown = {name: cast(null(), sql_type(words[name])) for name in facts.missing(words)}
    return replace(facts, columns={**facts.columns, **unknown})
