"""What a case ended in, as its file shows it: decision, letters, referral, money."""

from typing import Any

from admin_pages.kernel import parts
from backend.kernel.i18n import say

Json = dict[str, Any]
CLOCKS = {"promise": "承诺时限", "statutory": "法定时限", "urgent": "先行救助", "step": "本环节"}
DELIVERED_BY = {
    "direct": "直接送达",
    "left": "留置送达",
    "electronic": "电子送达",
    "mail": "邮寄送达",
    "public": "公告送达",
}
DELIVERED = {"signed": "已签收", "refused": "拒绝签收", "unreached": "未能送达"}
REFERRED = {
    "waiting": "待接收",
    "accepted": "已接收",
    "working": "办理中",
    "done": "已办结待回访",
    "returned": "已退回",
    "confirmed": "已回访确认",
    "closed": "已终止",
}


def decisions(case: Json, deliver: Json | None = None) -> list[Json]:
    """Return the letters, what was decided on what, and which due dates moved."""
    results = {
        "approved": "同意救助",
        "rejected": "不予确认",
        "paid_first": "先行救助",
        "raise": "增发",
        "reduce": "减发",
        "stop": "停发",
    }
    decisions = [
        parts.words("result", "决定", results),
        {**parts.text("amount", "金额（元）"), "align": "right", "className": "money"},
        {**parts.text("computed_amount", "测算金额（元）"), "align": "right", "className": "money"},
        {**parts.text("start_month", "起发月份"), "type": "date", "format": "YYYY-MM"},
        {**parts.text("reasons", "理由"), "type": "tpl", "tpl": "${reasons|join:；}"},
        parts.text("user_name", "决定人"),
        {**parts.text("decided_at", "决定时间"), "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
    ]
    dues = [
        parts.words("clock", "时限", CLOCKS),
        {**parts.text("old_due_at", "原到期日"), "type": "date", "format": "YYYY-MM-DD"},
        {**parts.text("new_due_at", "现到期日"), "type": "date", "format": "YYYY-MM-DD"},
        parts.text("reason", "原因"),
        parts.text("user_name", "办理人"),
    ]
    shown = [
        *_letters(case, deliver),
        parts.panel("决定", parts.table("case.records.decisions", decisions, "尚未作出决定")),
    ]
    if case["records"]["due_changes"]:
        shown.append(parts.panel("到期日变更", parts.table("case.records.due_changes", dues)))
    if case["decided_at"]:
        form = f"/api/v1/cases/{case['id']}/approval-form"
        shown.insert(0, parts.open_page("审批表（PDF）", form) | {"level": "primary", "className": "m-b-sm"})
    return shown


def _letters(case: Json, deliver: Json | None) -> list[Json]:
    """Return the letters, and how each reached the person."""
    url = f"/api/v1/cases/{case['id']}/letters/${{id}}"
    letters = [
        parts.text("title", "文书"),
        parts.text("number", "文号"),
        parts.text("issuer", "发文机关"),
        {**parts.text("issued_at", "日期"), "type": "date", "format": "YYYY-MM-DD"},
        {
            **parts.text("delivered", "送达"),
            "classNameExpr": "${delivered ? '' : 'word-amber'}",
            "placeholder": "尚未送达",
        },
        {
            "type": "operation",
            "label": "操作",
            "buttons": [
                parts.open_page("查看（PDF）", f"{url}/content"),
                *([deliver] if deliver else []),
            ],
        },
    ]
    deliveries = [
        parts.text("letter", "文书"),
        parts.words("method", "送达方式", DELIVERED_BY),
        parts.words("outcome", "送达结果", DELIVERED),
        {**parts.text("delivered_at", "送达时间"), "type": "datetime", "format": "YYYY-MM-DD HH:mm"},
        parts.text("recipient", "签收人"),
        parts.text("relation", "与收件人关系"),
        parts.text("witness", "见证人"),
        parts.text("note", "说明"),
        parts.text("user_name", "送达人"),
        {
            "type": "operation",
            "label": "凭证",
            "buttons": [parts.open_file("查看凭证", "${file_id}") | {"visibleOn": "${file_id}"}],
        },
    ]
    shown = [parts.panel("文书", parts.table("letters", letters, "还没有发出文书"))]
    if case["records"]["deliveries"]:
        shown.append(parts.panel("送达记录", parts.table("deliveries", deliveries)))
    return shown


def letters_shown(case: Json) -> dict[str, list[Json]]:
    """Return the letters with how each reached the person, and every attempt with its letter's name."""
    letters = case["records"]["letters"]
    titles = {letter["id"]: letter["title"] for letter in letters}
    attempts = case["records"]["deliveries"]
    reached = {a["letter_id"]: a for a in attempts if a["outcome"] != "unreached"}

    def said(letter: Json) -> str:
        found = reached.get(letter["id"])
        return f"{say(DELIVERED[found['outcome']])} {found['delivered_at'][:10]}" if found else ""

    return {
        "letters": [letter | {"delivered": said(letter)} for letter in letters],
        "deliveries": [attempt | {"letter": titles[attempt["letter_id"]]} for attempt in attempts],
    }


def referrals(data: Json) -> list[Json]:
    """Return where the need was sent and what became of it."""
    columns = [
        parts.text("number", "转介单号"),
        parts.text("receiver", "转介单位"),
        parts.text("need", "需求"),
        parts.words("status", "状态", REFERRED),
        {**parts.text("due_at", "应办结时间"), "type": "date", "format": "YYYY-MM-DD"},
        parts.text("outcome", "办理结果"),
        {"type": "operation", "label": "操作", "buttons": [parts.link("打开", "/page/ReferralFilePage?id=${id}")]},
    ]
    return [parts.panel("转介", parts.table("referrals", columns))] if data["referrals"] else []


def money(data: Json) -> list[Json]:
    """Return what is paid every month and what was paid once."""
    if not data["entitlements"] and not data["orders"]:
        return [{"type": "tpl", "tpl": "本案还没有资金记录，或者您无权查看资金", "className": "text-muted"}]
    amount = {"align": "right", "className": "money"}
    benefits = [
        {**parts.text("monthly_amount", "月金额（元）"), **amount},
        {**parts.text("from_month", "起发月份"), "type": "date", "format": "YYYY-MM"},
        {**parts.text("to_month", "止发月份"), "type": "date", "format": "YYYY-MM"},
        parts.words("status", "状态", {"active": "享受中", "suspended": "暂停发放", "stopped": "已停发"}),
    ]
    orders = [
        {**parts.text("amount", "金额（元）"), **amount},
        parts.text("payee_name", "收款人"),
        parts.words("status", "状态", {"waiting": "待发放", "paid": "已支付", "cancelled": "已取消"}),
        {**parts.text("paid_on", "支付日期"), "type": "date", "format": "YYYY-MM-DD"},
    ]
    return [
        parts.panel(title, parts.table(name, columns))
        for title, name, columns in (("按月待遇", "entitlements", benefits), ("一次性支付", "orders", orders))
        if data[name]
    ]
