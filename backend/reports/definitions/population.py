"""The low-income population by class and by distance from the standard; special aid beside those who need it."""

from backend.registry.codes import StatusKind
from backend.registry.permissions import RegistryPermission
from backend.reports.definition import Column, Report, share
from backend.reports.definitions.benefits import RESIDENCE, SUPPORTED

# 低收入人口 (DOMAIN §1.7): recognised by a status in the registry, or by a benefit in force.
_CLASSES = (
    StatusKind.DIBAO,
    StatusKind.TEKUN,
    StatusKind.MONITORED,
    StatusKind.LOW_INCOME,
    StatusKind.RIGID_EXPENSE,
)
_KINDS = "(" + ", ".join(f"'{kind.value}'" for kind in _CLASSES) + ")"
_LOW = f"""
    SELECT DISTINCT ON (c.person_id, c.kind)
           c.person_id, c.kind, h.id AS household_id, h.division_code, h.residence, h.income_per_capita_month,
           h.housing_grade, c.valid_to
    FROM (
        SELECT s.person_id, s.kind, s.household_id, s.valid_to
        FROM person_status s
        WHERE {{area:s.division_code}} AND s.kind IN {_KINDS}
          AND s.valid_from < :until AND (s.valid_to IS NULL OR s.valid_to >= :until)
        UNION ALL
        SELECT m.person_id, CASE WHEN e.project_code IN {SUPPORTED} THEN 'tekun' ELSE 'dibao' END, e.household_id, NULL
        FROM entitlement e
        JOIN household_member m ON m.household_id = e.household_id AND m.included AND m.insured
         AND m.joined_on < :until AND (m.left_on IS NULL OR m.left_on >= :until)
         AND (e.person_id IS NULL OR e.person_id = m.person_id)
        WHERE {{area:e.division_code}} AND e.project_code IN ('A01', 'A02', 'A03', 'A04', 'A05', 'A06')
          AND e.from_month <= :month AND (e.to_month IS NULL OR e.to_month >= :month)
    ) c
    JOIN LATERAL (
        SELECT coalesce(c.household_id, (
            SELECT m.household_id FROM household_member m
            WHERE m.person_id = c.person_id AND m.joined_on < :until AND (m.left_on IS NULL OR m.left_on >= :until)
            ORDER BY m.id LIMIT 1)) AS id
    ) home ON true
    JOIN household h ON h.id = home.id AND {{area:h.division_code}}
    JOIN person p ON p.id = c.person_id AND p.merged_into_id IS NULL AND (p.dead_on IS NULL OR p.dead_on >= :until)
    ORDER BY c.person_id, c.kind, c.valid_to DESC NULLS FIRST
"""
_PERSON = "count(DISTINCT b.person_id) FILTER (WHERE {0})"


def _persons(condition: str) -> str:
    return _PERSON.format(condition)


def _band(low: str, high: str) -> str:
    return _persons(f"b.ratio {low}" + (f" AND b.ratio {high}" if high else ""))


R04 = Report(
    code="R04",
    title="低收入人口",
    note="期末在册的低保、特困、监测、低保边缘和刚性支出困难人员；一人兼有两类的各计一次，合计只计一次；"
    "收入倍数＝家庭人均月收入÷当地低保标准；将到期为期末后六十日内认定到期",
    needs=RegistryPermission.READ,
    base=f"""
        SELECT l.*, p.sex, extract(year FROM age(CAST(:until AS date) - 1, p.birth_date))::int AS age,
               l.income_per_capita_month / nullif(s.value, 0) AS ratio,
               l.valid_to < CAST(:until AS date) + 60 AS expiring
        FROM ({_LOW}) l
        JOIN person p ON p.id = l.person_id
        LEFT JOIN LATERAL (
            SELECT q.value FROM parameter q
            WHERE q.code = 'dibao_standard' AND q.residence = l.residence
              AND starts_with(l.division_code, q.division_code)
              AND q.valid_from < :until AND (q.valid_to IS NULL OR q.valid_to >= :until)
            ORDER BY length(q.division_code) DESC LIMIT 1
        ) s ON true
    """,
    columns=(
        Column("kind", "人员类别", "b.kind", "text", group=True, labels={k.value: k.label for k in _CLASSES}),
        RESIDENCE,
        Column("households", "户数", "count(DISTINCT b.household_id)"),
        Column("persons", "人数", "count(DISTINCT b.person_id)"),
        Column("women", "女性", _persons("b.sex = '2'")),
        Column("minors", "未成年人", _persons("b.age < 18")),
        Column("elderly", "60岁及以上", _persons("b.age >= 60")),
        Column("within", "收入1倍以内", _band("<= 1", "")),
        Column("to_150", "1至1.5倍", _band("> 1", "<= 1.5")),
        Column("to_200", "1.5至2倍", _band("> 1.5", "<= 2")),
        Column("above", "2倍以上", _band("> 2", "")),
        Column("unknown", "收入未申报", _persons("b.ratio IS NULL")),
        Column("expiring", "将到期", _persons("b.expiring")),
    ),
)

# Which department's aid answers which need; a project is recognised by the department that its version names.
_FIELDS = {
    "education": ("教育救助", "教育", "p.is_student"),
    "medical": ("医疗救助", "医保", "p.health = 'serious_illness'"),
    "housing": ("住房救助", "住建", "l.housing_grade IN ('C', 'D')"),
    "employment": ("就业救助", "人社", "p.occupation = '70' OR u.unemployed"),
    "disaster": ("受灾救助", "应急", "u.disaster"),
}
_NEEDS = ", ".join(f"('{code}', {condition})" for code, (_, _, condition) in _FIELDS.items())
_FIELD = " ".join(
    f"WHEN v.department LIKE '%{department}%' THEN '{code}'" for code, (_, department, _) in _FIELDS.items()
)
R05 = Report(
    code="R05",
    title="专项救助",
    note="期末有专项救助需求的低收入人口，以及本期由相应部门项目救助的人次和金额；"
    "需求：在读、重病、住房为C级或D级、无业、受灾；已获救助指本人或其家庭近十二个月内得到该类救助",
    needs=RegistryPermission.READ,
    base=f"""
        WITH low AS ({_LOW}), aid AS (
            SELECT c.division_code, c.household_id, c.applicant_id AS person_id, c.amount, c.decided_at AS at,
                   CASE {_FIELD} END AS field
            FROM "case" c JOIN project_version v ON v.id = c.version_id
            WHERE {{area:c.division_code}} AND c.kind <> 'review'
              AND c.decided_at >= CAST(:until_at AS timestamptz) - interval '12 months' AND c.decided_at < :until_at
              AND c.state IN ('approved', 'paid_first', 'to_record', 'to_close', 'closed')
              AND NOT EXISTS (SELECT 1 FROM entitlement e WHERE e.case_id = c.id)
            UNION ALL
            SELECT l.division_code, l.household_id, NULL, l.amount,
                   CAST(l.period AS timestamp) AT TIME ZONE 'Asia/Shanghai', CASE {_FIELD} END
            FROM payment_line l
            JOIN entitlement e ON e.id = l.entitlement_id
            JOIN project_version v ON v.id = e.version_id
            WHERE {{area:l.division_code}} AND l.status = 'paid'
              AND l.period >= CAST(:until AS date) - interval '12 months' AND l.period < :until
        )
        SELECT DISTINCT ON (n.field, l.person_id)
               l.division_code, n.field, l.person_id, l.household_id, true AS needed,
               EXISTS (SELECT 1 FROM aid a WHERE a.household_id = l.household_id AND a.field = n.field) AS helped,
               NULL::numeric AS amount
        FROM low l
        JOIN person p ON p.id = l.person_id
        LEFT JOIN LATERAL (
            SELECT bool_or(s.kind = 'unemployed') AS unemployed, bool_or(s.kind = 'disaster') AS disaster
            FROM person_status s
            WHERE s.person_id = l.person_id AND s.kind IN ('unemployed', 'disaster')
              AND s.valid_from < :until AND (s.valid_to IS NULL OR s.valid_to >= :until)
        ) u ON true
        CROSS JOIN LATERAL (VALUES {_NEEDS}) n(field, holds)
        WHERE n.holds
        UNION ALL
        SELECT a.division_code, a.field, a.person_id, a.household_id, false, NULL, a.amount
        FROM aid a WHERE a.field IS NOT NULL AND a.at >= :start_at
    """,
    columns=(
        Column(
            "field",
            "专项救助",
            "b.field",
            "text",
            group=True,
            labels={code: title for code, (title, _, _) in _FIELDS.items()},
        ),
        Column("needed", "有需求人数", _persons("b.needed")),
        Column("helped", "其中已获救助", _persons("b.needed AND b.helped")),
        Column("gap", "尚未救助", _persons("b.needed AND NOT b.helped")),
        Column("gap_rate", "未救助占比", share(_persons("b.needed AND NOT b.helped"), _persons("b.needed")), "percent"),
        Column("times", "本期救助人次", "count(*) FILTER (WHERE NOT b.needed)"),
        Column("families", "本期救助家庭", "count(DISTINCT b.household_id) FILTER (WHERE NOT b.needed)"),
        Column("amount", "本期救助金额", "coalesce(sum(b.amount) FILTER (WHERE NOT b.needed), 0)", "money"),
    ),
)
