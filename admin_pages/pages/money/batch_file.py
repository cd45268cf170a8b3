"""One batch: who did which step, what changed against last month, the bank's files and answers, lines and vouchers."""

from typing import Any

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts
from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import resource_table
from admin_pages.kernel.site import site
from admin_pages.pages.money.sheets import LINE, amount, figures, rows, toolbar
from backend.kernel.i18n import say
from backend.payments.models import BatchState, ExceptionKind, ExceptionOutcome, LineStatus

Json = dict[str, Any]
BATCHES = "/api/v1/payment-batches"
FILES = (("csv", "CSV"), ("xlsx", "Excel"), ("pain001", "ISO 20022"))
COMPARISON = (
    ("new", "新增"),
    ("same", "无变化"),
    ("changed", "金额变化"),
    ("once", "一次性发放"),
    ("reissue", "更正重发"),
    ("stopped", "上月发放、本月停发"),
    ("left_out_dead", "未列入：收款人已去世"),
    ("left_out_failed_account", "未列入：上次失败，账户尚未更正"),
    ("by_social_card", "没有登记账户，按社会保障卡发放"),
)
# action: button, what it means, whether words are required, whether it undoes
ACTIONS = {
    "check": ("复核", "请按自己清点的笔数和金额填写，与制单不符时不能通过。", False, False),
    "approve": ("审批", "审批后金额锁定，并记入应付救助金。", False, False),
    "send": ("发送银行", "发送人不能是制单、复核或审批人。发送后不能撤回。", False, False),
    "confirm": ("确认国库支付", "确认款项已由国库支付到代发银行。", False, False),
    "refuse_check": ("复核退回", "退回后本批次作废，各笔可重新制单。", True, True),
    "refuse_approval": ("审批退回", "退回后本批次作废，各笔可重新制单。", True, True),
    "cancel": ("作废", "作废后各笔可重新制单。", True, True),
}


@site.register_admin
class BatchFilePage(DrawnPage):
    """One batch, from making it to the bank's answer."""

    group = "资金"
    permissions = ("payment_batch:read",)
    page_schema = PageSchema(label="批次详情", icon="fa fa-list-ol", visible=False, sort=10)
    address = "?id=${id}"

    async def content(self, request: Request) -> Any:
        """Draw the batch as it stands for this person."""
        batch = await self.ask(request, f"{BATCHES}/{int(request.query_params['id'])}")
        returns = (await self.ask(request, f"{BATCHES}/{batch['id']}/returns"))["items"]
        lines = resource_table(self, "/api/v1/payment-lines", {"batch_id": str(batch["id"])})
        lines["columns"] = [c for c in lines["columns"] if c["name"] in LINES_SHOWN]
        lines |= {"filter": _line_filter(), "defaultParams": {"order_by": "seq"}}
        vouchers = resource_table(self, "/api/v1/journals", {"batch_ref": batch["number"]})
        vouchers["columns"] = [c for c in vouchers["columns"] if c["name"] in VOUCHERS_SHOWN] + [_open_voucher()]
        return [
            {"type": "tpl", "tpl": _title(batch), "className": "report-title"},
            toolbar([_step(batch, name) for name in batch["allowed_actions"] if name in ACTIONS]),
            figures(
                (say("状态"), say(BatchState(batch["state"]).label)),
                (say("笔数"), f"{batch['line_count']:,}"),
                (say("总金额（元）"), amount(batch["total_amount"])),
                (say("户数"), f"{batch['summary'].get('households', 0):,}"),
            ),
            parts.panel("办理环节", rows(batch["steps"], _steps_shown())),
            parts.panel("与上月比较", _comparison(batch["summary"])),
            *_files(batch),
            *_answers(batch, returns),
            parts.panel("发放明细", lines),
            parts.panel("记账凭证", vouchers),
        ]


LINES_SHOWN = frozenset(
    ("seq", "payee_name", "household_id", "project_code", "amount", "difference", "previous_amount", "status",
     "fail_reason", "account_masked", "division_code", "value_date")
)  # fmt: skip
VOUCHERS_SHOWN = frozenset(("fund_name", "number", "occurred_on", "template_name", "memo", "amount"))


def _title(batch: Json) -> str:
    return f"{batch['number']} · {batch['period']} · {'、'.join(batch['project_names'])} · {batch['fund_name']}"


def _steps_shown() -> list[Json]:
    at = {"name": "at", "label": "时间", "type": "datetime", "format": "YYYY-MM-DD HH:mm", "placeholder": "—"}
    return [parts.text("title", "环节"), parts.text("user_name", "办理人"), at]


def _step(batch: Json, action: str) -> Json:
    label, meaning, needs_words, undoes = ACTIONS[action]
    counted: list[Json] = []
    if action == "check":
        counted = [
            {"type": "input-number", "name": "line_count", "label": "核对笔数", "required": True, "min": 0},
            {"type": "input-number", "name": "total_amount", "label": "核对金额", "required": True, "big": True}
            | {"precision": 2, "suffix": "元"},
        ]
    opinion = {"type": "textarea", "name": "opinion", "label": "办理意见", "maxLength": 300, "minRows": 2}
    data = {"action": action, "version": batch["version"]} | {i["name"]: f"${{{i['name']}}}" for i in counted}
    api = {"method": "post", "url": f"{BATCHES}/{batch['id']}/actions", "data": data | {"opinion": "${opinion}"}}
    said = say("批次 {number}：{lines} 笔，共 {amount} 元。", number=batch["number"], lines=batch["line_count"],
               amount=amount(batch["total_amount"]))  # fmt: skip
    shown = say(meaning) if action == "check" else f"{said} {say(meaning)}"
    form = {
        "type": "form",
        "mode": "normal",
        "api": api,
        "reload": "drawn",
        "body": [
            {"type": "tpl", "tpl": shown, "className": "explanation"},
            *counted,
            opinion | {"required": needs_words},
        ],
    }
    button = {"type": "button", "label": label, "actionType": "dialog", "level": "danger" if undoes else "primary"}
    return button | {"dialog": {"title": label, "body": form}}


def _comparison(summary: Json) -> Json:
    found = [
        {"what": say(title), "lines": summary[name], "amount": _amount_of(summary, name)}
        for name, title in COMPARISON
        if summary.get(name)
    ]
    shown = [
        parts.text("what", "情形"),
        parts.text("lines", "笔数") | {"align": "right"},
        {"name": "amount", "label": "金额", "className": "money", "align": "right", "placeholder": ""},
    ]
    return rows(found, shown)


def _amount_of(summary: Json, name: str) -> str:
    value = summary.get(f"{name}_amount")
    return "" if value is None else amount(value)


def _files(batch: Json) -> list[Json]:
    """Return the downloads with what the second person compares: count, total, digests."""
    if "bank_file" not in batch["allowed_actions"]:
        return []
    base = f"get:{BATCHES}/{batch['id']}"
    buttons = [
        {
            "type": "button",
            "label": say("下载银行文件（{kind}）", kind=kind),
            "actionType": "download",
            "api": f"{base}/bank-file?format={ending}",
            "reload": "drawn",
        }
        for ending, kind in FILES
    ]
    template = {"type": "button", "label": "下载回盘模板", "actionType": "download", "api": f"{base}/return-template"}
    kinds = dict(FILES)
    digests = [{"kind": kinds[ending], "digest": digest} for ending, digest in batch["digests"].items()]
    told = say(
        "交银行前由另一人核对：{lines} 笔，共 {amount} 元；文件的 SM3 摘要须与下表一致。复核总控摘要 {control}。",
        lines=batch["line_count"], amount=amount(batch["total_amount"]), control=batch["control_hash"] or "—",
    )  # fmt: skip
    shown = [parts.text("kind", "文件"), parts.text("digest", "SM3 摘要") | {"className": "digest"}]
    body = [{"type": "tpl", "tpl": told, "className": "explanation"}, toolbar([*buttons, template])]
    return [parts.panel("银行代发文件", [*body, *([rows(digests, shown)] if digests else [])])]


def _answers(batch: Json, returns: list[Json]) -> list[Json]:
    body: list[Json] = []
    if "returns" in batch["allowed_actions"]:
        body.append(toolbar([_upload(batch)]))
    for taken in returns:
        told = say(
            "{file}：{rows} 行，成功 {paid} 笔 {paid_amount} 元，失败 {failed} 笔 {failed_amount} 元，"
            "处理中 {pending} 笔，此前已回盘 {unchanged} 笔，异常 {exceptions} 笔。",
            file=taken["file_name"], rows=taken["rows"], paid=taken["paid"], paid_amount=amount(taken["paid_amount"]),
            failed=taken["failed"], failed_amount=amount(taken["failed_amount"]), pending=taken["pending"],
            unchanged=taken["unchanged"], exceptions=len(taken["exceptions"]),
        )  # fmt: skip
        body.append({"type": "tpl", "tpl": told, "className": "explanation"})
        if taken["exceptions"]:
            body.append(_exceptions(taken["exceptions"]))
    return [parts.panel("银行回盘", body)] if body else []


def _upload(batch: Json) -> Json:
    file = {"type": "input-file", "name": "file", "label": "回盘文件", "required": True, "asBlob": True}
    hint = say("CSV 或 Excel，须有“业务编号”和“结果”两列；同一文件重复导入不产生任何变化。")
    form = {
        "type": "form",
        "mode": "normal",
        "reload": "drawn",
        "api": {"method": "post", "url": f"{BATCHES}/{batch['id']}/returns", "dataType": "form-data"},
        "body": [
            {"type": "tpl", "tpl": hint, "className": "explanation"},
            file | {"accept": ".csv,.xlsx", "useChunk": False},
        ],
    }
    button = {"type": "button", "label": "上传回盘文件", "actionType": "dialog", "level": "primary"}
    return button | {"dialog": {"title": "上传回盘文件", "body": form}}


def _exceptions(found: list[Json]) -> Json:
    options = [{"label": o.label, "value": o.value} for o in ExceptionOutcome]
    form = {
        "type": "form",
        "mode": "normal",
        "reload": "drawn",
        "api": {"method": "post", "url": "/api/v1/payment-exceptions/${id}/resolution"}
        | {"data": {"outcome": "${outcome}", "note": "${note}"}},
        "body": [
            {"type": "tpl", "tpl": "${message}", "className": "explanation"},
            {"type": "radios", "name": "outcome", "label": "处理结论", "options": options, "required": True},
            {"type": "textarea", "name": "note", "label": "处理说明", "required": True, "maxLength": 300},
        ],
        "canAccessSuperData": True,
    }
    settle = {
        "type": "button",
        "label": "处理",
        "level": "link",
        "actionType": "dialog",
        "visibleOn": "${ARRAYINCLUDES(allowed_actions, 'resolution')}",
        "dialog": {"title": "处理回盘异常", "body": form},
    }
    shown = [
        parts.text("message", "说明"),
        parts.words("kind", "异常类型", {k.value: k.label for k in ExceptionKind}),
        {"name": "expected_amount", "label": "应付金额", "className": "money", "align": "right", "placeholder": "—"},
        {"name": "actual_amount", "label": "实付金额", "className": "money", "align": "right", "placeholder": "—"},
        parts.words("outcome", "处理结论", {o.value: o.label for o in ExceptionOutcome}),
        parts.text("note", "处理说明"),
        {"type": "operation", "label": "操作", "buttons": [settle]},
    ]
    return rows(found, shown)


def _line_filter() -> Json:
    options = [{"label": s.label, "value": s.value} for s in LineStatus]
    return {
        "title": "",
        "mode": "inline",
        "className": "filters",
        "actions": [],
        "body": [
            {"type": "input-text", "name": "q", "label": "收款人", "size": "sm", "clearable": True},
            {"type": "select", "name": "status", "label": "状态", "options": options, "clearable": True, "size": "sm"},
            {"type": "submit", "label": "查询", "level": "primary"},
        ],
    }


def _open_voucher() -> Json:
    return {"type": "operation", "label": "操作", "buttons": [LINE("查看", "/page/JournalFilePage?id=${id}")]}
