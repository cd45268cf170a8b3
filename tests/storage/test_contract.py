"""What every store promises, proved on a folder and on a real S3 server."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import CHUNK_BYTES, BadKey, FileMissing, Storage, new_key

pytestmark = pytest.mark.xdist_group("storage")


async def content_of(storage: Storage, key: str) -> bytes:
    return b"".join([chunk async for chunk in await storage.open(key)])


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize("content", [b"", b"x", "核对报告".encode(), bytes(range(256)) * 5000], ids=len)
async def test_a_file_comes_back_byte_for_byte(storage: Storage, content: bytes) -> None:
    key = new_key()
    assert await storage.put(key, content, "application/octet-stream") == len(content)
    assert await content_of(storage, key) == content
    assert await storage.size(key) == len(content)
    assert await storage.exists(key)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.binary(max_size=70_000), max_size=6))
async def test_a_stream_of_any_pieces_comes_back_whole(storage: Storage, pieces: list[bytes]) -> None:
    key, whole = new_key(), b"".join(pieces)
    assert await storage.put(key, in_pieces(*pieces), "text/plain") == len(whole)
    assert await content_of(storage, key) == whole


async def test_a_large_file_is_read_in_bounded_chunks(storage: Storage) -> None:
    key, piece = new_key(), b"0123456789abcdef" * 65_536
    await storage.put(key, in_pieces(*[piece] * 18), "application/pdf")
    sizes = [len(chunk) async for chunk in await storage.open(key)]
    assert sum(sizes) == await storage.size(key) == 18 * len(piece)
    assert max(sizes) <= CHUNK_BYTES


async def test_an_upload_that_breaks_off_leaves_nothing(storage: Storage) -> None:
    key = new_key()

    async def broken() -> AsyncIterator[bytes]:
        yield b"half of it"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await storage.put(key, broken(), "text/plain")
    assert not await storage.exists(key)


async def test_an_upload_that_is_cancelled_leaves_nothing(storage: Storage) -> None:
    key, begun = new_key(), asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"half of it"
        begun.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(storage.put(key, stalled(), "text/plain"))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await storage.exists(key)


async def test_a_broken_second_upload_keeps_the_first(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, b"first", "text/plain")

    async def broken() -> AsyncIterator[bytes]:
        yield b"second"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await storage.put(key, broken(), "text/plain")
    assert await content_of(storage, key) == b"first"
    await storage.put(key, b"second", "text/plain")
    assert await content_of(storage, key) == b"second"


async def test_a_missing_file_is_told_before_the_first_chunk(storage: Storage) -> None:
    key = new_key()
    await storage.health()
    with pytest.raises(FileMissing, match=key):
        await storage.open(key)
    with pytest.raises(FileMissing, match=key):
        await storage.size(key)
    assert not await storage.exists(key)


async def test_a_deleted_file_is_gone_and_may_be_deleted_again(storage: Storage) -> None:
    key = new_key()
    await storage.put(key, b"x", "text/plain")
    await storage.delete(key)
    assert not await storage.exists(key)
    await storage.delete(key)


async def test_many_files_at_once_do_not_mix(storage: Storage) -> None:
    files = {new_key(): f"文件{number}".encode() * 1000 for number in range(20)}
    await asyncio.gather(*(storage.put(key, content, "text/plain") for key, content in files.items()))
    found = await asyncio.gather(*(content_of(storage, key) for key in files))
    assert found == list(files.values())


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "a.txt",
        "incoming/x",
        "/etc/passwd",
        "0a/0a1b2c3d4e5f60718293a4b5c6d7e8f9\n",
        "0A/0A1B2C3D4E5F60718293A4B5C6D7E8F9G",
        "ab/" + "0" * 32,
    ],
)
async def test_a_key_that_we_did_not_make_is_refused(storage: Storage, key: str) -> None:
    for refused in (storage.put(key, b"x", "text/plain"), storage.open(key), storage.size(key), storage.delete(key)):
        with pytest.raises(BadKey):
            await refused


def test_keys_do_not_repeat() -> None:
    assert len({new_key() for _ in range(1000)}) == 1000
