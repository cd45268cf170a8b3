"""The facts of one area, gathered once and laid down for every statement that reads them.

Temporary tables, because they carry statistics: the facts join eight tables and aggregate five of them, and a plan that
guesses their sizes (after a bulk load, say, before autovacuum has come by) may loop over them for minutes. Gathered
once, they are read by the match, by the explanations and by both sides of a what-if, on one connection of their own.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from sqlalchemy import ColumnClause, Select, TableClause, cast, column, null, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.visitors import iterate

from backend.catalogue.rules.evaluation import Project
from backend.catalogue.rules.facts import DAY_WORD, Facts, sql_type
from backend.catalogue.rules.formula import Formula
from backend.catalogue.rules.formula.nodes import words_of
from backend.catalogue.rules.parameters import WhatIf
from backend.catalogue.rules.tree.nodes import conditions_of
from backend.catalogue.rules.vocabulary import UnitOf, Word
from backend.kernel.db import database, unit_of_work
from backend.matching.engine import Catalogue, beside_parameters, sql_text
from backend.registry.facts import FactsSource, household_rows, person_rows

HOUSEHOLDS, PERSONS = "household_sheet", "person_sheet"
HOUSEHOLD_KEYS = ("household_id", "division_code")
PERSON_KEYS = ("household_id", "person_id")
# For one connection; enough to sort and hash a county without files.
WORK_MEM = "64MB"


@asynccontextmanager
async def own_connection() -> AsyncIterator[AsyncConnection]:
    """Lend a connection that keeps temporary tables from one transaction to the next, and clear them away."""
    async with database.engine.connect() as connection:
        try:
            async with unit_of_work(connection) as session:
                await session.execute(text(f"SET work_mem = '{WORK_MEM}'"))
            yield connection
        except BaseException:
            # Whatever went wrong, this connection does not return to the others with its tables.
            await connection.invalidate()
            raise
        async with unit_of_work(connection) as session:
            await session.execute(text("RESET work_mem"))
            await session.execute(text("DISCARD TEMPORARY"))


class Sheets:
    """The facts of an area on a day, as far as some projects ask for them.

    Works inside a unit of work on its connection, which must have begun: what it writes is committed there.
    """

    def __init__(self, connection: AsyncConnection, granted: Catalogue, area: str, also: Sequence[str] = ()) -> None:
        """`also` names words of households that are asked for beside the projects'."""
        self._connection = connection
        self._also = also
        self._granted = granted
        self._area = area
        self._source: FactsSource | None = None

    async def lay_down(self) -> None:
        """Gather the facts, in place of those of an area before."""
        words = self._granted.words
        used = used_words(self._granted.projects) | {name: words[name] for name in self._also}
        people = person_rows(self._granted.as_of, self._area)
        households = household_rows(self._granted.as_of, self._area, _table_of(PERSONS, people))
        read = {c.name for c in iterate(households) if isinstance(c, ColumnClause) and _lies_in(c, PERSONS)}
        persons = await self.keep(PERSONS, _needed(people, used, PERSON_KEYS, read), *PERSON_KEYS)
        rows = household_rows(self._granted.as_of, self._area, persons)
        kept = await self.keep(HOUSEHOLDS, _needed(rows, used, HOUSEHOLD_KEYS), *HOUSEHOLD_KEYS)
        self._source = FactsSource(self._granted.as_of, kept, persons)

    def facts(self, areas: Sequence[str], what_if: WhatIf | None = None, numbers_on: date | None = None) -> Facts:
        """Return the facts beside the parameters; a word that was not laid down is refused, not unknown."""
        if self._source is None:
            raise TypeError("lay_down() was not called")
        return beside_parameters(
            self._granted.words, self._granted.as_of, self._source, areas, what_if=what_if, numbers_on=numbers_on
        )

    def text(self, statement: Any) -> str:
        """Return a statement over the sheets as SQL text."""
        return sql_text(self._connection, statement)

    async def keep(self, name: str, rows: Any, *keys: str) -> TableClause:
        """Run a SELECT into a temporary table, with an index on its first key and statistics on all."""
        connection = self._connection
        await connection.exec_driver_sql(f"DROP TABLE IF EXISTS pg_temp.{name}")
        await connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} AS {sql_text(connection, rows)}")
        # For the explanations, which look for some hundred households among a county's.
        await connection.exec_driver_sql(f"CREATE INDEX ON {name} ({keys[0]})")
        await connection.exec_driver_sql(f"ANALYZE {name} ({', '.join(keys)})")
        return _table_of(name, rows)


def used_words(projects: Sequence[Project]) -> dict[str, Word]:
    """Return every word of household and person that rules and formulas ask for."""
    found: list[Word] = []
    for project in projects:
        formulas = [project.amount] if project.amount else []
        for condition in conditions_of(project.rule.root):
            found.append(condition.word)
            found += [side for side in condition.sides if isinstance(side, Word)]
            formulas += [side for side in condition.sides if isinstance(side, Formula)]
        for formula in formulas:
            found += words_of(formula.node)
    return {word.name: word for word in found if word.unit_of in (UnitOf.HOUSEHOLD, UnitOf.PERSON)}


def _lies_in(found: ColumnClause[Any], name: str) -> bool:
    return getattr(found.table, "name", None) == name


def _table_of(name: str, rows: Any) -> TableClause:
    return table(name, *(column(c.name, c.type) for c in rows.selected_columns))


def _needed(
    rows: Select[Any], used: Mapping[str, Word], keys: Sequence[str], read: Collection[str] = ()
) -> Select[Any]:
    """Keep the keys, what was asked for, and what others read; a word the registry does not supply is unknown."""
    unit = UnitOf.PERSON if "person_id" in keys else UnitOf.HOUSEHOLD
    gathered = rows.subquery("gathered")
    wanted = dict.fromkeys([*keys, "residence", *used, *sorted(read)])
    kept = [gathered.c[name] for name in wanted if name in gathered.c]
    absent = [w for w in used.values() if w.unit_of is unit and w.name not in gathered.c and w.name != DAY_WORD]
    return select(*kept, *(cast(null(), sql_type(word)).label(word.name) for word in absent))
