"""The audit trail grows, is never changed, and names the row that somebody changed all the same."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.audit.service import record, record_access
from backend.audit.verification import verify
from backend.audit.words import action_words
from backend.kernel.actor import Actor
from backend.kernel.db import new_session, unit_of_work

CLERK = Actor(user_id=7, username="clerk", name="李秀兰", session_id="s", division_code="371623109")


async def write(number: int) -> None:
    async with unit_of_work() as session:
        await record(session, CLERK, "case.accept", subject=("case", number), details={"第": number})


async def test_parallel_writers_each_extend_a_chain(worker_database) -> None:
    counted = text("SELECT count(*), count(DISTINCT (chain, sequence)) FROM audit_entry WHERE action = 'case.accept'")
    async with new_session() as session:
        before = (await session.execute(counted)).one()
    await asyncio.gather(*(write(n) for n in range(12)))
    async with new_session() as session:
        found = await verify(session)
        assert found.ok, found
        assert found.entries >= 12
        written = (await session.execute(counted)).one()
        assert (written[0] - before[0], written[1] - before[1]) == (12, 12)


async def test_a_second_writer_does_not_wait_for_the_first(worker_database) -> None:
    async with new_session() as one, new_session() as two:
        await record(one, CLERK, "case.accept", subject=None)
        async with asyncio.timeout(5):
            await record(two, CLERK, "case.accept", subject=None)
        await two.rollback()
        await one.rollback()


async def test_what_was_undone_was_never_recorded(session) -> None:
    before = (await session.execute(text("SELECT count(*) FROM audit_entry"))).scalar_one()
    async with new_session() as other:
        await record(other, CLERK, "case.accept", subject=None)
        await other.rollback()
    assert (await session.execute(text("SELECT count(*) FROM audit_entry"))).scalar_one() == before
    assert (await verify(session)).ok


async def test_seeing_is_recorded_with_its_purpose(session) -> None:
    await record_access(session, CLERK, "person.reveal", subject=("person", 3), purpose="入户核查")
    row = (await session.execute(text("SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1"))).one()
    assert (row.kind, row.purpose, row.subject_id, row.division_code) == ("saw", "入户核查", "3", "371623109")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_chain SET sequence = 0",
        "DELETE FROM audit_chain",
    ],
)
async def test_the_database_refuses_every_change(session, statement) -> None:
    await record(session, CLERK, "case.accept", subject=None)
    with pytest.raises(DBAPIError, match="只能追加"):
        await session.execute(text(statement))


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ("UPDATE audit_entry SET user_name = '别人' WHERE id = :id", "写入后被改动"),
        ("UPDATE audit_entry SET details = '{\"第\": 0}' WHERE id = :id", "写入后被改动"),
        ("UPDATE audit_entry SET occurred_at = occurred_at - interval '1 s' WHERE id = :id", "写入后被改动"),
        ("DELETE FROM audit_entry WHERE id = :id", "接不上"),
    ],
)
async def test_a_superuser_who_changes_a_row_is_found_out(session, tampering, words) -> None:
    for n in range(3):
        await record(session, CLERK, "case.accept", subject=("case", n))
    rows = (await session.execute(text("SELECT id FROM audit_entry ORDER BY id DESC LIMIT 3"))).scalars().all()
    newest, victim = rows[0], rows[1]
    await session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
    await session.execute(text(tampering), {"id": victim})
    await session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))
    found = await verify(session)
    assert not found.ok
    assert words in found.first_fault.reason
    named = newest if tampering.startswith("DELETE") else victim
    assert found.first_fault.entry_id == named
    assert str(named) in found.first_fault.reason


async def test_a_cut_end_is_found_out(session) -> None:
    for n in range(3):
        await record(session, CLERK, "case.accept", subject=("case", n))
    last = (await session.execute(text("SELECT max(id) FROM audit_entry"))).scalar_one()
    await session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
    await session.execute(text("DELETE FROM audit_entry WHERE id = :id"), {"id": last})
    found = await verify(session)
    assert not found.ok
    assert "末尾缺少记录" in found.first_fault.reason


async def test_auditors_read_and_verify_and_their_looking_is_recorded(sign_in) -> None:
    auditor = await sign_in("secaudit")
    assert (await auditor.post("/api/v1/audit-entries/verification")).json()["ok"] is True
    page = (await auditor.get("/api/v1/audit-entries", params={"action": "audit_entry.verify"})).json()
    assert page["items"][0]["username"] == "secaudit"
    one = await auditor.get(f"/api/v1/audit-entries/{page['items'][0]['id']}")
    assert one.json()["action"] == "audit_entry.verify"
    exported = await auditor.get("/api/v1/audit-entries/export", params={"format": "csv"})
    assert exported.status_code == 200
    seen = (await auditor.get("/api/v1/audit-entries", params={"kind": "saw"})).json()["items"]
    assert seen[0]["action"] == "audit_entry.export"


async def test_nobody_else_reads_the_trail(sign_in, public) -> None:
    assert (await public.get("/api/v1/audit-entries")).status_code == 401
    for username in ("county_admin", "sysadmin", "secadmin", "town109_clerk"):
        assert (await (await sign_in(username)).get("/api/v1/audit-entries")).status_code == 403


async def test_the_trail_says_in_words_what_was_done_to_what(sign_in) -> None:
    auditor = await sign_in("secaudit")
    rows = (await auditor.get("/api/v1/audit-entries", params={"action": "sign_in.enter"})).json()["items"]
    assert {(row["action_label"], row["subject_kind_label"]) for row in rows} == {("登录系统", "用户")}
    one = (await auditor.get(f"/api/v1/audit-entries/{rows[0]['id']}")).json()
    assert one["action_label"] == "登录系统"
    assert action_words("case.approve") == "救助申请·批准"
    assert action_words("new_thing.unknown_verb") == "new_thing·unknown_verb"
