"""Check a version: its shape, its rule and formula, and every example, each fault with its place."""

from typing import Any

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue import repository
from backend.catalogue.content_schema import CatalogueEntry, ProjectDefinition
from backend.catalogue.drafting import shape_of
from backend.catalogue.models import Residence
from backend.catalogue.places import place_of
from backend.catalogue.rules.evaluation import Project, explain, read_project
from backend.catalogue.rules.examples import Example, ExampleFault, disagreements, facts_of_example, residence_of
from backend.catalogue.rules.explanation import explanation
from backend.catalogue.rules.faults import FormulaFault
from backend.catalogue.rules.formula import check_formula
from backend.catalogue.rules.tree import check_rule
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary
from backend.catalogue.schemas import Fault
from backend.catalogue.service.references import reference_faults
from backend.kernel.config import settings
from backend.kernel.i18n import say
from backend.kernel.validation import faults_in_words


def read_definition(raw: dict[str, Any]) -> ProjectDefinition | CatalogueEntry:
    """Read a stored definition; raise ValidationError for one that is not finished."""
    return shape_of(raw).model_validate(raw)


def evaluable(definition: ProjectDefinition, words: Vocabulary) -> Project:
    """Return what of a definition is evaluated; raise RuleFault or FormulaFault."""
    return read_project(definition.code, definition.unit, definition.rule, definition.amount.formula, words)


async def faults_of(session: AsyncSession, raw: dict[str, Any]) -> tuple[list[Fault], int, int]:
    """Return (faults, examples, examples passed) of a definition, each fault with its place in words."""
    faults, examples, passed = await _faults_of(session, raw)
    for fault in faults:
        fault.place = place_of(fault.field, raw)
    return faults, examples, passed


async def _faults_of(session: AsyncSession, raw: dict[str, Any]) -> tuple[list[Fault], int, int]:
    words = await repository.vocabulary(session)
    faults = rule_faults(raw, words)
    try:
        definition = read_definition(raw)
    except ValidationError as error:
        shaped = [Fault(field=f["field"], message=f["message"]) for f in faults_in_words(error.errors())]
        return [*shaped, *faults], len(raw.get("examples") or []), 0
    faults += await reference_faults(session, definition, words)
    if isinstance(definition, CatalogueEntry) or faults:
        return faults, len(raw.get("examples") or []), 0
    project = evaluable(definition, words)
    passed = 0
    for place, example in enumerate(definition.examples):
        found = await example_faults(session, words, [project], example)
        passed += not found
        faults += [Fault(field=f"examples.{place}", message=fault.said(), **_compared(fault)) for fault in found]
    return faults, len(definition.examples), passed


def rule_faults(raw: dict[str, Any], words: Vocabulary) -> list[Fault]:
    """Return the faults of rule and formulas with path, line and column, even of an unfinished definition."""
    if shape_of(raw) is CatalogueEntry:
        return []
    unit = UnitOf.PERSON if raw.get("unit") == UnitOf.PERSON else UnitOf.HOUSEHOLD
    broken = check_rule(raw.get("rule") or {}, words, unit)
    faults = [Fault(field=f"rule.{fault.path}", message=fault.said()) for fault in broken]
    for field, text in (
        ("amount.formula", (raw.get("amount") or {}).get("formula")),
        ("decision.limit", (raw.get("decision") or {}).get("limit")),
    ):
        wrong = check_formula(text, words, unit) if text else None
        if wrong is not None:
            faults.append(_formula_fault(field, wrong))
    return faults


def _formula_fault(field: str, fault: FormulaFault) -> Fault:
    message = say("第 {line} 行第 {column} 个字符：{what}", line=fault.line, column=fault.column, what=fault.said())
    return Fault(field=field, message=message, line=fault.line, column=fault.column, marked=fault.marked)


def _compared(fault: ExampleFault) -> dict[str, str]:
    return {key: str(fault.facts[key]) for key in ("expected", "actual") if key in fault.facts}


async def example_faults(
    session: AsyncSession, words: Vocabulary, projects: list[Project], example: Example
) -> list[ExampleFault]:
    """Evaluate an example for the projects it speaks of and return what is otherwise than expected."""
    asked = [project for project in projects if project.code in example.expected]
    if not asked:
        return [
            ExampleFault("示例“{example}”没有写明项目 {code} 的预期结果", example=example.name, code=projects[0].code)
        ]
    try:
        residence = residence_of(example, words)
        numbers = await repository.parameter_values(
            session, example.on, settings().county_code, Residence(residence) if residence else None
        )
        facts = facts_of_example(example, words, numbers)
        rows = (await session.execute(explain(asked, facts, ()))).mappings().all()
        by_code = {project.code: project for project in asked}
        answers = [explanation(by_code[row["project_code"]], dict(row)) for row in rows]
        return [fault for project in asked for fault in disagreements(example, project.code, project.unit, answers)]
    except ExampleFault as fault:
        return [fault]
