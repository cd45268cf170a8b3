"""Money through the browser: a month's batch by four persons up to the vouchers; a reserve's payment on a phone."""

import asyncio
import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import REST, Person, Portal, open_menu

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PROJECT, PERIOD = "A02", "2026-11"
AMOUNTS = ("300.00", "450.50", "120.00")
SLOW = 20_000  # milliseconds: two cores may be busy with a server, a worker and a browser


@pytest.fixture(scope="module")
def county(portal: Portal, worker_database: str) -> dict[str, Any]:
    """Three families with a benefit, and one whom the town's reserve paid in an emergency."""
    from backend.kernel.actor import SYSTEM
    from backend.kernel.db import database
    from backend.ledger import repository
    from backend.payments.service import entitlements
    from backend.payments.subscriptions import pay_urgent
    from tests.conftest import committed
    from tests.payments.conftest import add_family, approval
    from tests.payments.test_urgent import decision

    async def fill() -> dict[str, Any]:
        database.use(portal.database_url)
        async with committed() as session:
            for amount in AMOUNTS:
                household, person = await add_family(session)
                grant = approval(household, person, PROJECT, amount, start_month=date(2026, 11, 1))
                await entitlements.begin(session, SYSTEM, grant, f"案{household.id}")
            decided = await decision(session, "371623109001001", "1200.00")
            await pay_urgent(session, decided)
            reserve = await repository.fund_of_division(session, decided.division_code)
        await database.close()
        database.use(worker_database)
        return {"payee": decided.payee_name, "reserve": reserve.id}

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, fill()).result()


def confirm(page: Page) -> None:
    """Send the dialog and wait until it is gone."""
    page.locator(".cxd-Modal-footer .cxd-Button--primary").click()
    expect(page.locator(".cxd-Modal")).to_have_count(0, timeout=SLOW)


def choose(page: Page, field: str, text: str) -> None:
    """Choose in a select of the open dialog, once its choices have arrived."""
    page.evaluate(REST)
    select = page.locator(f".cxd-Modal [data-amis-name={field}] .cxd-Select")
    option = open_menu(select, page.locator(".cxd-Select-menu .cxd-Select-option", has_text=text))
    box = option.locator("label")
    (box if box.count() else option).click()
    overlay = page.locator(".cxd-PopOver-overlay")
    if overlay.count():
        # A select of several stays open until the person clicks beside it.
        overlay.first.click(position={"x": 5, "y": 5})
    expect(select).to_contain_text(text)


def made_by_the_clerk(person: Person) -> dict[str, Any]:
    """Make the month's batch in the dialog; return what the API answered."""
    person.open("/page/BatchPage")
    page = person.page
    page.get_by_role("button", name="按月编制发放批次").click()
    choose(page, "project_codes", "农村最低生活保障")
    month = page.locator(".cxd-Modal [data-amis-name=period] input")
    month.fill(PERIOD)
    month.press("Enter")
    choose(page, "division_code", "无棣县")
    with page.expect_response(lambda r: r.request.method == "POST" and "payment-batches" in r.url) as answer:
        confirm(page)
    return answer.value.json()


def open_batch(person: Person, number: int) -> Page:
    person.open(f"/page/BatchFilePage?id={number}")
    person.page.wait_for_selector(".report-title")
    return person.page


def test_four_persons_take_a_month_from_list_to_vouchers(
    sign_in_as: Callable[..., Person], county: dict[str, Any], tmp_path: Path
) -> None:
    answer = made_by_the_clerk(sign_in_as("county_clerk"))
    batch = answer["id"]
    assert (answer["line_count"], answer["total_amount"]) == (3, "870.50")

    checker = sign_in_as("county_finance")
    page = open_batch(checker, batch)
    page.get_by_role("button", name="复核", exact=True).click()
    page.fill(".cxd-Modal input[name=line_count]", "3")
    page.fill(".cxd-Modal input[name=total_amount]", "870.50")
    confirm(page)
    expect(page.locator(".figure-card", has_text="已复核")).to_be_visible(timeout=SLOW)

    page = open_batch(sign_in_as("county_admin"), batch)
    page.get_by_role("button", name="审批", exact=True).click()
    confirm(page)

    sender = sign_in_as("county_finance2")
    page = open_batch(sender, batch)
    with page.expect_download() as bank_file:
        page.get_by_role("button", name="下载银行文件（CSV）").click()
    assert bank_file.value.suggested_filename == f"{answer['number']}.csv"
    expect(page.locator("td.digest")).to_have_count(1)
    page.get_by_role("button", name="发送银行").click()
    confirm(page)
    with page.expect_download() as template:
        page.get_by_role("button", name="下载回盘模板").click()
    returned = tmp_path / "回盘.csv"
    returned.write_text(answered(Path(template.value.path()).read_text("utf-8-sig")), "utf-8")

    page = open_batch(checker, batch)
    page.get_by_role("button", name="上传回盘文件").click()
    page.set_input_files(".cxd-Modal input[type=file]", returned)
    confirm(page)
    expect(page.locator(".explanation", has_text="成功 2 笔")).to_be_visible(timeout=SLOW)
    expect(page.locator("td", has_text="应付 120.00 元，银行实付 120.01 元").first).to_be_visible(timeout=SLOW)

    page = open_batch(sender, batch)
    page.get_by_role("button", name="处理", exact=True).click()
    page.locator(".cxd-Modal label", has_text="已按应付金额发放").click()
    page.fill(".cxd-Modal textarea[name=note]", "银行已更正")
    confirm(page)
    expect(page.locator(".figure-card", has_text="已办结")).to_be_visible(timeout=SLOW)
    for event in ("月度核定应发", "批量提交代发行", "国库支付到代发行", "银行回盘成功"):
        expect(page.locator("td", has_text=event).first).to_be_visible(timeout=SLOW)
    assert checker.complaints == []


def answered(template: str) -> str:
    """Fill the bank's template: all paid, the last with a cent too much."""
    rows = list(csv.DictReader(io.StringIO(template)))
    for row in rows:
        row["result"] = "0"
    rows[-1]["actual_amount"] = "120.01"
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def test_the_cashier_hands_over_on_a_phone_and_the_county_refills(
    sign_in_as: Callable[..., Person], county: dict[str, Any]
) -> None:
    cashier = sign_in_as("town109_cashier", phone=True)
    cashier.open("/page/OrderPage")
    page = cashier.page
    card = page.locator(".cxd-Card", has_text=county["payee"])
    card.get_by_text("登记交付", exact=True).click()
    page.fill(".cxd-Modal input[name=receipt_no]", "领款单 2026-1")
    confirm(page)
    expect(card).to_contain_text("领款单 2026-1", timeout=SLOW)
    expect(card.get_by_text("登记交付", exact=True)).to_have_count(0)
    assert cashier.complaints == []

    finance = sign_in_as("county_finance")
    finance.open(f"/page/FundFilePage?id={county['reserve']}")
    page = finance.page
    balance = page.locator(".figure-card", has_text="账面余额").locator(".value")
    before = balance.inner_text()
    page.get_by_role("button", name="拨付备用金").click()
    page.fill(".cxd-Modal input[name=amount]", "1200")
    page.fill(".cxd-Modal input[name=doc_no]", "备用金补〔2026〕9")
    confirm(page)
    expect(balance).not_to_have_text(before, timeout=SLOW)
    expect(page.locator("td", has_text="收到困难群众救助资金专账拨付").first).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="试算平衡表").or_(page.get_by_role("button", name="试算平衡表")).last.click()
    page.get_by_role("button", name="校验账簿").click()
    expect(page.locator(".cxd-Modal", has_text="账簿完好")).to_be_visible(timeout=SLOW)
    assert finance.complaints == []
