"""Unified social credit codes of organisations (GB 32100-2015)."""

from dataclasses import dataclass

from backend.kernel.identifiers.text import InvalidIdentifier, normalise, require_digits, require_length

_NAME = "统一社会信用代码"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY_CHECKS = "0123456789X"


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code that passed both check digits."""

    value: str

    @property
    def prefix(self) -> str:
        """Registering authority and kind of organisation, e.g. `91` enterprise, `52` social service body."""
        return self.value[:2]

    @property
    def region_code(self) -> str:
        """Division of the registering authority, six digits (GB/T 2260)."""
        return self.value[2:8]

    @property
    def body_code(self) -> str:
        """Organisation code inside it, nine characters (GB 11714-1997)."""
        return self.value[8:17]


def parse_credit_code(value: object) -> CreditCode:
    """Check alphabet, the GB 11714-1997 check digit (17th) and the GB 32100-2015 one (18th)."""
    text = normalise(value)
    require_length(_NAME, text, 18)
    for position, character in enumerate(text, start=1):
        if character not in _ALPHABET:
            raise InvalidIdentifier(
                "统一社会信用代码第{position}位是“{character}”，只能是数字或除I、O、S、V、Z以外的大写字母",
                position=position,
                character=character,
            )
    require_digits(_NAME, text[2:8], first=3)
    _require_check(text, 17, _body_check(text[8:16]))
    _require_check(text, 18, _ALPHABET[-sum(w * _ALPHABET.index(c) for w, c in zip(_WEIGHTS, text, strict=False)) % 31])
    return CreditCode(text)


def _body_check(body: str) -> str:
    # GB 11714 counts A as 10 … Z as 35, all letters, unlike the alphabet of GB 32100.
    return _BODY_CHECKS[-sum(w * int(c, 36) for w, c in zip(_BODY_WEIGHTS, body, strict=True)) % 11]


def _require_check(text: str, position: int, expected: str) -> None:
    actual = text[position - 1]
    if actual != expected:
        raise InvalidIdentifier(
            "统一社会信用代码校验码不符：第{position}位应为“{expected}”，现为“{actual}”，请核对是否有字符抄错",
            position=position,
            expected=expected,
            actual=actual,
        )
