"""Bring a backup back into an empty database: all of it in one transaction, or nothing."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

import asyncpg

from backend.backup import archive, tables
from backend.backup.dumping import Progress, key_mark
from backend.files.store import store
from backend.kernel.db import connection_arguments


class NotRestorable(Exception):
    """The backup does not belong into this database."""


async def restore(url: str, path: Path, progress: Progress) -> dict[str, Any]:
    """Check the file, then fill the database and the file store; raise NotRestorable or DamagedArchive before that."""
    manifest = archive.check(path)
    connection = await asyncpg.connect(**connection_arguments(url))
    try:
        await _require_fit(connection, manifest)
        async with connection.transaction():
            await _load(connection, path, manifest, progress)
    finally:
        await connection.close()
    return manifest


async def _require_fit(connection: tables.Connection, manifest: dict[str, Any]) -> None:
    if manifest["revision"] != await tables.revision(connection):
        raise NotRestorable(f"备份来自表结构版本 {manifest['revision']}，请用同一版本的程序恢复，再升级")
    if manifest["field_key"] != key_mark():
        raise NotRestorable("EJIA_FIELD_KEY 与备份时不同：恢复后将无法读出身份证号等信息，请先设置原来的密钥")
    if await connection.fetchval("SELECT EXISTS (SELECT FROM user_account) OR EXISTS (SELECT FROM household)"):
        raise NotRestorable("目标数据库已有数据：只能恢复到空数据库，以免覆盖")


async def _load(connection: tables.Connection, path: Path, manifest: dict[str, Any], progress: Progress) -> None:
    """Lay guards and references aside, copy, and put them back: references are checked as a whole then."""
    guards, references = await tables.triggers(connection), await tables.foreign_keys(connection)
    for key in references:
        await connection.execute(f"ALTER TABLE {key['table']} DROP CONSTRAINT {key['name']}")
    for guard in guards:
        await connection.execute(f"ALTER TABLE {guard['table']} DISABLE TRIGGER {guard['name']}")
    names = ", ".join(f'public."{name}"' for name in await tables.tables(connection))
    await connection.execute(f"TRUNCATE {names}")
    wanted = manifest["members"]
    for number, (name, content) in enumerate(archive.members(path), 1):
        progress(name, number, len(wanted) + 1)
        kind, _, key = name.partition("/")
        if kind == "tables":
            await connection.copy_to_table(
                key, schema_name="public", columns=wanted[name]["columns"], source=content, format="binary"
            )
        elif kind == "files":
            await store().put(key, _chunks(content), wanted[name]["media_type"])
    for name, value in manifest["sequences"].items():
        if value is not None:
            await connection.execute("SELECT setval(('public.' || quote_ident($1))::regclass, $2)", name, value)
    for key in references:
        await connection.execute(f"ALTER TABLE {key['table']} ADD CONSTRAINT {key['name']} {key['definition']}")
    for guard in guards:
        mode = tables.MODES[guard["mode"]]
        await connection.execute(f"ALTER TABLE {guard['table']} {mode} TRIGGER {guard['name']}")


async def _chunks(content: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := content.read(io.DEFAULT_BUFFER_SIZE * 32):
        yield chunk
