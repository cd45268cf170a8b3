"""Money is counted as the books have it; persons by their care; leads by who came in time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from backend.discovery.models import Lead, LeadSource, LeadStatus, Urgency
from backend.ledger import repository as books
from backend.ledger import service
from backend.payments.models import Difference, Entitlement, LineStatus, PaymentBatch, PaymentLine
from tests.cases.conftest import TOWN_DECIDES, VILLAGE, definition, id_number, publish_project
from tests.conftest import committed
from tests.reports.test_reports import of_project, read

TOWN = "371623109"


async def pay(number: str, amount: str, on: date) -> str:
    async with committed() as session:
        fund = await books.fund_of_division(session, TOWN)
        await service.post(
            session,
            service.Posting(
                template="E10",
                fund_id=fund.id,
                amount=Decimal(amount),
                dimensions={"case_ref": number, "item_code": "C01"},
                idempotency_key=f"report-test:{number}",
                occurred_on=on,
            ),
        )
        return fund.name


async def test_a_reserve_shows_what_was_spent_and_ends_where_the_books_end(sign_in) -> None:
    finance = await sign_in("county_finance")
    before = (await read(finance, "R07", division_code=TOWN, period="2026-09"))["totals"]
    name = await pay("R07-1", "800.00", date(2026, 9, 3))
    await pay("R07-2", "400.50", date(2026, 9, 20))
    table = await read(finance, "R07", division_code=TOWN, period="2026-09")
    after = table["totals"]
    assert name in [row["fund"] for row in table["rows"]]
    assert Decimal(after["spent"]) - Decimal(before["spent"]) == Decimal("1200.50")
    assert after["payments"] - before["payments"] == 2
    assert Decimal(after["unclaimed"]) - Decimal(before["unclaimed"]) == Decimal("1200.50")
    assert Decimal(after["opening"]) + Decimal(after["received"]) - Decimal(after["spent"]) == Decimal(after["closing"])
    october = (await read(finance, "R07", division_code=TOWN, period="2026-10"))["totals"]
    assert october["opening"] == after["closing"]
    year = (await read(finance, "R07", division_code=TOWN, period="2026"))["totals"]
    async with committed() as session:
        fund = await books.fund_of_division(session, TOWN)
        kept = sum([await books.balance(session, fund.id, code) for code in books.CASH_CODES], Decimal(0))
    assert Decimal(year["closing"]) == kept


async def test_sources_add_up_to_the_same_money_as_the_reserves(sign_in) -> None:
    finance = await sign_in("county_finance")
    by_source = await read(finance, "R10", division_code=TOWN, period="2026")
    reserve = await read(finance, "R07", division_code=TOWN, period="2026")
    reserves = {row["fund"]: Decimal(row["closing"]) for row in reserve["rows"]}
    assert reserves
    for fund, closing in reserves.items():
        assert sum(Decimal(row["closing"]) for row in by_source["rows"] if row["fund"] == fund) == closing


async def test_the_destitute_are_counted_by_care_and_age_and_only_in_their_own_report(sign_in, family) -> None:
    elder = id_number("19400101")
    people = await family(
        members=[
            {"name": "孙老人", "id_number": elder, "relation": "head", "self_care": "none", "in_institution": True},
        ],
        incomes=[],
    )
    version = await publish_project("X81", definition("X81", TOWN_DECIDES))
    async with committed() as session:
        session.add(
            Entitlement(
                household_id=people["id"],
                payee_name="孙老人",
                division_code=VILLAGE,
                residence="rural",
                project_code="A05",
                version_id=version,
                monthly_amount=Decimal("1345.00"),
                from_month=date(2026, 11, 1),
            )
        )
    admin = await sign_in("county_admin")
    (row,) = of_project(await read(admin, "R02", division_code=VILLAGE), "A05")
    assert (row["persons"], row["no_care"], row["from_80"], row["half_share"]) == (1, 1, 1, "100.0")
    assert not of_project(await read(admin, "R01", division_code=VILLAGE), "A05")


async def test_payment_lines_are_counted_by_what_the_bank_said(sign_in) -> None:
    finance = await sign_in("county_finance")
    async with committed() as session:
        fund_id = await session.scalar(text("SELECT id FROM fund WHERE kind = 'county_special' LIMIT 1"))
        batch = PaymentBatch(
            number="RT1",
            period=date(2026, 8, 1),
            project_codes=["X82"],
            division_code="371623",
            fund_id=fund_id,
            made_by=1,
        )
        session.add(batch)
        await session.flush()
        wanted = (
            (LineStatus.PAID, "100.00"),
            (LineStatus.PAID, "50.00"),
            (LineStatus.FAILED, "30.00"),
            (LineStatus.CANCELLED, "9.00"),
        )
        for seq, (status, amount) in enumerate(wanted):
            session.add(
                PaymentLine(
                    batch_id=batch.id,
                    seq=seq,
                    biz_no=f"RT1-{seq}",
                    payee_name="某人",
                    division_code=VILLAGE,
                    residence="rural",
                    project_code="X82",
                    period=date(2026, 8, 1),
                    amount=Decimal(amount),
                    difference=Difference.NEW,
                    expense_account="5002",
                    budget_subject="2081902",
                    status=status,
                    created_at=datetime.now(UTC) - timedelta(days=31),
                )
            )
    (row,) = of_project(await read(finance, "R09", period="2026-08"), "X82")
    assert (row["lines"], row["amount"], row["paid"], row["paid_amount"]) == (3, "180.00", 2, "150.00")
    assert (row["failed"], row["failed_amount"], row["success_rate"], row["stale"]) == (1, "30.00", "66.7", 1)


async def test_leads_are_counted_by_source_and_by_who_came_in_time(sign_in) -> None:
    start = datetime(2026, 7, 10, 8, tzinfo=UTC)
    rows = ((1, LeadStatus.CONVERTED), (48, LeadStatus.VERIFIED), (None, LeadStatus.NEW))
    async with committed() as session:
        for hours, status in rows:
            session.add(
                Lead(
                    source=LeadSource.HOSPITAL,
                    urgency=Urgency.RED,
                    facts="住院费用高",
                    division_code=VILLAGE,
                    status=status,
                    received_at=start,
                    due_at=start + timedelta(hours=24),
                    contacted_at=start + timedelta(hours=hours) if hours else None,
                    reported_by=1,
                    reporter="某人",
                )
            )
    table = await read(await sign_in("county_clerk"), "R13", period="2026-07", division_code=VILLAGE)
    (row,) = [row for row in table["rows"] if row["source"] == "医院"]
    assert (row["leads"], row["contacted"], row["in_time"], row["in_time_rate"]) == (3, 2, 1, "33.3")
    assert (row["hours"], row["overdue"], row["converted"], row["conversion"]) == ("24.5", 1, 1, "33.3")


async def test_reviews_are_counted_with_who_was_heard(sign_in, walk, projects, family) -> None:
    people = await family()
    await walk.apply("village109_helper", projects["town"], people)
    async with committed() as session:
        await session.execute(
            text(
                "UPDATE \"case\" SET project_code = 'X83', kind = 'review', change = 'stop', created_at = '2026-05-04',"
                " decided_at = '2026-05-20', open = false, due_at = NULL WHERE id = :id"
            ),
            {"id": walk.id},
        )
    clerk = await sign_in("county_clerk")
    (row,) = of_project(await read(clerk, "R12", period="2026-05"), "X83")
    assert (row["opened"], row["done"], row["stopped"], row["hearing_rate"]) == (1, 1, 1, "0.0")
    async with committed() as session:
        await session.execute(
            text(
                "INSERT INTO case_hearing (case_id, division_code, told_at, answer_until, heard_at, waived, version, created_at, updated_at)"
                " VALUES (:id, :area, now(), now(), now(), false, 1, now(), now())"
            ),
            {"id": walk.id, "area": VILLAGE},
        )
    (row,) = of_project(await read(clerk, "R12", period="2026-05"), "X83")
    assert row["hearing_rate"] == "100.0"
