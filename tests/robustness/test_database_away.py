"""The database stops under the running product and comes back: a clear refusal meanwhile, and then work goes on."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from backend.kernel.db import connection_arguments, database
from backend.kernel.postgres import EmbeddedServer
from backend.migrate import migrate

pytestmark = pytest.mark.xdist_group("outage")
WORKER = """
import asyncio
from backend.kernel import jobs
from backend.jobs import worker
worker.OUTAGE_SECONDS = 0.2
@jobs.task('test.once')
async def once(running):
    return {'ran': True}
asyncio.run(worker.work())
"""


@pytest.fixture
async def own_server(tmp_path: Path, worker_database: str) -> AsyncIterator[EmbeddedServer]:
    """A server of this test alone, which the product uses meanwhile."""
    server = EmbeddedServer(tmp_path / "postgres", durable=False)
    url = server.start()
    await asyncio.to_thread(migrate, url)
    await database.close()
    database.use(url)
    yield server
    await database.close()
    database.use(worker_database)
    server.stop()


async def until(wanted: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not await wanted():
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.1)


async def test_an_outage_is_refused_in_words_and_over_when_the_database_is_back(
    app: object, public: httpx.AsyncClient, own_server: EmbeddedServer
) -> None:
    answers = {path: (await public.get(path)).status_code for path in ("/api/v1/public/projects", "/readyz")}
    assert answers == {"/api/v1/public/projects": 200, "/readyz": 200}
    own_server.stop()
    for _ in range(2):
        away = await public.get("/api/v1/public/projects")
        assert (away.status_code, away.headers["retry-after"]) == (503, "5")
        assert "请稍后重试" in away.json()["detail"]
    form = {"username": "somebody", "password": "x"}
    assert (await public.post("/api/v1/auth/sign-in", json=form)).status_code == 503
    assert (await public.get("/readyz")).status_code == 503
    assert (await public.get("/healthz")).status_code == 200
    own_server.start()

    async def back() -> bool:
        return (await public.get("/api/v1/public/projects")).status_code == 200

    await until(back)
    assert (await public.post("/api/v1/auth/sign-in", json=form)).status_code == 401


async def test_a_worker_waits_for_the_database_and_goes_on(own_server: EmbeddedServer) -> None:
    environment = os.environ | {"EJIA_DATABASE_URL": own_server.url}
    worker = subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORKER], env=environment)
    try:
        await until(lambda: _done(own_server, "first"))
        own_server.stop()
        own_server.start()
        await until(lambda: _done(own_server, "second"))
    finally:
        worker.terminate()
        worker.wait()


async def _done(server: EmbeddedServer, title: str) -> bool:
    """Ask for the work once, and tell whether it is done."""
    from backend.kernel.actor import SYSTEM
    from backend.kernel.db import unit_of_work
    from backend.kernel.jobs import enqueue

    try:
        connection = await asyncpg.connect(**connection_arguments(server.url))
    except (OSError, asyncpg.PostgresError):
        return False
    try:
        status = await connection.fetchval("SELECT status FROM job WHERE title = $1", title)
    finally:
        await connection.close()
    if status is None:
        async with unit_of_work() as session:
            await enqueue(session, SYSTEM, "test.once", {}, title=title)
    return status == "done"
