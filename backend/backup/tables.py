"""What the database consists of, asked of the database itself."""

from typing import Any, TypeAlias

import asyncpg

# Extensions bring tables of their own; a generated column is computed anew.
_TABLES = """
SELECT c.relname AS name,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = "SELECT sequencename AS name, last_value AS value FROM pg_sequences WHERE schemaname = 'public'"
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
_TRIGGERS = """
SELECT tgrelid::regclass::text AS "table", quote_ident(tgname) AS name, tgenabled::text AS mode
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT tgisinternal AND c.relnamespace = 'public'::regnamespace
"""
MODES = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}

# Generic in its stubs alone.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def tables(connection: Connection) -> dict[str, list[str]]:
    """Return every table with the columns to copy."""
    return {row["name"]: list(row["columns"]) for row in await connection.fetch(_TABLES)}


async def sequences(connection: Connection) -> dict[str, int | None]:
    """Return where each sequence stands; None when it was never used."""
    return {row["name"]: row["value"] for row in await connection.fetch(_SEQUENCES)}


async def foreign_keys(connection: Connection) -> list[Any]:
    """Return each foreign key with the words that make it."""
    return list(await connection.fetch(_FOREIGN_KEYS))


async def triggers(connection: Connection) -> list[Any]:
    """Return each trigger of ours and when it fires."""
    return list(await connection.fetch(_TRIGGERS))


async def revision(connection: Connection) -> str:
    """Return the migration the tables stand at."""
    return str(await connection.fetchval("SELECT version_num FROM alembic_version"))
