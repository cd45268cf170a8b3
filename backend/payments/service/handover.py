"""The cashier gives the person what the reserve has paid for, and keeps the receipt."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.models import now
from backend.payments.errors import DecidedByTheSame, HandedOver, NotPaidByReserve
from backend.payments.models import OrderChannel, OrderStatus, PaymentOrder


async def register(session: AsyncSession, actor: Actor, order: PaymentOrder, receipt_no: str) -> PaymentOrder:
    """Keep that the money was given and under which receipt; once, and never by whoever decided (§7.3-4)."""
    if order.channel is OrderChannel.BATCH or order.status is not OrderStatus.PAID:
        raise NotPaidByReserve(channel=order.channel.label, status=order.status.label)
    if order.handed_at is not None:
        raise HandedOver(at=f"{order.handed_at.astimezone(CHINA):%Y-%m-%d %H:%M}")
    if order.decided_by == actor.user_id:
        raise DecidedByTheSame
    order.handed_by, order.handed_at, order.receipt_no = actor.user_id, now(), receipt_no
    order.version += 1
    await session.flush()
    await audit.record(
        session,
        actor,
        "payment_order.hand_over",
        subject=("payment_order", order.id or 0),
        division_code=order.division_code,
        details={"case": order.case_ref, "amount": f"{order.amount:.2f}", "receipt_no": receipt_no},
    )
    return order
