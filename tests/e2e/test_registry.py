"""A helper registers a household on a phone; a clerk's roster comes back marked, and never comes in twice."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Person, Portal
from tests.registry.conftest import id_number
from tests.registry.rosters import HEADINGS, workbook

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def choose(page: Page, label: str, option: str) -> None:
    """Open the choice of this label, which rises from below on a phone, and take an option of it."""
    page.locator(f".cxd-Form-item:has(label:has-text('{label}')) .cxd-Select").first.click()
    page.locator(".cxd-PopUp").get_by_text(option, exact=True).click()
    confirm = page.locator(".cxd-PopUp").get_by_text("确认", exact=True)
    if confirm.count():
        confirm.click()


def test_a_helper_registers_a_household_on_a_phone(sign_in_as: Callable[..., Person]) -> None:
    person = sign_in_as("village109_helper", phone=True)
    page = person.page
    person.open("/page/RegisterPage")
    page.locator(".register-submit").click()
    expect(page.locator("[data-amis-name=name].is-error")).to_be_visible()
    number = id_number("19580101", "1")
    page.fill("input[name=name]", "冯登记")
    page.fill("input[name=id_number]", number[:-1] + ("1" if number[-1] != "1" else "2"))
    wrong = page.get_by_text("身份证号校验码不符")
    expect(wrong).to_be_visible()
    # What is typed next stays where it is typed, though another field was just found wrong.
    page.locator("input[name=address]").press_sequentially("村东第三排十二号", delay=40)
    expect(page.locator("input[name=address]")).to_have_value("村东第三排十二号")
    page.fill("input[name=id_number]", number)
    expect(wrong).to_have_count(0)
    choose(page, "城乡类别", "农村")
    page.get_by_text("申报没有", exact=True).first.click()
    page.locator(".register-submit").click()
    expect(page.get_by_text("冯登记户", exact=True)).to_be_visible()
    expect(page.get_by_text("村东第三排十二号", exact=True)).to_be_visible()
    # The browser itself notes that the wrong number was refused.
    assert [complaint for complaint in person.complaints if "422" not in complaint] == []


def bring_in(person: Person, roster: Path) -> str:
    """Upload a roster, and return in one line what the page says came of it."""
    page = person.page
    person.open("/page/WorkbenchPage")
    person.open("/page/ImportPage")
    page.set_input_files("input[type=file]", roster)
    expect(page.get_by_text("表头对应", exact=True)).to_be_visible()
    page.get_by_role("button", name="开始导入").click()
    expect(page.locator(".import-result").get_by_text("已完成")).to_be_visible()
    return " ".join(page.locator(".import-result").inner_text().split())


def test_a_roster_comes_back_marked_and_never_comes_in_twice(
    sign_in_as: Callable[..., Person], portal: Portal, tmp_path: Path
) -> None:
    head = {"village": portal.accounts["village109_helper"]["division_code"], "relation": "户主", "wage": 12000}
    right = id_number("19600101", "1")
    rows = [
        head | {"household_key": "1", "name": "陈名册", "id_number": id_number("19600101", "1")},
        head | {"household_key": "2", "name": "错名册", "id_number": right[:-1] + "?"},
    ]
    roster = tmp_path / "名册.xlsx"
    roster.write_bytes(workbook(rows, HEADINGS))
    person = sign_in_as("town109_clerk")

    assert "新建家庭 1" in bring_in(person, roster)
    with person.page.expect_download() as download:
        person.page.locator(".import-result").get_by_role("button", name="下载标注错误的原表").click()
    marked = tmp_path / "标注.xlsx"
    download.value.save_as(marked)
    book = openpyxl.load_workbook(marked)
    columns = {cell.value: cell.column for cell in book.active[1]}
    faulty = book.active.cell(3, columns["证件号码"])
    assert "第18位" in faulty.comment.text
    assert book.active.cell(2, columns["错误说明"]).value is None

    # The clerk mends the marked workbook itself, and brings it in; a second time nothing changes.
    faulty.value = right
    book.save(marked)
    told = bring_in(person, marked)
    assert "新建家庭 1" in told
    assert "无变化家庭 1" in told
    told = bring_in(person, marked)
    assert "新建家庭 0" in told
    assert "无变化家庭 2" in told
    assert not person.complaints
