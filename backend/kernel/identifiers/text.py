"""Typed and pasted identifiers brought into one spelling before they are checked."""

import re

from backend.kernel.refusals import Refused

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Spaces of every width, the marks that copying from web pages and spreadsheets leaves behind, and
# the apostrophe with which people force a spreadsheet cell to text.
_DROPPED = dict.fromkeys([*map(ord, " \t\r\n\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"), *range(0x2000, 0x200B)])
# With its plus, as spreadsheets write it: our own serial numbers may hold an E between digits.
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+")


class InvalidIdentifier(Refused):
    """A number that the standard it belongs to does not allow."""

    code = "invalid_identifier"


def normalise(value: object) -> str:
    """Half-width, upper-case, without blanks and a leading apostrophe.

    Raises InvalidIdentifier for anything but text: a spreadsheet keeps 15 digits of a number, so
    the last digits of an 18-digit identifier are lost before it reaches us.
    """
    if not isinstance(value, str):
        template = "号码须以文本填写：按数字保存会丢失末几位，请把该列设为“文本”格式后重新填写"
        raise InvalidIdentifier(template)
    if value.isascii() and value.isalnum():
        # The usual case, and a hundred thousand times in a roster: nothing to bring into another spelling.
        return value.upper()
    text = value.translate(_FULL_WIDTH).translate(_DROPPED).removeprefix("'").upper()
    if _SCIENTIFIC.fullmatch(text):
        raise InvalidIdentifier("“{text}”是科学计数法，原号码的末几位已丢失，请以文本格式重新填写", text=text)
    return text


def is_digits(text: str) -> bool:
    """ASCII digits only: `str.isdigit` would also pass ² and Arabic-Indic digits."""
    return text.isascii() and text.isdigit()


def require_digits(name: str, text: str, first: int = 1) -> None:
    """Name the first character that is not a digit; the text stands at position `first` of the number."""
    if is_digits(text):
        return
    for position, character in enumerate(text, start=first):
        if not is_digits(character):
            raise InvalidIdentifier(
                "{name}第{position}位是“{character}”，应为数字",
                name=name,
                position=position,
                character=character,
            )


def require_length(name: str, text: str, length: int, other: int | None = None) -> None:
    """Refuse an empty text and every length but the one or two given."""
    _require_filled(name, text)
    if len(text) in (length, other):
        return
    if other is None:
        raise InvalidIdentifier("{name}应为{length}位，现为{actual}位", name=name, length=length, actual=len(text))
    raise InvalidIdentifier(
        "{name}应为{length}或{other}位，现为{actual}位", name=name, length=length, other=other, actual=len(text)
    )


def require_length_between(name: str, text: str, least: int, most: int) -> None:
    """Refuse an empty text and every length outside least..most, both included."""
    _require_filled(name, text)
    if not least <= len(text) <= most:
        raise InvalidIdentifier(
            "{name}应为{least}至{most}位，现为{actual}位", name=name, least=least, most=most, actual=len(text)
        )


def _require_filled(name: str, text: str) -> None:
    if not text:
        raise InvalidIdentifier("{name}为空，请填写", name=name)
