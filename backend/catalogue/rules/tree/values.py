"""A value written in a rule, read as what the word on its left can be compared with."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.catalogue.rules.faults import RuleFault, spoken_list
from backend.catalogue.rules.tree.nodes import Value
from backend.catalogue.rules.vocabulary import NUMERIC, FactType, Word
from backend.kernel.refusals import Sentence

MAX_TEXT = 100
MAX_NUMBER = Decimal(10) ** 12


def literal_value(raw: Any, word: Word, path: str) -> Value:
    """Read a JSON value for this word; raise RuleFault that says what the word needs."""
    if raw is None or raw in ("", []):
        raise RuleFault("“{word}”没有填写比较值（条件 {path}）", path, word=Sentence(word.label))
    read = _READERS.get(word.type, _number)
    value = read(raw, word, path)
    if value is None:
        raise RuleFault(
            "“{word}”应与{expected}比较，不能是“{given}”（条件 {path}）",
            path,
            word=Sentence(word.label),
            expected=Sentence(_EXPECTED[word.type]),
            given=str(raw)[:MAX_TEXT],
        )
    return value


def is_number(text: str) -> bool:
    """Tell a number from what must be a formula."""
    try:
        Decimal(text.strip())
    except InvalidOperation:
        return False
    return True


def _number(raw: Any, word: Word, path: str) -> Decimal | None:
    del word, path
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        return None
    try:
        value = Decimal(str(raw).strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < MAX_NUMBER else None


def _truth(raw: Any, word: Word, path: str) -> bool | None:
    del word, path
    return raw if isinstance(raw, bool) else {"true": True, "false": False}.get(str(raw))


def _choice(raw: Any, word: Word, path: str) -> str | None:
    value = word.choice_of(raw) if isinstance(raw, str) else None
    if value is None:
        raise RuleFault(
            "“{word}”没有“{given}”这个选项，可选：{choices}（条件 {path}）",
            path,
            word=Sentence(word.label),
            given=str(raw)[:MAX_TEXT],
            choices=spoken_list(list(word.choices.values())),
        )
    return value


def _date(raw: Any, word: Word, path: str) -> date | None:
    del word, path
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(raw[:10]) if isinstance(raw, str) else None
    except ValueError:
        return None


def _text(raw: Any, word: Word, path: str) -> str | None:
    del word, path
    return raw if isinstance(raw, str) and len(raw) <= MAX_TEXT and "\x00" not in raw else None


_Reader = Callable[[Any, Word, str], Value | None]
_READERS: Mapping[FactType, _Reader] = {
    FactType.TRUTH: _truth,
    FactType.CHOICE: _choice,
    FactType.DATE: _date,
    FactType.TEXT: _text,
}
_EXPECTED = dict.fromkeys(NUMERIC, "数字") | {
    FactType.TRUTH: "“是”或“否”",
    FactType.CHOICE: "选项",
    FactType.DATE: "日期（如 2026-07-01）",
    FactType.TEXT: "不超过一百字的文本",
}
