"""What a rule or formula cannot be, said in one sentence with its place."""

from collections.abc import Sequence
from typing import Self

from backend.kernel.refusals import Refused, Sentence


class RuleFault(Refused):
    """A condition cannot be understood. `path` leads to it: `1.2.1` is the first child of the root's second."""

    code = "rule_fault"

    def __init__(self, template: str, path: str, **facts: "str | int | Sentence") -> None:
        """Put the place before the sentence."""
        self.path = path
        super().__init__(template, path=path, **facts)


class FormulaFault(Refused):
    """A formula cannot be understood; line and column are 1-based, `marked` is the line with the place in 【】."""

    code = "formula_fault"

    def __init__(self, template: str, **facts: "str | int | Sentence") -> None:
        """Start without a place; `at` gives it."""
        self.line = self.column = self.end_column = 1
        self.start = self.end = 0
        self.marked = ""
        super().__init__(template, **facts)

    def at(self, text: str, start: int, end: int) -> Self:
        """Name the place: characters `start` to `end` of `text`."""
        start = min(start, len(text))
        end = max(min(end, len(text)), start)
        self.start, self.end = start, end
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        self.line = text.count("\n", 0, start) + 1
        self.column = start - line_start + 1
        self.end_column = min(end, line_end) - line_start + 1
        inside = min(end, line_end)
        self.marked = f"{text[line_start:start]}【{text[start:inside]}】{text[inside:line_end]}"
        return self


def spoken_list(names: Sequence[str]) -> str:
    """Join names as a sentence does."""
    return "、".join(names)
