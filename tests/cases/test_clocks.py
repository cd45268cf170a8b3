"""Clocks of a case: vectors of law and promise, colours, the calendar's edits, 24 hours."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from backend.cases import clocks
from backend.cases.models import Case, CaseKind, CaseState, DecisionLevel
from backend.cases.path.engine import Path, Step
from backend.cases.path.kinds import StepKind
from backend.cases.permissions import CasePermission
from backend.cases.views import light_of_case
from backend.kernel.calendar import WorkCalendar
from backend.kernel.clocks import CHINA, Light, Suspension
from tests.cases.conftest import Walk
from tests.conftest import committed

KNOWN = WorkCalendar.from_announced(range(2019, 2027))
STEP = Step("investigation", StepKind.INVESTIGATION, "调查核实", CasePermission.INVESTIGATE)
moments = st.datetimes(datetime(2019, 6, 1), datetime(2026, 3, 1), timezones=st.just(CHINA))


def path(promise: int | None = 20, statutory: int | None = 30, **more: Any) -> Path:
    return Path((STEP,), CaseKind.APPLICATION, DecisionLevel.TOWN, promise, statutory, 45, **more)


def case(accepted: datetime | None = None, **more: Any) -> Case:
    return Case(
        open=True, accepted_at=accepted, step_started_at=accepted or datetime(2020, 1, 1, tzinfo=UTC),
        state=CaseState.ACCEPTED, urgent=False, **more,
    )  # fmt: skip


def on(moment: datetime | None) -> str | None:
    return moment.astimezone(CHINA).date().isoformat() if moment else None


def test_twenty_working_days_from_20_april_2020_end_on_19_may() -> None:
    found = case(datetime(2020, 4, 20, 10, tzinfo=CHINA))
    clocks.set_clocks(found, path(20), STEP, KNOWN)
    assert on(found.promise_due_at) == "2020-05-19"


def test_ten_working_days_from_28_april_2020_end_on_14_may() -> None:
    found = case(datetime(2020, 4, 28, 16, tzinfo=CHINA))
    clocks.set_clocks(found, path(10), STEP, KNOWN)
    assert on(found.promise_due_at) == "2020-05-14"


def test_an_emergency_reported_at_night_on_a_holiday_is_due_24_hours_later() -> None:
    contact = datetime(2020, 5, 2, 22, 30, tzinfo=CHINA)
    found = case(first_contact_at=contact)
    found.urgent, found.state = True, CaseState.REGISTERED
    clocks.set_clocks(found, path(None, None, urgent_hours=24), STEP, KNOWN)
    assert found.urgent_due_at == datetime(2020, 5, 3, 22, 30, tzinfo=CHINA)
    assert found.due_at == found.urgent_due_at


def test_a_year_without_its_notice_is_provisional() -> None:
    found = case(datetime(2026, 12, 20, 9, tzinfo=CHINA))
    clocks.set_clocks(found, path(20), STEP, KNOWN)
    assert found.provisional is True


def test_a_local_rule_may_leave_the_notice_out_of_the_promise_never_of_the_law() -> None:
    start = datetime(2020, 4, 20, 10, tzinfo=CHINA)
    pause = (Suspension(date(2020, 5, 6), date(2020, 5, 12)),)
    plain, paused = case(start), case(start)
    clocks.set_clocks(plain, path(), STEP, KNOWN)
    clocks.set_clocks(paused, path(excludes_publicity=True), STEP, KNOWN, pause)
    assert paused.promise_due_at > plain.promise_due_at
    assert paused.statutory_due_at == plain.statutory_due_at
    used = clocks.used_days(paused, KNOWN, pause, datetime(2020, 5, 13, 9, tzinfo=CHINA))
    assert used is not None
    assert used.gross - used.net == 6, "6, 7, 8, 9 (调休), 11, 12 May were worked"


@given(moments, st.integers(1, 60))
def test_colours_come_in_their_order_and_red_never_before_amber(start: datetime, days: int) -> None:
    found = case(start)
    clocks.set_clocks(found, path(days, None), STEP, KNOWN)
    assert found.amber_at <= found.red_at <= found.due_at
    order = [Light.GREEN, Light.AMBER, Light.RED, Light.OVERDUE]
    times = [start, found.amber_at, found.red_at, found.due_at, found.due_at + timedelta(microseconds=1)]
    lights = [order.index(light_of_case(found, at)) for at in times]
    assert lights == sorted(lights)
    assert lights[-1] == order.index(Light.OVERDUE)
    assert lights[-2] < order.index(Light.OVERDUE), "the last day is whole"


@given(moments, st.integers(1, 60), st.integers(0, 30))
def test_a_longer_period_never_ends_earlier(start: datetime, days: int, more: int) -> None:
    short, long = case(start), case(start)
    clocks.set_clocks(short, path(days, None), STEP, KNOWN)
    clocks.set_clocks(long, path(days + more, None), STEP, KNOWN)
    assert short.promise_due_at <= long.promise_due_at


@given(moments, st.integers(1, 40), st.dates(date(2019, 6, 1), date(2026, 6, 1)))
def test_a_day_made_free_never_brings_a_deadline_forward(start: datetime, days: int, free: date) -> None:
    calendar = WorkCalendar(KNOWN.holidays | {free}, KNOWN.workdays - {free}, KNOWN.announced)
    before, after = case(start), case(start)
    clocks.set_clocks(before, path(days, None), STEP, KNOWN)
    clocks.set_clocks(after, path(days, None), STEP, calendar)
    assert after.promise_due_at >= before.promise_due_at


@given(moments, st.integers(1, 240))
def test_hours_do_not_know_holidays(start: datetime, hours: int) -> None:
    found = case(first_contact_at=start)
    found.urgent, found.state = True, CaseState.CHECKED
    clocks.set_clocks(found, path(None, None, urgent_hours=hours), STEP, KNOWN)
    assert found.urgent_due_at - start == timedelta(hours=hours)


def test_a_closed_case_keeps_its_dates() -> None:
    found = case(datetime(2020, 4, 20, 10, tzinfo=CHINA))
    clocks.set_clocks(found, path(20), STEP, KNOWN)
    found.open = False
    clocks.set_clocks(found, path(5), STEP, KNOWN)
    assert on(found.promise_due_at) == "2020-05-19"


async def test_a_calendar_edit_moves_open_deadlines_and_keeps_the_old_ones(walk: Walk, family: Any) -> None:
    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    before = await walk.read()
    due = datetime.fromisoformat(before["promise_due_at"]).astimezone(CHINA).date()
    clerk = await walk.sign_in("county_clerk")
    body = {"day": due.isoformat(), "is_working": False, "name": "暴雪停工", "reason": "县政府通知停工一天"}
    answer = await clerk.post("/api/v1/calendar-days", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["cases"] >= 1
    after = await walk.read()
    assert datetime.fromisoformat(after["promise_due_at"]) > datetime.fromisoformat(before["promise_due_at"])
    change = next(c for c in after["records"]["due_changes"] if c["clock"] == "promise")
    assert datetime.fromisoformat(change["old_due_at"]) == datetime.fromisoformat(before["promise_due_at"])
    assert "县政府通知停工一天" in change["reason"]
    again = await clerk.post("/api/v1/calendar-days", json=body)
    assert again.status_code == 422
    listed = (
        await clerk.get("/api/v1/calendar-days", params={"from_date": due.isoformat(), "to_date": due.isoformat()})
    ).json()
    row = listed["items"][0]
    assert row["allowed_actions"] == ["set", "delete"]
    answer = await clerk.delete(f"/api/v1/calendar-days/{row['id']}", params={"reason": "通知撤回"})
    assert answer.status_code == 200, answer.text
    restored = await walk.read()
    assert datetime.fromisoformat(restored["promise_due_at"]) == datetime.fromisoformat(before["promise_due_at"])


async def test_a_town_may_not_move_the_calendar(walk: Walk) -> None:
    clerk = await walk.sign_in("town109_clerk")
    body = {"day": "2026-12-30", "is_working": False, "name": "休息", "reason": "想休息"}
    assert (await clerk.post("/api/v1/calendar-days", json=body)).status_code == 403


async def test_overdue_cases_climb_the_ladder_once_a_day(walk: Walk, family: Any) -> None:
    from backend.cases.tasks import escalate

    await walk.apply("village109_helper", "X91", await family())
    await walk.until("accept")
    async with committed() as session:
        await session.execute(
            text("UPDATE \"case\" SET due_at = now() - interval '30 hours' WHERE id = :id"), {"id": walk.id}
        )

    async def progress(*_: object) -> None:
        return None

    running = SimpleNamespace(progress=progress)
    await escalate(running)  # type: ignore[arg-type]
    await escalate(running)  # type: ignore[arg-type]
    async with committed() as session:
        rows = await session.execute(
            text("SELECT level, role FROM case_escalation WHERE case_id = :id ORDER BY level"), {"id": walk.id}
        )
        assert [tuple(row) for row in rows] == [(1, "town_clerk"), (2, "town_approver")]
    clerk = await walk.sign_in("town109_clerk")
    overdue = (await clerk.get("/api/v1/cases", params={"light": "overdue"})).json()
    assert walk.id in [row["id"] for row in overdue["items"]]
