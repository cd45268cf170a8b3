"""Tables and figures: true totals, nobody else's area, and new projects without code."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import text

from backend.kernel.actor import Reach
from backend.payments.models import Entitlement
from backend.reports.definitions import REPORTS
from backend.reports.periods import parse_period, shifted
from backend.reports.scoping import Places, places_of
from tests.cases.conftest import TOWN_DECIDES, VILLAGE, definition, publish_project
from tests.conftest import committed

NOW = "2026-11"


async def read(client, code: str, **query):
    answer = await client.get(f"/api/v1/reports/{code}", params={"period": NOW} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def entitle(family, project: str, amount: str = "300.00", division: str = VILLAGE, **changes) -> int:
    people = await family()
    version = await publish_project(project, definition(project, TOWN_DECIDES))
    async with committed() as session:
        row = Entitlement(
            household_id=people["id"],
            payee_name=people["name"],
            division_code=division,
            residence="rural",
            project_code=project,
            version_id=version,
            monthly_amount=Decimal(amount),
            from_month=date(2026, 11, 1),
            **changes,
        )
        session.add(row)
        await session.flush()
        return int(row.id)


def of_project(table, project: str):
    return [row for row in table["rows"] if row.get("project_code") == project]


@pytest.mark.parametrize("code", sorted(REPORTS))
@pytest.mark.parametrize("period", ["2026-11", "2026Q4", "2026"])
async def test_every_report_answers_with_all_its_columns_and_a_total(sign_in, code, period) -> None:
    county = await sign_in("county_auditor")
    table = await read(county, code, period=period)
    names = {column["name"] for column in table["columns"]}
    assert names == set(table["totals"])
    assert all(names <= set(row) for row in table["rows"])


async def test_a_project_made_today_is_in_the_report_without_code(sign_in, family) -> None:
    await entitle(family, "X71", "356.00")
    table = await read(await sign_in("county_admin"), "R01", division_code=VILLAGE)
    (row,) = of_project(table, "X71")
    assert row["project_name"] == "试验救助X71"
    assert (row["households"], row["persons"], row["women"], row["minors"]) == (1, 3, 1, 1)
    assert (row["ill"], row["started"], row["ended"], row["monthly"]) == (1, 1, 0, "356.00")


async def test_who_leaves_is_counted_in_the_month_without_money(sign_in, family) -> None:
    await entitle(family, "X72", to_month=date(2026, 11, 1))
    county = await sign_in("county_admin")
    (november,) = of_project(await read(county, "R01", division_code=VILLAGE), "X72")
    (december,) = of_project(await read(county, "R01", division_code=VILLAGE, period="2026-12"), "X72")
    assert (november["households"], november["ended"]) == (1, 0)
    assert (december["households"], december["ended"]) == (0, 1)


async def test_a_table_drills_down_and_its_parts_add_up(sign_in, family) -> None:
    for amount in ("100.10", "200.20"):
        await entitle(family, "X73", amount)
    county = await sign_in("county_admin")
    whole = await read(county, "R01")
    (town,) = of_project(whole, "X73")
    assert (town["division_code"], town["division_name"], town["monthly"]) == ("371623109", "信阳镇", "300.30")
    communities = await read(county, "R01", division_code="371623109")
    assert {len(row["division_code"]) for row in communities["rows"]} == {12}
    villages = await read(county, "R01", division_code=VILLAGE[:12])
    (village,) = of_project(villages, "X73")
    assert (village["division_code"], village["monthly"]) == (VILLAGE, "300.30")
    added = sum(Decimal(row["monthly"]) for row in whole["rows"])
    assert Decimal(whole["totals"]["monthly"]) == added


async def test_a_town_counts_its_own_and_may_not_ask_for_another(sign_in, family) -> None:
    await entitle(family, "X74")
    ours = await read(await sign_in("town109_approver"), "R01")
    assert of_project(ours, "X74")
    assert all(row["division_code"].startswith("371623109") for row in ours["rows"])
    theirs = await sign_in("town001_approver")
    assert not of_project(await read(theirs, "R01"), "X74")
    answer = await theirs.get("/api/v1/reports/R01", params={"division_code": "371623109"})
    assert answer.status_code == 404


async def test_asking_above_ones_area_shows_only_ones_area(sign_in, family) -> None:
    await entitle(family, "X75")
    table = await read(await sign_in("town001_approver"), "R01", division_code="371623")
    assert not of_project(table, "X75")


async def test_only_who_may_read_the_money_may_read_its_report(sign_in) -> None:
    station = await sign_in("community109_station")
    assert (await station.get("/api/v1/reports/R07")).status_code == 403
    codes = [card["code"] for card in (await station.get("/api/v1/reports")).json()]
    assert "R07" not in codes


async def test_cases_closed_in_time_are_counted_against_promise_and_law(sign_in, walk, projects, family) -> None:
    people = await family()
    await walk.apply("village109_helper", projects["town"], people)
    async with committed() as session:
        await session.execute(
            text(
                "UPDATE \"case\" SET project_code = 'X76', decided_at = '2026-03-10 10:00+08', accepted_at = '2026-03-02 10:00+08',"
                " promise_due_at = '2026-03-09 23:59+08', statutory_due_at = '2026-04-09 23:59+08', due_at = NULL, open = false"
                " WHERE id = :id"
            ),
            {"id": walk.id},
        )
    table = await read(await sign_in("county_admin"), "R06", period="2026-03")
    (row,) = of_project(table, "X76")
    assert (row["closed"], row["in_promise"], row["promise_rate"]) == (1, 0, "0.0")
    assert (row["in_statutory"], row["statutory_rate"], row["median"]) == (1, "100.0", "8.0")
    assert row["urgent_rate"] is None
    assert not of_project(await read(await sign_in("county_admin"), "R06", period="2026-02"), "X76")


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "26-11", "2026Q5", "x", "2026-11-01", ""])
async def test_a_strange_period_is_refused_in_words(sign_in, period) -> None:
    answer = await (await sign_in("county_admin")).get("/api/v1/reports/R01", params={"period": period})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "period"


async def test_an_unknown_report_is_said_so(sign_in) -> None:
    answer = await (await sign_in("county_admin")).get("/api/v1/reports/R99")
    assert answer.status_code == 404
    assert "R99" in answer.json()["detail"]


async def test_an_export_holds_the_same_figures_and_is_on_record(sign_in, family) -> None:
    await entitle(family, "X77", "88.80")
    county = await sign_in("county_admin")
    table = await read(county, "R01")
    answer = await county.get("/api/v1/reports/R01/export", params={"period": NOW})
    assert answer.status_code == 200
    sheet = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=3, values_only=True))
    place = sheet[0].index("月保障金额")
    assert sheet[-1][0] == "合计"
    assert Decimal(str(sheet[-1][place])) == Decimal(table["totals"]["monthly"])
    assert len(sheet) == len(table["rows"]) + 2
    answer = await county.get("/api/v1/reports/R01/export", params={"period": NOW, "format": "csv"})
    assert answer.content.decode("utf-8-sig").splitlines()[0].startswith("区划名称")
    town = await (await sign_in("town109_clerk")).get("/api/v1/reports/R01/export")
    assert town.status_code == 403
    trail = await (await sign_in("secaudit")).get("/api/v1/audit-entries", params={"action": "report.export"})
    assert trail.json()["total"] >= 2


async def figures(client):
    answer = await client.get("/api/v1/reports/workbench")
    assert answer.status_code == 200, answer.text
    return {figure["code"]: figure["value"] for group in answer.json()["groups"] for figure in group["figures"]}


async def test_the_workbench_counts_what_waits_for_me(sign_in, walk, projects, family) -> None:
    station, approver = await sign_in("community109_station"), await sign_in("town001_approver")
    before, elsewhere = await figures(station), await figures(approver)
    await walk.apply("village109_helper", projects["town"], await family())
    after = await figures(station)
    assert after["tasks"] == before["tasks"] + 1
    assert after["cases_new"] == before["cases_new"] + 1
    async with committed() as session:
        await session.execute(
            text("UPDATE \"case\" SET due_at = now() - interval '1 hour' WHERE id = :id"), {"id": walk.id}
        )
    assert (await figures(station))["overdue"] == before["overdue"] + 1
    assert (await figures(approver))["cases_new"] == elsewhere["cases_new"]


async def test_the_workbench_adds_up_benefits_of_ones_area(sign_in, family) -> None:
    admin = await sign_in("county_admin")
    before = await figures(admin)
    await entitle(family, "X78", "12.34", division=VILLAGE)
    async with committed() as session:
        await session.execute(
            text("UPDATE entitlement SET from_month = date_trunc('month', now())::date WHERE project_code = 'X78'")
        )
    after = await figures(admin)
    assert Decimal(after["amount_month"]) - Decimal(before["amount_month"]) == Decimal("12.34")
    assert after["benefit_persons"] - before["benefit_persons"] == 3
    assert after["households"] - before["households"] == 1


@pytest.mark.parametrize("who", ["bank_operator"])
async def test_who_has_no_desk_is_shown_no_tasks(sign_in, who) -> None:
    assert "tasks" not in await figures(await sign_in(who))


async def test_each_desk_sees_the_figures_of_its_own_work(sign_in) -> None:
    finance = await figures(await sign_in("county_finance"))
    assert {"batches_draft", "batches_sent", "tasks"} <= finance.keys()
    assert {"users_active", "users_disabled"} <= (await figures(await sign_in("secadmin"))).keys()
    assert {"acts_week", "reveals_week"} <= (await figures(await sign_in("secaudit"))).keys()
    assert {"findings_missed", "reviews_overdue"} <= (await figures(await sign_in("county_clerk"))).keys()


async def test_a_figure_that_i_may_not_know_is_absent(sign_in) -> None:
    assert "reserve_balance" not in await figures(await sign_in("village109_helper"))
    assert "reserve_balance" in await figures(await sign_in("county_finance"))
    assert "households" not in await figures(await sign_in("sysadmin"))


async def test_charts_cover_every_month_and_name_new_projects(sign_in, walk, projects, family) -> None:
    await walk.apply("village109_helper", projects["town"], await family())
    admin = await sign_in("county_admin")
    for code in ("applications", "payments", "timeliness"):
        answer = await admin.get(f"/api/v1/reports/charts/{code}", params={"months": 6})
        assert answer.status_code == 200, answer.text
        chart = answer.json()
        assert len(chart["categories"]) == 6
        assert all(len(series["data"]) == 6 for series in chart["series"])
        if code == "applications":
            assert "试验救助X91" in [series["name"] for series in chart["series"]]
    assert (await (await sign_in("sysadmin")).get("/api/v1/reports/charts/payments")).status_code == 403


digits = st.integers(0, 999).map(lambda n: f"{n:03d}")
codes = st.lists(digits, max_size=3).map(lambda parts: "371623" + "".join(parts))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(codes, max_size=3), st.none() | codes)
def test_asked_places_never_exceed_the_reach(prefixes, asked) -> None:
    found = places_of(Reach(prefixes=tuple(prefixes)), asked).prefixes
    for place in found:
        assert any(place.startswith(prefix) for prefix in prefixes)
        assert asked is None or place.startswith(asked)


def test_no_area_is_nothing() -> None:
    assert Places(()).condition("c.division_code") == "false"


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(-48, 48))
def test_months_shift_there_and_back(day, months) -> None:
    month = day.replace(day=1)
    assert shifted(shifted(month, months), -months) == month


def test_a_quarter_covers_its_three_months() -> None:
    quarter = parse_period("2026Q4")
    assert (quarter.start, quarter.end, quarter.month) == (date(2026, 10, 1), date(2027, 1, 1), date(2026, 12, 1))


def test_from_to_covers_both_days() -> None:
    days = parse_period("2026-01-15..2026-02-28")
    assert (days.start, days.end, days.month) == (date(2026, 1, 15), date(2026, 3, 1), date(2026, 2, 1))
    assert parse_period("2026-02-01..2026-02-28").month == parse_period("2026-02").month


@pytest.mark.parametrize("period", ["2026-02-30..2026-03-01", "2026-03-02..2026-03-01", "2001-01-01..2026-01-01"])
async def test_impossible_days_are_refused_in_words(sign_in, period) -> None:
    answer = await (await sign_in("county_admin")).get("/api/v1/reports/R06", params={"period": period})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "period"


async def test_what_is_paid_by_the_month_is_counted_in_whole_months_only(sign_in) -> None:
    county = await sign_in("county_admin")
    answer = await county.get("/api/v1/reports/R01", params={"period": "2026-11-02..2026-11-30"})
    assert answer.status_code == 422
    assert "整月" in answer.json()["errors"][0]["message"]
    whole, month = await read(county, "R01", period="2026-11-01..2026-11-30"), await read(county, "R01")
    assert (whole["rows"], whole["totals"]) == (month["rows"], month["totals"])
    assert (await county.get("/api/v1/reports/R06", params={"period": "2026-11-02..2026-11-30"})).status_code == 200
