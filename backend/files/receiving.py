"""Take one uploaded file off the wire without ever holding more of it than the operator allows."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from errno import EDQUOT, ENOSPC

from fastapi import Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from backend.files.errors import NoRoom, UploadTooLarge
from backend.kernel.config import settings
from backend.kernel.errors import invalid

FIELDS_MAX = 10
# The form's own lines around the file.
ENVELOPE_BYTES = 64 * 1024


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[FormData]:
    """Give the form with its file spooled to disk; nothing of it stays behind when the block ends."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise invalid("file", "请以 multipart/form-data 方式上传文件")
    limit = settings().upload_megabytes_max * 1024 * 1024
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit + ENVELOPE_BYTES:
        raise UploadTooLarge(limit=settings().upload_megabytes_max)
    parser = MultiPartParser(request.headers, _bounded(request, limit), max_files=1, max_fields=FIELDS_MAX)
    try:
        form = await parser.parse()
    except (MultiPartException, FormParserError, KeyError, UnicodeDecodeError):
        raise invalid("file", "上传的内容不完整或格式不正确，请重新选择文件上传") from None
    except OSError as error:
        if error.errno in {ENOSPC, EDQUOT}:
            raise NoRoom from None
        raise
    try:
        yield form
    finally:
        await form.close()


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit + ENVELOPE_BYTES:
            raise UploadTooLarge(limit=settings().upload_megabytes_max)
        yield chunk


def file_in(form: FormData) -> UploadFile:
    """Return the form's file; raise a field error without one, UploadTooLarge for one byte too many."""
    upload = form.get("file")
    if not isinstance(upload, UploadFile):
        raise invalid("file", "请选择要上传的文件")
    if (upload.size or 0) > settings().upload_megabytes_max * 1024 * 1024:
        raise UploadTooLarge(limit=settings().upload_megabytes_max)
    return upload
