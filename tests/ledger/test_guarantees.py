"""What the database itself refuses, whoever asks."""

import asyncio
from datetime import date
from decimal import Decimal

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.kernel.actor import SYSTEM
from backend.kernel.db import database, new_session
from backend.ledger import periods, repository, service
from backend.ledger.models import FundSource, LedgerPeriod
from tests.conftest import committed
from tests.ledger.conftest import DAY, Books, open_books

PROTECTED = ("journal", "journal_line", "ledger_posting")
OWN_KEY = {"journal_line": "line_no = line_no"}


def pay(fund_id: int, amount: str, key: str, on: date = DAY, **more) -> service.Posting:
    return service.Posting(
        template="E10",
        fund_id=fund_id,
        amount=Decimal(amount),
        idempotency_key=key,
        dimensions={"case_ref": "案1", "item_code": "C02"},
        occurred_on=on,
        **more,
    )


async def refused(sql: str, **values) -> str:
    with pytest.raises(DBAPIError) as caught:
        async with committed() as session:
            await session.execute(text(sql), values)
    return str(caught.value)


async def a_journal(fund_id: int) -> int:
    async with committed() as session:
        return (
            await session.execute(text("SELECT min(id) FROM journal WHERE fund_id = :f"), {"f": fund_id})
        ).scalar_one()


@pytest.mark.parametrize("table", PROTECTED)
async def test_nobody_changes_or_removes_what_is_posted(books: Books, table: str) -> None:
    assert "不能修改或删除" in await refused(f"UPDATE {table} SET {OWN_KEY.get(table, 'id = id')}")
    assert "不能修改或删除" in await refused(f"DELETE FROM {table}")
    assert "不能修改或删除" in await refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", PROTECTED)
async def test_switching_to_replica_mode_does_not_open_the_books(books: Books, table: str) -> None:
    async with new_session() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        with pytest.raises(DBAPIError, match="不能修改或删除"):
            await session.execute(text(f"DELETE FROM {table}"))
        await session.rollback()


async def test_a_balance_cannot_be_set_by_hand(books: Books) -> None:
    assert "不能直接修改" in await refused("UPDATE account_balance SET debit_total = debit_total + 1")
    assert "不能直接修改" in await refused("DELETE FROM account_balance")


async def insert_voucher(session: object, fund_id: int, debit: str, credit: str, source: str = "county") -> int:
    posting = await session.execute(
        text(
            "INSERT INTO ledger_posting (idempotency_key, body_hash, created_by, created_at)"
            " VALUES (gen_random_uuid()::text, '', 0, now()) RETURNING id"
        )
    )
    journal = await session.execute(
        text(
            "INSERT INTO journal (posting_id, fund_id, division_code, year, number, sequence, template, occurred_on,"
            " memo, amount, line_count, created_by, created_at, previous_hash, hash) VALUES (:p, :f, '99', 2026, 900, 900, 'E10',"
            " '2026-03-02', '直接写入', CAST(:d AS numeric), 2, 0, now(), '', '') RETURNING id"
        ),
        {"p": posting.scalar_one(), "f": fund_id, "d": debit},
    )
    key = journal.scalar_one()
    for number, account, d, c, s in ((1, "1222", debit, "0", "county"), (2, "1002", "0", credit, source)):
        await insert_line(session, key, fund_id, number, account, d, c, s)
    return key


async def insert_line(session, journal, fund_id, number, account, debit, credit, source) -> None:
    await session.execute(
        text(
            "INSERT INTO journal_line (journal_id, line_no, fund_id, account_code, debit, credit, fund_source)"
            " VALUES (:j, :n, :f, :a, CAST(:d AS numeric), CAST(:c AS numeric), :s)"
        ),
        {"j": journal, "n": number, "f": fund_id, "a": account, "d": debit, "c": credit, "s": source},
    )


async def test_an_unbalanced_voucher_is_refused_at_commit(books: Books) -> None:
    with pytest.raises(DBAPIError, match="借贷不平"):
        async with committed() as session:
            await insert_voucher(session, books.town.id, "100.00", "90.00")


async def test_a_voucher_balanced_only_across_sources_is_refused() -> None:
    async with new_session() as session:
        books = await open_books(session)
        await service.post(
            session,
            service.Posting(
                template="E09",
                funds={"town": books.town.id, "county": books.county.id},
                amount=Decimal(500),
                fund_source=FundSource.CITY,
                dimensions={"doc_no": "2"},
                idempotency_key="city",
                occurred_on=DAY,
            ),
        )
        await insert_voucher(session, books.town.id, "100.00", "100.00", "city")
        with pytest.raises(DBAPIError, match="资金来源"):
            await session.commit()


async def test_a_line_cannot_be_slipped_behind_a_checked_voucher(books: Books) -> None:
    async with new_session() as session:
        key = await insert_voucher(session, books.town.id, "100.00", "100.00")
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        with pytest.raises(DBAPIError, match="不能再追加分录"):
            await insert_line(session, key, books.town.id, 3, "1222", "5.00", "0", "county")
        await session.rollback()


async def test_a_line_cannot_be_added_to_a_posted_voucher(books: Books) -> None:
    key = await a_journal(books.town.id)
    with pytest.raises(DBAPIError, match="不能再追加分录"):
        async with committed() as session:
            await insert_line(session, key, books.town.id, 9, "1222", "5.00", "0", "county")


@pytest.mark.parametrize(("debit", "credit"), [("-5", "0"), ("5", "5"), ("0", "0"), ("NaN", "0"), ("0", "NaN")])
async def test_a_line_has_one_positive_side(books: Books, debit: str, credit: str) -> None:
    key = await a_journal(books.town.id)
    with pytest.raises(DBAPIError, match="one_side"):
        async with committed() as session:
            await insert_line(session, key, books.town.id, 9, "1222", debit, credit, "county")


@pytest.mark.parametrize(("account", "fund"), [("7777", None), ("1222", 0)])
async def test_a_line_names_an_account_of_the_chart_and_the_book_of_its_voucher(
    books: Books, account: str, fund: int | None
) -> None:
    async with new_session() as session:
        key = await insert_voucher(session, books.town.id, "100.00", "100.00")
        await session.execute(text("ALTER TABLE journal_line DISABLE TRIGGER journal_line_append_only"))
        await session.execute(text("DELETE FROM journal_line WHERE journal_id = :j AND line_no = 1"), {"j": key})
        with pytest.raises(DBAPIError, match="account_code|不能再追加分录"):
            await insert_line(session, key, books.town.id if fund is None else fund, 1, account, "100", "0", "county")
        await session.rollback()


@pytest.mark.parametrize("amount", ["0.001", "NaN", "-1"])
async def test_the_posting_function_takes_whole_cents_only(books: Books, amount: str) -> None:
    body = {
        "key": f"cents:{books.town.code}:{amount}",
        "actor_id": 0,
        "journals": [{"fund_id": books.town.id, "template": "E10", "occurred_on": str(DAY), "memo": "分"}],
        "lines": [
            {"journal": 0, "line_no": n, "account": account, side: amount, "fund_source": "county"}
            for n, account, side in ((1, "1222", "debit"), (2, "1002", "credit"))
        ],
    }
    refusal = await refused("SELECT ledger_post(CAST(:body AS jsonb))", body=orjson.dumps(body).decode())
    assert "小数超过两位" in refusal or "one_side" in refusal


async def test_nothing_is_posted_into_or_before_a_closed_month(books: Books) -> None:
    async with committed() as session:
        await service.post(session, pay(books.town.id, "10.00", f"march:{books.town.code}"))
        period = await session.execute(
            text("SELECT id FROM ledger_period WHERE fund_id = :f AND month = '2026-03-01'"), {"f": books.town.id}
        )
        await periods.close(session, SYSTEM, await session.get(LedgerPeriod, period.scalar_one()))
    for day in (DAY, date(2026, 2, 27)):
        with pytest.raises(DBAPIError, match="已经结账"):
            async with committed() as session:
                await service.post(session, pay(books.town.id, "10.00", f"late:{books.town.code}", on=day))
    async with committed() as session:
        await service.post(session, pay(books.town.id, "10.00", f"april:{books.town.code}", on=date(2026, 4, 1)))


async def test_a_frozen_book_takes_nothing_even_in_the_month_just_posted(books: Books) -> None:
    async with committed() as session:
        await service.post(session, pay(books.town.id, "10.00", f"warm:{books.town.code}"))
        await session.execute(text("UPDATE fund SET status = 'frozen' WHERE id = :f"), {"f": books.town.id})
    with pytest.raises(DBAPIError, match="已冻结或结账"):
        async with committed() as session:
            await service.post(session, pay(books.town.id, "10.00", f"frozen:{books.town.code}"))


async def test_numbers_run_on_within_each_year_however_the_days_alternate(books: Books) -> None:
    days = (date(2025, 12, 30), DAY, date(2025, 12, 31), date(2026, 3, 3))
    async with committed() as session:
        for place, day in enumerate(days):
            await service.post(session, pay(books.town.id, "1.00", f"years:{books.town.code}:{place}", on=day))
    async with committed() as session:
        rows = await session.execute(
            text("SELECT array_agg(year || '-' || number ORDER BY sequence) FROM journal WHERE fund_id = :f"),
            {"f": books.town.id},
        )
        assert rows.scalar_one() == ["2026-1", "2025-1", "2026-2", "2025-2", "2026-3"]
        assert (await service.verify(session, [books.town.id, books.county.id])).ok


async def test_the_same_key_and_content_is_posted_once(books: Books) -> None:
    async with committed() as session:
        first = await service.post(session, pay(books.town.id, "2400.00", f"once:{books.town.code}"))
    async with committed() as session:
        again = await service.post(session, pay(books.town.id, "2400.00", f"once:{books.town.code}"))
        assert await repository.balance(session, books.town.id, "1002") == Decimal("47600.00")
    assert again.replayed
    assert again.journal_ids == first.journal_ids


async def test_the_same_key_for_another_amount_is_refused(books: Books) -> None:
    async with committed() as session:
        await service.post(session, pay(books.town.id, "2400.00", f"other:{books.town.code}"))
    with pytest.raises(DBAPIError, match="已用于内容不同的入账"):
        async with committed() as session:
            await service.post(session, pay(books.town.id, "2500.00", f"other:{books.town.code}"))


async def test_overdrawing_names_the_fund_and_both_amounts(books: Books) -> None:
    with pytest.raises(DBAPIError, match=r"现有 50000.00 元，本次需要 50000.01 元"):
        async with committed() as session:
            await service.post(session, pay(books.town.id, "50000.01", f"over:{books.town.code}"))


async def test_sixteen_tellers_pay_from_one_reserve_exactly_as_often_as_it_allows() -> None:
    async with committed() as session:
        books = await open_books(session, reserve="1000.00")
    gate = asyncio.Semaphore(16)

    async def teller(number: int) -> bool:
        async with gate, new_session() as session:
            try:
                await service.post(session, pay(books.town.id, "30.00", f"teller:{books.town.code}:{number}"))
                await session.commit()
            except DBAPIError as refusal:
                assert "余额不足" in str(refusal)
                return False
            return True

    await database.engine.dispose()
    paid = await asyncio.gather(*(teller(number) for number in range(48)))
    assert sum(paid) == 33
    async with committed() as session:
        assert await repository.balance(session, books.town.id, "1002") == Decimal("10.00")
        found = await service.verify(session, [books.town.id, books.county.id])
        numbers = await session.execute(
            text("SELECT array_agg(number ORDER BY sequence) FROM journal WHERE fund_id = :f"), {"f": books.town.id}
        )
    assert found.ok, found
    assert numbers.scalar_one() == list(range(1, 35))


@pytest.mark.parametrize(
    ("table", "change", "reason"),
    [
        ("journal", "UPDATE journal SET memo = memo || '。' WHERE id = :id", "被改动"),
        ("journal", "UPDATE journal SET created_at = created_at + interval '1 second' WHERE id = :id", "被改动"),
        ("journal_line", "UPDATE journal_line SET case_ref = '别人' WHERE journal_id = :id", "被改动"),
        (
            "ledger_posting",
            "UPDATE ledger_posting p SET idempotency_key = 'x' FROM journal j WHERE j.id = :id AND p.id = j.posting_id",
            "被改动",
        ),
    ],
)
async def test_tampering_behind_the_triggers_is_found_and_named(table: str, change: str, reason: str) -> None:
    async with new_session() as session:
        books = await open_books(session)
        posted = await service.post(session, pay(books.town.id, "70.00", f"tamper:{books.town.code}"))
        await service.post(session, pay(books.town.id, "80.00", f"tamper2:{books.town.code}"))
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await session.execute(text(change), {"id": posted.journal_ids[0]})
        await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        found = await service.verify(session, [books.town.id])
        await session.rollback()
    assert not found.ok
    assert found.first_fault.journal_id == posted.journal_ids[0]
    assert reason in found.first_fault.reason


async def test_a_removed_last_voucher_is_missed() -> None:
    async with new_session() as session:
        books = await open_books(session)
        posted = await service.post(session, pay(books.town.id, "70.00", f"cut:{books.town.code}"))
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        for table, column in (("journal_line", "journal_id"), ("journal", "id")):
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await session.execute(text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": posted.journal_ids[0]})
            await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        found = await service.verify(session, [books.town.id])
        await session.rollback()
    assert "末尾" in found.first_fault.reason


async def test_a_disabled_guard_is_itself_a_fault() -> None:
    async with new_session() as session:
        await session.execute(text("ALTER TABLE journal DISABLE TRIGGER journal_append_only"))
        found = await service.verify(session, [])
        await session.rollback()
    assert "journal_append_only" in found.first_fault.reason
