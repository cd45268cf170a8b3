"""Write a backup: tables as PostgreSQL's COPY gives them in one snapshot, then the stored files."""

import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import asyncpg

from backend.backup import tables
from backend.backup.archive import Writer
from backend.files.service import differs
from backend.files.store import store
from backend.kernel.config import settings
from backend.kernel.db import connection_arguments
from backend.kernel.sealing import field_cipher
from storage import FileMissing

Progress = Callable[[str, int, int], None]
# Content up to this size is collected in memory, larger content on disk.
IN_MEMORY = 8 * 1024 * 1024


def key_mark() -> str:
    """Return a sign of the field key in use, by which a restore knows that it can read what it brings back."""
    return field_cipher().blind_index("ejia", "backup").hex()


async def dump(url: str, path: Path, progress: Progress) -> dict[str, Any]:
    """Write the whole county into the file; return what the manifest says of it."""
    connection = await asyncpg.connect(**connection_arguments(url))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            facts: dict[str, Any] = {
                "made_at": datetime.now(UTC).isoformat(),
                "county_code": settings().county_code,
                "revision": await tables.revision(connection),
                "field_key": key_mark(),
                "sequences": await tables.sequences(connection),
            }
            with Writer(path, facts) as writer:
                await _dump_tables(connection, writer, progress)
                faults = await _dump_files(connection, writer, progress)
    finally:
        await connection.close()
    return facts | {"members": writer.members, "faults": faults}


async def _dump_tables(connection: tables.Connection, writer: Writer, progress: Progress) -> None:
    found = await tables.tables(connection)
    for number, (name, columns) in enumerate(found.items(), 1):
        progress(name, number, len(found))
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            status = await connection.copy_from_table(
                name, schema_name="public", columns=columns, output=content, format="binary"
            )
            writer.add(f"tables/{name}", content, columns=columns, rows=int(status.rpartition(" ")[2]))


async def _dump_files(connection: tables.Connection, writer: Writer, progress: Progress) -> list[str]:
    """Write every stored file; return sentences about those that are gone or no longer what was uploaded.

    One lost file must not keep a county from backing up all the others.
    """
    rows = await connection.fetch(
        "SELECT DISTINCT ON (storage_key) storage_key, media_type, name, digest FROM attachment"
        " ORDER BY storage_key, id"
    )
    faults = []
    for number, row in enumerate(rows, 1):
        progress(row["storage_key"], number, len(rows))
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            try:
                if await differs(row["digest"], _kept(await store().open(row["storage_key"]), content)):
                    faults.append(f"附件“{row['name']}”（{row['storage_key']}）与上传时的摘要不符")
            except FileMissing:
                faults.append(f"附件“{row['name']}”（{row['storage_key']}）在文件存储中已不存在")
                continue
            writer.add(f"files/{row['storage_key']}", content, media_type=row["media_type"])
    return faults


async def _kept(chunks: AsyncIterator[bytes], content: IO[bytes]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        content.write(chunk)
        yield chunk
