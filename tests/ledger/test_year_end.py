"""A year ends: incomes and expenses go into net assets, source by source, and December closes."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from backend.kernel.actor import SYSTEM
from backend.ledger import periods, repository, service, year_end
from backend.ledger.errors import EarlierPeriodOpen, NothingToCarry, NotYearEnd, PeriodNotReady
from backend.ledger.models import Fund, FundKind, FundSource, LedgerPeriod
from tests.conftest import committed

_serial = itertools.count(1)
GRANT, SPENT = date(2025, 11, 3), date(2025, 12, 20)


async def enter(session, fund: Fund, template: str, amount: str, day: date, source: FundSource, **more) -> None:
    await service.post(
        session,
        service.Posting(
            template=template, fund_id=fund.id, amount=Decimal(amount), occurred_on=day, fund_source=source,
            dimensions={"doc_no": "1", "batch_ref": "B", "item_code": "A02"}, **more,
            idempotency_key=f"{fund.code}:{next(_serial)}",
        ),
    )  # fmt: skip


@pytest.fixture
async def county() -> Fund:
    """A county's book that was granted money of two levels in 2025 and spent some of it, in one case all."""
    number = next(_serial)
    fund = Fund(code=f"Y{number}", name=f"年末{number}", kind=FundKind.COUNTY_SPECIAL, division_code=f"98{number:04d}")
    async with committed() as session:
        session.add(fund)
        await session.flush()
        await enter(session, fund, "E01", "1000.00", GRANT, FundSource.CENTRAL)
        await enter(session, fund, "E01", "300.50", GRANT, FundSource.COUNTY)
        await enter(session, fund, "E02", "400.25", SPENT, FundSource.CENTRAL)
        await enter(session, fund, "E02", "300.50", SPENT, FundSource.COUNTY)
    return fund


async def month(session, fund: Fund, day: date) -> LedgerPeriod:
    found = await session.execute(
        select(LedgerPeriod).where(LedgerPeriod.fund_id == fund.id, LedgerPeriod.month == day.replace(day=1))
    )
    return found.scalar_one()


async def balances(session, fund: Fund) -> dict[tuple[str, str], Decimal]:
    rows = await session.execute(
        text(
            "SELECT account_code, fund_source, sum(credit_total - debit_total) AS net FROM account_balance"
            " WHERE fund_id = :f GROUP BY 1, 2 HAVING sum(credit_total - debit_total) <> 0"
        ),
        {"f": fund.id},
    )
    return {(row.account_code, row.fund_source): row.net for row in rows}


async def close_november(session, fund: Fund) -> None:
    await periods.close(session, SYSTEM, await month(session, fund, GRANT))


async def test_each_source_keeps_its_own_difference(county) -> None:
    async with committed() as session:
        await close_november(session, county)
        posted = await year_end.carry_over(session, SYSTEM, await month(session, county, SPENT))
        left = await balances(session, county)
        assert not await repository.faults(session, [county.id])
    assert len(posted.journal_ids) == 2
    assert left == {
        ("1011", "central"): Decimal("-1000.00"),
        ("1011", "county"): Decimal("-300.50"),
        ("2101", "central"): Decimal("400.25"),
        ("2101", "county"): Decimal("300.50"),
        ("3101", "central"): Decimal("599.75"),
    }


async def test_december_closes_only_when_carried(county) -> None:
    async with committed() as session:
        await close_november(session, county)
        december = await month(session, county, SPENT)
        with pytest.raises(PeriodNotReady, match="收入和支出已经年末结转（尚有 2 个收支科目没有结转）"):
            await periods.close(session, SYSTEM, december)
        await year_end.carry_over(session, SYSTEM, december)
        assert (await periods.close(session, SYSTEM, december)).status == "closed"


async def test_what_is_entered_afterwards_is_carried_by_doing_it_again(county) -> None:
    async with committed() as session:
        await close_november(session, county)
        december = await month(session, county, SPENT)
        await year_end.carry_over(session, SYSTEM, december)
        with pytest.raises(NothingToCarry):
            await year_end.carry_over(session, SYSTEM, december)
        await enter(session, county, "E02", "99.75", SPENT, FundSource.CENTRAL)
        await year_end.carry_over(session, SYSTEM, december)
        assert (await balances(session, county))["3101", "central"] == Decimal("500.00")
        assert not await year_end.uncarried(session, county.id, 2025)


async def test_an_open_month_before_stops_it(county) -> None:
    async with committed() as session:
        with pytest.raises(EarlierPeriodOpen, match="请先结 2025-11"):
            await year_end.carry_over(session, SYSTEM, await month(session, county, SPENT))


async def test_it_belongs_into_a_december_that_is_over(county) -> None:
    async with committed() as session:
        with pytest.raises(NotYearEnd):
            await year_end.carry_over(session, SYSTEM, await month(session, county, GRANT))


@pytest.mark.parametrize(
    ("source", "account"),
    [(FundSource.DONATION, "3103"), (FundSource.DONATION_RESTRICTED, "3102"), (FundSource.INTEREST, "3103")],
)
async def test_donors_money_goes_where_their_intent_says(source: FundSource, account: str) -> None:
    number = next(_serial)
    async with committed() as session:
        fund = Fund(
            code=f"Y{number}", name=f"基金{number}", kind=FundKind.CHARITY_RELIEF, division_code=f"98{number:04d}"
        )
        session.add(fund)
        await session.flush()
        await enter(session, fund, "E13", "50.00", SPENT, source)
        await year_end.carry_over(session, SYSTEM, await month(session, fund, SPENT))
        assert (await balances(session, fund))[account, source.value] == Decimal("50.00")


async def test_the_year_after_begins_with_nothing_earned_or_spent(county) -> None:
    from backend.ledger.books.service import general_ledger

    async with committed() as session:
        await close_november(session, county)
        await year_end.carry_over(session, SYSTEM, await month(session, county, SPENT))
        following = await general_ledger(session, county, 2026)
    assert {i.account_code: i.opening for i in following.items if i.account_code[0] in "45"} == {
        "4001": Decimal(0), "5002": Decimal(0),
    }  # fmt: skip
