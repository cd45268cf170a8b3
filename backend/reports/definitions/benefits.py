"""Monthly benefits: households, persons and money at the end of the period, by project."""

from backend.kernel.identifiers import Sex
from backend.payments.permissions import PaymentPermission
from backend.reports.definition import PROJECT, PROJECT_NAME, Column, Report, share

# 特困供养 has a report of its own (DOMAIN §9.1 R02, §2.1 A04-A06); any other monthly project is in R01.
SUPPORTED = "('A04', 'A05', 'A06')"

_WOMAN = f"b.sex = '{Sex.FEMALE.value}'"

_BASE = """
    WITH living AS (
        SELECT e.* FROM entitlement e
        WHERE {{area:e.division_code}} AND e.project_code {which}
          AND e.from_month <= :month AND (e.to_month IS NULL OR e.to_month >= :month)
    ), people AS (
        SELECT DISTINCT ON (l.project_code, p.id) l.division_code, l.project_code, l.residence, p.id, p.sex,
               p.birth_date, p.disability_level, p.health, p.labor_capacity, p.self_care, p.in_institution,
               p.disability_type
        FROM living l
        JOIN household_member m ON m.household_id = l.household_id AND m.included AND m.insured
         AND m.joined_on < :until AND (m.left_on IS NULL OR m.left_on >= :until)
         AND (l.person_id IS NULL OR l.person_id = m.person_id)
        JOIN person p ON p.id = m.person_id AND (p.dead_on IS NULL OR p.dead_on >= :until)
        ORDER BY l.project_code, p.id
    )
    SELECT division_code, project_code, residence, 'household' AS what, household_id AS key, monthly_amount AS amount,
           NULL::text AS sex, NULL::int AS age, NULL::int AS level, NULL::text AS health, NULL::text AS labor,
           NULL::text AS care, NULL::boolean AS institution, NULL::text AS disability
    FROM living
    UNION ALL
    SELECT division_code, project_code, residence, 'person', id, NULL, sex,
           extract(year FROM age(CAST(:until AS date) - 1, birth_date))::int, disability_level, health,
           labor_capacity, self_care, in_institution, disability_type
    FROM people
    UNION ALL
    SELECT e.division_code, e.project_code, e.residence, 'started', e.id,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM entitlement e
    WHERE {{area:e.division_code}} AND e.project_code {which} AND e.predecessor_id IS NULL
      AND e.from_month >= :start AND e.from_month < :until AND (e.to_month IS NULL OR e.to_month >= e.from_month)
    UNION ALL
    SELECT e.division_code, e.project_code, e.residence, 'ended', e.id,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM entitlement e
    WHERE {{area:e.division_code}} AND e.project_code {which} AND e.to_month >= e.from_month
      AND e.to_month + interval '1 month' >= :start AND e.to_month + interval '1 month' < :until
      AND NOT EXISTS (SELECT 1 FROM entitlement n WHERE n.predecessor_id = e.id)
    UNION ALL
    SELECT l.division_code, l.project_code, l.residence, 'paid', l.id, l.amount,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM payment_line l
    WHERE {{area:l.division_code}} AND l.project_code {which} AND l.status = 'paid' AND l.entitlement_id IS NOT NULL
      AND l.period >= :start AND l.period < :until
"""
RESIDENCE = Column("residence", "城乡", "b.residence", "text", group=True, labels={"rural": "农村", "urban": "城镇"})


def count(what: str, condition: str = "true") -> str:
    """Count different keys of one kind of base row."""
    return f"count(DISTINCT b.key) FILTER (WHERE b.what = '{what}' AND {condition})"


def total(what: str) -> str:
    """Add the amounts of one kind of base row."""
    return f"coalesce(sum(b.amount) FILTER (WHERE b.what = '{what}'), 0)"


_COMMON = (
    Column("households", "户数", count("household")),
    Column("persons", "人数", count("person")),
)
_MONEY = (
    Column("started", "新增（户次）", count("started")),
    Column("ended", "退出（户次）", count("ended")),
    Column("monthly", "月保障金额", total("household"), "money"),
    Column("paid", "实发金额", total("paid"), "money"),
)

R01 = Report(
    code="R01",
    title="低保及按月救助月报",
    note="期末在保户数、人数和结构，本期新增、退出和实发金额；人均补助＝实发金额÷人数",
    by_month=True,
    needs=PaymentPermission.ENTITLEMENT_READ,
    base=_BASE.format(which=f"NOT IN {SUPPORTED}"),
    columns=(
        PROJECT,
        PROJECT_NAME,
        RESIDENCE,
        *_COMMON,
        Column("women", "女性", count("person", _WOMAN)),
        Column("elderly", "60岁及以上", count("person", "b.age >= 60")),
        Column("minors", "未成年人", count("person", "b.age < 18")),
        Column("severe", "重度残疾", count("person", "b.level <= 2")),
        Column("ill", "重病", count("person", "b.health = 'serious_illness'")),
        Column("capable", "有劳动能力", count("person", "b.labor IN ('full', 'partial')")),
        *_MONEY,
        Column("per_person", "人均补助", f"round({total('paid')} / nullif({count('person')}, 0), 2)", "money"),
    ),
)
R02 = Report(
    code="R02",
    title="特困供养月报",
    note="期末特困人员按供养方式、自理能力和年龄的结构，本期新增、退出和支出",
    by_month=True,
    needs=PaymentPermission.ENTITLEMENT_READ,
    base=_BASE.format(which=f"IN {SUPPORTED}"),
    columns=(
        PROJECT,
        PROJECT_NAME,
        RESIDENCE,
        *_COMMON,
        Column("institution", "集中供养", count("person", "b.institution")),
        Column("full_care", "全自理", count("person", "b.care = 'full'")),
        Column("half_care", "半护理", count("person", "b.care = 'partial'")),
        Column("no_care", "全护理", count("person", "b.care = 'none'")),
        Column("care_unknown", "自理能力未评估", count("person", "b.care IS NULL")),
        Column("under_16", "16岁以下", count("person", "b.age < 16")),
        Column("from_16", "16至59岁", count("person", "b.age BETWEEN 16 AND 59")),
        Column("from_60", "60至79岁", count("person", "b.age BETWEEN 60 AND 79")),
        Column("from_80", "80岁及以上", count("person", "b.age >= 80")),
        Column("women", "女性", count("person", _WOMAN)),
        Column("severe", "重度残疾", count("person", "b.level <= 2")),
        Column("mental", "精神残疾", count("person", "b.disability = 'mental'")),
        *_MONEY,
        Column(
            "half_share",
            "失能半失能占比",
            share(count("person", "b.care IN ('partial', 'none')"), count("person", "b.care IS NOT NULL")),
            "percent",
        ),
    ),
)
