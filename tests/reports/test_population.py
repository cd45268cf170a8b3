"""Who belongs to the low-income population, how far from the standard, and which special aid they lack; notices; the fund."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text
from sqlmodel import select

from backend.cases.models.records import Objection, PublicNotice
from backend.ledger import service
from backend.ledger.models import Fund
from backend.registry.codes import StatusKind
from backend.registry.models import Household, HouseholdMember, PersonStatus
from tests.cases.conftest import TOWN_DECIDES, VILLAGE, definition, publish_project
from tests.conftest import committed
from tests.reports.test_reports import of_project, read


async def recognise(people: dict, kind: StatusKind, until: date | None = None, **home: object) -> None:
    """Give every member of the household a status from 2025 on, and the household some facts."""
    async with committed() as session:
        household = await session.get(Household, people["id"])
        for name, value in home.items():
            setattr(household, name, value)
        members = await session.exec(select(HouseholdMember).where(HouseholdMember.household_id == people["id"]))
        session.add_all(
            PersonStatus(
                person_id=member.person_id,
                household_id=people["id"],
                division_code=VILLAGE,
                kind=kind,
                valid_from=date(2025, 1, 1),
                valid_to=until,
            )
            for member in members
        )


def of(table: dict, column: str, value: str) -> dict:
    return next((row for row in table["rows"] if row[column] == value), {})


async def test_the_low_income_are_counted_by_class_and_by_distance_from_the_standard(sign_in, family) -> None:
    clerk = await sign_in("county_clerk")
    where = {"division_code": VILLAGE, "period": "2026-10"}
    before = await read(clerk, "R04", **where)
    near, far = await family(), await family()
    await recognise(near, StatusKind.LOW_INCOME, date(2026, 12, 1), income_per_capita_month=Decimal("900.00"))
    await recognise(far, StatusKind.RIGID_EXPENSE, income_per_capita_month=Decimal("99999.00"))
    await recognise(far, StatusKind.MONITORED, income_per_capita_month=Decimal("99999.00"))
    after = await read(clerk, "R04", **where)
    margin, rigid = of(after, "kind", "低保边缘"), of(after, "kind", "刚性支出困难")
    was = of(before, "kind", "低保边缘")
    assert margin["persons"] - was.get("persons", 0) == 3
    assert margin["to_150"] - was.get("to_150", 0) == 3, "900 yuan lie between once and one and a half times"
    assert margin["expiring"] - was.get("expiring", 0) == 3
    assert rigid["above"] - of(before, "kind", "刚性支出困难").get("above", 0) == 3
    assert after["totals"]["persons"] - before["totals"]["persons"] == 6, "two classes are one person"
    later = await read(clerk, "R04", division_code=VILLAGE, period="2026-12")
    assert of(later, "kind", "低保边缘").get("persons", 0) == was.get("persons", 0), "recognition has ended"


async def test_special_aid_shows_who_needs_it_and_has_none(sign_in, family, walk) -> None:
    clerk = await sign_in("county_clerk")
    where = {"division_code": VILLAGE, "period": "2026-04"}
    before = await read(clerk, "R05", **where)
    people, helped = await family(), await family()
    for home in (people, helped):
        await recognise(home, StatusKind.DIBAO, housing_grade="D")
    await publish_project("X84", definition("X84", TOWN_DECIDES) | {"department": "县教育局"})
    await walk.apply("village109_helper", "X84", helped)
    async with committed() as session:
        await session.execute(
            text(
                "UPDATE \"case\" SET state = 'approved', amount = 500, decided_at = '2026-04-05 10:00+08',"
                " open = false, due_at = NULL WHERE id = :id"
            ),
            {"id": walk.id},
        )
    after = await read(clerk, "R05", **where)
    pupils, was = of(after, "field", "教育救助"), of(before, "field", "教育救助")
    assert pupils["needed"] - was.get("needed", 0) == 2
    assert pupils["helped"] - was.get("helped", 0) == 1
    assert pupils["gap"] - was.get("gap", 0) == 1
    assert Decimal(pupils["amount"]) - Decimal(was.get("amount", "0")) == 500
    assert of(after, "field", "住房救助")["gap"] - of(before, "field", "住房救助").get("gap", 0) == 6
    assert of(after, "field", "医疗救助")["needed"] - of(before, "field", "医疗救助").get("needed", 0) == 2


async def test_a_notice_that_hangs_too_long_or_without_proof_is_seen(sign_in, walk, projects, family) -> None:
    await walk.apply("village109_helper", projects["town"], await family())
    async with committed() as session:
        await session.execute(text("UPDATE \"case\" SET project_code = 'X85' WHERE id = :id"), {"id": walk.id})
        posted = datetime(2026, 6, 3, tzinfo=UTC)
        notices = [
            PublicNotice(
                case_id=walk.id,
                division_code=VILLAGE,
                place="村务公开栏",
                days=7,
                posted_at=posted,
                ends_at=posted + timedelta(days=8),
                closed_at=closed,
                proof_file_id=proof,
            )
            for closed, proof in ((None, None), (posted + timedelta(days=9), 1))
        ]
        session.add_all(notices)
        await session.flush()
        session.add(
            Objection(case_id=walk.id, division_code=VILLAGE, notice_id=notices[1].id, content="有车", raised_at=posted)
        )
    table = await read(await sign_in("county_clerk"), "R11", period="2026-06", division_code=VILLAGE)
    (row,) = of_project(table, "X85")
    assert (row["place"], row["posted"], row["proven"], row["unproven"]) == ("村务公开栏", 2, 1, 1)
    assert (row["running"], row["expired"], row["objections"], row["waiting"], row["upheld"]) == (0, 1, 1, 1, 0)


async def test_the_relief_fund_adds_up_what_came_and_what_went(sign_in) -> None:
    finance = await sign_in("county_finance")
    before = (await read(finance, "R08", period="2026-05"))["totals"]
    async with committed() as session:
        fund = (await session.exec(select(Fund).where(Fund.code == "BK20"))).one()
        await service.post(
            session,
            service.Posting(
                template="E13",
                fund_id=fund.id,
                amount=Decimal("700.00"),
                dimensions={"doc_no": "R08-1"},
                idempotency_key="report-test:R08-1",
                occurred_on=date(2026, 5, 6),
            ),
        )
    table = await read(finance, "R08", period="2026-05")
    after = table["totals"]
    assert Decimal(after["donated"]) - Decimal(before["donated"]) == Decimal("700.00")
    assert Decimal(after["closing"]) - Decimal(before["closing"]) == Decimal("700.00")
    assert {row["fund"] for row in table["rows"]} == {"特困家庭救助基金"}
    income = sum(
        Decimal(after[name]) for name in ("opening", "granted", "donated", "interest", "recovered", "returned")
    )
    assert income - Decimal(after["spent"]) - Decimal(after["lent"]) == Decimal(after["closing"])
