"""Where files are kept: one small interface over a local folder or any S3 server. Knows nothing of the business."""

from pathlib import Path

from storage.errors import BadKey, FileMissing, StorageError, StorageFull, StorageUnavailable
from storage.interface import CHUNK_BYTES, Content, Storage
from storage.keys import new_key
from storage.local import LocalStorage
from storage.s3 import S3Storage

__all__ = [
    "CHUNK_BYTES",
    "BadKey",
    "Content",
    "FileMissing",
    "LocalStorage",
    "S3Storage",
    "Storage",
    "StorageError",
    "StorageFull",
    "StorageUnavailable",
    "connect",
    "new_key",
]


def connect(
    folder: Path, *, endpoint: str | None, access_key: str, secret_key: str, bucket: str, secure: bool
) -> Storage:
    """Return the S3 store when an endpoint is set, and the folder otherwise."""
    if endpoint:
        return S3Storage(endpoint, access_key, secret_key, bucket, secure=secure)
    return LocalStorage(folder)
