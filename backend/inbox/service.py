"""Ask every domain at once: one statement for the counts, one for the page."""

from typing import Any

from sqlalchemy import Subquery, func, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.inbox.schemas import Task, TaskCount, TaskKind, TaskKinds, Tasks
from backend.inbox.sources import kinds
from backend.kernel.actor import Actor
from backend.kernel.clocks import Light
from backend.kernel.i18n import say


def _waiting(actor: Actor) -> Subquery | None:
    """Return all that waits for this actor as one table; None when no post of theirs can have anything."""
    selects = [found for kind in kinds().values() if (found := kind.source(actor)) is not None]
    return union_all(*selects).subquery("waiting") if selects else None


def may_wait(actor: Actor) -> bool:
    """Tell whether anything can ever wait for a post of this actor."""
    return _waiting(actor) is not None


async def counts_of(session: AsyncSession, actor: Actor) -> list[Any]:
    """Return rows of kind, step, light and how many."""
    waiting = _waiting(actor)
    if waiting is None:
        return []
    c = waiting.c
    statement = select(c.kind, c.step, c.light, func.count().label("n")).group_by(c.kind, c.step, c.light)
    return list((await session.execute(statement)).all())


async def tasks(
    session: AsyncSession, actor: Actor, *, light: Light | None, kind: str | None, page: int, page_size: int
) -> Tasks:
    """Return one page by due date, with the counts of everything by colour and by what has to be done."""
    rows = await counts_of(session, actor)
    colours: dict[str, int] = dict.fromkeys((colour.value for colour in Light), 0) | {"none": 0}
    steps: dict[tuple[str, str], TaskCount] = {}
    for row in rows:
        if kind is None or row.kind == kind:
            colours[row.light or "none"] += row.n
        words = say(kinds()[row.kind].label)
        entry = steps.setdefault(
            (row.kind, row.step),
            TaskCount(kind=row.kind, kind_name=words, step=say(row.step), total=0, overdue=0),
        )
        entry.total += row.n
        entry.overdue += row.n if row.light == Light.OVERDUE else 0
    return Tasks(
        items=await _page(session, actor, light, kind, page, page_size),
        total=sum(colours.values()) if light is None else colours[light.value],
        counts=colours,
        by_step=sorted(steps.values(), key=lambda entry: (-entry.overdue, -entry.total, entry.step)),
        page=page,
        page_size=page_size,
    )


async def _page(
    session: AsyncSession, actor: Actor, light: Light | None, kind: str | None, page: int, page_size: int
) -> list[Task]:
    waiting = _waiting(actor)
    if waiting is None:
        return []
    c = waiting.c
    statement = select(waiting)
    if light is not None:
        statement = statement.where(c.light == light.value)
    if kind is not None:
        statement = statement.where(c.kind == kind)
    statement = statement.order_by(c.due_at.asc().nulls_last(), c.since, c.kind, c.id)
    rows = await session.execute(statement.limit(page_size).offset((page - 1) * page_size))
    return [
        Task(**dict(row) | {"kind_name": say(kinds()[row["kind"]].label), "step": say(row["step"])})
        for row in rows.mappings()
    ]


async def kinds_of(session: AsyncSession, actor: Actor) -> TaskKinds:
    """Return the kinds of which something waits, with their numbers."""
    totals: dict[str, int] = {}
    for row in await counts_of(session, actor):
        totals[row.kind] = totals.get(row.kind, 0) + row.n
    return TaskKinds(
        options=[
            TaskKind(value=code, label=f"{say(kind.label)}（{totals[code]}）")
            for code, kind in kinds().items()
            if code in totals
        ]
    )
