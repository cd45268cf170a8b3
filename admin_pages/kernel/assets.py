"""Static files: pre-compressed, cached for good when their address carries a version, under a strict policy."""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent.parent / "static"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self' data:; connect-src 'self'; frame-ancestors 'none';"
    " base-uri 'self'; form-action 'self'; object-src 'none'"
)
SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=()",
}


class PrecompressedFiles(StaticFiles):
    """Serve `file.br` or `file.gz` beside the file to whoever accepts it."""

    async def get_response(self, path: str, scope: "Scope") -> Response:
        """Choose the smallest form the client understands."""
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
            if encoding in accepted and (STATIC / (path + ending)).is_file():
                response = await super().get_response(path + ending, scope)
                response.headers["content-encoding"] = encoding
                response.headers["content-type"] = _type_of(path)
                break
        else:
            response = await super().get_response(path, scope)
        response.headers["vary"] = "accept-encoding"
        versioned = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


class OneFrame(PrecompressedFiles):
    """Serve the same HTML under the name of every page of a site; its script reads the address."""

    def __init__(self, directory: Path, pages: frozenset[str]) -> None:
        super().__init__(directory=directory, html=True)
        self.pages = pages

    async def get_response(self, path: str, scope: "Scope") -> Response:
        """Give the frame for a known page, any other file as it is."""
        known = path.removesuffix(".html") in self.pages and path.endswith(".html")
        return await super().get_response("index.html" if known else path, scope)


def _type_of(path: str) -> str:
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
    return types.get(Path(path).suffix, "application/octet-stream") + "; charset=utf-8"


class SecurityHeaders:
    """Set the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and dress the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, dressed)
