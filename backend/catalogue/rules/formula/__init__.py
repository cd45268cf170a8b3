"""Amount formulas: arithmetic over the vocabulary in Chinese or code words, parsed here, compiled to SQL.

`补差 = ceil_to(max(低保标准 * 保障人数 - 家庭月收入, 0), 取整单位)` is such a formula; so is the same in code words.
"""

from dataclasses import dataclass

from backend.catalogue.rules.faults import FormulaFault
from backend.catalogue.rules.formula.checking import check
from backend.catalogue.rules.formula.nodes import Members, Name, Node, children
from backend.catalogue.rules.formula.parsing import parse
from backend.catalogue.rules.formula.weighing import refuse_if_heavy
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary

__all__ = ["Formula", "check_formula", "parse_formula"]


@dataclass(frozen=True, slots=True)
class Formula:
    """An amount in yuan per household or person. `inputs` are what its value depends on, in order of first use."""

    text: str
    node: Node
    unit: UnitOf
    inputs: tuple[Name | Members, ...]


def parse_formula(text: str, vocabulary: Vocabulary, unit: UnitOf = UnitOf.HOUSEHOLD) -> Formula:
    """Read and check a formula; raise FormulaFault with line, column and the marked text."""
    node = check(parse(text, vocabulary), text, unit)
    refuse_if_heavy(node, text)
    return Formula(text, node, unit, tuple(_inputs(node)))


def check_formula(text: str, vocabulary: Vocabulary, unit: UnitOf = UnitOf.HOUSEHOLD) -> FormulaFault | None:
    """Return what is wrong with a formula, or None."""
    try:
        parse_formula(text, vocabulary, unit)
    except FormulaFault as fault:
        return fault
    return None


def _inputs(node: Node) -> dict[Name | Members, None]:
    """Collect facts and numbers over members, not looking into the latter."""
    if isinstance(node, Name | Members):
        return {node: None}
    found: dict[Name | Members, None] = {}
    for child in children(node):
        found |= _inputs(child)
    return found
