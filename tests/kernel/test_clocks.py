"""Clocks: when something is due, how much is used, which colour it has."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.calendar import InvalidPeriod, WorkCalendar
from backend.kernel.clocks import (
    CHINA,
    Deadline,
    Light,
    PeriodUnit,
    Suspension,
    Thresholds,
    Used,
    in_china,
    light_between,
    light_of,
)

KNOWN = WorkCalendar.from_announced(range(2019, 2027))
TWENTY = Deadline(PeriodUnit.WORKING_DAYS, 20)
SEVEN = Deadline(PeriodUnit.CALENDAR_DAYS, 7)
URGENT = Deadline(PeriodUnit.HOURS, 24)
moments = st.datetimes(datetime(2019, 6, 1), datetime(2026, 6, 1), timezones=st.just(CHINA))
dates = st.dates(date(2019, 6, 1), date(2026, 9, 1))
pauses = st.lists(
    st.tuples(dates, st.integers(0, 40)).map(lambda p: Suspension(p[0], p[0] + timedelta(days=p[1]))),
    max_size=3,
)


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=CHINA)


class TestDue:
    def test_accepted_on_20_april_the_twentieth_working_day_is_19_may(self) -> None:
        due = TWENTY.due(at(4, 20), KNOWN)
        assert due.on == date(2020, 5, 19)
        assert due.at == datetime(2020, 5, 19, 23, 59, 59, 999999, tzinfo=CHINA)
        assert not due.provisional

    def test_urgent_aid_is_due_24_hours_after_first_contact_day_and_night(self) -> None:
        assert URGENT.due(at(5, 2, 22, 30), KNOWN).at == at(5, 3, 22, 30)

    def test_a_contact_recorded_in_another_zone_has_the_same_end(self) -> None:
        assert URGENT.due(at(5, 2, 22, 30).astimezone(UTC), KNOWN).at == at(5, 3, 22, 30)

    def test_the_day_of_the_event_is_the_day_in_china(self) -> None:
        # 17:00 UTC on the 19th is 01:00 on the 20th in China.
        assert TWENTY.due(datetime(2020, 4, 19, 17, tzinfo=UTC), KNOWN).on == date(2020, 5, 19)

    def test_calendar_days_that_would_end_on_a_holiday_end_on_the_next_working_day(self) -> None:
        assert SEVEN.due(at(4, 27), KNOWN).on == date(2020, 5, 6)
        assert Deadline(PeriodUnit.CALENDAR_DAYS, 7, rolls=False).due(at(4, 27), KNOWN).on == date(2020, 5, 4)
        assert SEVEN.due(at(4, 20), KNOWN).on == date(2020, 4, 27)

    def test_an_end_in_a_year_not_announced_is_provisional(self) -> None:
        start = datetime(2026, 12, 21, 9, tzinfo=CHINA)
        assert TWENTY.due(start, KNOWN).provisional
        assert not URGENT.due(start, KNOWN).provisional
        assert Deadline(PeriodUnit.CALENDAR_DAYS, 30).due(start, KNOWN).provisional

    def test_the_year_of_the_event_itself_does_not_make_an_end_provisional(self) -> None:
        due = Deadline(PeriodUnit.WORKING_DAYS, 1).due(datetime(2018, 12, 31, 9, tzinfo=CHINA), KNOWN)
        assert (due.on, due.provisional) == (date(2019, 1, 2), False)

    def test_a_time_without_zone_is_refused(self) -> None:
        with pytest.raises(InvalidPeriod, match="2020-05-02T22:30:00”没有时区"):
            URGENT.due(datetime(2020, 5, 2, 22, 30), KNOWN)
        with pytest.raises(InvalidPeriod):
            in_china(datetime(2020, 5, 2))

    @pytest.mark.parametrize("amount", [0, -1, 10_000])
    def test_an_empty_or_endless_period_is_refused(self, amount: int) -> None:
        with pytest.raises(InvalidPeriod, match=f"现为{amount}"):
            Deadline(PeriodUnit.HOURS, amount)

    @given(moments, st.integers(1, 60))
    def test_working_days_agree_with_the_calendar(self, start: datetime, n: int) -> None:
        expected = KNOWN.add_working_days(start.date(), n)
        due = Deadline(PeriodUnit.WORKING_DAYS, n).due(start, KNOWN)
        assert (due.on, due.provisional) == expected


class TestSuspension:
    def test_suspended_working_days_are_added_at_the_end(self) -> None:
        # 6–9 May 2020 were four working days (the Saturday was worked).
        suspended = [Suspension(date(2020, 5, 6), date(2020, 5, 9))]
        due = TWENTY.due_after(at(4, 20), KNOWN, suspended)
        assert due is not None
        assert due.on == KNOWN.add_working_days(date(2020, 5, 19), 4).date

    def test_suspended_holidays_add_nothing(self) -> None:
        suspended = [Suspension(date(2020, 5, 1), date(2020, 5, 5))]
        assert TWENTY.due_after(at(4, 20), KNOWN, suspended) == TWENTY.due(at(4, 20), KNOWN)

    def test_while_a_clock_stands_still_its_end_is_unknown(self) -> None:
        assert TWENTY.due_after(at(4, 20), KNOWN, [Suspension(date(2020, 5, 6))]) is None

    def test_a_suspension_after_the_end_changes_nothing(self) -> None:
        assert TWENTY.due_after(at(4, 20), KNOWN, [Suspension(date(2020, 5, 20))]) == TWENTY.due(at(4, 20), KNOWN)

    def test_hours_are_never_suspended(self) -> None:
        suspended = [Suspension(date(2020, 5, 2))]
        assert URGENT.due_after(at(5, 2, 22, 30), KNOWN, suspended) == URGENT.due(at(5, 2, 22, 30), KNOWN)
        assert URGENT.used(at(5, 2, 22, 30), at(5, 3, 10, 30), KNOWN, suspended) == Used(12, 12)

    def test_an_end_before_the_beginning_is_refused(self) -> None:
        with pytest.raises(InvalidPeriod, match="结束日2020-05-01早于开始日2020-05-02"):
            Suspension(date(2020, 5, 2), date(2020, 5, 1))

    @given(moments, st.integers(1, 40), pauses)
    def test_at_its_end_exactly_the_budget_is_used_net(self, start: datetime, n: int, paused: list[Suspension]) -> None:
        deadline = Deadline(PeriodUnit.WORKING_DAYS, n)
        due = deadline.due_after(start, KNOWN, paused)
        assert due is not None
        assert deadline.used(start, due.at, KNOWN, paused).net == n
        assert due.at >= deadline.due(start, KNOWN).at


class TestUsed:
    def test_gross_counts_working_days_net_leaves_suspended_ones_out(self) -> None:
        suspended = [Suspension(date(2020, 5, 6), date(2020, 5, 8)), Suspension(date(2020, 5, 7), date(2020, 5, 9))]
        assert TWENTY.used(at(4, 20), at(5, 11), KNOWN, suspended) == Used(14, 10)

    def test_an_open_suspension_lasts_until_now(self) -> None:
        assert TWENTY.used(at(4, 20), at(4, 24), KNOWN, [Suspension(date(2020, 4, 23))]) == Used(4, 2)

    def test_a_suspension_before_the_start_takes_nothing_away(self) -> None:
        assert TWENTY.used(at(4, 20), at(4, 24), KNOWN, [Suspension(date(2020, 4, 1), date(2020, 4, 21))]) == Used(4, 3)

    def test_nothing_is_used_before_the_start(self) -> None:
        assert TWENTY.used(at(4, 20), at(4, 20), KNOWN) == Used(0, 0)
        assert TWENTY.used(at(4, 20), at(4, 1), KNOWN) == Used(0, 0)

    def test_begun_hours_count_whole(self) -> None:
        assert URGENT.used(at(5, 2, 22, 30), at(5, 2, 22, 31), KNOWN).gross == 1
        assert URGENT.used(at(5, 2, 22, 30), at(5, 3, 22, 30), KNOWN).gross == 24

    def test_calendar_days_count_holidays_too(self) -> None:
        assert SEVEN.used(at(4, 30), at(5, 4), KNOWN, [Suspension(date(2020, 5, 2), date(2020, 5, 2))]) == Used(4, 3)

    @given(moments, moments, pauses, st.sampled_from([TWENTY, SEVEN]))
    def test_net_lies_between_zero_and_gross(
        self,
        start: datetime,
        now: datetime,
        paused: list[Suspension],
        deadline: Deadline,
    ) -> None:
        used = deadline.used(start, now, KNOWN, paused)
        assert 0 <= used.net <= used.gross

    @given(moments, st.integers(0, 200), pauses)
    def test_net_agrees_with_walking_day_by_day(self, start: datetime, span: int, paused: list[Suspension]) -> None:
        walked = [start.date() + timedelta(days=n) for n in range(1, span + 1)]
        counted = sum(KNOWN.is_working_day(day) and not any(p.covers(day) for p in paused) for day in walked)
        assert TWENTY.used(start, start + timedelta(days=span), KNOWN, paused).net == counted


class TestLight:
    @pytest.mark.parametrize(
        ("percent", "light"),
        [
            ("0", Light.GREEN),
            ("59.99", Light.GREEN),
            ("60", Light.AMBER),
            ("84.99", Light.AMBER),
            ("85", Light.RED),
            ("100", Light.RED),
            ("100.01", Light.OVERDUE),
        ],
    )
    def test_the_colour_follows_the_used_share(self, percent: str, light: Light) -> None:
        assert light_of(Fraction(Decimal(percent)) / 100) is light

    def test_the_thresholds_are_the_rules(self) -> None:
        assert light_of(Fraction(1, 2), Thresholds(amber_percent=40, red_percent=50)) is Light.RED

    @pytest.mark.parametrize(("amber", "red"), [(0, 85), (90, 85), (60, 101)])
    def test_thresholds_that_skip_a_colour_are_refused(self, amber: int, red: int) -> None:
        with pytest.raises(InvalidPeriod, match="预警线"):
            Thresholds(amber, red)

    @pytest.mark.parametrize(
        ("now", "light"),
        [
            (at(4, 20), Light.GREEN),
            (at(5, 8), Light.AMBER),  # 12 of 20
            (at(5, 14), Light.RED),  # 17 of 20
            (at(5, 19, 23, 59), Light.RED),
            (at(5, 20, 0, 0), Light.OVERDUE),
        ],
    )
    def test_a_twenty_day_clock_turns_amber_at_twelve_and_red_at_seventeen(self, now: datetime, light: Light) -> None:
        assert TWENTY.light(at(4, 20), now, KNOWN) is light

    def test_it_is_overdue_on_the_free_day_after_its_end(self) -> None:
        # Due on Friday 2020-05-15; on Saturday no further working day is used, yet the time is over.
        start = at(4, 20)
        eighteen = Deadline(PeriodUnit.WORKING_DAYS, 18)
        assert eighteen.due(start, KNOWN).on == date(2020, 5, 15)
        assert eighteen.light(start, at(5, 16), KNOWN) is Light.OVERDUE

    def test_a_period_rolled_over_a_holiday_is_red_not_overdue_until_its_end(self) -> None:
        # Seven days from 27 April end on 4 May, a holiday, so on 6 May: on 5 May eight of seven days are used.
        assert SEVEN.used(at(4, 27), at(5, 5), KNOWN).gross == 8
        assert SEVEN.light(at(4, 27), at(5, 5), KNOWN) is Light.RED
        assert SEVEN.light(at(4, 27), at(5, 7), KNOWN) is Light.OVERDUE

    def test_a_clock_that_stands_still_never_becomes_overdue(self) -> None:
        assert TWENTY.light(at(4, 20), at(12, 1), KNOWN, [Suspension(date(2020, 4, 22))]) is Light.GREEN

    @pytest.mark.parametrize(
        ("hours", "light"),
        [
            (0, Light.GREEN),
            (14.3, Light.GREEN),
            (14.4, Light.AMBER),
            (20.4, Light.RED),
            (24, Light.RED),
            (24.01, Light.OVERDUE),
        ],
    )
    def test_an_urgent_clock_runs_on_wall_time(self, hours: float, light: Light) -> None:
        assert URGENT.light(at(5, 2, 22, 30), at(5, 2, 22, 30) + timedelta(hours=hours), KNOWN) is light

    def test_between_two_equal_moments_there_is_no_green_left(self) -> None:
        now = at(5, 2)
        assert light_between(now, now, now) is Light.RED
        assert light_between(now, now, now - timedelta(seconds=1)) is Light.GREEN
        assert light_between(now, now, now + timedelta(seconds=1)) is Light.OVERDUE

    @given(moments, st.integers(1, 40), st.integers(0, 90), pauses)
    def test_a_colour_never_turns_back(self, start: datetime, n: int, later: int, paused: list[Suspension]) -> None:
        order = list(Light)
        deadline = Deadline(PeriodUnit.WORKING_DAYS, n)
        now, then = start + timedelta(days=later), start + timedelta(days=later + 1)
        before, after = (deadline.light(start, moment, KNOWN, paused) for moment in (now, then))
        assert order.index(before) <= order.index(after)

    @given(moments, st.integers(1, 40), st.integers(0, 90), pauses)
    def test_overdue_means_exactly_that_the_end_has_passed(
        self,
        start: datetime,
        n: int,
        later: int,
        paused: list[Suspension],
    ) -> None:
        deadline = Deadline(PeriodUnit.WORKING_DAYS, n)
        now = start + timedelta(days=later)
        due = deadline.due_after(start, KNOWN, paused)
        assert due is not None
        assert (deadline.light(start, now, KNOWN, paused) is Light.OVERDUE) == (now > due.at)
