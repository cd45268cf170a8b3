"""The database goes and comes back: nobody is given a connection that is dead."""

from sqlalchemy import text

from backend.kernel import db
from backend.kernel.db import Database, Planning


async def _backend(database: Database) -> int:
    async with database.session_maker() as session:
        return int(await session.scalar(text("SELECT pg_backend_pid()")))


async def _closed_by_the_server(database: Database, monkeypatch, seconds: float) -> None:
    monkeypatch.setattr(db, "RESTED_SECONDS", seconds)
    first = await _backend(database)
    assert await _backend(database) == first, "a living connection is kept"
    async with (await database.pool(Planning.EACH)).acquire() as other:
        await other.execute("SELECT pg_terminate_backend($1, 5000)", first)
    assert await _backend(database) != first


async def test_a_connection_that_the_server_closed_is_replaced(worker_database, monkeypatch):
    database = Database()
    database.use(worker_database)
    try:
        for seconds in (3600.0, 0.0):  # noticed by its closing, and by asking
            await _closed_by_the_server(database, monkeypatch, seconds)
    finally:
        await database.close()
