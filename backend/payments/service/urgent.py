"""Pay an emergency now: from the town's reserve, with the relief fund beside it, in the decision's own transaction."""

from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases.models import Case
from backend.kernel.actor import SYSTEM, Actor
from backend.kernel.models import now
from backend.ledger import complement, repository
from backend.ledger.complement import Need, UrgentPayment
from backend.ledger.errors import NoReserveFund
from backend.ledger.models import Fund
from backend.payments.models import OrderChannel, OrderStatus, PaymentOrder
from backend.payments.service import benefits
from backend.payments.service.entitlements import payee_of


async def pay(session: AsyncSession, decision: Any, actor: Actor = SYSTEM) -> PaymentOrder:
    """Pay what `UrgentPaymentDecided` says; whatever refuses undoes the decision too."""
    earlier = await session.exec(
        select(PaymentOrder).where(PaymentOrder.case_id == decision.case_id, PaymentOrder.purpose == "urgent")
    )
    found = earlier.first()
    if found is not None and found.amount == decision.amount:
        return found
    reserve = await repository.fund_of_division(session, decision.division_code)
    if reserve is None:
        raise NoReserveFund(division=decision.division_code)
    paid = await complement.pay_urgent(
        session,
        actor,
        reserve,
        Need(
            amount=decision.amount,
            case_ref=decision.case_number,
            item_code=decision.project_code,
            key=f"urgent:{decision.case_id}",
            division_code=decision.division_code,
            memo=f"{decision.project_code} 先行救助 {decision.case_number}",
            in_cash=decision.channel == "cash",
            authorised=await _authorised(session, decision),
        ),
    )
    order = await _order(session, decision, reserve, paid)
    await audit.record(
        session,
        actor,
        "payment_order.pay_urgent",
        subject=("payment_order", order.id or 0),
        division_code=order.division_code,
        details={
            "case": order.case_ref,
            "amount": f"{order.amount:.2f}",
            "from_reserve": f"{paid.from_reserve:.2f}",
            "from_charity": f"{paid.from_charity:.2f}",
            "decided_by": decision.decided_by,
        },
    )
    return order


async def _order(session: AsyncSession, decision: Any, reserve: Fund, paid: UrgentPayment) -> PaymentOrder:
    """Keep what was paid, to whom, and from which money."""
    payee = await payee_of(session, decision.household_id, decision.person_id)
    order = PaymentOrder(
        case_id=decision.case_id,
        purpose="urgent",
        case_ref=decision.case_number,
        household_id=decision.household_id,
        payee_person_id=payee.person_id,
        payee_name=decision.payee_name or payee.name,
        division_code=decision.division_code,
        residence=payee.residence,
        project_code=decision.project_code,
        version_id=decision.version_id,
        amount=decision.amount,
        from_month=decision.decided_at.date().replace(day=1),
        channel=OrderChannel.RESERVE_CASH if decision.channel == "cash" else OrderChannel.RESERVE_BANK,
        status=OrderStatus.PAID,
        fund_id=reserve.id,
        posting_id=paid.posted.posting_id,
        from_reserve=paid.from_reserve,
        from_charity=paid.from_charity,
        cause=decision.cause,
        paid_at=now(),
        decided_by=decision.decided_by,
    )
    session.add(order)
    await session.flush()
    await benefits.show_once(session, order)
    return order


async def _authorised(session: AsyncSession, decision: Any) -> bool:
    """Tell whether the county's duty officer allowed this much."""
    case = await session.get(Case, decision.case_id)
    allowed = case.authorized_amount if case is not None else None
    return allowed is not None and decision.amount <= allowed
