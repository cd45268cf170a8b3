"""A generated county: households of all sizes and incomes, written by SQL so that thousands cost a second."""

import pytest
from sqlalchemy import text

from tests.conftest import committed

# Villages of towns 109 and 001, whose clerks the tests sign in as.
GENERATE = """
WITH villages AS (
  SELECT code, row_number() OVER (ORDER BY code) - 1 AS place
  FROM division WHERE level = 'village' AND (code LIKE '371623109%' OR code LIKE '371623001%')
), numbered AS (
  SELECT i, 1 + i % 5 AS size, (SELECT count(*) FROM villages) AS n FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS i
), homes AS (
  INSERT INTO household (number, division_code, residence, status, income_declared, property_declared,
    expense_declared, income_year, income_month, member_count, head_name, head_pinyin, member_names)
  SELECT 'T' || i, v.code, CASE WHEN i % 4 = 0 THEN 'urban' ELSE 'rural' END, 'active', i % 11 <> 0, i % 13 <> 0,
    i % 7 <> 0, CASE WHEN i % 11 <> 0 THEN (i * 7919) % 60000 END,
    CASE WHEN i % 11 <> 0 THEN round(((i * 7919) % 60000) / 12.0, 2) END, size, '户主' || i, '', ''
  FROM numbered JOIN villages v ON v.place = i % n
  RETURNING id, number, division_code
), people AS (
  INSERT INTO person (division_code, name, name_pinyin, id_type, sex, birth_date, health, disability_type,
    disability_level, labor_capacity, is_student)
  SELECT v.code, '成员' || i || '_' || k, '', 'citizen', CASE WHEN (i + k) % 2 = 0 THEN '1' ELSE '2' END,
    date '2026-01-01' - ((i * 37 + k * 7301) % 32000), CASE WHEN (i + k) % 17 = 0 THEN 'serious_illness' ELSE 'healthy' END,
    CASE WHEN (i + k) % 9 = 0 THEN 'intellectual' END, CASE WHEN (i + k) % 9 = 0 THEN 1 + (i + k) % 4 END,
    CASE WHEN (i + k) % 3 = 0 THEN 'full' END, (i + k) % 6 = 0
  FROM numbered JOIN villages v ON v.place = i % n, generate_series(1, size) AS k
  RETURNING id, name
)
INSERT INTO household_member (household_id, person_id, division_code, relation, included, insured, joined_on)
SELECT h.id, p.id, h.division_code, CASE WHEN split_part(p.name, '_', 2) = '1' THEN 'head' ELSE 'child' END,
  true, true, date '2020-01-01'
FROM people p JOIN homes h ON h.number = 'T' || substr(split_part(p.name, '_', 1), 3)
"""


async def generate(first: int, last: int) -> None:
    """Make households T<first> … T<last>."""
    async with committed() as session:
        await session.execute(text(GENERATE), {"first": first, "last": last})
        await session.execute(text("ANALYZE household, person, household_member"))


@pytest.fixture(scope="session")
async def county(app):
    """Two towns with 600 households; returns nothing, tests find households by number."""
    await generate(1, 600)
