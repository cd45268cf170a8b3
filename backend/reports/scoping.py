"""Which places a statement may count: the reader's areas, as ranges of the index; nothing without an area."""

from dataclasses import dataclass, field
from typing import Any

from backend.kernel.actor import Reach


@dataclass(slots=True)
class Places:
    """Areas as bound values; `condition` may be asked for several columns of one statement."""

    prefixes: tuple[str, ...]
    name: str = "area"
    values: dict[str, Any] = field(default_factory=dict)

    def condition(self, column: str) -> str:
        """Return SQL that holds for rows inside the areas; false without any."""
        if not self.prefixes:
            return "false"
        parts = []
        for i, prefix in enumerate(self.prefixes):
            low, high = f"{self.name}_from_{i}", f"{self.name}_to_{i}"
            self.values |= {low: prefix, high: prefix + ":"}
            parts.append(f'({column} COLLATE "C" >= :{low} AND {column} COLLATE "C" < :{high})')
        return f"({' OR '.join(parts)})"


def places_of(reach: Reach, division_code: str | None, name: str = "area") -> Places:
    """Return the asked place if it lies in reach, else the part of the reach that lies in it; no place asks for all."""
    if division_code is None:
        return Places(reach.prefixes, name)
    if reach.covers(division_code):
        return Places((division_code,), name)
    return Places(tuple(prefix for prefix in reach.prefixes if prefix.startswith(division_code)), name)
