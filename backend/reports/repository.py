"""Run a report as one statement: rows per place and dimension, and their true total, from the same base."""

import re
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.reports.definition import Report
from backend.reports.periods import Period
from backend.reports.scoping import Places

LEVELS = (6, 9, 12, 15)
ROWS_MAX = 5000
_AREA = re.compile(r"\{area:([a-z_.]+)\}")


def level_below(division_code: str) -> int:
    """Return the length of the codes that a place is broken down into."""
    return next((length for length in LEVELS if length > len(division_code)), LEVELS[-1])


def statement(report: Report, places: Places) -> str:
    """Compose the statement; the total is a grouping set of its own, so that rates and medians are true there too."""
    base = _AREA.sub(lambda found: places.condition(found[1]), report.base)
    groups = [column for column in report.columns if column.group]
    dims = ", ".join(column.sql for column in groups if not column.sql.startswith("("))
    place = "left(b.division_code, :length)"
    keys = ", ".join(part for part in (place, dims) if part)
    shown = []
    for column in report.columns:
        sql = column.sql
        if column.sql.startswith("("):
            sql = f"CASE WHEN grouping({place}) = 0 THEN {column.sql} END"
        shown.append(f"{sql} AS {column.name}")
    return (
        f"WITH b AS ({base}), r AS ("
        f"SELECT {place} AS division_code, grouping({place}) AS is_total, {', '.join(shown)}"
        f" FROM b GROUP BY GROUPING SETS (({keys}), ()))"
        " SELECT r.*, d.name AS division_name FROM r LEFT JOIN division d ON d.code = r.division_code"
        f" ORDER BY r.is_total, r.division_code{''.join(f', r.{c.name}' for c in groups)} LIMIT :rows_max"
    )


async def run(
    session: AsyncSession, report: Report, places: Places, period: Period, length: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows and the total."""
    sql = statement(report, places)
    values = period.values() | places.values | {"length": length, "rows_max": ROWS_MAX}
    used = set(re.findall(r":([a-z_0-9]+)", sql))
    found = await session.execute(text(sql), {name: value for name, value in values.items() if name in used})
    rows = [dict(row) for row in found.mappings()]
    total = next((row for row in rows if row["is_total"]), {})
    return [row for row in rows if not row["is_total"]], total


async def division_name(session: AsyncSession, code: str) -> str | None:
    """Return a place's name."""
    found = await session.execute(text("SELECT name FROM division WHERE code = :code"), {"code": code})
    return found.scalar_one_or_none()
