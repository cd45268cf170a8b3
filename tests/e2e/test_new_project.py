"""What a county expects of low-code, done in a browser: a project that does not exist today is made, published,
matched, applied for, approved, paid and reported without a line of code."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from backend.kernel.clocks import CHINA
from backend.kernel.identifiers import check_digit, luhn_digit
from tests.e2e.conftest import Person, Portal, open_menu

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CODE, NAME = "A88", "求学家庭补助"
VILLAGE, TOWN = "371623109001001", "371623109"
SignIn = Callable[..., Person]


class Desk:
    """A person at a page of the portal, who finds things by the words on the screen."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page

    def open(self, path: str) -> None:
        self.person.open(path)

    def item(self, label: str, within: Locator | Page | None = None) -> Locator:
        """The form item under this label."""
        named = self.page.locator(".cxd-Form-label", has_text=re.compile(rf"^\s*{re.escape(label)}\**\s*$"))
        return (within or self.page).locator(".cxd-Form-item").filter(has=named).last

    def fill(self, label: str, text: str, within: Locator | None = None) -> None:
        box = self.item(label, within).locator("input:visible, textarea:visible").first
        box.fill(text)
        box.blur()

    def choose(self, label: str, option: str, within: Locator | None = None) -> None:
        self.pick(self.item(label, within).locator(".cxd-Select").first, option)

    def pick(self, select: Locator, option: str) -> None:
        self.person.rest()  # a menu opened before its choices have arrived closes again
        open_menu(select, self.page.locator(".cxd-Select-option:visible").get_by_text(option)).click()

    def tab(self, title: str) -> None:
        self.page.locator(".cxd-Tabs-link", has_text=title).first.click()

    def press(self, words: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=words, exact=True).last.click()

    def confirm(self, opinion: str | None = None) -> None:
        """Fill the opinion where one is asked for, and confirm the dialog."""
        dialog = self.page.locator(".cxd-Modal").last
        box = dialog.locator("textarea[name=opinion]")
        if opinion and box.count():
            box.fill(opinion)
        dialog.get_by_role("button", name="确认").last.click()
        expect(dialog).to_be_hidden(timeout=20_000)
        self.person.rest()


class Story:
    """What must be there before the story begins, prepared over the API: a household with a bank card."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.tokens: dict[str, str] = {}

    def call(self, who: str, method: str, path: str, body: Any = None) -> Any:
        if who not in self.tokens:
            form = {"username": who, "password": self.portal.accounts[who]["password"]}
            answer = httpx.post(f"{self.portal.url}/api/v1/auth/token", data=form, timeout=30)
            self.tokens[who] = answer.json()["access_token"]
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = httpx.request(method, f"{self.portal.url}/api/v1{path}", json=body, headers=headers, timeout=30)
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"
        return answer.json()

    def household(self) -> dict[str, Any]:
        head, spouse, child = (_id_number(f"371699{born}") for born in ("19650203881", "19700704882", "20150901881"))
        made = self.call(
            "town109_clerk",
            "POST",
            "/households",
            {
                "division_code": VILLAGE,
                "residence": "rural",
                "address": "幸福村88号",
                "members": [
                    {"name": "张求学", "id_number": head, "relation": "head", "health": "healthy"},
                    {"name": "李助学", "id_number": spouse, "relation": "spouse", "health": "healthy"},
                    {"name": "张小学", "id_number": child, "relation": "child", "is_student": True},
                ],
                "incomes": [{"id_number": head, "category": "wage", "annual_amount": "12000.00"}],
            },
        )
        members = self.call("town109_clerk", "GET", f"/households/{made['id']}")["members"]
        payee = next(m for m in members if m["relation"] == "head")["id"]
        card = "622999880000088888"
        account = {
            "household_id": made["id"],
            "person_id": payee,
            "number": card + luhn_digit(card),
            "bank_name": "惠民农商银行",
        }
        entered = self.call("town109_clerk", "POST", "/payment-accounts", account)
        self.call("county_clerk", "POST", f"/payment-accounts/{entered['id']}/confirmation")
        return dict(made)


def _id_number(body: str) -> str:
    return body + check_digit(body)


def test_a_project_is_made_published_applied_for_paid_and_reported_in_the_browser(
    sign_in_as: SignIn, portal: Portal
) -> None:
    story = Story(portal)
    home = story.household()
    _write(Desk(sign_in_as("county_clerk")))
    _publish(Desk(sign_in_as("county_admin")))
    case = _apply(Desk(sign_in_as("village109_helper")), home["id"])
    _decide(sign_in_as, case)
    month = _pay(sign_in_as, story)
    _report(Desk(sign_in_as("county_admin")), month)


def _write(desk: Desk) -> None:
    """A clerk writes the project part by part in the editor and sees what it means while writing."""
    page = desk.page
    desk.open("/page/ProjectPage")
    desk.press("新建救助项目")
    desk.fill("项目代码", CODE)
    desk.fill("项目名称", NAME)
    desk.press("确认")
    expect(page.locator(".editor-name")).to_have_text(f"{CODE} {NAME}")
    desk.choose("救助方式", "按月发放")
    desk.fill("救助对象", "人均月收入低于低保标准一倍半、有在读子女的农村家庭")
    desk.tab("条件")
    _condition(desk, 0, "户籍类别", "等于", choice="农村")
    _condition(desk, 1, "家庭人均月收入", "低于", text="低保标准 * 1.5")
    _condition(desk, 2, "在读成员数", "不低于", text="1")
    expect(page.locator(".outline", has_text="家庭人均月收入应低于 低保标准 * 1.5")).to_be_visible()
    expect(page.locator(".counted", has_text="参与比对").first).to_be_visible(timeout=20_000)
    desk.tab("金额")
    desk.fill("金额公式（元）", "120 * 在读成员数")
    expect(page.locator(".outline", has_text="120 × 在读成员数").first).to_be_visible()
    desk.tab("流程与时限")
    for unneeded in ("社区审核", "调查核实", "公示"):
        _drop_step(desk, unneeded)
    desk.tab("审批与公示")
    desk.fill("公示天数", "0")
    desk.tab("示例")
    desk.press("添加示例")
    desk.fill("名称", "三口之家一名学生")
    desk.choose("户籍类别", "农村")
    desk.fill("家庭月收入（元）", "1000")
    members = page.locator(".examples .cxd-Combo-item .cxd-Combo-item")
    desk.choose("在读学生", "是", members.first)
    desk.choose("预期结论", "符合")
    desk.fill("预期金额（元）", "100")
    desk.press("保存并检查")
    # A wrong expectation is shown beside what the project really answers.
    wrong = page.locator(".found tbody tr").first
    expect(wrong).to_contain_text("金额应为 100，实际为 120")
    desk.fill("预期金额（元）", "120")
    desk.press("保存并检查")
    expect(page.locator(".found")).to_contain_text("检查通过")


def _condition(desk: Desk, place: int, fact: str, operator: str, *, choice: str = "", text: str = "") -> None:
    page = desk.page
    page.locator("a, button").get_by_text("添加条件", exact=True).first.click()
    row = page.locator(".cxd-CBGroupOrItem").nth(place)
    row.locator(".cxd-DropDownSelection-input").click()
    popover = page.locator(".cxd-PopOver").last
    popover.locator("input").first.fill(fact)
    popover.locator(".cxd-GroupedSelection-item", has_text=fact).first.click()
    if row.locator(".cxd-CBGroup-operator").inner_text().strip() != operator:
        row.locator(".cxd-CBGroup-operator").click()
        page.locator(".cxd-PopOver").last.get_by_text(operator, exact=True).click()
    if choice:
        desk.pick(row.locator(".cxd-Select"), choice)
        return
    box = row.locator(".cxd-TextControl-input input")
    box.fill(text)
    box.press("Tab")


def _drop_step(desk: Desk, kind: str) -> None:
    steps = desk.page.locator(".cxd-Combo-item:visible")
    for place in range(steps.count()):
        step = steps.nth(place)
        if step.locator(".cxd-Select-value").first.inner_text() == kind:
            step.hover()
            step.locator(".cxd-Combo-delController, .cxd-Combo-delBtn").first.click()
            return
    pytest.fail(f"the path has no step {kind}")


def _publish(desk: Desk) -> None:
    """Another person publishes what the clerk wrote."""
    desk.open("/page/ProjectPage")
    row = desk.page.locator("tr", has_text=NAME)
    row.get_by_text("查看").click()
    desk.page.get_by_text("打开草稿").click()
    desk.press("发布")
    desk.page.locator(".cxd-Modal").get_by_role("button", name="确认").click()
    expect(desk.page.locator(".cxd-Modal")).to_be_hidden(timeout=20_000)
    desk.open("/page/ProjectPage")
    expect(row).to_contain_text("已发布")


def _apply(desk: Desk, household: int) -> str:
    """The household's helper sees the new project as fitting, with its amount, and applies for it."""
    page = desk.page
    desk.open(f"/page/ApplyPage?household_id={household}")
    card = page.locator(".aid-card", has_text=NAME)
    expect(card).to_contain_text("符合条件")
    expect(card).to_contain_text("120.00")
    card.get_by_text("申请", exact=True).click()
    desk.fill("申请事由", "孩子上学，家庭收入低")
    desk.fill("家庭情况说明", "夫妻务农，一个孩子读小学")
    desk.fill("收款户名", "张求学")
    desk.fill("收款账号", "6229998800000888880")
    page.get_by_text("全选/不选").click()
    desk.press("提交申请")
    page.wait_for_url("**/CaseFilePage?id=*")
    return page.url.split("id=")[1]


def _decide(sign_in_as: SignIn, case: str) -> None:
    """Each step of the path by the post that the project names."""
    steps = (("town109_clerk", "受理"), ("town109_approver2", "审核"), ("town109_approver", "批准"))
    desks = {who: Desk(sign_in_as(who)) for who, _ in steps}
    for who, action in steps:
        desk = desks[who]
        desk.open(f"/page/CaseFilePage?id={case}")
        desk.press(action)
        desk.confirm("情况属实，同意")
    expect(desk.page.locator(".case-tags")).to_contain_text("已确认")


def _pay(sign_in_as: SignIn, story: Story) -> str:
    """Make, check, approve and send next month's batch as four persons, and take the bank's answer in."""
    today = datetime.now(CHINA).date()
    month = f"{today.year + today.month // 12}-{today.month % 12 + 1:02d}"
    maker = Desk(sign_in_as("county_clerk"))
    maker.open("/page/BatchPage")
    maker.press("按月编制发放批次")
    maker.choose("项目", NAME)
    maker.page.locator(".cxd-PopOver-overlay").last.click(position={"x": 5, "y": 5})
    maker.fill("所属月份", month)
    maker.choose("行政区划", "信阳镇")
    maker.confirm()
    batch = story.call("county_clerk", "GET", f"/payment-batches?period={month}&page_size=1&order_by=-id")["items"][0]
    for who, action in (("county_finance", "复核"), ("county_admin", "审批"), ("county_finance2", "发送银行")):
        desk = Desk(sign_in_as(who))
        desk.open(f"/page/BatchFilePage?id={batch['id']}")
        desk.press(action)
        if action == "复核":
            desk.fill("核对笔数", "1")
            desk.fill("核对金额", "120")
        desk.confirm("与审批结果一致")
    with desk.page.expect_download() as download:
        desk.press("下载银行文件（CSV）")
    assert "张求学" in download.value.path().read_text("utf-8-sig")
    line = story.call("county_finance", "GET", f"/payment-lines?batch_id={batch['id']}")["items"][0]
    columns = ("batch_no", "seq", "biz_no", "result", "actual_amount", "bank_serial")
    answer = (batch["number"], str(line["seq"]), line["biz_no"], "0", "120.00", "S1")
    file = {"name": "回盘.csv", "mimeType": "text/csv", "buffer": f"{','.join(columns)}\n{','.join(answer)}".encode()}
    desk.press("上传回盘文件")
    desk.page.locator(".cxd-Modal input[type=file]").set_input_files(file)
    desk.confirm()
    expect(desk.page.locator("body")).to_contain_text("成功 1 笔 120.00 元")
    return month


def _report(desk: Desk, month: str) -> None:
    """The month's report has a line of the new project."""
    desk.open(f"/page/ReportPage?code=R01&period={month}&division_code={TOWN}")
    expect(desk.page.locator("tr", has_text=NAME).first).to_contain_text("120")
