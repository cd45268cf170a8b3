"""Which visits are due: one set-based statement over the benefits in force and the cycles of their projects."""

from datetime import date, datetime

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

AHEAD_DAYS = 30
"""A visit is planned so many days before it is due."""

# The cycle of a household is the shortest of its projects'; 低保 differs by class, without one it is yearly.
_PLAN = text(
    """
    WITH cycle AS (
        SELECT p.code, v.definition -> 'review' AS review
        FROM project_version v JOIN project p ON p.id = v.project_id
        WHERE v.status = 'published' AND v.valid_from <= :today AND (v.valid_to IS NULL OR v.valid_to > :today)
    ), due AS (
        SELECT h.id, h.head_name, h.division_code, h.next_review_on, min(b.from_month) AS since,
            array_agg(DISTINCT b.project_code ORDER BY b.project_code) AS projects,
            min(coalesce((c.review -> 'by_class' ->> coalesce(h.review_class, 'A'))::int,
                         (c.review ->> 'months')::int)) AS months
        FROM benefit b
        JOIN household h ON h.id = b.household_id AND h.status = 'active'
        JOIN cycle c ON c.code = b.project_code
        WHERE b.status <> 'ended' AND NOT b.once
        GROUP BY h.id
    ), dated AS (
        SELECT due.*, coalesce(next_review_on, (since + make_interval(months => months))::date) AS due_on
        FROM due WHERE months IS NOT NULL
    )
    INSERT INTO household_visit
        (household_id, head_name, division_code, kind, projects, months, planned_at, due_at,
         visitors, file_ids, attempts, review_numbers)
    SELECT id, head_name, division_code, 'review', projects, months, :now,
        ((due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') - interval '1 second', '[]', '[]', '[]', '[]'
    FROM dated WHERE due_on <= :until
    ON CONFLICT (household_id, kind) WHERE result IS NULL DO NOTHING
    """
)
_DROP = text(
    """
    UPDATE household_visit v SET result = 'cancelled', findings = '已没有在享的按月待遇', updated_at = :now
    WHERE v.result IS NULL AND v.kind = 'review' AND NOT EXISTS (
        SELECT FROM benefit b WHERE b.household_id = v.household_id AND b.status <> 'ended' AND NOT b.once)
    """
)


async def plan(session: AsyncSession, today: date, until: date, now: datetime) -> tuple[int, int]:
    """Plan what is due until a day, take back what nobody needs any more; return how many of each."""
    dropped = await session.execute(_DROP, {"now": now})
    planned = await session.execute(_PLAN, {"today": today, "until": until, "now": now})
    return int(getattr(planned, "rowcount", 0) or 0), int(getattr(dropped, "rowcount", 0) or 0)
