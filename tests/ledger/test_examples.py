"""Every event has a worked example, and posts exactly what the example says."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.db import new_session
from backend.ledger import content, repository, service
from backend.ledger.models import Fund, FundKind, FundSource
from backend.ledger.service import FreeLine
from tests.ledger.conftest import DAY, open_books

EXAMPLES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "examples.yaml").read_text("utf-8"))
DIMENSIONS = {"doc_no": "单1", "batch_ref": "FF1", "case_ref": "案1", "item_code": "A01"}
Books = dict[str, Fund]


async def five_books(session: AsyncSession) -> Books:
    """County, town and charity with money; books of services and goods that are empty."""
    opened = await open_books(session)
    books = {"county": opened.county, "town": opened.town, "charity": opened.charity}
    for role, kind in (("services", FundKind.PURCHASED_SERVICES), ("goods", FundKind.GOODS)):
        books[role] = Fund(
            code=f"{role[0]}{opened.county.code}", name=role, kind=kind, division_code=opened.county.division_code
        )
        session.add(books[role])
    await session.flush()
    return books


async def post(session: AsyncSession, books: Books, example: dict[str, Any], key: str) -> None:
    source = FundSource(example["source"]) if "source" in example else None
    lines = [
        FreeLine(line["account"], *(Decimal(line[s]) if s in line else None for s in ("debit", "credit")))
        for line in example.get("lines", ())
    ]
    own = None if "funds" in example else books[example.get("in", "county")].id
    await service.post(
        session,
        service.Posting(
            template=example["event"],
            fund_id=own,
            funds={role: books[role].id or 0 for role in example.get("funds", ())},
            amount=Decimal(example["amount"]) if "amount" in example else None,
            fund_source=source,
            lines=lines,
            accounts=example.get("accounts", {}),
            dimensions=DIMENSIONS,
            occurred_on=DAY,
            idempotency_key=f"{key}:{books['county'].code}",
        ),
    )


async def balances(
    session: AsyncSession, books: Books, moves: dict[str, dict[str, int]]
) -> dict[str, dict[str, Decimal]]:
    return {
        role: {account: await repository.balance(session, books[role].id or 0, account) for account in accounts}
        for role, accounts in moves.items()
    }


def test_every_event_has_an_example() -> None:
    assert {template["code"] for template in content.templates()} - {"E00"} == {e["event"] for e in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e['event']} {e['says']}" for e in EXAMPLES])
async def test_an_event_moves_what_its_example_says(example: dict[str, Any]) -> None:
    async with new_session() as session:
        books = await five_books(session)
        for place, earlier in enumerate(example.get("first", ())):
            await post(session, books, earlier, f"first{place}")
        before = await balances(session, books, example["moves"])
        await post(session, books, example, "event")
        after = await balances(session, books, example["moves"])
        moved = {r: {a: after[r][a] - accounts[a] for a in accounts} for r, accounts in before.items()}
        assert moved == {r: {a: Decimal(m) for a, m in accounts.items()} for r, accounts in example["moves"].items()}
        await session.rollback()
