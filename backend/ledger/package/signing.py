"""The installation's signature (Ed25519), derived from its secret; its fingerprint tells others whose it is."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.kernel.config import settings


def _key() -> Ed25519PrivateKey:
    secret = settings().secret_key.get_secret_value().encode()
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"ejia/ledger package").derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> bytes:
    """Return the 32 bytes that check our signatures."""
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(content: bytes) -> bytes:
    """Return the signature, 64 bytes."""
    return _key().sign(content)


def is_signed(content: bytes, signature: bytes, key: bytes) -> bool:
    """Tell whether the holder of this key signed just this."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: bytes) -> str:
    """Return a key's name, short enough to be read over the telephone."""
    text = hashlib.sha256(key).hexdigest()[:32]
    return "-".join(text[n : n + 4] for n in range(0, 32, 4))
