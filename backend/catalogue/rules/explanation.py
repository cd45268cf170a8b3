"""Why a household gets a benefit or not, line by line, and how the amount comes about, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backend.catalogue.rules.evaluation import Project
from backend.catalogue.rules.formula.printing import print_with_values
from backend.catalogue.rules.tree.compiling import values_per_leaf
from backend.catalogue.rules.tree.nodes import Group, Node, OfMembers, leaves_of
from backend.catalogue.rules.tree.wording import say_leaf
from backend.kernel.i18n import Language, say


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition in words. `decides`: with another answer here (and nowhere else of its kind) the result changes.

    `passed` is None where a fact is unknown. `path` is the condition's place in the rule, `group` its group's title.
    """

    text: str
    fact: str
    required: str
    actual: str | None
    passed: bool | None
    decides: bool
    path: str
    group: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to one project for one household or person. `calculation` shows the formula with its numbers."""

    project_code: str
    household_id: int
    person_id: int | None
    eligible: bool | None
    amount: Decimal | None
    calculation: str | None
    reasons: tuple[Reason, ...]


def explanation(project: Project, row: Mapping[str, Any], language: Language | None = None) -> Explanation:
    """Read one row of `evaluation.explain`."""
    leaves = list(leaves_of(project.rule.root))
    truths: dict[str, bool | None] = {leaf.path: truth for leaf, truth in zip(leaves, row["truths"], strict=True)}
    deciding = _deciding(project.rule.root, truths)
    groups = _titles(project.rule.root, "")
    found: Sequence[str | None] = row["found"]
    reasons, start = [], 0
    for leaf in leaves:
        end = start + values_per_leaf(leaf)
        said = say_leaf(leaf, found[start:end], language)
        start = end
        reasons.append(
            Reason(
                text=said.text,
                fact="members" if isinstance(leaf, OfMembers) else leaf.word.name,
                required=said.required,
                actual=said.actual,
                passed=truths[leaf.path],
                decides=leaf.path in deciding,
                path=leaf.path,
                group=say(groups[leaf.path], language) if groups[leaf.path] else "",
            )
        )
    amount = row["amount"]
    calculation = None
    if project.amount and amount is not None:
        calculation = print_with_values(project.amount, row["inputs"], amount, language)
    return Explanation(
        project.code, row["household_id"], row["person_id"], row["eligible"], amount, calculation, tuple(reasons)
    )


def failed(project: Project, row: Mapping[str, Any], languages: Sequence[Language]) -> dict[str, list[str]]:
    """Say only the conditions by which somebody does not qualify, in some languages, from a row of `explain`."""
    leaves = list(leaves_of(project.rule.root))
    truths: dict[str, bool | None] = {leaf.path: truth for leaf, truth in zip(leaves, row["truths"], strict=True)}
    deciding = _deciding(project.rule.root, truths)
    said: dict[str, list[str]] = {language: [] for language in languages}
    start = 0
    for leaf in leaves:
        end = start + values_per_leaf(leaf)
        if truths[leaf.path] is False and leaf.path in deciding:
            for language in languages:
                said[language].append(say_leaf(leaf, row["found"][start:end], language).text)
        start = end
    return said


def outcome(node: Node, truths: Mapping[str, bool | None]) -> bool | None:
    """Return the three-valued truth of a part of a rule from the truths of its leaves by path."""
    if not isinstance(node, Group):
        return truths[node.path]
    children = [outcome(child, truths) for child in node.children]
    decisive = node.conjunction == "or"
    if decisive in children:
        return decisive
    return None if None in children else not decisive


def _deciding(node: Node, truths: Mapping[str, bool | None]) -> set[str]:
    """Return the paths of the leaves that make a part what it is: the failed of an `and`, all of a failed `or`."""
    if not isinstance(node, Group):
        return {node.path}
    result = outcome(node, truths)
    alike = [child for child in node.children if outcome(child, truths) is result]
    return set().union(*(_deciding(child, truths) for child in alike))


def _titles(node: Node, title: str) -> dict[str, str]:
    """Return for each leaf's path the title of the nearest group that has one."""
    title = getattr(node, "title", "") or title
    if not isinstance(node, Group):
        return {node.path: title}
    return {path: found for child in node.children for path, found in _titles(child, title).items()}
