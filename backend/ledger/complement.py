"""互补互联: a reserve and the relief fund beside it pay together in one posting, and settle between them on refill."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import SYSTEM, Actor
from backend.kernel.models import ZERO
from backend.ledger import repository
from backend.ledger.errors import InsufficientFunds, KeyUsedOtherwise, OverCaseCap
from backend.ledger.models import Fund, FundKind, FundSource
from backend.ledger.service import Part, Posted, Posting, post_together, today

# Restricted gifts serve their giver's intent alone (R7) and never bridge.
BRIDGING = (FundSource.COUNTY, FundSource.DONATION, FundSource.INTEREST)
RESERVE_FIRST, CHARITY_FIRST = "reserve_first", "charity_first"


@dataclass(frozen=True, slots=True)
class UrgentPayment:
    """Who paid how much of an urgent need."""

    posted: Posted
    from_reserve: Decimal
    from_charity: Decimal


@dataclass(frozen=True, slots=True)
class Need:
    """An urgent need: how much, for which case, and the key that keeps it from being paid twice."""

    amount: Decimal
    case_ref: str
    item_code: str
    key: str
    division_code: str | None = None
    doc_no: str | None = None
    memo: str = ""
    in_cash: bool = False
    authorised: bool = False


async def pay_urgent(session: AsyncSession, actor: Actor, reserve: Fund, need: Need) -> UrgentPayment:
    """Pay at once: from the reserve, the rest from the relief fund, in the order its parameter says; all or nothing.

    Raises OverCaseCap unless the need was authorised above the town, InsufficientFunds when both together fall short.
    """
    charity = await repository.fund_of_kind(session, FundKind.CHARITY_RELIEF, reserve.division_code)
    await repository.lock_funds(session, [f.id for f in (reserve, charity) if f is not None and f.id is not None])
    earlier = await _paid_before(session, need)
    if earlier is not None:
        return earlier
    await _check_cap(session, reserve, need)
    cash = "1001" if need.in_cash else "1002"
    held = await repository.balance(session, reserve.id or 0, cash, source=reserve.default_source)
    bridging = await _bridging(session, charity)
    lendable = sum(bridging.values(), ZERO)
    order = await repository.parameter(session, reserve.id or 0, "complement_order", today()) or RESERVE_FIRST
    first, other = (lendable, held) if order == CHARITY_FIRST else (held, lendable)
    if held + lendable < need.amount:
        raise InsufficientFunds(reserve=f"{held:.2f}", charity=f"{lendable:.2f}", need=f"{need.amount:.2f}")
    from_first = min(first, need.amount)
    from_other = min(other, need.amount - from_first)
    own, lent = (from_other, from_first) if order == CHARITY_FIRST else (from_first, from_other)
    posted = await _post_payment(session, actor, reserve, charity, need, own, _drawn(bridging, lent))
    return UrgentPayment(posted, own, lent)


async def _check_cap(session: AsyncSession, reserve: Fund, need: Need) -> None:
    cap = await repository.parameter(session, reserve.id or 0, "case_cap", today())
    if cap is not None and need.amount > Decimal(cap) and not need.authorised:
        raise OverCaseCap(amount=f"{need.amount:.2f}", cap=f"{Decimal(cap):.2f}")


async def _paid_before(session: AsyncSession, need: Need) -> UrgentPayment | None:
    """Return what the same key paid: a repeated request must not be split anew by today's balances."""
    row = (
        await session.execute(
            text(
                "SELECT p.id,"
                " sum(l.credit) FILTER (WHERE l.account_code IN ('1001', '1002') AND j.template = 'E10') AS own,"
                " sum(l.credit) FILTER (WHERE l.account_code = '2112') AS lent, array_agg(DISTINCT j.id) AS journals,"
                " min(l.case_ref) AS case_ref"
                " FROM ledger_posting p JOIN journal j ON j.posting_id = p.id"
                " JOIN journal_line l ON l.journal_id = j.id"
                " WHERE p.idempotency_key = :key GROUP BY p.id"
            ),
            {"key": need.key},
        )
    ).one_or_none()
    if row is None:
        return None
    own, lent = row.own or ZERO, row.lent or ZERO
    if own + lent != need.amount or row.case_ref != need.case_ref:
        raise KeyUsedOtherwise(key=need.key, amount=f"{own + lent:.2f}")
    return UrgentPayment(Posted(row.id, replayed=True, journal_ids=tuple(row.journals)), own, lent)


async def _bridging(session: AsyncSession, charity: Fund | None) -> dict[FundSource, Decimal]:
    """Return what the relief fund may lend, by source in the order of drawing."""
    if charity is None:
        return {}
    held = {source: amount for _, source, _, amount in await repository.balances(session, charity.id or 0, ("1002",))}
    return {source: held[source] for source in BRIDGING if held.get(source, ZERO) > 0}


def _drawn(bridging: dict[FundSource, Decimal], lent: Decimal) -> dict[FundSource, Decimal]:
    drawn: dict[FundSource, Decimal] = {}
    for source, held in bridging.items():
        take = min(held, lent - sum(drawn.values(), ZERO))
        if take > 0:
            drawn[source] = take
    return drawn


async def _post_payment(
    session: AsyncSession,
    actor: Actor,
    reserve: Fund,
    charity: Fund | None,
    need: Need,
    own: Decimal,
    lent: dict[FundSource, Decimal],
) -> Posted:
    dimensions = {
        "case_ref": need.case_ref,
        "item_code": need.item_code,
        "division_code": need.division_code,
        "doc_no": need.doc_no,
    }
    postings = []
    if own > 0:
        postings.append(
            Posting(
                template="E10",
                fund_id=reserve.id,
                amount=own,
                dimensions=dimensions,
                accounts={"1002": "1001"} if need.in_cash else {},
                memo=need.memo or f"支付 {need.case_ref} 急难救助",
            )
        )
    if lent and charity is not None:
        postings.append(
            Posting(
                template="E15",
                funds={"town": reserve.id or 0, "charity": charity.id or 0},
                parts=[Part(amount, sources={"charity": source}) for source, amount in lent.items()],
                dimensions=dimensions,
                memo=f"备用金不足，救助基金垫付 {need.case_ref} 急难救助",
            )
        )
    return await post_together(session, postings, key=need.key, actor=actor)


async def refill(
    session: AsyncSession,
    actor: Actor,
    reserve: Fund,
    county: Fund,
    amount: Decimal,
    *,
    doc_no: str,
    key: str,
    occurred_on: date | None = None,
) -> Posted:
    """Raise a town's reserve out of the special account (E08, E09); what the relief fund bridged is repaid first."""
    charity = await repository.fund_of_kind(session, FundKind.CHARITY_RELIEF, reserve.division_code)
    await repository.lock_funds(session, [f.id for f in (reserve, county, charity) if f is not None and f.id])
    books = {"county": county.id or 0, "town": reserve.id or 0}
    common: dict[str, Any] = {
        "amount": amount,
        "funds": books,
        "dimensions": {"doc_no": doc_no},
        "occurred_on": occurred_on,
    }
    postings = [
        Posting(template="E08", memo=f"拨付{reserve.name}", **common),
        Posting(template="E09", memo=f"收到{county.name}拨付", **common),
        *await _repayments(session, reserve, charity, amount, doc_no, occurred_on),
    ]
    posted = await post_together(session, postings, key=key, actor=actor)
    await _audit_refill(session, actor, reserve, amount, "fund.refill", doc_no)
    return posted


async def settle_claim(
    session: AsyncSession,
    actor: Actor,
    reserve: Fund,
    county: Fund,
    amount: Decimal,
    *,
    doc_no: str,
    key: str,
    occurred_on: date | None = None,
) -> Posted:
    """Accept a month's claim: the county bears the cost, the reserve is made good (E11, E12), debts repaid first."""
    charity = await repository.fund_of_kind(session, FundKind.CHARITY_RELIEF, reserve.division_code)
    await repository.lock_funds(session, [f.id for f in (reserve, county, charity) if f is not None and f.id])
    common: dict[str, Any] = {"amount": amount, "dimensions": {"doc_no": doc_no}, "occurred_on": occurred_on}
    postings = [
        Posting(template="E11", fund_id=county.id, memo=f"{reserve.name}报账核准", **common),
        Posting(template="E12", fund_id=reserve.id, memo="收到报账补足款", **common),
        *await _repayments(session, reserve, charity, amount, doc_no, occurred_on),
    ]
    posted = await post_together(session, postings, key=key, actor=actor)
    await _audit_refill(session, actor, reserve, amount, "fund.settle_claim", doc_no)
    return posted


async def _repayments(
    session: AsyncSession, reserve: Fund, charity: Fund | None, arriving: Decimal, doc_no: str, on: date | None
) -> list[Posting]:
    """Return the repayment that the arriving money allows, to the sources that lent."""
    if charity is None or charity.id is None or reserve.id is None:
        return []
    left = arriving
    parts = []
    for _, source, counter, owed in await repository.balances(session, charity.id, ("1231",)):
        back = min(owed, left) if counter == reserve.id else ZERO
        if back > 0:
            parts.append(Part(back, sources={"charity": source}))
            left -= back
    if not parts:
        return []
    return [
        Posting(
            template="E15R",
            funds={"town": reserve.id, "charity": charity.id},
            parts=parts,
            dimensions={"doc_no": doc_no},
            occurred_on=on,
            memo="归还救助基金垫付款",
        )
    ]


async def _audit_refill(
    session: AsyncSession, actor: Actor, reserve: Fund, amount: Decimal, action: str, doc_no: str
) -> None:
    if actor is SYSTEM:
        return
    await audit.record(
        session,
        actor,
        action,
        subject=("fund", reserve.id or 0),
        division_code=reserve.division_code,
        details={"amount": f"{amount:.2f}", "doc_no": doc_no},
    )
