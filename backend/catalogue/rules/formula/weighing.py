"""How much SQL a formula becomes: a guard against unknowns repeats its parts, and nesting multiplies that."""

from backend.catalogue.rules.faults import FormulaFault
from backend.catalogue.rules.formula.divisors import unknown_with
from backend.catalogue.rules.formula.nodes import Bands, Call, Node, children

MAX_WEIGHT = 3000
_GUARDED = frozenset(("max", "min", "at_least", "cap"))


def weight(node: Node) -> int:
    """Count the SQL parts of a checked formula."""
    parts = children(node)
    weights = [weight(part) for part in parts]
    total = 1 + sum(weights)
    if isinstance(node, Bands):
        # The compared number stands in every row, and each limit in two.
        total += weights[0] * (len(node.rows) + 1) + sum(weights)
    if isinstance(node, Bands) or (isinstance(node, Call) and node.function in _GUARDED):
        total += sum(_guard(part, heavy) for part, heavy in zip(parts, weights, strict=True))
    return total


def _guard(node: Node, heavy: int) -> int:
    facts = unknown_with(node)
    return heavy if facts is None else len(facts)


def refuse_if_heavy(node: Node, text: str) -> None:
    """Raise FormulaFault for a formula whose SQL would be too long to plan."""
    if weight(node) > MAX_WEIGHT:
        raise FormulaFault("公式嵌套过多，展开后太长，请减少 max、min、band 的相互嵌套").at(text, 0, len(text))
