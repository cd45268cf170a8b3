"""疑点清单 (DOMAIN §6.5): which households in receipt contradict themselves, one line a household and rule."""

from backend.payments.permissions import PaymentPermission
from backend.reports.definition import Column, Report

# Q2, Q3, Q4 and Q9 are findings of a matching run; Q1 is checked when a number is entered, and stands encrypted after.
RULES = {
    "Q5": "服刑或戒毒仍计入保障",
    "Q6": "收款人不是家庭成员",
    "Q7": "EXISTS (SELECT FROM payment_account a WHERE a.household_id = h.id AND a.status = 'active'"
    " AND a.number_index IN (SELECT number_index FROM shared))",
    "Q8": "保障人数少于家庭人口",
    "Q10": "逾期未复核",
    "Q11": "应公示而未公示",
    "Q12": "收入全部为测算",
    "Q13": "经办人员近亲属未备案",
    "Q14": "只有未成年人没有监护人",
    "Q15": "成员登记在其他镇街",
    "Q16": "五户以上共用一个电话",
    "Q17": "三十日内更换收款账户",
}
# Day of judgement is the last of the period; what holds then is bound as :until and :month.
_NOW = "m.joined_on < :until AND (m.left_on IS NULL OR m.left_on >= :until)"
_LIVING = "e.status = 'active' AND e.from_month <= :month AND (e.to_month IS NULL OR e.to_month >= :month)"
_MINOR = "p.birth_date > CAST(:until AS date) - interval '18 years'"
_HOLDS = "s.valid_from < :until AND (s.valid_to IS NULL OR s.valid_to >= :until)"
_WHERE = {
    "Q5": f"""EXISTS (SELECT FROM household_member m JOIN person_status s ON s.person_id = m.person_id
        WHERE m.household_id = h.id AND m.included AND m.insured AND {_NOW}
          AND s.kind IN ('imprisoned', 'detox') AND {_HOLDS})""",
    "Q6": f"""EXISTS (SELECT FROM entitlement e
        WHERE e.household_id = h.id AND {_LIVING} AND e.payee_person_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM household_member m
            WHERE m.household_id = h.id AND m.person_id = e.payee_person_id AND {_NOW}))""",
    "Q7": "EXISTS (SELECT FROM payment_account a JOIN shared s USING (number_index)"
    " WHERE a.household_id = h.id AND a.status = 'active')",
    "Q8": f"EXISTS (SELECT FROM household_member m"
    f" WHERE m.household_id = h.id AND m.included AND NOT m.insured AND {_NOW})",
    "Q10": "h.next_review_on < least(CAST(:until AS date), CAST(now() AT TIME ZONE 'Asia/Shanghai' AS date))",
    "Q11": """EXISTS (SELECT FROM "case" c JOIN project_version v ON v.id = c.version_id
        WHERE c.household_id = h.id AND c.kind = 'application' AND c.state = 'approved' AND v.publicity_days > 0
          AND NOT EXISTS (SELECT FROM case_notice n WHERE n.case_id = c.id))""",
    "Q12": """(SELECT bool_and(i.evidence = 'imputed') FROM income_item i
        WHERE i.household_id = h.id AND NOT i.excluded AND i.annual_amount > 0)""",
    "Q13": f"""EXISTS (SELECT FROM household_member m JOIN person_status s ON s.person_id = m.person_id
        WHERE m.household_id = h.id AND {_NOW} AND s.kind = 'staff_relative' AND {_HOLDS})
        AND NOT EXISTS (SELECT FROM "case" c JOIN case_kin k ON k.case_id = c.id WHERE c.household_id = h.id)""",
    "Q14": f"""(SELECT bool_and({_MINOR})
        FROM household_member m JOIN person p ON p.id = m.person_id WHERE m.household_id = h.id AND {_NOW})""",
    "Q15": f"""EXISTS (SELECT FROM household_member m JOIN person p ON p.id = m.person_id
        WHERE m.household_id = h.id AND m.included AND {_NOW}
          AND left(p.division_code, 9) <> left(h.division_code, 9))""",
    "Q16": "h.phone_index IN (SELECT phone_index FROM phones)",
    "Q17": """EXISTS (SELECT FROM payment_account a JOIN payment_account o
            ON o.person_id = a.person_id AND o.status = 'closed'
        WHERE a.household_id = h.id AND a.status = 'active'
          AND a.created_at >= CAST(:until_at AS timestamptz) - interval '31 days')""",
}
_CHECKS = ", ".join(f"('{rule}', {condition})" for rule, condition in _WHERE.items())

QUALITY = Report(
    code="Q01",
    title="数据质量疑点",
    note="期末在享待遇、登记为低保或特困，或只有未成年人的家庭中与规定或自身资料不符的，一户一条疑点列一行，须由经办人核实后更正；"
    "金额不符、重复和死亡仍发由比对发现",
    needs=PaymentPermission.ENTITLEMENT_READ,
    base=f"""
        WITH living AS (
            SELECT e.household_id FROM entitlement e WHERE {{area:e.division_code}} AND {_LIVING}
        ), looked AS (
            SELECT household_id FROM living
            UNION
            SELECT s.household_id FROM person_status s
            WHERE {{area:s.division_code}} AND s.kind IN ('dibao', 'tekun') AND {_HOLDS}
            UNION
            SELECT m.household_id FROM household_member m JOIN person p ON p.id = m.person_id
            WHERE {{area:m.division_code}} AND {_NOW}
            GROUP BY m.household_id HAVING bool_and({_MINOR})
        ), shared AS MATERIALIZED (
            SELECT a.number_index FROM payment_account a WHERE a.status = 'active'
            GROUP BY a.number_index HAVING count(DISTINCT a.person_id) > 3
        ), phones AS MATERIALIZED (
            SELECT f.phone_index FROM household f WHERE f.status = 'active' AND f.phone_index IS NOT NULL
            GROUP BY f.phone_index HAVING count(*) > 5
        )
        SELECT h.division_code, h.id AS household_id, h.number, h.head_name, q.rule
        FROM household h
        CROSS JOIN LATERAL (VALUES {_CHECKS}) q(rule, holds)
        WHERE {{area:h.division_code}} AND h.status = 'active' AND h.id IN (SELECT household_id FROM looked) AND q.holds
    """,
    columns=(
        Column("rule", "疑点", "b.rule", "text", group=True, labels={k: f"{k} {text}" for k, text in RULES.items()}),
        Column("number", "家庭编号", "b.number", "text", group=True),
        Column("head_name", "户主", "b.head_name", "text", group=True),
        Column("findings", "条数", "count(*)"),
        Column("households", "涉及家庭", "count(DISTINCT b.household_id)"),
    ),
)
