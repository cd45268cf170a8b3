"""What a domain tells the inbox: one select per kind of waiting thing, all with the same columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DateTime, Double, Interval, Select, Text, case, cast, func, literal, null

from backend.kernel.actor import Actor
from backend.kernel.clocks import Light

COLUMNS = ("kind", "id", "title", "step", "division_code", "since", "due_at", "light")
Columns = tuple[Any, ...]
Source = Callable[[Actor], Select[Any] | None]
_AMBER, _RED = 0.60, 0.85


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of waiting thing: its words, and the select for an actor (None: nothing of it can wait for them)."""

    code: str
    label: str
    source: Source


_kinds: dict[str, Kind] = {}


def register(code: str, label: str, source: Source) -> None:
    """Let a domain's things appear in the inbox."""
    _kinds[code] = Kind(code, label, source)


def kinds() -> Mapping[str, Kind]:
    """Return every kind by its code."""
    return _kinds


def waiting(kind: str, *, key: Any, title: Any, step: Any, place: Any, since: Any, due: Any, light: Any) -> Columns:
    """Return the columns of a source, in the order and with the types that all sources share."""
    return (
        cast(literal(kind), Text).label("kind"),
        key.label("id"),
        cast(title, Text).label("title"),
        cast(step, Text).label("step"),
        cast(place, Text).label("division_code"),
        cast(since, DateTime(timezone=True)).label("since"),
        cast(due, DateTime(timezone=True)).label("due_at"),
        cast(light, Text).label("light"),
    )


def light_of(since: Any, due: Any) -> Any:
    """Return the colour of a clock on wall time, derived when asked; null without a due date."""
    now, window = func.now(), (due - since).op("*", precedence=8, return_type=Interval())
    return case(
        (due.is_(None), null()),
        (due < now, literal(Light.OVERDUE.value)),
        (since + window(literal(_RED, Double)) <= now, literal(Light.RED.value)),
        (since + window(literal(_AMBER, Double)) <= now, literal(Light.AMBER.value)),
        else_=literal(Light.GREEN.value),
    )
