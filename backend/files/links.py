"""Short-lived download links: bound to one file and one person, signed with the server's secret."""

import base64
import hashlib
import hmac
import time

from backend.files.errors import LinkInvalid
from backend.kernel.config import settings

LINK_SECONDS = 300
_PURPOSE = b"ejia/file-link/1"


def sign(file_id: int, user_id: int, *, at: float | None = None) -> tuple[str, int]:
    """Return the token and the second (Unix time) at which it ends."""
    ends = int(time.time() if at is None else at) + LINK_SECONDS
    body = f"{file_id}.{user_id}.{ends}"
    return f"{body}.{_seal(body)}", ends


def check(token: str, file_id: int, user_id: int) -> None:
    """Raise LinkInvalid unless the token is ours, is still running, and names this file and person."""
    body, _, seal = token.rpartition(".")
    if not hmac.compare_digest(_seal(body).encode(), seal.encode()):
        raise LinkInvalid
    of_file, of_user, ends = (int(part) for part in body.split("."))
    if (of_file, of_user) != (file_id, user_id) or ends < time.time():
        raise LinkInvalid


def _seal(body: str) -> str:
    key = hashlib.sha256(_PURPOSE + settings().secret_key.get_secret_value().encode()).digest()
    return base64.urlsafe_b64encode(hmac.digest(key, body.encode(), "sha256")).decode().rstrip("=")
