"""Write households with set-based SQL; what is there by its natural key is only brought up to date.

A batch is copied into temporary tables, which carry the new ids from the start, so that no row is written twice.
"""

from dataclasses import dataclass, field
from typing import Any

from backend.registry.importing.columns import EXPENSES, FACTS, INCOMES
from backend.registry.importing.households import Batch, Fault

SOURCE = "名册导入"
_TYPES = {
    "line": "int", "home": "int", "birth_date": "date", "disability_level": "int", "is_student": "boolean",
    "number_index": "bytea", "number_cipher": "bytea", "phone_index": "bytea", "phone_cipher": "bytea",
} | dict.fromkeys((*INCOMES, *EXPENSES), "numeric(14, 2)")  # fmt: skip
_FIELDS = (
    "village", "residence", "address", "relation", "name", "name_pinyin", "id_type", "sex", "birth_date",
    "number_index", "number_cipher", "number_masked", "phone_index", "phone_cipher", "phone_masked",
    *FACTS, *INCOMES, *EXPENSES,
)  # fmt: skip
_COLUMNS = ("line", "home", *_FIELDS)
TABLES = (
    f"""CREATE TEMP TABLE entry ({", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _COLUMNS)},
        person_id bigint NOT NULL DEFAULT nextval('person_id_seq'), known boolean NOT NULL DEFAULT false)
        ON COMMIT DROP""",
    """CREATE TEMP TABLE home (home int NOT NULL, household_id bigint NOT NULL DEFAULT nextval('household_id_seq'),
        known boolean NOT NULL DEFAULT false, village text) ON COMMIT DROP""",
)
_PEOPLE = """UPDATE entry r SET person_id = p.id, known = true FROM person p
    WHERE p.id_number_index = r.number_index AND p.merged_into_id IS NULL
    RETURNING r.home, r.line, p.name <> r.name AS renamed, p.dead_on IS NOT NULL AS dead"""
# A household is known by its head and the area; a head without a number by name and village. The inner query is kept
# apart (OFFSET 0): within this transaction the tables have outgrown their statistics, and only the key leads to a row.
_HOMES = """UPDATE home SET household_id = found.id, known = true, village = found.division_code FROM (
    SELECT DISTINCT ON (home) * FROM (
    SELECT r.home, h.id, h.division_code FROM entry r CROSS JOIN LATERAL (SELECT id, division_code, status
     FROM household WHERE head_person_id = r.person_id OFFSET 0) h
    WHERE r.relation = 'head' AND r.known AND h.status = 'active' AND h.division_code >= $1 AND h.division_code < $2
    UNION ALL
    SELECT r.home, h.id, h.division_code FROM entry r CROSS JOIN LATERAL (SELECT id, division_code, status,
     head_name, head_person_id FROM household WHERE division_code = r.village AND head_pinyin = r.name_pinyin
     OFFSET 0) h JOIN person p ON p.id = h.head_person_id AND p.id_number_index IS NULL
    WHERE r.relation = 'head' AND r.number_index IS NULL AND h.status = 'active' AND h.head_name = r.name) each
    ORDER BY home, id) found
    WHERE home.home = found.home"""
_NUMBERLESS = """UPDATE entry r SET person_id = p.id, known = true FROM home o, household_member m, person p
    WHERE o.home = r.home AND o.known AND NOT r.known AND r.number_index IS NULL AND m.household_id = o.household_id
     AND m.left_on IS NULL AND p.id = m.person_id AND p.id_number_index IS NULL AND p.name = r.name
     AND p.birth_date IS NOT DISTINCT FROM r.birth_date"""
_PERSONS = f"""INSERT INTO person (id, division_code, name, name_pinyin, id_type, sex, birth_date, id_number_cipher,
    id_number_index, id_number_masked, {", ".join(FACTS)})
    SELECT person_id, village, name, name_pinyin, id_type, coalesce(sex, '0'), birth_date, number_cipher, number_index,
    number_masked, {", ".join(FACTS)} FROM entry WHERE NOT known"""
_EARNED = " + ".join(f"coalesce({name}, 0)" for name in INCOMES)
# A new household is written with its figures; `registry_refresh` would find the same (a test holds them together).
_HOUSEHOLDS = f"""WITH figures AS (
    SELECT home, count(*) FILTER (WHERE relation <> 'unrelated') AS n,
    ' ' || string_agg(name, ' ' ORDER BY relation <> 'head', line) || ' ' AS names,
    CASE WHEN sum(num_nonnulls({", ".join(INCOMES)})) > 0 THEN coalesce(sum({_EARNED})
        FILTER (WHERE relation <> 'unrelated'), 0) END AS year,
    sum(num_nonnulls({", ".join(EXPENSES)})) > 0 AS expenses FROM entry GROUP BY home)
    INSERT INTO household (id, number, division_code, residence, address, phone_cipher, phone_index, phone_masked,
    head_person_id, head_name, head_pinyin, member_names, member_count, income_declared, income_on, income_year,
    income_month, income_per_capita_month, property_declared, expense_declared, status)
    SELECT o.household_id, household_number(left(r.village, 6)), r.village, coalesce(r.residence, 'rural'), r.address,
    r.phone_cipher, r.phone_index, r.phone_masked, r.person_id, r.name, r.name_pinyin, f.names, f.n,
    f.year IS NOT NULL, CASE WHEN f.year IS NOT NULL THEN current_date END, f.year, round(f.year / 12, 2),
    CASE WHEN f.n > 0 THEN round(f.year / 12 / f.n, 2) END, false, f.expenses, 'active'
    FROM entry r JOIN home o ON o.home = r.home AND NOT o.known JOIN figures f ON f.home = r.home
    WHERE r.relation = 'head' ORDER BY r.line RETURNING id"""
_NEW_FACTS = ", ".join(f"coalesce(r.{name}, p.{name})" for name in FACTS)
_OLD_FACTS = ", ".join(f"p.{name}" for name in FACTS)
# Each statement returns the households that it changed.
_UPDATES = (
    f"""WITH changed AS (UPDATE person p SET ({", ".join(FACTS)}) = ROW({_NEW_FACTS}), version = p.version + 1,
        updated_at = now() FROM entry r WHERE r.known AND p.id = r.person_id AND p.division_code >= $1
        AND p.division_code < $2 AND ({_NEW_FACTS}) IS DISTINCT FROM ({_OLD_FACTS}) RETURNING r.home)
        SELECT DISTINCT o.household_id FROM changed c JOIN home o ON o.home = c.home""",
    f"""WITH said AS (SELECT home, bool_or(num_nonnulls({", ".join(INCOMES)}) > 0) AS income,
        bool_or(num_nonnulls({", ".join(EXPENSES)}) > 0) AS expense FROM entry GROUP BY home)
        UPDATE household h SET address = coalesce(r.address, h.address),
        residence = coalesce(r.residence, h.residence),
        income_declared = h.income_declared OR s.income, expense_declared = h.expense_declared OR s.expense,
        income_on = CASE WHEN s.income AND NOT h.income_declared THEN current_date ELSE h.income_on END,
        phone_cipher = CASE WHEN coalesce(r.phone_index, h.phone_index) IS DISTINCT FROM h.phone_index
            THEN r.phone_cipher ELSE h.phone_cipher END,
        phone_masked = coalesce(r.phone_masked, h.phone_masked), phone_index = coalesce(r.phone_index, h.phone_index)
        FROM said s JOIN home o ON o.home = s.home AND o.known JOIN entry r ON r.home = s.home AND r.relation = 'head'
        WHERE h.id = o.household_id AND (coalesce(r.address, h.address), coalesce(r.residence, h.residence),
        h.income_declared OR s.income, h.expense_declared OR s.expense, coalesce(r.phone_index, h.phone_index))
        IS DISTINCT FROM (h.address, h.residence, h.income_declared, h.expense_declared, h.phone_index)
        RETURNING h.id""",
    """UPDATE household_member m SET relation = r.relation, version = m.version + 1, updated_at = now()
        FROM entry r JOIN home o ON o.home = r.home AND o.known WHERE m.household_id = o.household_id
        AND m.person_id = r.person_id AND m.left_on IS NULL AND m.relation <> r.relation RETURNING m.household_id""",
)
_OF_KNOWN = "SELECT DISTINCT m.household_id FROM made m JOIN home o ON o.household_id = m.household_id AND o.known"
_MEMBERS = f"""WITH made AS (INSERT INTO household_member (household_id, person_id, division_code, relation, included,
    insured, joined_on) SELECT o.household_id, r.person_id, coalesce(o.village, r.village), r.relation,
    r.relation <> 'unrelated', true, current_date FROM entry r JOIN home o ON o.home = r.home
    WHERE NOT (o.known AND EXISTS (SELECT FROM household_member m WHERE m.household_id = o.household_id
    AND m.person_id = r.person_id AND m.left_on IS NULL)) ORDER BY r.line RETURNING household_id) {_OF_KNOWN}"""


def _amounts(names: dict[str, str]) -> str:
    listed = ", ".join(f"('{kind}', r.{name})" for name, kind in names.items())
    return f"""said AS (SELECT o.household_id, o.known, r.person_id, coalesce(o.village, r.village) AS village,
        c.kind, c.amount FROM entry r
        JOIN home o ON o.home = r.home CROSS JOIN LATERAL (VALUES {listed}) AS c(kind, amount)
        WHERE c.amount IS NOT NULL)"""


def _items(table: str, kind: str, mark: str, names: dict[str, str], extra: str, value: str) -> tuple[str, str]:
    """Return two statements: take away what an earlier roster said differently, then enter what is missing."""
    away = f"""WITH {_amounts(names)}
        DELETE FROM {table} i USING said s WHERE s.known AND i.household_id = s.household_id
        AND i.person_id = s.person_id AND i.{kind} = s.kind AND i.{mark} = '{SOURCE}' AND i.annual_amount <> s.amount
        RETURNING i.household_id"""
    enter = f"""WITH {_amounts(names)}, made AS (
        INSERT INTO {table} (household_id, person_id, division_code, {kind}, annual_amount, {mark}{extra})
        SELECT household_id, person_id, village, kind, amount, '{SOURCE}'{value} FROM said s
        WHERE amount > 0 AND NOT (known AND EXISTS (SELECT FROM {table} i WHERE i.household_id = s.household_id
        AND i.person_id = s.person_id AND i.{kind} = s.kind AND i.{mark} = '{SOURCE}')) RETURNING household_id)
        {_OF_KNOWN}"""
    return away, enter


_AWAY_INCOME, _INCOMES = _items(
    "income_item", "category", "source", {name: name for name in INCOMES}, ", evidence, excluded", ", 'promise', false",
)  # fmt: skip
_AWAY_EXPENSE, _EXPENSES = _items("expense_item", "kind", "note", EXPENSES, "", "")
RENAMED = "该证件号码已登记在另一姓名之下，请核对姓名和证件号码"
DEAD = "该人员已登记死亡，不能导入；如登记有误，请先更正"


@dataclass(slots=True)
class Written:
    """What an import does to households."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class Writer:
    """Writes batch after batch on one connection, inside its caller's transaction."""

    connection: Any
    import_id: int
    area: str
    written: Written = field(default_factory=Written)

    async def open(self) -> None:
        """Make the temporary tables."""
        for statement in TABLES:
            await self.connection.execute(statement)

    async def stage(self, batch: Batch) -> None:
        """Bring a batch to the database; households that contradict the registry are refused in it."""
        if not batch.homes:
            return
        await self._copy(batch)
        await self._recognise(batch)

    async def write(self, batch: Batch) -> None:
        """Write the households of the batch staged last."""
        if batch.homes:
            await self._write(len(batch.homes))

    async def _copy(self, batch: Batch) -> None:
        await self.connection.execute("TRUNCATE entry, home")
        lines = ((home, entry) for home, entries in batch.homes.items() for entry in entries)
        records = [(entry.line, home, *map(entry.values.get, _FIELDS)) for home, entry in lines]
        await self.connection.copy_records_to_table("entry", records=records, columns=_COLUMNS)

    async def _recognise(self, batch: Batch) -> None:
        """Find the persons and households that are there already."""
        wrong: dict[int, list[Fault]] = {}
        for row in await self.connection.fetch(_PEOPLE):
            if row["renamed"]:
                wrong.setdefault(row["home"], []).append((row["line"], "name", RENAMED))
            elif row["dead"]:
                wrong.setdefault(row["home"], []).append((row["line"], "id_number", DEAD))
        if wrong:
            for home, faults in wrong.items():
                batch.refuse(home, faults)
            await self.connection.execute("DELETE FROM entry WHERE home = ANY($1::int[])", list(wrong))
        await self.connection.copy_records_to_table("home", records=[(home,) for home in batch.homes], columns=["home"])
        await self.connection.execute(_HOMES, self.area, self.area + ":")
        await self.connection.execute(_NUMBERLESS)

    async def _write(self, homes: int) -> None:
        await self.connection.execute(_PERSONS)
        created = [row["id"] for row in await self.connection.fetch(_HOUSEHOLDS)]
        changed: set[int] = set()
        if len(created) < homes:
            changed |= await self._ids(_UPDATES[0], self.area, self.area + ":")
            for statement in (*_UPDATES[1:], _AWAY_INCOME, _AWAY_EXPENSE):
                changed |= await self._ids(statement)
        for statement in (_MEMBERS, _INCOMES, _EXPENSES):
            changed |= await self._ids(statement)
        if changed:
            touched = sorted(changed)
            await self.connection.execute("SELECT registry_refresh($1::bigint[])", touched)
            await self.connection.execute(
                "UPDATE household SET version = version + 1, updated_at = now() WHERE id = ANY($1::bigint[])", touched
            )
        await self._remember(created, changed)
        self.written.created += len(created)
        self.written.changed += len(changed)
        self.written.unchanged += homes - len(created) - len(changed)

    async def _ids(self, statement: str, *values: Any) -> set[int]:
        return {row[0] for row in await self.connection.fetch(statement, *values) if row[0] is not None}

    async def _remember(self, created: list[int], changed: set[int]) -> None:
        """Keep which households came from this roster: their history names it."""
        records = [(self.import_id, id_, True) for id_ in created] + [(self.import_id, id_, False) for id_ in changed]
        await self.connection.copy_records_to_table(
            "roster_household", records=records, columns=("import_id", "household_id", "created")
        )
