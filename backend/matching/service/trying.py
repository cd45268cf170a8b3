"""Try a draft: on one household with reasons, and on everybody as a live count."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue import repository as catalogue
from backend.catalogue.errors import DefinitionFaulty
from backend.catalogue.models import ProjectVersion
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.rules.evaluation import Project, count
from backend.catalogue.rules.explanation import explanation
from backend.catalogue.rules.vocabulary import Vocabulary
from backend.catalogue.service.checking import rule_faults
from backend.kernel.actor import Actor
from backend.kernel.errors import NotPermitted
from backend.kernel.scope import get_visible
from backend.matching import repository
from backend.matching.engine import Catalogue, explain_one, facts_of, offer_of, project_of
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import LiveCountIn, LiveCountOut, MatchItem, TrialIn
from backend.matching.service.households import item_of, names_of, today
from backend.registry.facts import facts_source
from backend.registry.models import Household


async def _draft(
    session: AsyncSession, actor: Actor, version_id: int, rule: dict[str, Any] | None, formula: str | None
) -> tuple[Vocabulary, ProjectVersion, Project]:
    version = await get_visible(session, actor, ProjectVersion, version_id, CataloguePermission.PROJECT_READ)
    words = await catalogue.vocabulary(session)
    definition = dict(version.definition)
    if rule is not None:
        definition["rule"] = rule
    if formula is not None:
        definition["amount"] = {**(definition.get("amount") or {}), "formula": formula}
    code = definition.get("code") or ""
    faults = rule_faults(definition, words)
    project = None if faults else project_of(code, definition, words)
    if project is None:
        places = [(fault.field, fault.message) for fault in faults] or [("rule", "该项目没有条件，不能试算")]
        raise DefinitionFaulty(count=len(places)).at(*places)
    return words, version, project


async def try_household(session: AsyncSession, actor: Actor, version_id: int, form: TrialIn) -> MatchItem:
    """Return the answer of a draft, or of unsaved rule and formula, for one household."""
    words, version, project = await _draft(session, actor, version_id, form.rule, form.formula)
    household = await get_visible(session, actor, Household, form.household_id, MatchingPermission.MATCH)
    offer = replace(offer_of(project.code, version, words), project=project)
    granted = Catalogue(form.as_of or today(), words, (offer,))
    rows = await explain_one(session, granted, form.household_id, household.division_code)
    answers = [explanation(project, row) for row in rows]
    return item_of(offer, answers, [], await names_of(session, actor, form.household_id))


async def count_now(session: AsyncSession, actor: Actor, version_id: int, form: LiveCountIn) -> LiveCountOut:
    """Return how many in the actor's area would match now, and what it would cost."""
    words, _, project = await _draft(session, actor, version_id, form.rule, form.formula)
    prefixes = actor.reach(MatchingPermission.MATCH).prefixes
    if not prefixes:
        raise NotPermitted(permission=MatchingPermission.MATCH.label)
    day = form.as_of or today()
    total = LiveCountOut(eligible=0, undecided=0, examined=0, amount=None, unit=project.unit.value)
    for prefix in prefixes:
        areas = await repository.parameter_areas(session, prefix) or [prefix]
        facts = facts_of(words, day, facts_source(day, prefix=prefix), areas)
        row = (await session.execute(count(project, facts))).one()
        total.eligible += row.eligible
        total.undecided += row.undecided
        total.examined += row.examined
        if row.amount is not None:
            total.amount = (total.amount or Decimal(0)) + Decimal(row.amount)
    return total
