"""Keys are made here and nowhere else: no name or path of a user ever reaches the store."""

import re
import secrets

from storage.errors import BadKey

_KEY = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{30}", re.ASCII)


def new_key() -> str:
    """Return an unguessable key of 128 random bits; its first two digits spread files over 256 folders."""
    digits = secrets.token_hex(16)
    return f"{digits[:2]}/{digits}"


def checked(key: str) -> str:
    """Return the key if `new_key` could have made it; raise BadKey otherwise."""
    if not _KEY.fullmatch(key):
        raise BadKey(key=repr(key))
    return key
