"""Decisions: what they stood on is kept with them, and what follows is announced."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from backend.cases import repository, rules
from backend.cases.appraisal import NOTHING, Appraisal, appraise, limit_of
from backend.cases.errors import GuardRefused, OpinionMissing
from backend.cases.events import CaseApproved, EntitlementChanged, UrgentPaymentDecided
from backend.cases.models import CaseDecision
from backend.cases.models.codes import Change, DecisionLevel
from backend.cases.path.guards import Acting
from backend.cases.permissions import CasePermission
from backend.kernel.clocks import CHINA
from backend.kernel.events import publish
from backend.registry.snapshots import snapshot

_CHANGES: dict[Change, Literal["raise", "reduce", "stop"]] = {
    Change.RAISE: "raise",
    Change.REDUCE: "reduce",
    Change.STOP: "stop",
}
_DELEGATED = "《社会救助法》第四十四条，经授权由乡镇人民政府、街道办事处作出决定"
_COUNTY = "《社会救助法》第四十四条，由县级人民政府民政部门作出决定"


async def notice_content(acting: Acting) -> dict[str, Any]:
    """Return the fields of F-10."""
    case = acting.case
    today = acting.at.astimezone(CHINA).date()
    household = await snapshot(acting.session, case.household_id) if case.household_id else {}
    appraisal = await appraise(acting.session, acting.case, today)
    proposed = await repository.acts(acting.session, case, ("review",))
    amounts = [act.data["amount"] for act in proposed if act.data.get("amount")]
    computed = str(appraisal.amount) if appraisal.amount is not None else None
    return {
        "name": case.applicant_name,
        "members": household.get("member_count"),
        "project": case.project_name,
        "amount": amounts[-1] if amounts else computed,
        "village": household.get("division_name"),
    }


async def _keep(
    acting: Acting, result: str, appraisal: Appraisal, amount: Decimal | None, start: date | None, reasons: list[str]
) -> None:
    case = acting.case
    level = acting.path.decision_level
    acting.session.add(
        CaseDecision(
            case_id=case.key,
            division_code=case.division_code,
            result=result,
            amount=amount,
            computed_amount=appraisal.amount,
            start_month=start,
            reasons=reasons,
            legal_basis=_DELEGATED if level is DecisionLevel.TOWN else _COUNTY,
            version_id=case.version_id,
            snapshot=await snapshot(acting.session, case.household_id) if case.household_id else {},
            trace=appraisal.trace,
            user_id=acting.actor.user_id,
            user_name=acting.actor.name,
            decided_at=acting.at,
        )
    )
    case.amount, case.start_month = amount, start
    case.decided_at, case.decided_by = acting.at, acting.actor.user_id


async def approve(acting: Acting) -> None:
    """Grant: by the formula, or another amount with its reason. Monthly aid begins next month."""
    case, data = acting.case, acting.data
    today = acting.at.astimezone(CHINA).date()
    appraisal = await appraise(acting.session, acting.case, today)
    amount = data.amount if data.amount is not None else appraisal.amount
    if appraisal.eligible is False and not (data.difference_reason or acting.opinion):
        raise GuardRefused("按现有资料测算该家庭不符合条件，仍要批准的须填写与测算不一致的理由")
    if amount is None or amount <= 0:
        raise GuardRefused("按公式无法测算出救助金额，请填写救助金额及理由，或补全家庭资料后重新办理")
    if appraisal.amount is not None and amount != appraisal.amount and not (data.difference_reason or acting.opinion):
        raise GuardRefused(
            "批准金额{amount}元与测算金额{computed}元不一致，请填写理由", amount=amount, computed=appraisal.amount
        )
    await _check_limit(acting, amount, today)
    start = rules.month_after(today) if acting.path.monthly else today.replace(day=1)
    reasons = [data.difference_reason] if data.difference_reason else []
    await _keep(acting, "approved", appraisal, amount, start, reasons)
    if case.household_id is None:
        raise GuardRefused("案件没有关联家庭档案，请先登记家庭后再批准")
    await publish(
        acting.session,
        CaseApproved(
            case_id=case.key,
            household_id=case.household_id,
            person_id=case.applicant_id,
            project_code=case.project_code,
            version_id=case.version_id,
            amount=amount,
            form="monthly" if acting.path.monthly else "once",
            start_month=start,
            division_code=case.division_code,
            urgent=False,
        ),
    )


async def _check_limit(acting: Acting, amount: Decimal, today: date) -> None:
    """Beyond the town's limit the county decides (DOMAIN §1.6)."""
    if acting.path.limit is None or acting.actor.may(CasePermission.CONFIRM, acting.case.division_code):
        return
    limit = await limit_of(acting.session, acting.case, acting.path.limit, today)
    if amount > limit:
        raise GuardRefused(
            "批准金额{amount}元超过镇街审批限额{limit}元，请提请县民政局审批", amount=amount, limit=limit
        )


async def reject(acting: Acting) -> None:
    """Refuse with reasons; the notice is due within three working days (57号 第26条)."""
    appraisal = await appraise(acting.session, acting.case, acting.at.astimezone(CHINA).date())
    await _keep(acting, "rejected", appraisal, None, None, list(acting.data.reasons))


async def pay_first(acting: Acting) -> None:
    """Decide an urgent payment; payments pay it from the reserve in the same transaction or refuse it."""
    case, data = acting.case, acting.data
    month = acting.at.astimezone(CHINA).date().replace(day=1)
    await _keep(acting, "paid_first", NOTHING, data.amount, month, [])
    await publish(
        acting.session,
        UrgentPaymentDecided(
            case_id=case.key,
            case_number=case.number,
            household_id=case.household_id,
            person_id=case.applicant_id,
            payee_name=case.applicant_name,
            project_code=case.project_code,
            version_id=case.version_id,
            amount=data.amount,
            division_code=case.division_code,
            cause=data.cause,
            channel=data.channel,
            decided_by=acting.actor.user_id,
            decided_at=acting.at,
        ),
    )


async def decide_change(acting: Acting) -> None:
    """Change or stop a benefit from next month, after the person was heard (社会救助法 第48条)."""
    case = acting.case
    if case.change is None or case.change is Change.KEEP or case.household_id is None:
        raise GuardRefused("尚未提出变更，不能作出变更决定")
    if not acting.opinion:
        raise OpinionMissing(action="作出变更决定")
    today = acting.at.astimezone(CHINA).date()
    appraisal = await appraise(acting.session, acting.case, today)
    start = rules.month_after(today)
    proposals = await repository.acts(acting.session, case, ("propose",))
    reasons = list(proposals[-1].data.get("reasons", [])) if proposals else []
    amount = case.amount
    await _keep(acting, case.change.value, appraisal, amount, start, reasons)
    await publish(
        acting.session,
        EntitlementChanged(
            case_id=case.key,
            origin_case_id=case.origin_case_id,
            household_id=case.household_id,
            project_code=case.project_code,
            change=_CHANGES[case.change],
            amount=amount,
            from_month=start,
            division_code=case.division_code,
            reason="；".join(reasons) or acting.opinion,
        ),
    )
