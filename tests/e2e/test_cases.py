"""Two whole cases through the browser, each desk as its demo account: a benefit from the village phone, an emergency."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Locator, expect

from backend.kernel.db import connection_arguments
from backend.kernel.identifiers import check_digit
from tests.e2e.conftest import Person, Portal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VILLAGE = "371623109001001"
PICTURE = {"name": "签署页.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(64)}
PATIENCE = 20_000


def number(body: str) -> str:
    return body + check_digit(body)


def household(portal: Portal, name: str, serial: int) -> int:
    """Register a poor couple over the API; the test is about what follows."""
    clerk = portal.accounts["town109_clerk"]
    form = {"username": clerk["username"], "password": clerk["password"]}
    with httpx.Client(base_url=portal.url, timeout=30) as client:
        token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
        head = number(f"37169919650203{serial:03d}")
        members = [
            {"name": name, "id_number": head, "relation": "head", "health": "serious_illness"},
            {"name": f"{name}之妻", "id_number": number(f"37169919700704{serial + 1:03d}"), "relation": "spouse"},
        ]
        answer = client.post(
            "/api/v1/households",
            headers={"Authorization": f"Bearer {token}"},
            json={
                "division_code": VILLAGE,
                "residence": "rural",
                "address": "幸福村12号",
                "members": members,
                "incomes": [{"id_number": head, "category": "wage", "annual_amount": "3600.00"}],
                "properties": [],
            },
        )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def let_notices_pass(portal: Portal) -> None:
    """Eight days later."""
    where = connection_arguments(portal.database_url)
    known = {"host": where["host"], "port": where.get("port"), "user": where["user"], "dbname": where["database"]}
    with psycopg.connect(**{name: value for name, value in known.items() if value is not None}) as connection:
        connection.execute(
            "UPDATE case_notice SET posted_at = posted_at - interval '8 days', ends_at = ends_at - interval '8 days'"
        )


def case_id(person: Person) -> int:
    """Read the number of the case from the address of its file."""
    expect(person.page).to_have_url(re.compile(r"CaseFilePage\?id=\d+"), timeout=PATIENCE)
    return int(re.search(r"id=(\d+)", person.page.url)[1])


def act(person: Person, case: int, action: str, fill: Callable[[Locator], Any] | None = None) -> None:
    """Open the case file, press the button of an action, fill its form and confirm."""
    page = person.page
    person.open(f"/page/CaseFilePage?id={case}")
    page.locator(".case-actions button", has_text=re.compile(f"^{action}$")).click(timeout=PATIENCE)
    dialog = page.locator(".cxd-Modal-content").last
    expect(dialog).to_be_visible(timeout=PATIENCE)
    if fill:
        fill(dialog)
    dialog.locator(".cxd-Modal-footer button", has_text=re.compile("确认|提交")).last.click()
    expect(page.locator(".cxd-Modal-content")).to_have_count(0, timeout=PATIENCE)
    assert page.locator(".cxd-Toast--error").count() == 0, page.locator(".cxd-Toast--error").first.inner_text()


def shows(person: Person, case: int, state: str) -> None:
    person.open(f"/page/CaseFilePage?id={case}")
    expect(person.page.locator(".case-tags")).to_contain_text(state, timeout=PATIENCE)


def opinion(words: str) -> Callable[[Locator], None]:
    return lambda dialog: dialog.locator("textarea[name=opinion]").fill(words)


def team(field: str) -> Callable[[Locator], None]:
    def fill(dialog: Locator) -> None:
        names = dialog.locator(".cxd-Combo-item input[type=text]")
        for at, name in enumerate(("王建国", "马春梅")):
            names.nth(at).press_sequentially(name, delay=20)
            dialog.page.wait_for_timeout(300)  # the row hands its value on when typing rests
        dialog.locator(f"textarea[name='data.{field}']").fill("房屋三间，与申报一致")

    return fill


def test_a_village_helper_applies_on_a_phone_and_the_town_grants(
    sign_in_as: Callable[..., Person], portal: Portal
) -> None:
    home = household(portal, "赵大勇", 11)
    helper = sign_in_as("village109_helper", phone=True)
    helper.open(f"/page/ApplyPage?household_id={home}&project_code=A02")
    helper.page.locator("textarea[name=reason]").fill("户主重病，家庭收入中断", timeout=PATIENCE)
    helper.page.locator("textarea[name='form.situation']").fill("两人靠打零工，没有存款")
    helper.page.locator("input[name='form.account_holder']").fill("赵大勇")
    helper.page.locator("input[name='form.account_number']").fill("6217000010001234567")
    helper.page.locator(".cxd-Form-item", has_text="主要致困原因").locator(".cxd-Select, .cxd-ResultBox").first.click()
    helper.page.get_by_text("因病", exact=True).last.click()
    if helper.page.get_by_text("确认", exact=True).count():
        helper.page.get_by_text("确认", exact=True).last.click()
    for signer in ("赵大勇", "赵大勇之妻"):
        helper.page.locator(".cxd-CheckboxesControl").get_by_text(signer, exact=True).click()
    upload = helper.page.locator(".cxd-Form-item", has_text="签署页照片").locator("input[type=file]")
    upload.set_input_files(PICTURE)
    expect(helper.page.get_by_text("签署页.png")).to_be_visible(timeout=PATIENCE)
    helper.page.get_by_role("button", name="提交申请").click()
    case = case_id(helper)
    shows(helper, case, "社区初审")
    assert helper.complaints == []

    station = sign_in_as("community109_station", phone=True)
    act(station, case, "审核", opinion("身份和材料已核验"))
    act(sign_in_as("town109_clerk"), case, "受理")
    act(sign_in_as("town109_investigator"), case, "完成调查", team("findings"))
    act(sign_in_as("town109_approver2"), case, "审核", opinion("拟同意"))
    approver = sign_in_as("town109_approver")
    clerk = sign_in_as("town109_clerk")
    act(clerk, case, "开始公示")
    shows(clerk, case, "公示中")
    expect(clerk.page.locator(".case-todo")).to_contain_text("公示期未满", timeout=PATIENCE)
    let_notices_pass(portal)
    act(clerk, case, "公示期满")
    act(approver, case, "批准", opinion("符合条件，同意救助"))
    shows(approver, case, "已确认")
    approver.page.get_by_text("决定与文书", exact=True).click()
    for letter in ("受理通知书", "初审公示", "社会救助确认通知书"):
        expect(approver.page.get_by_text(letter, exact=True)).to_be_visible(timeout=PATIENCE)
    assert approver.complaints == []


def test_an_emergency_is_paid_first_and_closed_after_its_papers(
    sign_in_as: Callable[..., Person], portal: Portal
) -> None:
    home = household(portal, "钱大力", 21)
    clerk = sign_in_as("town109_clerk")
    clerk.open(f"/page/ApplyPage?household_id={home}&project_code=C02")
    page = clerk.page
    page.locator("textarea[name=reason]").fill("房屋失火，无处可住", timeout=PATIENCE)
    page.locator(".cxd-Form-item", has_text="急难类型").locator(".cxd-Select").click()
    page.get_by_text("火灾", exact=True).last.click()
    for name, amount in (("form.emergency_loss", "8000"), ("form.emergency_compensation", "0")):
        page.locator(f"input[name='{name}']").fill(amount)
    page.locator("input[name='form.place']").fill("幸福村12号")
    page.locator("textarea[name='form.event']").fill("昨夜失火，两间房烧毁")
    page.get_by_role("button", name="提交申请").click()
    case = case_id(clerk)
    shows(clerk, case, "急难已登记")
    expect(page.locator(".case-head")).to_contain_text("先行救助", timeout=PATIENCE)

    act(sign_in_as("town109_investigator"), case, "快速核实", team("findings"))
    approver = sign_in_as("town109_approver")

    def pay(dialog: Locator) -> None:
        dialog.locator("input[name='data.amount']").fill("500")
        opinion("情况紧急，先行救助")(dialog)

    act(approver, case, "先行救助", pay)
    shows(clerk, case, "已先行救助待补手续")
    assert page.locator(".case-actions button", has_text="办结").count() == 0, "not before its papers"
    act(clerk, case, "补齐手续", lambda d: d.locator("textarea[name='data.explanation']").fill("已补齐火灾证明"))
    act(sign_in_as("county_clerk"), case, "县级备案", opinion("合规"))
    act(clerk, case, "办结")
    shows(clerk, case, "已办结")
    page.get_by_text("资金", exact=True).last.click()
    expect(page.get_by_text("已支付", exact=True)).to_be_visible(timeout=PATIENCE)
    assert clerk.complaints == []
