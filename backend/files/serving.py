"""Answer a request with the content of an attachment."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from backend.files.kinds import INLINE
from backend.files.models import Attachment


def as_answer(row: Attachment, chunks: AsyncIterator[bytes]) -> StreamingResponse:
    """Show what a browser shows safely, offer the rest to be saved; nothing in it may run."""
    how = "inline" if row.media_type in INLINE and not row.encrypted else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename=\"file\"; filename*=UTF-8''{quote(row.name)}",
        "Content-Length": str(row.size),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'",
        "Cache-Control": "private, no-store",
    }
    # Starlette would call any text UTF-8; ours may be GB 18030.
    return StreamingResponse(chunks, headers=headers | {"Content-Type": row.media_type})
