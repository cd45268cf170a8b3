"""Tokens and cookies: one algorithm, one key, a session behind each."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from time import time
from typing import Any

from fastapi import Request, Response
from jose import JWTError, jwt

from backend.identity.errors import ForgedRequest, SessionEnded
from backend.kernel.config import settings
from backend.kernel.errors import NotSignedIn
from backend.kernel.models import now

ALGORITHM = "HS256"
COOKIE, CSRF_COOKIE, CSRF_HEADER = "ejia_session", "ejia_csrf", "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Claim:
    """What a valid token says."""

    user_id: int
    session_id: str


# A signature once found good stays good; only the expiry is asked anew. The session behind it is looked up elsewhere.
_verified: dict[str, tuple[Claim, float]] = {}
VERIFIED_MAX = 10_000


def _key() -> str:
    return settings().secret_key.get_secret_value()


def lifetime() -> timedelta:
    """Return how long a sign-in lasts."""
    return timedelta(minutes=settings().token_minutes)


def new_session_id() -> str:
    """Return an unguessable session id."""
    return secrets.token_urlsafe(24)


def issue(user_id: int, session_id: str) -> str:
    """Sign a token for a session."""
    moment = now()
    claims = {"sub": str(user_id), "sid": session_id, "iat": moment, "exp": moment + lifetime(), "iss": "ejia"}
    return str(jwt.encode(claims, _key(), algorithm=ALGORITHM))


def read(token: str) -> Claim:
    """Verify signature and expiry; raise SessionEnded for anything else."""
    known = _verified.get(token)
    if known is not None and known[1] > time():
        return known[0]
    try:
        claims: dict[str, Any] = jwt.decode(token, _key(), algorithms=[ALGORITHM], issuer="ejia")
        claim = Claim(int(claims["sub"]), str(claims["sid"]))
        if len(_verified) >= VERIFIED_MAX:
            _verified.clear()
        _verified[token] = (claim, float(claims["exp"]))
    except (JWTError, KeyError, ValueError):
        raise SessionEnded from None
    return claim


def csrf_of(session_id: str) -> str:
    """Return the token a page must send beside the cookie."""
    return hmac.new(_key().encode(), f"csrf:{session_id}".encode(), sha256).hexdigest()[:40]


def claim_of(request: Request) -> Claim:
    """Return who the request says it is: bearer token, or cookie with its CSRF header for changes."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return read(token)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise NotSignedIn
    claim = read(cookie)
    if request.method not in SAFE:
        sent = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(sent.encode(), csrf_of(claim.session_id).encode()):
            raise ForgedRequest
    return claim


def set_cookies(response: Response, token: str, session_id: str) -> None:
    """Give the browser its session, unreadable to scripts, and the readable CSRF token."""
    seconds, secure = int(lifetime().total_seconds()), settings().cookie_secure
    response.set_cookie(COOKIE, token, max_age=seconds, httponly=True, secure=secure, samesite="lax", path="/")
    response.set_cookie(CSRF_COOKIE, csrf_of(session_id), max_age=seconds, secure=secure, samesite="lax", path="/")


def clear_cookies(response: Response) -> None:
    """Take both cookies back."""
    response.delete_cookie(COOKIE, path="/")
    response.delete_cookie(CSRF_COOKIE, path="/")
