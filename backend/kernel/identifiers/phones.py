"""Chinese telephone numbers, mobile and landline."""

import re
from dataclasses import dataclass

from backend.kernel.identifiers.text import InvalidIdentifier, is_digits, normalise
from backend.kernel.labels import LabelledEnum

_COUNTRY = re.compile(r"^(\+86|0086|86(?=1[3-9][0-9]{9}$))-?")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Areas of three digits have local numbers of eight, the others of seven or eight.
_LANDLINE = re.compile(
    r"(?P<area>(?:010|02[0-9])(?=[0-9]{8}(?![0-9]))|0[3-9][0-9]{2})(?P<local>[2-8][0-9]{6,7})"
    r"(?:(?:转|EXT\.?|X|#|-)(?P<extension>[0-9]{1,6}))?",
)
_MOBILE_DIGITS = 11
_LOCAL_DIGITS = (7, 8)


class PhoneKind(LabelledEnum):
    """Only a mobile can take a text message."""

    MOBILE = "mobile", "手机"
    LANDLINE = "landline", "固定电话"


@dataclass(frozen=True, slots=True)
class Phone:
    """`13800001234`, `0543-6321001` or `0543-6321001-8`."""

    value: str
    kind: PhoneKind


def parse_phone(value: object) -> Phone:
    """Check a mobile or landline number with area code (电信网编号计划, 工信部2017年版); +86 is dropped.

    Raises InvalidIdentifier.
    """
    text = _COUNTRY.sub("", normalise(value), count=1).translate(str.maketrans("", "", "()"))
    bare = text.replace("-", "")
    if not bare:
        raise InvalidIdentifier("{name}为空，请填写", name="电话号码")
    if _MOBILE.fullmatch(bare):
        return Phone(bare, PhoneKind.MOBILE)
    # The hyphen before an extension must stay, the one behind the area code must go.
    found = _LANDLINE.fullmatch(re.sub(r"^(0[0-9]{2,3})-", r"\1", text))
    if found:
        parts = (found["area"], found["local"], found["extension"])
        return Phone("-".join(part for part in parts if part), PhoneKind.LANDLINE)
    raise _what_is_wrong(text, bare)


def _what_is_wrong(text: str, bare: str) -> InvalidIdentifier:
    if bare.startswith("1") and is_digits(bare):
        if len(bare) != _MOBILE_DIGITS:
            return InvalidIdentifier("手机号码应为11位，现为{actual}位", actual=len(bare))
        return InvalidIdentifier("手机号码前两位“{prefix}”不存在，应为13至19", prefix=bare[:2])
    if is_digits(bare) and len(bare) in _LOCAL_DIGITS:
        return InvalidIdentifier("固定电话“{text}”缺少区号，请写成“区号-号码”，如0543-6321001", text=text)
    return InvalidIdentifier("电话号码“{text}”既不是11位手机号码，也不是带区号的固定电话", text=text)
