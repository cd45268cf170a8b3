"""The books as people read them: day book, account book, general ledger, trial balance, voucher; on screen and paper."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from backend.kernel.errors import InvalidInput
from backend.ledger import service
from backend.ledger.books import papers
from backend.ledger.books import service as book_service
from tests.conftest import committed
from tests.ledger.conftest import Books

PAID = ((date(2026, 3, 5), "2400.00"), (date(2026, 3, 28), "600.50"), (date(2026, 4, 2), "1000.00"))


async def pay(session, fund, day: date, amount: str, number: int) -> None:
    await service.post(
        session,
        service.Posting(
            template="E10", fund_id=fund.id, amount=Decimal(amount), occurred_on=day, memo=f"救助{number}",
            dimensions={"case_ref": f"案{number}", "item_code": "C02"}, idempotency_key=f"{fund.code}-{number}",
        ),
    )  # fmt: skip


@pytest.fixture
async def town(books: Books):
    """A town with a float of 50,000 that paid three cases, the last of them entered first."""
    async with committed() as session:
        for number, (day, amount) in enumerate(reversed(PAID)):
            await pay(session, books.town, day, amount, number)
    return books.town


async def book_of(town, account: str, first: date | None, last: date | None, place=(1, 50)):
    async with committed() as session:
        return await book_service.account_book(session, town, account, (first, last), None, place)


async def test_entries_stand_by_day_with_the_balance_behind_each(town) -> None:
    book = await book_of(town, "1002", date(2026, 3, 1), date(2026, 4, 30))
    assert [(e.occurred_on.isoformat(), e.credit, e.balance) for e in book.items if e.credit] == [
        ("2026-03-05", Decimal("2400.00"), Decimal("47600.00")),
        ("2026-03-28", Decimal("600.50"), Decimal("46999.50")),
        ("2026-04-02", Decimal("1000.00"), Decimal("45999.50")),
    ]
    assert (book.opening, book.closing, book.total) == (Decimal(0), Decimal("45999.50"), 4)
    assert {e.counterparts for e in book.items if e.credit} == {"1222"}


async def test_a_later_range_opens_with_what_came_before(town) -> None:
    book = await book_of(town, "1002", date(2026, 4, 1), date(2026, 4, 30))
    assert (book.opening, book.debit, book.credit, book.closing) == (
        Decimal("46999.50"), Decimal(0), Decimal("1000.00"), Decimal("45999.50"),
    )  # fmt: skip
    (april,) = book.months
    assert (april.credit, april.credit_year) == (Decimal("1000.00"), Decimal("4000.50"))


async def test_pages_continue_the_balance_of_the_page_before(town) -> None:
    whole = await book_of(town, "money", date(2026, 3, 1), date(2026, 4, 30))
    pages = [await book_of(town, "money", date(2026, 3, 1), date(2026, 4, 30), (n, 2)) for n in (1, 2)]
    assert [e.balance for page in pages for e in page.items] == [e.balance for e in whole.items]


async def test_an_account_of_the_credit_side_grows_with_credits(town) -> None:
    book = await book_of(town, "2111", date(2026, 1, 1), date(2026, 12, 31))
    assert (book.side, book.closing) == ("credit", Decimal("50000.00"))


async def test_general_ledger_and_trial_balance_end_where_the_account_books_end(town) -> None:
    async with committed() as session:
        general = await book_service.general_ledger(session, town, 2026)
        trial = await book_service.trial_balance_of(session, town, date(2026, 12, 31))
        today = await book_service.trial_balance_of(session, town, None)
    ends = {item.account_code: item.closing for item in general.items}
    assert ends == {item.account_code: item.balance for item in trial.items}
    assert trial.balanced
    assert today.items == trial.items
    assert ends["1222"] == Decimal("4000.50")
    for code, end in ends.items():
        assert (await book_of(town, code, date(2026, 1, 1), date(2026, 12, 31))).closing == end


async def test_a_year_begins_with_what_the_last_one_left(town) -> None:
    async with committed() as session:
        following = await book_service.general_ledger(session, town, 2027)
    assert {i.account_code: (i.opening, i.months, i.closing) for i in following.items}["1222"] == (
        Decimal("4000.50"), [], Decimal("4000.50"),
    )  # fmt: skip


async def test_a_range_that_ends_before_it_begins_is_refused(town) -> None:
    with pytest.raises(InvalidInput) as refused:
        await book_of(town, "1002", date(2026, 4, 1), date(2026, 3, 1))
    assert refused.value.field_errors == [("to_date", "截止日期早于起始日期，请重新选择")]


async def test_paper_carries_the_sums_of_each_month_and_of_the_year(town) -> None:
    paper = papers.account_book(await book_of(town, "money", date(2026, 3, 1), date(2026, 4, 30)))
    said = [(line.cells[2], line.cells[5], line.cells[7]) for line in paper.lines if line.strong]
    assert said == [
        ("期初余额", None, Decimal(0)),
        ("本月合计", Decimal("3000.50"), Decimal("46999.50")),
        ("本年累计", Decimal("3000.50"), None),
        ("本月合计", Decimal("1000.00"), Decimal("45999.50")),
        ("本年累计", Decimal("4000.50"), None),
        ("期末余额", Decimal("4000.50"), Decimal("45999.50")),
    ]


async def test_books_and_vouchers_are_printed_for_those_who_may_read_them(sign_in) -> None:
    client = await sign_in("town109_accountant")
    fund = (await client.get("/api/v1/funds")).json()["items"][0]["id"]
    journal = (await client.get(f"/api/v1/journals?fund_id={fund}")).json()["items"][0]
    for path in (
        f"/journals/{journal['id']}/voucher",
        f"/ledger/account-book/export?fund_id={fund}&from_date=2025-01-01",
        f"/ledger/general-ledger/export?fund_id={fund}&year=2026",
        f"/ledger/trial-balance/export?fund_id={fund}",
    ):
        answer = await client.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert (await (await sign_in("village109_helper")).get(f"/api/v1{path}")).status_code == 403
        assert (await (await sign_in("charity_federation")).get(f"/api/v1{path}")).status_code == 404


async def test_the_workbook_says_what_the_screen_says(sign_in) -> None:
    client = await sign_in("town109_accountant")
    fund = (await client.get("/api/v1/funds")).json()["items"][0]["id"]
    query = f"fund_id={fund}&account_code=1002&from_date=2025-01-01"
    book = (await client.get(f"/api/v1/ledger/account-book?{query}&page_size=200")).json()
    answer = await client.get(f"/api/v1/ledger/account-book/export?{query}&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0][2] == "期初余额"
    assert rows[-1][2] == "期末余额"
    assert Decimal(str(rows[-1][7])) == Decimal(book["closing"])
    entries = [row for row in rows if row[1]]
    assert [row[1] for row in entries] == [item["voucher"] for item in book["items"]]


async def test_an_account_that_does_not_exist_is_named(sign_in) -> None:
    client = await sign_in("town109_accountant")
    fund = (await client.get("/api/v1/funds")).json()["items"][0]["id"]
    answer = await client.get(f"/api/v1/ledger/account-book?fund_id={fund}&account_code=9999")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "account_code", "message": "没有这个会计科目，请从列表中选择"}]
