"""Why a household gets a benefit or not, line by line, and how the amount comes about, in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backend.catalogue.rules.evaluation import Project
from backend.catalogue.rules.formula.printing import print_with_values
from backend.catalogue.rules.tree.compiling import values_per_leaf
from backend.catalogue.rules.tree.nodes import Group, Node, OfMembers, leaves_of
from backend.catalogue.rules.tree.outline import heading
from backend.catalogue.rules.tree.wording import say_leaf
from backend.kernel.i18n import Language, say
from backend.kernel.labels import LabelledEnum


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


class Standing(LabelledEnum):
    """How a condition or a group of them stands; beside what is met already, what is not met is not needed."""

    MET = "met", "已满足"
    UNMET = "unmet", "未满足"
    UNKNOWN = "unknown", "待核实"
    NOT_NEEDED = "not_needed", "不要求"


@dataclass(frozen=True, slots=True)
class Ground:
    """A line of the rule as an outline: a group with how many of its conditions must hold, or a condition in words.

    What stands below a group that is not needed is left out.
    """

    depth: int
    text: str
    heads: bool
    standing: Standing
    path: str


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
    grounds: tuple[Ground, ...]


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
    grounds = tuple(_Grounds(truths, reasons, language).of_rule(project.rule.root))
    whose = (project.code, row["household_id"], row["person_id"])
    return Explanation(*whose, row["eligible"], amount, calculation, tuple(reasons), grounds)


class _Grounds:
    """Goes down a rule as the outline does, with the answer at each line."""

    def __init__(self, truths: Mapping[str, bool | None], reasons: Sequence[Reason], language: Language | None) -> None:
        self._truths = truths
        self._said = {reason.path: reason.text for reason in reasons}
        self._language = language

    def of_rule(self, root: Group) -> Iterator[Ground]:
        """Return the lines; that all parts of the whole rule are needed goes without saying."""
        if root.conjunction == "or" or root.title:
            yield from self._lines(root, 0, needed=True)
            return
        for child in root.children:
            yield from self._lines(child, 0, needed=True)

    def _lines(self, node: Node, depth: int, *, needed: bool) -> Iterator[Ground]:
        truth = outcome(node, self._truths)
        standing = _standing(truth, needed=needed)
        if not isinstance(node, Group):
            yield Ground(depth, self._said[node.path], False, standing, node.path)  # noqa: FBT003 - no heading
            return
        if len(node.children) == 1 and not node.title:
            yield from self._lines(node.children[0], depth, needed=needed)
            return
        yield Ground(depth, heading(node).said(self._language), True, standing, node.path)  # noqa: FBT003
        if standing is Standing.NOT_NEEDED:
            return
        settled = node.conjunction == "or" and truth is True
        for child in node.children:
            yield from self._lines(child, depth + 1, needed=needed and not settled)


def _standing(truth: bool | None, *, needed: bool) -> Standing:  # noqa: FBT001 - three-valued
    if truth is True:
        return Standing.MET
    if not needed:
        return Standing.NOT_NEEDED
    return Standing.UNKNOWN if truth is None else Standing.UNMET


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
