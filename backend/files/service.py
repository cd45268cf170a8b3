"""Keep an upload, open a link. Every step is audited."""

from collections.abc import AsyncIterable, AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.concurrency import run_in_threadpool

from backend.audit import service as audit
from backend.files import links, repository, store
from backend.files.kinds import judge
from backend.files.models import Attachment
from backend.files.permissions import FilePermission
from backend.files.schemas import LinkRead, UploadForm
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.crypto import Suite, digest

CHUNK = 256 * 1024
_ALGORITHMS = {Suite.SM: "sm3", Suite.AES: "sha256"}


async def upload(session: AsyncSession, actor: Actor, name: str, file: BinaryIO, about: UploadForm) -> Attachment:
    """Judge, digest and store a file; equal bytes are stored once. Nothing is left behind when a step refuses."""
    division = about.division_code or actor.division_code or settings().county_code
    actor.require(FilePermission.UPLOAD, division)
    return await _keep(session, actor, name, file, about, division)


async def keep_made(
    session: AsyncSession, actor: Actor, name: str, content: bytes, about: UploadForm, division_code: str
) -> Attachment:
    """Keep a file that the product itself has made: a letter, a form, a bank file."""
    return await _keep(session, actor, name, BytesIO(content), about, division_code)


async def _keep(
    session: AsyncSession, actor: Actor, name: str, file: BinaryIO, about: UploadForm, division: str
) -> Attachment:
    judged = await run_in_threadpool(judge, name, file)
    fingerprint, size = await run_in_threadpool(_fingerprint, file)
    earlier = await repository.same_content(session, fingerprint)
    shared = earlier is not None and await store.is_kept(earlier.storage_key)
    key = earlier.storage_key if earlier and shared else await store.keep(_chunks(file), judged.kind.media_type)
    row = Attachment(
        name=judged.name,
        media_type=judged.kind.media_type,
        size=size,
        digest=fingerprint,
        encrypted=judged.encrypted,
        division_code=division,
        subject_kind=about.subject_kind,
        subject_id=about.subject_id,
        purpose=about.purpose,
        storage_key=key,
        organization_id=actor.organization_id,
        uploaded_by=actor.user_id,
        uploader=actor.name,
    )
    try:
        session.add(row)
        await session.flush()
        await audit.record(
            session,
            actor,
            "file.upload",
            subject=("file", int(row.id or 0)),
            division_code=division,
            details={"name": row.name, "size": size, "digest": fingerprint, "media_type": row.media_type},
        )
    except BaseException:
        if not shared:
            await store.forget(key)
        raise
    return row


async def differs(fingerprint: str, content: AsyncIterable[bytes]) -> bool:
    """Tell whether the content is no longer what was uploaded under this fingerprint."""
    algorithm, _, expected = fingerprint.partition(":")
    running = digest(next(suite for suite, name in _ALGORITHMS.items() if name == algorithm))
    async for chunk in content:
        running.update(chunk)
    return running.hexdigest() != expected


def _fingerprint(file: BinaryIO) -> tuple[str, int]:
    suite = Suite[settings().crypto_suite]
    running, size = digest(suite), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        running.update(chunk)
        size += len(chunk)
    return f"{_ALGORITHMS[suite]}:{running.hexdigest()}", size


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    file.seek(0)
    while chunk := await run_in_threadpool(file.read, CHUNK):
        yield chunk


async def open_link(session: AsyncSession, actor: Actor, file_id: int) -> LinkRead:
    """Sign a link for this person and record that they are about to see the file."""
    row = await repository.visible(session, actor, file_id)
    token, ends = links.sign(file_id, actor.user_id)
    await audit.record_access(
        session,
        actor,
        "file.open",
        subject=("file", file_id),
        purpose=row.purpose or "查看附件",
        division_code=row.division_code,
        details={"name": row.name},
    )
    return LinkRead(
        url=f"/api/v1/files/{file_id}/content?token={token}", expires_at=datetime.fromtimestamp(ends, tz=UTC)
    )


async def content(
    session: AsyncSession, actor: Actor, file_id: int, token: str
) -> tuple[Attachment, AsyncIterator[bytes]]:
    """Return the file behind a link; the right must still hold."""
    links.check(token, file_id, actor.user_id)
    row = await repository.visible(session, actor, file_id)
    return row, await store.content_of(row.storage_key)


async def content_made(session: AsyncSession, file_id: int) -> AsyncIterator[bytes]:
    """Return what the product made; the domain that made it has asked for the right and writes who saw it."""
    row = await session.get_one(Attachment, file_id)
    return await store.content_of(row.storage_key)


async def content_attached(
    session: AsyncSession, actor: Actor, file_id: int, division_code: str
) -> tuple[Attachment, AsyncIterator[bytes]]:
    """Return what another domain has attached to something this person may read, and record that they saw it."""
    row = await session.get_one(Attachment, file_id)
    await audit.record_access(
        session,
        actor,
        "file.open",
        subject=("file", file_id),
        purpose=row.purpose or "查看附件",
        division_code=division_code,
        details={"name": row.name},
    )
    return row, await store.content_of(row.storage_key)
