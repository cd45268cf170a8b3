"""The books: one book with its money and debts, one voucher as on paper, the trial balance."""

from collections.abc import Iterable
from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.client import ApiRefusal
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import form, resource_table
from admin_pages.kernel.site import site
from admin_pages.pages.money.account_books import given, inquiry, printed
from admin_pages.pages.money.sheets import LINE, amount, figures, money_column, rows, toolbar
from backend.kernel.i18n import say
from backend.ledger.models import FundKind, FundSource, FundStatus, Side

Json = dict[str, Any]
RULES = {
    "case_cap": "单笔限额（元）",
    "cash_share": "现金比例上限",
    "replenish_below": "余额低于定额的这一比例时应补足",
    "complement_order": "互补支付顺序",
}
SHARES = frozenset(("cash_share", "replenish_below"))
RULE_VALUES = {"reserve_first": "先备用金、后救助基金", "charity_first": "先救助基金、后备用金"}


@site.register_admin
class FundFilePage(DrawnPage):
    """One book: its money, who owes whom, its rules, its vouchers."""

    group = "资金"
    permissions = ("fund:read",)
    page_schema = PageSchema(label="账套详情", icon="fa fa-bank", visible=False, sort=10)
    address = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Draw the book as it stands."""
        fund = await self.ask(request, f"/api/v1/funds/{int(request.query_params['id'])}")
        buttons = [self._refill(fund)] if "refills" in fund["allowed_actions"] else []
        buttons.append(LINE(say("日记账"), f"/page/AccountBookPage?fund_id={fund['id']}", level="default"))
        buttons.append(LINE(say("试算平衡表"), f"/page/TrialBalancePage?fund_id={fund['id']}", level="default"))
        return [
            {"type": "tpl", "tpl": _title(fund), "className": "report-title"},
            *_low(fund),
            toolbar(buttons),
            figures(
                (say("定额"), amount(fund["float"])),
                (say("账面余额"), amount(fund["balance"])),
                (say("可用余额"), amount(fund["available"])),
                (say("待报销"), amount(fund["unsettled"])),
                (say("别的账套欠本账套"), amount(fund["owed_to"])),
                (say("本账套欠别的账套"), amount(fund["owed_by"])),
            ),
            *_debts(fund),
            *_rules(fund),
            *await self._vouchers(request, fund),
        ]

    def _refill(self, fund: Json) -> Json:
        operation = self.api.operation("post", "/api/v1/funds/{fund_id}/refills")
        if operation is None:
            return {}
        made = form(self.api, operation)
        made["api"] = {"method": "post", "url": f"/api/v1/funds/{fund['id']}/refills"}
        dialog = {"title": "拨付备用金", "body": made | {"reload": "drawn"}}
        return {"type": "button", "label": "拨付备用金", "level": "primary", "actionType": "dialog", "dialog": dialog}

    async def _vouchers(self, request: Request, fund: Json) -> list[Json]:
        try:
            await self.ask(request, "/api/v1/journals?page_size=1")
        except ApiRefusal:
            return []
        table = resource_table(self, "/api/v1/journals", {"fund_id": str(fund["id"])})
        shown = {"number", "occurred_on", "template_name", "memo", "amount"}
        table["columns"] = [c for c in table["columns"] if c["name"] in shown] + [
            _open("/page/JournalFilePage?id=${id}")
        ]
        return [parts.panel("记账凭证", table)]


def _title(fund: Json) -> str:
    said = (fund["code"], fund["name"], say(FundKind(fund["kind"]).label), say(FundStatus(fund["status"]).label))
    return " · ".join(dict.fromkeys(said))


def _open(to: str) -> Json:
    return {"type": "operation", "label": "操作", "buttons": [LINE("查看", to)]}


def _low(fund: Json) -> list[Json]:
    """Warn when a reserve fell below the share at which it is to be made good."""
    share = fund["parameters"].get("replenish_below")
    if not share or not fund["float"] or float(fund["balance"]) >= float(share) * float(fund["float"]):
        return []
    told = say("余额已低于定额的 {share}，请县级及时补足。", share=f"{float(share):.0%}")
    return [{"type": "alert", "level": "warning", "body": told}]


def _debts(fund: Json) -> list[Json]:
    found = [
        debt | {"amount": amount(debt["amount"]), "direction": say("对方欠本账套" if _owed(debt) else "本账套欠对方")}
        for debt in fund["debts"]
    ]
    shown = [parts.text("fund_name", "往来账套"), parts.text("direction", "方向"), money_column("amount", "金额")]
    return [parts.panel("往来明细", rows(found, [*shown, _open("/page/FundFilePage?id=${fund_id}")]))] if found else []


def _owed(debt: Json) -> bool:
    return str(debt["account_code"]).startswith("1")


def _rules(fund: Json) -> list[Json]:
    found = [
        {"rule": say(RULES.get(code, code)), "value": _rule_value(code, value)}
        for code, value in fund["parameters"].items()
    ]
    return (
        [parts.panel("备用金规则", rows(found, [parts.text("rule", "规则"), parts.text("value", "值")]))]
        if found
        else []
    )


def _rule_value(code: str, value: str) -> str:
    return f"{float(value):.0%}" if code in SHARES else say(RULE_VALUES.get(value, value))


@site.register_admin
class JournalFilePage(DrawnPage):
    """One voucher as on paper, with what belongs to it."""

    group = "资金"
    permissions = ("journal:read",)
    page_schema = PageSchema(label="凭证详情", icon="fa fa-book", visible=False, sort=10)
    address = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Draw the voucher with ways to its case, batch and other vouchers."""
        voucher = await self.ask(request, f"/api/v1/journals/{int(request.query_params['id'])}")
        buttons = [self._reversal(voucher)] if "reversal" in voucher["allowed_actions"] else []
        head = say(
            "{fund} · {year} 年记字第 {number} 号 · {day} · {event}", fund=voucher["fund_name"], year=voucher["year"],
            number=voucher["number"], day=voucher["occurred_on"], event=voucher["template_name"],
        )  # fmt: skip
        foot = say("制单：{maker} · 入账编号 {posting} · 本凭证摘要 {hash}", maker=voucher["created_by_name"],
                   posting=voucher["posting_id"], hash=voucher["hash"])  # fmt: skip
        return [
            {"type": "tpl", "tpl": head, "className": "report-title"},
            {"type": "tpl", "tpl": voucher["memo"], "className": "explanation"},
            toolbar([*buttons, _printed(voucher), *await self._ways(request, voucher["lines"])]),
            parts.panel("分录", rows([*map(_line, voucher["lines"]), _total(voucher)], _lines_shown(voucher["lines"]))),
            *_related(voucher["related"]),
            {"type": "tpl", "tpl": foot, "className": "explanation digest"},
        ]

    def _reversal(self, voucher: Json) -> Json:
        operation = self.api.operation("post", "/api/v1/journals/{journal_id}/reversal")
        if operation is None:
            return {}
        made = form(self.api, operation)
        made["api"] = {"method": "post", "url": f"/api/v1/journals/{voucher['id']}/reversal"}
        dialog = {"title": "红字冲销", "body": made | {"reload": "drawn"}}
        return {"type": "button", "label": "红字冲销", "level": "danger", "actionType": "dialog", "dialog": dialog}

    async def _ways(self, request: Request, lines: Iterable[Json]) -> list[Json]:
        """Return links to the cases and batches that the lines name, where this person may see them."""
        ways = []
        for field, resource, page in (
            ("case_ref", "/api/v1/cases", "CaseFilePage"),
            ("batch_ref", "/api/v1/payment-batches", "BatchFilePage"),
        ):
            for ref in sorted({line[field] for line in lines if line[field]})[:WAYS_MAX]:
                try:
                    found = (await self.ask(request, f"{resource}?q={ref}&page_size=1"))["items"]
                except ApiRefusal:
                    break
                ways += [LINE(f"{say('查看')} {ref}", f"/page/{page}?id={row['id']}", level="default") for row in found]
        return ways


def _printed(voucher: Json) -> Json:
    url = f"/api/v1/journals/{voucher['id']}/voucher"
    return parts.open_page("打印凭证", url) | {"level": "default", "icon": "fa fa-print"}


WAYS_MAX = 5
DIMENSIONS = (
    ("budget_subject", "预算科目"),
    ("item_code", "救助项目"),
    ("case_ref", "案件"),
    ("batch_ref", "发放批次"),
    ("doc_no", "单据号"),
)


def _line(line: Json) -> Json:
    return line | {
        "account": f"{line['account_code']} {line['account_name']}",
        "source": say(FundSource(line["fund_source"]).label),
        "debit": amount(line["debit"]) if float(line["debit"]) else "",
        "credit": amount(line["credit"]) if float(line["credit"]) else "",
    }


def _total(voucher: Json) -> Json:
    return {"account": say("合计"), "debit": amount(voucher["amount"]), "credit": amount(voucher["amount"])}


def _lines_shown(lines: list[Json]) -> list[Json]:
    used = [parts.text(name, title) for name, title in DIMENSIONS if any(line[name] for line in lines)]
    money = [money_column("debit", "借方金额"), money_column("credit", "贷方金额")]
    return [parts.text("account", "科目"), *money, parts.text("source", "资金来源"), *used]


def _related(found: list[Json]) -> list[Json]:
    if not found:
        return []
    shown = [parts.text(n, t) for n, t in (("relation", "关系"), ("fund_name", "账套"), ("year", "年度"))]
    number = parts.text("number", "凭证号")
    return [parts.panel("相关凭证", rows(found, [*shown, number, _open("/page/JournalFilePage?id=${id}")]))]


@site.register_admin
class TrialBalancePage(DrawnPage):
    """The trial balance of a book on a day, and the proof of all books."""

    group = "资金"
    permissions = ("journal:read",)
    page_schema = PageSchema(label="试算平衡表", icon="fa fa-balance-scale", sort=65)
    address = "?fund_id=${fund_id}&as_of=${as_of}"

    async def content(self, request: Request) -> Any:
        """Return the choice of book and day, and the table."""
        wanted = given(request)
        books = (await self.ask(request, "/api/v1/funds?page_size=200"))["items"]
        fund_id = int(wanted.get("fund_id") or (books[0]["id"] if books else 0))
        choice = _choice(books, fund_id, wanted.get("as_of"))
        if not fund_id:
            return [choice]
        query = f"fund_id={fund_id}" + (f"&as_of={wanted['as_of']}" if "as_of" in wanted else "")
        balance = await self.ask(request, f"/api/v1/ledger/trial-balance?{query}")
        name = next((book["name"] for book in books if book["id"] == fund_id), "")
        title = say("{fund} 截至 {day} 试算平衡表", fund=name, day=balance["as_of"])
        verdict = (
            {"type": "alert", "level": "success", "body": say("借贷平衡")}
            if balance["balanced"]
            else {"type": "alert", "level": "danger", "body": say("借贷不平，请立即校验账簿")}
        )
        return [
            choice,
            {"type": "tpl", "tpl": title, "className": "report-title"},
            verdict,
            toolbar(printed("/api/v1/ledger/trial-balance", query)),
            rows([*map(_account, balance["items"]), _sums(balance)], _accounts_shown()),
        ]


def _choice(books: list[Json], fund_id: int, as_of: str | None) -> Json:
    verify = {
        "type": "button",
        "label": "校验账簿",
        "actionType": "ajax",
        "api": {"method": "post", "url": "/api/v1/ledger/verification"},
        "visibleOn": "${ARRAYINCLUDES(me.permissions, 'ledger:verify')}",
        "feedback": {"title": "校验结果", "body": _proof(), "actions": [_close()]},
    }
    day = {"type": "input-date", "name": "as_of", "label": "截至日期", "valueFormat": "YYYY-MM-DD", "clearable": True}
    return inquiry(books, fund_id, [day | {"value": as_of}], [verify])


def _close() -> Json:
    return {"type": "button", "label": "关闭", "actionType": "close"}


def _proof() -> list[Json]:
    good = say("账簿完好：共 ${journals} 张凭证，摘要链、余额、凭证号和借贷全部相符。链尾摘要 ${head_hash}")
    bad = say("发现问题：${first_fault.fund} 第 ${first_fault.number} 号凭证，${first_fault.reason}")
    return [
        {"type": "alert", "level": "success", "body": good, "visibleOn": "${ok}", "className": "digest"},
        {"type": "alert", "level": "danger", "body": bad, "visibleOn": "${!ok}"},
    ]


def _account(item: Json) -> Json:
    named = {"account": f"{item['account_code']} {item['account_name']}", "side": say(Side(item["side"]).label)}
    return named | {name: amount(item[name]) for name in ("debit", "credit", "balance")}


def _sums(balance: Json) -> Json:
    return {
        "account": say("合计"),
        "debit": amount(balance["total_debit"]),
        "credit": amount(balance["total_credit"]),
    }


def _accounts_shown() -> list[Json]:
    money = [money_column(n, t) for n, t in (("debit", "借方发生额"), ("credit", "贷方发生额"), ("balance", "余额"))]
    return [parts.text("account", "科目"), *money, parts.text("side", "余额方向")]
