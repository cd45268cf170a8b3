"""What a household's row keeps of its members and incomes, for one that is just being written.

`registry_refresh` (database.sql) finds the same for one that is already there; a test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backend.registry.codes import Relation
from backend.registry.schemas import HouseholdCreate

CENT, MONTHS = Decimal("0.01"), 12


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as the figures see them."""

    person_id: int
    name: str
    pinyin: str
    relation: Relation
    counted: bool


def figures(form: HouseholdCreate, members: Sequence[Entry], owners: dict[tuple[str, int], int]) -> dict[str, Any]:
    """Return the kept columns; income that was not declared stays null."""
    ordered = sorted(members, key=lambda member: member.relation is not Relation.HEAD)
    head, heads = ordered[0], sum(member.counted for member in members)
    counted = {member.person_id for member in members if member.counted}

    def total(kind: str) -> Decimal:
        return sum(
            (
                item.annual_amount
                for i, item in enumerate(getattr(form, kind) or ())
                if not getattr(item, "excluded", False) and ((kind, i) not in owners or owners[kind, i] in counted)
            ),
            Decimal(0),
        )

    year = None if form.incomes is None else max(total("incomes") - total("deductions"), Decimal(0))
    return {
        "member_count": heads,
        "member_names": f" {' '.join(member.name for member in ordered)} ",
        "head_person_id": head.person_id,
        "head_name": head.name,
        "head_pinyin": head.pinyin,
        "income_year": _cents(year),
        "income_month": _cents(year / MONTHS) if year is not None else None,
        "income_per_capita_month": _cents(year / MONTHS / heads) if year is not None and heads else None,
    }


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(CENT, ROUND_HALF_UP)
