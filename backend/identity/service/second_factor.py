"""The second factor for those who approve or pay: a time-based code (RFC 6238) from the person's own device."""

import secrets

import pyotp
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.service import record
from backend.identity import finder, passwords, repository
from backend.identity.models import User
from backend.identity.schemas import SecondFactorSecret
from backend.identity.service.signing_in import TOTP_CONTEXT, TOTP_SECONDS, accept_code, recovery_index
from backend.kernel.actor import Actor
from backend.kernel.errors import NotSignedIn, invalid
from backend.kernel.sealing import field_cipher

RECOVERY_CODES = 8
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


async def enrol(session: AsyncSession, actor: Actor, password: str) -> SecondFactorSecret:
    """Make a new secret, in force only once a code proves it."""
    user = await _self(session, actor)
    if not passwords.is_right(user.password_hash, password):
        raise invalid("password", "密码不正确")
    if user.totp_confirmed:
        raise invalid("password", "动态验证码已启用，请先停用再重新绑定")
    secret = pyotp.random_base32()
    user.totp_cipher = field_cipher().encrypt(secret, TOTP_CONTEXT)
    user.totp_last_step = None
    session.add(user)
    await record(session, actor, "user.enrol_totp", subject=("user", actor.user_id))
    totp = pyotp.TOTP(secret, interval=TOTP_SECONDS)
    return SecondFactorSecret(uri=totp.provisioning_uri(name=user.username, issuer_name="e家大救助"), secret=secret)


async def confirm(session: AsyncSession, actor: Actor, code: str) -> list[str]:
    """Put the secret in force: from now on every sign-in asks for a code; return the recovery codes."""
    user = await _self(session, actor)
    if user.totp_cipher is None:
        raise invalid("code", "请先获取绑定二维码")
    if user.totp_confirmed:
        raise invalid("code", "动态验证码已启用")
    if not accept_code(user, code):
        raise invalid("code", "动态验证码不正确，请核对手机时间后重试")
    user.totp_confirmed = True
    codes = _new_recovery_codes(user)
    session.add(user)
    await record(session, actor, "user.confirm_totp", subject=("user", actor.user_id))
    # Whoever had to enrol before working may work from now on.
    await finder.announce(session)
    return codes


async def renew_recovery_codes(session: AsyncSession, actor: Actor, password: str) -> list[str]:
    """Replace the recovery codes; the old ones are void."""
    user = await _self(session, actor)
    if not passwords.is_right(user.password_hash, password):
        raise invalid("password", "密码不正确")
    if not user.totp_confirmed:
        raise invalid("password", "请先启用动态验证码")
    codes = _new_recovery_codes(user)
    session.add(user)
    await record(session, actor, "user.renew_recovery_codes", subject=("user", actor.user_id))
    return codes


def _new_recovery_codes(user: User) -> list[str]:
    parts = ["".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(2 * RECOVERY_CODES)]
    codes = [f"{first}-{second}" for first, second in zip(parts[::2], parts[1::2], strict=True)]
    user.recovery_indexes = [recovery_index(code) for code in codes]
    return codes


async def disable(session: AsyncSession, actor: Actor, code: str) -> None:
    """Drop the second factor; a present code proves that its owner asks."""
    user = await _self(session, actor)
    if not user.totp_confirmed or not accept_code(user, code):
        raise invalid("code", "动态验证码不正确或尚未启用")
    drop(user)
    session.add(user)
    await record(session, actor, "user.disable_totp", subject=("user", actor.user_id))
    await finder.announce(session)


def drop(user: User) -> None:
    """Forget the device and its recovery codes."""
    user.totp_cipher, user.totp_confirmed, user.totp_last_step, user.recovery_indexes = None, False, None, []


async def _self(session: AsyncSession, actor: Actor) -> User:
    user = await repository.user_by_name(session, actor.username)
    if user is None:
        raise NotSignedIn
    return user
