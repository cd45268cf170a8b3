"""Tokens become a tree: or, and, not, one comparison, sums, products, sign, and calls. Every part keeps its place."""

from decimal import Decimal

from backend.catalogue.rules.faults import FormulaFault, spoken_list
from backend.catalogue.rules.formula.functions import BANDED, BY_NAME, OVER_MEMBERS, Function
from backend.catalogue.rules.formula.nodes import (
    Arithmetic,
    Bands,
    Call,
    Compare,
    Logic,
    Members,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Span,
    Text,
    Truth,
)
from backend.catalogue.rules.formula.tokens import Token, TokenKind, tokens_of
from backend.catalogue.rules.vocabulary import Vocabulary

MAX_DEPTH = 24
COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")


def parse(text: str, vocabulary: Vocabulary) -> Node:
    """Return the tree; raise FormulaFault at the first place that cannot be understood."""
    return _Parser(text, vocabulary).whole()


class _Parser:
    """Reads left to right with one token of foresight."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._tokens = tokens_of(text)
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def whole(self) -> Node:
        if self._at_end():
            raise FormulaFault("公式是空的，请填写").at(self._text, 0, 0)
        node = self._either()
        if not self._at_end():
            raise self._fault("这里多出“{token}”，或前面缺少运算符", token=self._token.text)
        return node

    def _at_end(self) -> bool:
        return self._token.kind is TokenKind.END

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._token.kind in (TokenKind.SIGN, TokenKind.NAME) and self._token.text in texts

    def _expect(self, sign: str) -> Token:
        if not self._is(sign):
            if self._token.kind is TokenKind.END:
                raise self._fault("公式没有写完，缺少“{sign}”", sign=sign)
            raise self._fault("这里应为“{sign}”，现为“{token}”", sign=sign, token=self._token.text)
        return self._take()

    def _fault(self, template: str, **facts: str | int) -> FormulaFault:
        token = self._token
        return FormulaFault(template, **facts).at(self._text, token.start, token.end)

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault("嵌套太深：最多 {most} 层，请把公式拆开", most=MAX_DEPTH)
        node = self._both()
        while self._is("or"):
            self._take()
            right = self._both()
            node = Logic("or", node, right, _over(node, right))
        self._depth -= 1
        return node

    def _both(self) -> Node:
        node = self._negation()
        while self._is("and"):
            self._take()
            right = self._negation()
            node = Logic("and", node, right, _over(node, right))
        return node

    def _negation(self) -> Node:
        if not self._is("not"):
            return self._comparison()
        nots = []
        while self._is("not"):
            nots.append(self._take())
        node = self._comparison()
        for token in reversed(nots):
            node = Not(node, Span(token.start, node.span.end))
        return node

    def _comparison(self) -> Node:
        left = self._sum()
        if not self._is(*COMPARISONS):
            return left
        operator = self._take().text
        right = self._sum()
        if self._is(*COMPARISONS):
            raise self._fault("不能连续比较，请用 and 连接两个比较")
        return Compare(operator, left, right, _over(left, right))

    def _sum(self) -> Node:
        node = self._product()
        while self._is("+", "-"):
            operator = self._take().text
            right = self._product()
            node = Arithmetic(operator, node, right, _over(node, right))
        return node

    def _product(self) -> Node:
        node = self._signed()
        while self._is("*", "/"):
            operator = self._take().text
            right = self._signed()
            node = Arithmetic(operator, node, right, _over(node, right))
        return node

    def _signed(self) -> Node:
        signs = []
        while self._is("-", "+"):
            signs.append(self._take())
        if len(signs) > MAX_DEPTH:
            raise self._fault("嵌套太深：最多 {most} 层，请把公式拆开", most=MAX_DEPTH)
        node = self._atom()
        for token in reversed(signs):
            if token.text == "-":
                node = Negate(node, Span(token.start, node.span.end))
        return node

    def _atom(self) -> Node:
        token = self._token
        if token.kind is TokenKind.NUMBER:
            return self._number()
        if token.kind is TokenKind.TEXT:
            self._take()
            return Text(token.text, Span(token.start, token.end))
        if self._is("true", "false"):
            self._take()
            return Truth(token.text == "true", Span(token.start, token.end))
        if token.kind is TokenKind.NAME and token.text not in ("and", "or", "not"):
            self._take()
            return self._call(token) if self._is("(") else self._name(token)
        if self._is("("):
            self._take()
            node = self._either()
            self._expect(")")
            return node
        if token.kind is TokenKind.END:
            raise self._fault("公式没有写完，这里缺少数字、事实或括号")
        raise self._fault("“{token}”不能出现在这里，此处应为数字、事实或括号", token=token.text)

    def _number(self) -> Number:
        token = self._take()
        if self._is("%"):
            percent = self._take()
            return Number(token.number / 100, Span(token.start, percent.end))
        return Number(token.number, Span(token.start, token.end))

    def _name(self, token: Token) -> Name:
        word = self._vocabulary.find(token.text)
        if word is not None:
            return Name(word, Span(token.start, token.end))
        near = self._vocabulary.nearest(token.text)
        if token.text in BY_NAME:
            fault = FormulaFault("“{token}”是函数，后面要有括号", token=token.text)
        elif near:
            fault = FormulaFault(
                "没有“{token}”这个事实或参数，是否指：{near}？", token=token.text, near=spoken_list(near)
            )
        else:
            fault = FormulaFault("没有“{token}”这个事实或参数，请从事实清单中选择", token=token.text)
        raise fault.at(self._text, token.start, token.end)

    def _call(self, token: Token) -> Node:
        function = BY_NAME.get(token.text)
        if function is None:
            names = spoken_list([f.name for f in dict.fromkeys(BY_NAME.values())])
            raise FormulaFault("没有“{token}”这个函数，可用的有：{names}", token=token.text, names=names).at(
                self._text, token.start, token.end
            )
        self._expect("(")
        rows: list[tuple[Node, Node | None]] = []
        while not self._is(")"):
            if rows:
                self._expect(",")
            rows.append(self._argument(function))
        end = self._expect(")").end
        return self._built(function, rows, Span(token.start, end))

    def _argument(self, function: Function) -> tuple[Node, Node | None]:
        first = self._either()
        if not self._is(":"):
            return first, None
        if function.name not in BANDED:
            raise self._fault("“:”只用于 band 和 brackets")
        self._take()
        return first, self._either()

    def _built(self, function: Function, rows: list[tuple[Node, Node | None]], span: Span) -> Node:
        if not function.least <= len(rows) <= function.most:
            raise self._at(
                span,
                "“{function}”应有 {expected} 项，现有 {given} 项，例如 {example}",
                function=function.name,
                expected=str(function.least)
                if function.least == function.most
                else f"{function.least}–{function.most}",
                given=len(rows),
                example=function.example,
            )
        firsts = tuple(first for first, _ in rows)
        if function.name in BANDED:
            return self._bands(function, rows, span)
        if function.name in OVER_MEMBERS:
            value = firsts[1] if len(firsts) > 1 else Number(Decimal(1), span)
            return Members(function.name, firsts[0], value, span)
        return Call(function.name, firsts, span)

    def _bands(self, function: Function, rows: list[tuple[Node, Node | None]], span: Span) -> Bands:
        (of, none), *middle, (beyond, last) = rows
        inside = [(limit, value) for limit, value in middle if value is not None]
        if none is not None or last is not None or len(inside) != len(middle) or not inside:
            raise self._at(
                span,
                "“{function}”的写法是：先写被比较的数，再逐档写“上限: 值”，最后写超过各档时的值，例如 {example}",
                function=function.name,
                example=function.example,
            )
        return Bands(function.name, of, tuple(inside), beyond, span)

    def _at(self, span: Span, template: str, **facts: str | int) -> FormulaFault:
        return FormulaFault(template, **facts).at(self._text, span.start, span.end)


def _over(left: Node, right: Node) -> Span:
    return Span(left.span.start, right.span.end)
