"""An emergency is paid at once from the town's reserve, or refused in words."""

import itertools
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.cases.events import UrgentPaymentDecided
from backend.kernel.actor import SYSTEM
from backend.kernel.db import new_session
from backend.ledger import repository
from backend.ledger.errors import InsufficientFunds, NoReserveFund
from backend.ledger.models import FundKind
from backend.payments.subscriptions import pay_urgent
from tests.ledger.conftest import open_books
from tests.payments.conftest import add_family

_cases = itertools.count(90_000_000)


async def decision(session, division: str, amount: str, **changes) -> UrgentPaymentDecided:
    household, person = await add_family(session, village=division)
    number = next(_cases)
    values = {
        "case_id": number,
        "case_number": f"急{number}",
        "household_id": household.id,
        "person_id": person.id,
        "payee_name": person.name,
        "project_code": "C02",
        "version_id": 1,
        "amount": Decimal(amount),
        "division_code": division,
        "cause": "fire",
        "channel": "bank",
        "decided_by": 1,
        "decided_at": datetime.now(UTC),
    }
    return UrgentPaymentDecided(**values | changes)


async def order_of(session, case_id: int):
    row = await session.execute(text("SELECT * FROM payment_order WHERE case_id = :c"), {"c": case_id})
    return row.one_or_none()


async def test_the_towns_reserve_pays_at_once() -> None:
    async with new_session() as session:
        decided = await decision(session, "371623109001001", "2400.00")
        fund = await repository.fund_of_division(session, decided.division_code)
        before = await repository.balance(session, fund.id, "1002")
        await pay_urgent(session, decided)
        await pay_urgent(session, decided)
        order = await order_of(session, decided.case_id)
        assert (order.status, order.channel, order.from_reserve) == ("paid", "reserve_bank", Decimal("2400.00"))
        assert await repository.balance(session, fund.id, "1002") == before - Decimal("2400.00")
        await session.rollback()


async def test_cash_is_paid_from_the_cash_box() -> None:
    async with new_session() as session:
        decided = await decision(session, "371623109001001", "500.00", channel="cash")
        fund = await repository.fund_of_division(session, decided.division_code)
        before = await repository.balance(session, fund.id, "1001")
        await pay_urgent(session, decided)
        assert await repository.balance(session, fund.id, "1001") == before - Decimal("500.00")
        await session.rollback()


async def test_a_short_reserve_is_completed_by_the_relief_fund() -> None:
    async with new_session() as session:
        books = await open_books(session, reserve="3000.00", charity="9000.00")
        decided = await decision(session, books.town.division_code + "001001", "5000.00")
        await pay_urgent(session, decided)
        order = await order_of(session, decided.case_id)
        assert (order.from_reserve, order.from_charity) == (Decimal("3000.00"), Decimal("2000.00"))
        await session.rollback()


async def test_when_both_are_short_nothing_is_paid() -> None:
    async with new_session() as session:
        books = await open_books(session, reserve="100.00", charity="50.00")
        decided = await decision(session, books.town.division_code + "001001", "200.00")
        with pytest.raises(InsufficientFunds, match=r"备用金余额 100\.00 元，救助基金可垫付 50\.00 元"):
            await pay_urgent(session, decided)
        assert await order_of(session, decided.case_id) is None
        await session.rollback()


async def test_a_town_without_reserve_is_told_so() -> None:
    async with new_session() as session:
        decided = await decision(session, "990000999001001", "200.00")
        with pytest.raises(NoReserveFund, match="请先由县级设立备用金"):
            await pay_urgent(session, decided)
        await session.rollback()


async def test_every_town_of_the_demo_county_has_its_reserve_in_hand(sign_in) -> None:
    client = await sign_in("county_finance")
    answer = await client.get(f"/api/v1/funds?kind={FundKind.TOWN_RESERVE}&division_code=371623&page_size=50")
    funds = answer.json()["items"]
    assert len(funds) == 12
    for fund in funds:
        assert Decimal(50_000) <= Decimal(fund["float"]) <= Decimal(100_000)
        assert Decimal(fund["balance"]) > 0
    assert SYSTEM.user_id == 0
