"""Matching in the browser: a run finds a household, one click makes a lead of it; a what-if ends in its yearly cost."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Person
from tests.registry.conftest import id_number

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
VILLAGE = "371623109001001"
REGISTER = """async (body) => (await fetch('/api/v1/households', {method: 'POST', body: JSON.stringify(body),
    headers: {...ejia.headers(), 'Content-Type': 'application/json'}})).status"""


def register(person: Person, name: str) -> None:
    """Register somebody without income, through the portal's own session."""
    number = id_number("19600101")
    body = {
        "division_code": VILLAGE,
        "residence": "rural",
        "address": "一号",
        "members": [{"name": name, "id_number": number, "relation": "head", "health": "healthy"}],
        "incomes": [{"id_number": number, "category": "wage", "annual_amount": "1200.00"}],
        "properties": [],
        "expenses": [],
    }
    assert person.page.evaluate(REGISTER, body) == 201


def test_a_run_finds_a_household_and_one_click_makes_a_lead(sign_in_as: Callable[..., Person]) -> None:
    clerk = sign_in_as("town109_clerk")
    register(clerk, "卜漏享")
    clerk.open("/page/RunPage")
    clerk.page.get_by_role("button", name="发起比对").first.click()
    clerk.page.locator(".cxd-Modal-footer button").last.click()
    clerk.page.wait_for_selector("text=发现的问题", timeout=60_000)
    row = clerk.page.locator("tr", has_text="卜漏享").first
    row.get_by_role("button", name="转为线索").click()
    clerk.page.wait_for_selector("tr:has-text('卜漏享'):has-text('已转办')", timeout=20_000)
    leads = clerk.page.evaluate(
        "async () => (await (await fetch('/api/v1/leads?page_size=20', {headers: ejia.headers()})).json()).items"
    )
    assert any("卜漏享" in (lead.get("facts") or "") for lead in leads)


def test_a_what_if_ends_in_its_yearly_cost(sign_in_as: Callable[..., Person]) -> None:
    admin = sign_in_as("county_admin")
    admin.open("/page/WhatIfPage")
    admin.page.get_by_role("button", name="测算参数调整").first.click()
    value = admin.page.locator(".cxd-Modal input[name=value]")
    value.fill("900")
    value.press("Tab")
    admin.page.wait_for_timeout(600)
    admin.page.locator(".cxd-Modal-footer button").last.click()
    admin.page.wait_for_selector("text=每年增支（元）", timeout=60_000)
    assert "农村低保标准" in admin.page.inner_text("body")
    assert admin.page.get_by_role("button", name="下载 Excel").count() == 1
