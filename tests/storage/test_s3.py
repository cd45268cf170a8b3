"""An S3 server: wrong credentials, no server, a stranger on the port."""

import asyncio
import secrets

import pytest
from minio import Minio

from storage import S3Storage, StorageUnavailable, new_key
from tests.storage.conftest import S3Server, free_ports

pytestmark = pytest.mark.xdist_group("storage")


async def test_a_missing_bucket_is_made_by_the_first_file_or_health_check(s3_server: S3Server) -> None:
    for use in ("put", "health"):
        store = s3_server.storage(f"ejia-{secrets.token_hex(4)}")
        if use == "health":
            await store.health()
        assert await store.put(new_key(), b"x", "text/plain") == 1


async def test_two_processes_may_make_the_bucket_at_once(s3_server: S3Server) -> None:
    bucket = f"ejia-{secrets.token_hex(4)}"
    await asyncio.gather(*(s3_server.storage(bucket).health() for _ in range(4)))


async def test_the_media_type_is_kept_for_whoever_reads_the_bucket_directly(s3_server: S3Server) -> None:
    store, key = s3_server.storage(), new_key()
    await store.put(key, b"%PDF-", "application/pdf")
    reader = Minio(s3_server.endpoint, s3_server.access_key, s3_server.secret_key, secure=False, region="us-east-1")
    assert reader.stat_object("ejia", key).content_type == "application/pdf"


async def test_wrong_credentials_are_refused_by_the_server_and_told_with_its_code(s3_server: S3Server) -> None:
    store = s3_server.storage(secret_key="not the secret")
    with pytest.raises(StorageUnavailable, match="暂时无法使用"):
        await store.health()
    with pytest.raises(StorageUnavailable):
        await store.put(new_key(), b"x", "text/plain")


async def test_no_server_is_told_within_seconds() -> None:
    store = S3Storage(f"127.0.0.1:{free_ports(1)[0]}", "someone", "something", "ejia", secure=False)
    async with asyncio.timeout(10):
        with pytest.raises(StorageUnavailable, match=r"127\.0\.0\.1:"):
            await store.health()
        with pytest.raises(StorageUnavailable):
            await store.open(new_key())


async def test_something_else_on_the_port_is_not_taken_for_a_store() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        store = S3Storage(f"127.0.0.1:{port}", "someone", "something", "ejia", secure=False)
        with pytest.raises(StorageUnavailable):
            await store.put(new_key(), b"x", "text/plain")
