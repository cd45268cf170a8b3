"""Write the passed households with set-based SQL; what is there by its natural key is only brought up to date."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.registry.importing.checking import words
from backend.registry.importing.columns import EXPENSES, FACTS, INCOMES

SOURCE = "名册导入"
_REFRESH_BATCH = 5_000
_TYPED = {"is_student": "boolean", "disability_level": "int"}
_CHOICES = {"nation"}


def _said(name: str) -> str:
    """Return the SQL of a person's fact as the row says it; null when it says nothing."""
    cell = f"r.cells ->> '{name}'"
    value = cell if name in _CHOICES else f"CAST(:words AS jsonb) -> '{name}' ->> ({cell})"
    return f"CAST({value} AS {_TYPED[name]})" if name in _TYPED else f"({value})"


_HEAD = "(CAST(:words AS jsonb) -> 'relation' ->> (r.cells ->> 'relation')) = 'head'"
_HERE = "r.import_id = :id AND r.passed"
_BORN = "coalesce(CAST(r.cells ->> '_born' AS date), roster_date(r.cells ->> 'birth_date'))"
_SEX = "coalesce(r.cells ->> '_sex', CAST(:words AS jsonb) -> 'sex' ->> (r.cells ->> 'sex'), '0')"
_ID_TYPE = "coalesce(CAST(:words AS jsonb) -> 'id_type' ->> (r.cells ->> 'id_type'), 'citizen')"
_ANY_INCOME = "r.cells ?| array[" + ", ".join(f"'{name}'" for name in INCOMES) + "]"
_ANY_EXPENSE = "r.cells ?| array[" + ", ".join(f"'{name}'" for name in EXPENSES) + "]"

_FIND = (
    f"""UPDATE roster_row r SET person_id = p.id FROM person p WHERE {_HERE} AND p.merged_into_id IS NULL
        AND p.id_number_index = r.id_number_index""",
    # A household is known by its head and the area; a head without a number by name and village.
    f"""UPDATE roster_row r SET household_id = found.household_id FROM (
        SELECT r.household_key, min(h.id) AS household_id FROM roster_row r
        JOIN household h ON h.status = 'active' AND h.division_code >= :low AND h.division_code < :high
         AND ((r.person_id IS NOT NULL AND h.head_person_id = r.person_id)
           OR (r.id_number_index IS NULL AND h.division_code = r.village AND h.head_name = r.cells ->> 'name'))
        WHERE {_HERE} AND {_HEAD} GROUP BY r.household_key) found
        WHERE {_HERE} AND r.household_key = found.household_key""",
    f"""UPDATE roster_row r SET person_id = p.id FROM household_member m JOIN person p ON p.id = m.person_id
        WHERE {_HERE} AND r.person_id IS NULL AND r.id_number_index IS NULL AND m.household_id = r.household_id
         AND m.left_on IS NULL AND p.id_number_index IS NULL AND p.name = r.cells ->> 'name'
         AND p.birth_date IS NOT DISTINCT FROM {_BORN}""",
    # Materialized: drawn once for each household, however the join is carried out.
    f"""WITH made AS MATERIALIZED (
        SELECT household_key, nextval(pg_get_serial_sequence('household', 'id')) AS household_id
        FROM (SELECT DISTINCT household_key FROM roster_row r WHERE {_HERE} AND r.household_id IS NULL) k)
        UPDATE roster_row r SET household_id = made.household_id FROM made
        WHERE {_HERE} AND r.household_key = made.household_key AND r.household_id IS NULL""",
    f"""UPDATE roster_row r SET person_id = nextval(pg_get_serial_sequence('person', 'id'))
        WHERE {_HERE} AND r.person_id IS NULL""",
)
_PERSONS = f"""INSERT INTO person (id, division_code, name, name_pinyin, id_type, sex, birth_date, id_number_cipher,
    id_number_index, id_number_masked, {", ".join(FACTS)})
    SELECT r.person_id, r.village, r.cells ->> 'name', r.name_pinyin, {_ID_TYPE}, {_SEX}, {_BORN}, r.id_number_cipher,
    r.id_number_index, r.id_number_masked, {", ".join(_said(name) for name in FACTS)}
    FROM roster_row r WHERE {_HERE} AND NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id)"""
_HOUSEHOLDS = f"""INSERT INTO household (id, number, division_code, residence, address, phone_cipher, phone_index,
    phone_masked, head_name, head_pinyin, member_names, member_count, income_declared, property_declared,
    expense_declared, status)
    SELECT r.household_id, household_number(left(r.village, 6)), r.village,
    coalesce(CAST(:words AS jsonb) -> 'residence' ->> (r.cells ->> 'residence'), 'rural'), r.cells ->> 'address',
    r.phone_cipher, r.phone_index, r.phone_masked, '', '', '', 0, false, false, false, 'active'
    FROM roster_row r WHERE {_HERE} AND {_HEAD}
    AND NOT EXISTS (SELECT 1 FROM household h WHERE h.id = r.household_id) ORDER BY r.line RETURNING id"""
_FACTS_NEW = ", ".join(f"coalesce({_said(name)}, p.{name})" for name in FACTS)
_FACTS_OLD = ", ".join(f"p.{name}" for name in FACTS)
# Each statement returns the households that it changed.
_CHANGES = (
    f"""WITH changed AS (UPDATE person p SET ({", ".join(FACTS)}) = ROW({_FACTS_NEW}), version = p.version + 1,
        updated_at = now() FROM roster_row r WHERE {_HERE} AND p.id = r.person_id AND p.division_code >= :low
        AND p.division_code < :high AND ({_FACTS_NEW}) IS DISTINCT FROM ({_FACTS_OLD}) RETURNING r.household_id)
        SELECT DISTINCT household_id FROM changed""",
    f"""WITH said AS (SELECT r.household_id, bool_or({_ANY_INCOME}) AS income, bool_or({_ANY_EXPENSE}) AS expense,
        max(r.cells ->> 'address') FILTER (WHERE {_HEAD}) AS address,
        max(CAST(:words AS jsonb) -> 'residence' ->> (r.cells ->> 'residence')) FILTER (WHERE {_HEAD}) AS residence,
        (array_agg(r.phone_index) FILTER (WHERE {_HEAD}))[1] AS phone_index,
        (array_agg(r.phone_cipher) FILTER (WHERE {_HEAD}))[1] AS phone_cipher,
        (array_agg(r.phone_masked) FILTER (WHERE {_HEAD}))[1] AS phone_masked
        FROM roster_row r WHERE {_HERE} GROUP BY r.household_id)
        UPDATE household h SET address = coalesce(s.address, h.address),
        residence = coalesce(s.residence, h.residence),
        income_declared = h.income_declared OR s.income, expense_declared = h.expense_declared OR s.expense,
        income_on = CASE WHEN s.income AND NOT h.income_declared THEN current_date ELSE h.income_on END,
        phone_cipher = CASE WHEN s.phone_index IS DISTINCT FROM h.phone_index AND s.phone_index IS NOT NULL
            THEN s.phone_cipher ELSE h.phone_cipher END,
        phone_masked = coalesce(s.phone_masked, h.phone_masked), phone_index = coalesce(s.phone_index, h.phone_index),
        version = h.version + 1, updated_at = now()
        FROM said s WHERE h.id = s.household_id AND (coalesce(s.address, h.address), coalesce(s.residence, h.residence),
        h.income_declared OR s.income, h.expense_declared OR s.expense, coalesce(s.phone_index, h.phone_index))
        IS DISTINCT FROM (h.address, h.residence, h.income_declared, h.expense_declared, h.phone_index)
        RETURNING h.id""",
    f"""INSERT INTO household_member (household_id, person_id, division_code, relation, included, insured, joined_on)
        SELECT r.household_id, r.person_id, r.village, CAST(:words AS jsonb) -> 'relation' ->> (r.cells ->> 'relation'),
        (CAST(:words AS jsonb) -> 'relation' ->> (r.cells ->> 'relation')) <> 'unrelated', true, current_date
        FROM roster_row r WHERE {_HERE} AND NOT EXISTS (SELECT 1 FROM household_member m
        WHERE m.household_id = r.household_id AND m.person_id = r.person_id AND m.left_on IS NULL)
        ORDER BY r.line RETURNING household_id""",
    f"""UPDATE household_member m SET relation = CAST(:words AS jsonb) -> 'relation' ->> (r.cells ->> 'relation'),
        version = m.version + 1, updated_at = now() FROM roster_row r WHERE {_HERE} AND m.household_id = r.household_id
        AND m.person_id = r.person_id AND m.left_on IS NULL
        AND m.relation <> (CAST(:words AS jsonb) -> 'relation' ->> (r.cells ->> 'relation'))
        RETURNING m.household_id""",
)


def _amounts(names: Any) -> str:
    listed = ", ".join(f"('{name}', '{kind}')" for name, kind in names)
    return f"""said AS (SELECT r.household_id, r.person_id, r.village, c.kind,
        roster_money(r.cells ->> c.name) AS amount FROM roster_row r CROSS JOIN (VALUES {listed}) AS c(name, kind)
        WHERE {_HERE} AND r.cells ? c.name)"""


def _items(table: str, kind: str, mark: str, names: Any, extra: str, extra_value: str) -> tuple[str, str]:
    """Return two statements: take away what an earlier roster said differently, then enter what is missing."""
    away = f"""WITH {_amounts(names)}
        DELETE FROM {table} i USING said s WHERE i.household_id = s.household_id AND i.person_id = s.person_id
        AND i.{kind} = s.kind AND i.{mark} = :source AND i.annual_amount <> s.amount RETURNING i.household_id"""
    enter = f"""WITH {_amounts(names)}
        INSERT INTO {table} (household_id, person_id, division_code, {kind}, annual_amount, {mark}{extra})
        SELECT s.household_id, s.person_id, s.village, s.kind, s.amount, :source{extra_value} FROM said s
        WHERE s.amount > 0 AND NOT EXISTS (SELECT 1 FROM {table} i WHERE i.household_id = s.household_id
        AND i.person_id = s.person_id AND i.{kind} = s.kind AND i.{mark} = :source) RETURNING household_id"""
    return away, enter


_INCOMES = _items(
    "income_item",
    "category",
    "source",
    [(name, name) for name in INCOMES],
    ", evidence, excluded",
    ", 'promise', false",
)
_EXPENSES = _items("expense_item", "kind", "note", EXPENSES.items(), "", "")


@dataclass(frozen=True, slots=True)
class Written:
    """What an import did to households."""

    created: int
    changed: int
    unchanged: int


async def write(session: AsyncSession, import_id: int, area: str) -> Written:
    """Enter or update the passed households in one transaction."""
    values = {"id": import_id, "words": words(), "low": area, "high": area + ":", "source": SOURCE}

    async def run(statement: str) -> Any:
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        for name in ("low", "high", "source"):
            statement = statement.replace(f":{name}", f"CAST(:{name} AS text)")
        return await session.execute(text(statement), wanted)

    await session.execute(text("SET LOCAL enable_nestloop = off"))
    for statement in _FIND:
        await run(statement)
    await session.execute(text("ANALYZE roster_row"))
    await run(_PERSONS)
    created = set((await run(_HOUSEHOLDS)).scalars())
    changed: set[int] = set()
    for statement in (*_CHANGES, *_INCOMES, *_EXPENSES):
        changed |= set((await run(statement)).scalars())
    everyone = set(
        (
            await session.execute(
                text("SELECT DISTINCT household_id FROM roster_row WHERE import_id = :id AND passed"), {"id": import_id}
            )
        ).scalars()
    )
    touched = sorted(created | changed)
    for start in range(0, len(touched), _REFRESH_BATCH):
        await session.execute(text("SELECT registry_refresh(:ids)"), {"ids": touched[start : start + _REFRESH_BATCH]})
    return Written(len(created), len(changed - created), len(everyone - created - changed))
