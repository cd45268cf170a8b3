"""Files in a bucket of any S3 server, through the `minio` SDK in worker threads."""

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, BinaryIO, TypeVar, cast

import certifi
import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error

from storage.errors import FileMissing, StorageError, StorageFull, StorageUnavailable
from storage.interface import CHUNK_BYTES, Content, chunks_of
from storage.keys import checked

T = TypeVar("T")

MEMORY_BYTES = 4 * 1024 * 1024
PART_BYTES = 16 * 1024 * 1024
CONNECT_SECONDS, READ_SECONDS = 3, 60
INSUFFICIENT_STORAGE = 507

_NO_STORE = "not an S3 server"
_MISSING = {"NoSuchKey", "NoSuchObject"}
_BUCKET_EXISTS = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
_NO_ROOM = {"XMinioStorageFull", "StorageFull", "InsufficientStorage", "QuotaExceeded"}


class S3Storage:
    """Objects in one bucket, which is made if it is missing. `endpoint` is `host:port` without a scheme."""

    def __init__(
        self,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        *,
        secure: bool = True,
        region: str = "us-east-1",
    ) -> None:
        self._place = f"{endpoint}/{bucket}"
        self._bucket = bucket
        self._bucket_known = False
        # The SDK's own pool waits five minutes and tries five times: a person at a counter does not.
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            maxsize=20,
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
            cert_reqs="CERT_REQUIRED",
            ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
        )
        self._client = Minio(
            endpoint, access_key=access_key, secret_key=secret_key, secure=secure, region=region, http_client=pool
        )

    async def put(self, key: str, content: Content, media_type: str) -> int:
        """Gather the content first: the server keeps an object only when all of it has come."""
        checked(key)
        with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as gathered:
            async for chunk in chunks_of(content):
                await self._call(partial(gathered.write, chunk))
            return await self._call(lambda: self._put(key, cast("BinaryIO", gathered), media_type))

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """Ask for the object now, read as the chunks are asked for."""
        checked(key)
        response = await self._call(lambda: self._client.get_object(self._bucket, key), key)
        return self._read(key, response)

    async def size(self, key: str) -> int:
        """Ask for the object's head."""
        checked(key)
        head = await self._call(lambda: self._client.stat_object(self._bucket, key), key)
        return head.size or 0

    async def exists(self, key: str) -> bool:
        """Ask for the object's head."""
        try:
            await self.size(key)
        except FileMissing:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Remove the object."""
        checked(key)
        try:
            await self._call(lambda: self._client.remove_object(self._bucket, key), key)
        except FileMissing:
            return

    async def health(self) -> None:
        """Reach the bucket with our credentials; make it if it is missing."""
        self._bucket_known = False
        await self._call(self._make_bucket)

    def _put(self, key: str, gathered: BinaryIO, media_type: str) -> int:
        self._make_bucket()
        size = gathered.tell()
        gathered.seek(0)
        kept = self._client.put_object(self._bucket, key, gathered, size, content_type=media_type, part_size=PART_BYTES)
        if not kept.etag:
            # Any web server may answer 200; only a store names what it has kept.
            raise StorageUnavailable(place=self._place, reason=_NO_STORE)
        return size

    def _make_bucket(self) -> None:
        if self._bucket_known:
            return
        if not self._client.bucket_exists(self._bucket):
            try:
                self._client.make_bucket(self._bucket)
            except S3Error as error:
                if error.code not in _BUCKET_EXISTS:  # another process was quicker
                    raise
        self._bucket_known = True

    async def _read(self, key: str, response: Any) -> AsyncIterator[bytes]:
        try:
            while chunk := await self._call(lambda: response.read(CHUNK_BYTES), key):
                yield chunk
        finally:
            response.close()
            response.release_conn()

    async def _call(self, work: Callable[[], T], key: str = "") -> T:
        """Run blocking work in a thread and turn the SDK's errors into ours."""
        try:
            return await asyncio.to_thread(work)
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._fault(error, key) from error

    def _fault(self, error: Exception, key: str) -> StorageError:
        if isinstance(error, S3Error):
            if key and error.code in _MISSING:
                return FileMissing(key=key)
            if error.code in _NO_ROOM or error.response.status == INSUFFICIENT_STORAGE:
                return StorageFull()
            return StorageUnavailable(place=self._place, reason=f"{error.code} {error.message}")
        if isinstance(error, InvalidResponseError):
            return StorageUnavailable(place=self._place, reason=_NO_STORE)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return StorageFull()
        return StorageUnavailable(place=self._place, reason=str(error))
