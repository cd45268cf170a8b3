"""Take a bank's return file: every line ends paid, failed or as an exception; the same file again changes nothing."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Row, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.models import ZERO
from backend.ledger import service as ledger
from backend.payments import return_files, rules
from backend.payments.errors import UnreadableReturn, WrongState
from backend.payments.models import (
    BatchState,
    ExceptionKind,
    LineStatus,
    PaymentBatch,
    PaymentException,
    PaymentReturn,
)
from backend.payments.return_files import ReturnRow
from backend.payments.service.batches import pay_bank

_APPLY = text("""
UPDATE payment_line l SET status = r.status, fail_code = r.fail_code, fail_reason = r.fail_reason,
    bank_serial = r.bank_serial, value_date = r.value_date
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id bigint, status text, fail_code text, fail_reason text,
    bank_serial text, value_date date)
WHERE l.id = r.id AND l.batch_id = :batch
""")
_ORDERS = text("""
UPDATE payment_order o SET status = 'paid', paid_at = now(), fund_id = :fund
FROM payment_line l WHERE l.order_id = o.id AND l.batch_id = :batch AND l.status = 'paid' AND o.status = 'waiting'
""")


@dataclass(slots=True)
class Outcome:
    """What the rows of a file mean for the lines of a batch."""

    applied: list[dict[str, Any]] = field(default_factory=list)
    exceptions: list[PaymentException] = field(default_factory=list)
    amounts: dict[str, Decimal] = field(default_factory=lambda: {"paid": ZERO, "failed": ZERO})
    counts: dict[str, int] = field(default_factory=lambda: {"paid": 0, "failed": 0, "pending": 0, "unchanged": 0})


async def take(
    session: AsyncSession,
    actor: Actor,
    batch: PaymentBatch,
    content: bytes,
    file_name: str,
    on: date | None = None,
) -> tuple[PaymentReturn, bool]:
    """Apply a return file to a batch that the caller has locked; return it and whether it had been taken before."""
    digest = hashlib.sha256(content).hexdigest()
    earlier = await session.exec(
        select(PaymentReturn).where(PaymentReturn.batch_id == batch.id, PaymentReturn.digest == digest)
    )
    found = earlier.first()
    if found is not None:
        return found, True
    if batch.state not in rules.AWAITING_RETURN:
        raise WrongState(state=batch.state.label, action="导入回盘")
    rows = return_files.read(content)
    _require_own(batch, rows)
    outcome = _judge(batch, rows, await _lines(session, batch))
    received = PaymentReturn(
        batch_id=batch.id or 0,
        division_code=batch.division_code,
        digest=digest,
        file_name=file_name[:200],
        rows=len(rows),
        paid=outcome.counts["paid"],
        failed=outcome.counts["failed"],
        pending=outcome.counts["pending"],
        unchanged=outcome.counts["unchanged"],
        paid_amount=outcome.amounts["paid"],
        failed_amount=outcome.amounts["failed"],
        received_by=actor.user_id,
    )
    session.add(received)
    await session.flush()
    for exception in outcome.exceptions:
        exception.return_id = received.id or 0
    session.add_all(outcome.exceptions)
    await _apply(session, actor, batch, received, outcome, on)
    return received, False


def _require_own(batch: PaymentBatch, rows: list[ReturnRow]) -> None:
    strangers = {row.batch_no for row in rows if row.batch_no} - {batch.number}
    if strangers:
        raise UnreadableReturn(reason=f"文件属于批次 {min(strangers)}，不是 {batch.number}，没有导入任何内容")


async def _lines(session: AsyncSession, batch: PaymentBatch) -> dict[str, Row[Any]]:
    rows = await session.execute(
        text("SELECT id, biz_no, amount, status, bank_serial, fail_code FROM payment_line WHERE batch_id = :batch"),
        {"batch": batch.id},
    )
    return {row.biz_no: row for row in rows}


def _judge(batch: PaymentBatch, rows: Iterable[ReturnRow], lines: dict[str, Row[Any]]) -> Outcome:
    outcome = Outcome()
    seen: set[str] = set()
    for row in rows:
        line = lines.get(row.biz_no)
        refusal = _refusal(row, line, repeated=row.biz_no in seen)
        seen.add(row.biz_no)
        if refusal is not None:
            kind, message = refusal
            outcome.exceptions.append(_exception(batch, row, line, kind, message))
            # What the bank paid wrongly must not be sent again until somebody has looked.
            if line is not None and line.status == LineStatus.SENT and kind is ExceptionKind.OTHER_AMOUNT:
                outcome.applied.append(
                    _applied(row, line, "exception") | {"fail_code": None, "fail_reason": message[:100]}
                )
        elif line is None or line.status in {LineStatus.PAID, LineStatus.FAILED}:
            outcome.counts["unchanged"] += 1
        elif row.result == "pending":
            outcome.counts["pending"] += 1
        else:
            outcome.counts[row.result] += 1
            outcome.amounts[row.result] += line.amount
            outcome.applied.append(_applied(row, line, row.result))
    return outcome


def _refusal(row: ReturnRow, line: Row[Any] | None, *, repeated: bool) -> tuple[ExceptionKind, str] | None:
    if row.fault is not None:
        return ExceptionKind.UNREADABLE, f"第 {row.row_no} 行：{row.fault}"
    if line is None:
        return ExceptionKind.UNKNOWN_LINE, f"第 {row.row_no} 行：本批次没有业务编号 {row.biz_no[:60]}"
    if repeated:
        return ExceptionKind.DUPLICATE, f"第 {row.row_no} 行：业务编号 {row.biz_no} 在文件中重复出现"
    if line.status in {LineStatus.PAID, LineStatus.FAILED} and row.result != line.status:
        return ExceptionKind.DUPLICATE, f"第 {row.row_no} 行：业务编号 {row.biz_no} 此前已回盘，结果不同"
    if row.result == "paid" and row.amount != line.amount:
        return (
            ExceptionKind.OTHER_AMOUNT,
            f"第 {row.row_no} 行：应付 {line.amount:.2f} 元，银行实付 {row.amount:.2f} 元",
        )
    return None


def _applied(row: ReturnRow, line: Row[Any], status: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "status": status,
        "fail_code": (row.fail_code or "99") if status == "failed" else None,
        "fail_reason": row.fail_reason if status == "failed" else None,
        "bank_serial": row.bank_serial,
        "value_date": row.value_date.isoformat() if row.value_date else None,
    }


def _exception(
    batch: PaymentBatch, row: ReturnRow, line: Row[Any] | None, kind: ExceptionKind, message: str
) -> PaymentException:
    return PaymentException(
        return_id=0,
        batch_id=batch.id or 0,
        line_id=line.id if line is not None else None,
        division_code=batch.division_code,
        row_no=row.row_no,
        biz_no=row.biz_no[:60] or None,
        kind=kind,
        expected_amount=line.amount if line is not None else None,
        actual_amount=row.amount,
        message=message[:300],
    )


async def _apply(
    session: AsyncSession,
    actor: Actor,
    batch: PaymentBatch,
    received: PaymentReturn,
    outcome: Outcome,
    on: date | None,
) -> None:
    await session.execute(_APPLY, {"rows": orjson.dumps(outcome.applied).decode(), "batch": batch.id})
    if batch.confirmed_at is None:
        # The bank cannot answer before it was paid.
        await pay_bank(session, actor, batch, on)
    postings = [
        ledger.Posting(
            template=template,
            fund_id=batch.fund_id,
            amount=outcome.amounts[result],
            dimensions={"batch_ref": batch.number, "doc_no": f"回盘{received.id}"},
            occurred_on=on,
            memo=f"{batch.number} {memo} {outcome.counts[result]} 笔",
        )
        for template, result, memo in (("E05", "paid", "发放成功"), ("E06", "failed", "失败退回"))
        if outcome.amounts[result]
    ]
    if postings:
        await ledger.post_together(session, postings, key=f"return:{received.id}", actor=actor)
    await close(session, batch)
    await audit.record(
        session,
        actor,
        "payment_batch.return",
        subject=("payment_batch", batch.id or 0),
        division_code=batch.division_code,
        details={"file": received.file_name, **outcome.counts, "exceptions": len(outcome.exceptions)},
    )


async def close(session: AsyncSession, batch: PaymentBatch) -> None:
    """Mark what was paid, and end the batch once no line waits."""
    await session.execute(_ORDERS, {"batch": batch.id, "fund": batch.fund_id})
    open_lines = await session.execute(
        text("SELECT count(*) FROM payment_line WHERE batch_id = :batch AND status NOT IN ('paid', 'failed')"),
        {"batch": batch.id},
    )
    batch.state = BatchState.RETURNED if open_lines.scalar_one() else BatchState.SETTLED
    batch.version += 1
    await session.flush()
