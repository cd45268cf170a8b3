"""What a measure is. Each module keeps its own in `MEASURES`; add one there, and `python -m benchmarks <name>` runs it alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.county import County

Found = dict[str, Any]


@dataclass(frozen=True)
class Effort:
    """How much is asked: few and short rounds while working on something, more for the document."""

    quick: bool
    rows: int
    rounds: int
    requests: int
    connections: int = 4


@dataclass(frozen=True)
class Aim:
    """A number that was found, and the bound it is held to."""

    words: str
    found: float
    at_least: float | None = None
    at_most: float | None = None

    def line(self) -> str:
        """Return its line in the document's first table."""
        reached = (self.at_least is None or self.found >= self.at_least) and (
            self.at_most is None or self.found <= self.at_most
        )
        bound = f"≥ {self.at_least}" if self.at_least is not None else f"≤ {self.at_most}"
        return f"| {self.words} | {self.found} | {bound} | {'reached' if reached else '**missed**'} |"


def _no_aims(_: Found) -> list[Aim]:
    return []


@dataclass(frozen=True)
class Measure:
    """One measure: `run` returns what it found (plain JSON), `part` writes its chapter, `aims` its targets.

    `own_county`: it gets a database of its own, with the product's basics and nobody in it; otherwise it shares one with
    the measures around it, in their order. `hint` says in one line what running it takes.
    """

    name: str
    run: Callable[[County, Effort], Found]
    part: Callable[[Found], str]
    aims: Callable[[Found], list[Aim]] = _no_aims
    own_county: bool = True
    hint: str = ""


def table(heading: str, rows: list[str]) -> list[str]:
    """Return the lines of a table: `a | b`, then ready rows."""
    return [f"| {heading} |", "|" + "---|" * (heading.count("|") + 1), *rows, ""]


def table_of_sides(sides: Mapping[str, Any]) -> list[str]:
    """Return the usual table: rates, latencies, and the ratio to the first."""
    rows = [
        f"| {name} | {s['per_second']} | {s['median_ms']} | {s['p95_ms']} | {s['ratio']} |" for name, s in sides.items()
    ]
    return table(" | per second | median ms | p95 ms | ratio", rows)
