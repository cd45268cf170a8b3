"""What an application form answers: checked against the project's own questions, the account number taken out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.catalogue.rules.vocabulary import Vocabulary
from backend.kernel.errors import InvalidInput, invalid
from backend.kernel.i18n import say
from backend.kernel.identifiers import InvalidIdentifier, mask_card, parse_account_number

HOLDER, NUMBER, BANK = "account_holder", "account_number", "account_bank"
"""Names of the questions that tell where the money goes."""
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """Where the money is to go, as the application says; it never stands in the case."""

    number: str
    holder: str | None
    bank: str | None


def choices_of(words: Vocabulary, field: Mapping[str, Any]) -> dict[str, str]:
    """Return a question's choices: its own, or those of the fact that it answers."""
    options = dict(field.get("options") or {})
    word = words.find(str(field["fact"])) if not options and field.get("fact") else None
    return options or dict(word.choices if word else {})


def checked(fields: list[dict[str, Any]], form: Answers, words: Vocabulary) -> Answers:
    """Return the answers given; refuse what is missing, unknown or of the wrong kind, each by its title and place.

    An application without any answer is taken as it is: the window may register first and ask afterwards.
    """
    given = {name: answer for name, answer in form.items() if answer not in (None, "", [])}
    if not given:
        return {}
    faults = [(f"form.{name}", sentence) for name, sentence in _faults(fields, given, words)]
    if faults:
        raise InvalidInput().at(*faults)
    return given


def _faults(fields: list[dict[str, Any]], given: Answers, words: Vocabulary) -> Iterator[tuple[str, str]]:
    known = {str(field["name"]) for field in fields}
    for name in given:
        if name not in known:
            yield name, say("本项目的申请表没有“{name}”这一项，请删去", name=name)
    for field in fields:
        name, label = str(field["name"]), say(str(field["label"]))
        if name not in given:
            if field.get("required"):
                yield name, say("“{label}”为必填项，请填写", label=label)
        elif not _fits(field, given[name], choices_of(words, field)):
            yield name, say("“{label}”填写的内容不符合要求，请按提示重新填写", label=label)


def _fits(field: Mapping[str, Any], answer: Any, options: Mapping[str, str]) -> bool:
    judge = _KINDS.get(str(field.get("type")), _is_text)
    return judge(answer, options)


def _is_text(answer: Any, options: Mapping[str, str]) -> bool:
    del options
    return isinstance(answer, str)


def _number(answer: Any) -> bool:
    if isinstance(answer, bool):
        return False
    try:
        return Decimal(str(answer)).is_finite()
    except InvalidOperation:
        return False


def _day(answer: str) -> bool:
    try:
        date.fromisoformat(answer)
    except ValueError:
        return False
    return True


_KINDS: dict[str, Callable[[Any, Mapping[str, str]], bool]] = {
    "number": lambda answer, _: _number(answer),
    "money": lambda answer, _: _number(answer),
    "date": lambda answer, _: isinstance(answer, str) and _day(answer),
    "truth": lambda answer, _: isinstance(answer, bool),
    "choice": lambda answer, options: str(answer) in options,
    "choices": lambda answer, options: isinstance(answer, list) and {str(part) for part in answer} <= set(options),
    "file": lambda answer, _: isinstance(answer, int | list),
}


def without_account(form: Answers) -> tuple[Answers, Account | None]:
    """Return the answers with the account number masked, and the account apart."""
    if not form.get(NUMBER):
        return form, None
    try:
        number = parse_account_number(str(form[NUMBER]))
    except InvalidIdentifier as refusal:
        raise invalid(f"form.{NUMBER}", refusal.said()) from None
    return form | {NUMBER: mask_card(number)}, Account(number, form.get(HOLDER), form.get(BANK))


def shown(form: Answers) -> Answers:
    """Return the answers as anybody may read them: an application of an older release still held the number."""
    return form | {NUMBER: mask_card(str(form[NUMBER]))} if form.get(NUMBER) else form
