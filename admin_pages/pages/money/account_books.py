"""Account books on screen: the day book of cash and bank, an account's entries, the general ledger of a year."""

from typing import Any
from urllib.parse import urlencode

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.site import site
from admin_pages.pages.money.sheets import LINE, amount, figures, money_column, rows, toolbar
from backend.kernel.i18n import say
from backend.ledger.models import FundSource, Side
from backend.ledger.service import today

Json = dict[str, Any]
PAGE_SIZE = 100
DAY_BOOK = "money"


def given(request: Request) -> dict[str, str]:
    """Return what the address says; amis writes what is not chosen as a word."""
    return {name: value for name, value in request.query_params.items() if value and value not in {"undefined", "null"}}


def printed(resource: str, query: str) -> list[Json]:
    """Return the buttons that print a book or save it as a workbook."""
    base = f"{resource}/export?{query}"
    return [
        parts.open_page("打印（PDF）", f"{base}&format=pdf") | {"level": "default", "icon": "fa fa-print"},
        parts.open_page("导出 Excel", f"{base}&format=xlsx") | {"level": "default"},
    ]


def inquiry(books: list[Json], fund_id: int, fields: list[Json], more: list[Json] | None = None) -> Json:
    """Return the line in which a book, and whatever else, is chosen; its answer is drawn below."""
    options = [{"label": book["name"], "value": book["id"]} for book in books]
    book = {
        "type": "select",
        "name": "fund_id",
        "label": "账套",
        "options": options,
        "value": fund_id,
        "searchable": True,
    }
    submit = {"type": "submit", "label": "查询", "level": "primary"}
    return {"type": "form", "mode": "inline", "title": "", "actions": [], "target": "drawn",
            "body": [book, *fields, submit, *(more or [])]}  # fmt: skip


@site.register_admin
class AccountBookPage(DrawnPage):
    """现金银行日记账 and 明细账 of one book."""

    group = "资金"
    permissions = ("journal:read",)
    page_schema = PageSchema(label="日记账与明细账", icon="fa fa-book", sort=62)
    address = (
        "?fund_id=${fund_id}&account_code=${account_code}&from_date=${from_date}&to_date=${to_date}"
        "&fund_source=${fund_source}&page=${page}"
    )

    async def content(self, request: Request) -> Any:
        """Return the inquiry and the book."""
        wanted = given(request)
        books = (await self.ask(request, "/api/v1/funds?page_size=200"))["items"]
        fund_id = int(wanted.get("fund_id") or (books[0]["id"] if books else 0))
        first = wanted.get("from_date") or today().replace(month=1, day=1).isoformat()
        asked = {"fund_id": fund_id, "account_code": wanted.get("account_code") or DAY_BOOK, "from_date": first}
        asked |= {name: wanted[name] for name in ("to_date", "fund_source") if name in wanted}
        accounts = (await self.ask(request, "/api/v1/accounts/options"))["options"]
        choice = inquiry(books, fund_id, _fields(asked, accounts))
        if not fund_id:
            return [choice]
        query = urlencode(asked)
        page = int(wanted.get("page") or 1)
        book = await self.ask(request, f"/api/v1/ledger/account-book?{query}&page={page}&page_size={PAGE_SIZE}")
        return [
            choice,
            {"type": "tpl", "tpl": _title(book), "className": "report-title"},
            figures(
                (say("期初余额"), amount(book["opening"])),
                (say("借方合计"), amount(book["debit"])),
                (say("贷方合计"), amount(book["credit"])),
                (say("期末余额"), amount(book["closing"])),
            ),
            toolbar(printed("/api/v1/ledger/account-book", query)),
            rows([_entry(item, book["side"]) for item in book["items"]], _shown(book)),
            *_turning(book, asked),
            *_months(book),
        ]


def _fields(asked: Json, accounts: list[Json]) -> list[Json]:
    sources = [{"label": say(source.label), "value": source.value} for source in FundSource]
    choices = [{"label": say("现金银行日记账"), "value": DAY_BOOK}, *accounts]
    select = {"type": "select", "searchable": True}
    day = {"type": "input-date", "valueFormat": "YYYY-MM-DD", "clearable": True}
    return [
        select | {"name": "account_code", "label": "科目", "options": choices, "value": asked["account_code"]},
        day | {"name": "from_date", "label": "起始日期", "value": asked["from_date"]},
        day | {"name": "to_date", "label": "截止日期", "value": asked.get("to_date")},
        select
        | {"name": "fund_source", "label": "资金来源", "options": sources, "clearable": True}
        | {"value": asked.get("fund_source")},
    ]


def _title(book: Json) -> str:
    code = "" if book["account_code"] == DAY_BOOK else f"{book['account_code']} "
    days = say("{first} 至 {last}", first=book["from_date"], last=book["to_date"])
    return f"{book['fund_name']} · {code}{book['account_name']} · {days}"


def _entry(item: Json, side: str) -> Json:
    return item | {
        "debit": _moved(item["debit"]),
        "credit": _moved(item["credit"]),
        "balance": amount(item["balance"]),
        "side": say(Side(side).label),
        "source": say(FundSource(item["fund_source"]).label),
    }


def _moved(value: str) -> str:
    return amount(value) if float(value) else ""


def _shown(book: Json) -> list[Json]:
    several = [parts.text("account_code", "科目")] if book["account_code"] == DAY_BOOK else []
    see = {"type": "operation", "label": "操作", "buttons": [LINE("查看", "/page/JournalFilePage?id=${journal_id}")]}
    return [
        parts.text("occurred_on", "业务日期") | {"className": "nowrap"},
        parts.text("voucher", "凭证字号"),
        parts.text("memo", "业务摘要"),
        *several,
        parts.text("counterparts", "对方科目"),
        *(money_column(name, title) for name, title in (("debit", "借方金额"), ("credit", "贷方金额"))),
        parts.text("side", "方向"),
        money_column("balance", "余额"),
        parts.text("source", "资金来源"),
        parts.text("doc_no", "单据号"),
        see,
    ]


def _turning(book: Json, asked: Json) -> list[Json]:
    last = max(-(-book["total"] // book["page_size"]), 1)
    if last == 1:
        return []
    buttons = [
        LINE(say(words), f"/page/AccountBookPage?{urlencode(asked | {'page': page})}", level="default")
        for words, page in (("上一页", book["page"] - 1), ("下一页", book["page"] + 1))
        if 1 <= page <= last
    ]
    told = say("第 {page} 页，共 {pages} 页，{total} 笔", page=book["page"], pages=last, total=book["total"])
    return [toolbar([{"type": "tpl", "tpl": told, "className": "m-r"}, *buttons])]


def _months(book: Json) -> list[Json]:
    found = [{n: amount(v) if n != "month" else v[:7] for n, v in month.items()} for month in book["months"]]
    money = (
        ("debit", "本月借方"),
        ("credit", "本月贷方"),
        ("debit_year", "本年累计借方"),
        ("credit_year", "本年累计贷方"),
    )
    shown = [parts.text("month", "月份"), *(money_column(name, title) for name, title in money)]
    return [parts.panel("各月合计", rows(found, shown))] if found else []


@site.register_admin
class GeneralLedgerPage(DrawnPage):
    """总账 of one book and year."""

    group = "资金"
    permissions = ("journal:read",)
    page_schema = PageSchema(label="总账", icon="fa fa-list-alt", sort=63)
    address = "?fund_id=${fund_id}&year=${year}"

    async def content(self, request: Request) -> Any:
        """Return the inquiry and the ledger."""
        wanted = given(request)
        books = (await self.ask(request, "/api/v1/funds?page_size=200"))["items"]
        fund_id = int(wanted.get("fund_id") or (books[0]["id"] if books else 0))
        year = int(wanted.get("year") or today().year)
        years = [{"label": say("{year} 年度", year=n), "value": n} for n in range(today().year, today().year - 10, -1)]
        choice = inquiry(
            books, fund_id, [{"type": "select", "name": "year", "label": "年度", "options": years, "value": year}]
        )
        if not fund_id:
            return [choice]
        query = urlencode({"fund_id": fund_id, "year": year})
        found = await self.ask(request, f"/api/v1/ledger/general-ledger?{query}")
        title = f"{found['fund_name']} · {say('{year} 年度', year=year)} · {say('总账')}"
        money = (("debit", "借方金额"), ("credit", "贷方金额"), ("balance", "余额"))
        shown = [
            parts.text("account", "科目") | {"placeholder": ""},
            parts.text("month", "月份"),
            *(money_column(n, t) for n, t in money),
        ]
        book = f"/page/AccountBookPage?fund_id={fund_id}&account_code=${{account_code}}"
        days = f"&from_date={year}-01-01&to_date={year}-12-31"
        detail = {
            "type": "operation",
            "label": "操作",
            "buttons": [LINE("明细账", book + days, visibleOn="${account}")],
        }
        return [
            choice,
            {"type": "tpl", "tpl": title, "className": "report-title"},
            toolbar([*printed("/api/v1/ledger/general-ledger", query), _package(query)]),
            rows([line for account in found["items"] for line in _year(account)],
                 [*shown, parts.text("side", "方向"), detail]),
        ]  # fmt: skip


def _package(query: str) -> Json:
    """Return the button of those who check: the year signed, to be proved on another machine."""
    button = parts.open_page("导出审计数据包", f"/api/v1/ledger/package?{query}")
    return button | {"level": "default", "visibleOn": "${ARRAYINCLUDES(me.permissions, 'ledger:verify')}"}


def _year(account: Json) -> list[Json]:
    side = say(Side(account["side"]).label)
    name = f"{account['account_code']} {account['account_name']}"
    months = [
        {n: _moved(month[n]) for n in ("debit", "credit")}
        | {"balance": amount(month["balance"]), "month": month["month"][:7], "side": side}
        for month in account["months"]
    ]
    first = {"account": name, "account_code": account["account_code"], "month": say("上年结转"), "side": side}
    last = {"month": say("本年合计"), "side": side, "balance": amount(account["closing"])}
    last |= {name: amount(account[name]) for name in ("debit", "credit")}
    return [first | {"balance": amount(account["opening"])}, *months, last]
