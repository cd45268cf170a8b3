"""Settle what did not fit in a return file: a second person finds out, the line and the books follow."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.models import now
from backend.ledger import service as ledger
from backend.payments.errors import AlreadyResolved, OutcomeUnfit, ReceivedByTheSame
from backend.payments.models import (
    ExceptionOutcome,
    LineStatus,
    PaymentBatch,
    PaymentException,
    PaymentLine,
    PaymentReturn,
)
from backend.payments.schemas import ResolutionCreate
from backend.payments.service import returns

_TEMPLATES = {ExceptionOutcome.PAID: ("E05", "核实已发放"), ExceptionOutcome.FAILED: ("E06", "核实未发放，退回")}


async def resolve(
    session: AsyncSession, actor: Actor, found: PaymentException, batch: PaymentBatch, form: ResolutionCreate
) -> PaymentException:
    """Settle one exception; the batch is locked by the caller.

    A line that waits as an exception becomes paid or failed, and is booked so (E05, E06); what belongs to no waiting
    line can only be dismissed.
    """
    if found.outcome is not None:
        raise AlreadyResolved(outcome=found.outcome.label)
    received = await session.get_one(PaymentReturn, found.return_id)
    if received.received_by == actor.user_id:
        raise ReceivedByTheSame
    line = await session.get(PaymentLine, found.line_id, with_for_update=True) if found.line_id else None
    waits = line is not None and line.status is LineStatus.EXCEPTION
    if waits == (form.outcome is ExceptionOutcome.DISMISSED):
        fit = [o.label for o in ExceptionOutcome if waits != (o is ExceptionOutcome.DISMISSED)]
        raise OutcomeUnfit(kind=found.kind.label, fit="”或“".join(fit))
    found.outcome, found.note = form.outcome, form.note
    found.resolved_by, found.resolved_at = actor.user_id, now()
    if line is not None and waits:
        await _settle(session, actor, batch, found, line, form)
    await audit.record(
        session,
        actor,
        "payment_exception.resolve",
        subject=("payment_exception", found.id or 0),
        division_code=found.division_code,
        details={"batch": batch.number, "row": found.row_no, "outcome": form.outcome.value, "note": form.note},
    )
    return found


async def _settle(
    session: AsyncSession,
    actor: Actor,
    batch: PaymentBatch,
    found: PaymentException,
    line: PaymentLine,
    form: ResolutionCreate,
) -> None:
    line.status = LineStatus(form.outcome.value)
    if line.status is LineStatus.FAILED:
        line.fail_code, line.fail_reason = "99", form.note[:100]
    template, memo = _TEMPLATES[form.outcome]
    posting = ledger.Posting(
        template=template,
        fund_id=batch.fund_id,
        amount=line.amount,
        dimensions={"batch_ref": batch.number, "doc_no": f"异常{found.id}"},
        memo=f"{batch.number} 第 {line.seq} 笔{memo}",
        idempotency_key=f"exception:{found.id}",
    )
    await session.flush()
    await ledger.post(session, posting, actor)
    await returns.close(session, batch)
