"""From a decision to money, over HTTP: a grant reaches the batch, an emergency is paid in the decision itself."""

from decimal import Decimal
from typing import Any

from tests.cases.conftest import Walk, family, long_ago, projects, walk
from tests.payments.conftest import County

__all__ = ["family", "projects", "walk"]
RESERVE = "/funds?kind=town_reserve&division_code=371623109"


async def reserve(county: County) -> Decimal:
    return Decimal((await county.get("county_finance", RESERVE)).json()["items"][0]["balance"])


async def test_an_approved_case_is_paid_with_its_first_month(walk: Walk, family: Any, county: County) -> None:
    home = await family()
    case = await walk.apply("village109_helper", "X91", home)
    await walk.until("end")
    await walk.do("town109_approver", "approve", "同意")
    path = f"/entitlements?case_id={case['id']}"
    (entitlement,) = (await county.get("county_clerk", path)).json()["items"]
    assert entitlement["case_ref"] == case["number"]
    assert entitlement["payee_name"] == home["name"]
    month = entitlement["from_month"][:7]
    form = {"project_codes": ["X91"], "period": month, "division_code": "371623109"}
    batch = await county.post("county_clerk", "/payment-batches", 201, json=form)
    lines = await county.lines(batch)
    mine = next(line for line in lines if line["household_id"] == home["id"])
    assert mine["amount"] == entitlement["monthly_amount"]
    await county.act("county_finance", batch, "check")
    await county.act("county_admin", batch, "approve")
    file = await county.get("county_finance", f"/payment-batches/{batch['id']}/bank-file?format=csv")
    row = next(line for line in file.content.decode("utf-8-sig").splitlines() if mine["biz_no"] in line).split(",")
    assert row[4] == home["head"]
    assert row[5:7] == ["3", ""], "no account was filed: the social security card is found by the ID number"


async def test_an_emergency_moves_the_towns_money_in_the_decision(walk: Walk, family: Any, county: County) -> None:
    before = await reserve(county)
    home = await family()
    case = await walk.apply("town109_clerk", "X93", home, first_contact_at=long_ago(hours=2), channel="hotline")
    await walk.do("town109_investigator", "quick_check", checkers=["王建国", "马春梅"], findings="房屋烧毁")
    await walk.do("town109_approver", "pay_first", "火灾，先行救助", amount="300.00", cause="fire")
    assert await reserve(county) == before - 300
    (order,) = (await county.get("town109_accountant", f"/payment-orders?case_id={case['id']}")).json()["items"]
    assert (order["status"], order["from_reserve"], order["payee_name"]) == ("paid", "300.00", home["name"])
    path = f"/journals?posting_id={order['posting_id']}"
    (journal,) = (await county.get("town109_accountant", path)).json()["items"]
    detail = (await county.get("town109_accountant", f"/journals/{journal['id']}")).json()
    assert {line["case_ref"] for line in detail["lines"]} == {case["number"]}
    assert [line["account_code"] for line in detail["lines"]] == ["1222", "1002"]
    await the_cashier_hands_over(county, order)


async def the_cashier_hands_over(county: County, order: dict[str, Any]) -> None:
    """Once, by the cashier alone, under a receipt."""
    path, form = f"/payment-orders/{order['id']}/handover", {"receipt_no": "领款单 2026-031"}
    waiting = "/payment-orders?awaits_handover=true&page_size=200"
    assert order["id"] in [o["id"] for o in (await county.get("town109_cashier", waiting)).json()["items"]]
    assert "登记交付救助金" in (await county.post("town109_approver", path, 403, json=form))["detail"]
    done = await county.post("town109_cashier", path, 200, json=form)
    assert (done["receipt_no"], done["allowed_actions"]) == ("领款单 2026-031", [])
    assert "不能重复登记" in (await county.post("town109_cashier", path, 409, json=form))["detail"]
    assert order["id"] not in [o["id"] for o in (await county.get("town109_cashier", waiting)).json()["items"]]


async def test_a_refused_payment_leaves_the_case_undecided(walk: Walk, family: Any, county: County) -> None:
    case = await walk.apply(
        "town109_clerk", "X94", await family(), first_contact_at=long_ago(hours=1), channel="hotline"
    )
    await walk.do("town109_investigator", "quick_check", checkers=["王建国", "马春梅"], findings="断粮")
    # The cash box holds 7,000 yuan and the relief fund more; together they fall short of this.
    await walk.do("town109_approver", "request_authority", amount="9000000.00")
    await walk.do("county_admin", "county_authorize", "电话授权", amount="9000000.00", call_record="1")
    answer = await walk.try_to("town109_approver", "pay_first", amount="9000000.00", cause="other", channel="cash")
    assert answer.status_code == 409
    assert "请县级先补足备用金" in answer.json()["detail"]
    after = await walk.read()
    assert after["state"] != "paid_first"
    assert (await county.get("county_finance", f"/payment-orders?case_id={case['id']}")).json()["total"] == 0
