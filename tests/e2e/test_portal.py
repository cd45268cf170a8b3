"""The portal opens for every role, on a desktop and a phone, without a complaint of the browser."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Person, Portal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(
    ("username", "phone"),
    [
        ("county_admin", False),
        ("town109_clerk", False),
        ("county_finance", False),
        ("village109_helper", True),
        ("sysadmin", False),
    ],
)
def test_the_first_page_opens_without_complaint(
    sign_in_as: Callable[..., Person], username: str, *, phone: bool
) -> None:
    person = sign_in_as(username, phone=phone)
    person.open("/page/WorkbenchPage")
    assert person.complaints == []
    assert "系统繁忙" not in person.page.inner_text("body")


def test_every_page_of_the_menu_opens(sign_in_as: Callable[..., Person]) -> None:
    person = sign_in_as("county_admin")
    links = person.page.evaluate(
        "async () => { const r = await fetch('/admin/', {method: 'POST', headers: ejia.headers()}); const a = await r.json();"
        " const out = []; const walk = (n) => { if (n.url && n.schemaApi && n.visible !== false) out.push(n.url);"
        " (n.children || []).forEach(walk); }; a.pages.forEach(walk); return out; }"
    )
    assert len(links) > 10
    for link in links:
        person.complaints.clear()
        person.open(link)
        assert person.complaints == [], link
        assert person.page.locator(".cxd-Toast--error").count() == 0, link


def test_a_wrong_password_is_refused_in_words(
    sign_in_as: Callable[..., Person], portal: Portal, chromium: object
) -> None:
    page = chromium.new_page(base_url=portal.url)
    page.goto("/sign-in")
    page.fill("input[name=username]", "county_admin")
    page.fill("input[name=password]", "wrong-password")
    page.click("button[type=submit]")
    page.wait_for_selector("#error:not([hidden])")
    assert "密码" in page.inner_text("#error")
    assert page.input_value("input[name=username]") == "county_admin"
    page.close()


def test_a_stranger_is_led_to_the_sign_in_page(portal: Portal, chromium: object) -> None:
    page = chromium.new_page(base_url=portal.url)
    page.goto("/admin/")
    page.wait_for_url("**/sign-in**")
    page.close()
