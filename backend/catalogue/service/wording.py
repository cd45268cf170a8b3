"""Say a rule and a formula in words while they are being written, with what is wrong in them."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue import repository
from backend.catalogue.places import place_of
from backend.catalogue.rules.completion import to_enter
from backend.catalogue.rules.faults import FormulaFault
from backend.catalogue.rules.formula import Formula, parse_formula
from backend.catalogue.rules.formula.nodes import words_of
from backend.catalogue.rules.formula.printing import print_formula
from backend.catalogue.rules.tree import outline, read_rule
from backend.catalogue.rules.tree.nodes import named_by
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary
from backend.catalogue.schemas import OutlineLine, WordingIn, WordingOut
from backend.catalogue.service.checking import rule_faults


async def word(session: AsyncSession, form: WordingIn) -> WordingOut:
    """Return the outline of a rule, the formula in words, and the faults of both; nothing is stored."""
    words = await repository.vocabulary(session)
    rule = form.rule or {}
    faults = rule_faults({"unit": form.unit, "rule": rule, "amount": {"formula": form.formula}}, words)
    if not rule.get("children"):
        # A rule not begun is no fault while writing.
        faults = [fault for fault in faults if not fault.field.startswith("rule")]
    for fault in faults:
        fault.place = place_of(fault.field)
    node, _ = read_rule(rule, words, form.unit)
    formula = _formula(form.formula, words, form.unit)
    named = [*(named_by(node) if node else ()), *(words_of(formula.node) if formula else ())]
    return WordingOut(
        rule=[OutlineLine(**line._asdict()) for line in outline(node)] if node else [],
        formula=print_formula(formula.node) if formula else None,
        faults=faults,
        asked=to_enter(one.name for one in named if one.unit_of is not UnitOf.PARAMETER),
    )


def _formula(text: str | None, words: Vocabulary, unit: UnitOf) -> Formula | None:
    try:
        return parse_formula(text, words, unit) if text else None
    except FormulaFault:
        return None
