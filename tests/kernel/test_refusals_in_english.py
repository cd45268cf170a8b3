"""Every sentence and label of the kernel's pure modules has its English, with the same facts in it."""

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.kernel.clocks import Light, PeriodUnit
from backend.kernel.crypto import Suite
from backend.kernel.identifiers import (
    DisabilityCategory,
    DivisionLevel,
    InvalidIdentifier,
    NumberKind,
    PhoneKind,
    Sex,
    parse_disability_card,
    parse_id_number,
)
from backend.kernel.money import Rounding, RoundingUnit

KERNEL = Path(__file__).parents[2] / "backend" / "kernel"
ENGLISH: dict[str, str] = json.loads((KERNEL / "english.json").read_text("utf-8"))
MODULES = [KERNEL / f"{name}.py" for name in ("calendar", "clocks", "crypto", "money")]
MODULES += sorted((KERNEL / "identifiers").glob("*.py"))
REFUSALS = {"InvalidIdentifier", "InvalidMoney", "InvalidPeriod", "InvalidKey", "UnreadableCiphertext"}
NAMED = {"require_digits", "require_length", "require_length_between"}


def sentences(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS | NAMED:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield first.value
            elif isinstance(first, ast.Name) and first.id in constants:
                yield constants[first.id]
            else:
                # Inside the checks of `text.py` the name is handed through.
                assert isinstance(first, ast.Name), ast.dump(first)
                assert first.id == "name"


def facts(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field}


SENTENCES = sorted({text for path in MODULES for text in sentences(path)})


def test_the_sentences_are_found() -> None:
    assert len(SENTENCES) > 50


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_has_its_english_with_the_same_facts(text: str) -> None:
    assert facts(ENGLISH[text]) == facts(text)
    assert ENGLISH[text].isascii() or set(ENGLISH[text]) - set(string.printable) <= set("“”≤")


@pytest.mark.parametrize(
    "enum",
    [DisabilityCategory, DivisionLevel, Light, NumberKind, PeriodUnit, PhoneKind, Rounding, RoundingUnit, Sex, Suite],
)
def test_labels_have_their_english(enum: type[Sex]) -> None:
    assert not [label for label in enum.labels().values() if label not in ENGLISH]


def test_a_refusal_speaks_the_language_of_the_reader_down_to_its_parts() -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        parse_id_number("123")
    assert caught.value.said("en") == "ID number must have 15 or 18 characters, but has 3"
    assert caught.value.said("zh") == str(caught.value) == "身份证号应为15或18位，现为3位"
    with pytest.raises(InvalidIdentifier) as caught:
        parse_disability_card("11010519491231002142")
    assert caught.value.said("en").isascii() or "ID number: the check digit" in caught.value.said("en")
    assert not any("\u4e00" <= character <= "\u9fff" for character in caught.value.said("en"))
