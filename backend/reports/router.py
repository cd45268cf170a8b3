"""Workbench, charts and statistical tables over HTTP."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Query, Response

from backend.kernel.db import SessionDep
from backend.kernel.routes import SIGNED_IN, needs, new_router
from backend.kernel.sign_in import ActorDep
from backend.reports import service
from backend.reports.charts import CHARTS, chart
from backend.reports.export import as_csv, as_workbook
from backend.reports.periods import parse_period
from backend.reports.permissions import ReportPermission as P
from backend.reports.schemas import Chart, ReportCard, ReportRead, Workbench
from backend.reports.workbench import workbench

router = new_router("/reports", "报表")
PeriodText = Annotated[
    str | None,
    Query(title="期间", max_length=24, description="2026-11、2026Q4、2026 或 2026-11-01..2026-11-15，不填为本月"),
]
Place = Annotated[
    str | None,
    Query(
        title="行政区划",
        pattern=r"^\d{6}(\d{3}){0,3}$",
        json_schema_extra={"x-options": "/api/v1/divisions/options"},
    ),
]
ChartCode = Literal["applications", "payments", "timeliness"]
MEDIA = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


@router.get("", **needs(P.READ))
async def list_reports(actor: ActorDep) -> list[ReportCard]:
    """报表目录：本人可以查看的报表。"""
    actor.require(P.READ)
    return service.catalogue(actor)


@router.get("/workbench", **SIGNED_IN)
async def read_workbench(session: SessionDep, actor: ActorDep) -> Workbench:
    """工作台：待办、超期、近七天变化和关键数据，只含本人有权查看的。"""
    return await workbench(session, actor)


@router.get("/charts/{code}", **SIGNED_IN)
async def read_chart(
    code: ChartCode,
    session: SessionDep,
    actor: ActorDep,
    months: Annotated[int, Query(ge=1, le=36, title="月数")] = 12,
    division_code: Place = None,
) -> Chart:
    """近几个月的图表：申请、发放、及时率。"""
    actor.require(CHARTS[code].needs)
    return await chart(session, actor, code, months, division_code)


@router.get("/{code}", **needs(P.READ))
async def read_report(
    code: str, session: SessionDep, actor: ActorDep, period: PeriodText = None, division_code: Place = None
) -> ReportRead:
    """一张报表：按镇街、社区、村居逐级下钻，合计与明细出自同一批数据。"""
    return await service.read(session, actor, service.find(code), parse_period(period), division_code)


@router.get("/{code}/export", response_class=Response, **needs(P.EXPORT))
async def export_report(
    code: str,
    session: SessionDep,
    actor: ActorDep,
    period: PeriodText = None,
    division_code: Place = None,
    format: Annotated[Literal["xlsx", "csv"], Query(title="格式")] = "xlsx",  # noqa: A002
) -> Response:
    """导出报表。"""
    table = await service.read(session, actor, service.find(code), parse_period(period), division_code, P.EXPORT)
    await service.note_export(session, actor, table, format)
    name = quote(f"{table.title}-{table.division_name}-{table.period}.{format}")
    headers = {"Content-Disposition": f"attachment; filename=\"report.{format}\"; filename*=UTF-8''{name}"}
    content = as_workbook(table) if format == "xlsx" else as_csv(table)
    return Response(content, media_type=MEDIA[format], headers=headers)
