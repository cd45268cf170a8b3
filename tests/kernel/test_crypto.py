"""Encrypted fields: readable with the right key and column only; searchable without being read."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.crypto import (
    FieldCipher,
    InvalidKey,
    Suite,
    UnreadableCiphertext,
    digest,
    parse_key,
)

KEY, OTHER = bytes(range(32)), bytes(range(32, 64))
COLUMN = "person.id_number"
NUMBER = "11010519491231002X"

both_suites = pytest.mark.parametrize("suite", list(Suite))


def refusal(cipher: FieldCipher, stored: bytes, context: str = COLUMN) -> str:
    with pytest.raises(UnreadableCiphertext) as caught:
        cipher.decrypt(stored, context)
    return str(caught.value)


@both_suites
@given(text=st.text(), context=st.text(max_size=40))
def test_what_was_encrypted_is_read_again(suite: Suite, text: str, context: str) -> None:
    cipher = FieldCipher(suite, KEY)
    assert cipher.decrypt(cipher.encrypt(text, context), context) == text


@both_suites
def test_the_text_cannot_be_seen_and_equal_texts_look_different(suite: Suite) -> None:
    cipher = FieldCipher(suite, KEY)
    first, second = cipher.encrypt(NUMBER, COLUMN), cipher.encrypt(NUMBER, COLUMN)
    assert NUMBER.encode() not in first
    assert first != second
    assert len(first) == len(NUMBER) + 33


@both_suites
def test_a_value_moved_to_another_column_cannot_be_read(suite: Suite) -> None:
    cipher = FieldCipher(suite, KEY)
    stored = cipher.encrypt(NUMBER, COLUMN)
    assert refusal(cipher, stored, "person.phone") == "字段person.phone的密文校验失败：内容被改动，或不属于该字段"


@both_suites
@given(data=st.data())
def test_any_changed_bit_is_found(suite: Suite, data: st.DataObject) -> None:
    cipher = FieldCipher(suite, KEY, old_keys=[OTHER])
    stored = bytearray(cipher.encrypt(NUMBER, COLUMN))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert refusal(cipher, bytes(stored)).startswith(f"字段{COLUMN}")


@both_suites
@given(data=st.data())
def test_a_shortened_text_is_found(suite: Suite, data: st.DataObject) -> None:
    cipher = FieldCipher(suite, KEY)
    stored = cipher.encrypt(NUMBER, COLUMN)
    assert refusal(cipher, stored[: data.draw(st.integers(0, len(stored) - 1))])


@both_suites
def test_a_wrong_key_is_named_by_its_id_never_by_its_bytes(suite: Suite) -> None:
    stored = FieldCipher(suite, OTHER).encrypt(NUMBER, COLUMN)
    sentence = refusal(FieldCipher(suite, KEY), stored)
    assert sentence == f"字段{COLUMN}由另一把密钥加密（密钥标识{stored[1:5].hex()}），请在旧密钥设置中补上该密钥"
    assert stored[1:5] not in OTHER


def test_plain_text_left_in_a_column_is_told_apart() -> None:
    cipher = FieldCipher(Suite.SM, KEY)
    assert refusal(cipher, NUMBER.encode()) == f"字段{COLUMN}的密文格式无法识别，可能未加密或已损坏"
    assert refusal(cipher, b"") == f"字段{COLUMN}的密文格式无法识别，可能未加密或已损坏"


@pytest.mark.parametrize("old_suite", list(Suite))
@pytest.mark.parametrize("new_suite", list(Suite))
def test_after_a_rotation_old_fields_are_still_read_and_known_as_old(old_suite: Suite, new_suite: Suite) -> None:
    stored = FieldCipher(old_suite, OTHER).encrypt(NUMBER, COLUMN)
    cipher = FieldCipher(new_suite, KEY, old_keys=[OTHER, KEY])
    assert cipher.decrypt(stored, COLUMN) == NUMBER
    assert not cipher.is_current(stored)
    assert cipher.is_current(cipher.encrypt(NUMBER, COLUMN))


def test_a_change_of_suite_alone_makes_a_field_old() -> None:
    stored = FieldCipher(Suite.AES, KEY).encrypt(NUMBER, COLUMN)
    cipher = FieldCipher(Suite.SM, KEY)
    assert cipher.decrypt(stored, COLUMN) == NUMBER
    assert not cipher.is_current(stored)


class TestBlindIndex:
    @both_suites
    def test_equal_texts_of_one_column_are_found(self, suite: Suite) -> None:
        index = FieldCipher(suite, KEY).blind_index(NUMBER, COLUMN)
        assert index == FieldCipher(suite, KEY, old_keys=[OTHER]).blind_index(NUMBER, COLUMN)
        assert len(index) == 16

    @both_suites
    def test_another_column_key_or_text_gives_another_index(self, suite: Suite) -> None:
        cipher = FieldCipher(suite, KEY)
        indexes = {
            cipher.blind_index(NUMBER, COLUMN),
            cipher.blind_index(NUMBER, "person.phone"),
            cipher.blind_index(NUMBER[:-1], COLUMN),
            FieldCipher(suite, OTHER).blind_index(NUMBER, COLUMN),
        }
        assert len(indexes) == 4

    def test_column_and_text_do_not_run_into_one_another(self) -> None:
        cipher = FieldCipher(Suite.SM, KEY)
        assert cipher.blind_index("c", "ab") != cipher.blind_index("bc", "a")

    @both_suites
    def test_the_installed_key_itself_is_not_the_index_key(self, suite: Suite) -> None:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.hmac import HMAC

        naive = HMAC(KEY, hashes.SM3() if suite is Suite.SM else hashes.SHA256())
        naive.update(len(COLUMN).to_bytes(4, "big") + COLUMN.encode() + NUMBER.encode())
        assert FieldCipher(suite, KEY).blind_index(NUMBER, COLUMN) != naive.finalize()[:16]

    @both_suites
    def test_the_index_key_is_not_the_encryption_key_either(self, suite: Suite) -> None:
        master = FieldCipher(suite, KEY)._current
        sealing, index = master._cipher_keys[suite], master._index_keys[suite]
        assert index[: len(sealing)] != sealing
        assert KEY not in (sealing, index)
        assert not sealing.startswith(master.key_id)

    def test_during_a_rotation_all_indexes_are_searched_todays_first(self) -> None:
        cipher = FieldCipher(Suite.SM, KEY, old_keys=[OTHER])
        candidates = cipher.blind_indexes(NUMBER, COLUMN)
        assert candidates[0] == cipher.blind_index(NUMBER, COLUMN)
        assert set(candidates) == {
            FieldCipher(suite, key).blind_index(NUMBER, COLUMN) for suite in Suite for key in (KEY, OTHER)
        }


class TestKeys:
    def test_a_key_is_written_in_hexadecimal_or_base64(self) -> None:
        assert parse_key("00" * 31 + "ff") == bytes(31) + b"\xff"
        assert parse_key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=") == KEY

    @pytest.mark.parametrize("text", ["不是密钥", "zz", "", "00" * 16, "00" * 33])
    def test_an_unusable_key_is_refused_without_being_shown(self, text: str) -> None:
        with pytest.raises(InvalidKey) as caught:
            parse_key(text)
        assert not text or text not in str(caught.value)

    @pytest.mark.parametrize("length", [0, 16, 31, 33])
    def test_only_32_bytes_are_a_key(self, length: int) -> None:
        with pytest.raises(InvalidKey, match=f"应为32字节，现为{length}字节"):
            FieldCipher(Suite.SM, bytes(length))
        with pytest.raises(InvalidKey):
            FieldCipher(Suite.SM, KEY, old_keys=[bytes(length)])

    def test_the_setting_names_the_suite(self) -> None:
        assert (Suite["SM"], Suite["AES"]) == (Suite.SM, Suite.AES)


class TestStandards:
    def test_sm3_of_the_standards_example(self) -> None:
        assert (
            digest(Suite.SM, b"abc").hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        )

    def test_sha256_of_the_standards_example(self) -> None:
        assert (
            digest(Suite.AES, b"abc").hexdigest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )

    @both_suites
    def test_a_digest_can_be_fed_in_pieces_and_read_on_the_way(self, suite: Suite) -> None:
        running = digest(suite)
        running.update(b"a")
        assert running.digest() == digest(suite, b"a").digest()
        running.update(b"bc")
        assert running.digest() == digest(suite, b"abc").digest()

    def test_sm4_gcm_of_this_installation_agrees_with_rfc_8998(self) -> None:
        key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
        sealing = Cipher(algorithms.SM4(key), modes.GCM(bytes.fromhex("00001234567800000000ABCD"))).encryptor()
        sealing.authenticate_additional_data(bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
        plain = "".join(c * 16 for c in "ABCDEFEA")
        sealed = sealing.update(bytes.fromhex(plain)) + sealing.finalize()
        assert sealed.hex().upper().startswith("17F399F08C67D5EE19D0DC9969C4BB7D")
        assert sealing.tag.hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"
