"""Numbers of persons: GB 11643 citizen numbers, residence permits, and numbers given to people without any."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import mul

from backend.kernel.clocks import CHINA
from backend.kernel.identifiers.divisions import level_of
from backend.kernel.identifiers.text import InvalidIdentifier, normalise, require_digits, require_length
from backend.kernel.labels import LabelledEnum

_NAME = "身份证号"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# What seventeen characters "0" would weigh: digits are weighed by their ASCII codes.
_ZEROS = ord("0") * sum(_WEIGHTS)
# GB/T 2260 provinces; 83 is not in GB/T 2260 but stands on residence permits of Taiwan residents.
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split(),  # noqa: SIM905
)
_PERMIT_PREFIXES = frozenset(("81", "82", "83"))
# Sequence numbers that 15-digit numbers kept for people born before 1900.
_BEFORE_1900 = frozenset(("996", "997", "998", "999"))
_OLDEST_AGE_YEARS = 150
_TEMPORARY = re.compile(r"T(?P<station>[0-9]+)(?P<day>[0-9]{8})(?P<sequence>[0-9]{3})")
_MAX_SEQUENCE = 999


class Sex(LabelledEnum):
    """GB/T 2261.1."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"
    UNSTATED = "9", "未说明"


class NumberKind(LabelledEnum):
    """What a person's number is; it decides what can be read from it."""

    CITIZEN = "citizen", "公民身份号码"
    RESIDENCE_PERMIT = "residence_permit", "港澳台居民居住证"
    TEMPORARY = "temporary", "临时编号"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """An 18-character number that passed every check, with what it says about its holder."""

    value: str
    birth_date: date
    sex: Sex
    kind: NumberKind

    @property
    def region_code(self) -> str:
        """Place of first registration, six digits: not where the person lives now."""
        return self.value[:6]


@dataclass(frozen=True, slots=True)
class TemporaryNumber:
    """The number of a person whose identity is not established; says nothing about birth or sex."""

    value: str
    station: str
    issued_on: date
    sequence: int

    @property
    def kind(self) -> NumberKind:
        """Always temporary; here so that both kinds of number answer the same question."""
        return NumberKind.TEMPORARY


def check_digit(body: str) -> str:
    """Return the 18th character for the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    require_length(_NAME, body, 17)
    require_digits(_NAME, body)
    return _checked(body)


def _checked(body: str) -> str:
    return _CHECK_CHARACTERS[(sum(map(mul, _WEIGHTS, body.encode())) - _ZEROS) % 11]


def upgrade_15_digits(value: object) -> str:
    """Return the 18-character form of a first-generation number (国发〔1999〕15号: century and check digit added)."""
    text = normalise(value)
    require_length(_NAME, text, 15)
    require_digits(_NAME, text)
    century = "18" if text[12:] in _BEFORE_1900 else "19"
    body = text[:6] + century + text[6:]
    return body + check_digit(body)


def parse_id_number(value: object, *, today: date | None = None) -> IdNumber:
    """Check a citizen number (GB 11643-1999) or residence permit number (国办发〔2018〕81号); 15 digits are upgraded.

    `today` limits birth dates and is the date in China when omitted. Raises InvalidIdentifier.
    """
    text = normalise(value)
    require_length(_NAME, text, 15, 18)
    if len(text) == 15:  # noqa: PLR2004 - the standard's own number
        text = upgrade_15_digits(text)
    require_digits(_NAME, text[:17])
    if text[17] not in "0123456789X":
        raise InvalidIdentifier("身份证号第18位是“{character}”，应为数字或X", character=text[17])
    if text[:2] not in _PROVINCES:
        raise InvalidIdentifier("身份证号前两位“{prefix}”不是省级行政区划代码", prefix=text[:2])
    birth_date = _birth_date(text[6:14], today or datetime.now(CHINA).date())
    expected = _checked(text[:17])
    if text[17] != expected:
        raise InvalidIdentifier(
            "身份证号校验码不符：按前17位计算第18位应为“{expected}”，现为“{actual}”，请核对是否有数字抄错",
            expected=expected,
            actual=text[17],
        )
    kind = NumberKind.RESIDENCE_PERMIT if text[:2] in _PERMIT_PREFIXES else NumberKind.CITIZEN
    return IdNumber(text, birth_date, Sex.MALE if int(text[16]) % 2 else Sex.FEMALE, kind)


@lru_cache(maxsize=50_000)
def _birth_date(digits: str, today: date) -> date:
    try:
        born = _read_date(digits)
    except ValueError:
        raise InvalidIdentifier(
            "身份证号第7至14位的出生日期“{digits}”不是真实日期",
            digits=digits,
        ) from None
    if born > today:
        raise InvalidIdentifier(
            "身份证号第7至14位的出生日期{born}晚于今天（{today}）",
            born=born.isoformat(),
            today=today.isoformat(),
        )
    if today.year - born.year > _OLDEST_AGE_YEARS:
        raise InvalidIdentifier(
            "身份证号第7至14位的出生日期{born}距今超过{years}年，请核对",
            born=born.isoformat(),
            years=_OLDEST_AGE_YEARS,
        )
    return born


def _read_date(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def make_temporary_number(station: str, issued_on: date, sequence: int) -> TemporaryNumber:
    """Give a person without identity a number: `T` + division code of the station + date + three digits."""
    level_of(station)
    if not 1 <= sequence <= _MAX_SEQUENCE:
        raise InvalidIdentifier(
            "临时编号的当日序号应在1至{most}之间，现为{sequence}", most=_MAX_SEQUENCE, sequence=sequence
        )
    return TemporaryNumber(f"T{station}{issued_on:%Y%m%d}{sequence:03d}", station, issued_on, sequence)


def parse_temporary_number(value: object, *, today: date | None = None) -> TemporaryNumber:
    """Read back a number of `make_temporary_number`; refuses impossible and future dates."""
    text = normalise(value)
    found = _TEMPORARY.fullmatch(text)
    if found is None:
        raise InvalidIdentifier("临时编号“{text}”格式不符，应为T＋救助站区划代码＋8位日期＋3位序号", text=text)
    level_of(found["station"])
    try:
        issued_on = _read_date(found["day"])
    except ValueError:
        raise InvalidIdentifier("临时编号中的日期“{digits}”不是真实日期", digits=found["day"]) from None
    today = today or datetime.now(CHINA).date()
    if issued_on > today:
        raise InvalidIdentifier(
            "临时编号中的日期{issued}晚于今天（{today}）",
            issued=issued_on.isoformat(),
            today=today.isoformat(),
        )
    return make_temporary_number(found["station"], issued_on, int(found["sequence"]))


def parse_person_number(value: object, *, today: date | None = None) -> IdNumber | TemporaryNumber:
    """Check whichever number a person may stand under in the registry."""
    text = normalise(value)
    if text.startswith("T"):
        return parse_temporary_number(text, today=today)
    return parse_id_number(text, today=today)
