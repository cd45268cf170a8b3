"""The clocks of a case on the calendar of the database: set, extended, recomputed, and their history."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import ceil

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.models import CalendarDay, Case, DueChange, PublicNotice
from backend.cases.models.codes import CaseState
from backend.cases.path.engine import Path, Step
from backend.kernel.actor import Actor
from backend.kernel.calendar import WorkCalendar, announced_exceptions, announced_years
from backend.kernel.clocks import CHINA, DEFAULT_THRESHOLDS, Deadline, Due, PeriodUnit, Suspension, Thresholds, Used

_DUE_FIELDS = ("promise_due_at", "statutory_due_at", "urgent_due_at", "step_due_at")


@dataclass(frozen=True, slots=True)
class Clock:
    """A period with its beginning."""

    start: datetime
    deadline: Deadline


async def fill_calendar(session: AsyncSession) -> int:
    """Write the announced years that the table lacks; rows that people edited stay. Return the number of new rows."""
    known = {row.day for row in (await session.exec(select(CalendarDay))).all()}
    years = announced_years()
    fresh = [row for row in announced_exceptions(years) if row.day not in known]
    # A year's row set marks it announced; 1 January is always among its exceptions.
    session.add_all(CalendarDay(day=r.day, is_working=r.is_working, name=r.name, announced=True) for r in fresh)
    await session.flush()
    return len(fresh)


async def work_calendar(session: AsyncSession) -> WorkCalendar:
    """Read the calendar; an empty table is filled first, so that no clock ever runs on plain weeks unseen."""
    rows = (await session.exec(select(CalendarDay))).all()
    if not rows:
        await fill_calendar(session)
        rows = (await session.exec(select(CalendarDay))).all()
    return WorkCalendar.from_rows(
        ((row.day, row.is_working) for row in rows), {row.day.year for row in rows if row.announced}
    )


def working_days(amount: int) -> Deadline:
    """Return a period in working days."""
    return Deadline(PeriodUnit.WORKING_DAYS, amount)


def turning_points(
    clock: Clock, calendar: WorkCalendar, limits: Thresholds = DEFAULT_THRESHOLDS
) -> tuple[datetime, datetime]:
    """Return from when the clock is amber and red: the moment that share of its budget is used."""
    points = []
    for percent in (limits.amber_percent, limits.red_percent):
        if clock.deadline.unit is PeriodUnit.HOURS:
            seconds = clock.deadline.amount * 3600 * percent // 100
            points.append(clock.start.astimezone(UTC) + timedelta(seconds=seconds))
            continue
        units = ceil(Fraction(clock.deadline.amount * percent, 100))
        day = Deadline(clock.deadline.unit, units, rolls=False).due(clock.start, calendar).on
        points.append(datetime.combine(day, time.min, tzinfo=CHINA))
    return points[0], points[1]


def notice_deadline(path: Path) -> Deadline | None:
    """Return how long a notice hangs; calendar days do not roll, since a board hangs on free days too."""
    if not path.publicity_days:
        return None
    unit = PeriodUnit.WORKING_DAYS if path.publicity_working_days else PeriodUnit.CALENDAR_DAYS
    return Deadline(unit, path.publicity_days, rolls=False)


async def suspensions(session: AsyncSession, case: Case, path: Path) -> tuple[Suspension, ...]:
    """Return the notice's days where local rules leave them out (`exclude_publicity`); else nothing suspends."""
    if not path.excludes_publicity:
        return ()
    notices = (await session.exec(select(PublicNotice).where(PublicNotice.case_id == case.id))).all()
    return tuple(
        Suspension(n.posted_at.astimezone(CHINA).date() + timedelta(days=1), n.ends_at.astimezone(CHINA).date())
        for n in notices
    )


def overall(case: Case, path: Path) -> Clock | None:
    """Return the clock that lights and escalation follow: 24 hours first, then the county's promise."""
    if case.urgent and case.state in {
        CaseState.REGISTERED,
        CaseState.CHECKED,
        CaseState.TO_AUTHORIZE,
    }:
        if case.first_contact_at is None or path.urgent_hours is None:
            return None
        return Clock(case.first_contact_at, Deadline(PeriodUnit.HOURS, path.urgent_hours))
    if case.accepted_at is None or path.promise_days is None:
        return None
    return Clock(case.accepted_at, working_days(path.promise_days))


def step_clock(case: Case, step: Step) -> Clock | None:
    """Return the clock of the present step, if it has one."""
    if step.hours:
        return Clock(case.step_started_at, Deadline(PeriodUnit.HOURS, step.hours))
    if step.calendar_days:
        return Clock(case.step_started_at, Deadline(PeriodUnit.CALENDAR_DAYS, step.calendar_days))
    if step.working_days:
        return Clock(case.step_started_at, working_days(step.working_days))
    return None


def set_clocks(case: Case, path: Path, step: Step, calendar: WorkCalendar, pauses: tuple[Suspension, ...] = ()) -> None:
    """Write every due date of a case from its beginnings; a closed case keeps what it had."""
    if not case.open:
        return
    dues: list[Due | None] = []
    if case.first_contact_at is not None and path.urgent_hours is not None:
        dues.append(Deadline(PeriodUnit.HOURS, path.urgent_hours).due(case.first_contact_at, calendar))
        case.urgent_due_at = _at(dues[-1])
    if case.accepted_at is not None and path.promise_days is not None:
        dues.append(working_days(path.promise_days).due_after(case.accepted_at, calendar, pauses))
        case.promise_due_at = _at(dues[-1])
    statutory = case.extension_days or path.statutory_days
    if case.accepted_at is not None and statutory is not None:
        # Measured gross: national rules suspend for nothing.
        dues.append(working_days(statutory).due(case.accepted_at, calendar))
        case.statutory_due_at = _at(dues[-1])
    here, whole = step_clock(case, step), overall(case, path)
    case.step_due_at = here.deadline.due(here.start, calendar).at if here else None
    if here:
        dues.append(here.deadline.due(here.start, calendar))
    case.provisional = any(due.provisional for due in dues if due)
    _set_light(case, whole, here, calendar, pauses)


def _set_light(
    case: Case, whole: Clock | None, here: Clock | None, calendar: WorkCalendar, pauses: tuple[Suspension, ...]
) -> None:
    """Let lists and colours follow the clock that ends first; a case that waits for the applicant has none."""
    ends = []
    for clock in (whole, here):
        end = clock.deadline.due_after(clock.start, calendar, pauses) if clock else None
        if clock is not None and end is not None:
            ends.append((end.at, clock))
    if not ends or case.state is CaseState.TO_SUPPLEMENT:
        case.due_at = case.amber_at = case.red_at = None
        return
    case.due_at, first = min(ends, key=lambda pair: pair[0])
    case.amber_at, case.red_at = turning_points(first, calendar)


def _at(due: Due | None) -> datetime | None:
    return due.at if due else None


def used_days(case: Case, calendar: WorkCalendar, pauses: tuple[Suspension, ...], at: datetime) -> Used | None:
    """Return working days used since acceptance, gross and net; None before it. Urgent: hours since first contact."""
    if case.urgent and case.first_contact_at is not None:
        return Deadline(PeriodUnit.HOURS, 24).used(case.first_contact_at, at, calendar)
    if case.accepted_at is None:
        return None
    return working_days(1).used(case.accepted_at, at, calendar, pauses)


def keep_history(
    session: AsyncSession, actor: Actor, case: Case, before: dict[str, datetime | None], reason: str
) -> int:
    """Record each due date that moved; return how many did."""
    moved = 0
    for name in _DUE_FIELDS:
        old, new = before[name], getattr(case, name)
        if old is None or old == new:
            continue
        moved += 1
        session.add(
            DueChange(
                case_id=case.key,
                division_code=case.division_code,
                clock=name.removesuffix("_due_at"),
                old_due_at=old,
                new_due_at=new,
                reason=reason,
                user_id=actor.user_id,
                user_name=actor.name,
            )
        )
    return moved


def dues_of(case: Case) -> dict[str, datetime | None]:
    """Return the due dates as they are, to compare later."""
    return {name: getattr(case, name) for name in _DUE_FIELDS}


async def open_cases_due_after(session: AsyncSession, day: date) -> list[Case]:
    """Return open cases with a clock that may run over a day, locked in id order against two recomputations."""
    end = datetime.combine(day, time.min, tzinfo=CHINA)
    statement = (
        select(Case)
        .where(
            col(Case.open).is_(True),
            (col(Case.promise_due_at) >= end) | (col(Case.statutory_due_at) >= end) | (col(Case.step_due_at) >= end),
        )
        .order_by(col(Case.id))
        .with_for_update()
    )
    return list((await session.exec(statement)).all())
