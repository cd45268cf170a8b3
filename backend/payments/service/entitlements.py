"""Benefits begin, change and end by new rows; a paid month is never rewritten."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import SYSTEM, Actor
from backend.kernel.errors import Conflict
from backend.kernel.models import now
from backend.payments import rules
from backend.payments.content import booking_of
from backend.payments.models import Entitlement, EntitlementStatus, OrderChannel, PaymentOrder
from backend.payments.service import benefits
from backend.registry.models import Household, Person


@dataclass(frozen=True, slots=True)
class Payee:
    """To whom the money of a grant goes."""

    person_id: int | None
    name: str
    residence: str


async def payee_of(session: AsyncSession, household_id: int | None, person_id: int | None) -> Payee:
    """Return the applicant, else the head of the household."""
    household = await session.get(Household, household_id) if household_id else None
    residence = str(household.residence) if household else "rural"
    person = await session.get(Person, person_id) if person_id else None
    if person is None and household is not None and household.head_person_id is not None:
        person = await session.get(Person, household.head_person_id)
    if person is None:
        return Payee(None, household.head_name if household else "", residence)
    return Payee(person.id, person.name, residence)


async def begin(session: AsyncSession, actor: Actor, grant: Any, case_ref: str) -> Entitlement:
    """Begin a monthly benefit from a decision (`CaseApproved`); the same decision begins it once."""
    earlier = await session.exec(
        select(Entitlement).where(Entitlement.case_id == grant.case_id, Entitlement.predecessor_id == None)  # noqa: E711
    )
    found = earlier.first()
    if found is not None:
        return found
    payee = await payee_of(session, grant.household_id, grant.person_id)
    booking = await booking_of(session, grant.version_id, grant.project_code, payee.residence)
    entitlement = Entitlement(
        household_id=grant.household_id,
        person_id=grant.person_id if booking.is_individual else None,
        fund_book=booking.fund_book,
        expense_account=booking.expense_account,
        budget_subject=booking.budget_subject,
        payee_person_id=payee.person_id,
        payee_name=payee.name,
        division_code=grant.division_code,
        residence=payee.residence,
        project_code=grant.project_code,
        version_id=grant.version_id,
        case_id=grant.case_id,
        case_ref=case_ref,
        monthly_amount=grant.amount,
        from_month=grant.start_month.replace(day=1),
        reason="批准",
    )
    session.add(entitlement)
    await session.flush()
    await benefits.follow(session, entitlement)
    await _witness(session, actor, entitlement, "entitlement.begin")
    return entitlement


async def order_once(session: AsyncSession, actor: Actor, grant: Any, case_ref: str) -> PaymentOrder:
    """Put a one-off grant into the next batch; the same decision once."""
    earlier = await session.exec(
        select(PaymentOrder).where(PaymentOrder.case_id == grant.case_id, PaymentOrder.purpose == "grant")
    )
    found = earlier.first()
    if found is not None:
        return found
    payee = await payee_of(session, grant.household_id, grant.person_id)
    booking = await booking_of(session, grant.version_id, grant.project_code, payee.residence)
    order = PaymentOrder(
        fund_book=booking.fund_book,
        expense_account=booking.expense_account,
        budget_subject=booking.budget_subject,
        case_id=grant.case_id,
        case_ref=case_ref,
        household_id=grant.household_id,
        payee_person_id=payee.person_id,
        payee_name=payee.name,
        division_code=grant.division_code,
        residence=payee.residence,
        project_code=grant.project_code,
        version_id=grant.version_id,
        amount=grant.amount,
        from_month=grant.start_month.replace(day=1),
        channel=OrderChannel.BATCH,
    )
    session.add(order)
    await session.flush()
    await benefits.show_once(session, order)
    await audit.record(
        session,
        actor,
        "payment_order.propose",
        subject=("payment_order", order.id or 0),
        division_code=order.division_code,
        details={"case": case_ref, "amount": f"{order.amount:.2f}"},
    )
    return order


async def change(
    session: AsyncSession, actor: Actor, entitlement: Entitlement, amount: Decimal, from_month: date, reason: str
) -> Entitlement:
    """Pay another amount from a month on: the old row ends the month before, a new one begins."""
    return await _succeed(session, actor, entitlement, from_month, reason, monthly_amount=amount)


async def stop(session: AsyncSession, actor: Actor, entitlement: Entitlement, from_month: date, reason: str) -> None:
    """Pay nothing from a month on."""
    _end_before(entitlement, from_month)
    entitlement.status = EntitlementStatus.STOPPED
    entitlement.reason = reason
    await session.flush()
    await benefits.end(session, entitlement, from_month.replace(day=1))
    await _witness(session, actor, entitlement, "entitlement.stop")


async def hold(
    session: AsyncSession, actor: Actor, entitlement: Entitlement, from_month: date, reason: str
) -> Entitlement:
    """Hold a benefit back from a month on until it is resumed."""
    if entitlement.status is not EntitlementStatus.ACTIVE or entitlement.to_month is not None:
        raise Conflict(reason=f"该待遇当前为“{entitlement.status.label}”，不能暂停")
    return await _succeed(session, actor, entitlement, from_month, reason, status=EntitlementStatus.SUSPENDED)


async def resume(
    session: AsyncSession, actor: Actor, entitlement: Entitlement, from_month: date, reason: str
) -> Entitlement:
    """Pay a held benefit again from a month on."""
    if entitlement.status is not EntitlementStatus.SUSPENDED:
        raise Conflict(reason=f"该待遇当前为“{entitlement.status.label}”，不需要恢复")
    return await _succeed(session, actor, entitlement, from_month, reason, status=EntitlementStatus.ACTIVE)


async def in_force(
    session: AsyncSession, case_id: int | None, household_id: int, project_code: str
) -> Entitlement | None:
    """Return the benefit that came from a case; one older than the system is known by household and project."""
    origin = (
        Entitlement.case_id == case_id
        if case_id is not None
        else and_(col(Entitlement.household_id) == household_id, col(Entitlement.project_code) == project_code)
    )
    found = await session.exec(
        select(Entitlement)
        .where(origin, Entitlement.to_month == None)  # noqa: E711
        .order_by(text("id DESC"))
        .with_for_update()
    )
    return found.first()


async def _succeed(
    session: AsyncSession, actor: Actor, old: Entitlement, from_month: date, reason: str, **changes: Any
) -> Entitlement:
    if old.to_month is not None:
        raise Conflict(reason="该待遇已经终止或已被变更，请对现行记录办理")
    month = from_month.replace(day=1)
    _end_before(old, month)
    # The exclusion constraint must see the old row end before the new one begins.
    await session.flush()
    kept = old.model_dump(exclude={"id", "created_at", "updated_at", "version", "to_month"})
    new = Entitlement(**kept | {"from_month": month, "predecessor_id": old.id, "reason": reason} | changes)
    session.add(new)
    await session.flush()
    await benefits.follow(session, new)
    await _witness(session, actor, new, "entitlement.change")
    return new


def _end_before(entitlement: Entitlement, month: date) -> None:
    first = month.replace(day=1)
    if first < entitlement.from_month:
        raise Conflict(reason=f"变更月份不能早于该待遇的起始月份 {entitlement.from_month:%Y-%m}")
    entitlement.to_month = rules.month_before(first)
    entitlement.version += 1
    entitlement.updated_at = now()


async def _witness(session: AsyncSession, actor: Actor, entitlement: Entitlement, action: str) -> None:
    await audit.record(
        session,
        actor or SYSTEM,
        action,
        subject=("entitlement", entitlement.id or 0),
        division_code=entitlement.division_code,
        details={
            "project": entitlement.project_code,
            "amount": f"{entitlement.monthly_amount:.2f}",
            "from": f"{entitlement.from_month:%Y-%m}",
            "to": f"{entitlement.to_month:%Y-%m}" if entitlement.to_month else None,
            "reason": entitlement.reason,
        },
    )
