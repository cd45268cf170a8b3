"""Tables of the registry."""

from backend.registry.models.household import (
    DeductionItem,
    ExpenseItem,
    Household,
    HouseholdMember,
    HouseholdTransfer,
    IncomeItem,
    PropertyItem,
)
from backend.registry.models.person import DuplicateDenial, Person, PersonMerge, PersonStatus
from backend.registry.models.roster import RosterFault, RosterHousehold, RosterImport, RosterMapping

__all__ = [
    "DeductionItem",
    "DuplicateDenial",
    "ExpenseItem",
    "Household",
    "HouseholdMember",
    "HouseholdTransfer",
    "IncomeItem",
    "Person",
    "PersonMerge",
    "PersonStatus",
    "PropertyItem",
    "RosterFault",
    "RosterHousehold",
    "RosterImport",
    "RosterMapping",
]
