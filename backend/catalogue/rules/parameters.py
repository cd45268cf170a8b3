"""The parameters in force on a day, one row per area and residence, as rules read them beside the facts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    Date,
    FromClause,
    Numeric,
    String,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    values,
)
from sqlalchemy.dialects.postgresql import distinct_on

from backend.catalogue.rules.formula.compiling import Column
from backend.catalogue.rules.vocabulary import Word

RESIDENCES = ("rural", "urban")
# A number for both residences, or for one of them only.
WhatIf = Mapping[str | tuple[str, str], Decimal]


def parameters_in_force(
    rows: FromClause,
    words: Iterable[Word],
    as_of: date | Column,
    areas: Sequence[str | Column],
    what_if: WhatIf | None = None,
) -> CTE:
    """Return columns `area`, `residence` and one per word: the value of the nearest area, that of the residence first.

    `rows` has code, division_code, residence (NULL: both), value, valid_from, valid_to (first day out of force, or
    NULL). `areas` are the counties asked about. `what_if` replaces numbers in the answer and nowhere else.
    """
    day = literal(as_of, Date()) if isinstance(as_of, date) else as_of
    asked = _asked(areas)
    best = (
        select(asked.c.area, asked.c.residence, rows.c.code, cast(rows.c.value, Numeric()).label("value"))
        .select_from(asked.join(rows, _applies(rows, asked, day)))
        .ext(distinct_on(asked.c.area, asked.c.residence, rows.c.code))
        .order_by(
            asked.c.area,
            asked.c.residence,
            rows.c.code,
            func.length(rows.c.division_code).desc(),
            rows.c.residence.is_(None),
            rows.c.valid_from.desc(),
        )
        .subquery("best")
    )
    numbers = [_number(best, asked, word.name, what_if or {}).label(word.name) for word in words]
    return (
        select(asked.c.area, asked.c.residence, *numbers)
        .select_from(asked.outerjoin(best, and_(best.c.area == asked.c.area, best.c.residence == asked.c.residence)))
        .group_by(asked.c.area, asked.c.residence)
        .cte("parameters")
    )


def _asked(areas: Sequence[str | Column]) -> FromClause:
    named = [literal(area, String()) if isinstance(area, str) else area for area in areas]
    pairs = [(area, literal(residence, String())) for area in named for residence in RESIDENCES]
    return values(column("area", String()), column("residence", String()), name="asked").data(pairs)


def _applies(rows: FromClause, asked: FromClause, day: Column) -> Any:
    return and_(
        func.starts_with(asked.c.area, rows.c.division_code),
        or_(rows.c.residence.is_(None), rows.c.residence == asked.c.residence),
        rows.c.valid_from <= day,
        or_(rows.c.valid_to.is_(None), rows.c.valid_to > day),
    )


def _number(best: FromClause, asked: FromClause, name: str, what_if: WhatIf) -> Column:
    stored = func.max(best.c.value).filter(best.c.code == name)
    if name in what_if:
        return literal(what_if[name], Numeric())
    supposed = [
        (asked.c.residence == residence, literal(what_if[name, residence], Numeric()))
        for residence in RESIDENCES
        if (name, residence) in what_if
    ]
    return case(*supposed, else_=stored) if supposed else stored
