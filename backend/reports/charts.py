"""Charts over the last months: applications, payments by project, timeliness."""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.permissions import CasePermission
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.payments.permissions import PaymentPermission
from backend.reports.periods import shifted
from backend.reports.schemas import Chart, Series
from backend.reports.scoping import places_of

_MONTH = "to_char({0} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"


@dataclass(frozen=True, slots=True)
class ChartSource:
    """A statement yielding (month, name, value). Names come from the data, so a new project needs no code."""

    title: str
    unit: str
    needs: StrEnum
    sql: str
    empty: str | None = "0"


CHARTS: dict[str, ChartSource] = {
    "applications": ChartSource(
        "各月救助申请",
        "件",
        CasePermission.READ,
        f"SELECT {_MONTH.format('c.created_at')} AS month, c.project_name AS name, count(*) AS value"
        " FROM \"case\" c WHERE {area} AND c.kind <> 'review' AND c.created_at >= :from_at GROUP BY 1, 2",
    ),
    "payments": ChartSource(
        "各月发放金额",
        "元",
        PaymentPermission.BATCH_READ,
        "SELECT to_char(c.period, 'YYYY-MM') AS month, (SELECT v.name FROM project_version v JOIN project p"
        " ON p.id = v.project_id WHERE p.code = c.project_code ORDER BY v.number DESC LIMIT 1) AS name,"
        " sum(c.amount) AS value FROM payment_line c WHERE {area} AND c.status = 'paid' AND c.period >= :from_month"
        " GROUP BY 1, c.project_code",
        "0.00",
    ),
    "timeliness": ChartSource(
        "各月及时率",
        "%",
        CasePermission.READ,
        f"SELECT {_MONTH.format('c.decided_at')} AS month, '承诺及时率' AS name,"
        " round(100.0 * count(*) FILTER (WHERE c.decided_at <= c.promise_due_at)"
        " / nullif(count(c.promise_due_at), 0), 1) AS value"
        " FROM \"case\" c WHERE {area} AND c.kind <> 'review' AND c.decided_at >= :from_at GROUP BY 1",
        None,
    ),
}


async def chart(session: AsyncSession, actor: Actor, code: str, months: int, division_code: str | None) -> Chart:
    """Return a chart of the last months within the area of its right."""
    source = CHARTS[code]
    places = places_of(actor.reach(source.needs), division_code)
    first = shifted(datetime.now(CHINA).date().replace(day=1), 1 - months)
    sql = source.sql.replace("{area}", places.condition("c.division_code"))
    values: dict[str, Any] = {**places.values}
    values |= {"from_at": datetime.combine(first, time(), CHINA)} if ":from_at" in sql else {"from_month": first}
    rows = (await session.execute(text(sql), values)).mappings().all()
    categories = [f"{shifted(first, i):%Y-%m}" for i in range(months)]
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        found.setdefault(str(row["name"] or "—"), {})[row["month"]] = _shown(row["value"], source)
    series = [
        Series(name=say(name), data=[by_month.get(month, _blank(source)) for month in categories])
        for name, by_month in sorted(found.items())
    ]
    return Chart(code=code, title=say(source.title), unit=say(source.unit), categories=categories, series=series)


def _shown(value: Any, source: ChartSource) -> str | int | None:
    if isinstance(value, Decimal):
        return f"{value:.2f}" if source.unit == "元" else f"{value:.1f}"
    return int(value) if value is not None else None


def _blank(source: ChartSource) -> str | int | None:
    # A month without cases has no rate; a month without payments has paid nothing.
    return 0 if source.empty == "0" else source.empty
