"""What hangs on the boards: where, with what proof, who objected, and what should have been taken down."""

from backend.cases.permissions import CasePermission
from backend.reports.definition import PROJECT, PROJECT_NAME, Column, Report


def _counted(condition: str) -> str:
    return f"count(b.id) FILTER (WHERE {condition})"


R11 = Report(
    code="R11",
    title="公示清单",
    note="本期张贴的公示，按项目和公示地点列出；到期未撤为公示期已满仍未结束的公示；异议以本期公示收到的为准",
    needs=CasePermission.READ,
    base="""
        SELECT n.id, n.division_code, c.project_code, n.place, n.days, n.posted_at, n.ends_at, n.closed_at,
               n.proof_file_id, o.raised, o.upheld, o.waiting
        FROM case_notice n
        JOIN "case" c ON c.id = n.case_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS raised, count(*) FILTER (WHERE o.upheld) AS upheld,
                   count(*) FILTER (WHERE o.answered_at IS NULL) AS waiting
            FROM case_objection o WHERE o.notice_id = n.id
        ) o ON true
        WHERE {area:n.division_code} AND n.posted_at >= :start_at AND n.posted_at < :until_at
    """,
    columns=(
        PROJECT,
        PROJECT_NAME,
        Column("place", "公示地点", "b.place", "text", group=True),
        Column("posted", "张贴公示", "count(b.id)"),
        Column("proven", "有公示照片", _counted("b.proof_file_id IS NOT NULL")),
        Column("unproven", "无公示照片", _counted("b.proof_file_id IS NULL")),
        Column("running", "公示期内", _counted("b.closed_at IS NULL AND b.ends_at >= now()")),
        Column("expired", "到期未撤", _counted("b.closed_at IS NULL AND b.ends_at < now()")),
        Column("objections", "收到异议", "coalesce(sum(b.raised), 0)"),
        Column("waiting", "异议待答复", "coalesce(sum(b.waiting), 0)"),
        Column("upheld", "异议成立", "coalesce(sum(b.upheld), 0)"),
    ),
)
