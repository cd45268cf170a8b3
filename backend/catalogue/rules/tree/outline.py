"""A rule as an outline that a person reads from top to bottom: a line for each condition, indented below its group."""

from collections.abc import Iterator
from typing import NamedTuple

from backend.catalogue.rules.tree.nodes import Group, Node
from backend.catalogue.rules.tree.wording import describe
from backend.kernel.i18n import Language
from backend.kernel.refusals import Sentence


class Line(NamedTuple):
    """How deep it stands, what it says, and whether other lines stand below it."""

    depth: int
    text: str
    heads: bool


def outline(node: Node, language: Language | None = None) -> list[Line]:
    """Return the lines of a rule or of a part of one."""
    return list(_lines(node, 0, language))


def _lines(node: Node, depth: int, language: Language | None) -> Iterator[Line]:
    if not isinstance(node, Group):
        yield Line(depth, describe(node, language), heads=False)
        return
    if len(node.children) == 1 and not node.title:
        yield from _lines(node.children[0], depth, language)
        return
    yield Line(depth, _heading(node, language), heads=True)
    for child in node.children:
        yield from _lines(child, depth + 1, language)


def _heading(group: Group, language: Language | None) -> str:
    how = "同时符合下列各项" if group.conjunction == "and" else "符合下列任意一项"
    if not group.title:
        return Sentence("{how}：", how=Sentence(how)).said(language)
    return Sentence("{title}，{how}：", title=Sentence(group.title), how=Sentence(how)).said(language)
