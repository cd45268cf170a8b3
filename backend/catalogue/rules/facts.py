"""Where the registry keeps the words: the one seam between rules as data and tables as they are.

The registry hands over one row per household, one row per member, and one row of parameters per residence and area.
A literal household, for examples and for what-ifs at the counter, is handed over in the same way.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Numeric,
    String,
    Text,
    cast,
    column,
    func,
    literal,
    null,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from backend.catalogue.rules.vocabulary import NUMERIC, FactType, UnitOf, Vocabulary, Word

Column = ColumnElement[Any]
# The day itself is a word of rules, and no column.
DAY_WORD = "as_of"
_SQL_TYPES: Mapping[FactType, TypeEngine[Any]] = {
    FactType.TRUTH: Boolean(),
    FactType.DATE: Date(),
    FactType.CHOICE: String(),
    FactType.TEXT: String(),
}


def sql_type(word: Word) -> TypeEngine[Any]:
    """Return the SQL type in which a word's column must come."""
    return Numeric() if word.type in NUMERIC else _SQL_TYPES[word.type]


@dataclass(frozen=True)
class Facts:
    """Everything a rule may read. `columns` maps each word to a column of one of the three sources.

    `household` has a row per household, `person` a row per member who counts, `parameters` at most one row per
    household by `parameters_on`. A word without column is refused, except case facts, which are unknown until
    `with_case` gives them. `as_of` is the day whose facts these are.
    """

    household: FromClause
    household_id: Column
    columns: Mapping[str, Column]
    as_of: date | Column
    parameters: FromClause | None = None
    parameters_on: Column | None = None
    person: FromClause | None = None
    person_id: Column | None = None
    person_household_id: Column | None = None
    case: Mapping[str, Any] = field(default_factory=dict)

    def with_case(self, values: Mapping[str, Any]) -> "Facts":
        """Return these facts with those of one application, as Python values by word."""
        return replace(self, case=dict(values))

    def column(self, word: Word) -> Column:
        """Return a word's column; raise LookupError if nobody supplies it."""
        if word.name in self.case:
            value = self.case[word.name]
            return cast(null() if value is None else literal(value, sql_type(word)), sql_type(word))
        if word.name == DAY_WORD:
            return literal(self.as_of, Date()) if isinstance(self.as_of, date) else self.as_of
        found = self.columns.get(word.name)
        if found is not None:
            return found
        if word.unit_of is UnitOf.CASE or (word.unit_of is UnitOf.PARAMETER and self.parameters is not None):
            # A parameter without any value on this day, or a question that only an application answers.
            return cast(null(), sql_type(word))
        raise LookupError(f"no column for {word.name}（{word.label}）")

    def missing(self, vocabulary: Vocabulary) -> list[str]:
        """Name the facts of household and person that these facts do not supply, for a test of the registry."""
        wanted = vocabulary.of(UnitOf.HOUSEHOLD, UnitOf.PERSON)
        return [word.name for word in wanted if word.name not in self.columns and word.name != DAY_WORD]


def facts_of_tables(
    vocabulary: Vocabulary,
    as_of: date | Column,
    household: FromClause,
    person: FromClause | None = None,
    parameters: FromClause | None = None,
    parameters_on: Column | None = None,
) -> Facts:
    """Take sources whose columns are called like the words, with `household_id` and `person_id` as keys."""
    sources = {
        UnitOf.HOUSEHOLD: household,
        UnitOf.CASE: household,
        UnitOf.PERSON: person,
        UnitOf.PARAMETER: parameters,
    }
    columns = {
        word.name: source.c[word.name]
        for word in vocabulary
        if (source := sources[word.unit_of]) is not None and word.name in source.c
    }
    return Facts(
        household=household,
        household_id=household.c.household_id,
        columns=columns,
        as_of=as_of,
        parameters=parameters,
        parameters_on=parameters_on,
        person=person,
        person_id=None if person is None else person.c.person_id,
        person_household_id=None if person is None else person.c.household_id,
    )


Row = Mapping[str, Any]


def literal_facts(
    vocabulary: Vocabulary,
    as_of: date,
    households: Sequence[Row],
    people: Sequence[Row],
    parameters: Row,
) -> Facts:
    """Make facts of Python values: rows by word with `household_id` and `person_id`; parameters the same for all."""
    household = _recordset("household", households, vocabulary.of(UnitOf.HOUSEHOLD, UnitOf.CASE), ("household_id",))
    person = _recordset("person", people, vocabulary.of(UnitOf.PERSON), ("household_id", "person_id"))
    values = _recordset("parameters", [parameters], vocabulary.of(UnitOf.PARAMETER), ())
    return facts_of_tables(vocabulary, as_of, household, person, values, true())


def _recordset(name: str, rows: Sequence[Row], words: Iterable[Word], keys: Sequence[str]) -> FromClause:
    """Return rows as a table of one bound JSON value, so that many words cost one parameter."""
    typed = {word.name: sql_type(word) for word in words if word.name != DAY_WORD}
    columns = [column(key, BigInteger()) for key in keys] + [column(n, t) for n, t in typed.items()]
    unknown = {key for row in rows for key in row} - {c.name for c in columns}
    if unknown:
        raise LookupError(f"not words of {name}: {sorted(unknown)}")
    document = json.dumps(rows, default=_as_json)
    return (
        func.jsonb_to_recordset(cast(literal(document, Text()), JSONB()))
        .table_valued(*columns, name=name)
        .render_derived(with_types=True)
    )


def _as_json(value: object) -> str:
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"{value!r} is no fact")
