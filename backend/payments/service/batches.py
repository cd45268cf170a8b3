"""A month's batch: made set-based, checked, approved, sent, each by another person; every step posts to the books."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.errors import Conflict, NotPermitted
from backend.kernel.i18n import say
from backend.kernel.models import ZERO, now
from backend.kernel.scope import check_version
from backend.ledger import repository as books
from backend.ledger import service as ledger
from backend.ledger.models import Fund, FundKind
from backend.payments import rules
from backend.payments.errors import (
    BatchChanged,
    ControlMismatch,
    MixedFunds,
    NoFund,
    NothingDue,
    QuotaShort,
    SamePerson,
    WrongState,
)
from backend.payments.models import PaymentBatch
from backend.payments.permissions import PaymentPermission
from backend.payments.schemas import BatchAction, BatchCreate
from backend.payments.service import due


def _require(actor: Actor, right: PaymentPermission, division_code: str) -> None:
    if not actor.reach(right).covers(division_code):
        raise NotPermitted(permission=say(right.label))


async def _fund(session: AsyncSession, values: dict[str, Any], division_code: str) -> Fund | None:
    """Return the one book that pays all that is due; a reserve's projects are paid in batches by the county."""
    rows = await session.execute(text(due.DUE + "SELECT DISTINCT fund_book FROM ready"), values)
    codes = sorted(row[0] for row in rows)
    if not codes:
        return None
    if len(codes) > 1:
        raise MixedFunds
    fund = await books.fund_of_code(session, codes[0])
    if fund is None or fund.kind is FundKind.TOWN_RESERVE:
        fund = await books.fund_of_kind(session, FundKind.COUNTY_SPECIAL, division_code)
    if fund is None:
        raise NoFund(division=division_code)
    return fund


async def make(session: AsyncSession, actor: Actor, form: BatchCreate) -> PaymentBatch:
    """Make a month's batch from all that is due; raises NothingDue when it is all listed already."""
    _require(actor, PaymentPermission.BATCH_CREATE, form.division_code)
    period = rules.month_of(form.period)
    codes = sorted(set(form.project_codes))
    values = _values(codes, form.division_code, period)
    # Two makers at once: the second waits, and then finds what is left.
    await session.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtext('payment_batch:' || code)) FROM unnest(CAST(:codes AS text[])) code"
        ),
        {"codes": codes},
    )
    fund = await _fund(session, values, form.division_code)
    if fund is None:
        raise NothingDue(period=form.period, listed=await _listed(session, values))
    serial = (await session.execute(text("SELECT nextval('payment_batch_number')"))).scalar_one()
    batch = PaymentBatch(
        number=f"FF{period:%Y%m}{serial:06d}",
        period=period,
        project_codes=codes,
        division_code=form.division_code,
        fund_id=fund.id or 0,
        made_by=actor.user_id,
    )
    session.add(batch)
    await session.flush()
    await session.execute(text(due.INSERT), values | {"batch": batch.id, "number": batch.number})
    row = (await session.execute(due.SUMMARY, {"batch": batch.id})).one()
    left_out = (await session.execute(text(due.LEFT_OUT), values)).one()
    if not row.lines:
        raise NothingDue(period=form.period, listed=await _listed(session, values))
    stopped = (await session.execute(due.STOPPED, _only(values, "codes", "low", "high", "before", "period"))).one()
    batch.line_count, batch.total_amount = row.lines, row.amount
    batch.summary = {
        **{
            name: getattr(row, name)
            for name in ("new", "same", "changed", "once", "reissue", "by_social_card", "households")
        },
        "stopped": stopped.lines,
        "stopped_amount": f"{stopped.amount:.2f}",
        "left_out_dead": left_out.dead,
        "left_out_failed_account": left_out.failed_before,
    }
    await session.flush()
    await _witness(session, actor, batch, "make", None)
    return batch


def _values(codes: list[str], division_code: str, period: date) -> dict[str, Any]:
    return {
        "codes": codes,
        "low": division_code,
        "high": division_code + ":",
        "period": period,
        "before": rules.month_before(period),
    }


def _only(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}


async def _listed(session: AsyncSession, values: dict[str, Any]) -> int:
    row = await session.execute(
        text(
            "SELECT count(*) FROM payment_line WHERE project_code = ANY (:codes) AND division_code >= :low"
            " AND division_code < :high AND period = :period AND status NOT IN ('failed', 'cancelled')"
        ),
        _only(values, "codes", "low", "high", "period"),
    )
    return int(row.scalar_one())


@dataclass(frozen=True, slots=True)
class Step:
    """What was asked, and the day under which it is booked (today unless history is being entered)."""

    form: BatchAction
    on: date | None = None


async def act(
    session: AsyncSession, actor: Actor, batch: PaymentBatch, form: BatchAction, on: date | None = None
) -> PaymentBatch:
    """Take one step; the row is locked by the caller."""
    move = rules.MOVES.get(form.action)
    if move is None:
        known = "、".join(rules.MOVES)
        raise Conflict(reason=say("没有“{action}”这种操作，可用的操作：{known}", action=form.action, known=known))
    states, target, right, word = move
    _require(actor, right, batch.division_code)
    if batch.state not in states:
        raise WrongState(state=batch.state.label, action=word)
    earlier = rules.earlier_step(form.action, rules.steps_of(batch), actor.user_id)
    if earlier is not None:
        raise SamePerson(earlier=earlier, action=word)
    check_version(batch, form.version)
    await _STEPS[form.action](session, actor, batch, Step(form, on))
    if target is not None:
        batch.state = target
    await session.flush()
    await _witness(session, actor, batch, form.action, form.opinion)
    return batch


async def control_of(session: AsyncSession, batch: PaymentBatch) -> tuple[int, Decimal, str]:
    """Count the lines anew: how many, how much, and the digest over all of them."""
    row = (await session.execute(due.CONTROL, {"batch": batch.id})).one()
    return row.lines, row.amount, hashlib.sha256(row.said.encode()).hexdigest()


async def _check(session: AsyncSession, actor: Actor, batch: PaymentBatch, step: Step) -> None:
    """Count independently of the maker; the checker may have counted by hand too."""
    lines, amount, digest = await control_of(session, batch)
    seen_lines = batch.line_count if step.form.line_count is None else step.form.line_count
    seen_amount = batch.total_amount if step.form.total_amount is None else step.form.total_amount
    if (lines, amount) != (batch.line_count, batch.total_amount) or (lines, amount) != (seen_lines, seen_amount):
        raise ControlMismatch(
            lines=lines, amount=f"{amount:.2f}", seen_lines=seen_lines, seen_amount=f"{seen_amount:.2f}"
        )
    batch.control_hash, batch.checked_by, batch.checked_at = digest, actor.user_id, now()


async def _require_unchanged(session: AsyncSession, batch: PaymentBatch) -> None:
    if (await control_of(session, batch))[2] != batch.control_hash:
        raise BatchChanged


async def _approve(session: AsyncSession, actor: Actor, batch: PaymentBatch, step: Step) -> None:
    """Lock the amounts and accrue what is due (E02)."""
    await _require_unchanged(session, batch)
    await _require_quota(session, batch)
    parts = await _parts(session, batch, reissued=False)
    if parts:
        await ledger.post(session, _posting(batch, "E02", parts, "核定应发", step.on), actor)
    batch.approved_by, batch.approved_at = actor.user_id, now()


async def _require_quota(session: AsyncSession, batch: PaymentBatch) -> None:
    fund = await session.get(Fund, batch.fund_id)
    needed = sum((part.amount for part in await _parts(session, batch, reissued=False)), ZERO)
    if fund is None:
        raise NoFund(division=batch.division_code)
    money = money_account(fund)
    available = await books.balance(session, batch.fund_id, money, source=fund.default_source)
    if available < needed:
        raise QuotaShort(fund=fund.name, available=f"{available:.2f}", needed=f"{needed:.2f}")


def money_account(fund: Fund) -> str:
    """Return the account a book pays from: the treasury's quota, or its own bank account."""
    return "1011" if fund.kind is FundKind.COUNTY_SPECIAL else "1002"


async def _send(session: AsyncSession, actor: Actor, batch: PaymentBatch, step: Step) -> None:
    """Hand the batch to the bank (E03; reissues E07)."""
    await _require_unchanged(session, batch)
    await _require_quota(session, batch)
    postings = []
    for template, reissued, memo in (("E03", False, "提交代发行"), ("E07", True, "更正后重发")):
        parts = await _parts(session, batch, reissued=reissued)
        if parts:
            postings.append(_posting(batch, template, parts, memo, step.on))
    await ledger.post_together(session, postings, key=f"batch:{batch.id}:send", actor=actor)
    await session.execute(
        text("UPDATE payment_line SET status = 'sent' WHERE batch_id = :batch AND status = 'planned'"),
        {"batch": batch.id},
    )
    batch.sent_by, batch.sent_at = actor.user_id, now()


async def _confirm(session: AsyncSession, actor: Actor, batch: PaymentBatch, step: Step) -> None:
    """Confirm that the treasury paid the bank (E04)."""
    if batch.confirmed_at is not None:
        raise WrongState(state="国库已支付", action="财政确认")
    await pay_bank(session, actor, batch, step.on)
    batch.confirmed_by = actor.user_id


async def pay_bank(session: AsyncSession, actor: Actor, batch: PaymentBatch, on: date | None) -> None:
    """Post that the money reached the paying bank (E04); the bank's answer proves it as well as the treasury's word."""
    parts = await _parts(session, batch, reissued=False)
    fund = await session.get(Fund, batch.fund_id)
    if parts and fund is not None:
        posting = _posting(batch, "E04", parts, "国库支付到代发行", on, {"1011": money_account(fund)})
        await ledger.post(session, posting, actor)
    batch.confirmed_at = now()


async def _discard(session: AsyncSession, actor: Actor, batch: PaymentBatch, step: Step) -> None:
    """Free the lines, so that they can be listed anew."""
    del actor, step
    await session.execute(
        text("UPDATE payment_line SET status = 'cancelled' WHERE batch_id = :batch"), {"batch": batch.id}
    )


_STEPS = {
    "check": _check,
    "approve": _approve,
    "send": _send,
    "confirm": _confirm,
    "refuse_check": _discard,
    "refuse_approval": _discard,
    "cancel": _discard,
}


async def _parts(session: AsyncSession, batch: PaymentBatch, *, reissued: bool) -> list[ledger.Part]:
    """Sum the lines by project, town and account: the journal of a batch has that many lines, however many payees."""
    rows = await session.execute(
        text(
            "SELECT expense_account, budget_subject, project_code, left(division_code, 9) AS town,"
            " sum(amount) AS amount"
            " FROM payment_line WHERE batch_id = :batch AND status <> 'cancelled'"
            " AND (reissue_of_id IS NOT NULL) = :reissued"
            " GROUP BY 1, 2, 3, 4 ORDER BY 3, 4, 1, 2"
        ),
        {"batch": batch.id, "reissued": reissued},
    )
    return [
        ledger.Part(
            row.amount,
            dimensions={
                "budget_subject": row.budget_subject,
                "item_code": row.project_code,
                "division_code": row.town,
                "batch_ref": batch.number,
            },
            accounts={"5002": row.expense_account},
        )
        for row in rows
    ]


def _posting(
    batch: PaymentBatch,
    template: str,
    parts: list[ledger.Part],
    memo: str,
    on: date | None,
    accounts: dict[str, str] | None = None,
) -> ledger.Posting:
    return ledger.Posting(
        template=template,
        fund_id=batch.fund_id,
        parts=parts,
        accounts=accounts or {},
        occurred_on=on,
        memo=f"{batch.number} {batch.period:%Y年%m月} {memo}",
        idempotency_key=f"batch:{batch.id}:{template}",
    )


async def _witness(session: AsyncSession, actor: Actor, batch: PaymentBatch, action: str, opinion: str | None) -> None:
    await audit.record(
        session,
        actor,
        f"payment_batch.{action}",
        subject=("payment_batch", batch.id or 0),
        division_code=batch.division_code,
        details={
            "number": batch.number,
            "lines": batch.line_count,
            "amount": f"{batch.total_amount:.2f}",
            "opinion": opinion,
        },
    )


def period_text(period: date) -> str:
    """Write a month as the API does."""
    return f"{period:%Y-%m}"
