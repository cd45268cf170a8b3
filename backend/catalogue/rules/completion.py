"""What follows from other facts of an example, computed as the registry computes it from its records.

A fact given as unknown stays unknown. What is registered positively (a certificate, a status, a school) is “no” when
it is not mentioned; ages, incomes, ability to work, obligors and property are unknown when not mentioned.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

MONTHS = Decimal(12)
ELDERLY, ADULT = 60, 18
RATIO_WITHOUT_INCOME = Decimal(100)
_MENTIONED = (
    "is_head",
    "is_disabled",
    "is_severely_disabled",
    "has_serious_illness",
    "is_student",
    "in_institution",
    "is_imprisoned",
    "in_dibao",
    "in_tekun",
    "in_margin",
    "in_rigid",
    "is_orphan",
    "is_unattended_child",
)
_SEVERE_LEVEL, _SEVERE_LEVEL_OF_MIND = 2, 3
_OF_MIND = ("intellectual", "mental")
_ABLE = ("full", "partial")
_EXPENSES = (
    "rigid_expense_living",
    "rigid_expense_medical",
    "rigid_expense_education",
    "rigid_expense_rehabilitation",
)
_COUNTS: Mapping[str, str] = {
    "disabled_count": "is_disabled",
    "severely_disabled_count": "is_severely_disabled",
    "seriously_ill_count": "has_serious_illness",
    "student_count": "is_student",
    "able_bodied_count": "is_able_bodied",
}
_ANY: Mapping[str, str] = {
    "has_dibao": "in_dibao",
    "has_tekun": "in_tekun",
    "has_margin": "in_margin",
    "has_rigid": "in_rigid",
}
# What a household's derived fact is computed from: that is what somebody enters who makes an example up.
_FROM: Mapping[str, tuple[str, ...]] = {
    "as_of": (),
    "member_count": (),
    "insured_count": (),
    "single_person": (),
    "oldest_age": ("age",),
    "youngest_age": ("age",),
    "elderly_count": ("age",),
    "minor_count": ("age",),
    "income_year": ("income_month",),
    "income_per_capita_month": ("income_month",),
    "income_per_capita_year": ("income_month",),
    "financial_assets_per_capita": ("financial_assets",),
    "rigid_expense_ratio": ("rigid_expense", "income_month"),
    **{name: (of,) for name, of in {**_COUNTS, **_ANY}.items()},
}
Facts = dict[str, Any]


def to_enter(asked: Iterable[str]) -> list[str]:
    """Return the facts to be entered so that those asked about are known."""
    entered = ("residence", *(name for one in asked for name in _FROM.get(one, (one,))))
    return list(dict.fromkeys(entered))


def complete_member(given: Mapping[str, Any]) -> Facts:
    """Fill in what follows for a person."""
    facts = dict(given)
    level = facts.get("disability_level")
    if level is not None:
        limit = _SEVERE_LEVEL_OF_MIND if facts.get("disability_type") in _OF_MIND else _SEVERE_LEVEL
        facts.setdefault("is_severely_disabled", level <= limit)
    if level is not None or facts.get("disability_type") is not None or facts.get("is_severely_disabled"):
        facts.setdefault("is_disabled", True)
    if facts.get("health") is not None:
        facts.setdefault("has_serious_illness", facts["health"] == "serious_illness")
    if facts.get("education_stage") is not None:
        facts.setdefault("is_student", True)
    if facts.get("labor_capacity") is not None:
        facts.setdefault("is_able_bodied", facts["labor_capacity"] in _ABLE)
    for name in _MENTIONED:
        facts.setdefault(name, False)
    # Who is kept as 特困 gets no 低保 beside it.
    facts.setdefault("is_insured", not facts["in_tekun"])
    return facts


def complete_household(given: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> Facts:
    """Fill in what follows for a household from its own facts and its members'."""
    facts = dict(given)
    facts.setdefault("member_count", Decimal(len(members)))
    _derive(facts, "insured_count", lambda: _how_many(members, "is_insured"))
    _derive(facts, "single_person", lambda: facts["member_count"] == 1)
    ages: list[Any] = [member.get("age") for member in members]
    if None not in ages:
        _derive(facts, "oldest_age", lambda: max(ages))
        _derive(facts, "youngest_age", lambda: min(ages))
        _derive(facts, "elderly_count", lambda: Decimal(sum(age >= ELDERLY for age in ages)))
        _derive(facts, "minor_count", lambda: Decimal(sum(age < ADULT for age in ages)))
    for name, of in _COUNTS.items():
        _derive(facts, name, partial(_how_many, members, of))
    for name, of in _ANY.items():
        _derive(facts, name, partial(_any, members, of))
    for name in ("has_monitored", "has_disaster", "employment_rise"):
        facts.setdefault(name, False)
    facts.setdefault("gradual_exit_months", Decimal(0))
    _complete_money(facts)
    return facts


def _complete_money(facts: Facts) -> None:
    _derive(facts, "income_year", lambda: facts["income_month"] * MONTHS)
    _derive(facts, "income_month", lambda: facts["income_year"] / MONTHS)
    _derive(facts, "income_per_capita_month", lambda: facts["income_month"] / facts["member_count"])
    _derive(facts, "income_per_capita_year", lambda: facts["income_year"] / facts["member_count"])
    _derive(facts, "financial_assets_per_capita", lambda: facts["financial_assets"] / facts["member_count"])
    if any(facts.get(name) is not None for name in _EXPENSES):
        _derive(facts, "rigid_expense", lambda: sum((facts.get(name) or Decimal(0) for name in _EXPENSES), Decimal(0)))
    _derive(facts, "rigid_expense_ratio", lambda: _ratio(facts["rigid_expense"], facts["income_year"]))


def _ratio(expense: Decimal, income: Decimal) -> Decimal:
    if income:
        return expense / income
    return RATIO_WITHOUT_INCOME if expense else Decimal(0)


def _how_many(members: Sequence[Mapping[str, Any]], name: str) -> Decimal | None:
    answers = [member.get(name) for member in members]
    return None if None in answers else Decimal(answers.count(True))


def _any(members: Sequence[Mapping[str, Any]], name: str) -> bool | None:
    answers = [member.get(name) for member in members]
    return True if True in answers else None if None in answers else False


def _derive(facts: Facts, name: str, compute: Callable[[], Any]) -> None:
    """Set a fact that was not given, unless something it follows from is unknown."""
    if name in facts:
        return
    try:
        facts[name] = compute()
    except (KeyError, TypeError):
        facts[name] = None
