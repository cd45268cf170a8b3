"""Sign in, sign out, end sessions."""

import time
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.service import record
from backend.identity import finder, passwords, repository, tokens
from backend.identity.errors import CodeNeeded, Locked, NoPost, WrongCredentials
from backend.identity.models import SignInSession, User, UserStatus
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, TooMany
from backend.kernel.models import now
from backend.kernel.sealing import field_cipher, unseal

FAILURES_MAX = 5
LOCK = timedelta(minutes=15)
ADDRESS_TRIES_PER_MINUTE = 60
STRANGERS_MAX = 10_000
TOTP_SECONDS = 30
TOTP_CONTEXT = "user_account.totp"
RECOVERY_CONTEXT = "user_account.recovery"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and from where."""

    username: str
    password: str
    code: str | None
    address: str | None
    device: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A successful sign-in."""

    token: str
    session_id: str
    user: User


class Strangers:
    """Failures of names that no account has: they lock as accounts do, so that the answer betrays no account."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def locked_until(self, username: str) -> datetime | None:
        """Return until when the name is locked."""
        return self._failures.get(username.strip(), (0, None))[1]

    def fail(self, username: str) -> None:
        """Count a failure; the oldest names are forgotten first."""
        name = username.strip()
        failures = self._failures.pop(name, (0, None))[0] + 1
        self._failures[name] = (0, now() + LOCK) if failures >= FAILURES_MAX else (failures, None)
        while len(self._failures) > STRANGERS_MAX:
            self._failures.popitem(last=False)


strangers = Strangers()
_tries: dict[str, deque[float]] = defaultdict(deque)


def check_rate(address: str | None) -> None:
    """Raise TooMany when one address tries too often."""
    if len(_tries) > STRANGERS_MAX:
        _tries.clear()
    tries, moment = _tries[address or "?"], time.monotonic()
    while tries and tries[0] < moment - 60:
        tries.popleft()
    if len(tries) >= ADDRESS_TRIES_PER_MINUTE:
        raise TooMany(seconds=int(61 - (moment - tries[0])))
    tries.append(moment)


async def sign_in(session: AsyncSession, attempt: Attempt) -> Entered | Exception:
    """Check the credentials and open a session; a refusal is returned, not raised, so that its count is kept."""
    user = await repository.user_by_name(session, attempt.username.strip())
    locked_until = user.locked_until if user else strangers.locked_until(attempt.username)
    if locked_until is not None and locked_until > now():
        return Locked(minutes=int((locked_until - now()).total_seconds() // 60) + 1)
    right = passwords.is_right(user.password_hash if user else None, attempt.password)
    if user is None or not right or user.status != UserStatus.ACTIVE:
        return await _refuse(session, user, attempt)
    if user.totp_confirmed and not accept_code(user, attempt.code):
        if attempt.code:
            await _refuse(session, user, attempt)
        refusal = CodeNeeded()
        refusal.at(("totp", "请输入动态验证码" if not attempt.code else "动态验证码不正确或已用过"))
        return refusal
    if not await repository.current_posts(session, user.id or 0):
        return NoPost()
    return await _enter(session, user, attempt)


async def enter_from_console(session: AsyncSession, username: str) -> Entered | None:
    """Open a session for a command run on the server itself; None for whoever could not sign in."""
    user = await repository.user_by_name(session, username)
    if user is None or user.status != UserStatus.ACTIVE or not await repository.current_posts(session, user.id or 0):
        return None
    return await _enter(session, user, Attempt(username, "", None, None, "ejia", "console"))


async def _refuse(session: AsyncSession, user: User | None, attempt: Attempt) -> Exception:
    if user is None:
        strangers.fail(attempt.username)
        return WrongCredentials()
    user.failures += 1
    if user.failures >= FAILURES_MAX:
        user.failures, user.locked_until = 0, now() + LOCK
    session.add(user)
    details = {"address": attempt.address, "locked": user.locked_until is not None and user.locked_until > now()}
    await record(session, _as_actor(user), "sign_in.refuse", subject=("user", user.id or 0), details=details)
    return WrongCredentials()


def accept_code(user: User, code: str | None) -> bool:
    """Tell whether the code is right for now; each is taken once, so that a watched one cannot be used again."""
    if not code or user.totp_cipher is None:
        return False
    if user.totp_confirmed and _take_recovery_code(user, code):
        return True
    totp = pyotp.TOTP(unseal(user.totp_cipher, TOTP_CONTEXT), interval=TOTP_SECONDS)
    step = int(time.time()) // TOTP_SECONDS
    for candidate in (step - 1, step, step + 1):
        fresh = user.totp_last_step is None or candidate > user.totp_last_step
        if fresh and totp.verify(code, for_time=candidate * TOTP_SECONDS):
            user.totp_last_step = candidate
            return True
    return False


def recovery_index(code: str) -> str:
    """Return by what a recovery code is known again; the code itself is not stored."""
    return field_cipher().blind_index(code.replace("-", "").strip().lower(), RECOVERY_CONTEXT).hex()


def _take_recovery_code(user: User, code: str) -> bool:
    index = recovery_index(code)
    if index not in user.recovery_indexes:
        return False
    user.recovery_indexes = [other for other in user.recovery_indexes if other != index]
    return True


async def _enter(session: AsyncSession, user: User, attempt: Attempt) -> Entered:
    user.failures, user.locked_until = 0, None
    session.add(user)
    session_id = tokens.new_session_id()
    session.add(
        SignInSession(
            id=session_id,
            user_id=user.id or 0,
            channel=attempt.channel,
            address=attempt.address,
            device=(attempt.device or "")[:200],
            expires_at=now() + tokens.lifetime(),
        )
    )
    details = {"address": attempt.address, "channel": attempt.channel, "recovery_codes": len(user.recovery_indexes)}
    await record(session, _as_actor(user, session_id), "sign_in.enter", subject=("user", user.id or 0), details=details)
    return Entered(tokens.issue(user.id or 0, session_id), session_id, user)


def _as_actor(user: User, session_id: str = "") -> Actor:
    return Actor(user.id or 0, user.username, user.name, session_id, user.division_code)


async def revoke(session: AsyncSession, actor: Actor, session_id: str) -> None:
    """End one of the actor's own sign-ins at once; raise NotFound for anybody else's."""
    found = await repository.live_session(session, session_id)
    if found is None or found.user_id != actor.user_id:
        raise NotFound
    found.revoked_at = now()
    session.add(found)
    await record(session, actor, "sign_in.revoke", subject=("sign_in_session", session_id[:8]))
    await finder.announce(session)


async def revoke_all(session: AsyncSession, user_id: int) -> None:
    """End every sign-in of a user: after a password change or when an account is closed."""
    statement = select(SignInSession).where(SignInSession.user_id == user_id, col(SignInSession.revoked_at).is_(None))
    for found in await session.exec(statement):
        found.revoked_at = now()
        session.add(found)
    await finder.announce(session)
