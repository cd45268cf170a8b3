"""What payments hears from cases: a grant, an urgent decision, a change, an account."""

from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.events import AccountStated, CaseApproved, EntitlementChanged, UrgentPaymentDecided
from backend.cases.models import Case, CaseStep
from backend.identity.models import User
from backend.kernel.actor import SYSTEM, Actor
from backend.payments.service import accounts, entitlements, urgent


async def propose(session: AsyncSession, event: CaseApproved) -> None:
    """Begin a benefit or order a one-off payment; an urgent grant is paid by its own decision."""
    if event.urgent:
        return
    case = await session.get(Case, event.case_id)
    case_ref = case.number if case is not None else str(event.case_id)
    if event.form == "monthly":
        await entitlements.begin(session, SYSTEM, event, case_ref)
    else:
        await entitlements.order_once(session, SYSTEM, event, case_ref)


async def pay_urgent(session: AsyncSession, event: UrgentPaymentDecided) -> None:
    """Pay now or refuse, which undoes the decision."""
    await urgent.pay(session, event)


async def follow_change(session: AsyncSession, event: EntitlementChanged) -> None:
    """Change or stop the benefit of the original case from the month decided."""
    entitlement = await entitlements.in_force(session, event.origin_case_id, event.household_id, event.project_code)
    if entitlement is None:
        return
    if event.change == "stop" or event.amount is None:
        await entitlements.stop(session, SYSTEM, entitlement, event.from_month, event.reason[:200])
    else:
        await entitlements.change(session, SYSTEM, entitlement, event.amount, event.from_month, event.reason[:200])


async def keep_account(session: AsyncSession, event: AccountStated) -> None:
    """Enter the account that an application named, on behalf of whoever entered the application."""
    step = (await session.exec(select(CaseStep).where(CaseStep.case_id == event.case_id).limit(1))).one()
    user = await session.get(User, step.user_id)
    actor = Actor(user_id=step.user_id, username=user.username, name=user.name) if user else SYSTEM
    await accounts.state(session, actor, event)


SUBSCRIPTIONS: tuple[tuple[type, Any], ...] = (
    (CaseApproved, propose),
    (UrgentPaymentDecided, pay_urgent),
    (EntitlementChanged, follow_change),
    (AccountStated, keep_account),
)
