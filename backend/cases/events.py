"""What cases announce upward; payments, disclosure and reports listen."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class CaseApproved:
    """A grant: an entitlement from `start_month` (monthly), or one payment (once)."""

    case_id: int
    household_id: int
    person_id: int | None
    project_code: str
    version_id: int
    amount: Decimal
    form: Literal["monthly", "once"]
    start_month: date
    division_code: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class UrgentPaymentDecided:
    """An emergency is to be paid now from the town's reserve; refusing the payment undoes the decision."""

    case_id: int
    case_number: str
    household_id: int | None
    person_id: int | None
    payee_name: str
    project_code: str
    version_id: int
    amount: Decimal
    division_code: str
    cause: str
    channel: str
    decided_by: int
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class EntitlementChanged:
    """A review was decided: from `from_month` the benefit of `origin_case_id` is `amount`, or stopped.

    Without an original case the benefit is older than the system: household and project name it.
    """

    case_id: int
    origin_case_id: int | None
    household_id: int
    project_code: str
    change: Literal["raise", "reduce", "stop"]
    amount: Decimal | None
    from_month: date
    division_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoticePosted:
    """A first-instance notice went up; disclosure shows it, masked, until `ends_at`."""

    notice_id: int
    case_id: int
    division_code: str
    project_code: str
    posted_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class CaseReferred:
    """A case ended here because another organisation is to help; discovery keeps the referral."""

    case_id: int
    household_id: int | None
    person_name: str
    division_code: str
    organization_id: int | None
    to: str | None
    need: str
    due_on: date | None
    user_id: int


@dataclass(frozen=True, slots=True)
class AccountStated:
    """An application named the account of a member; payments keep it sealed until a second person confirms it."""

    case_id: int
    case_number: str
    household_id: int
    person_id: int
    number: str
    bank_name: str | None


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """A case reached a state that nothing leaves."""

    case_id: int
    state: str
    division_code: str
