"""Benefits in force and their history: who gets how much is what the rules themselves compute from the registry."""

from datetime import date

from sqlalchemy import BigInteger, Column, Date, MetaData, Numeric, String, Table, TextClause, literal, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.rules.evaluation import match
from backend.demo import answer_key
from backend.demo.months import HISTORY, month_ago, today
from backend.kernel.config import settings
from backend.matching.engine import catalogue_on, facts_of
from backend.registry.facts import facts_source

PROJECTS = ("A01", "A02", "A03", "A05", "A06", "A07")
DUE = Table(
    "demo_due",
    MetaData(),
    Column("household_id", BigInteger),
    Column("person_id", BigInteger),
    Column("project_code", String),
    Column("amount", Numeric),
    Column("since", Date),
)
_MAKE = """
CREATE TEMPORARY TABLE demo_due (
    household_id bigint, person_id bigint, project_code varchar, amount numeric, since date
) ON COMMIT DROP
"""
# The months in which a dated number changes, the first of the history beside them.
_TURNS = text("""
SELECT DISTINCT greatest(date_trunc('month', d)::date, CAST(:first AS date)) AS month
FROM (SELECT valid_from AS d FROM parameter UNION SELECT valid_to FROM parameter
      UNION SELECT CAST(:first AS date)) dates
WHERE d <= :today AND (d >= :first) ORDER BY 1
""")
# Who was recognised as what, since when and until when. `payable` says which projects a recognition opens; a quarter of
# those who could have 单人保 were never told of it (漏).
_RECOGNISED = text("""
CREATE TEMPORARY TABLE demo_recognised ON COMMIT DROP AS
SELECT s.household_id, CASE s.kind WHEN 'low_income' THEN 'single' ELSE s.kind END AS kind,
       date_trunc('month', min(s.valid_from))::date AS since,
       CASE WHEN s.kind <> 'low_income' THEN date_trunc('month', max(s.valid_to))::date END AS until
FROM person_status s
WHERE s.kind IN ('dibao', 'tekun', 'low_income')
GROUP BY s.household_id, s.kind
""")
# Who lives in an institution receives the same standard there (A04, which others decide): the rules evaluate A05 alone.
_INSTITUTION = text("""
INSERT INTO demo_due (household_id, person_id, project_code, amount, since)
SELECT h.id, p.id, 'A04', a.amount, a.since
FROM person_status s JOIN person p ON p.id = s.person_id JOIN household h ON h.id = s.household_id
JOIN (SELECT DISTINCT o.residence, d.since, d.amount FROM demo_due d JOIN household o ON o.id = d.household_id
      WHERE d.project_code = 'A05') a ON a.residence = h.residence
WHERE s.kind = 'tekun' AND p.in_institution
""")
_PAYABLE = """
CREATE TEMPORARY TABLE demo_payable (kind, project_code) ON COMMIT DROP AS
VALUES ('dibao', 'A01'), ('dibao', 'A02'), ('dibao', 'A07'), ('tekun', 'A04'), ('tekun', 'A05'), ('tekun', 'A06'),
    ('single', 'A03')
"""
# Every turn at which the amount changes ends a row and begins the next.
_IN_FORCE = text("""
WITH steps AS (
    SELECT d.household_id, d.person_id, d.project_code, d.amount,
           CASE WHEN d.since = :first THEN r.since ELSE greatest(r.since, d.since) END AS from_month,
           lead(d.since) OVER one AS next_turn, r.since AS begun
    FROM demo_due d
    JOIN demo_recognised r ON r.household_id = d.household_id AND r.until IS NULL
    JOIN demo_payable p ON p.kind = r.kind AND p.project_code = d.project_code
    WHERE r.kind <> 'single' OR d.household_id % 4 > 0
    WINDOW one AS (PARTITION BY d.household_id, d.person_id, d.project_code ORDER BY d.since)
), marked AS (
    SELECT *, lag(amount) OVER one IS DISTINCT FROM amount AS is_new
    FROM steps WHERE next_turn IS NULL OR next_turn > begun
    WINDOW one AS (PARTITION BY household_id, person_id, project_code ORDER BY from_month)
), numbered AS (
    SELECT household_id, person_id, project_code, amount, from_month,
           lead(from_month) OVER one AS next_from, lag(from_month) OVER one IS NULL AS is_first
    FROM marked WHERE is_new
    WINDOW one AS (PARTITION BY household_id, person_id, project_code ORDER BY from_month)
)
INSERT INTO entitlement (household_id, person_id, division_code, residence, project_code, monthly_amount, from_month,
    to_month, status, reason, payee_name, fund_book, expense_account, budget_subject)
SELECT n.household_id, n.person_id, h.division_code, h.residence, n.project_code, n.amount, n.from_month,
       (n.next_from - interval '1 month')::date, 'active',
       CASE WHEN n.is_first THEN '历史台账迁入' ELSE '标准调整' END, '', '', '', ''
FROM numbered n JOIN household h ON h.id = n.household_id
ORDER BY n.household_id, n.person_id, n.project_code, n.from_month
""")
# Paid, though the rules say no today: as it was granted when they earned less.
_RISEN = text("""
INSERT INTO entitlement (household_id, division_code, residence, project_code, monthly_amount, from_month, status,
    reason, payee_name, fund_book, expense_account, budget_subject)
SELECT h.id, h.division_code, h.residence, CASE h.residence WHEN 'urban' THEN 'A01' ELSE 'A02' END,
       ceil(h.member_count * 350), r.since, 'active', '历史台账迁入', '', '', '', ''
FROM demo_recognised r JOIN household h ON h.id = r.household_id
WHERE r.kind = 'dibao' AND r.until IS NULL AND h.status = 'active'
  AND NOT EXISTS (SELECT FROM entitlement e WHERE e.household_id = h.id AND e.project_code IN ('A01', 'A02'))
""")
_FORMER = text("""
INSERT INTO entitlement (household_id, division_code, residence, project_code, monthly_amount, from_month, to_month,
    status, reason, payee_name, fund_book, expense_account, budget_subject)
SELECT h.id, h.division_code, h.residence, CASE h.residence WHEN 'urban' THEN 'A01' ELSE 'A02' END,
       ceil(greatest(h.member_count, 1) * 310), r.since, (r.until - interval '1 month')::date, 'stopped',
       CASE h.status WHEN 'closed' THEN '死亡' WHEN 'moved' THEN '迁出本县'
                     ELSE (ARRAY['收入超过标准', '收入超过标准', '自愿退出'])[1 + h.id % 3] END, '', '', '', ''
FROM demo_recognised r JOIN household h ON h.id = r.household_id
WHERE r.kind = 'dibao' AND r.until IS NOT NULL AND r.until > r.since
""")
# Q3: recognised as both, and paid as both.
_BOTH = text("""
INSERT INTO entitlement (household_id, person_id, division_code, residence, project_code, monthly_amount, from_month,
    status, reason, payee_name, fund_book, expense_account, budget_subject)
SELECT h.id, s.person_id, h.division_code, h.residence, 'A05',
       (SELECT max(amount) FROM demo_due WHERE project_code = 'A05' AND since = :last), :month, 'active',
       '历史台账迁入', '', '', '', ''
FROM person_status s JOIN household h ON h.id = s.household_id
WHERE s.kind = 'tekun' AND EXISTS (SELECT FROM person_status d WHERE d.household_id = h.id AND d.kind = 'dibao')
""")
# Q4: nobody told of the death; the household is paid as it was before.
_STILL_PAID = text("""
UPDATE entitlement e SET monthly_amount = monthly_amount + 430
WHERE e.project_code IN ('A01', 'A02') AND e.to_month IS NULL AND e.status = 'active'
  AND EXISTS (SELECT FROM household_member m JOIN person p ON p.id = m.person_id
              WHERE m.household_id = e.household_id AND m.left_on IS NULL AND p.dead_on IS NOT NULL)
""")
# Q9: an amount that the version's rule does not give, untouched by the changes of the standard.
_WRONG_AMOUNT = text("""
UPDATE entitlement SET monthly_amount = monthly_amount + 120
WHERE id IN (
    SELECT e.id FROM entitlement e JOIN household h ON h.id = e.household_id
    WHERE e.project_code = 'A02' AND e.to_month IS NULL AND e.status = 'active' AND h.member_count = 2
      AND h.number <> ALL (:spoilt)
    ORDER BY e.id DESC LIMIT 3)
RETURNING household_id
""")
# Q6: the money goes to somebody who is no member of the household.
_WRONG_PAYEE = text("""
UPDATE entitlement e SET payee_person_id = other.head_person_id, payee_name = other.head_name
FROM (SELECT e.id, lead(h.id, 3) OVER (ORDER BY h.id) AS other_id, row_number() OVER (ORDER BY h.id) AS place
      FROM entitlement e JOIN household h ON h.id = e.household_id
      WHERE e.project_code = 'A02' AND e.to_month IS NULL AND e.status = 'active' AND h.member_count = 1
        AND h.number <> ALL (:spoilt)) chosen
JOIN household other ON other.id = chosen.other_id
WHERE e.id = chosen.id AND chosen.place <= 3
RETURNING e.household_id
""")
_TO_WHOM = text("""
UPDATE entitlement e SET
    payee_person_id = CASE WHEN p.birth_date < current_date - interval '18 years' THEN p.id ELSE whose.id END,
    payee_name = CASE WHEN p.birth_date < current_date - interval '18 years' THEN p.name ELSE whose.name END
FROM household h JOIN LATERAL (
    SELECT m.person_id AS id, q.name FROM household_member m JOIN person q ON q.id = m.person_id
    WHERE m.household_id = h.id ORDER BY m.relation <> 'head', m.id LIMIT 1) whose ON true, person p
WHERE h.id = e.household_id AND p.id = coalesce(e.person_id, whose.id)
""")
_BOOKED = text("""
UPDATE entitlement e SET version_id = v.id, fund_book = 'BK01',
    expense_account = coalesce(v.definition -> 'fund' -> 'account' ->> e.residence, '5003'),
    budget_subject = coalesce(v.definition -> 'fund' -> 'subject' ->> e.residence, '2082102')
FROM project r JOIN LATERAL (
    SELECT id, definition FROM project_version WHERE project_id = r.id AND status = 'published'
    ORDER BY number DESC LIMIT 1) v ON true
WHERE r.code = e.project_code
""")
_CHAIN = text("""
UPDATE entitlement e SET predecessor_id = b.id
FROM (SELECT id AS own, lag(id) OVER (PARTITION BY household_id, person_id, project_code ORDER BY from_month) AS id
      FROM entitlement) b
WHERE b.own = e.id AND b.id IS NOT NULL
""")
_SHOWN = text("""
INSERT INTO benefit (household_id, person_id, project_code, division_code, once, monthly_amount, from_month, to_month,
    status, reference)
SELECT household_id, person_id, project_code, division_code, false, monthly_amount, from_month,
       CASE WHEN status = 'stopped' THEN (to_month + interval '1 month')::date END,
       CASE status WHEN 'stopped' THEN 'ended' ELSE 'active' END, 'entitlement:' || id
FROM entitlement WHERE to_month IS NULL OR status = 'stopped'
""")


async def load(session: AsyncSession) -> None:
    """Entitle the households of the registry once."""
    if await session.scalar(text("SELECT 1 FROM entitlement LIMIT 1")):
        return
    first = month_ago(HISTORY)
    await session.execute(text(_MAKE))
    turns = await session.execute(_TURNS, {"first": first, "today": today()})
    last = first
    for last in turns.scalars().all():
        await _due_from(session, last)
    await session.execute(_INSTITUTION)
    await session.execute(_RECOGNISED)
    await session.execute(text(_PAYABLE))
    await session.execute(_IN_FORCE, {"first": first})
    await session.execute(_RISEN)
    await session.execute(_FORMER)
    await session.execute(_BOTH, {"month": month_ago(HISTORY - 4), "last": last})
    await session.execute(_STILL_PAID)
    await session.execute(_TO_WHOM)
    await _sow(session, "Q9", _WRONG_AMOUNT)
    await _sow(session, "Q6", _WRONG_PAYEE)
    for statement in (_BOOKED, _CHAIN, _SHOWN):
        await session.execute(statement)
    await session.execute(text("ANALYZE entitlement, benefit"))


async def _sow(session: AsyncSession, rule: str, statement: TextClause) -> None:
    """Spoil some benefits of households that nobody spoilt yet, and note which."""
    spoilt = [place["household"] for places in answer_key.read().values() for place in places]
    changed = (await session.execute(statement, {"spoilt": spoilt})).scalars().all()
    answer_key.add(rule, await answer_key.places_of(session, changed))


async def _due_from(session: AsyncSession, month: date) -> None:
    """Write what every project grants by the numbers of a month."""
    granted = (await catalogue_on(session, today())).of(PROJECTS)
    county = settings().county_code
    source = facts_source(today(), prefix=county)
    facts = facts_of(granted.words, today(), source, [county], numbers_on=month)
    due = match(granted.projects, facts).subquery("due")
    names = ("household_id", "person_id", "project_code", "amount")
    rows = select(*(due.c[name] for name in names), literal(month, Date())).where(due.c.amount > 0)
    await session.execute(DUE.insert().from_select([*names, "since"], rows))
