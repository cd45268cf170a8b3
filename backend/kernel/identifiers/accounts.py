"""Numbers of the bank: cards, other accounts, and the bank's own number in the payment system."""

from backend.kernel.identifiers.text import (
    InvalidIdentifier,
    normalise,
    require_digits,
    require_length,
    require_length_between,
)

_CARD_MIN_DIGITS, _CARD_MAX_DIGITS = 16, 19
_ACCOUNT_MIN_DIGITS, _ACCOUNT_MAX_DIGITS = 6, 32


def luhn_digit(body: str) -> str:
    """Return the digit that makes `body` + digit pass Luhn (ISO/IEC 7812-1 annex B)."""
    require_digits("银行卡号", body)
    doubled = (int(d) * 2 if place % 2 == 0 else int(d) for place, d in enumerate(reversed(body)))
    return str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)  # noqa: PLR2004 - digit sum of two digits


def parse_bank_card(value: object) -> str:
    """Return the card number as 16–19 digits that pass Luhn (ISO/IEC 7812-1); hyphens are dropped."""
    text = _without_hyphens(value)
    require_length_between("银行卡号", text, _CARD_MIN_DIGITS, _CARD_MAX_DIGITS)
    require_digits("银行卡号", text)
    expected = luhn_digit(text[:-1])
    if text[-1] != expected:
        raise InvalidIdentifier(
            "银行卡号校验码不符：最后一位应为“{expected}”，现为“{actual}”，请核对是否有数字抄错",
            expected=expected,
            actual=text[-1],
        )
    return text


def parse_account_number(value: object) -> str:
    """Return a passbook or corporate account number: digits only, since Luhn does not hold for these."""
    text = _without_hyphens(value)
    require_length_between("银行账号", text, _ACCOUNT_MIN_DIGITS, _ACCOUNT_MAX_DIGITS)
    require_digits("银行账号", text)
    return text


def parse_cnaps(value: object) -> str:
    """Return a bank's 12-digit number in the People's Bank payment system (CNAPS 支付系统行号)."""
    text = normalise(value)
    require_length("支付系统行号", text, 12)
    require_digits("支付系统行号", text)
    return text


def _without_hyphens(value: object) -> str:
    return normalise(value).replace("-", "")
