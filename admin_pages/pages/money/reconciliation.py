"""Bank and book beside each other: the bank's lines, what matches what, the reconciliation of a month."""

from datetime import date, timedelta
from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import ResourcePage, form_button, record_button, resource_table
from admin_pages.kernel.site import site
from admin_pages.pages.money.sheets import LINE, amount, figures, money_column, rows, toolbar
from backend.kernel.i18n import say
from backend.reconciliation.models import DifferenceKind

Json = dict[str, Any]
ACCOUNTS, MATCHES = "/api/v1/bank-accounts", "/api/v1/bank-matches"
READ = ("reconciliation:read",)


@site.register_admin
class BankAccountPage(ResourcePage):
    """Bank accounts of the books, each with what is still open."""

    resource = ACCOUNTS
    group = "资金"
    page_schema = PageSchema(label="银行账户", icon="fa fa-university", sort=58)
    columns = ("fund_id", "bank_name", "number_masked", "account_code", "covered_to", "bank_balance", "open_lines")
    card_title = "bank_name"
    record_page = "/page/ReconciliationPage?account_id=${id}"


@site.register_admin
class BankLinePage(ResourcePage):
    """What the banks wrote."""

    resource = "/api/v1/bank-lines"
    group = "资金"
    page_schema = PageSchema(label="银行流水", icon="fa fa-exchange", sort=57)
    columns = (
        "booked_on",
        "bank_account_id",
        "amount",
        "balance",
        "counter_name",
        "memo",
        "reference",
        "state",
    )
    card_title = "booked_on"


@site.register_admin
class MatchPage(ResourcePage):
    """Everything that was matched, suggested, rejected or undone."""

    resource = MATCHES
    group = "资金"
    page_schema = PageSchema(label="对账记录", icon="fa fa-link", sort=55)
    columns = ("created_at", "rule", "status", "amount", "bank_said", "book_said", "bank_count", "book_count", "note")
    card_title = "bank_said"


class _OfAccount(DrawnPage):
    """A page about one bank account, chosen above it."""

    group = "资金"
    permissions = READ

    async def chosen(self, request: Request) -> tuple[list[Json], Json | None]:
        """Return the accounts that this person sees, and the one that was asked for or the first."""
        found: list[Json] = (await self.ask(request, f"{ACCOUNTS}?page_size=200"))["items"]
        names = {
            str(option["value"]): option["label"]
            for option in (await self.ask(request, "/api/v1/funds/options"))["options"]
        }
        for account in found:
            account["title"] = f"{names.get(str(account['fund_id']), '')} · {account['bank_name']}"
            account["title"] += f" {account['number_masked']}"
        wanted = request.query_params.get("account_id", "")
        own = [account for account in found if str(account["id"]) == wanted]
        return found, (own or found or [None])[0]


def _choice(accounts: list[Json], account: Json | None, more: list[Json]) -> Json:
    options = [{"label": a["title"], "value": a["id"]} for a in accounts]
    chosen: Json = {"type": "select", "name": "account_id", "label": "银行账户", "options": options, "searchable": True}
    return {
        "type": "form",
        "mode": "inline",
        "title": "",
        "actions": [],
        "target": "drawn",
        "body": [
            chosen | {"value": account["id"] if account else None, "size": "lg"},
            *more,
            {"type": "submit", "label": "查询", "level": "primary"},
        ],
    }


def _none_yet() -> Json:
    told = say("还没有启用对账的银行账户，请县级财务在“资金 → 银行账户”中启用。")
    return {"type": "alert", "level": "info", "body": told}


@site.register_admin
class ReconciliationPage(_OfAccount):
    """Left the bank, right the book: suggestions first, then what a person has to bring together."""

    page_schema = PageSchema(label="对账", icon="fa fa-balance-scale", sort=56)
    address = "?account_id=${account_id}"

    async def content(self, request: Request) -> Any:
        """Draw the account as it stands."""
        accounts, account = await self.chosen(request)
        if account is None:
            return [_none_yet()]
        left = await self.ask(request, f"{ACCOUNTS}/{account['id']}/open-lines")
        return [
            _choice(accounts, account, []),
            {"type": "tpl", "tpl": account["title"], "className": "report-title"},
            toolbar([*self._buttons(account)]),
            figures(
                (say("对账单已到"), account["covered_to"] or "—"),
                (say("银行余额"), amount(account["bank_balance"])),
                (say("未对账流水"), _many(left["bank"])),
                (say("未对账分录"), _many(left["book"])),
            ),
            parts.panel("待采纳的建议和待复核的手工对账", self._waiting(account)),
            parts.panel("手工对账：左为银行流水，右为账面分录", _by_hand(account, left)),
        ]

    def _buttons(self, account: Json) -> list[Json]:
        offered = account["allowed_actions"]
        found = [_upload(account)] if "statements" in offered else []
        if "matching" in offered:
            run = {"method": "post", "url": f"{ACCOUNTS}/{account['id']}/matching"}
            found.append({"type": "button", "label": "自动对账", "actionType": "ajax", "api": run, "reload": "drawn"})
        sheet = f"/page/BalanceSheetPage?account_id={account['id']}"
        return [*found, LINE(say("余额调节表"), sheet, level="default")]

    def _waiting(self, account: Json) -> Json:
        conditions = {"bank_account_id": str(account["id"]), "waiting": "true"}
        table = resource_table(self, MATCHES, conditions)
        shown = ("rule", "confidence", "amount", "bank_said", "book_said", "bank_count", "book_count", "note")
        by_name = {column["name"]: column for column in table["columns"]}
        decided = {
            "type": "operation",
            "label": "操作",
            "buttons": [record_button(self.api, f"{MATCHES}/{{match_id}}")],
        }
        decided["buttons"] += [_accept(), self._rejection()]
        table["columns"] = [*(by_name[name] for name in shown), decided]
        return table

    def _rejection(self) -> Json:
        operation = self.api.operation("post", f"{MATCHES}/{{match_id}}/rejection")
        if operation is None:
            return {}
        button = form_button(self.api, operation, label="否决", level="link", noun="rejection")
        button["dialog"]["body"]["reload"] = "drawn"
        return button


def _many(lines: list[Json]) -> str:
    return say("{count} 条", count=len(lines))


def _accept() -> Json:
    return {
        "type": "button",
        "label": "采纳",
        "level": "link",
        "actionType": "ajax",
        "api": {"method": "post", "url": f"{MATCHES}/${{id}}/confirmation"},
        "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'confirmation')}",
        "reload": "drawn",
    }


def _upload(account: Json) -> Json:
    hint = say("CSV、Excel、MT940 或 camt.053；逐笔验证余额，须与上一期首尾相接。有任何差错都不保留。")
    file = {"type": "input-file", "name": "file", "label": "对账单文件", "required": True, "asBlob": True}
    until = {"type": "input-date", "name": "to_date", "label": "对账单截止日期", "valueFormat": "YYYY-MM-DD"}
    url = f"{ACCOUNTS}/{account['id']}/statements"
    made = {
        "type": "form",
        "mode": "normal",
        "reload": "drawn",
        "api": {"method": "post", "url": url, "dataType": "form-data"},
        "body": [
            {"type": "tpl", "tpl": hint, "className": "explanation"},
            file | {"accept": ".csv,.xlsx,.txt,.sta,.xml", "useChunk": False},
            until | {"description": say("表格没有写明时填写，如月末；不填则为最后一笔的日期")},
        ],
    }
    button = {"type": "button", "label": "导入对账单", "actionType": "dialog", "level": "primary"}
    return button | {"dialog": {"title": "导入对账单", "body": made}}


def _by_hand(account: Json, left: dict[str, list[Json]]) -> Json:
    if not left["bank"] and not left["book"]:
        return {"type": "alert", "level": "success", "body": say("全部流水和分录都已对账")}
    may = "matching" in account["allowed_actions"]
    sides = [
        {"md": 6, "body": [_side("bank_line_ids", "银行流水", left["bank"], number=True)]},
        {"md": 6, "body": [_side("book_lines", "账面分录", left["book"])]},
    ]
    note: Json = {"type": "input-text", "name": "note", "label": "说明", "required": True, "maxLength": 200}
    send = {"type": "submit", "label": "提交手工对账", "level": "primary"}
    hint = say("两边所选金额合计须相等，可一对多、多对一；提交后由另一人复核。每边列出最早的 300 条。")
    return {
        "type": "form",
        "mode": "normal",
        "title": "",
        "reload": "drawn",
        "actions": [],
        "api": {
            "method": "post",
            "url": MATCHES,
            "data": {
                "bank_account_id": account["id"],
                "bank_line_ids": "${bank_line_ids || []}",
                "book_lines": "${book_lines || []}",
                "note": "${note}",
            },
        },
        "body": [
            {"type": "tpl", "tpl": hint, "className": "explanation"},
            {"type": "grid", "columns": sides},
            *([note, send] if may else []),
        ],
    }


def _side(name: str, label: str, lines: list[Json], *, number: bool = False) -> Json:
    options = [{"label": _said(line), "value": int(line["key"]) if number else line["key"]} for line in lines]
    boxes: Json = {"type": "checkboxes", "name": name, "label": label, "options": options, "inline": False}
    return boxes | {"joinValues": False, "extractValue": True, "placeholder": "没有未对账的"}


def _said(line: Json) -> str:
    voucher = say("凭证 {number}", number=line["number"]) if line["number"] else ""
    words = (line["day"], amount(line["amount"]), voucher, line["counter_name"], line["memo"], line["reference"])
    return " · ".join(str(word) for word in words if word)


@site.register_admin
class BalanceSheetPage(_OfAccount):
    """银行存款余额调节表 of an account and a month, as on paper, with every open item."""

    page_schema = PageSchema(label="余额调节表", icon="fa fa-columns", sort=54)
    address = "?account_id=${account_id}&month=${month}"

    async def content(self, request: Request) -> Any:
        """Draw the choice, the sheet, the ages and the items."""
        accounts, account = await self.chosen(request)
        if account is None:
            return [_none_yet()]
        month = request.query_params.get("month", "")
        month = month if month[:1].isdigit() else _last_month(account["covered_to"])
        picker = {"type": "input-month", "name": "month", "label": "月份", "valueFormat": "YYYY-MM", "value": month}
        choice = _choice(accounts, account, [picker])
        path = f"{ACCOUNTS}/{account['id']}/balance-sheet"
        if not month:
            return [choice, {"type": "alert", "level": "info", "body": say("还没有导入整月的对账单")}]
        sheet = await self.ask(request, f"{path}?month={month}")
        printed = f"{path}/export?month={month}&format="
        excel = {"type": "button", "label": "导出 Excel", "actionType": "download", "api": f"{printed}xlsx"}
        paper = parts.open_page("打印调节表", f"{printed}pdf") | {"level": "default"}
        title = say("银行存款余额调节表（{day}）", day=sheet["as_of"])
        return [
            choice,
            {"type": "tpl", "tpl": f"{account['title']} · {title}", "className": "report-title"},
            toolbar([paper, excel, LINE(say("去对账"), f"/page/ReconciliationPage?account_id={account['id']}")]),
            _verdict(sheet),
            rows(_column(sheet), _column_shown()),
            parts.panel("账龄分析", rows([_money(age) for age in sheet["aging"]], _ages_shown())),
            parts.panel("未达账项明细", rows([_item(item) for item in sheet["items"]], _items_shown())),
        ]  # fmt: skip


def _last_month(covered_to: str | None) -> str:
    """Return the last month that the statements cover whole."""
    if not covered_to:
        return ""
    after = date.fromisoformat(covered_to) + timedelta(days=1)
    return f"{after.replace(day=1) - timedelta(days=1):%Y-%m}"


def _verdict(sheet: Json) -> Json:
    if not sheet["balanced"]:
        body = say("调节后两边不符，请查明原因")
        return {"type": "alert", "level": "danger", "body": body}
    body = say("调节后两边相符，未达账项 {count} 笔", count=sheet["item_count"])
    if sheet["waiting"]:
        body += say("；另有 {count} 条对账待采纳或待复核", count=sheet["waiting"])
    return {"type": "alert", "level": "warning" if sheet["waiting"] else "success", "body": body}


def _column(sheet: Json) -> list[Json]:
    bank = (
        ("bank_balance", "银行对账单余额"), ("book_received", "加：单位已收、银行未收"),
        ("book_paid", "减：单位已付、银行未付"), ("adjusted_bank", "调节后余额"),
    )  # fmt: skip
    book = (
        ("book_balance", "账面余额"), ("bank_received", "加：银行已收、单位未收"),
        ("bank_paid", "减：银行已付、单位未付"), ("adjusted_book", "调节后余额"),
    )  # fmt: skip
    return [
        {"left": say(a), "bank": amount(sheet[x]), "right": say(b), "book": amount(sheet[y])}
        for (x, a), (y, b) in zip(bank, book, strict=True)
    ]


def _column_shown() -> list[Json]:
    of_bank = [parts.text("left", "银行"), money_column("bank", "金额")]
    return [*of_bank, parts.text("right", "账面"), money_column("book", "金额")]


def _money(row: Json) -> Json:
    return row | {"amount": amount(row["amount"])}


def _ages_shown() -> list[Json]:
    return [parts.text("label", "账龄"), parts.text("count", "笔数"), money_column("amount", "金额")]


def _item(item: Json) -> Json:
    return _money(item) | {"kind": say(DifferenceKind(item["kind"]).label)}


def _items_shown() -> list[Json]:
    named = (("reference", "业务编号"), ("counter_name", "对方户名"), ("memo", "摘要"), ("days", "已挂天数"))
    voucher = LINE(say("查看"), "/page/JournalFilePage?id=${journal_id}", visibleOn="${journal_id}")
    return [
        parts.text("day", "日期"),
        parts.text("kind", "差异类型"),
        money_column("amount", "金额"),
        *(parts.text(name, title) for name, title in named),
        {"type": "operation", "label": "操作", "buttons": [voucher]},
    ]
