"""The months of the demo county: everything is dated from this month back, so that no day finds it out of date."""

from datetime import date, datetime

from backend.kernel.clocks import CHINA

# DOMAIN §10.3: histories of at least 24 months.
HISTORY = 24


def today() -> date:
    """Return the date in China."""
    return datetime.now(CHINA).date()


def this_month() -> date:
    """Return the first day of this month in China."""
    return today().replace(day=1)


def month_ago(months: int, month: date | None = None) -> date:
    """Return the first day of the month so many before one, by default before this one."""
    month = month or this_month()
    year, index = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(year, index + 1, 1)


def day_of(month: date, day: int) -> date:
    """Return a day of a month, but never one to come."""
    return min(month.replace(day=day), today())
