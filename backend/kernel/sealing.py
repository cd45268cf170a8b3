"""The installation's field cipher, made once from the settings, and what a sealed field consists of."""

from dataclasses import dataclass
from functools import cache

from backend.kernel.config import settings
from backend.kernel.crypto import FieldCipher, Suite, parse_key


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored of a sensitive text: unreadable, findable, and shown in lists."""

    cipher: bytes
    index: bytes
    masked: str


@cache
def field_cipher() -> FieldCipher:
    """Return the cipher of this process (EJIA_FIELD_KEY, EJIA_CRYPTO_SUITE)."""
    return FieldCipher(Suite[settings().crypto_suite], parse_key(settings().field_key.get_secret_value()))


def seal(text: str, context: str, masked: str) -> Sealed:
    """Encrypt a normalised text for a column, e.g. `person.id_number`, with its blind index and masked form."""
    cipher = field_cipher()
    return Sealed(cipher.encrypt(text, context), cipher.blind_index(text, context), masked)


def unseal(stored: bytes, context: str) -> str:
    """Read a sealed field; whoever calls must have the right and must write the audit."""
    return field_cipher().decrypt(stored, context)
