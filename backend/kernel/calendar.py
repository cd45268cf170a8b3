"""Working days of China with 调休, on an explicit calendar that is passed in, never global.

Periods are counted without the day of the event (民法典 第201条, 行政许可法 第82条).
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple, Self

from chinese_calendar import constants

from backend.kernel.refusals import Refused

MAX_DAYS = 3660
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class InvalidPeriod(Refused):
    """A number of days or an order of dates that no clock can use."""

    code = "invalid_period"


class ExceptionDay(NamedTuple):
    """A weekday that is free, or a day of a weekend that is worked; `name` is the festival."""

    day: date
    is_working: bool
    name: str


class DueDay(NamedTuple):
    """Last day of a period. Provisional: it runs through a year whose holidays are not announced yet."""

    date: date
    provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """Exceptions from Monday to Friday, and the years for which the State Council has announced them.

    A year that is not announced has the exceptions that were entered by hand, if any, and stays provisional.
    """

    holidays: frozenset[date]
    workdays: frozenset[date]
    announced: frozenset[int]
    _free_weekdays: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _worked_weekends: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a day that is both; keep sorted what differs from a plain week."""
        both = self.holidays & self.workdays
        if both:
            raise InvalidPeriod("{day}不能既是休息日又是工作日", day=min(both).isoformat())
        free = sorted(day for day in self.holidays if day.weekday() < _SATURDAY)
        worked = sorted(day for day in self.workdays if day.weekday() >= _SATURDAY)
        object.__setattr__(self, "_free_weekdays", tuple(free))
        object.__setattr__(self, "_worked_weekends", tuple(worked))

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[date, bool]], announced: Iterable[int]) -> Self:
        """Build from `(day, is_working)`, as the calendar table holds them; one row per day."""
        holidays: set[date] = set()
        workdays: set[date] = set()
        for day, is_working in rows:
            (workdays if is_working else holidays).add(day)
        return cls(frozenset(holidays), frozenset(workdays), frozenset(announced))

    @classmethod
    def from_announced(cls, years: Iterable[int]) -> Self:
        """Build from the holiday notices of the State Council as `chinesecalendar` records them.

        Raises InvalidPeriod for a year that it does not know: see `announced_years`.
        """
        wanted = frozenset(years)
        rows = announced_exceptions(wanted)
        return cls.from_rows(((row.day, row.is_working) for row in rows), wanted)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day as far as it is known."""
        if day in self.workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def next_working_day(self, day: date) -> DueDay:
        """Return the day itself or the first working day after it (民法典 第203条: no period ends on a free day)."""
        last = day
        while not self.is_working_day(last):
            last += _ONE_DAY
        return DueDay(last, self._is_provisional(day, last))

    def add_working_days(self, day: date, n: int) -> DueDay:
        """Return the n-th working day after `day`; n = 0 is `next_working_day`. At most `MAX_DAYS`."""
        if not 0 <= n <= MAX_DAYS:
            raise InvalidPeriod("工作日数应在0至{most}之间，现为{n}", most=MAX_DAYS, n=n)
        if n == 0:
            return self.next_working_day(day)
        last, left = day, n
        while left:
            last += _ONE_DAY
            left -= self.is_working_day(last)
        return DueDay(last, self._is_provisional(day + _ONE_DAY, last))

    def working_days_between(self, start: date, end: date) -> int:
        """Count working days after `start` up to and with `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.working_days_between(end, start)
        return (
            _weekdays_through(end)
            - _weekdays_through(start)
            - _count_within(self._free_weekdays, start, end)
            + _count_within(self._worked_weekends, start, end)
        )

    def _is_provisional(self, first: date, last: date) -> bool:
        return any(year not in self.announced for year in range(first.year, last.year + 1))


def announced_years() -> frozenset[int]:
    """Return the years whose holiday notice is known to this release of the product."""
    return frozenset(day.year for day in constants.holidays)


def announced_exceptions(years: Iterable[int]) -> list[ExceptionDay]:
    """Return the rows that fill the calendar table for these years, by date, with the festival's Chinese name."""
    wanted = frozenset(years)
    unknown = wanted - announced_years()
    if unknown:
        raise InvalidPeriod("{year}年的节假日安排尚未收录，请在工作日历中录入", year=min(unknown))
    free = [
        ExceptionDay(day, is_working=False, name=_festival(name))
        for day, name in constants.holidays.items()
        if day.weekday() < _SATURDAY
    ]
    worked = [
        ExceptionDay(day, is_working=True, name=_festival(name))
        for day, name in constants.workdays.items()
        if day.weekday() >= _SATURDAY
    ]
    return sorted(row for row in free + worked if row.day.year in wanted)


def _festival(english: str) -> str:
    return str(constants.Holiday(english).chinese)


def _weekdays_through(day: date) -> int:
    # date(1, 1, 1), ordinal 1, was a Monday.
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


def _count_within(days: tuple[date, ...], start: date, end: date) -> int:
    return bisect_right(days, end) - bisect_right(days, start)
