"""Working days with 调休, by the notices of the State Council."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.calendar import (
    MAX_DAYS,
    DueDay,
    InvalidPeriod,
    WorkCalendar,
    announced_exceptions,
    announced_years,
)

KNOWN = WorkCalendar.from_announced(range(2019, 2027))
days = st.dates(date(2018, 6, 1), date(2028, 6, 1))


@pytest.mark.parametrize(
    ("accepted", "n", "due"),
    [
        (date(2020, 4, 20), 20, date(2020, 5, 19)),
        (date(2020, 4, 28), 10, date(2020, 5, 14)),
        (date(2025, 9, 30), 1, date(2025, 10, 9)),
    ],
)
def test_holidays_and_worked_weekends_move_the_end(accepted: date, n: int, due: date) -> None:
    assert KNOWN.add_working_days(accepted, n) == DueDay(due, provisional=False)


def test_a_worked_saturday_counts_and_a_free_monday_does_not() -> None:
    assert KNOWN.is_working_day(date(2020, 5, 9))
    assert not KNOWN.is_working_day(date(2020, 5, 4))
    assert not KNOWN.is_working_day(date(2020, 5, 10))
    assert KNOWN.is_working_day(date(2020, 5, 11))


def test_the_day_of_the_event_is_not_counted() -> None:
    assert KNOWN.add_working_days(date(2020, 4, 20), 1).date == date(2020, 4, 21)
    assert KNOWN.working_days_between(date(2020, 4, 20), date(2020, 4, 20)) == 0


def test_a_period_never_ends_on_a_free_day() -> None:
    assert KNOWN.next_working_day(date(2020, 5, 1)) == DueDay(date(2020, 5, 6), provisional=False)
    assert KNOWN.next_working_day(date(2020, 5, 6)).date == date(2020, 5, 6)
    assert KNOWN.add_working_days(date(2020, 5, 1), 0).date == date(2020, 5, 6)


def test_a_year_that_is_not_announced_knows_weekends_only_and_is_provisional() -> None:
    assert KNOWN.add_working_days(date(2027, 9, 30), 1) == DueDay(date(2027, 10, 1), provisional=True)
    assert KNOWN.add_working_days(date(2026, 12, 30), 1) == DueDay(date(2026, 12, 31), provisional=False)
    assert KNOWN.add_working_days(date(2026, 12, 30), 2) == DueDay(date(2027, 1, 1), provisional=True)


def test_a_period_that_starts_on_the_last_day_of_an_unknown_year_is_known() -> None:
    assert KNOWN.add_working_days(date(2018, 12, 31), 1) == DueDay(date(2019, 1, 2), provisional=False)


def test_days_entered_by_hand_count_although_the_year_stays_provisional() -> None:
    by_hand = WorkCalendar.from_rows([(date(2027, 10, 1), False), (date(2027, 10, 9), True)], announced=[])
    assert by_hand.add_working_days(date(2027, 9, 30), 1) == DueDay(date(2027, 10, 4), provisional=True)
    assert by_hand.is_working_day(date(2027, 10, 9))


def test_rows_from_the_table_make_the_same_calendar_as_the_announcements() -> None:
    rows = announced_exceptions([2020])
    assert WorkCalendar.from_rows(((row.day, row.is_working) for row in rows), [2020]) == WorkCalendar.from_announced(
        [2020]
    )


def test_the_rows_name_the_festival() -> None:
    rows = {row.day: row for row in announced_exceptions([2020])}
    assert (rows[date(2020, 5, 4)].is_working, rows[date(2020, 5, 4)].name) == (False, "劳动节")
    assert rows[date(2020, 5, 9)].is_working
    assert list(rows) == sorted(rows)
    assert {day.year for day in rows} == {2020}
    assert all(row.is_working == (day.weekday() >= 5) for day, row in rows.items())


def test_a_year_without_announcement_is_refused_by_name() -> None:
    assert 2050 not in announced_years()
    with pytest.raises(InvalidPeriod, match="2050年的节假日安排尚未收录"):
        WorkCalendar.from_announced([2026, 2050])


def test_a_day_cannot_be_both_free_and_worked() -> None:
    day = date(2026, 1, 1)
    with pytest.raises(InvalidPeriod, match="2026-01-01不能既是休息日又是工作日"):
        WorkCalendar.from_rows([(day, True), (day, False)], [2026])


@pytest.mark.parametrize("n", [-1, MAX_DAYS + 1])
def test_an_impossible_number_of_days_is_refused(n: int) -> None:
    with pytest.raises(InvalidPeriod, match=f"现为{n}"):
        KNOWN.add_working_days(date(2026, 1, 1), n)


@given(days, days)
def test_counting_agrees_with_walking_day_by_day(one: date, other: date) -> None:
    start, end = sorted((one, other))
    walked = sum(KNOWN.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    assert KNOWN.working_days_between(start, end) == walked
    assert KNOWN.working_days_between(end, start) == -walked


@given(days, st.integers(1, 60))
def test_adding_days_and_counting_them_agree(start: date, n: int) -> None:
    due = KNOWN.add_working_days(start, n)
    assert KNOWN.working_days_between(start, due.date) == n
    assert KNOWN.working_days_between(start, due.date - timedelta(days=1)) == n - 1
    assert KNOWN.is_working_day(due.date)


@given(days, st.integers(0, 60))
def test_a_longer_period_never_ends_earlier(start: date, n: int) -> None:
    assert KNOWN.add_working_days(start, n).date <= KNOWN.add_working_days(start, n + 1).date


@given(days, st.integers(1, 60), st.dates(date(2018, 6, 1), date(2028, 12, 31)))
def test_one_more_holiday_never_brings_the_end_forward(start: date, n: int, day: date) -> None:
    with_one_more = WorkCalendar(KNOWN.holidays | {day}, KNOWN.workdays - {day}, KNOWN.announced)
    assert with_one_more.add_working_days(start, n).date >= KNOWN.add_working_days(start, n).date
