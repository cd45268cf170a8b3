"""Pure clock rules: when something is due, how much of its time is used, and what colour that has.

Time is wall time in China; nothing here reads the present: the caller passes `now`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.kernel.calendar import MAX_DAYS, InvalidPeriod, WorkCalendar
from backend.kernel.labels import LabelledEnum

CHINA = ZoneInfo("Asia/Shanghai")
_ONE_DAY = timedelta(days=1)


class PeriodUnit(LabelledEnum):
    """What a period is counted in."""

    WORKING_DAYS = "working_days", "工作日"
    CALENDAR_DAYS = "calendar_days", "日历日"
    HOURS = "hours", "小时"


class Light(LabelledEnum):
    """Colour of a running clock, for lists and escalation."""

    GREEN = "green", "正常"
    AMBER = "amber", "预警"
    RED = "red", "临期"
    OVERDUE = "overdue", "超期"


class Due(NamedTuple):
    """Last moment of a period: for days 23:59:59.999999 in China. `provisional` as in `DueDay`."""

    at: datetime
    provisional: bool

    @property
    def on(self) -> date:
        """Return the day in China, as letters and lists show it."""
        return self.at.astimezone(CHINA).date()


class Used(NamedTuple):
    """Time used, in whole units of the period (hours: begun hours count). Net leaves suspended days out."""

    gross: int
    net: int


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days, first and last included, on which a clock stands still; without `last` it still does.

    National rules suspend for nothing: this serves local rules such as 公示不计入办理时限.
    """

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        """Refuse an end before the beginning."""
        if self.last is not None and self.last < self.first:
            raise InvalidPeriod(
                "中止的结束日{last}早于开始日{first}",
                last=self.last.isoformat(),
                first=self.first.isoformat(),
            )

    def covers(self, day: date) -> bool:
        """Whether the clock stood still on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Share of the budget, in percent, from which a clock turns amber and red."""

    amber_percent: int = 60
    red_percent: int = 85

    def __post_init__(self) -> None:
        """Refuse thresholds that would skip a colour."""
        if not 0 < self.amber_percent <= self.red_percent <= 100:  # noqa: PLR2004 - percent
            raise InvalidPeriod(
                "预警线{amber}%与临期线{red}%应满足0＜预警线≤临期线≤100",
                amber=self.amber_percent,
                red=self.red_percent,
            )


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A period as a rule states it, e.g. 20 working days, 7 calendar days, 24 hours.

    The day of the event is not counted; a period in calendar days that would end on a free day ends on the next
    working day (民法典 第201、203条) unless `rolls` is off. Hours run day and night from the first contact.
    """

    unit: PeriodUnit
    amount: int
    rolls: bool = True

    def __post_init__(self) -> None:
        """Refuse an empty or endless period."""
        if not 1 <= self.amount <= MAX_DAYS:
            raise InvalidPeriod("时限应在1至{most}之间，现为{amount}", most=MAX_DAYS, amount=self.amount)

    def due(self, start: datetime, calendar: WorkCalendar) -> Due:
        """Return the statutory end, with nothing suspended. `start` must be aware; it is read in China's time."""
        found = self.due_after(start, calendar, ())
        if found is None:  # pragma: no cover - only a suspension can stop the clock
            raise AssertionError
        return found

    def due_after(self, start: datetime, calendar: WorkCalendar, suspensions: Iterable[Suspension]) -> Due | None:
        """Return the end with suspended days left out; None while an open suspension keeps it unknown.

        A suspension does not stop a clock that counts hours.
        """
        begin = _aware(start)
        if self.unit is PeriodUnit.HOURS:
            return Due((begin.astimezone(UTC) + timedelta(hours=self.amount)).astimezone(CHINA), provisional=False)
        pauses = tuple(suspensions)
        first = begin.date()
        last = first
        left = self.amount
        while left:
            last += _ONE_DAY
            if _stands_still_for_good(last, pauses):
                return None
            left -= self._counts(last, calendar, pauses)
        return self._end_of(first, last, calendar)

    def _counts(self, day: date, calendar: WorkCalendar, pauses: tuple[Suspension, ...]) -> bool:
        if any(pause.covers(day) for pause in pauses):
            return False
        return self.unit is PeriodUnit.CALENDAR_DAYS or calendar.is_working_day(day)

    def _end_of(self, first: date, last: date, calendar: WorkCalendar) -> Due:
        if self.unit is PeriodUnit.CALENDAR_DAYS:
            if not self.rolls:
                return Due(_end_of_day(last), provisional=False)
            # Only the last days decide here: years in between do not move the end.
            rolled = calendar.next_working_day(last)
            return Due(_end_of_day(rolled.date), rolled.provisional)
        years = range((first + _ONE_DAY).year, last.year + 1)
        return Due(_end_of_day(last), provisional=any(year not in calendar.announced for year in years))

    def used(
        self,
        start: datetime,
        now: datetime,
        calendar: WorkCalendar,
        suspensions: Iterable[Suspension] = (),
    ) -> Used:
        """Return gross and net units used from `start` to `now`; nothing before the start."""
        begin, moment = _aware(start), _aware(now)
        if moment <= begin:
            return Used(0, 0)
        if self.unit is PeriodUnit.HOURS:
            elapsed = moment.astimezone(UTC) - begin.astimezone(UTC)
            hours = -(-elapsed // timedelta(hours=1))
            return Used(hours, hours)
        gross = self._count_between(begin.date(), moment.date(), calendar)
        still = sum(
            self._count_between(before_first, last, calendar)
            for before_first, last in _merged(suspensions, begin.date(), moment.date())
        )
        return Used(gross, gross - still)

    def _count_between(self, start: date, end: date, calendar: WorkCalendar) -> int:
        if self.unit is PeriodUnit.CALENDAR_DAYS:
            return (end - start).days
        return calendar.working_days_between(start, end)

    def light(
        self,
        start: datetime,
        now: datetime,
        calendar: WorkCalendar,
        suspensions: Iterable[Suspension] = (),
        thresholds: Thresholds = DEFAULT_THRESHOLDS,
    ) -> Light:
        """Colour by the net share of the budget; overdue once the (suspended) end has passed."""
        pauses = tuple(suspensions)
        end = self.due_after(start, calendar, pauses)
        if self.unit is PeriodUnit.HOURS and end is not None:
            return light_between(start, end.at, now, thresholds)
        if end is not None and _aware(now) > end.at:
            return Light.OVERDUE
        share = Fraction(self.used(start, now, calendar, pauses).net, self.amount)
        return light_of(min(share, Fraction(1)), thresholds)


def light_of(used_share: Fraction, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> Light:
    """Colour of a used share, 1 being the whole budget: overdue only beyond it."""
    if used_share > 1:
        return Light.OVERDUE
    if used_share * 100 >= thresholds.red_percent:
        return Light.RED
    if used_share * 100 >= thresholds.amber_percent:
        return Light.AMBER
    return Light.GREEN


def light_between(
    start: datetime,
    due_at: datetime,
    now: datetime,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Light:
    """Colour by wall time between two stored moments, for clocks of which nothing else is known."""
    begin, end, moment = (_aware(value).astimezone(UTC) for value in (start, due_at, now))
    if moment > end:
        return Light.OVERDUE
    if end <= begin:
        return Light.RED if moment >= begin else Light.GREEN
    microsecond = timedelta(microseconds=1)
    return light_of(Fraction((moment - begin) // microsecond, (end - begin) // microsecond), thresholds)


def in_china(moment: datetime) -> datetime:
    """Return the same moment as a clock in China shows it; a naive time is refused, since it may mean any zone."""
    return _aware(moment)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidPeriod("时间“{moment}”没有时区，无法计时", moment=moment.isoformat())
    return moment.astimezone(CHINA)


def _end_of_day(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=CHINA)


def _stands_still_for_good(day: date, pauses: tuple[Suspension, ...]) -> bool:
    return any(pause.last is None and pause.first <= day for pause in pauses)


def _merged(suspensions: Iterable[Suspension], start: date, end: date) -> list[tuple[date, date]]:
    """Return suspended stretches in (start, end] as (day before the first, last), none overlapping."""
    stretches: list[tuple[date, date]] = []
    for pause in sorted(suspensions, key=lambda one: one.first):
        before = max(pause.first - _ONE_DAY, start, stretches[-1][1] if stretches else start)
        last = end if pause.last is None else min(pause.last, end)
        if before < last:
            stretches.append((before, last))
    return stretches
