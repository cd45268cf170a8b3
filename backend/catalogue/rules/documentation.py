"""`docs/facts.md`: every word, operator and function, written from the vocabulary itself.

`python -m backend.catalogue.content` writes it anew; a test says when that was forgotten.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from backend.catalogue.rules.formula.functions import FUNCTIONS
from backend.catalogue.rules.tree.operators import operators_for
from backend.catalogue.rules.vocabulary import FactType, Source, UnitOf, Vocabulary, Word
from backend.kernel.i18n import say

DOCUMENT = Path(__file__).parents[3] / "docs" / "facts.md"
_HEAD = """# 事实清单 · Facts that rules and formulas may use

<!-- Written by `python -m backend.catalogue.content`; do not edit. -->

条件和公式只能使用下列词。中文名称和代码都可以写在公式里，例如 `低保标准 * 保障人数 - 家庭月收入`。
任何事实都可能未知；未知不等于零，也不等于“否”。

Rules and formulas know these words and nothing else; a formula may use the Chinese name or the code.
Every fact may be unknown. Unknown is neither zero nor “no”: a rule that needs it is undecided, an amount unknown.
"""
_TITLES = {
    UnitOf.HOUSEHOLD: "家庭的事实 · Facts of a household",
    UnitOf.PERSON: "个人的事实 · Facts of a person",
    UnitOf.CASE: "申请事项的事实 · Facts of a case (unknown in matching)",
    UnitOf.PARAMETER: "政策参数 · Parameters (dated, by area and residence)",
}


def facts_document(vocabulary: Vocabulary) -> str:
    """Return the whole document."""
    parts = [_HEAD]
    for unit, title in _TITLES.items():
        parts += [f"## {title}\n", *_table(vocabulary.of(unit)), ""]
    parts += ["## 比较方式 · Comparisons by type\n", "| 类型 | Type | 可用 |", "|---|---|---|"]
    parts += [_row([kind.label, kind.value, ", ".join(f"`{o}`" for o in operators_for(kind))]) for kind in FactType]
    parts += [
        "",
        "## 公式函数 · Functions of formulas\n",
        "| 函数 | 中文 | 例 | 含义 | Meaning |",
        "|---|---|---|---|---|",
    ]
    parts += [_row([f"`{f.name}`", f.label, f"`{f.example}`", f.meaning, say(f.meaning, "en")]) for f in FUNCTIONS]
    parts += ["", "## 数据来源 · Sources\n", "| 代码 | 来源 | Source |", "|---|---|---|"]
    parts += [_row([source.value, source.label, say(source.label, "en")]) for source in Source]
    return "\n".join(parts) + "\n"


def _table(words: Iterable[Word]) -> Iterator[str]:
    yield "| 代码 | 名称 | Name | 类型 | 单位 | 来源 | 含义 |"
    yield "|---|---|---|---|---|---|---|"
    for word in words:
        choices = "；选项：" + "、".join(f"{v} {label}" for v, label in word.choices.items()) if word.choices else ""
        sources = " ".join(source.value for source in word.source)
        meaning = f"{word.meaning}{choices}"
        yield _row([f"`{word.name}`", word.label, word.english, word.type.label, word.unit, sources, meaning])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
