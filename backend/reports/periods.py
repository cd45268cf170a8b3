"""A month, quarter, year or from–to as text, and the days it covers."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.kernel.clocks import CHINA
from backend.kernel.errors import invalid

_PATTERN = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2])|-?Q([1-4]))?", re.ASCII)
_DAYS = re.compile(r"(20\d\d-\d\d-\d\d)\.\.(20\d\d-\d\d-\d\d)", re.ASCII)
YEARS_MAX = 10
_HOW = "期间应写成 2026-11（月）、2026Q4（季）、2026（年）或 2026-11-01..2026-11-15（起止日期）"


@dataclass(frozen=True, slots=True)
class Period:
    """`start` is the first day, `end` the day after the last, `month` the first day of the last month."""

    text: str
    start: date
    end: date

    @property
    def month(self) -> date:
        """Return the month at whose end the state is taken."""
        return (self.end - timedelta(days=1)).replace(day=1)

    @property
    def whole_months(self) -> bool:
        """Return whether it begins and ends with a month, as money paid by the month needs it."""
        return self.start.day == 1 and self.end.day == 1

    def values(self) -> dict[str, date | datetime]:
        """Return what statements bind."""
        return {
            "start": self.start,
            "until": self.end,
            "month": self.month,
            "start_at": datetime.combine(self.start, time(), CHINA),
            "until_at": datetime.combine(self.end, time(), CHINA),
        }


def shifted(month: date, months: int) -> date:
    """Return the first day of the month so many months later."""
    year, index = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, index + 1, 1)


def parse_period(text: str | None) -> Period:
    """Read 2026-11, 2026Q4, 2026 or 2026-11-01..2026-11-15; the current month when nothing is asked."""
    if text is None:
        start = datetime.now(CHINA).date().replace(day=1)
        return Period(f"{start:%Y-%m}", start, shifted(start, 1))
    days = _DAYS.fullmatch(text.strip())
    if days is not None:
        return _from_to(days[1], days[2])
    found = _PATTERN.fullmatch(text.strip().upper())
    if found is None:
        raise invalid("period", _HOW)
    year, month, quarter = int(found[1]), found[2], found[3]
    first, months = (int(month), 1) if month else (int(quarter) * 3 - 2, 3) if quarter else (1, 12)
    start = date(year, first, 1)
    return Period(text, start, shifted(start, months))


def _from_to(first: str, last: str) -> Period:
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise invalid("period", _HOW) from None
    if start >= end:
        raise invalid("period", "起始日期不能晚于截止日期")
    if end > start.replace(year=start.year + YEARS_MAX, day=min(start.day, 28)):
        raise invalid("period", "起止日期最长为十年")
    return Period(f"{first}..{last}", start, end)
