"""Keep the working-day calendar: every edit recomputes open deadlines and keeps the old ones."""

from datetime import date

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import clocks, service
from backend.cases.models import CalendarDay
from backend.cases.permissions import CalendarPermission
from backend.cases.schemas import CalendarChange, CalendarDayEdit
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, invalid

_SATURDAY = 5


async def set_day(session: AsyncSession, actor: Actor, form: CalendarDayEdit) -> CalendarChange:
    """Make a day free or worked; a day that is plain again needs no row but keeps one, so that nothing vanishes."""
    actor.require(CalendarPermission.EDIT)
    row = (await session.exec(select(CalendarDay).where(CalendarDay.day == form.day).with_for_update())).one_or_none()
    if row is not None and row.is_working == form.is_working:
        raise invalid("is_working", f"{form.day.isoformat()}已经是{'工作日' if row.is_working else '休息日'}，没有变化")
    await clocks.work_calendar(session)
    if row is None:
        plain = form.day.weekday() < _SATURDAY
        if plain == form.is_working:
            raise invalid("is_working", f"{form.day.isoformat()}本来就是{'工作日' if plain else '休息日'}，不需要设置")
        row = CalendarDay(day=form.day, is_working=form.is_working, name=form.name)
        session.add(row)
    else:
        row.is_working, row.name = form.is_working, form.name
        row.version += 1
    await session.flush()
    return await _recompute(session, actor, form.day, form.reason, is_working=form.is_working)


async def fill(session: AsyncSession, actor: Actor) -> int:
    """Write announced years that are missing; return the number of new days."""
    actor.require(CalendarPermission.EDIT)
    added = await clocks.fill_calendar(session)
    if added:
        await _recompute(session, actor, date(2000, 1, 1), "录入国务院办公厅公布的节假日安排", is_working=None)
    return added


async def clear_day(session: AsyncSession, actor: Actor, day_id: int, reason: str) -> CalendarChange:
    """Remove a day set by hand; an announced one can only be set otherwise."""
    actor.require(CalendarPermission.EDIT)
    row = await session.get(CalendarDay, day_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.announced:
        raise invalid("id", "国务院办公厅公布的安排不能删除；如有调整，请修改该日是否上班")
    day = row.day
    await session.delete(row)
    await session.flush()
    return await _recompute(session, actor, day, reason, is_working=None)


async def _recompute(
    session: AsyncSession, actor: Actor, day: date, reason: str, *, is_working: bool | None
) -> CalendarChange:
    calendar = await clocks.work_calendar(session)
    moved = touched = 0
    for case in await clocks.open_cases_due_after(session, day):
        path = await service.path_of_case(session, case)
        step = path.step(case.step)
        if step is None:
            continue
        before = clocks.dues_of(case)
        clocks.set_clocks(case, path, step, calendar, await clocks.suspensions(session, case, path))
        changes = clocks.keep_history(session, actor, case, before, f"工作日历调整：{reason}")
        moved += changes
        touched += bool(changes)
        session.add(case)
    await session.flush()
    await audit.record(
        session,
        actor,
        "calendar_day.edit",
        subject=("calendar_day", day.isoformat()),
        details={"is_working": is_working, "reason": reason, "cases": touched},
    )
    return CalendarChange(day=day, is_working=is_working, cases=touched, due_dates=moved)
