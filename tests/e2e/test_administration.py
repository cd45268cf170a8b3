"""三员分立 in the browser: one makes the account, another grants the post, its owner begins with a password of their own."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import REST, Person, Portal, open_menu

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NEW_PASSWORD = "Fresh-Start-2026"
expect.set_options(timeout=20_000)


def pick(dialog: Locator, name: str, words: str) -> None:
    """Choose from a picker by typing, once its choices have arrived."""
    page = dialog.page
    page.evaluate(REST)
    search = open_menu(dialog.locator(f"[data-amis-name={name}] .cxd-Select"), page.locator(".cxd-Select-menu input"))
    search.fill(words)
    page.locator(".cxd-Select-option", has_text=words).first.click()


def open_form(person: Person, path: str, button: str) -> Locator:
    """Open a form from the list it belongs to."""
    person.open(path)
    person.page.get_by_role("button", name=button, exact=True).click()
    return person.page.get_by_role("dialog").last


def test_a_new_colleague_is_made_granted_and_begins_with_a_password_of_their_own(
    sign_in_as: Callable[..., Person], portal: Portal, chromium: Browser
) -> None:
    system = sign_in_as("sysadmin")
    form = open_form(system, "/page/UserPage", "新建用户")
    form.locator("input[name=username]").fill("newcomer")
    form.locator("input[name=name]").fill("新同事")
    pick(form, "division_code", "信阳镇")
    form.get_by_role("button", name="确认").dblclick()
    first_password = system.page.locator(".told-once").inner_text().strip()
    system.page.get_by_role("button", name="我已记下").click()

    security = sign_in_as("secadmin")
    form = open_form(security, "/page/PostPage", "授予任职")
    pick(form, "user_id", "新同事")
    pick(form, "role", "镇街窗口受理")
    pick(form, "division_code", "信阳镇")
    form.locator("[data-amis-name=valid_from] input").fill("2026-01-01")
    form.page.keyboard.press("Tab")
    form.locator("[name=reason]").fill("信人〔2026〕1号")
    form.get_by_role("button", name="确认").click()
    expect(security.page.get_by_role("dialog")).to_have_count(0)
    assert [person.complaints for person in (system, security)] == [[], []]

    page = chromium.new_page(base_url=portal.url)
    begin(page, first_password)
    expect(page.locator(".cxd-Layout-aside")).not_to_contain_text("案件办理")
    page.locator("input[name=old_password]").fill(first_password)
    page.locator("input[name=new_password]").fill(NEW_PASSWORD)
    page.locator("input[name=again]").fill("another")
    page.get_by_role("button", name="修改密码").click()
    expect(page.get_by_text("两次输入的新密码不一致")).to_be_visible()
    page.locator("input[name=again]").fill(NEW_PASSWORD)
    page.get_by_role("button", name="修改密码").click()
    expect(page.locator(".cxd-Layout-aside")).to_contain_text("案件办理")
    page.close()


def begin(page: Page, password: str) -> None:
    """Sign in for the first time: only one's own account is open."""
    page.goto("/sign-in")
    page.fill("input[name=username]", "newcomer")
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    expect(page.get_by_text("首次登录请先修改初始密码")).to_be_visible(timeout=20_000)


def test_a_list_that_fails_to_load_says_so_and_loads_when_asked_again(sign_in_as: Callable[..., Person]) -> None:
    person = sign_in_as("county_clerk")
    refusal = '{"status": 503, "title": "Unavailable", "detail": "数据库暂时无法连接"}'
    address = "**/api/v1/organizations?**"
    person.page.route(address, lambda r: r.fulfill(status=503, content_type="application/problem+json", body=refusal))
    person.open("/page/OrganizationPage")
    expect(person.page.get_by_text("数据库暂时无法连接")).to_be_visible()
    expect(person.page.get_by_text("没有符合条件的记录")).to_have_count(0)
    person.page.unroute(address)
    person.page.get_by_role("button", name="重新载入").click()
    expect(person.page.get_by_text("县民政局").first).to_be_visible()


def test_times_are_the_countys_wherever_the_browser_stands(chromium: Browser, portal: Portal) -> None:
    context = chromium.new_context(base_url=portal.url, timezone_id="America/New_York")
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=username]", "county_clerk")
    page.fill("input[name=password]", portal.accounts["county_clerk"]["password"])
    page.click("button[type=submit]")
    page.wait_for_selector(".cxd-Layout", timeout=20_000)
    read = "t => amisRequire('moment')(t).format('YYYY-MM-DD HH:mm')"
    assert page.evaluate(read, "2026-12-01T15:59:59Z") == "2026-12-01 23:59"
    written = "t => amisRequire('moment')(t, 'YYYY-MM-DD HH:mm').toDate().toISOString()"
    assert page.evaluate(written, "2026-12-01 08:00") == "2026-12-01T00:00:00.000Z"
    context.close()
