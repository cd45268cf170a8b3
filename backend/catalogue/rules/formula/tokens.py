"""A formula's text cut into tokens. Full-width signs count as their plain ones; places stay those of the text."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from backend.catalogue.rules.faults import FormulaFault

MAX_CHARACTERS = 4000
MAX_TOKENS = 400
_PLAIN = str.maketrans("×÷−–“”„‘’＇、", "*/--\"\"\"''',")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_NAME = re.compile(r"[^\W\d]\w*")
_SIGN = re.compile(r"<=|>=|==|!=|<>|[-+*/%(),:<>=≤≥≠]")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_SAME = {"==": "=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}
_WORDS = {"与": "and", "且": "and", "并且": "and", "或": "or", "或者": "or", "非": "not", "不是": "not"}
_WORDS |= {"真": "true", "是": "true", "假": "false", "否": "false"}
MAX_WHOLE_DIGITS, MAX_DECIMALS = 12, 8


class TokenKind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    NAME = "name"
    TEXT = "text"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` is plain (half-width, English connectives), a quoted text is without its quotes."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def number(self) -> Decimal:
        """The value of a number."""
        return Decimal(self.text)


def tokens_of(text: str) -> list[Token]:
    """Cut; raise FormulaFault at the first character that cannot stand in a formula."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaFault("公式太长：最多 {most} 个字符，现有 {length} 个", most=MAX_CHARACTERS, length=len(text)).at(
            text, MAX_CHARACTERS, len(text)
        )
    plain = _plain(text)
    found, place = [], 0
    while place < len(plain):
        if plain[place].isspace():
            place += 1
            continue
        token = _token_at(text, plain, place)
        found.append(token)
        place = token.end
        if len(found) > MAX_TOKENS:
            raise FormulaFault("公式太长：最多 {most} 个数字、事实和符号", most=MAX_TOKENS).at(
                text, token.start, token.end
            )
    found.append(Token(TokenKind.END, "", len(text), len(text)))
    return found


def _plain(text: str) -> str:
    """Replace full-width characters one by one, so that every place stays what it was."""
    narrow = (unicodedata.normalize("NFKC", c) if unicodedata.east_asian_width(c) == "F" else c for c in text)
    return "".join(narrow).translate(_PLAIN)


def _token_at(text: str, plain: str, place: int) -> Token:
    if match := _NUMBER.match(plain, place):
        return _number(text, plain, match)
    if match := _NAME.match(plain, place):
        word = match.group()
        return Token(TokenKind.NAME, _WORDS.get(word, word), place, match.end())
    if match := _QUOTED.match(plain, place):
        # What stands in quotes is a label and keeps its own characters.
        return Token(TokenKind.TEXT, text[place + 1 : match.end() - 1], place, match.end())
    if match := _SIGN.match(plain, place):
        return Token(TokenKind.SIGN, _SAME.get(match.group(), match.group()), place, match.end())
    if plain[place] in "\"'":
        raise FormulaFault("引号没有成对").at(text, place, place + 1)
    raise FormulaFault("公式里不能使用“{sign}”", sign=text[place]).at(text, place, place + 1)


def _number(text: str, plain: str, match: "re.Match[str]") -> Token:
    end = match.end()
    whole, _, decimals = match.group().partition(".")
    if len(whole) > MAX_WHOLE_DIGITS or len(decimals) > MAX_DECIMALS:
        raise FormulaFault(
            "数字太长：整数最多 {whole} 位，小数最多 {decimals} 位", whole=MAX_WHOLE_DIGITS, decimals=MAX_DECIMALS
        ).at(text, match.start(), end)
    if following := _NAME.match(plain, end) or re.match(r"\.", plain[end : end + 1]):
        raise FormulaFault("数字后面紧跟了“{tail}”，中间缺少运算符或小数点有误", tail=following.group()).at(
            text, match.start(), end + len(following.group())
        )
    return Token(TokenKind.NUMBER, match.group(), match.start(), end)
