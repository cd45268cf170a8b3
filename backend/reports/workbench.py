"""The workbench: what waits for me, what is late, what changed, how much; only what I may know."""

import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.inbox import service as inbox
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, Light
from backend.kernel.i18n import say
from backend.reports.figures import FIGURES, GROUPS, FigureSource
from backend.reports.repository import division_name
from backend.reports.schemas import Figure, FigureGroup, Workbench
from backend.reports.scoping import Places

_AREA = re.compile(r"\{area:([a-z_.]+)\}")
_COLOURS = (
    (None, "tasks", "待办"),
    (Light.AMBER, "amber", "预警"),
    (Light.RED, "red", "临期"),
    (Light.OVERDUE, "overdue", "超期"),
)


async def workbench(session: AsyncSession, actor: Actor) -> Workbench:
    """Return the groups in which this person has at least one figure."""
    groups = []
    if inbox.may_wait(actor):
        groups.append(FigureGroup(code="tasks", title=say(GROUPS["tasks"]), figures=await _tasks(session, actor)))
    # A right held over an organisation or a department, and no area, counts nothing here: no figure, rather than zero.
    mine = [figure for figure in FIGURES if actor.reach(figure.needs).prefixes]
    days = _days()
    values = await _count(session, actor, mine, days)
    links = _links(days)
    for code in list(GROUPS)[1:]:
        figures = [_figure(source, values[source.code], links) for source in mine if source.group == code]
        if figures:
            groups.append(FigureGroup(code=code, title=say(GROUPS[code]), figures=figures))
    name = await division_name(session, actor.division_code) if actor.division_code else None
    return Workbench(name=actor.name, division_name=name, roles=list(actor.roles), groups=groups)


async def _tasks(session: AsyncSession, actor: Actor) -> list[Figure]:
    counts: dict[str | None, int] = {}
    for row in await inbox.counts_of(session, actor):
        counts[row.light] = counts.get(row.light, 0) + row.n
    return [
        Figure(
            code=code,
            title=say(title),
            value=sum(counts.values()) if light is None else counts.get(light.value, 0),
            unit=say("件"),
            link="tasks" if light is None else f"tasks?light={light.value}",
        )
        for light, code, title in _COLOURS
    ]


def _days() -> dict[str, Any]:
    """Return what the statements bind: days in China."""
    today = datetime.now(CHINA).date()
    week = datetime.combine(today - timedelta(days=7), time(), CHINA)
    return {"today": today, "soon": today + timedelta(days=30), "month": today.replace(day=1), "week": week}


def _links(days: dict[str, Any]) -> dict[str, str]:
    """Return the same days as the lists' filters take them."""
    return {
        "week": f"{days['week']:%Y-%m-%d}",
        "week_at": quote(days["week"].isoformat()),
        "month": f"{days['month']:%Y-%m}",
        "yesterday": f"{days['today'] - timedelta(days=1)}",
        "soon": f"{days['soon']}",
    }


async def _count(
    session: AsyncSession, actor: Actor, figures: list[FigureSource], values: dict[str, Any]
) -> dict[str, Any]:
    """Count them all in one round trip, each within the area of its own right."""
    if not figures:
        return {}
    parts = []
    for i, figure in enumerate(figures):
        places = Places(actor.reach(figure.needs).prefixes, f"p{i}")
        parts.append(f"({_AREA.sub(lambda found, p=places: p.condition(found[1]), figure.sql)}) AS {figure.code}")  # type: ignore[misc]
        values = values | places.values
    sql = "SELECT " + ", ".join(parts)
    used = {name: value for name, value in values.items() if re.search(rf"(?<!:):{name}\b", sql)}
    return dict((await session.execute(text(sql), used)).mappings().one())


def _figure(source: FigureSource, value: Any, links: dict[str, str]) -> Figure:
    shown = f"{value:.2f}" if isinstance(value, Decimal) else value
    link = source.link.format(**links)
    return Figure(code=source.code, title=say(source.title), value=shown, unit=say(source.unit), link=link)
