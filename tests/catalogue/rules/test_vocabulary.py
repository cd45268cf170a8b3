"""The vocabulary is documented, spoken in both languages, and agrees with the registry's code lists."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.catalogue.content import shipped_vocabulary
from backend.catalogue.rules import faults
from backend.catalogue.rules.documentation import DOCUMENT, facts_document
from backend.catalogue.rules.formula.functions import FUNCTIONS
from backend.catalogue.rules.tree.operators import OPERATORS, operators_for
from backend.catalogue.rules.vocabulary import FactType, Source, UnitOf, Vocabulary, Word, fact_words
from backend.kernel.i18n import english
from backend.kernel.identifiers import Sex
from backend.kernel.labels import LabelledEnum
from backend.registry import codes

RULES = Path(faults.__file__).parent
WORDS = list(shipped_vocabulary())
REFUSALS = {"RuleFault", "FormulaFault", "ExampleFault", "Sentence", "fault", "_fault", "_at"}


def test_the_document_of_facts_is_up_to_date() -> None:
    written = facts_document(shipped_vocabulary())
    assert DOCUMENT.read_text("utf-8") == written, "run: python -m backend.catalogue.content"
    assert all(f"`{word.name}`" in written for word in WORDS)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_a_word_can_be_written_in_a_formula_and_read_in_both_languages(word: Word) -> None:
    assert word.label.isidentifier()
    assert word.name.isidentifier()
    assert word.meaning
    assert word.english.isascii()
    texts = [word.label, word.meaning, *word.choices.values(), *([word.unit] if word.unit else [])]
    assert [text for text in texts if text not in english()] == []
    assert len(word.unit) <= 20
    assert (word.type is FactType.CHOICE) == bool(word.choices)


@pytest.mark.parametrize(
    ("word", "enum", "without"),
    [
        ("residence", codes.Residence, ()),
        ("relation", codes.Relation, ()),
        ("marital_status", codes.Marital, ()),
        ("health", codes.Health, ()),
        ("disability_type", codes.DisabilityType, ()),
        ("labor_capacity", codes.LaborCapacity, ()),
        ("self_care_level", codes.SelfCare, ()),
        ("education_stage", codes.StudentStage, ()),
        ("income_evidence", codes.Evidence, ()),
        ("dibao_class", codes.ReviewClass, ()),
        ("sex", Sex, ("0", "9")),
    ],
)
def test_choices_are_those_of_the_registry(word: str, enum: type[LabelledEnum], without: tuple[str, ...]) -> None:
    stored = {value: label for value, label in enum.labels().items() if value not in without}
    assert dict(shipped_vocabulary()[word].choices) == stored


def test_a_word_is_found_by_name_and_by_label() -> None:
    words = shipped_vocabulary()
    assert words["income_month"] is words["家庭月收入"]
    assert "salary" not in words
    with pytest.raises(KeyError):
        words["salary"]


def test_two_words_of_one_name_or_label_are_refused() -> None:
    with pytest.raises(ValueError, match="two words"):
        Vocabulary([*fact_words(), fact_words()[3]])
    clash = Word("x", "income_month", FactType.MONEY, UnitOf.PARAMETER)
    with pytest.raises(ValueError, match="both name and label"):
        Vocabulary([*fact_words(), clash])


def test_every_type_has_comparisons() -> None:
    assert all(len(operators_for(kind)) >= 4 for kind in FactType)


def sentences() -> Iterator[str]:
    for path in RULES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in REFUSALS:
                    for argument in node.args:
                        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                            yield argument.value
    for operator in OPERATORS.values():
        yield operator.says
        yield from operator.says_by_type.values()
    yield from (function.meaning for function in FUNCTIONS)
    yield from (member.label for enum in (FactType, UnitOf, Source) for member in enum)


SENTENCES = sorted({text for text in sentences() if any("\u4e00" <= c <= "\u9fff" for c in text)})


def facts_in(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field}


def test_the_sentences_are_found() -> None:
    assert len(SENTENCES) > 110


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_has_its_english_with_the_same_facts(text: str) -> None:
    assert facts_in(english()[text]) == facts_in(text)
    assert set(english()[text]) - set(string.printable) <= set("“”–")
