"""The figures of the workbench: each with its right and its SQL; one statement for all that a person may see."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from backend.cases.permissions import CasePermission
from backend.discovery.permissions import LeadPermission
from backend.ledger.permissions import LedgerPermission
from backend.payments.permissions import PaymentPermission
from backend.registry.permissions import RegistryPermission

_LEADS = "SELECT count(*) FROM lead l WHERE {area:l.division_code} AND l.status IN ('new', 'assigned', 'verified')"
_CASES = 'SELECT count(*) FROM "case" c WHERE {area:c.division_code}'
_IN_FORCE = (
    "{area:e.division_code} AND e.status = 'active' AND e.from_month <= :month"
    " AND (e.to_month IS NULL OR e.to_month >= :month)"
)


@dataclass(frozen=True, slots=True)
class FigureSource:
    """A number, the right it needs, and the statement that counts it."""

    group: Literal["leads", "changed", "key"]
    code: str
    title: str
    unit: str
    needs: StrEnum
    sql: str
    link: str


GROUPS = {"tasks": "待我办理", "leads": "主动发现线索", "changed": "近七天变化", "key": "关键数据"}

FIGURES = (
    *(
        FigureSource(
            "leads",
            f"leads_{colour}",
            title,
            "条",
            LeadPermission.READ,
            f"{_LEADS} AND l.urgency = '{colour}'",
            f"leads?urgency={colour}",
        )
        for colour, title in (("red", "红色线索"), ("orange", "橙色线索"), ("yellow", "黄色线索"))
    ),
    FigureSource(
        "leads",
        "leads_overdue",
        "超时未联系",
        "条",
        LeadPermission.READ,
        f"{_LEADS} AND l.contacted_at IS NULL AND l.due_at < now()",
        "leads",
    ),
    FigureSource(
        "changed", "cases_new", "新增申请", "件", CasePermission.READ, f"{_CASES} AND c.created_at >= :week", "cases"
    ),
    FigureSource(
        "changed",
        "cases_granted",
        "予以救助",
        "件",
        CasePermission.READ,
        f"{_CASES} AND c.decided_at >= :week AND c.amount > 0 AND c.state NOT IN ('rejected', 'not_accepted')",
        "cases?state=approved",
    ),
    FigureSource(
        "changed",
        "cases_refused",
        "不予救助",
        "件",
        CasePermission.READ,
        f"{_CASES} AND coalesce(c.decided_at, c.closed_at) >= :week AND c.state IN ('rejected', 'not_accepted')",
        "cases?state=rejected,not_accepted",
    ),
    FigureSource(
        "changed",
        "leads_new",
        "新增线索",
        "条",
        LeadPermission.READ,
        "SELECT count(*) FROM lead l WHERE {area:l.division_code} AND l.received_at >= :week",
        "leads",
    ),
    FigureSource(
        "key",
        "households",
        "在册家庭",
        "户",
        RegistryPermission.READ,
        "SELECT count(*) FROM household h WHERE {area:h.division_code} AND h.status = 'active'",
        "households",
    ),
    FigureSource(
        "key",
        "benefit_households",
        "在保家庭",
        "户",
        PaymentPermission.ENTITLEMENT_READ,
        f"SELECT count(DISTINCT e.household_id) FROM entitlement e WHERE {_IN_FORCE}",
        "entitlements",
    ),
    FigureSource(
        "key",
        "benefit_persons",
        "在保人数",
        "人",
        PaymentPermission.ENTITLEMENT_READ,
        "SELECT count(DISTINCT m.person_id) FROM entitlement e JOIN household_member m"
        " ON m.household_id = e.household_id AND m.left_on IS NULL AND m.included AND m.insured"
        " AND (e.person_id IS NULL OR e.person_id = m.person_id)"
        f" WHERE {_IN_FORCE}",
        "entitlements",
    ),
    FigureSource(
        "key",
        "amount_month",
        "本月应发",
        "元",
        PaymentPermission.ENTITLEMENT_READ,
        f"SELECT coalesce(sum(e.monthly_amount), 0) FROM entitlement e WHERE {_IN_FORCE}",
        "entitlements",
    ),
    FigureSource(
        "key",
        "paid_month",
        "本月已发",
        "元",
        PaymentPermission.BATCH_READ,
        "SELECT coalesce(sum(l.amount), 0) FROM payment_line l WHERE {area:l.division_code} AND l.status = 'paid'"
        " AND l.period = :month",
        "payment-batches",
    ),
    FigureSource(
        "key",
        "reserve_balance",
        "备用金余额",
        "元",
        LedgerPermission.FUND_READ,
        "SELECT coalesce(sum(a.debit_total - a.credit_total), 0) FROM fund f"
        " JOIN account_balance a ON a.fund_id = f.id AND a.account_code IN ('1001', '1002', '1011')"
        " WHERE {area:f.division_code} AND f.kind = 'town_reserve'",
        "funds?kind=town_reserve",
    ),
)
