"""Password hashes and the policy a new password must meet."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from backend.kernel.config import settings
from backend.kernel.errors import invalid

LENGTH_MIN = 10
KINDS_MIN = 3


@cache
def hasher() -> PasswordHasher:
    """Return argon2id with the library's defaults; the demo, whose passwords are public, hashes cheaply."""
    return PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1) if settings().demo else PasswordHasher()


@cache
def _decoy() -> str:
    return hasher().hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the salted hash to store."""
    return hasher().hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Compare; an unknown user costs the same time as a known one."""
    try:
        hasher().verify(stored or _decoy(), password)
    except VerifyMismatchError:
        return False
    return stored is not None


def check_policy(password: str, username: str) -> None:
    """Raise InvalidInput unless the password is long, mixed and not the user's name (等保三级)."""
    kinds = sum(
        any(test(c) for c in password) for test in (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    )
    if len(password) < LENGTH_MIN:
        raise invalid("new_password", "密码至少需要 10 个字符")
    if kinds < KINDS_MIN:
        raise invalid("new_password", "密码须包含大写字母、小写字母、数字、符号中的至少三种")
    if username.lower() in password.lower():
        raise invalid("new_password", "密码不能包含用户名")
