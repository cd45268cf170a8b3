"""Nested codes of divisions: each level's code begins with the code of the level above."""

from backend.kernel.identifiers.text import InvalidIdentifier, require_digits
from backend.kernel.labels import LabelledEnum

_NAME = "区划代码"


class DivisionLevel(LabelledEnum):
    """Our own code: the 12-digit statistical code has no tier between town and village."""

    COUNTY = "county", "县级"
    TOWN = "town", "镇街"
    COMMUNITY = "community", "社区"
    VILLAGE = "village", "村居"


_LEVELS = {
    6: DivisionLevel.COUNTY,
    9: DivisionLevel.TOWN,
    12: DivisionLevel.COMMUNITY,
    15: DivisionLevel.VILLAGE,
}
LENGTHS = {level: length for length, level in _LEVELS.items()}


def level_of(code: str) -> DivisionLevel:
    """Return the level that the code's length says; raises InvalidIdentifier for any other length or a letter."""
    require_digits(_NAME, code)
    level = _LEVELS.get(len(code))
    if level is None:
        raise InvalidIdentifier(
            "区划代码应为6位（县）、9位（镇街）、12位（社区）或15位（村居），现为{actual}位",
            actual=len(code),
        )
    return level


def parent_code(code: str) -> str | None:
    """Return the code one level up; None above the county, where the product ends."""
    if level_of(code) is DivisionLevel.COUNTY:
        return None
    return code[:-3]


def ancestor_codes(code: str) -> tuple[str, ...]:
    """Return the codes above, county first, without the code itself."""
    level_of(code)
    return tuple(code[:length] for length in _LEVELS if length < len(code))


def code_at(code: str, level: DivisionLevel) -> str:
    """Return the code of the division of that level in which `code` lies; refuses a level below its own."""
    if LENGTHS[level] > len(code):
        raise InvalidIdentifier("区划代码{code}高于{level}，没有所属的{level}", code=code, level=level.label)
    level_of(code)
    return code[: LENGTHS[level]]


def lies_within(code: str, area: str) -> bool:
    """Whether the division is the area or lies in it. An empty area contains nothing."""
    level_of(code)
    return bool(area) and level_of(area) is not None and code.startswith(area)
