"""Rows of several tables go in together, in one statement, or not at all."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.kernel.db import new_session
from backend.kernel.inserting import Batch, insert_together
from backend.registry.codes import IncomeCategory
from backend.registry.models import Household, IncomeItem

PLACE = {"division_code": "371623109001001"}


def household(number: str) -> dict[str, object]:
    return PLACE | {"id": 9_000_000_001, "number": number, "residence": "rural", "phone_index": b"\x00\xff'\\"}


def income(household_id: int = 9_000_000_001) -> dict[str, object]:
    amount = Decimal("123456789012.34")
    return PLACE | {"household_id": household_id, "category": IncomeCategory.WAGE, "annual_amount": amount}


async def test_values_of_every_kind_arrive_as_they_were(worker_database):
    async with new_session() as session:
        batches = [
            Batch(Household, [household("it's") | {"next_review_on": date(2026, 2, 28)}], {"address": "upper('a')"}),
            Batch(IncomeItem, [income(), income() | {"category": "other"}]),
            Batch(Household, []),
        ]
        (returned,) = await insert_together(session, batches, ["number", "version"])
        assert returned == {"number": "it's", "version": 1}
        kept = await session.get_one(Household, 9_000_000_001)
        assert (kept.phone_index, kept.next_review_on, kept.address) == (b"\x00\xff'\\", date(2026, 2, 28), "A")
        assert (kept.status, kept.income_declared, kept.member_names) == ("active", False, "")
        amounts = await session.execute(
            text("SELECT annual_amount, evidence FROM income_item WHERE household_id = 9000000001")
        )
        assert [tuple(row) for row in amounts] == [(Decimal("123456789012.34"), "promise")] * 2
        await session.rollback()


async def test_one_row_that_names_nobody_stops_them_all(worker_database):
    async with new_session() as session:
        with pytest.raises(IntegrityError):
            await insert_together(
                session, [Batch(Household, [household("B2")]), Batch(IncomeItem, [income(9_000_000_002)])]
            )
        await session.rollback()
        assert await session.get(Household, 9_000_000_001) is None
