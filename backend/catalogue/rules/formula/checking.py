"""Does every part of a formula make sense: kinds that fit, facts that are in reach, divisors that are not zero."""

from datetime import date
from decimal import Decimal

from backend.catalogue.rules.faults import FormulaFault, spoken_list
from backend.catalogue.rules.formula.divisors import constant, is_safe_divisor
from backend.catalogue.rules.formula.nodes import (
    Arithmetic,
    Bands,
    Call,
    Choice,
    Compare,
    Day,
    Kind,
    Logic,
    Members,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Text,
    Truth,
)
from backend.catalogue.rules.vocabulary import NUMERIC, FactType, UnitOf, Word
from backend.kernel.refusals import Sentence

KINDS = {FactType.TRUTH: Kind.TRUTH, FactType.CHOICE: Kind.CHOICE, FactType.DATE: Kind.DATE, FactType.TEXT: Kind.TEXT}
KINDS |= dict.fromkeys(NUMERIC, Kind.NUMBER)
KIND_LABELS = {
    Kind.NUMBER: "数字",
    Kind.TRUTH: "条件",
    Kind.CHOICE: "选项",
    Kind.TEXT: "文本",
    Kind.DATE: "日期",
}
_ROUNDING_TO = frozenset(("round", "ceil_to", "floor_to"))


def check(node: Node, text: str, unit: UnitOf) -> Node:
    """Return the checked tree of an amount: a number per household or person. Raise FormulaFault."""
    checked, _ = _Check(text, unit).expect(node, Kind.NUMBER)
    return checked


def kind_of(word: Word) -> Kind:
    """Return what a word yields in a formula."""
    return KINDS[word.type]


class _Check:
    """Walks once, top down, resolving quoted texts on the way."""

    def __init__(self, text: str, unit: UnitOf) -> None:
        self._text = text
        self._unit = unit
        self._among_members = False

    def fault(self, node: Node, template: str, **facts: str | int | Sentence) -> FormulaFault:
        return FormulaFault(template, **facts).at(self._text, node.span.start, node.span.end)

    def expect(self, node: Node, *kinds: Kind) -> tuple[Node, Kind]:
        checked, kind = self.visit(node)
        if kind not in kinds:
            raise self.fault(
                node,
                "这里需要{expected}，现为{given}",
                expected=Sentence(KIND_LABELS[kinds[0]]),
                given=Sentence(KIND_LABELS[kind]),
            )
        return checked, kind

    def number(self, node: Node) -> Node:
        return self.expect(node, Kind.NUMBER)[0]

    def visit(self, node: Node) -> tuple[Node, Kind]:  # noqa: C901, PLR0911 - a line per kind of node
        match node:
            case Number():
                return node, Kind.NUMBER
            case Truth():
                return node, Kind.TRUTH
            case Text():
                return node, Kind.TEXT
            case Name(word=word):
                self._in_reach(node, word)
                return node, kind_of(word)
            case Negate(value=value, span=span):
                return Negate(self.number(value), span), Kind.NUMBER
            case Not(value=value, span=span):
                return Not(self.expect(value, Kind.TRUTH)[0], span), Kind.TRUTH
            case Logic(operator=operator, left=left, right=right, span=span):
                one, other = (self.expect(part, Kind.TRUTH)[0] for part in (left, right))
                return Logic(operator, one, other, span), Kind.TRUTH
            case Arithmetic():
                return self._arithmetic(node), Kind.NUMBER
            case Compare():
                return self._comparison(node), Kind.TRUTH
            case Call():
                return self._call(node)
            case Bands():
                return self._bands(node), Kind.NUMBER
            case Members():
                return self._members(node), Kind.NUMBER
        raise TypeError(node)

    def _in_reach(self, node: Node, word: Word) -> None:
        if word.unit_of is UnitOf.PERSON and self._unit is UnitOf.HOUSEHOLD and not self._among_members:
            raise self.fault(
                node,
                "“{name}”是家庭成员的事实，按家庭计算的公式里只能写在 sum_members、count_members 或 max_members 之内",
                name=Sentence(word.label),
            )

    def _arithmetic(self, node: Arithmetic) -> Arithmetic:
        right = self.number(node.right)
        if node.operator == "/":
            self._divisor(node.right, right)
        return Arithmetic(node.operator, self.number(node.left), right, node.span)

    def _divisor(self, place: Node, divisor: Node) -> None:
        if constant(divisor) == 0:
            raise self.fault(place, "除数是零")
        if not is_safe_divisor(divisor):
            part = self._text[place.span.start : place.span.end]
            raise self.fault(place, "除数可能为零，请写成 nullif({part}, 0)，使结果在为零时成为未知", part=part)

    def _comparison(self, node: Compare) -> Compare:
        left, left_kind = self.visit(node.left)
        right, right_kind = self.visit(node.right)
        if left_kind is Kind.TEXT and isinstance(left, Text):
            left, left_kind = self._resolved(left, right, right_kind)
        elif right_kind is Kind.TEXT and isinstance(right, Text):
            right, right_kind = self._resolved(right, left, left_kind)
        if left_kind is not right_kind:
            raise self.fault(
                node,
                "不能把{left}与{right}相比较",
                left=Sentence(KIND_LABELS[left_kind]),
                right=Sentence(KIND_LABELS[right_kind]),
            )
        if left_kind in (Kind.CHOICE, Kind.TEXT, Kind.TRUTH) and node.operator not in ("=", "!="):
            raise self.fault(node, "{kind}只能用 = 或 != 比较", kind=Sentence(KIND_LABELS[left_kind]))
        self._same_choices(node, left, right)
        return Compare(node.operator, left, right, node.span)

    def _same_choices(self, node: Node, left: Node, right: Node) -> None:
        if (
            isinstance(left, Name)
            and isinstance(right, Name)
            and left.word.type is FactType.CHOICE
            and left.word.choices != right.word.choices
        ):
            raise self.fault(
                node,
                "“{left}”和“{right}”的选项不同，不能比较",
                left=Sentence(left.word.label),
                right=Sentence(right.word.label),
            )

    def _resolved(self, text: Text, other: Node, kind: Kind) -> tuple[Node, Kind]:
        """Read a quoted text as what stands on the other side."""
        if isinstance(other, Name) and kind is Kind.CHOICE:
            return self._choice(text, other.word), Kind.CHOICE
        if kind is Kind.DATE:
            try:
                return Day(date.fromisoformat(text.value), text.span), Kind.DATE
            except ValueError:
                raise self.fault(text, "“{text}”不是日期，请写成“2026-07-01”", text=text.value) from None
        return text, Kind.TEXT

    def _choice(self, text: Text, word: Word) -> Choice:
        value = word.choice_of(text.value)
        if value is None:
            raise self.fault(
                text,
                "“{name}”没有“{text}”这个选项，可选：{choices}",
                name=Sentence(word.label),
                text=text.value,
                choices=spoken_list(list(word.choices.values())),
            )
        return Choice(value, word, text.span)

    def _call(self, node: Call) -> tuple[Node, Kind]:
        first, *rest = node.arguments
        if node.function == "if":
            condition, _ = self.expect(first, Kind.TRUTH)
            return self._alternatives(node, (condition,), rest)
        if node.function == "if_unknown":
            return self._alternatives(node, (), [first, *rest])
        if node.function == "one_of":
            return self._one_of(node, first, rest), Kind.TRUTH
        arguments = tuple(self.number(part) for part in node.arguments)
        if node.function == "nullif" and constant(arguments[1]) is None:
            # SQL's nullif(0, unknown) would be a known 0.
            raise self.fault(rest[0], "nullif 的第二项应为写明的数字，通常是 0")
        if node.function in _ROUNDING_TO and rest:
            self._divisor(rest[0], arguments[1])
        return Call(node.function, arguments, node.span), Kind.NUMBER

    def _alternatives(self, node: Call, before: tuple[Node, ...], parts: list[Node]) -> tuple[Node, Kind]:
        one, kind = self.expect(parts[0], Kind.NUMBER, Kind.TRUTH)
        other, _ = self.expect(parts[1], kind)
        return Call(node.function, (*before, one, other), node.span), kind

    def _one_of(self, node: Call, first: Node, rest: list[Node]) -> Call:
        asked, kind = self.visit(first)
        if kind is Kind.CHOICE and isinstance(asked, Name):
            choices = []
            for part in rest:
                if not isinstance(part, Text):
                    raise self.fault(part, "这里需要写在引号里的选项")
                choices.append(self._choice(part, asked.word))
            return Call("one_of", (asked, *choices), node.span)
        if kind is not Kind.NUMBER:
            raise self.fault(first, "one_of 的第一项应为数字或有选项的事实")
        return Call("one_of", (asked, *(self.number(part) for part in rest)), node.span)

    def _bands(self, node: Bands) -> Bands:
        rows = tuple((self.number(limit), self.number(value)) for limit, value in node.rows)
        reached: Decimal | None = None
        for limit, _ in rows:
            value = constant(limit)
            if value is not None and reached is not None and value <= reached:
                raise self.fault(limit, "各档的上限应从小到大")
            reached = reached if value is None else value
        return Bands(node.function, self.number(node.of), rows, self.number(node.beyond), node.span)

    def _members(self, node: Members) -> Members:
        if self._among_members:
            raise self.fault(node, "{function} 里面不能再写 {function}", function=node.function)
        self._among_members = True
        condition, _ = self.expect(node.condition, Kind.TRUTH)
        value = self.number(node.value)
        self._among_members = False
        return Members(node.function, condition, value, node.span)
