"""A month, quarter or year as text, and the days it covers."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from backend.kernel.clocks import CHINA
from backend.kernel.errors import invalid

_PATTERN = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2])|-?Q([1-4]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """`start` is the first day, `end` the day after the last, `month` the first day of the last month."""

    text: str
    start: date
    end: date

    @property
    def month(self) -> date:
        """Return the month at whose end the state is taken."""
        return shifted(self.end, -1)

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
    """Read 2026-11, 2026Q4 or 2026; the current month when nothing is asked."""
    if text is None:
        start = datetime.now(CHINA).date().replace(day=1)
        return Period(f"{start:%Y-%m}", start, shifted(start, 1))
    found = _PATTERN.fullmatch(text.strip().upper())
    if found is None:
        raise invalid("period", "期间应写成 2026-11（月）、2026Q4（季）或 2026（年）")
    year, month, quarter = int(found[1]), found[2], found[3]
    first, months = (int(month), 1) if month else (int(quarter) * 3 - 2, 3) if quarter else (1, 12)
    start = date(year, first, 1)
    return Period(text, start, shifted(start, months))
