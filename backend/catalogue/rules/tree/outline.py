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
    yield Line(depth, Sentence("{what}：", what=heading(node)).said(language), heads=True)
    for child in node.children:
        yield from _lines(child, depth + 1, language)


def heading(group: Group) -> Sentence:
    """Return what a group stands for, and how many of its conditions must hold."""
    how = Sentence("下列各项都要满足" if group.conjunction == "and" else "下列满足一项即可")
    if not group.title:
        return how
    title = Sentence(group.title)
    return Sentence("{title}，{how}", title=Sentence("并非“{title}”", title=title) if group.denied else title, how=how)
