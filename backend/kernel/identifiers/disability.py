"""The 20-digit number of the certificate of disability, which contains its holder's ID number."""

import re
from dataclasses import dataclass
from datetime import date

from backend.kernel.identifiers.persons import IdNumber, parse_id_number
from backend.kernel.identifiers.text import InvalidIdentifier, normalise, require_length
from backend.kernel.labels import LabelledEnum

_NAME = "残疾人证号"
_REISSUE = re.compile(r"B([1-9])")
_LEVELS = "1234"


class DisabilityCategory(LabelledEnum):
    """GB/T 26341-2010, in the order of the certificate's 19th digit."""

    SIGHT = "1", "视力残疾"
    HEARING = "2", "听力残疾"
    SPEECH = "3", "言语残疾"
    PHYSICAL = "4", "肢体残疾"
    INTELLECTUAL = "5", "智力残疾"
    MENTAL = "6", "精神残疾"
    MULTIPLE = "7", "多重残疾"


_CATEGORIES = {category.value: category for category in DisabilityCategory}


@dataclass(frozen=True, slots=True)
class DisabilityCard:
    """A certificate number that passed every check. Level 1 is the most severe, 4 the least."""

    value: str
    holder: IdNumber
    category: DisabilityCategory
    level: int
    reissue: int


def parse_disability_card(
    value: object,
    *,
    holder: IdNumber | None = None,
    today: date | None = None,
) -> DisabilityCard:
    """Check ID number (18) + category (GB/T 26341) + level, with `B1`…`B9` behind it after a reissue.

    With `holder`, a number that contains somebody else's ID number is refused. Raises InvalidIdentifier.
    """
    text = normalise(value)
    require_length(_NAME, text, 20, 22)
    inside = _holder_inside(text[:18], today)
    if text[18] not in _CATEGORIES:
        raise InvalidIdentifier("残疾人证号第19位（残疾类别）是“{character}”，应为1至7", character=text[18])
    if text[19] not in _LEVELS:
        raise InvalidIdentifier("残疾人证号第20位（残疾等级）是“{character}”，应为1至4", character=text[19])
    suffix = _REISSUE.fullmatch(text[20:])
    if text[20:] and suffix is None:
        raise InvalidIdentifier("残疾人证号末尾“{suffix}”不是补换证标记，应为B1至B9", suffix=text[20:])
    if holder is not None and holder.value != inside.value:
        raise InvalidIdentifier(
            "残疾人证号前18位与本人身份证号不一致（第{position}位起不同）",
            position=_first_difference(inside.value, holder.value),
        )
    reissue = int(suffix[1]) if suffix else 0
    return DisabilityCard(text, inside, _CATEGORIES[text[18]], int(text[19]), reissue)


def _holder_inside(digits: str, today: date | None) -> IdNumber:
    try:
        return parse_id_number(digits, today=today)
    except InvalidIdentifier as fault:
        raise InvalidIdentifier("残疾人证号前18位有误：{fault}", fault=fault) from fault


def _first_difference(one: str, other: str) -> int:
    return next(place for place, (a, b) in enumerate(zip(one, other, strict=True), start=1) if a != b)
