"""The process is killed in the middle of a posting: the books know nothing of it and go on."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest

from backend.ledger import repository, service
from tests.conftest import committed
from tests.ledger.conftest import DAY, open_books

POSTING = """
import asyncio, sys, time
from decimal import Decimal
from datetime import date
from backend.kernel.db import new_session
from backend.ledger import service

async def post():
    session = new_session()
    await service.post(session, service.Posting(template="E10", fund_id=int(sys.argv[1]), amount=Decimal("2400.00"),
        dimensions={"case_ref": "案1", "item_code": "C02"}, idempotency_key="killed:" + sys.argv[1], occurred_on=date(2026, 3, 2)))
    print("posted, not committed", flush=True)
    time.sleep(60)

asyncio.run(post())
"""


@pytest.mark.xdist_group("worker")
async def test_a_posting_cut_off_by_a_kill_leaves_nothing_and_blocks_nobody(worker_database: str) -> None:
    async with committed() as session:
        books = await open_books(session)
    environment = os.environ | {"EJIA_DATABASE_URL": worker_database}
    command = [sys.executable, "-W", "ignore", "-c", POSTING, str(books.town.id)]
    cut_off = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert cut_off.stdout is not None
    assert cut_off.stdout.readline() == b"posted, not committed\n"
    cut_off.kill()
    cut_off.wait()
    cut_off.stdout.close()
    async with committed() as session:
        assert await repository.balance(session, books.town.id, "1002") == Decimal("50000.00")
        again = await service.post(
            session,
            service.Posting(
                template="E10",
                fund_id=books.town.id or 0,
                amount=Decimal("2400.00"),
                dimensions={"case_ref": "案1", "item_code": "C02"},
                idempotency_key=f"killed:{books.town.id}",
                occurred_on=DAY,
            ),
        )
    assert not again.replayed
    async with committed() as session:
        assert await repository.balance(session, books.town.id, "1002") == Decimal("47600.00")
