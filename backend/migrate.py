"""Bring a database to this version: Alembic for tables, then the repeatable SQL of each domain.

`backend/<domain>/database.sql` holds functions, triggers and views, written so that running it again is harmless;
it is applied after the migrations whenever its text has changed.
"""

import asyncio
import hashlib
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from backend import tables
from backend.kernel.db import connection_arguments

ROOT = Path(__file__).parent.parent
EXTENSIONS = ("pg_trgm", "btree_gist")
LOCK = 371623


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to an open connection when one is given."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(url: str) -> list[str]:
    """Upgrade the database; return what was applied. Two starters at once wait for each other."""
    engine = create_engine(sync_url(url), poolclass=NullPool)
    applied: list[str] = []
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        for name in EXTENSIONS:
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {name}"))
        connection.commit()
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
        _install_queue(connection)
        applied += _apply_repeatable(connection)
        connection.commit()
    engine.dispose()
    return applied


def _install_queue(connection: Connection) -> None:
    """Let the queue's library make or upgrade its own tables."""

    async def install() -> None:
        raw = await asyncpg.connect(
            **connection_arguments(str(connection.engine.url.render_as_string(hide_password=False)))
        )
        try:
            await Queries(AsyncpgDriver(raw)).apply_upgrade()
        finally:
            await raw.close()

    asyncio.run(install())


def sync_url(url: str) -> str:
    """Return the URL for the synchronous driver, which only migrations use."""
    return url.replace("postgresql+asyncpg://", "postgresql+psycopg://").replace(
        "postgresql://", "postgresql+psycopg://"
    )


def repeatable_sql() -> list[Path]:
    """Return each domain's SQL file, low to high."""
    found = [ROOT / "backend" / domain / "database.sql" for domain in tables.DOMAINS]
    return [path for path in found if path.exists()]


def _apply_repeatable(connection: Connection) -> list[str]:
    connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS repeatable_sql"
            " (name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
    )
    known = {row.name: row.digest for row in connection.execute(text("SELECT name, digest FROM repeatable_sql"))}
    applied = []
    for path in repeatable_sql():
        sql, name = path.read_text("utf-8"), path.parent.name
        digest = hashlib.sha256(sql.encode()).hexdigest()
        if known.get(name) == digest:
            continue
        connection.exec_driver_sql(sql.replace("%", "%%"))
        connection.execute(
            text(
                "INSERT INTO repeatable_sql (name, digest) VALUES (:name, :digest)"
                " ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, applied_at = now()"
            ),
            {"name": name, "digest": digest},
        )
        applied.append(name)
    return applied


def is_current(connection: Connection) -> bool:
    """Tell whether tables and repeatable SQL are at this version (for /readyz)."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() != head:
        return False
    known = {row.name: row.digest for row in connection.execute(text("SELECT name, digest FROM repeatable_sql"))}
    wanted = {p.parent.name: hashlib.sha256(p.read_text("utf-8").encode()).hexdigest() for p in repeatable_sql()}
    return all(known.get(name) == digest for name, digest in wanted.items())
