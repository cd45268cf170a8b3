"""One request, one transaction; reads without one. Nobody else commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from time import monotonic
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.config import settings

# A connection used a moment ago lives, or its end has been noticed.
RESTED_SECONDS = 1.0
# The product sends some hundred different statements; one that is forgotten is planned anew.
PREPARED_MAX = 500


class Planning(StrEnum):
    """When PostgreSQL plans a prepared statement.

    A list's best plan depends on how many rows its values leave: a village is not the county. What is read by its key
    has one plan, whatever the key.
    """

    EACH = "force_custom_plan"
    ONCE = "force_generic_plan"


class Database:
    """The engine for changes and the bare pools for hot reads, opened on first use."""

    def __init__(self) -> None:
        self._url: str | None = None
        self._engine: AsyncEngine | None = None
        self._session_maker: async_sessionmaker[AsyncSession] | None = None
        self._pools: dict[Planning, asyncpg.Pool[Any]] = {}
        self._opening = asyncio.Lock()

    @property
    def url(self) -> str:
        """Return the SQLAlchemy URL; the starter sets it when the server is embedded."""
        url = self._url or settings().database_url
        if url is None:
            raise RuntimeError("EJIA_DATABASE_URL is not set and no embedded server was started")
        return url.replace("postgresql://", "postgresql+asyncpg://", 1)

    def use(self, url: str) -> None:
        """Point at a server; only before the first connection."""
        self._url = url

    @property
    def engine(self) -> AsyncEngine:
        """Return the engine, made once."""
        if self._engine is None:
            self._engine = create_async_engine(
                self.url,
                pool_size=settings().pool_size,
                max_overflow=settings().pool_size,
                json_serializer=lambda value: orjson.dumps(value, default=str).decode(),
                json_deserializer=orjson.loads,
                connect_args={
                    "server_settings": {"timezone": "Asia/Shanghai", "jit": "off"},
                    "prepared_statement_cache_size": PREPARED_MAX,
                },
            )
            _replace_the_dead(self._engine)
        return self._engine

    @property
    def session_maker(self) -> "async_sessionmaker[AsyncSession]":
        """Return what opens sessions, which keep their objects readable after commit."""
        if self._session_maker is None:
            self._session_maker = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        return self._session_maker

    async def pool(self, planning: Planning) -> "asyncpg.Pool[Any]":
        """Return the pool of bare connections for reads that are planned so."""
        if planning not in self._pools:
            async with self._opening:
                if planning not in self._pools:  # another request may have opened it meanwhile
                    self._pools[planning] = await self._open(planning)
        return self._pools[planning]

    async def _open(self, planning: Planning) -> "asyncpg.Pool[Any]":
        return await asyncpg.create_pool(
            **connection_arguments(self.url),
            min_size=1,
            max_size=settings().pool_size,
            init=_prepare,
            # The pool's reset sends four statements; our reads leave nothing behind.
            reset=_leave,
            server_settings={"timezone": "Asia/Shanghai", "jit": "off", "plan_cache_mode": planning.value},
            statement_cache_size=PREPARED_MAX,
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = self._session_maker = None
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()
        self._opening = asyncio.Lock()


def _replace_the_dead(engine: AsyncEngine) -> None:
    """Give out no connection that the server has closed; one that has rested is asked first (three round trips)."""
    pool, dialect = engine.sync_engine.pool, engine.sync_engine.dialect

    def rests(connection: Any, record: Any) -> None:
        del connection
        record.info["rests_since"] = monotonic()

    def leaves(connection: Any, record: Any, _: Any) -> None:
        if record.driver_connection.is_closed():
            raise DisconnectionError
        if monotonic() - record.info.get("rests_since", monotonic()) > RESTED_SECONDS:
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error:
                raise DisconnectionError from None

    event.listen(pool, "checkin", rests)
    event.listen(pool, "checkout", leaves)


def connection_arguments(url: str) -> dict[str, Any]:
    """Translate a SQLAlchemy URL into asyncpg's keywords (unix sockets included)."""
    parts = make_url(url)
    host = parts.host or parts.query.get("host")
    arguments = {"host": host, "port": parts.port, "user": parts.username, "database": parts.database}
    if parts.password:
        arguments["password"] = str(parts.password)
    return {key: value for key, value in arguments.items() if value is not None}


async def _prepare(connection: Any) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=_dump, decoder=orjson.loads, schema="pg_catalog")


def _dump(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


async def _leave(connection: Any) -> None:
    del connection


database = Database()


def new_session(connection: AsyncConnection | None = None) -> AsyncSession:
    """Open a session that keeps its objects readable after commit."""
    return database.session_maker() if connection is None else database.session_maker(bind=connection)


@asynccontextmanager
async def unit_of_work(connection: AsyncConnection | None = None) -> AsyncIterator[AsyncSession]:
    """Commit when the block ends well; undo everything when it does not. `connection` keeps to one of them."""
    async with new_session(connection) as session, session.begin():
        yield session


async def request_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give the session of this request's unit of work, which the route commits (`routes.Route`)."""
    work = request.scope.get("ejia_work")
    if work is not None:
        yield await work.session()
        return
    async with unit_of_work() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(request_session, scope="function")]
