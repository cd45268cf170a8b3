"""The words a rule may use: facts of household, person and case, and dated parameters. Nothing else exists."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from backend.kernel.i18n import Language, say
from backend.kernel.labels import LabelledEnum

FACTS_FILE = Path(__file__).with_name("facts.yaml")


class FactType(LabelledEnum):
    """Decides which comparisons a word allows and how its value is written."""

    MONEY = "money", "金额"
    COUNT = "count", "个数"
    DECIMAL = "decimal", "小数"
    TRUTH = "truth", "是或否"
    CHOICE = "choice", "选项"
    DATE = "date", "日期"
    TEXT = "text", "文本"


NUMERIC = frozenset((FactType.MONEY, FactType.COUNT, FactType.DECIMAL))


class UnitOf(LabelledEnum):
    """Whose property a word is. Case facts are unknown outside a case; parameters belong to area and date."""

    HOUSEHOLD = "household", "家庭"
    PERSON = "person", "个人"
    CASE = "case", "申请事项"
    PARAMETER = "parameter", "政策参数"


class Source(LabelledEnum):
    """Where a fact comes from: the sharing sources of the verification platform, and our own records."""

    PS = "PS", "公安户籍"
    HY = "HY", "婚姻登记"
    SW = "SW", "死亡与殡葬"
    SB = "SB", "社保与养老"
    TX = "TX", "税务"
    MV = "MV", "车辆"
    RE = "RE", "不动产"
    MK = "MK", "市场主体登记"
    GJ = "GJ", "公积金"
    BK = "BK", "银行"
    IN = "IN", "保险"
    SC = "SC", "证券"
    PP = "PP", "非银行支付"
    CL = "CL", "残联"
    YB = "YB", "医保"
    JY = "JY", "学籍"
    XJ = "XJ", "监所"
    NY = "NY", "农业补贴与土地"
    FP = "FP", "防返贫监测"
    ML = "ML", "本系统救助记录"
    REGISTRY = "registry", "对象库登记与调查"
    SYSTEM = "system", "系统计算"
    POLICY = "policy", "政策文件"


@dataclass(frozen=True, slots=True)
class Word:
    """One fact or parameter. `positive` words are never zero, so a formula may divide by them."""

    name: str
    label: str
    type: FactType
    unit_of: UnitOf
    unit: str = ""
    source: tuple[Source, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict, compare=False)
    positive: bool = False
    meaning: str = field(default="", compare=False)

    @property
    def english(self) -> str:
        """The label in English."""
        return say(self.label, "en")

    def said(self, language: Language | None = None) -> str:
        """Return the label in a language, by default that of the request."""
        return say(self.label, language)

    def choice_of(self, text: object) -> str | None:
        """Return the stored value that a stored value or a label stands for, or None."""
        if text in self.choices:
            return str(text)
        return next((value for value, label in self.choices.items() if label == text), None)


class Vocabulary:
    """All words by name and by Chinese label; the fixed facts and the county's parameters."""

    def __init__(self, words: Iterable[Word]) -> None:
        """Refuse two words under one name or label, which would make a rule ambiguous."""
        self._words: dict[str, Word] = {}
        self._labels: dict[str, Word] = {}
        for word in words:
            if word.name in self._words or word.label in self._labels:
                raise ValueError(f"two words are called {word.name} or {word.label}")
            self._words[word.name] = word
            self._labels[word.label] = word
        if clash := self._words.keys() & self._labels.keys():
            raise ValueError(f"both name and label: {sorted(clash)}")

    def __iter__(self) -> Iterator[Word]:
        """Go through the words in the order of the documentation."""
        return iter(self._words.values())

    def __contains__(self, name: str) -> bool:
        """Tell whether a name or label is known."""
        return self.find(name) is not None

    def find(self, name: str) -> Word | None:
        """Return the word with this name or Chinese label."""
        return self._words.get(name) or self._labels.get(name)

    def __getitem__(self, name: str) -> Word:
        """Return the word with this name or label; for texts that were checked before."""
        word = self.find(name)
        if word is None:
            raise KeyError(name)
        return word

    def of(self, *units: UnitOf) -> tuple[Word, ...]:
        """Return the words about these units."""
        return tuple(word for word in self if word.unit_of in units)

    def nearest(self, name: str) -> list[str]:
        """Suggest up to three words that somebody may have meant."""
        by_name = get_close_matches(name, self._words, n=3, cutoff=0.6)
        by_label = get_close_matches(name, self._labels, n=3, cutoff=0.4)
        near = [f"{self._words[n].label}（{n}）" for n in by_name]
        near += [f"{label}（{self._labels[label].name}）" for label in by_label]
        return list(dict.fromkeys(near))[:3]


def parameter_word(
    name: str, label: str, type_: FactType, unit: str, *, positive: bool = False, meaning: str = ""
) -> Word:
    """Return the word of a parameter: made by the county, dated, and used in rules like a fact."""
    return Word(name, label, type_, UnitOf.PARAMETER, unit, (Source.POLICY,), {}, positive, meaning)


@cache
def fact_words() -> tuple[Word, ...]:
    """Return the fixed facts as documented in `facts.yaml`."""
    document = yaml.safe_load(FACTS_FILE.read_text("utf-8"))
    lists = document["choices"]
    return tuple(
        _fact(name, UnitOf(unit), line, lists)
        for unit in (UnitOf.HOUSEHOLD, UnitOf.CASE, UnitOf.PERSON)
        for name, line in document[unit.value].items()
    )


def _fact(name: str, unit_of: UnitOf, line: Mapping[str, Any], lists: Mapping[str, Mapping[str, str]]) -> Word:
    kind = FactType(line["type"])
    return Word(
        name=name,
        label=line["label"],
        type=kind,
        unit_of=unit_of,
        unit=line.get("unit", ""),
        source=tuple(Source(code) for code in line["source"].split()),
        choices=lists[line.get("choices", name)] if kind is FactType.CHOICE else {},
        positive=line.get("positive", False),
        meaning=line["meaning"],
    )
