"""A county's people for the matching benchmark: 460,000 with incomes, holdings, expenses, statuses and benefits.

Made by SQL from the row's number, so that every run measures the same county. Shares follow a rural county: a tenth of
the people live below half of the usual income, 6 % are disabled, 3 % are seriously ill, one household in eight never
declared something, one benefit in seven is wrong on purpose.
"""

import asyncpg

PEOPLE = 460_000
# Members per household average 2.7.
_PER_HOUSEHOLD = 2.7
_TABLES = (
    "household",
    "person",
    "household_member",
    "income_item",
    "deduction_item",
    "property_item",
    "expense_item",
    "person_status",
    "benefit",
)
_STEPS = (
    """CREATE TEMP TABLE home AS
    WITH village AS (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place FROM division WHERE length(code) = 15)
    SELECT n, v.code AS division_code, (ARRAY[1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 1, 2, 5, 5])[1 + n % 20] AS size,
        CASE WHEN n % 6 = 0 THEN 'urban' ELSE 'rural' END AS residence, n % 13 <> 5 AS income_declared,
        n % 11 <> 3 AS property_declared, n % 7 <> 2 AS expense_declared,
        (CASE WHEN n % 10 = 0 THEN n * 48271 % 850 WHEN n % 10 < 4 THEN 700 + n * 48271 % 900
            ELSE 1500 + n * 48271 % 3500 END)::numeric(14, 2) + (n % 100) / 100.0 AS income
    FROM generate_series(1, $1::bigint) n JOIN village v ON v.place = n * 7919 % (SELECT count(*) FROM village)""",
    """INSERT INTO household (number, division_code, residence, head_name, head_pinyin, member_names, member_count,
        income_declared, property_declared, expense_declared, income_year, income_month, income_per_capita_month,
        property_result, housing_grade, status, created_at)
    OVERRIDING SYSTEM VALUE SELECT 'P' || lpad(n::text, 9, '0'), division_code, residence, '户主' || n, 'huzhu', ' 户主' || n || ' ',
        size, income_declared, property_declared, expense_declared,
        CASE WHEN income_declared THEN income * 12 * size END, CASE WHEN income_declared THEN income * size END,
        CASE WHEN income_declared THEN income END,
        CASE n % 9 WHEN 0 THEN 'pass' WHEN 1 THEN 'fail_hard' WHEN 2 THEN 'exempted' END,
        CASE n % 40 WHEN 0 THEN 'D' WHEN 1 THEN 'C' END, CASE WHEN n % 50 = 49 THEN 'closed' ELSE 'active' END, now()
    FROM home ORDER BY division_code, n""",
    "CREATE TEMP TABLE kept AS SELECT h.id, home.* FROM household h JOIN home ON h.number = 'P' || lpad(home.n::text, 9, '0')",
    "ANALYZE kept",
    """CREATE TEMP TABLE born AS
    SELECT nextval(pg_get_serial_sequence('person', 'id')) AS id, kept.id AS household_id, kept.n, k, kept.division_code,
        CASE WHEN k = 1 THEN 22 + n * 31 % 70 WHEN k = 2 THEN 20 + n * 37 % 66 ELSE (n * 41 + k * 7) % 40 END AS age,
        (n * 5 + k) AS seed
    FROM kept, generate_series(1, kept.size) k ORDER BY kept.id, k""",
    """INSERT INTO person (id, name, name_pinyin, id_type, id_number_masked, sex, birth_date, dead_on, division_code, health,
        disability_type, disability_level, labor_capacity, self_care, is_student, student_stage, has_support_obligor,
        obligor_able, in_institution, job_refusals)
    OVERRIDING SYSTEM VALUE SELECT id, '成员' || n || '号' || k, 'chengyuan', 'citizen', '3716**********' || lpad((seed % 10000)::text, 4, '0'),
        (1 + seed % 2)::text, date '2026-06-01' - (age * 365.25)::int - (seed % 365)::int,
        CASE WHEN seed % 400 = 7 THEN date '2026-03-11' END, division_code,
        CASE WHEN seed % 33 = 0 THEN 'serious_illness' WHEN seed % 5 = 0 THEN 'chronic' ELSE 'healthy' END,
        CASE WHEN seed % 17 = 3 THEN (ARRAY['physical', 'intellectual', 'mental', 'sight', 'hearing'])[1 + seed / 17 % 5] END,
        CASE WHEN seed % 17 = 3 THEN 1 + seed / 85 % 4 END,
        CASE WHEN age >= 75 THEN 'lost' WHEN seed % 6 = 0 THEN 'partial' WHEN age >= 18 THEN 'full' END,
        CASE WHEN age >= 60 AND seed % 3 = 0 THEN (ARRAY['full', 'partial', 'none'])[1 + seed % 7 % 3] END,
        age BETWEEN 6 AND 21, CASE WHEN age BETWEEN 6 AND 11 THEN 'primary' WHEN age BETWEEN 12 AND 14 THEN 'junior'
            WHEN age BETWEEN 15 AND 17 THEN 'senior' WHEN age BETWEEN 18 AND 21 THEN 'university' END,
        CASE WHEN age >= 60 THEN seed % 9 <> 0 END, CASE WHEN age >= 60 AND seed % 9 <> 0 THEN seed % 12 <> 0 END,
        age >= 70 AND seed % 71 = 0, CASE WHEN seed % 900 = 0 THEN 3 END
    FROM born ORDER BY id""",
    """INSERT INTO household_member (household_id, person_id, division_code, relation, included, insured, joined_on, left_on)
    SELECT household_id, id, division_code, CASE k WHEN 1 THEN 'head' WHEN 2 THEN 'spouse' ELSE 'child' END,
        seed % 150 <> 1, seed % 90 <> 1, date '2020-01-01', CASE WHEN seed % 250 = 9 THEN date '2026-01-20' END
    FROM born ORDER BY household_id, k""",
    # Registered in a second household as well: every two-hundredth.
    """INSERT INTO household_member (household_id, person_id, division_code, relation, included, insured, joined_on)
    SELECT other.id, born.id, other.division_code, 'child', true, true, date '2024-01-01'
    FROM born JOIN kept other ON other.n = born.n + 1 WHERE born.seed % 200 = 11 ORDER BY other.id""",
    """INSERT INTO income_item (household_id, person_id, division_code, category, annual_amount, evidence, excluded)
    SELECT kept.id, born.id, kept.division_code, part.category, part.share * income * 12 * size,
        (ARRAY['verified', 'receipt', 'promise', 'imputed'])[1 + kept.n % 4], false
    FROM kept JOIN born ON born.household_id = kept.id AND born.k = 1
    CROSS JOIN (VALUES ('wage', 0.6), ('transfer', 0.4)) part (category, share) WHERE income_declared ORDER BY kept.id""",
    """INSERT INTO income_item (household_id, division_code, category, annual_amount, evidence, excluded, exclude_reason)
    SELECT id, division_code, 'transfer', 2400, 'verified', true, 'basic_pension' FROM kept WHERE n % 8 = 0 ORDER BY id""",
    """INSERT INTO property_item (household_id, division_code, kind, quantity, value, exempt)
    SELECT id, division_code, part.kind, part.quantity, part.value, part.kind = 'vehicle' AND n % 4 = 0
    FROM kept CROSS JOIN LATERAL (VALUES ('deposit', 1, n * 977 % 60000), ('house', 1 + (n % 12 = 0)::int, 80000),
        ('vehicle', (n % 6 = 0)::int, 30000), ('company', (n % 60 = 0)::int, 10000)) part (kind, quantity, value)
    WHERE property_declared AND quantity > 0 ORDER BY id""",
    """INSERT INTO expense_item (household_id, division_code, kind, annual_amount, insured_amount)
    SELECT id, division_code, part.kind, part.paid, part.back
    FROM kept CROSS JOIN LATERAL (VALUES ('medical', n * 331 % 40000, n * 331 % 40000 / 2), ('education', n * 17 % 9000, 0)) part (kind, paid, back)
    WHERE expense_declared AND n % 3 = 0 ORDER BY id""",
    """INSERT INTO deduction_item (household_id, division_code, kind, annual_amount, evidence)
    SELECT id, division_code, 'employment_cost', 600, 'promise' FROM kept WHERE n % 15 = 0 ORDER BY id""",
    """INSERT INTO person_status (person_id, household_id, division_code, kind, valid_from, valid_to, amount)
    SELECT born.id, born.household_id, born.division_code, part.kind, date '2024-01-01', part.until, part.amount
    FROM born JOIN kept USING (n) CROSS JOIN LATERAL (VALUES
        ('dibao', n % 10 = 0 AND n % 3 = 0, NULL::date, 400.00), ('tekun', age >= 60 AND seed % 63 = 0, NULL, NULL),
        ('low_income', n % 10 = 1 AND n % 4 = 0, date '2027-01-01', NULL), ('rigid_expense', n % 97 = 0, NULL, NULL),
        ('disabled', seed % 17 = 3, NULL, NULL), ('imprisoned', seed % 3001 = 5, NULL, NULL)) part (kind, holds, until, amount)
    WHERE part.holds ORDER BY born.id""",
    # In the demo's terms of 2026: 862 yuan rural, 1,094 urban. One in seven differs, the rich ones are wrong at once.
    """INSERT INTO benefit (household_id, division_code, project_code, once, monthly_amount, from_month, status)
    SELECT id, division_code, CASE residence WHEN 'urban' THEN 'A01' ELSE 'A02' END, false,
        greatest(ceil((CASE residence WHEN 'urban' THEN 1094 ELSE 862 END - income) * size), 50) + (n % 7 = 0)::int * 30,
        date '2025-03-01', 'active'
    FROM kept WHERE income_declared AND ((n % 10 = 0 AND n % 3 = 0) OR n % 331 = 0) ORDER BY id""",
    """INSERT INTO benefit (household_id, person_id, division_code, project_code, once, monthly_amount, from_month, status)
    SELECT household_id, id, division_code, 'A05', false, 1131, date '2025-03-01', 'active'
    FROM born WHERE age >= 60 AND seed % 63 = 0 ORDER BY household_id""",
    # Paid in two households, paid after death, paid two that exclude each other.
    """INSERT INTO benefit (household_id, person_id, division_code, project_code, once, monthly_amount, from_month, status)
    SELECT m.household_id, born.id, m.division_code, 'A03', false, 862, date '2025-03-01', 'active'
    FROM born JOIN household_member m ON m.person_id = born.id
    WHERE seed % 1000 = 11 OR seed % 2000 = 7 OR (n % 330 = 0 AND k = 1) ORDER BY m.household_id""",
    """INSERT INTO benefit (household_id, division_code, project_code, once, monthly_amount, from_month, status)
    SELECT id, division_code, 'C03', true, 2000, date '2026-02-01', 'ended' FROM kept WHERE n % 97 = 0 ORDER BY id""",
)


async def settle(connection: asyncpg.Connection, people: int = PEOPLE) -> int:
    """Fill an empty registry with this many people, give or take a household; return how many there are."""
    await connection.execute("SET work_mem = '128MB'")
    first, *others = _STEPS
    await connection.execute(first.replace("$1", str(int(people / _PER_HOUSEHOLD))))
    for step in others:
        await connection.execute(step)
    for table in _TABLES:
        await connection.execute(f"VACUUM (ANALYZE) {table}")
    await connection.execute("RESET work_mem")
    return int(await connection.fetchval("SELECT count(*) FROM person"))
