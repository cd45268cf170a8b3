"""How much one request may bring: enough for any form or upload, never enough to exhaust the server."""

from collections.abc import Awaitable, Callable

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.kernel.config import settings

FORM_BYTES = 4 * 1024 * 1024
# What stands around the file in an upload.
ENVELOPE_BYTES = 1024 * 1024
TOO_LARGE = 413
Answer = Callable[[Request, Exception], Awaitable[Response]]


class LimitBody:
    """Refuse a body that is announced, or turns out, too large; a wrong announcement does not help."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self.app, self.answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = limit_of(headers.get("content-type", ""))
        announced = headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            response: Response = await self.answer(Request(scope), HTTPException(TOO_LARGE))
            await response(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(TOO_LARGE)
            return message

        await self.app(scope, counted, send)


def limit_of(content_type: str) -> int:
    """Return the bytes a body of this type may have."""
    if content_type.lower().startswith("multipart/form-data"):
        return settings().upload_megabytes_max * 1024 * 1024 + ENVELOPE_BYTES
    return FORM_BYTES
