"""Yuan as Decimal with two places: refused when inexact, rounded only when told how, written out for vouchers."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import Enum
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from backend.kernel.labels import LabelledEnum
from backend.kernel.refusals import Refused

CENT = Decimal("0.01")
MAX_DIGITS, PLACES = 14, 2
LARGEST = Decimal("999999999999.99")
_PATTERN = r"^[0-9]{1,12}(\.[0-9]{1,2})?$"
_SIGNED_PATTERN = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"
_NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_HALF_WIDTH = str.maketrans("－．，０１２３４５６７８９", "-.,0123456789")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


class InvalidMoney(Refused):
    """A value that is no amount in yuan and cents."""

    code = "invalid_money"


class Rounding(LabelledEnum):
    """Direction in which a computed amount is cut; each project version names its own."""

    UP = "up", "向上进位"
    HALF_UP = "half_up", "四舍五入"
    DOWN = "down", "舍去尾数"


class RoundingUnit(LabelledEnum):
    """Smallest unit that is left after rounding."""

    YUAN = "1", "元"
    JIAO = "0.1", "角"
    FEN = "0.01", "分"


_MODES = {Rounding.UP: ROUND_UP, Rounding.HALF_UP: ROUND_HALF_UP, Rounding.DOWN: ROUND_DOWN}


def to_money(value: object) -> Decimal:
    """Return the amount in yuan with exactly two places, never rounding.

    Takes Decimal, int and plain numerals such as `1356.00`. Raises InvalidMoney for floats, NaN,
    infinities, more than two decimals and amounts of a trillion yuan or more.
    """
    if isinstance(value, Decimal):
        return _exact(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _exact(Decimal(value))
    if isinstance(value, float):
        raise InvalidMoney("金额不得用浮点数表示，请用文本或十进制数")
    if value is None or value == "":
        raise InvalidMoney("金额为空，请填写")
    if isinstance(value, str) and _NUMERAL.fullmatch(value):
        return _exact(_read(value))
    raise InvalidMoney("金额“{value}”不是数字，请按1356.00的样式填写", value=_short(str(value)))


def _read(numeral: str) -> Decimal:
    whole, _, decimals = numeral.partition(".")
    # By length first: a numeral of a million digits is refused before it is computed with.
    if len(whole.removeprefix("-")) > MAX_DIGITS - PLACES:
        raise _too_large()
    if len(decimals) > PLACES:
        raise InvalidMoney("金额{value}的小数超过两位，最小单位是分", value=_short(numeral))
    return Decimal(numeral)


def _too_large() -> InvalidMoney:
    return InvalidMoney("金额过大：不得超过{largest}元", largest=str(LARGEST))


def _exact(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise InvalidMoney("金额“{value}”不是数字，请按1356.00的样式填写", value=str(value))
    if abs(value) > LARGEST:
        raise _too_large()
    cents = value.quantize(CENT, rounding=ROUND_DOWN)
    if cents != value:
        raise InvalidMoney("金额{value}的小数超过两位，最小单位是分", value=_short(str(value)))
    # Adding zero turns -0.00 into 0.00.
    return cents + 0


def _short(value: str, limit: int = 40) -> str:
    return value if len(value) <= limit else value[:limit] + "…"


def parse_spreadsheet_money(value: object) -> Decimal:
    """Return the amount a spreadsheet cell shows: numbers, and text such as `￥1,356.00元`.

    A blank cell is refused, since unknown is not zero: ask whether the cell is blank first.
    """
    if isinstance(value, float):
        # Spreadsheets show 15 significant digits: 0.1+0.2 is stored with a tail that nobody entered.
        return to_money(Decimal(format(value, ".15g")))
    if isinstance(value, str):
        text = value.translate(_HALF_WIDTH).strip().lstrip("￥¥").removesuffix("元").strip()
        return to_money(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    return to_money(value)


def round_money(value: Decimal, mode: Rounding, unit: RoundingUnit = RoundingUnit.FEN) -> Decimal:
    """Round once, from the unrounded value: 见分进角 is UP to JIAO. Up and down go by size, whatever the sign.

    Raises InvalidMoney when the value is not finite or too large.
    """
    if not value.is_finite():
        raise InvalidMoney("金额“{value}”不是数字，请按1356.00的样式填写", value=str(value))
    if abs(value) > LARGEST:
        raise _too_large()
    return to_money(value.quantize(Decimal(unit.value), rounding=_MODES[mode]))


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES_IN_GROUP = ("仟", "佰", "拾", "")
_GROUPS = ("亿", "万", "")


def to_chinese_capital(amount: Decimal) -> str:
    """Write an amount for vouchers and letters (支付结算办法 附一, 银发〔1997〕393号): 1356.00 → 壹仟叁佰伍拾陆元整.

    Where the rule allows 零 or none, 零 is written before 角 after a round 元 and left out after a round 万.
    """
    money = to_money(amount)
    yuan, cents = divmod(int(abs(money) * 100), 100)
    jiao, fen = divmod(cents, 10)
    words = _whole_yuan(yuan) + "元" if yuan else ""
    if jiao:
        words += ("零" if yuan and yuan % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif fen and yuan:
        words += "零"
    if fen:
        words += _DIGITS[fen] + "分"
    if not words:
        return "零元整"
    return ("负" if money < 0 else "") + words + ("" if fen else "整")


def _whole_yuan(yuan: int) -> str:
    words = ""
    gap = False
    for group, name in zip((yuan // 10**8, yuan // 10**4 % 10**4, yuan % 10**4), _GROUPS, strict=True):
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):  # noqa: PLR2004 - a group that does not fill its four places
            words += "零"
        words += _four_digits(group) + name
        gap = False
    return words


def _four_digits(group: int) -> str:
    words = ""
    zero = False
    for digit, place in zip(f"{group:04d}", _PLACES_IN_GROUP, strict=True):
        if digit == "0":
            zero = bool(words)
            continue
        words += ("零" if zero else "") + _DIGITS[int(digit)] + place
        zero = False
    return words


class _Sign(Enum):
    ANY = "any"
    NOT_NEGATIVE = "not_negative"
    POSITIVE = "positive"


def _from_request(value: object, sign: _Sign) -> Decimal:
    try:
        # JSON has one kind of number; repr gives back the numeral as it was sent.
        money = to_money(Decimal(repr(value)) if isinstance(value, float) else value)
        if sign is not _Sign.ANY and money < 0:
            raise InvalidMoney("金额{value}不得为负数", value=str(money))  # noqa: TRY301 - one way out
        if sign is _Sign.POSITIVE and money == 0:
            raise InvalidMoney("金额应大于0")  # noqa: TRY301
    except InvalidMoney as refusal:
        raise refusal.as_field_error() from None
    return money


def _not_negative(value: object) -> Decimal:
    return _from_request(value, _Sign.NOT_NEGATIVE)


def _positive(value: object) -> Decimal:
    return _from_request(value, _Sign.POSITIVE)


def _any_sign(value: object) -> Decimal:
    return _from_request(value, _Sign.ANY)


def _two_places(value: Decimal) -> str:
    return f"{value:.2f}"


def _schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "x-format": "money", "examples": ["1356.00"]})


_AS_TEXT = PlainSerializer(_two_places, return_type=str, when_used="json")

Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=MAX_DIGITS, decimal_places=PLACES),
    BeforeValidator(_not_negative),
    _AS_TEXT,
    _schema(_PATTERN),
]
"""Yuan ≥ 0 in schemas and tables.

Takes str, int, Decimal and JSON numbers of at most two decimals; JSON gets `"1356.00"`.
"""

PositiveMoney = Annotated[
    Decimal,
    Field(max_digits=MAX_DIGITS, decimal_places=PLACES),
    BeforeValidator(_positive),
    _AS_TEXT,
    _schema(_PATTERN),
]
"""Yuan > 0: what is given, moved or asked for; otherwise as `Money`."""

SignedMoney = Annotated[
    Decimal,
    Field(max_digits=MAX_DIGITS, decimal_places=PLACES),
    BeforeValidator(_any_sign),
    _AS_TEXT,
    _schema(_SIGNED_PATTERN),
]
"""Yuan of either sign, e.g. a difference or a correction; otherwise as `Money`."""
