"""Two years of monthly batches that the bank has answered: lines by one statement, money by the ledger's posting."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo.months import HISTORY, day_of, month_ago
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.models import ZERO
from backend.ledger import complement
from backend.ledger import service as ledger
from backend.ledger.models import Fund
from backend.payments.models import BatchState, PaymentBatch

COUNTY = "371623"
MONTHLY = (["A01", "A02", "A03", "A07"], ["A04", "A05", "A06"], ["C03"])

# DOMAIN §10.2: 0.9 % of payments fail; why, in shares of a hundred.
_LINES = text("""
INSERT INTO payment_line (batch_id, seq, biz_no, entitlement_id, order_id, household_id, payee_person_id, payee_name,
    account_id, division_code, residence, project_code, period, amount, case_ref, difference, previous_amount,
    expense_account, budget_subject, status, fail_code, fail_reason, bank_serial, value_date, created_at)
SELECT n.batch_id, n.seq, n.number || lpad(n.seq::text, 8, '0'), n.entitlement_id, n.order_id, n.household_id,
    n.payee_person_id, n.payee_name, CASE WHEN NOT n.failed THEN n.account_id END, n.division_code, n.residence,
    n.project_code, n.period, n.amount, n.case_ref,
    CASE WHEN n.order_id IS NOT NULL THEN 'once' WHEN n.previous IS NULL THEN 'new'
         WHEN n.previous = n.amount THEN 'same' ELSE 'changed' END,
    n.previous, n.expense_account, n.budget_subject, CASE WHEN n.failed THEN 'failed' ELSE 'paid' END,
    CASE WHEN n.failed THEN f.code END, CASE WHEN n.failed THEN f.reason END,
    'HM' || to_char(n.period, 'YYYYMM') || lpad(n.seq::text, 8, '0'), n.period + 9, n.period + 5 + time '09:00'
FROM (
    SELECT b.id AS batch_id, b.number, b.period, d.*, a.id AS account_id,
           row_number() OVER (PARTITION BY b.id ORDER BY d.division_code, d.project_code, d.entitlement_id, d.order_id)
               AS seq,
           lag(d.amount) OVER (PARTITION BY d.household_id, d.person_id, d.project_code, d.order_id ORDER BY b.period)
               AS previous,
           hashtext(coalesce(d.entitlement_id, d.order_id) || b.number) & 65535 AS draw,
           (hashtext(b.number || coalesce(d.entitlement_id, d.order_id)) & 65535) % 1000 < 9 AS failed
    FROM payment_batch b
    JOIN LATERAL (
        SELECT e.id AS entitlement_id, NULL::bigint AS order_id, e.household_id, e.person_id, e.payee_person_id,
               e.payee_name, e.division_code, e.residence, e.project_code, e.monthly_amount AS amount, e.case_ref,
               e.expense_account, e.budget_subject
        FROM entitlement e
        WHERE e.project_code = ANY (b.project_codes) AND e.from_month <= b.period
          AND (e.to_month IS NULL OR e.to_month >= b.period)
        UNION ALL
        SELECT NULL, o.id, o.household_id, NULL, o.payee_person_id, o.payee_name, o.division_code, o.residence,
               o.project_code, o.amount, o.case_ref, o.expense_account, o.budget_subject
        FROM payment_order o
        WHERE o.project_code = ANY (b.project_codes) AND o.channel = 'batch' AND o.from_month = b.period
    ) d ON true
    LEFT JOIN payment_account a ON a.person_id = d.payee_person_id AND a.status = 'active'
    WHERE b.id = ANY (:batches)
) n
JOIN (VALUES (0, 35, '01', '户名不符'), (35, 60, '06', '卡未激活'), (60, 80, '03', '已销户'),
             (80, 90, '04', '账户冻结'), (90, 100, '99', '其他')) f (low, high, code, reason)
    ON n.draw % 100 >= f.low AND n.draw % 100 < f.high
""")
# What failed is sent again on the twentieth, except that every seventh waits for a new card.
_AGAIN = text("""
INSERT INTO payment_line (batch_id, seq, biz_no, entitlement_id, order_id, household_id, payee_person_id, payee_name,
    account_id, division_code, residence, project_code, period, amount, case_ref, difference, expense_account,
    budget_subject, reissue_of_id, status, bank_serial, value_date, created_at)
SELECT :batch, row_number() OVER (ORDER BY l.id), :number || lpad(row_number() OVER (ORDER BY l.id)::text, 8, '0'),
    l.entitlement_id, l.order_id, l.household_id, l.payee_person_id, l.payee_name, a.id, l.division_code, l.residence,
    l.project_code, l.period, l.amount, l.case_ref, 'reissue', l.expense_account, l.budget_subject, l.id, 'paid',
    'HM' || to_char(l.period, 'YYYYMM') || 'R' || lpad(row_number() OVER (ORDER BY l.id)::text, 6, '0'),
    l.period + 21, l.period + 19 + time '09:00'
FROM payment_line l
JOIN payment_account a ON a.person_id = l.payee_person_id AND a.status = 'active'
WHERE l.status = 'failed' AND l.period = :period AND l.id % 7 > 0
""")
_COUNTED = text("""
UPDATE payment_batch b SET line_count = c.lines, total_amount = c.amount, control_hash = c.said,
    summary = jsonb_build_object('new', c.new, 'same', c.same, 'changed', c.changed, 'once', c.once,
        'reissue', c.reissue, 'by_social_card', c.by_social_card, 'households', c.households, 'stopped', 0,
        'stopped_amount', '0.00', 'left_out_dead', 0, 'left_out_failed_account', 0)
FROM (SELECT batch_id, count(*) AS lines, sum(amount) AS amount,
             count(*) FILTER (WHERE difference = 'new') AS new, count(*) FILTER (WHERE difference = 'same') AS same,
             count(*) FILTER (WHERE difference = 'changed') AS changed,
             count(*) FILTER (WHERE difference = 'once') AS once,
             count(*) FILTER (WHERE difference = 'reissue') AS reissue,
             count(*) FILTER (WHERE account_id IS NULL) AS by_social_card,
             count(DISTINCT household_id) AS households,
             encode(sha256(convert_to(string_agg(
                 biz_no || '|' || payee_name || '|' || coalesce(account_id, 0) || '|' || amount, E'\n' ORDER BY seq),
                 'UTF8')), 'hex') AS said
      FROM payment_line GROUP BY 1) c
WHERE c.batch_id = b.id AND b.id = ANY (:batches)
""")
_RETURNS = text("""
INSERT INTO payment_return (batch_id, division_code, digest, file_name, rows, paid, failed, pending, unchanged,
    paid_amount, failed_amount, received_by, created_at)
SELECT b.id, b.division_code, encode(sha256(convert_to(b.number, 'UTF8')), 'hex'), b.number || '-回盘.csv', count(*),
       count(*) FILTER (WHERE l.status = 'paid'), count(*) FILTER (WHERE l.status = 'failed'), 0, 0,
       coalesce(sum(l.amount) FILTER (WHERE l.status = 'paid'), 0),
       coalesce(sum(l.amount) FILTER (WHERE l.status = 'failed'), 0), b.sent_by, max(l.value_date) + time '16:00'
FROM payment_batch b JOIN payment_line l ON l.batch_id = b.id
WHERE b.id = ANY (:batches) GROUP BY b.id
""")
_SUMS = text("""
SELECT b.id AS batch_id, l.expense_account, l.budget_subject, l.project_code, left(l.division_code, 9) AS town,
       sum(l.amount) AS amount, coalesce(sum(l.amount) FILTER (WHERE l.status = 'failed'), 0) AS failed
FROM payment_batch b JOIN payment_line l ON l.batch_id = b.id
WHERE b.id = ANY (:batches)
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 4, 5, 2, 3
""")
_URGENT = text("""
SELECT f.id AS fund_id, o.from_month, array_agg(o.id ORDER BY o.id) AS ids
FROM payment_order o JOIN fund f ON f.division_code = left(o.division_code, 9) AND f.kind = 'town_reserve'
WHERE o.channel = 'reserve_bank' AND o.status = 'paid' AND o.posting_id IS NULL
GROUP BY 1, 2 ORDER BY 2, 1
""")
_OF_CASE = ("case_ref", "item_code", "division_code")


@dataclass(frozen=True, slots=True)
class Month:
    """A batch of the past, and the days on which it was made, sent and answered."""

    batch: PaymentBatch
    made: date
    answered: date
    again: bool = False


async def write(session: AsyncSession, county: Fund, people: dict[str, Actor]) -> None:
    """Write every month before this one, oldest first."""
    months = [month_ago(back) for back in range(HISTORY, 0, -1)]
    batches = [
        await _batch(session, county, people, codes, month, 6)
        for month in months
        for codes in MONTHLY
        if await has_due(session, codes, month)
    ]
    await session.execute(_LINES, {"batches": [m.batch.id for m in batches]})
    await session.execute(text("ANALYZE payment_line, payment_batch"))
    for month in months[:-1]:
        again = await _batch(session, county, people, sorted({c for codes in MONTHLY for c in codes}), month, 20)
        values = {"batch": again.batch.id, "number": again.batch.number, "period": month}
        done = await session.execute(_AGAIN, values)
        if done.rowcount:  # type: ignore[attr-defined]
            batches.append(again)
        else:
            await session.delete(again.batch)
    batches.sort(key=lambda m: (m.made, m.batch.id))
    ids = {"batches": [m.batch.id for m in batches]}
    for statement in (_COUNTED, _RETURNS):
        await session.execute(statement, ids)
    await _post(session, batches, people["county_finance"], ids)


async def has_due(session: AsyncSession, codes: list[str], month: date) -> bool:
    """Tell whether a month has anything to pay for these projects."""
    sql = text(
        "SELECT EXISTS (SELECT FROM entitlement WHERE project_code = ANY (:codes) AND from_month <= :month"
        " AND (to_month IS NULL OR to_month >= :month)) OR EXISTS (SELECT FROM payment_order"
        " WHERE project_code = ANY (:codes) AND channel = 'batch' AND from_month = :month)"
    )
    return bool(await session.scalar(sql, {"codes": codes, "month": month}))


async def _batch(
    session: AsyncSession, county: Fund, people: dict[str, Actor], codes: list[str], month: date, day: int
) -> Month:
    serial = (await session.execute(text("SELECT nextval('payment_batch_number')"))).scalar_one()
    made = day_of(month, day)

    def at(days: int, hour: int) -> datetime:
        return datetime.combine(made + timedelta(days=days), time(hour), CHINA)

    maker, finance, approver, sender = (
        people[name].user_id for name in ("county_clerk", "county_finance", "county_admin", "county_finance2")
    )
    batch = PaymentBatch(
        number=f"FF{month:%Y%m}{serial:06d}",
        period=month,
        project_codes=codes,
        division_code=COUNTY,
        fund_id=county.id or 0,
        state=BatchState.SETTLED,
        made_by=maker,
        checked_by=finance,
        checked_at=at(0, 15),
        approved_by=approver,
        approved_at=at(1, 10),
        sent_by=sender,
        sent_at=at(1, 15),
        confirmed_by=people["treasury_officer"].user_id,
        confirmed_at=at(1, 16),
        created_at=at(0, 9),
        updated_at=at(2, 16),
    )
    session.add(batch)
    await session.flush()
    return Month(batch, made, made + timedelta(days=2), again=day > 6)  # noqa: PLR2004 - the first round is on the sixth


async def _post(session: AsyncSession, batches: list[Month], actor: Actor, ids: dict[str, Any]) -> None:
    parts: dict[int, list[ledger.Part]] = defaultdict(list)
    failed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in await session.execute(_SUMS, ids):
        failed[row.batch_id] += row.failed
        dimensions = {"budget_subject": row.budget_subject, "item_code": row.project_code, "division_code": row.town}
        parts[row.batch_id].append(ledger.Part(row.amount, dimensions, {"5002": row.expense_account}))
    for month in batches:
        key = month.batch.id or 0
        postings = _events(month, parts[key], failed[key])
        await ledger.post_together(session, postings, key=f"history:{month.batch.number}", actor=actor)


def _events(month: Month, parts: list[ledger.Part], failed: Decimal) -> list[ledger.Posting]:
    """Return what a batch did to the books, from the accrual to the bank's answer (DOMAIN §5.5)."""
    batch, paid_on = month.batch, month.made + timedelta(days=1)
    total = sum((part.amount for part in parts), ZERO)

    def event(template: str, memo: str, on: date, amount: Decimal | None = None) -> ledger.Posting:
        dimensions = {"batch_ref": batch.number} | ({"doc_no": f"回盘 {batch.number}"} if amount else {})
        return ledger.Posting(
            template=template,
            fund_id=batch.fund_id,
            parts=() if amount else parts,
            amount=amount,
            dimensions=dimensions,
            occurred_on=on,
            memo=f"{batch.number} {batch.period:%Y年%m月} {memo}",
        )

    if month.again:
        answered = event("E05", "更正重发成功", month.answered, total)
        return [event("E07", "更正后重发", paid_on), answered]
    found = [
        event("E02", "核定应发", month.made),
        event("E03", "提交代发行", paid_on),
        event("E04", "国库支付到代发行", paid_on),
    ]
    if total > failed:
        found.append(event("E05", "发放成功", month.answered, total - failed))
    if failed:
        found.append(event("E06", "失败退回", month.answered, failed))
    return found


async def write_urgent(session: AsyncSession, county: Fund, actor: Actor) -> None:
    """Post what the towns paid at once, month by month, and the county's refill after each."""
    for row in (await session.execute(_URGENT)).all():
        reserve = await session.get_one(Fund, row.fund_id)
        orders = await session.execute(
            text(
                "SELECT case_ref, project_code AS item_code, division_code, amount FROM payment_order"
                " WHERE id = ANY (:ids) ORDER BY id"
            ),
            {"ids": row.ids},
        )
        parts = [ledger.Part(o.amount, {name: getattr(o, name) for name in _OF_CASE}) for o in orders]
        day = day_of(row.from_month, 25)
        postings = [
            ledger.Posting(
                template="E10",
                fund_id=row.fund_id,
                parts=[part],
                occurred_on=day,
                memo=f"{part.dimensions['item_code']} 先行救助 {part.dimensions['case_ref']}",
            )
            for part in parts
        ]
        posted = await ledger.post_together(
            session, postings, key=f"history:urgent:{row.fund_id}:{row.from_month}", actor=actor
        )
        await session.execute(
            text(
                "UPDATE payment_order SET posting_id = :posting, fund_id = :fund, from_reserve = amount,"
                " from_charity = 0 WHERE id = ANY (:ids)"
            ),
            {"posting": posted.posting_id, "fund": row.fund_id, "ids": row.ids},
        )
        if row.from_month < month_ago(0):
            await complement.settle_claim(
                session,
                actor,
                reserve,
                county,
                sum((part.amount for part in parts), ZERO),
                doc_no=f"报账 {reserve.code}-{row.from_month:%Y%m}",
                key=f"history:claim:{row.fund_id}:{row.from_month}",
                occurred_on=day_of(month_ago(-1, row.from_month), 5),
            )
