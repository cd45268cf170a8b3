"""Lines of the bank find the vouchers they are the money of: M1 to M5, each by its own rule."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.kernel.actor import SYSTEM
from backend.ledger import repository as books
from backend.ledger import service as ledger
from backend.ledger.models import Journal
from tests.conftest import committed


async def test_the_same_number_and_amount_is_one_money_whatever_the_days(desk) -> None:
    await desk.voucher("500.00", "D1", "2026-09-30")
    await desk.voucher("500.00", "D2", "2026-09-30")
    taken = await desk.give(desk.line("500.00", "D2", "2026-09-12"), desk.line("500.00", serial="D1", day="2026-09-20"))
    assert taken["matching"]["exact"] == 2
    assert (taken["matching"]["open_bank"], taken["matching"]["open_book"]) == (0, 0)
    assert {(m["rule"], m["status"], m["confidence"]) for m in await desk.matches()} == {("M1", "matched", 100)}


async def test_equal_numbers_are_paired_once_each_and_the_third_stays_open(desk) -> None:
    await desk.voucher("100.00", "D1", "2026-09-02", memo="第一笔")
    await desk.voucher("100.00", "D1", "2026-09-03", memo="第二笔")
    taken = await desk.give(*(desk.line("100.00", "D1", f"2026-09-0{day}") for day in (2, 3, 4)))
    assert (taken["matching"]["exact"], taken["matching"]["open_bank"]) == (2, 1)
    sheet_items = (await desk.sheet())["items"]
    assert [(i["kind"], i["day"]) for i in sheet_items] == [("duplicate", "2026-09-04")]


@pytest.mark.parametrize(("bank", "book"), [(["300.00"], ["100.00", "200.00"]), (["100.00", "200.00"], ["300.00"])])
async def test_lines_of_one_number_are_grouped_when_both_sides_come_to_the_same(desk, bank, book) -> None:
    for amount in book:
        await desk.voucher(amount, "G1")
    taken = await desk.give(*(desk.line(amount, "G1") for amount in bank))
    assert (taken["matching"]["group"], taken["matching"]["open_bank"], taken["matching"]["open_book"]) == (1, 0, 0)
    (found,) = await desk.matches()
    assert (found["rule"], found["bank_count"], found["book_count"]) == ("M2", len(bank), len(book))


async def test_a_group_that_does_not_come_to_the_same_stays_open_as_another_amount(desk) -> None:
    await desk.voucher("310.00", "G1")
    taken = await desk.give(desk.line("300.00", "G1"))
    assert (taken["matching"]["open_bank"], taken["matching"]["open_book"]) == (1, 1)
    assert {i["kind"] for i in (await desk.sheet())["items"]} == {"other_amount"}


async def test_a_name_the_voucher_says_matches_within_three_days_and_not_on_the_fourth(desk) -> None:
    await desk.voucher("70.00", "K1", "2026-09-10", memo="收到县民政局补足款")
    await desk.voucher("80.00", "K2", "2026-09-10", memo="收到县财政局补足款")
    taken = await desk.give(
        desk.line("70.00", day="2026-09-13", name="县民政局"), desk.line("80.00", day="2026-09-14", name="县财政局")
    )
    assert (taken["matching"]["party"], taken["matching"]["open_bank"]) == (1, 1)


async def test_amount_and_day_alone_are_only_suggested_and_accepted_with_one_click(desk) -> None:
    await desk.voucher("66.00", "K1", "2026-09-10")
    taken = await desk.give(desk.line("66.00", day="2026-09-12"))
    assert taken["matching"]["suggested"] == 1
    (found,) = await desk.matches(status="suggested")
    assert (found["rule"], found["confidence"], found["allowed_actions"]) == ("M4", 60, ["confirmation", "rejection"])
    assert (await desk.sheet())["item_count"] == 2
    done = await desk.post("county_finance", f"/bank-matches/{found['id']}/confirmation")
    assert (done["status"], done["steps"][0]["kind"]) == ("matched", "confirm")
    assert (await desk.sheet())["item_count"] == 0


async def test_two_candidates_are_no_suggestion(desk) -> None:
    await desk.voucher("66.00", "K1", "2026-09-10")
    await desk.voucher("66.00", "K2", "2026-09-11")
    taken = await desk.give(desk.line("66.00", day="2026-09-12"))
    assert (taken["matching"]["suggested"], taken["matching"]["open_bank"]) == (0, 1)


async def test_a_rejected_suggestion_gives_its_lines_free(desk) -> None:
    await desk.voucher("66.00", "K1", "2026-09-10")
    await desk.give(desk.line("66.00", day="2026-09-12"))
    (found,) = await desk.matches()
    await desk.post("county_finance", f"/bank-matches/{found['id']}/rejection", json={"note": "不是同一笔"})
    left = await desk.open_lines()
    assert (len(left["bank"]), len(left["book"])) == (1, 1)
    again = await desk.post("county_finance", f"/bank-matches/{found['id']}/confirmation", 409)
    assert "已否决" in again["detail"]


async def by_hand(desk, status: int = 201, who: str = "town109_accountant", **changes) -> dict:
    left = await desk.open_lines()
    form = {
        "bank_account_id": desk.account["id"],
        "bank_line_ids": [int(x["key"]) for x in left["bank"]],
        "book_lines": [x["key"] for x in left["book"]],
        "note": "合并支付",
    }
    return await desk.post(who, "/bank-matches", status, json=form | changes)


async def test_a_manual_match_takes_two_persons(desk) -> None:
    await desk.voucher("100.00", "K1", "2026-09-01")
    await desk.voucher("200.00", "K2", "2026-09-02")
    await desk.give(desk.line("300.00", day="2026-09-20"))
    made = await by_hand(desk)
    assert (made["rule"], made["status"], len(made["bank"]), len(made["book"])) == ("M5", "proposed", 1, 2)
    assert (await desk.open_lines()) == {"bank": [], "book": []}
    path = f"/bank-matches/{made['id']}/confirmation"
    assert (await desk.post("town109_accountant", path, 403))["detail"]
    assert (await desk.post("county_finance", path))["status"] == "matched"


async def test_nobody_confirms_their_own(desk) -> None:
    await desk.voucher("100.00", "K1", "2026-09-01")
    await desk.give(desk.line("100.00", day="2026-09-20"))
    made = await by_hand(desk, who="county_finance")
    assert made["allowed_actions"] == ["rejection"]
    refused = await desk.post("county_finance", f"/bank-matches/{made['id']}/confirmation", 409)
    assert "须由另一人复核" in refused["detail"]
    assert (await desk.post("county_finance2", f"/bank-matches/{made['id']}/confirmation"))["status"] == "matched"


async def test_sides_that_differ_are_refused_with_the_difference(desk) -> None:
    await desk.voucher("100.00", "K1", "2026-09-01")
    await desk.give(desk.line("99.00", day="2026-09-20"))
    assert "相差 1.00 元" in (await by_hand(desk, 409))["detail"]
    assert "至少选择两条" in (await by_hand(desk, 422, book_lines=[]))["detail"]


async def test_a_line_that_is_held_is_not_taken_twice(desk) -> None:
    await desk.voucher("100.00", "K1", "2026-09-01")
    await desk.give(desk.line("100.00", day="2026-09-20"))
    left = await desk.open_lines()
    await by_hand(desk)
    again = {"bank_line_ids": [int(left["bank"][0]["key"])], "book_lines": [left["book"][0]["key"]]}
    assert "第 1 条银行流水" in (await by_hand(desk, 409, **again))["detail"]


async def test_undoing_leaves_the_match_and_its_steps_and_gives_the_lines_free(desk) -> None:
    await desk.voucher("100.00", "K1")
    await desk.give(desk.line("100.00", "K1"))
    (found,) = await desk.matches()
    done = await desk.post("county_finance", f"/bank-matches/{found['id']}/undoing", json={"note": "凭证登错"})
    assert (done["status"], done["steps"][0]["note"], len(done["bank"])) == ("undone", "凭证登错", 1)
    again = await desk.post("county_finance", f"/bank-accounts/{desk.account['id']}/matching")
    assert again["exact"] == 1
    assert [m["status"] for m in await desk.matches()] == ["undone", "matched"]


async def test_a_voucher_and_its_reversal_cancel_each_other(desk) -> None:
    journal = await desk.voucher("100.00", "K1")
    async with committed() as session:
        await ledger.reverse(session, SYSTEM, await session.get(Journal, journal), "登错")
    taken = await desk.give(desk.line("5.00"))
    assert (taken["matching"]["reversal"], taken["matching"]["open_book"]) == (1, 0)


async def test_the_database_itself_refuses_a_match_of_unequal_sides(desk) -> None:
    await desk.voucher("100.00", "K1", "2026-09-01")
    await desk.give(desk.line("90.00", day="2026-09-20"))
    left = await desk.open_lines()
    journal, line = left["book"][0]["key"].split("-")
    with pytest.raises(DBAPIError, match="对账两边不符"):
        async with committed() as session:
            made = await session.scalar(
                text(
                    "INSERT INTO bank_match (bank_account_id, division_code, rule, confidence, status, amount,"
                    " bank_count, book_count, made_by) VALUES (:a, '371623109', 'M5', 100, 'matched', 90, 1, 1, 0)"
                    " RETURNING id"
                ),
                {"a": desk.account["id"]},
            )
            await session.execute(
                text(
                    "INSERT INTO bank_match_item (match_id, bank_line_id, journal_id, line_no, held)"
                    " VALUES (:m, :b, NULL, NULL, true), (:m, NULL, :j, :l, true)"
                ),
                {"m": made, "b": int(left["bank"][0]["key"]), "j": int(journal), "l": int(line)},
            )


async def test_a_months_sheet_balances_with_items_in_transit_on_both_sides(desk) -> None:
    await desk.voucher("1000.00", "K1", "2026-09-02")  # on both sides
    await desk.voucher("250.00", "K2", "2026-09-29")  # the bank has it in October
    await desk.voucher("-40.00", "K3", "2026-09-03")  # paid, the bank has not yet
    await desk.give(
        desk.line("1000.00", "K1", "2026-09-03"),
        desk.line("3.21", day="2026-09-21", memo="利息"),
        desk.line("-5.00", day="2026-09-30", memo="手续费"),
    )
    sheet = await desk.sheet()
    assert (sheet["bank_balance"], sheet["book_balance"]) == ("998.21", "1210.00")
    assert (sheet["book_received"], sheet["book_paid"]) == ("250.00", "40.00")
    assert (sheet["bank_received"], sheet["bank_paid"]) == ("3.21", "5.00")
    assert (sheet["adjusted_bank"], sheet["adjusted_book"], sheet["balanced"]) == ("1208.21", "1208.21", True)
    await desk.give(desk.line("250.00", "K2", "2026-10-08"), to="2026-10-31")
    assert (await desk.sheet())["book_received"] == "250.00", "September stays as it was"
    october = await desk.sheet("2026-10")
    assert (october["book_received"], october["balanced"]) == ("0.00", True)
    assert [(a["count"], a["amount"]) for a in october["aging"]] == [(0, "0.00"), (3, "-41.79"), (0, "0.00")]
    async with committed() as session:
        assert await books.balance(session, desk.fund.id, "1002") == 1210


async def test_a_month_without_the_banks_statement_has_no_sheet(desk) -> None:
    await desk.give(desk.line("1.00"), to="2026-09-20")
    answer = await desk.ask("county_finance", f"/bank-accounts/{desk.account['id']}/balance-sheet?month=2026-09")
    assert (answer.status_code, "已导入到 2026-09-20" in answer.json()["detail"]) == (409, True)
    wrong = await desk.ask("county_finance", f"/bank-accounts/{desk.account['id']}/balance-sheet?month=2026-19")
    assert wrong.status_code == 422


@pytest.mark.parametrize(("format_", "start"), [("pdf", b"%PDF"), ("xlsx", b"PK")])
async def test_the_sheet_is_printed_and_comes_as_a_workbook(desk, format_, start) -> None:
    await desk.voucher("7.00", "K1")
    await desk.give(desk.line("5.00"))
    path = f"/bank-accounts/{desk.account['id']}/balance-sheet/export?month=2026-09&format={format_}"
    answer = await desk.ask("town109_cashier", path)
    assert (answer.status_code, answer.content[: len(start)]) == (200, start)
