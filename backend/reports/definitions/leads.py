"""Who was found, how soon somebody was there, and what came of it."""

from backend.discovery.models import LeadSource
from backend.discovery.permissions import LeadPermission
from backend.reports.definition import Column, Report, share

_IN_TIME = "count(b.id) FILTER (WHERE b.contacted_at <= b.due_at)"
_CONVERTED = "count(b.id) FILTER (WHERE b.status = 'converted')"
_HOURS = "extract(epoch FROM b.contacted_at - b.received_at) / 3600.0"

R13 = Report(
    code="R13",
    title="主动发现",
    note="本期接到的线索按来源统计首次联系用时和转化情况；未联系的不计入平均用时",
    needs=LeadPermission.READ,
    base="""
        SELECT l.division_code, l.source, l.id, l.received_at, l.contacted_at, l.due_at, l.status
        FROM lead l
        WHERE {area:l.division_code} AND l.received_at >= :start_at AND l.received_at < :until_at
    """,
    columns=(
        Column("source", "来源", "b.source", "text", group=True, labels=LeadSource.labels()),
        Column("leads", "线索", "count(b.id)"),
        Column("contacted", "已联系", "count(b.contacted_at)"),
        Column("in_time", "按时联系", _IN_TIME),
        Column("in_time_rate", "按时联系率", share(_IN_TIME, "count(b.id)"), "percent"),
        Column("hours", "平均首次联系（小时）", f"round(CAST(avg({_HOURS}) AS numeric), 1)", "decimal"),
        Column("overdue", "超时未联系", "count(b.id) FILTER (WHERE b.contacted_at IS NULL AND b.due_at < now())"),
        Column("converted", "帮助申请", _CONVERTED),
        Column("referred", "转介", "count(b.id) FILTER (WHERE b.status = 'referred')"),
        Column("conversion", "转化率", share(_CONVERTED, "count(b.id)"), "percent"),
    ),
)
