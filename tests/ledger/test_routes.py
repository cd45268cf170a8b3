"""The books over HTTP, as those see them who may."""

from decimal import Decimal

import httpx
import pytest

from backend.ledger import repository, service
from tests.conftest import committed
from tests.ledger.conftest import open_books


async def fund(client, code: str) -> dict:
    items = (await client.get("/api/v1/funds?page_size=200")).json()["items"]
    return next(item for item in items if item["code"] == code)


async def test_each_sees_the_books_of_their_place(sign_in) -> None:
    seen = {}
    for who in ("county_finance", "county_auditor", "town109_accountant", "town109_cashier", "charity_federation"):
        answer = await (await sign_in(who)).get("/api/v1/funds?page_size=200&order_by=code")
        seen[who] = [item["code"] for item in answer.json()["items"] if item["code"].startswith("BK")]
    assert len(seen["county_finance"]) == len(seen["county_auditor"]) == 14
    assert seen["town109_accountant"] == seen["town109_cashier"] == ["BK12"]
    assert seen["charity_federation"] == ["BK20"]


@pytest.mark.parametrize("who", ["education_officer", "village109_helper", "assessor_partner", "sysadmin"])
async def test_others_see_no_book(sign_in, who: str) -> None:
    assert (await (await sign_in(who)).get("/api/v1/funds")).status_code == 403


async def test_a_book_out_of_scope_is_not_found(sign_in) -> None:
    county = await fund(await sign_in("county_finance"), "BK01")
    town = await sign_in("town109_accountant")
    assert (await town.get(f"/api/v1/funds/{county['id']}")).status_code == 404
    assert (await town.get(f"/api/v1/ledger/trial-balance?fund_id={county['id']}")).status_code == 404
    assert (await town.get(f"/api/v1/journals?fund_id={county['id']}")).json()["total"] == 0


async def test_a_fund_tells_balance_float_and_debts(sign_in) -> None:
    client = await sign_in("county_finance")
    row = await fund(client, "BK12")
    detail = (await client.get(f"/api/v1/funds/{row['id']}")).json()
    assert detail["float"] == "70000.00"
    assert Decimal(detail["owed_by"]) >= 70000
    assert detail["debts"][0]["fund_name"] == "困难群众救助资金专账"
    assert detail["parameters"]["complement_order"] == "reserve_first"
    assert set(detail) >= {"balance", "available", "owed_to", "allowed_actions"}


async def test_a_voucher_posted_by_hand_is_found_reversed_and_proved(sign_in) -> None:
    client = await sign_in("charity_federation")
    book = await fund(client, "BK20")
    form = {
        "template": "E13", "fund_id": book["id"], "amount": "88.80", "occurred_on": "2026-11-02", "memo": "爱心捐款",
        "doc_no": "收1",
    }  # fmt: skip
    headers = {"Idempotency-Key": "donation-0001"}
    made = await client.post("/api/v1/journals", json=form, headers=headers)
    assert made.status_code == 201, made.text
    again = await client.post("/api/v1/journals", json=form, headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, made.json()["id"])
    other = await client.post("/api/v1/journals", json=form | {"amount": "99.00"}, headers=headers)
    assert other.status_code == 409
    assert [line["account_code"] for line in made.json()["lines"]] == ["1002", "4101"]
    finance = await sign_in("county_finance")
    key = made.json()["id"]
    assert "reversal" in (await finance.get(f"/api/v1/journals/{key}")).json()["allowed_actions"]
    back = await finance.post(f"/api/v1/journals/{key}/reversal", json={"reason": "重复登记"})
    assert back.status_code == 201, back.text
    assert back.json()["reverses_id"] == key
    twice = await finance.post(f"/api/v1/journals/{key}/reversal", json={"reason": "重复登记"})
    assert twice.status_code == 409
    assert "不能再次冲销" in twice.json()["detail"]
    assert (await fund(client, "BK20"))["balance"] == book["balance"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"amount": "-1.00"}, 422),
        ({"amount": "0.00"}, 422),
        ({"amount": "1.005"}, 422),
        ({"template": "E99"}, 422),
        ({"doc_no": None}, 422),
        ({"template": "E10"}, 409),
        ({"occurred_on": "2099-01-01"}, 409),
    ],
)
async def test_a_faulty_voucher_is_refused_and_nothing_posted(sign_in, change: dict, status: int) -> None:
    client = await sign_in("charity_federation")
    book = await fund(client, "BK20")
    form = {
        "template": "E13", "fund_id": book["id"], "amount": "1.00", "occurred_on": "2026-11-02", "memo": "捐款",
        "doc_no": "收2",
    }  # fmt: skip
    answer = await client.post(
        "/api/v1/journals", json=form | change, headers={"Idempotency-Key": f"faulty-{sorted(change)}-{status}"}
    )
    assert answer.status_code == status, answer.text
    assert (await fund(client, "BK20"))["balance"] == book["balance"]


async def test_trial_balance_balances_at_any_date(sign_in) -> None:
    client = await sign_in("county_auditor")
    book = await fund(client, "BK01")
    for as_of in ("", "&as_of=2026-01-04", "&as_of=2019-12-31"):
        found = (await client.get(f"/api/v1/ledger/trial-balance?fund_id={book['id']}{as_of}")).json()
        assert found["balanced"]
        assert found["total_debit"] == found["total_credit"]
    assert found["items"] == []
    english = await sign_in("county_auditor", "en")
    names = [item["name"] for item in (await english.get("/api/v1/accounts")).json()["items"]]
    assert names[:2] == ["Cash", "Bank deposits"]


async def test_the_auditor_proves_the_books_and_the_cashier_may_not(sign_in) -> None:
    found = (await (await sign_in("county_auditor")).post("/api/v1/ledger/verification")).json()
    assert found["ok"] is True
    assert found["first_fault"] is None
    assert found["journals"] >= 42
    assert len(found["head_hash"]) == 64
    assert (await (await sign_in("town109_cashier")).post("/api/v1/ledger/verification")).status_code == 403


async def test_a_refill_needs_its_right_and_is_done_once_per_document(sign_in) -> None:
    client = await sign_in("county_finance")
    book = await fund(client, "BK04")
    form = {"amount": "1000.00", "doc_no": "拨2026-补1"}
    assert (
        await (await sign_in("county_clerk")).post(f"/api/v1/funds/{book['id']}/refills", json=form)
    ).status_code == 403
    for _ in range(2):
        answer = await client.post(f"/api/v1/funds/{book['id']}/refills", json=form)
        assert answer.status_code == 201, answer.text
    assert Decimal(answer.json()["balance"]) - Decimal(book["balance"]) == 1000


async def test_a_closed_month_takes_no_posting(sign_in) -> None:
    client = await sign_in("charity_federation")
    book = await fund(client, "BK20")
    form = {
        "template": "E13", "fund_id": book["id"], "amount": "1.00", "occurred_on": "2026-02-02", "memo": "捐款",
        "doc_no": "收3",
    }  # fmt: skip
    assert (
        await client.post("/api/v1/journals", json=form, headers={"Idempotency-Key": "month-open"})
    ).status_code == 201
    finance = await sign_in("county_finance")
    months = (await finance.get(f"/api/v1/ledger-periods?fund_id={book['id']}&page_size=200")).json()["items"]
    february = next(month for month in months if month["month"] == "2026-02-01")
    path = f"/api/v1/ledger-periods/{february['id']}"
    earlier = sorted((m["month"], m["id"]) for m in months if m["month"] < "2026-02-01" and m["status"] == "open")
    too_early = (await finance.post(f"{path}/closure")).json()
    assert f"以前月份已经结账（请先结 {earlier[0][0][:7]}）" in too_early["detail"]
    for _, month_id in earlier:
        assert (await finance.post(f"/api/v1/ledger-periods/{month_id}/closure")).json()["status"] == "closed"
    closed = (await finance.post(f"{path}/closure")).json()
    assert (closed["status"], closed["closed_by_name"]) == ("closed", "郑丽华")
    assert all(check["passed"] for check in closed["checks"] if check["blocking"])
    refused = await client.post("/api/v1/journals", json=form, headers={"Idempotency-Key": "month-closed"})
    assert refused.status_code == 409
    assert "2026-02 已经结账" in refused.json()["detail"]
    assert (await finance.post(f"{path}/closure")).status_code == 409
    await reopened_by_two(finance, await sign_in("county_admin"), path)
    again = await client.post("/api/v1/journals", json=form, headers={"Idempotency-Key": "month-reopened"})
    assert again.status_code == 201


async def reopened_by_two(finance: httpx.AsyncClient, leader: httpx.AsyncClient, path: str) -> None:
    """One asks, another agrees; neither alone opens a closed month."""
    form = {"reason": "漏记一笔捐款"}
    asked = (await finance.post(f"{path}/reopening", json=form)).json()
    assert (asked["status"], asked["asked_by_name"], asked["allowed_actions"]) == ("closed", "郑丽华", [])
    alone = await finance.post(f"{path}/reopening", json=form)
    assert "须由另一人同意" in alone.json()["detail"]
    assert (await leader.post(f"{path}/reopening", json=form)).json()["status"] == "open"
    assert "不需要重新开账" in (await leader.post(f"{path}/reopening", json=form)).json()["detail"]


async def test_a_running_month_is_not_closed(sign_in) -> None:
    async with committed() as session:
        book = await repository.fund_of_code(session, "BK01")
        await service.post(
            session,
            service.Posting(
                template="E01",
                fund_id=book.id,
                amount=Decimal(1),
                dimensions={"doc_no": "本月"},
                idempotency_key="running-month",
            ),
        )
    finance = await sign_in("county_finance")
    months = (await finance.get(f"/api/v1/ledger-periods?fund_id={book.id}")).json()["items"]
    refusal = (await finance.post(f"/api/v1/ledger-periods/{months[0]['id']}/closure")).json()
    assert "本月已经过完" in refusal["detail"]


async def test_books_opened_for_tests_stay_out_of_sight(sign_in) -> None:
    async with committed() as session:
        books = await open_books(session)
    assert (await (await sign_in("county_finance")).get(f"/api/v1/funds/{books.town.id}")).status_code == 404
