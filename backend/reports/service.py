"""Give a report to whoever may read it and what it counts."""

from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.errors import invalid
from backend.kernel.i18n import say
from backend.reports import repository
from backend.reports.definition import Column, Report
from backend.reports.definitions import REPORTS
from backend.reports.errors import NoSuchReport, PlaceOutOfReach
from backend.reports.periods import Period
from backend.reports.permissions import ReportPermission
from backend.reports.schemas import ReportCard, ReportColumn, ReportRead
from backend.reports.scoping import Places, places_of


def catalogue(actor: Actor) -> list[ReportCard]:
    """Return the reports that this person may read."""
    return [
        ReportCard(code=report.code, title=say(report.title), note=say(report.note), by_month=report.by_month)
        for report in REPORTS.values()
        if str(report.needs) in actor.rights
    ]


def find(code: str) -> Report:
    """Return a report by its code."""
    report = REPORTS.get(code.upper())
    if report is None:
        raise NoSuchReport(code=code[:20])
    return report


async def read(
    session: AsyncSession,
    actor: Actor,
    report: Report,
    period: Period,
    division_code: str | None,
    permission: ReportPermission = ReportPermission.READ,
) -> ReportRead:
    """Return the table for a place, broken down one level below; the whole reach when no place is named."""
    actor.require(permission)
    actor.require(report.needs)
    if report.by_month and not period.whole_months:
        raise invalid("period", say("“{title}”按月统计，起止日期应是整月", title=say(report.title)))
    places = _places(actor, permission, report, division_code)
    whole = division_code or (places.prefixes[0] if len(places.prefixes) == 1 else settings().county_code)
    rows, total = await repository.run(session, report, places, period, repository.level_below(whole))
    return ReportRead(
        code=report.code,
        title=say(report.title),
        note=say(report.note),
        by_month=report.by_month,
        period=period.text,
        division_code=whole,
        division_name=await repository.division_name(session, whole) or whole,
        columns=[ReportColumn(name=c.name, title=say(c.title), kind=c.kind) for c in report.columns],
        rows=[_row(report, row) for row in rows],
        totals={c.name: _cell(c, total.get(c.name)) for c in report.columns},
    )


def _places(actor: Actor, permission: ReportPermission, report: Report, division_code: str | None) -> Places:
    """Return where both rights hold: that to reports, and that to what is counted."""
    by_report = places_of(actor.reach(permission), division_code)
    counted = actor.reach(report.needs)
    both = {p for prefix in by_report.prefixes for p in places_of(counted, prefix).prefixes}
    if division_code is not None and not both:
        raise PlaceOutOfReach
    return Places(tuple(sorted(both)))


def _row(report: Report, row: dict[str, Any]) -> dict[str, Any]:
    code = row["division_code"]
    return {"division_code": code, "division_name": row["division_name"] or code} | {
        column.name: _cell(column, row[column.name]) for column in report.columns
    }


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.labels:
        return say(column.labels.get(str(value), str(value)))
    if column.kind == "money":
        return f"{Decimal(value):.2f}"
    if isinstance(value, Decimal):
        return f"{value:.1f}" if column.kind in {"percent", "decimal"} else int(value)
    return say(value) if isinstance(value, str) and column.kind == "text" else value


async def note_export(session: AsyncSession, actor: Actor, table: ReportRead, form: str) -> None:
    """Record that a table leaves the system."""
    await audit.record_access(
        session,
        actor,
        "report.export",
        subject=("report", table.code),
        purpose="导出",
        division_code=table.division_code,
        details={"period": table.period, "format": form, "rows": len(table.rows)},
    )
