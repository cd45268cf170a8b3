"""Which store keeps the content: a folder of this installation, or an S3 server when one is set."""

from collections.abc import AsyncIterator
from functools import cache

import storage
from backend.files.errors import ContentMissing, NoRoom, StoreAway
from backend.kernel.config import settings


@cache
def store() -> storage.Storage:
    """Return the store of this process."""
    chosen = settings()
    return storage.connect(
        chosen.home / "files",
        endpoint=chosen.s3_endpoint,
        access_key=chosen.s3_access_key,
        secret_key=chosen.s3_secret_key.get_secret_value(),
        bucket=chosen.s3_bucket,
        secure=chosen.s3_secure,
    )


async def keep(content: storage.Content, media_type: str) -> str:
    """Store the content and return its key; raise NoRoom or StoreAway with nothing left behind."""
    key = storage.new_key()
    try:
        await store().put(key, content, media_type)
    except storage.StorageFull:
        raise NoRoom from None
    except storage.StorageError:
        raise StoreAway from None
    return key


async def forget(key: str) -> None:
    """Remove content that no row names; a store that is away must not hide the first error."""
    try:
        await store().delete(key)
    except storage.StorageError:
        return


async def is_kept(key: str) -> bool:
    """Tell whether the content is really there."""
    try:
        return await store().exists(key)
    except storage.StorageError:
        raise StoreAway from None


async def content_of(key: str) -> AsyncIterator[bytes]:
    """Return the content in chunks; raise ContentMissing or StoreAway before the first one."""
    try:
        return await store().open(key)
    except storage.FileMissing:
        raise ContentMissing from None
    except storage.StorageError:
        raise StoreAway from None
