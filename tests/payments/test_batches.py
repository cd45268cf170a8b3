"""A month's batch from entitlements to the bank and back."""

import asyncio
from datetime import date
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.cases.events import EntitlementChanged
from backend.kernel.actor import SYSTEM
from backend.kernel.db import new_session
from backend.ledger import service as ledger
from backend.payments.bank_files import NAMESPACE, file_digest
from backend.payments.models import Entitlement
from backend.payments.service import entitlements
from backend.payments.subscriptions import follow_change
from tests.conftest import committed
from tests.payments.conftest import MONTH, VILLAGE, County, add_family, approval, card_of


async def booked(batch: dict, account: str) -> Decimal:
    async with committed() as session:
        row = await session.execute(
            text(
                "SELECT coalesce(sum(debit - credit), 0) FROM journal_line WHERE batch_ref = :b AND account_code = :a"
            ),
            {"b": batch["number"], "a": account},
        )
        return row.scalar_one()


async def test_a_batch_goes_from_maker_to_bank_and_is_settled(county: County) -> None:
    await county.families(["300.00", "450.50"])
    batch = await county.make()
    assert (batch["line_count"], batch["total_amount"], batch["state"]) == (2, "750.50", "draft")
    assert batch["summary"]["new"] == 2
    assert (await county.act("county_finance", batch, "check"))["state"] == "checked"
    assert (await county.act("county_admin", batch, "approve"))["state"] == "approved"
    assert await booked(batch, "5009") == Decimal("750.50")
    assert await booked(batch, "2101") == Decimal("-750.50")
    assert (await county.act("county_finance2", batch, "send"))["state"] == "sent"
    await county.act("treasury_officer", batch, "confirm")
    assert await booked(batch, "1011") == Decimal("-750.50")
    rows = [county.answer(batch, line) for line in await county.lines(batch)]
    done = await county.give_back(batch, rows)
    assert (done["paid"], done["exceptions"], done["state"]) == (2, [], "settled")
    assert await booked(batch, "1021") == 0
    assert await booked(batch, "2101") == 0
    async with committed() as session:
        assert (await ledger.verify(session)).ok


async def test_steps_follow_their_order(county: County) -> None:
    await county.families(["100.00"])
    batch = await county.make()
    assert "已制单" in (await county.act("county_admin", batch, "approve", 409))["detail"]
    assert "已制单" in (await county.act("county_finance2", batch, "send", 409))["detail"]
    assert "没有“bribe”这种操作" in (await county.act("county_finance", batch, "bribe", 409))["detail"]


async def test_a_checker_who_counts_otherwise_stops_the_batch(county: County) -> None:
    await county.families(["100.00", "200.00"])
    batch = await county.make()
    refusal = await county.act("county_finance", batch, "check", 409, line_count=2, total_amount="299.99")
    assert "2 笔 300.00 元，您核对的是 2 笔 299.99 元" in refusal["detail"]


async def test_the_same_month_again_pays_nobody_twice(county: County) -> None:
    await county.families(["100.00", "200.00"])
    await county.make()
    refusal = await county.make(409)
    assert "已编入其他批次的 2 笔" in refusal["detail"]
    await county.families(["50.00"])
    assert (await county.make())["line_count"] == 1


async def test_two_clerks_at_once_pay_nobody_twice(county: County) -> None:
    await county.families(["100.00"] * 5)
    client = await county.sign_in("county_clerk")
    form = {"project_codes": [county.code], "period": "2026-11", "division_code": "371623"}
    answers = await asyncio.gather(*(client.post("/api/v1/payment-batches", json=form) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    async with committed() as session:
        row = await session.execute(
            text("SELECT count(*), count(DISTINCT household_id) FROM payment_line WHERE project_code = :c"),
            {"c": county.code},
        )
        assert tuple(row.one()) == (5, 5)


async def test_a_cancelled_batch_frees_its_lines(county: County) -> None:
    await county.families(["100.00"])
    batch = await county.make()
    assert (await county.act("county_clerk", batch, "cancel"))["state"] == "cancelled"
    assert (await county.make())["line_count"] == 1


async def test_a_batch_covers_its_area_and_month_alone(county: County) -> None:
    await county.families(["100.00"])
    await county.families(["100.00"], village="371623001001001")
    assert (await county.make(division="371623109"))["line_count"] == 1
    assert (await county.make(period="2026-09", status=409))["status"] == 409


async def test_next_month_shows_what_is_new_changed_same_and_stopped(county: County) -> None:
    kept, changed, stopped = await county.families(["100.00", "200.00", "300.00"])
    await county.make()
    async with committed() as session:
        row = await session.get(Entitlement, changed.entitlement_id)
        await entitlements.change(session, SYSTEM, row, Decimal("250.00"), date(2026, 12, 1), "收入变化")
        row = await session.get(Entitlement, stopped.entitlement_id)
        await entitlements.stop(session, SYSTEM, row, date(2026, 12, 1), "死亡")
    await county.families(["400.00"])
    summary = (await county.make(period="2026-12"))["summary"]
    assert {name: summary[name] for name in ("new", "changed", "same", "stopped")} == {
        "new": 1, "changed": 1, "same": 1, "stopped": 1,
    }  # fmt: skip
    assert kept.entitlement_id


async def test_the_dead_and_the_held_back_are_not_paid(county: County) -> None:
    dead, held, _ = await county.families(["100.00", "200.00", "300.00"])
    async with committed() as session:
        await session.execute(text("UPDATE person SET dead_on = '2026-10-20' WHERE id = :id"), {"id": dead.person_id})
    await county.post(
        "county_clerk",
        f"/entitlements/{held.entitlement_id}/suspension",
        json={"from_month": "2026-11", "reason": "待核查"},
    )
    batch = await county.make()
    assert (batch["total_amount"], batch["summary"]["left_out_dead"]) == ("300.00", 1)
    async with committed() as session:
        row = await session.execute(
            text("SELECT id FROM entitlement WHERE household_id = :h AND to_month IS NULL"), {"h": held.household_id}
        )
        current = row.scalar_one()
    await county.post(
        "county_clerk", f"/entitlements/{current}/resumption", json={"from_month": "2026-12", "reason": "已查清"}
    )
    assert (await county.make(period="2026-12"))["total_amount"] == "500.00"


async def test_a_hundred_returned_lines_end_as_96_matched_and_4_to_look_at(county: County) -> None:
    await county.families(["10.00"] * 100)
    batch = await county.sent()
    lines = await county.lines(batch)
    rows = [county.answer(batch, line) for line in lines]
    rows[3] |= {"result": 1, "fail_code": "01", "actual_amount": ""}
    rows[4] |= {"result": 1, "fail_code": "3", "actual_amount": ""}
    rows[5] |= {"actual_amount": "11.00"}
    rows[6] |= {"biz_no": "没有这一笔"}
    done = await county.give_back(batch, rows)
    assert (done["rows"], done["matched"], done["failed"], done["exception_count"]) == (100, 96, 2, 4)
    assert sorted(e["kind"] for e in done["exceptions"]) == ["other_amount", "unknown_line"]
    assert "应付 10.00 元，银行实付 11.00 元" in str(done["exceptions"])
    assert done["state"] == "returned"
    assert await booked(batch, "2102") == Decimal("-20.00")
    again = await county.give_back(batch, rows, name="改名.csv")
    assert again["replayed"]
    assert again["id"] == done["id"]
    assert await booked(batch, "2102") == Decimal("-20.00")
    shown = [line["status"] for line in await county.lines(batch)]
    assert {s: shown.count(s) for s in set(shown)} == {"paid": 96, "failed": 2, "exception": 1, "sent": 1}
    rest = [county.answer(batch, lines[5]), county.answer(batch, lines[6]), county.answer(batch, lines[0])]
    last = await county.give_back(batch, rest)
    assert (last["paid"], last["unchanged"], last["state"]) == (2, 1, "settled")


async def test_a_line_twice_in_one_file_is_paid_once(county: County) -> None:
    await county.families(["10.00"])
    batch = await county.sent()
    (line,) = await county.lines(batch)
    done = await county.give_back(batch, [county.answer(batch, line)] * 2)
    assert (done["paid"], done["exceptions"][0]["kind"]) == (1, "duplicate")


async def test_a_failed_payment_is_sent_again_once_the_account_is_corrected(county: County) -> None:
    (family,) = await county.families(["80.00"])
    batch = await county.sent()
    (line,) = await county.lines(batch)
    await county.give_back(batch, [county.answer(batch, line, result=1, fail_code="02", actual_amount="")])
    assert "没有尚未发放的待遇" in (await county.make(409))["detail"]
    form = {
        "household_id": family.household_id, "person_id": family.person_id, "number": "6229990000099999993",
        "bank_name": "惠民农商银行",
    }  # fmt: skip
    wrong = await county.post("town109_clerk", "/payment-accounts", 422, json=form)
    assert wrong["errors"][0]["field"] == "number"
    account = await county.post(
        "town109_clerk", "/payment-accounts", 201, json=form | {"number": card_of("622999000009999999")}
    )
    assert account["number_masked"].startswith("***")
    assert (
        "您没有“复核收款账户”权限"
        in (await county.post("town109_clerk", f"/payment-accounts/{account['id']}/confirmation", 403))["detail"]
    )
    await county.post("county_clerk", f"/payment-accounts/{account['id']}/confirmation")
    again = await county.sent()
    assert again["summary"]["reissue"] == 1
    assert await booked(again, "2102") == Decimal("80.00")
    assert await booked(again, "1011") == 0
    (line,) = await county.lines(again)
    assert (await county.give_back(again, [county.answer(again, line)]))["state"] == "settled"
    async with committed() as session:
        total = await session.execute(
            text(
                "SELECT sum(l.debit - l.credit) FROM journal_line l WHERE account_code IN ('1021', '2102')"
                " AND batch_ref IN (:a, :b)"
            ),
            {"a": batch["number"], "b": again["number"]},
        )
        assert total.scalar_one() == 0


async def test_bank_files_say_the_same_and_keep_their_digest(county: County) -> None:
    await county.families(["10.00", "20.50"])
    await county.families(["5.00"], account=False)
    batch = await county.make()
    early = await county.get("county_finance", f"/payment-batches/{batch['id']}/bank-file")
    assert early.status_code == 409
    await county.act("county_finance", batch, "check")
    await county.act("county_admin", batch, "approve")
    path = f"/payment-batches/{batch['id']}/bank-file?format="
    files = {kind: await county.get("county_finance", path + kind) for kind in ("csv", "xlsx", "pain001")}
    for kind, answer in files.items():
        assert answer.headers["x-digest-sm3"] == file_digest(answer.content)
        assert (await county.get("county_finance", path + kind)).content == answer.content, kind
    table = files["csv"].content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("seq,biz_no,payee_name")
    assert table[1].split(",")[6].startswith("622999")
    assert table[3].split(",")[5] == "3"
    assert "total_amount=35.50" in table[-1]
    sheet = CalamineWorkbook.from_filelike(BytesIO(files["xlsx"].content)).get_sheet_by_index(0).to_python()
    assert [row[9] for row in sheet[1:]] == ["10.00", "20.50", "5.00"]
    root = ET.fromstring(files["pain001"].content)  # noqa: S314
    names = {"p": NAMESPACE}
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=names) == "35.50"
    assert [e.text for e in root.findall(".//p:InstdAmt", names)] == ["10.00", "20.50", "5.00"]
    read = await county.get("county_auditor", f"/payment-batches/{batch['id']}")
    assert set(read.json()["digests"]) == {"csv", "xlsx", "pain001"}
    assert (await county.get("county_auditor", path + "csv")).status_code == 403


async def test_the_return_template_filled_in_is_a_return_file(county: County) -> None:
    await county.families(["10.00", "20.00"])
    batch = await county.sent()
    template = await county.get("county_finance", f"/payment-batches/{batch['id']}/return-template")
    filled = template.content.decode("utf-8-sig").replace(",,,,", ",0,,,")
    done = await county.post(
        "county_finance",
        f"/payment-batches/{batch['id']}/returns",
        201,
        files={"file": ("r.csv", filled.encode("gbk"))},
    )
    assert (done["paid"], done["state"]) == (2, "settled")


async def test_a_workbook_is_a_return_file_too(county: County) -> None:
    await county.families(["10.00"])
    batch = await county.sent()
    (line,) = await county.lines(batch)
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["批次号", "业务编号", "结果", "实际金额"])
    sheet.write_row(1, 0, [batch["number"], line["biz_no"], 0, 10.0])
    book.close()
    done = await county.post(
        "county_finance", f"/payment-batches/{batch['id']}/returns", 201, files={"file": ("r.xlsx", buffer.getvalue())}
    )
    assert done["paid"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04broken", "已损坏或加密"),
        (b"a,b\n1,2\n", "找不到表头"),
        (b"biz_no,result\n", "没有任何明细"),
        (b"batch_no,biz_no,result\nFF1,x,0\n", "文件属于批次 FF1"),
        (b"\x00\x01\x02\x00", "不是 CSV"),
    ],
)
async def test_a_file_that_is_no_return_file_is_refused_whole(county: County, content: bytes, words: str) -> None:
    await county.families(["10.00"])
    batch = await county.sent()
    refusal = await county.post(
        "county_finance", f"/payment-batches/{batch['id']}/returns", 422, files={"file": ("r.csv", content)}
    )
    assert words in refusal["detail"]
    assert (await county.lines(batch))[0]["status"] == "sent"


async def test_a_return_before_sending_is_refused(county: County) -> None:
    await county.families(["10.00"])
    batch = await county.make()
    (line,) = await county.lines(batch)
    assert "不能“导入回盘”" in (await county.give_back(batch, [county.answer(batch, line)], 409))["detail"]


async def test_lines_stand_still_after_making(county: County) -> None:
    await county.families(["10.00"])
    batch = await county.make()
    for change in (
        "UPDATE payment_line SET amount = 11 WHERE batch_id = :b",
        "DELETE FROM payment_line WHERE batch_id = :b",
    ):
        with pytest.raises(Exception, match="发放明细"):
            async with committed() as session:
                await session.execute(text(change), {"b": batch["id"]})


async def test_a_one_off_grant_rides_with_the_next_batch_once(county: County) -> None:
    async with committed() as session:
        household, person = await add_family(session)
        grant = approval(household, person, county.code, "1200.00", form="once", start_month=MONTH)
        first = await entitlements.order_once(session, SYSTEM, grant, "案")
        assert (await entitlements.order_once(session, SYSTEM, grant, "案")).id == first.id
    batch = await county.sent()
    assert (batch["total_amount"], batch["summary"]["once"]) == ("1200.00", 1)
    (line,) = await county.lines(batch)
    await county.give_back(batch, [county.answer(batch, line)])
    order = await county.get("county_clerk", f"/payment-orders/{first.id}")
    assert order.json()["status"] == "paid"
    assert (await county.make(409))["status"] == 409


async def test_one_household_has_one_benefit_of_a_project_at_a_time(county: County) -> None:
    (family,) = await county.families(["10.00"])
    async with new_session() as session:
        row = await session.get(Entitlement, family.entitlement_id)
        session.add(Entitlement(**row.model_dump(exclude={"id"}) | {"case_id": 999}))
        with pytest.raises(IntegrityError, match="ex_entitlement_overlap"):
            await session.flush()
        await session.rollback()


async def test_benefits_in_force_follow_entitlements(county: County) -> None:
    (family,) = await county.families(["10.00"])

    async def shown() -> list[tuple]:
        async with committed() as session:
            rows = await session.execute(
                text("SELECT status, monthly_amount, to_month FROM benefit WHERE household_id = :h ORDER BY id"),
                {"h": family.household_id},
            )
            return [tuple(row) for row in rows]

    assert await shown() == [("active", Decimal("10.00"), None)]
    async with committed() as session:
        row = await session.get(Entitlement, family.entitlement_id)
        await entitlements.stop(session, SYSTEM, row, date(2026, 12, 1), "退出")
    assert await shown() == [("active", Decimal("10.00"), date(2026, 12, 1))]


async def test_an_area_outside_is_not_batched_nor_seen(county: County) -> None:
    form = {"project_codes": [county.code], "period": "2026-11", "division_code": "371624"}
    assert (await county.post("county_clerk", "/payment-batches", 403, json=form))["status"] == 403
    await county.families(["10.00"], village="371623001001001")
    batch = await county.make()
    answer = await county.get("town109_accountant", f"/payment-batches/{batch['id']}")
    assert answer.status_code in {403, 404}


async def test_a_review_changes_a_benefit_older_than_the_system_by_household_and_project(county: County) -> None:
    (family,) = await county.families(["300.00"])
    event = EntitlementChanged(
        case_id=1, origin_case_id=None, household_id=family.household_id, project_code=county.code, change="reduce",
        amount=Decimal("120.00"), from_month=date(2026, 12, 1), division_code=VILLAGE, reason="收入增加",
    )  # fmt: skip
    async with committed() as session:
        await follow_change(session, event)
    assert (await county.make())["total_amount"] == "300.00"
    assert (await county.make(period="2026-12"))["total_amount"] == "120.00"


async def test_a_filter_by_what_is_no_choice_is_refused_in_words(sign_in) -> None:
    client = await sign_in("county_finance")
    refused = await client.get("/api/v1/payment-lines", params={"difference": "bigger"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "difference")
