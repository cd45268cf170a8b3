"""What matching announces."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class FindingTurned:
    """Somebody decided that a finding is to be followed up: once, as a lead or as a review."""

    finding_id: int
    into: Literal["lead", "review"]
    kind: str
    cause: str
    household_id: int
    person_id: int | None
    project_code: str
    division_code: str
    paid_amount: Decimal | None
    due_amount: Decimal | None
    as_of: date
    user_id: int
    note: str
