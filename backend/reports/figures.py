"""The figures of the workbench: each with its right and its SQL; one statement for all that a person may see."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from backend.audit.permissions import AuditPermission
from backend.cases.permissions import CasePermission
from backend.discovery.permissions import LeadPermission
from backend.identity.permissions import IdentityPermission
from backend.ledger.permissions import LedgerPermission
from backend.matching.permissions import MatchingPermission
from backend.payments.permissions import PaymentPermission
from backend.registry.permissions import RegistryPermission

_OPEN_LEADS = "SELECT count(*) FROM lead l WHERE {area:l.division_code} AND l.status IN ('new', 'assigned', 'verified')"
_CASES = 'SELECT count(*) FROM "case" c WHERE {area:c.division_code}'
_DECIDED = f"{_CASES} AND coalesce(c.decided_at, c.closed_at) >= :week"
_IN_FORCE = (
    "{area:e.division_code} AND e.status = 'active' AND e.from_month <= :month"
    " AND (e.to_month IS NULL OR e.to_month >= :month)"
)
_REVIEWS = "SELECT count(*) FROM household h WHERE {area:h.division_code} AND h.status = 'active' AND h.next_review_on"
_GRANTED = ("approved", "paid_first", "to_record", "to_close", "closed")
_REFUSED = ("rejected", "not_accepted")
Group = Literal["leads", "findings", "changed", "reviews", "money", "system", "key"]


@dataclass(frozen=True, slots=True)
class FigureSource:
    """A number, the right it needs, the statement that counts it, and the list that shows what it counts.

    `{week}`, `{week_at}`, `{month}`, `{yesterday}` and `{soon}` in the link become days.
    """

    group: Group
    code: str
    title: str
    unit: str
    needs: StrEnum
    sql: str
    link: str


GROUPS = {
    "tasks": "待我办理",
    "leads": "主动发现线索",
    "findings": "错漏重疑点",
    "reviews": "定期复核",
    "money": "发放进度",
    "changed": "近七天变化",
    "system": "账号与审计",
    "key": "关键数据",
}


def _in(states: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


LEADS = (
    *(
        FigureSource(
            "leads", f"leads_{colour}", title, "条", LeadPermission.READ,
            f"{_OPEN_LEADS} AND l.urgency = '{colour}'", f"leads?open=true&urgency={colour}",
        )
        for colour, title in (("red", "红色线索"), ("orange", "橙色线索"), ("yellow", "黄色线索"))
    ),
    FigureSource(
        "leads", "leads_overdue", "超时未联系", "条", LeadPermission.READ,
        "SELECT count(*) FROM lead l WHERE {area:l.division_code} AND l.status IN ('new', 'assigned')"
        " AND l.due_at < now()",
        "leads?open=true&light=overdue",
    ),
)  # fmt: skip
FINDINGS = tuple(
    FigureSource(
        "findings", f"findings_{kind}", title, "项", MatchingPermission.READ,
        f"SELECT count(*) FROM finding f WHERE {{area:f.division_code}} AND f.status = 'open' AND f.kind = '{kind}'",
        f"matching/findings?status=open&kind={kind}",
    )
    for kind, title in (
        ("wrong", "错：不应享受或金额有误"),
        ("missed", "漏：符合条件未享受"),
        ("duplicate", "重：重复或互斥享受"),
    )
)  # fmt: skip
REVIEWS = (
    FigureSource(
        "reviews", "reviews_overdue", "逾期未复核", "户", RegistryPermission.READ, f"{_REVIEWS} < :today",
        "households?status=active&review_before={yesterday}",
    ),
    FigureSource(
        "reviews", "reviews_soon", "三十日内应复核（含逾期）", "户", RegistryPermission.READ, f"{_REVIEWS} <= :soon",
        "households?status=active&review_before={soon}",
    ),
)  # fmt: skip
MONEY = tuple(
    FigureSource(
        "money", f"batches_{state}", title, "批", PaymentPermission.BATCH_READ,
        f"SELECT count(*) FROM payment_batch b WHERE {{area:b.division_code}} AND b.state = '{state}'",
        f"payment-batches?state={state}",
    )
    for state, title in (
        ("draft", "待复核批次"),
        ("checked", "待审批批次"),
        ("approved", "待发送批次"),
        ("sent", "待回盘批次"),
    )
)  # fmt: skip
CHANGED = (
    FigureSource(
        "changed", "cases_new", "新增申请", "件", CasePermission.READ, f"{_CASES} AND c.submitted_at >= :week",
        "cases?from_date={week}",
    ),
    FigureSource(
        "changed", "cases_granted", "予以救助", "件", CasePermission.READ, f"{_DECIDED} AND c.state IN {_in(_GRANTED)}",
        f"cases?decided_from={{week}}&state={','.join(_GRANTED)}",
    ),
    FigureSource(
        "changed", "cases_refused", "不予救助", "件", CasePermission.READ, f"{_DECIDED} AND c.state IN {_in(_REFUSED)}",
        f"cases?decided_from={{week}}&state={','.join(_REFUSED)}",
    ),
    FigureSource(
        "changed", "leads_new", "新增线索", "条", LeadPermission.READ,
        "SELECT count(*) FROM lead l WHERE {area:l.division_code} AND l.received_at >= :week",
        "leads?received_from={week}",
    ),
)  # fmt: skip
SYSTEM = (
    FigureSource(
        "system", "users_active", "启用的账号", "个", IdentityPermission.USER_READ,
        "SELECT count(*) FROM user_account u WHERE {area:u.division_code} AND u.status = 'active'",
        "users?status=active",
    ),
    FigureSource(
        "system", "users_disabled", "停用的账号", "个", IdentityPermission.USER_READ,
        "SELECT count(*) FROM user_account u WHERE {area:u.division_code} AND u.status = 'disabled'",
        "users?status=disabled",
    ),
    FigureSource(
        "system", "acts_week", "操作记录", "次", AuditPermission.READ,
        "SELECT count(*) FROM audit_entry a WHERE {area:a.division_code} AND a.kind = 'did' AND a.occurred_at >= :week",
        "audit-entries?kind=did&from_time={week_at}",
    ),
    FigureSource(
        "system", "reveals_week", "查看个人信息记录", "次", AuditPermission.READ,
        "SELECT count(*) FROM audit_entry a WHERE {area:a.division_code} AND a.kind = 'saw' AND a.occurred_at >= :week",
        "audit-entries?kind=saw&from_time={week_at}",
    ),
)  # fmt: skip
KEY = (
    FigureSource(
        "key", "households", "在册家庭", "户", RegistryPermission.READ,
        "SELECT count(*) FROM household h WHERE {area:h.division_code} AND h.status = 'active'",
        "households?status=active",
    ),
    FigureSource(
        "key", "benefit_households", "在保家庭", "户", PaymentPermission.ENTITLEMENT_READ,
        f"SELECT count(DISTINCT e.household_id) FROM entitlement e WHERE {_IN_FORCE}", "entitlements?in_force=true",
    ),
    FigureSource(
        "key", "benefit_persons", "在保人数", "人", PaymentPermission.ENTITLEMENT_READ,
        "SELECT count(DISTINCT m.person_id) FROM entitlement e JOIN household_member m"
        " ON m.household_id = e.household_id AND m.left_on IS NULL AND m.included AND m.insured"
        " AND (e.person_id IS NULL OR e.person_id = m.person_id)"
        f" WHERE {_IN_FORCE}",
        "entitlements?in_force=true",
    ),
    FigureSource(
        "key", "amount_month", "本月应发", "元", PaymentPermission.ENTITLEMENT_READ,
        f"SELECT coalesce(sum(e.monthly_amount), 0) FROM entitlement e WHERE {_IN_FORCE}",
        "entitlements?in_force=true",
    ),
    FigureSource(
        "key", "paid_month", "本月已发", "元", PaymentPermission.BATCH_READ,
        "SELECT coalesce(sum(l.amount), 0) FROM payment_line l WHERE {area:l.division_code} AND l.status = 'paid'"
        " AND l.period = :month",
        "payment-batches?period={month}",
    ),
    FigureSource(
        "key", "reserve_balance", "备用金余额", "元", LedgerPermission.FUND_READ,
        "SELECT coalesce(sum(a.debit_total - a.credit_total), 0) FROM fund f"
        " JOIN account_balance a ON a.fund_id = f.id AND a.account_code IN ('1001', '1002', '1011')"
        " WHERE {area:f.division_code} AND f.kind = 'town_reserve'",
        "funds?kind=town_reserve",
    ),
)  # fmt: skip
FIGURES = (*LEADS, *FINDINGS, *REVIEWS, *MONEY, *CHANGED, *SYSTEM, *KEY)
