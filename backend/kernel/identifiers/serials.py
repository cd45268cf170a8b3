"""Check digits for the numbers that we give out ourselves."""

from backend.kernel.identifiers.text import InvalidIdentifier, normalise

_MODULUS = 97
_CHECK_LENGTH = 2


def with_check(body: str) -> str:
    """Return `body` (digits and letters) with two check digits of ISO/IEC 7064 MOD 97-10 behind it."""
    return f"{body}{98 - _value(body) * 100 % _MODULUS:02d}"


def parse_checked(name: str, value: object) -> str:
    """Return a number of `with_check` as printed; `name` stands in the refusal, e.g. 申请编号."""
    text = normalise(value)
    if len(text) <= _CHECK_LENGTH or not (text.isascii() and text.isalnum()):
        raise InvalidIdentifier("{name}“{text}”只能由数字和字母组成", name=name, text=text)
    expected = with_check(text[:-_CHECK_LENGTH])[-_CHECK_LENGTH:]
    if text[-_CHECK_LENGTH:] != expected:
        raise InvalidIdentifier(
            "{name}校验码不符：最后两位应为“{expected}”，现为“{actual}”，请核对是否有字符抄错",
            name=name,
            expected=expected,
            actual=text[-_CHECK_LENGTH:],
        )
    return text


def _value(body: str) -> int:
    return int("".join(str(int(character, 36)) for character in body))
