"""Who was found, how soon somebody was there, and what came of it."""

from backend.discovery.models import LeadSource, Urgency
from backend.discovery.permissions import LeadPermission
from backend.reports.definition import Column, Report, share

_IN_TIME = "count(b.id) FILTER (WHERE b.contacted_at <= b.due_at)"
_CONVERTED = "count(b.id) FILTER (WHERE b.status = 'converted')"
_GRANTED = "count(b.id) FILTER (WHERE b.granted)"
_HOURS = "extract(epoch FROM b.contacted_at - b.received_at) / 3600.0"


def _percentile(part: str) -> str:
    return f"round(CAST(percentile_cont({part}) WITHIN GROUP (ORDER BY {_HOURS}) AS numeric), 1)"


R13 = Report(
    code="R13",
    title="主动发现",
    note="本期接到的线索按来源和紧急程度统计首次联系用时和结果；未联系的不计入用时；"
    "转化率＝帮助申请÷线索，救助率＝已获救助÷帮助申请",
    needs=LeadPermission.READ,
    base="""
        SELECT l.division_code, l.source, l.urgency, l.id, l.received_at, l.contacted_at, l.due_at, l.status,
               c.state IN ('approved', 'paid_first', 'to_record', 'to_close', 'closed') AND c.decided_at IS NOT NULL
                   AS granted,
               c.state IN ('rejected', 'not_accepted') AS refused
        FROM lead l
        LEFT JOIN "case" c ON c.id = l.case_id
        WHERE {area:l.division_code} AND l.received_at >= :start_at AND l.received_at < :until_at
    """,
    columns=(
        Column("source", "来源", "b.source", "text", group=True, labels=LeadSource.labels()),
        Column("urgency", "紧急程度", "b.urgency", "text", group=True, labels=Urgency.labels()),
        Column("leads", "线索", "count(b.id)"),
        Column("contacted", "已联系", "count(b.contacted_at)"),
        Column("in_time", "按时联系", _IN_TIME),
        Column("in_time_rate", "按时联系率", share(_IN_TIME, "count(b.id)"), "percent"),
        Column("hours", "平均首次联系（小时）", f"round(CAST(avg({_HOURS}) AS numeric), 1)", "decimal"),
        Column("median", "联系用时中位数（小时）", _percentile("0.5"), "decimal"),
        Column("p90", "九成联系用时（小时）", _percentile("0.9"), "decimal"),
        Column("overdue", "超时未联系", "count(b.id) FILTER (WHERE b.contacted_at IS NULL AND b.due_at < now())"),
        Column("waiting", "尚在处理", "count(b.id) FILTER (WHERE b.status IN ('new', 'assigned', 'verified'))"),
        Column("converted", "帮助申请", _CONVERTED),
        Column("granted", "已获救助", _GRANTED),
        Column("refused", "未获批准", "count(b.id) FILTER (WHERE b.refused)"),
        Column("referred", "转介", "count(b.id) FILTER (WHERE b.status = 'referred')"),
        Column("closed", "核实后办结", "count(b.id) FILTER (WHERE b.status = 'closed')"),
        Column("conversion", "转化率", share(_CONVERTED, "count(b.id)"), "percent"),
        Column("success", "救助率", share(_GRANTED, _CONVERTED), "percent"),
    ),
)
