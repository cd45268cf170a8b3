"""Field-level encryption, blind indexes and digests, in national (SM) or international (AES) algorithms.

A stored field is `suite (1 byte) | key id (4) | nonce (12) | ciphertext | tag (16)`; suite, key id and context are
bound to it as associated data, so a value moved into another column cannot be read there.
GB/T 39786-2021 asks for the SM suite: SM4 (GB/T 32907-2016) in GCM, SM3 (GB/T 32905-2016).
"""

import base64
import binascii
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from backend.kernel.labels import LabelledEnum
from backend.kernel.refusals import Sentence

KEY_LENGTH = 32
BLIND_INDEX_LENGTH = 16
_KEY_ID_LENGTH, _NONCE_LENGTH, _TAG_LENGTH = 4, 12, 16
_HEADER_LENGTH = 1 + _KEY_ID_LENGTH
_OVERHEAD = _HEADER_LENGTH + _NONCE_LENGTH + _TAG_LENGTH


class Suite(LabelledEnum):
    """Which family of algorithms protects fields and chains; a setting: `Suite["SM"]`."""

    SM = "SM", "国密（SM4、SM3）"
    AES = "AES", "国际（AES-256、SHA-256）"


# Stored in every ciphertext: never renumber.
_SUITE_BYTES = {Suite.SM: 0x11, Suite.AES: 0x21}
_SUITES = {number: suite for suite, number in _SUITE_BYTES.items()}
_CIPHER_KEY_LENGTHS = {Suite.SM: 16, Suite.AES: 32}


class InvalidKey(Sentence):
    """The installation's key cannot be used; an operator must mend the setting."""

    code = "invalid_key"


class UnreadableCiphertext(Sentence):
    """A stored field cannot be read: key missing, or the bytes are not what was stored."""

    code = "unreadable_ciphertext"


class Digest:
    """A running SM3 or SHA-256 digest, 32 bytes."""

    def __init__(self, suite: Suite) -> None:
        """Start with nothing hashed."""
        self._hash = hashes.Hash(_hash_algorithm(suite))

    def update(self, data: bytes) -> None:
        """Hash the next bytes."""
        self._hash.update(data)

    def digest(self) -> bytes:
        """Return the digest of everything so far; more may follow."""
        return self._hash.copy().finalize()

    def hexdigest(self) -> str:
        """Return `digest` as 64 lower-case hexadecimal digits."""
        return self.digest().hex()


def digest(suite: Suite, data: bytes = b"") -> Digest:
    """Start a digest for files and hash chains: SM3 (GB/T 32905-2016) or SHA-256 (FIPS 180-4)."""
    running = Digest(suite)
    running.update(data)
    return running


def parse_key(text: str) -> bytes:
    """Read a 32-byte key from a setting: 64 hexadecimal digits or base64. Raises InvalidKey, never showing the text."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidKey("加密密钥既不是十六进制也不是base64，请重新生成") from None
    return _require_key(key)


def _require_key(key: bytes) -> bytes:
    if len(key) != KEY_LENGTH:
        raise InvalidKey("加密密钥应为{expected}字节，现为{actual}字节", expected=KEY_LENGTH, actual=len(key))
    return key


class _MasterKey:
    """One installed key and the sub-keys derived from it: the key itself encrypts nothing."""

    def __init__(self, key: bytes) -> None:
        self._key = _require_key(key)
        # Independent of the suite, so that the id finds the key before the suite is known to be usable.
        self.key_id = self._derive(Suite.AES, b"key id", _KEY_ID_LENGTH)
        self._cipher_keys = {s: self._derive(s, b"field encryption", n) for s, n in _CIPHER_KEY_LENGTHS.items()}
        self._index_keys = {s: self._derive(s, b"blind index", KEY_LENGTH) for s in Suite}
        # Made once: a roster asks for a hundred thousand of each.
        self._algorithms = {s: _cipher_algorithm(s, key) for s, key in self._cipher_keys.items()}
        self._keyed = {s: HMAC(key, _hash_algorithm(s)) for s, key in self._index_keys.items()}

    def _derive(self, suite: Suite, purpose: bytes, length: int) -> bytes:
        # RFC 5869 expand only: an installed key is already uniformly random.
        label = b"/".join((b"ejia", suite.value.encode(), purpose))
        return HKDFExpand(_hash_algorithm(suite), length, label).derive(self._key)

    def cipher(self, suite: Suite, nonce: bytes, tag: bytes | None = None) -> Cipher[modes.GCM]:
        return Cipher(self._algorithms[suite], modes.GCM(nonce, tag))

    def index(self, suite: Suite, message: bytes) -> bytes:
        keyed = self._keyed[suite].copy()
        keyed.update(message)
        return keyed.finalize()[:BLIND_INDEX_LENGTH]


class FieldCipher:
    """Encrypts with one key and suite; reads what any of the known keys wrote, in either suite."""

    def __init__(self, suite: Suite, key: bytes, old_keys: Sequence[bytes] = ()) -> None:
        """Take 32 random bytes, and the keys used before that are still needed for reading."""
        self.suite = suite
        self._current = _MasterKey(key)
        self._keys = {self._current.key_id: self._current}
        for old in map(_MasterKey, old_keys):
            self._keys.setdefault(old.key_id, old)

    def encrypt(self, text: str, context: str) -> bytes:
        """Encrypt for the column `context`, e.g. `person.id_number`; equal texts give different bytes."""
        header = bytes([_SUITE_BYTES[self.suite]]) + self._current.key_id
        nonce = os.urandom(_NONCE_LENGTH)
        sealing = self._current.cipher(self.suite, nonce).encryptor()
        sealing.authenticate_additional_data(header + context.encode())
        return header + nonce + sealing.update(text.encode()) + sealing.finalize() + sealing.tag

    def decrypt(self, stored: bytes, context: str) -> str:
        """Read what `encrypt` wrote for the same context. Raises UnreadableCiphertext, naming the context."""
        if len(stored) < _OVERHEAD or stored[0] not in _SUITES:
            raise UnreadableCiphertext("字段{context}的密文格式无法识别，可能未加密或已损坏", context=context)
        header = stored[:_HEADER_LENGTH]
        key = self._keys.get(header[1:])
        if key is None:
            raise UnreadableCiphertext(
                "字段{context}由另一把密钥加密（密钥标识{key_id}），请在旧密钥设置中补上该密钥",
                context=context,
                key_id=header[1:].hex(),
            )
        nonce, sealed, tag = stored[_HEADER_LENGTH:][:_NONCE_LENGTH], stored[17:-_TAG_LENGTH], stored[-_TAG_LENGTH:]
        opening = key.cipher(_SUITES[stored[0]], nonce, tag).decryptor()
        opening.authenticate_additional_data(header + context.encode())
        try:
            return (opening.update(sealed) + opening.finalize()).decode()
        except InvalidTag:
            raise UnreadableCiphertext(
                "字段{context}的密文校验失败：内容被改动，或不属于该字段",
                context=context,
            ) from None

    def is_current(self, stored: bytes) -> bool:
        """Whether the bytes were written with today's key and suite; if not, re-encryption is due."""
        return stored[:_HEADER_LENGTH] == bytes([_SUITE_BYTES[self.suite]]) + self._current.key_id

    def blind_index(self, text: str, context: str) -> bytes:
        """Return 16 bytes by which equal texts of one column are found without being read; normalise the text first."""
        return self._current.index(self.suite, _index_message(text, context))

    def blind_indexes(self, text: str, context: str) -> list[bytes]:
        """Return the index under today's key first, then all others: what to search for during a rotation."""
        message = _index_message(text, context)
        suites = sorted(Suite, key=lambda suite: suite is not self.suite)
        return [key.index(suite, message) for key in self._keys.values() for suite in suites]


def _index_message(text: str, context: str) -> bytes:
    # The length in front keeps ("ab", "c") and ("a", "bc") apart.
    label = context.encode()
    return len(label).to_bytes(4, "big") + label + text.encode()


def _cipher_algorithm(suite: Suite, key: bytes) -> algorithms.SM4 | algorithms.AES256:
    return algorithms.SM4(key) if suite is Suite.SM else algorithms.AES256(key)


def _hash_algorithm(suite: Suite) -> hashes.HashAlgorithm:
    return hashes.SM3() if suite is Suite.SM else hashes.SHA256()
