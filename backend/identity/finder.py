"""From a request to its actor: verified token, live session, rights of today's posts, kept until something changes."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import asyncpg
from fastapi import Request
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity import repository, tokens
from backend.identity.errors import PasswordOutdated, SecondFactorMissing, SessionEnded
from backend.identity.models import User, UserStatus
from backend.identity.rights import compile_rights, second_factor_permissions
from backend.kernel.actor import Actor, Reach
from backend.kernel.clocks import CHINA
from backend.kernel.config import settings
from backend.kernel.db import connection_arguments, database, new_session
from backend.kernel.errors import DomainError

log = logging.getLogger("ejia.identity")
CHANNEL = "ejia_identity"
# Should a notice be lost with its connection, no right outlives its end by more than this.
SECONDS_MAX = 5.0
API = "/api/"
OWN_ACCOUNT = "/api/v1/auth/"


@dataclass(slots=True)
class Kept:
    """An actor and until when it may be believed."""

    actor: Actor
    until: float


_kept: dict[str, Kept] = {}
# Counts the notices: an actor read before a notice must not be kept after it.
_notices = [0]
_listener: dict[str, asyncio.Task[None] | None] = {"task": None}


async def find_actor(request: Request) -> Actor:
    """Return who sent the request; raise NotSignedIn, SessionEnded or ForgedRequest."""
    claim = tokens.claim_of(request)
    kept = _kept.get(claim.session_id)
    if kept is not None and kept.until > time.monotonic():
        return kept.actor
    _listen()
    before = _notices[0]
    actor, hindrance = await load_actor(claim)
    if hindrance is not None:
        # Pages are drawn without any right; the API is open for one's own account alone.
        path = request.url.path
        if path.startswith(API) and not path.startswith(OWN_ACCOUNT):
            raise hindrance
        return replace(actor, rights={})
    if before == _notices[0]:
        _kept[claim.session_id] = Kept(actor, time.monotonic() + min(SECONDS_MAX, _seconds_to_midnight()))
    return actor


async def load_actor(claim: tokens.Claim) -> tuple[Actor, DomainError | None]:
    """Read session, user and posts, and what must be put in order first; raise SessionEnded when any has ended."""
    async with new_session() as session:
        sign_in = await repository.live_session(session, claim.session_id)
        user = await session.get(User, claim.user_id)
        if sign_in is None or user is None or sign_in.user_id != user.id or user.status != UserStatus.ACTIVE:
            raise SessionEnded
        posts = await repository.current_posts(session, claim.user_id)
        if not posts:
            raise SessionEnded
        first = posts[0]
        rights = compile_rights(posts)
        actor = Actor(
            user_id=claim.user_id,
            username=user.username,
            name=user.name,
            session_id=claim.session_id,
            division_code=first.division_code,
            organization_id=first.organization_id or user.organization_id,
            department=first.department,
            roles=tuple(dict.fromkeys(post.role for post in posts)),
            rights=rights,
        )
        return actor, _hindrance(user, rights)


def _hindrance(user: User, rights: Mapping[str, Reach]) -> DomainError | None:
    if user.must_change_password:
        return PasswordOutdated()
    if must_enrol(user, rights):
        return SecondFactorMissing()
    return None


def must_enrol(user: User, rights: Mapping[str, Reach]) -> bool:
    """Tell whether the county demands a second factor that this person has not enabled yet."""
    return settings().require_totp and not user.totp_confirmed and not second_factor_permissions().isdisjoint(rights)


def _seconds_to_midnight() -> float:
    moment = datetime.now(CHINA)
    midnight = (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - moment).total_seconds()


async def announce(session: AsyncSession) -> None:
    """Tell every process to forget its actors, when this transaction commits; this process hears it first."""
    event.listen(session.sync_session, "after_commit", lambda _: forget_all(), once=True)
    await session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


def forget_all() -> None:
    """Forget every kept actor of this process."""
    _notices[0] += 1
    _kept.clear()


def _listen() -> None:
    task = _listener["task"]
    if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
        _listener["task"] = asyncio.create_task(_hear())


async def _hear() -> None:
    try:
        connection = await asyncpg.connect(**connection_arguments(database.url))
    except (OSError, asyncpg.PostgresError):
        log.warning("cannot listen for changed rights; they are read anew every %s seconds", SECONDS_MAX)
        return
    try:
        await connection.add_listener(CHANNEL, lambda *_: forget_all())
        forget_all()
        closed = asyncio.Event()
        connection.add_termination_listener(lambda _: closed.set())
        await closed.wait()
    finally:
        forget_all()
        await connection.close()
