"""Files in a folder: the embedded default, for one machine."""

import asyncio
import errno
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from storage.errors import FileMissing, StorageFull, StorageUnavailable
from storage.interface import CHUNK_BYTES, Content, chunks_of
from storage.keys import checked

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ABANDONED_SECONDS = 24 * 3600


class LocalStorage:
    """Files below `root`; a file is written beside, made durable, and then renamed into its place."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._incoming = self._root / "incoming"

    async def put(self, key: str, content: Content, media_type: str) -> int:  # noqa: ARG002 - a folder keeps no types
        """Write, flush to the disk, rename."""
        target = self._root / checked(key)
        unfinished, file = await asyncio.to_thread(self._begin)
        try:
            async for chunk in chunks_of(content):
                await asyncio.to_thread(self._write, file, chunk)
            return await asyncio.to_thread(self._finish, file, unfinished, target)
        finally:
            # After a success nothing is left to remove; after a fault or a broken upload nothing may stay.
            await asyncio.shield(asyncio.to_thread(_discard, file, unfinished))

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """Open now, read as the chunks are asked for."""
        with self._faults(key):
            file = await asyncio.to_thread((self._root / checked(key)).open, "rb")
        return self._read(key, file)

    async def size(self, key: str) -> int:
        """Ask the file system."""
        with self._faults(key):
            return (await asyncio.to_thread((self._root / checked(key)).stat)).st_size

    async def exists(self, key: str) -> bool:
        """Ask the file system."""
        try:
            await self.size(key)
        except FileMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Unlink the file."""
        with self._faults(key):
            await asyncio.to_thread((self._root / checked(key)).unlink, missing_ok=True)

    async def health(self) -> None:
        """Write, flush and remove a small file."""
        await asyncio.to_thread(self._probe)

    async def _read(self, key: str, file: IO[bytes]) -> AsyncIterator[bytes]:
        with file:
            while True:
                with self._faults(key):
                    chunk = await asyncio.to_thread(file.read, CHUNK_BYTES)
                if not chunk:
                    return
                yield chunk

    def _begin(self) -> tuple[Path, IO[bytes]]:
        with self._faults():
            if not self._incoming.exists():
                self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._root.chmod(0o700)
            self._sweep()
            unfinished = self._incoming / secrets.token_hex(8)
            return unfinished, unfinished.open("xb")

    def _write(self, file: IO[bytes], chunk: bytes) -> None:
        with self._faults():
            file.write(chunk)

    def _finish(self, file: IO[bytes], unfinished: Path, target: Path) -> int:
        with self._faults():
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
            if not target.parent.exists():
                target.parent.mkdir(exist_ok=True)
                _make_durable(self._root)
            unfinished.replace(target)
            _make_durable(target.parent)
            return size

    def _probe(self) -> None:
        unfinished, file = self._begin()
        try:
            with self._faults():
                file.write(b"?")
                file.flush()
                os.fsync(file.fileno())
        finally:
            _discard(file, unfinished)

    def _sweep(self) -> None:
        """Remove what a killed process left half-written long ago."""
        abandoned_before = time.time() - _ABANDONED_SECONDS
        for leftover in self._incoming.iterdir():
            try:
                if leftover.stat().st_mtime < abandoned_before:
                    leftover.unlink()
            except FileNotFoundError:
                continue  # finished or swept by another process meanwhile

    @contextmanager
    def _faults(self, key: str = "") -> Iterator[None]:
        """Turn the operating system's errors into ours."""
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise StorageFull from error
            if key and isinstance(error, FileNotFoundError):
                raise FileMissing(key=key) from error
            raise StorageUnavailable(place=self._root, reason=error.strerror or str(error)) from error


def _discard(file: IO[bytes], unfinished: Path) -> None:
    try:
        file.close()
    except OSError:
        # Closing flushes what did not fit; the descriptor is closed all the same, and the fault already reported.
        pass
    finally:
        unfinished.unlink(missing_ok=True)


def _make_durable(folder: Path) -> None:
    """Flush a folder, so that a new name in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
