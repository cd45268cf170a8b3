"""Keep the list of benefits in force, which matching compares with the rules, in step with what is paid."""

from datetime import date

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.models import now
from backend.matching.models import Benefit, BenefitStatus
from backend.payments.models import Entitlement, EntitlementStatus, PaymentOrder

_STATUS = {
    EntitlementStatus.ACTIVE: BenefitStatus.ACTIVE,
    EntitlementStatus.SUSPENDED: BenefitStatus.SUSPENDED,
    EntitlementStatus.STOPPED: BenefitStatus.ENDED,
}


async def _in_force(session: AsyncSession, entitlement: Entitlement) -> Benefit | None:
    found = await session.exec(
        select(Benefit)
        .where(
            Benefit.household_id == entitlement.household_id,
            Benefit.project_code == entitlement.project_code,
            Benefit.person_id == entitlement.person_id,
            Benefit.status != BenefitStatus.ENDED,
            Benefit.once == False,  # noqa: E712
        )
        .with_for_update()
    )
    return found.first()


async def follow(session: AsyncSession, entitlement: Entitlement) -> None:
    """Show a benefit that began, changed, was held back or resumed."""
    benefit = await _in_force(session, entitlement)
    if benefit is not None and benefit.to_month is not None:
        benefit.status = BenefitStatus.ENDED
        await session.flush()
        benefit = None
    if benefit is None:
        benefit = Benefit(
            household_id=entitlement.household_id,
            person_id=entitlement.person_id,
            project_code=entitlement.project_code,
            division_code=entitlement.division_code,
            monthly_amount=entitlement.monthly_amount,
            from_month=entitlement.from_month,
        )
        session.add(benefit)
    benefit.monthly_amount = entitlement.monthly_amount
    benefit.status = _STATUS[entitlement.status]
    benefit.reference = f"entitlement:{entitlement.id}"
    benefit.updated_at = now()
    await session.flush()


async def end(session: AsyncSession, entitlement: Entitlement, first_month_without: date) -> None:
    """Show that nothing is paid from a month on."""
    benefit = await _in_force(session, entitlement)
    if benefit is None:
        return
    benefit.to_month = first_month_without
    if first_month_without <= benefit.from_month:
        benefit.status = BenefitStatus.ENDED
    benefit.updated_at = now()
    await session.flush()


async def show_once(session: AsyncSession, order: PaymentOrder) -> None:
    """Show a one-off payment: matching knows for twelve months that it was received."""
    if order.household_id is None:
        return
    session.add(
        Benefit(
            household_id=order.household_id,
            person_id=None,
            project_code=order.project_code,
            division_code=order.division_code,
            once=True,
            monthly_amount=order.amount,
            from_month=order.from_month,
            status=BenefitStatus.ENDED,
            reference=f"payment_order:{order.id}",
        )
    )
    await session.flush()
