"""What every file store can do."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol

Content = bytes | AsyncIterable[bytes]

CHUNK_BYTES = 256 * 1024


class Storage(Protocol):
    """Whole files under keys of `new_key`. A file is there completely or not at all; a put replaces it at once.

    Every method raises BadKey for a foreign key and StorageUnavailable when the store cannot be used.
    """

    async def put(self, key: str, content: Content, media_type: str) -> int:
        """Keep the file safely before returning its size in bytes; StorageFull when there is no room."""

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """Return the content in chunks; FileMissing comes at once, before the first chunk."""

    async def size(self, key: str) -> int:
        """Return the size in bytes; FileMissing if there is no such file."""

    async def exists(self, key: str) -> bool:
        """Tell whether the file is there."""

    async def delete(self, key: str) -> None:
        """Remove the file; harmless if it is not there."""

    async def health(self) -> None:
        """Prove that files can be written now, or raise why not."""


async def chunks_of(content: Content) -> AsyncIterator[bytes]:
    """Read bytes and streams alike."""
    if isinstance(content, bytes):
        yield content
    else:
        async for chunk in content:
            yield chunk
