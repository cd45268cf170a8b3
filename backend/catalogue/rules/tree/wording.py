"""A rule in sentences: what it asks, and for one household what was found, in the language of the reader."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from backend.catalogue.rules.formula import Formula
from backend.catalogue.rules.tree.nodes import Condition, Group, Leaf, Node, OfMembers, Side
from backend.catalogue.rules.vocabulary import NUMERIC, FactType, Word
from backend.kernel.i18n import Language, say
from backend.kernel.refusals import Sentence

_PLACES = 4


class Said(NamedTuple):
    """One line: the whole sentence, what is required, and what was found (None where unknown)."""

    text: str
    required: str
    actual: str | None


def describe(node: Node, language: Language | None = None) -> str:
    """Say what a part of a rule asks, with the names of parameters instead of their values of the day."""
    if isinstance(node, Group):
        parts = [_bracketed(child, language) for child in node.children]
        return say("，并且" if node.conjunction == "and" else "，或者", language).join(parts)
    if isinstance(node, OfMembers):
        return _of_members(node).said(language)
    return _requirement(node, [_named(side, node.word) for side in node.sides]).said(language)


def _bracketed(node: Node, language: Language | None) -> str:
    text = describe(node, language)
    return f"（{text}）" if isinstance(node, Group) and len(node.children) > 1 else text


def say_leaf(leaf: Leaf, values: Sequence[str | None], language: Language | None = None) -> Said:
    """Say one line from its values, which are the texts of `CompiledLeaf.values`."""
    if isinstance(leaf, OfMembers):
        return _members_said(leaf, values, language)
    actual, *computed = values
    left = iter(computed)
    required = [
        _value(next(left), leaf.word) if isinstance(side, Word | Formula) else _written(side, leaf.word)
        for side in leaf.sides
    ]
    requirement = _requirement(leaf, [text or Sentence("未知的标准") for text in required])
    found = _value(actual, leaf.word)
    if found is not None and str(found)[:1] in "-0123456789":
        # Chinese sets a figure off by a space, a word not.
        outcome = Sentence("{requirement}，实际 {found}", requirement=requirement, found=found)
    elif found is not None:
        outcome = Sentence("{requirement}，实际{actual}", requirement=requirement, actual=found)
    elif leaf.operator.code in ("is_empty", "is_not_empty"):
        outcome = Sentence("{requirement}，实际没有", requirement=requirement)
    else:
        outcome = Sentence("{requirement}，实际未知，需核对", requirement=requirement)
    return Said(
        outcome.said(language),
        _joined([text or Sentence("未知的标准") for text in required], language),
        None if found is None else found.said(language),
    )


def _requirement(leaf: Condition, sides: list[Sentence]) -> Sentence:
    template = leaf.operator.template(leaf.word.type)
    word = Sentence(leaf.word.label)
    if "{low}" in template:
        return Sentence(template, word=word, low=sides[0], high=sides[1])
    if "{required}" in template:
        return Sentence(template, word=word, required=_Listed(sides))
    return Sentence(template, word=word)


class _Listed(Sentence):
    """Several values as one part of a sentence."""

    def __init__(self, parts: Sequence[Sentence]) -> None:
        super().__init__("{parts}", parts="、".join(str(part) for part in parts))
        self._parts = parts

    def said(self, language: Language | None = None) -> str:
        return _joined(self._parts, language)


def _joined(parts: Sequence[Sentence], language: Language | None) -> str:
    return say("、", language).join(part.said(language) for part in parts)


def _named(side: Side, word: Word) -> Sentence:
    match side:
        case Word():
            return Sentence(side.label)
        case Formula():
            return Sentence("{formula}", formula=side.text)
    return _written(side, word)


def _written(side: Side, word: Word) -> Sentence:
    if isinstance(side, Decimal):
        return _with_unit(side, word)
    if isinstance(side, bool):
        return Sentence("是" if side else "否")
    return _text(str(side), word)


def _value(text: str | None, word: Word) -> Sentence | None:
    """Read a value that SQL has given as text."""
    if text is None:
        return None
    if word.type in NUMERIC:
        return _with_unit(Decimal(text), word)
    if word.type is FactType.TRUTH:
        return Sentence("是" if text in ("true", "t") else "否")
    return _text(text, word)


def _text(value: str, word: Word) -> Sentence:
    label = word.choices.get(value)
    return Sentence(label) if label else Sentence("{text}", text=value)


def _with_unit(value: Decimal, word: Word) -> Sentence:
    return (
        Sentence("{number} {unit}", number=plain(value), unit=Sentence(word.unit))
        if word.unit
        else Sentence(plain(value))
    )


def plain(value: Decimal) -> str:
    """Write a number as people do: no exponent, no trailing zeros, at most four decimals."""
    # Adding zero turns the negative zero of a rounded loss into zero.
    text = f"{round(value, _PLACES) + 0:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _of_members(leaf: OfMembers) -> Sentence:
    what = Sentence("{what}", what=_Described(leaf.each))
    if leaf.quantifier == "all":
        return Sentence("全部家庭成员都应符合“{what}”", what=what)
    if leaf.quantifier == "at_least":
        return Sentence("至少应有 {count} 名家庭成员符合“{what}”", count=leaf.count, what=what)
    if leaf.count == 0:
        return Sentence("不应有家庭成员符合“{what}”", what=what)
    return Sentence("符合“{what}”的家庭成员不应多于 {count} 名", count=leaf.count, what=what)


class _Described(Sentence):
    """A question to members as a part of a sentence."""

    def __init__(self, group: Group) -> None:
        super().__init__("{text}", text=describe(group, "zh"))
        self._group = group

    def said(self, language: Language | None = None) -> str:
        return say(self._group.title, language) if self._group.title else describe(self._group, language)


def _members_said(leaf: OfMembers, values: Sequence[str | None], language: Language | None) -> Said:
    fulfilled, unknown, everybody = values
    requirement = _of_members(leaf)
    if fulfilled is None or unknown is None or everybody is None:
        text = Sentence("{requirement}，实际未知，需核对", requirement=requirement)
        return Said(text.said(language), requirement.said(language), None)
    found = Sentence("{fulfilled} 名（共 {everybody} 名）", fulfilled=fulfilled, everybody=everybody)
    if unknown != "0":
        found = Sentence(
            "{fulfilled} 名（共 {everybody} 名，{unknown} 名未知，需核对）",
            fulfilled=fulfilled,
            everybody=everybody,
            unknown=unknown,
        )
    text = Sentence("{requirement}，实际 {found}", requirement=requirement, found=found)
    return Said(text.said(language), requirement.said(language), found.said(language))
