"""Fixtures every test may use: a real server, a database per worker cloned from one template, clients as each role."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

os.environ["EJIA_DEMO"] = "1"
os.environ.setdefault("EJIA_HOME", tempfile.mkdtemp(prefix="ejia-t-"))
if "PYTEST_XDIST_WORKER" in os.environ:
    # Each worker has files of its own, and the accounts of the template.
    shared = Path(os.environ["EJIA_HOME"])
    own = shared / os.environ["PYTEST_XDIST_WORKER"]
    own.mkdir(exist_ok=True)
    shutil.copy(shared / "demo-accounts.json", own)
    os.environ["EJIA_HOME"] = str(own)

TEMPLATE = "ejia_template"


class Server:
    """The PostgreSQL of this run: started by the first worker, shared by all."""

    def __init__(self, url: str) -> None:
        self.url = url

    def url_of(self, name: str) -> str:
        return self.url.replace("/ejia?", f"/{name}?")

    async def execute(self, sql: str) -> None:
        from backend.kernel.db import connection_arguments

        connection = await asyncpg.connect(**connection_arguments(self.url_of("postgres")))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def clone(self, name: str, template: str = TEMPLATE) -> str:
        # In a thread of its own: a browser test has a loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._copy(name, template)).result()
        return self.url_of(name)

    async def _copy(self, name: str, template: str) -> None:
        await self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def _start(home: Path) -> tuple[object, str]:
    from backend.kernel.postgres import EmbeddedServer

    server = EmbeddedServer(home, durable=False)
    return server, server.start()


def _prepare_template(server: Server) -> None:
    from backend.demo.loading import BASICS, load
    from backend.kernel.db import database
    from backend.migrate import migrate

    asyncio.run(server.execute(f"CREATE DATABASE {TEMPLATE}"))
    url = server.url_of(TEMPLATE)
    migrate(url)
    database.use(url)

    async def fill() -> None:
        await load(BASICS)
        await database.close()

    asyncio.run(fill())


def pytest_configure(config: pytest.Config) -> None:
    """Start the server once, before any worker; workers are told where it is."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    home = Path(tempfile.mkdtemp(prefix="ejia-pg-"))
    embedded, url = _start(home)
    config._ejia = (embedded, home)
    os.environ["EJIA_TEST_SERVER"] = url
    _prepare_template(Server(url))


def pytest_unconfigure(config: pytest.Config) -> None:
    embedded, home = getattr(config, "_ejia", (None, None))
    if embedded is not None:
        embedded.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Server:
    """The PostgreSQL server of this run."""
    return Server(os.environ["EJIA_TEST_SERVER"])


@pytest.fixture(scope="session", autouse=True)
def worker_database(server: Server) -> str:
    """This worker's own database."""
    from backend.kernel.db import database

    url = server.clone(f"ejia_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    database.use(url)
    return url


@pytest.fixture(scope="session")
async def app(worker_database: str) -> AsyncIterator[object]:
    """The whole product: API and pages."""
    from backend.kernel.db import database
    from main import create_app

    yield create_app()
    await database.close()


Client = Callable[..., Awaitable[httpx.AsyncClient]]


def _client(app: object, token: str | None, language: str) -> httpx.AsyncClient:
    headers = {"Accept-Language": language}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers, timeout=60)


@pytest.fixture(scope="session")
async def sign_in(app: object) -> AsyncIterator[Client]:
    """`await sign_in("town109_clerk")` returns a client signed in as this demo account; signs in once a run."""
    import json

    from backend.kernel.config import settings

    accounts = {a["username"]: a for a in json.loads((settings().home / "demo-accounts.json").read_text("utf-8"))}
    clients: dict[tuple[str, str], httpx.AsyncClient] = {}

    async def sign_in(username: str, language: str = "zh-CN") -> httpx.AsyncClient:
        if (username, language) not in clients:
            form = {"username": username, "password": accounts[username]["password"]}
            async with _client(app, None, language) as stranger:
                answer = await stranger.post("/api/v1/auth/token", data=form)
            assert answer.status_code == 200, answer.text
            clients[username, language] = _client(app, answer.json()["access_token"], language)
        return clients[username, language]

    yield sign_in
    for client in clients.values():
        await client.aclose()


@pytest.fixture
async def public(app: object) -> AsyncIterator[httpx.AsyncClient]:
    """A client that nobody signed in."""
    async with _client(app, None, "zh-CN") as client:
        yield client


@pytest.fixture
async def session() -> AsyncIterator[object]:
    """A unit of work that is undone after the test."""
    from backend.kernel.db import new_session

    async with new_session() as session:
        yield session
        await session.rollback()


@asynccontextmanager
async def committed() -> AsyncIterator[object]:
    """A unit of work that commits, for preparing what a test reads."""
    from backend.kernel.db import unit_of_work

    async with unit_of_work() as session:
        yield session
