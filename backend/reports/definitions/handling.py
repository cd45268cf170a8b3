"""How cases were handled: temporary aid, timeliness, dynamic management."""

from backend.cases.permissions import CasePermission
from backend.reports.definition import PROJECT, PROJECT_NAME, Column, Report, share

R03 = Report(
    code="R03",
    title="临时救助月报",
    note="本期作出救助决定的一次性救助，按项目统计人次、金额、审批层级和先行救助",
    needs=CasePermission.READ,
    base="""
        SELECT c.division_code, c.project_code, c.id, c.household_id, c.urgent, c.decision_level,
               coalesce(o.amount, c.amount) AS amount, o.status AS payment, h.member_count
        FROM "case" c
        JOIN project_version v ON v.id = c.version_id
        LEFT JOIN payment_order o ON o.case_id = c.id AND o.purpose = 'grant' AND o.status <> 'cancelled'
        LEFT JOIN household h ON h.id = c.household_id
        WHERE {area:c.division_code} AND c.kind <> 'review' AND v.benefit_form <> 'CASH_M'
          AND c.decided_at >= :start_at AND c.decided_at < :until_at
          AND c.state IN ('approved', 'paid_first', 'to_record', 'to_close', 'closed') AND c.amount > 0
    """,
    columns=(
        PROJECT,
        PROJECT_NAME,
        Column("cases", "救助户次", "count(b.id)"),
        Column("households", "救助家庭", "count(DISTINCT b.household_id)"),
        Column("persons", "惠及人次", "coalesce(sum(b.member_count), 0)"),
        Column("urgent", "先行救助", "count(b.id) FILTER (WHERE b.urgent)"),
        Column("town", "镇街决定", "count(b.id) FILTER (WHERE b.decision_level = 'town')"),
        Column("county", "县级决定", "count(b.id) FILTER (WHERE b.decision_level = 'county')"),
        Column("amount", "救助金额", "coalesce(sum(b.amount), 0)", "money"),
        Column("paid", "已支付金额", "coalesce(sum(b.amount) FILTER (WHERE b.payment = 'paid'), 0)", "money"),
        Column("mean", "次均金额", "round(avg(b.amount), 2)", "money"),
    ),
)

_DAYS = "extract(epoch FROM b.done_at - b.begun_at) / 86400.0"
_DONE = "b.done_at IS NOT NULL"
_PROMISE = f"{_DONE} AND b.promise_due_at IS NOT NULL"
_STATUTORY = f"{_DONE} AND b.statutory_due_at IS NOT NULL"
_URGENT = f"{_DONE} AND b.urgent_due_at IS NOT NULL"


def _counted(condition: str) -> str:
    return f"count(b.id) FILTER (WHERE {condition})"


R06 = Report(
    code="R06",
    title="办理及时率",
    note="本期办结案件按承诺时限和法定时限统计；超期在办为目前已超期仍未办结的案件；用时为自然日",
    needs=CasePermission.READ,
    base="""
        SELECT c.division_code, c.project_code, c.id, c.promise_due_at, c.statutory_due_at, c.urgent_due_at,
               coalesce(c.first_contact_at, c.accepted_at, c.submitted_at, c.created_at) AS begun_at,
               CASE WHEN coalesce(c.decided_at, c.closed_at) >= :start_at
                     AND coalesce(c.decided_at, c.closed_at) < :until_at
                    THEN coalesce(c.decided_at, c.closed_at) END AS done_at,
               c.open AND c.due_at < now() AS overdue
        FROM "case" c
        WHERE {area:c.division_code} AND c.kind <> 'review'
          AND ((coalesce(c.decided_at, c.closed_at) >= :start_at AND coalesce(c.decided_at, c.closed_at) < :until_at)
               OR (c.open AND c.due_at < now()))
          AND c.state <> 'withdrawn'
    """,
    columns=(
        PROJECT,
        PROJECT_NAME,
        Column("closed", "办结", _counted(_DONE)),
        Column("in_promise", "承诺时限内", _counted(f"{_PROMISE} AND b.done_at <= b.promise_due_at")),
        Column(
            "promise_rate",
            "承诺及时率",
            share(_counted(f"{_PROMISE} AND b.done_at <= b.promise_due_at"), _counted(_PROMISE)),
            "percent",
        ),
        Column("in_statutory", "法定时限内", _counted(f"{_STATUTORY} AND b.done_at <= b.statutory_due_at")),
        Column(
            "statutory_rate",
            "法定及时率",
            share(_counted(f"{_STATUTORY} AND b.done_at <= b.statutory_due_at"), _counted(_STATUTORY)),
            "percent",
        ),
        Column(
            "urgent_rate",
            "24小时及时率",
            share(_counted(f"{_URGENT} AND b.done_at <= b.urgent_due_at"), _counted(_URGENT)),
            "percent",
        ),
        Column(
            "median",
            "用时中位数（天）",
            f"round(CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY {_DAYS}) AS numeric), 1)",
            "decimal",
        ),
        Column(
            "p90",
            "九成用时（天）",
            f"round(CAST(percentile_cont(0.9) WITHIN GROUP (ORDER BY {_DAYS}) AS numeric), 1)",
            "decimal",
        ),
        Column("overdue", "超期在办", _counted("b.overdue")),
    ),
)

R12 = Report(
    code="R12",
    title="动态管理",
    note="本期发起和办结的复核、增减停情况；调减和停发须先听取意见（社会救助法第48条）",
    needs=CasePermission.READ,
    base="""
        SELECT c.division_code, c.project_code, c.id, c.change, c.state,
               c.created_at >= :start_at AS opened,
               c.decided_at >= :start_at AND c.decided_at < :until_at AS done,
               h.heard_at IS NOT NULL OR coalesce(h.waived, false) AS heard
        FROM "case" c
        LEFT JOIN LATERAL (SELECT * FROM case_hearing h WHERE h.case_id = c.id ORDER BY h.id DESC LIMIT 1) h ON true
        WHERE {area:c.division_code} AND c.kind = 'review' AND c.created_at < :until_at
          AND (c.created_at >= :start_at OR (c.decided_at >= :start_at AND c.decided_at < :until_at))
    """,
    columns=(
        PROJECT,
        PROJECT_NAME,
        Column("opened", "发起复核", _counted("b.opened")),
        Column("done", "办结复核", _counted("b.done")),
        Column("kept", "维持", _counted("b.done AND b.change = 'keep'")),
        Column("raised", "增发", _counted("b.done AND b.change = 'raise'")),
        Column("reduced", "减发", _counted("b.done AND b.change = 'reduce'")),
        Column("stopped", "停发", _counted("b.done AND b.change = 'stop'")),
        Column(
            "hearing_rate",
            "听取意见率",
            share(
                _counted("b.done AND b.change IN ('reduce', 'stop') AND b.heard"),
                _counted("b.done AND b.change IN ('reduce', 'stop')"),
            ),
            "percent",
        ),
    ),
)
