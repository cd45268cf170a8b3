"""Payments of the demo county: accounts of the payees, two months paid through the bank, a few of them failed."""

import csv
import io
import random
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo.funds import COUNTY
from backend.identity.models import User
from backend.kernel.actor import Actor, Reach
from backend.kernel.identifiers import luhn_digit, mask_card
from backend.kernel.sealing import seal
from backend.payments.models import AccountKind, AccountStatus, PaymentAccount, PaymentBatch, PaymentLine
from backend.payments.permissions import PaymentPermission
from backend.payments.schemas import BatchAction, BatchCreate
from backend.payments.service import accounts, batches, returns

SEED = 371623
# No bank issues this prefix (DOMAIN §10.3).
CARD_PREFIX = "622999"
HISTORY = (date(2026, 9, 1), date(2026, 10, 1))
# DOMAIN §10.2: 0.9 % of payments fail, by these reasons.
FAILURE_SHARE = 0.009
STAFF = ("county_clerk", "county_finance", "county_finance2", "county_admin")
FAILURES = ("01",) * 35 + ("06",) * 25 + ("03",) * 20 + ("04",) * 10 + ("99",) * 10

_ENTITLE = text("""
INSERT INTO entitlement (household_id, person_id, payee_person_id, payee_name, division_code, residence, project_code,
    monthly_amount, from_month, status, reason, fund_book, expense_account, budget_subject, version, created_at,
    updated_at)
SELECT b.household_id, b.person_id, coalesce(b.person_id, h.head_person_id), coalesce(p.name, h.head_name),
    b.division_code, h.residence, b.project_code, b.monthly_amount, b.from_month,
    CASE b.status WHEN 'suspended' THEN 'suspended' ELSE 'active' END, '历史数据',
    coalesce(v.definition -> 'fund' ->> 'book', 'BK01'),
    coalesce(v.definition -> 'fund' -> 'account' ->> h.residence, '5009'),
    coalesce(v.definition -> 'fund' -> 'subject' ->> h.residence, '2082502'), 1, now(), now()
FROM benefit b
JOIN household h ON h.id = b.household_id
LEFT JOIN person p ON p.id = b.person_id
LEFT JOIN project r ON r.code = b.project_code
LEFT JOIN LATERAL (SELECT definition FROM project_version v WHERE v.project_id = r.id AND v.status = 'published'
                   ORDER BY v.number DESC LIMIT 1) v ON true
WHERE NOT b.once AND b.status <> 'ended' AND b.to_month IS NULL
  AND NOT EXISTS (SELECT FROM entitlement e WHERE e.household_id = b.household_id AND e.project_code = b.project_code)
""")
_PAYEES = text("""
SELECT DISTINCT ON (e.payee_person_id) e.payee_person_id, e.household_id, e.division_code, e.payee_name
FROM entitlement e
WHERE e.payee_person_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM payment_account a WHERE a.person_id = e.payee_person_id)
ORDER BY e.payee_person_id
""")


async def load(session: AsyncSession) -> None:
    """Entitle those who are paid today, give them cards, and pay the two months before; again changes nothing."""
    if (await session.exec(select(PaymentBatch.id).limit(1))).first() is not None:
        return
    await session.execute(_ENTITLE)
    await _give_cards(session)
    codes = (await session.execute(text("SELECT DISTINCT project_code FROM entitlement ORDER BY 1"))).scalars().all()
    people = {name: await _person(session, name) for name in STAFF}
    draw = random.Random(SEED)  # noqa: S311  (the same county every time)
    for month in HISTORY:
        for code in codes:
            if await _is_due(session, code, month):
                await _pay(session, people, code, month, draw)


async def _give_cards(session: AsyncSession) -> None:
    for row in (await session.execute(_PAYEES)).all():
        body = f"{CARD_PREFIX}{row.payee_person_id:012d}"
        card = body + luhn_digit(body)
        sealed = seal(card, accounts.CONTEXT, mask_card(card))
        session.add(
            PaymentAccount(
                person_id=row.payee_person_id,
                household_id=row.household_id,
                division_code=row.division_code,
                holder_name=row.payee_name,
                kind=AccountKind.CARD,
                bank_name="惠民农商银行",
                number_cipher=sealed.cipher,
                number_index=sealed.index,
                number_masked=sealed.masked,
                status=AccountStatus.ACTIVE,
                entered_by=0,
            )
        )
    await session.flush()


async def _person(session: AsyncSession, username: str) -> Actor:
    """Return a demo account with the rights over payments its steps need."""
    user = (await session.exec(select(User).where(User.username == username))).one()
    rights = {str(right): Reach((COUNTY,)) for right in PaymentPermission}
    return Actor(user.id or 0, user.username, user.name, division_code=COUNTY, rights=rights)


async def _is_due(session: AsyncSession, code: str, month: date) -> bool:
    row = await session.execute(
        text(
            "SELECT EXISTS (SELECT FROM entitlement e LEFT JOIN person p ON p.id = e.payee_person_id"
            " WHERE e.project_code = :code AND e.status = 'active' AND e.from_month <= :month AND e.monthly_amount > 0"
            " AND (p.dead_on IS NULL OR p.dead_on >= :month))"
        ),
        {"code": code, "month": month},
    )
    return bool(row.scalar_one())


async def _pay(session: AsyncSession, people: dict[str, Actor], code: str, month: date, draw: random.Random) -> None:
    """Make, check, approve and send one batch on the eighth, and take the bank's answer on the tenth."""
    form = BatchCreate(project_codes=[code], period=f"{month:%Y-%m}", division_code=COUNTY)
    batch = await batches.make(session, people["county_clerk"], form)
    for who, action in (("county_finance", "check"), ("county_admin", "approve"), ("county_finance2", "send")):
        await batches.act(session, people[who], batch, BatchAction(action=action), month.replace(day=8))
    rows = (await session.exec(select(PaymentLine).where(PaymentLine.batch_id == batch.id).order_by(text("seq")))).all()
    content = _answer(batch, list(rows), month.replace(day=10), draw)
    await returns.take(
        session, people["county_finance"], batch, content, f"{batch.number}-回盘.csv", month.replace(day=10)
    )


def _answer(batch: PaymentBatch, rows: list[PaymentLine], on: date, draw: random.Random) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("batch_no", "seq", "biz_no", "result", "fail_code", "actual_amount", "bank_serial", "value_date"))
    for row in rows:
        failed = draw.random() < FAILURE_SHARE
        writer.writerow(
            (
                batch.number,
                row.seq,
                row.biz_no,
                int(failed),
                draw.choice(FAILURES) if failed else "",
                Decimal(0) if failed else row.amount,
                f"HM{on:%Y%m%d}{row.seq:06d}",
                on.isoformat(),
            )
        )
    return buffer.getvalue().encode()
