"""What a role may see of a person (DOMAIN §7.4): the one place; lists, details and exports all pass here."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Any

from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.identifiers import mask_minor_name
from backend.kernel.sealing import unseal
from backend.registry.numbers import PHONE

ADULT_AGE = 18


class Degree(IntEnum):
    """How much of a field is shown; of several roles the highest counts."""

    NOTHING = 0
    PART = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class Sight:
    """Degrees by group of fields. The number is never whole in a list: revealing it is an act of its own."""

    number: Degree = Degree.NOTHING
    phone: Degree = Degree.NOTHING
    health: Degree = Degree.NOTHING
    money: Degree = Degree.NOTHING
    minors: Degree = Degree.PART


_HELPER = Sight(Degree.PART, Degree.PART, Degree.PART, Degree.PART, Degree.PART)
_INTAKE = Sight(Degree.PART, Degree.WHOLE, Degree.WHOLE, Degree.WHOLE, Degree.WHOLE)
_DECIDER = Sight(Degree.PART, Degree.PART, Degree.WHOLE, Degree.WHOLE, Degree.WHOLE)
_PAYER = Sight(Degree.PART, Degree.NOTHING, Degree.NOTHING, Degree.NOTHING, Degree.WHOLE)
_WATCHER = Sight(Degree.PART, Degree.NOTHING, Degree.NOTHING, Degree.PART, Degree.PART)
SIGHTS: Mapping[str, Sight] = {
    "village_helper": _HELPER,
    "community_station": _HELPER,
    "town_clerk": _INTAKE,
    "town_investigator": _INTAKE,
    "county_clerk": _INTAKE,
    "county_verifier": _INTAKE,
    "town_approver": _DECIDER,
    "county_admin": _DECIDER,
    "auditor": _DECIDER,
    "county_finance": _PAYER,
    "treasury_officer": _PAYER,
    "bank_operator": _PAYER,
    "supervisor": _WATCHER,
}
BLIND = Sight()
# Bands of monthly income per head, for those who may know how poor but not how much.
_BANDS = (Decimal(0), Decimal(100), Decimal(300), Decimal(500), Decimal(800), Decimal(1200), Decimal(2000))
HEALTH_FIELDS = ("health", "disability_type", "disability_level", "labor_capacity", "self_care", "disability_card")
_DETAILS_OF_HEALTH = ("disability_card",)
MONEY_FIELDS = (
    "income_year", "income_month", "income_per_capita_month", "annual_amount", "insured_amount", "value",
)  # fmt: skip


@lru_cache(maxsize=500)
def _combined(roles: tuple[str, ...]) -> Sight:
    sights = [SIGHTS.get(role, BLIND) for role in roles] or [BLIND]
    return Sight(*(max(getattr(sight, name) for sight in sights) for name in Sight.__slots__))


def sight_of(actor: Actor) -> Sight:
    """Return what the actor's roles together may see; nothing for an unknown role."""
    return _combined(tuple(actor.roles))


def mask_household(actor: Actor, row: MutableMapping[str, Any]) -> None:
    """Mask a row of households in place; `phone_cipher` is read or dropped here."""
    sight = sight_of(actor)
    row["income_band"] = income_band(row.get("income_per_capita_month")) if sight.money else None
    _phone(sight, row)
    _money(sight, row)


def mask_person(actor: Actor, row: MutableMapping[str, Any], *, today: date | None = None) -> None:
    """Mask a row of persons in place."""
    sight = sight_of(actor)
    if sight.minors < Degree.WHOLE and is_minor(row.get("birth_date"), today):
        row["name"] = mask_minor_name(row["name"])
    if sight.number is Degree.NOTHING:
        row["id_number"] = None
        row["birth_date"] = None
    if sight.health is Degree.NOTHING:
        row.update(dict.fromkeys([name for name in HEALTH_FIELDS if name in row]))
    elif sight.health is Degree.PART:
        row.update(dict.fromkeys([name for name in _DETAILS_OF_HEALTH if name in row]))
    _phone(sight, row)


def mask_item(actor: Actor, row: MutableMapping[str, Any]) -> None:
    """Hide the amounts of an income, property or expense from those who may only see the band."""
    _money(sight_of(actor), row)


def _phone(sight: Sight, row: MutableMapping[str, Any]) -> None:
    sealed = row.pop("phone_cipher", None)
    if sight.phone is Degree.NOTHING:
        row["phone"] = None
    elif sight.phone is Degree.WHOLE and sealed is not None:
        row["phone"] = unseal(bytes(sealed), PHONE)


def _money(sight: Sight, row: MutableMapping[str, Any]) -> None:
    if sight.money < Degree.WHOLE:
        row.update(dict.fromkeys([name for name in MONEY_FIELDS if name in row]))


def is_minor(born: date | None, today: date | None = None) -> bool:
    """Whether somebody is under 18; an unknown birth date is treated as a child's, which shows less."""
    if born is None:
        return True
    today = today or datetime.now(CHINA).date()
    return (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < ADULT_AGE


def income_band(amount: Decimal | None) -> str:
    """Name the band of a monthly income per head."""
    if amount is None:
        return say("未知")
    if amount >= _BANDS[-1]:
        return say("{low} 元及以上", low=_BANDS[-1])
    high = next(limit for limit in _BANDS[1:] if amount < limit)
    return say("{low}—{high} 元", low=_BANDS[_BANDS.index(high) - 1], high=high)
