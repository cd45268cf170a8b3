"""待办: what waits for the posts of the signed-in person; derived from the cases, never a list of its own."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.listing import LIGHT, LISTING, C, waiting_for
from backend.cases.schemas import TaskCount, Tasks
from backend.kernel.actor import Actor
from backend.kernel.clocks import Light
from backend.kernel.listing import reading


async def tasks(session: AsyncSession, actor: Actor, light: Light | None, page: int, page_size: int) -> Tasks:
    """Return one page by due date with counts by colour and by step."""
    mine = waiting_for(actor)
    counts = await session.execute(
        select(C.c.step_name, C.c.waits_for, LIGHT.label("light"), func.count().label("n"))
        .where(mine)
        .group_by(C.c.step_name, C.c.waits_for, LIGHT)
    )
    by_light: dict[str, int] = dict.fromkeys((colour.value for colour in Light), 0) | {"none": 0}
    by_step: dict[tuple[str, str], TaskCount] = {}
    for row in counts:
        by_light[row.light or "none"] += row.n
        entry = by_step.setdefault(
            (row.step_name, row.waits_for),
            TaskCount(step_name=row.step_name, permission=row.waits_for, total=0, overdue=0),
        )
        entry.total += row.n
        entry.overdue += row.n if row.light == Light.OVERDUE else 0
    wanted = mine if light is None else mine & (light.value == LIGHT)
    rows = await session.execute(
        select(*(column.label(name) for name, column in LISTING.columns.items()))
        .where(wanted)
        .order_by(C.c.due_at.asc().nulls_last(), C.c.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    items: list[Any] = [reading.finish(LISTING, actor, dict(row)) for row in rows.mappings()]
    total = sum(by_light.values()) if light is None else by_light[light.value]
    return Tasks(
        items=items,
        total=total,
        counts=by_light,
        by_step=sorted(by_step.values(), key=lambda entry: -entry.total),
        page=page,
        page_size=page_size,
    )
