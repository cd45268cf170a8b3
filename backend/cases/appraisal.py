"""What the rules of a case's own version say of its household, on a day, with every condition in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from sqlalchemy import Numeric, cast, literal, null, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.models import Case
from backend.catalogue import repository as catalogue
from backend.catalogue.models import ProjectVersion, Residence
from backend.catalogue.rules.evaluation import explain, read_project
from backend.catalogue.rules.explanation import Explanation, explanation
from backend.catalogue.rules.facts import Facts, facts_of_tables
from backend.catalogue.rules.formula import parse_formula
from backend.catalogue.rules.formula.compiling import Column, compile_node
from backend.catalogue.rules.formula.nodes import Members
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary, Word
from backend.kernel.models import ZERO
from backend.kernel.money import CENT
from backend.registry.facts import facts_source
from backend.registry.models import Household


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Eligible (None: a fact is unknown), the computed amount, and the reasons."""

    eligible: bool | None
    amount: Decimal | None
    trace: list[dict[str, Any]]


NOTHING = Appraisal(None, None, [])


async def appraise(session: AsyncSession, case: Case, on: date) -> Appraisal:
    """Ask the version's rule and formula; without a household or a rule there is nothing they could be asked about."""
    household = await session.get(Household, case.household_id) if case.household_id else None
    version = await session.get(ProjectVersion, case.version_id)
    if household is None or version is None or version.described_only or not version.definition.get("rule"):
        return NOTHING
    words = await catalogue.vocabulary(session)
    definition = version.definition
    unit = UnitOf(definition.get("unit") or UnitOf.HOUSEHOLD.value)
    formula = (definition.get("amount") or {}).get("formula")
    project = read_project(case.project_code, unit, definition["rule"], formula, words)
    numbers = await catalogue.parameter_values(
        session, on, household.division_code, Residence(household.residence.value)
    )
    facts = _facts(words, on, int(household.id or 0), numbers).with_case(_answers(words, case.form))
    statement = explain([project], facts, ())
    rows = [explanation(project, dict(row)) for row in (await session.execute(statement)).mappings()]
    chosen = [row for row in rows if row.person_id is None or row.person_id == case.applicant_id]
    return _summed(chosen or rows)


def _facts(words: Vocabulary, on: date, household_id: int, numbers: Mapping[str, Any]) -> Facts:
    """Return the household's facts with the parameters of its own area and residence as plain values."""
    source = facts_source(on, household_ids=[household_id])
    facts = facts_of_tables(words, on, source.households, source.persons)
    values = {
        word.name: cast(null() if word.name not in numbers else literal(numbers[word.name], Numeric()), Numeric())
        for word in words.of(UnitOf.PARAMETER)
    }
    return replace(facts, columns={**facts.columns, **values})


def _answers(words: Vocabulary, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the application answers of the words that only an application can."""
    return {word.name: form[word.name] for word in words.of(UnitOf.CASE) if word.name in form}


def _summed(found: list[Explanation]) -> Appraisal:
    if not found:
        return NOTHING
    amounts = [row.amount for row in found if row.amount is not None]
    trace = [asdict(reason) for row in found for reason in row.reasons]
    trace += [
        {"text": "金额测算", "fact": "amount", "required": "", "actual": row.calculation, "passed": True}
        for row in found
        if row.calculation
    ]
    states = {row.eligible for row in found}
    eligible = True if True in states else (None if None in states else False)
    return Appraisal(eligible, sum(amounts, Decimal(0)) if amounts else None, trace)


@dataclass(frozen=True, slots=True)
class _Household:
    """A household's words as columns, for a formula outside of any rule."""

    facts: Facts

    def column(self, word: Word) -> Column:
        return self.facts.column(word)

    def over_members(self, node: Members) -> Column:
        raise LookupError(f"a limit cannot ask members: {node}")


async def limit_of(session: AsyncSession, case: Case, formula: str | None, on: date) -> Decimal:
    """Return what the town may decide alone, by the version's formula and the parameters of the day.

    Without formula, or with a number missing, it is nothing. Without a household the higher of both residences holds.
    """
    if not formula:
        return ZERO
    words = await catalogue.vocabulary(session)
    household = await session.get(Household, case.household_id) if case.household_id else None
    residences = [Residence(household.residence.value)] if household else list(Residence)
    found = []
    for residence in residences:
        numbers = await catalogue.parameter_values(session, on, case.division_code, residence)
        facts = _facts(words, on, int(household.id or 0) if household else 0, numbers)
        value = compile_node(parse_formula(formula, words).node, _Household(facts))
        found.append(await session.scalar(select(value)))
    known = [Decimal(value).quantize(CENT, ROUND_DOWN) for value in found if value is not None]
    return max(known, default=ZERO)
