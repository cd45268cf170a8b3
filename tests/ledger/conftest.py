"""Books of its own for every test: nothing here is shared with the demo county's books."""

import itertools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from backend.kernel.actor import SYSTEM
from backend.ledger import complement, service
from backend.ledger.models import Fund, FundKind, FundSource
from tests.conftest import committed

_counter = itertools.count(1)
DAY = date(2026, 3, 2)


@dataclass
class Books:
    county: Fund
    town: Fund
    charity: Fund


async def open_books(
    session: object, *, reserve: str = "50000.00", county: str = "1000000.00", charity: str = "100000.00"
) -> Books:
    """A county book, one town's reserve and a relief fund, in an area that no demo account reaches."""
    number = next(_counter)
    area = f"99{number:04d}"
    books = Books(
        Fund(code=f"C{number}", name=f"测试专账{number}", kind=FundKind.COUNTY_SPECIAL, division_code=area),
        Fund(code=f"T{number}", name=f"测试备用金{number}", kind=FundKind.TOWN_RESERVE, division_code=area + "101"),
        Fund(
            code=f"F{number}",
            name=f"测试基金{number}",
            kind=FundKind.CHARITY_RELIEF,
            division_code=area,
            default_source=FundSource.DONATION,
        ),
    )
    session.add_all([books.county, books.town, books.charity])
    await session.flush()
    for fund, template, amount in ((books.county, "E01", county), (books.charity, "E13", charity)):
        if Decimal(amount):
            await service.post(
                session,
                service.Posting(
                    template=template,
                    fund_id=fund.id,
                    amount=Decimal(amount),
                    dimensions={"doc_no": "1"},
                    idempotency_key=f"open:{fund.code}",
                    occurred_on=DAY,
                ),
            )
    if Decimal(reserve):
        await complement.refill(
            session,
            SYSTEM,
            books.town,
            books.county,
            Decimal(reserve),
            doc_no="1",
            key=f"float:{number}",
            occurred_on=DAY,
        )
    return books


@pytest.fixture
async def books() -> Books:
    async with committed() as session:
        return await open_books(session)
