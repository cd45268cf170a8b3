"""Payments of the demo county: cards, two years answered by the bank, this month's batches on their way."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo import answer_key, payment_history
from backend.demo.copying import Tables
from backend.demo.months import HISTORY, month_ago, this_month
from backend.demo.payment_history import COUNTY, MONTHLY
from backend.identity.models import User
from backend.kernel.actor import Actor, Reach
from backend.kernel.clocks import CHINA
from backend.kernel.identifiers import luhn_digit, mask_card
from backend.kernel.models import now
from backend.kernel.sealing import seal
from backend.ledger import repository as books
from backend.ledger.models import FundKind
from backend.payments.models import PaymentBatch
from backend.payments.permissions import PaymentPermission
from backend.payments.schemas import BatchAction, BatchCreate
from backend.payments.service import accounts, batches

# No bank issues this prefix (DOMAIN §10.3).
CARD_PREFIX = "622999"
SHARED = 4
"""Q7: so many payees under one card."""
PEOPLE = ("county_clerk", "county_finance", "county_finance2", "county_admin", "treasury_officer")
# How far this month's batches are: one waits to be checked, one to be approved, one for the bank's answer.
ON_THEIR_WAY = zip(MONTHLY, ((), ("check",), ("check", "approve", "send")), strict=True)
_STEPS = {"check": "county_finance", "approve": "county_admin", "send": "county_finance2"}
_PAYEES = text("""
SELECT DISTINCT ON (p.person_id) p.person_id, p.household_id, p.division_code, p.payee_name, h.number
FROM (SELECT payee_person_id AS person_id, household_id, division_code, payee_name FROM entitlement
      UNION ALL SELECT payee_person_id, household_id, division_code, payee_name FROM payment_order) p
JOIN household h ON h.id = p.household_id
WHERE p.person_id IS NOT NULL AND p.payee_name <> ''
  AND NOT EXISTS (SELECT FROM payment_account a WHERE a.person_id = p.person_id)
ORDER BY p.person_id
""")


async def load(session: AsyncSession) -> None:
    """Give cards, pay the past and begin this month; again changes nothing."""
    if (await session.exec(select(PaymentBatch.id).limit(1))).first() is not None:
        return
    people = {name: await _person(session, name) for name in PEOPLE}
    county = await books.fund_of_kind(session, FundKind.COUNTY_SPECIAL, COUNTY)
    if county is None:
        return
    await _give_cards(session)
    await payment_history.write_urgent(session, county, people["county_finance"])
    await payment_history.write(session, county, people)
    await _this_month(session, people)


async def _give_cards(session: AsyncSession) -> None:
    """Copy a card for everybody who is paid; every thirtieth is paid by social-security card and has none (Q7, Q17)."""
    tables = Tables(session)
    payees = [row for row in (await session.execute(_PAYEES)).all() if row.person_id % 30]
    spoilt = {place["household"] for places in answer_key.read().values() for place in places}
    sound = [row for row in payees if row.number not in spoilt]
    shared, changed = sound[40 : 40 + SHARED], sound[60:63]
    for row in payees:
        card = _card(shared[0].person_id if row in shared else row.person_id)
        _account(tables, row, card, "active", fresh=row in changed)
        if row in changed:
            _account(tables, row, _card(row.person_id + 10**9), "closed", fresh=False)
    await tables.copy(("payment_account",))
    answer_key.add("Q7", await answer_key.places_of(session, [row.household_id for row in shared]))
    answer_key.add("Q17", await answer_key.places_of(session, [row.household_id for row in changed]))


def _card(number: int) -> str:
    body = f"{CARD_PREFIX}{number:012d}"
    return body + luhn_digit(body)


def _account(tables: Tables, row: Any, card: str, status: str, *, fresh: bool) -> None:
    sealed = seal(card, accounts.CONTEXT, mask_card(card))
    at = now() if fresh else datetime.combine(month_ago(HISTORY), time(9), CHINA)
    tables.add(
        "payment_account",
        person_id=row.person_id,
        household_id=row.household_id,
        division_code=row.division_code,
        holder_name=row.payee_name,
        kind="1",
        bank_name="惠民农商银行",
        number_cipher=sealed.cipher,
        number_index=sealed.index,
        number_masked=sealed.masked,
        status=status,
        entered_by=0,
        created_at=at,
        updated_at=at,
    )


async def _person(session: AsyncSession, username: str) -> Actor:
    """Return a demo account with the rights over payments its steps need."""
    user = (await session.exec(select(User).where(User.username == username))).one()
    rights = {str(right): Reach((COUNTY,)) for right in PaymentPermission}
    return Actor(user.id or 0, user.username, user.name, division_code=COUNTY, rights=rights)


async def _this_month(session: AsyncSession, people: dict[str, Actor]) -> None:
    for codes, actions in ON_THEIR_WAY:
        if not await payment_history.has_due(session, codes, this_month()):
            continue
        form = BatchCreate(project_codes=codes, period=f"{this_month():%Y-%m}", division_code=COUNTY)
        batch = await batches.make(session, people["county_clerk"], form)
        for action in actions:
            await batches.act(session, people[_STEPS[action]], batch, BatchAction(action=action))
