"""Tables of active discovery."""

from backend.discovery.models.leads import Hardship, Lead, LeadBase, LeadSource, LeadStatus, LeadStep, Urgency
from backend.discovery.models.referrals import Referral, ReferralStatus, ReferralStep
from backend.discovery.models.visits import HouseholdVisit, VisitKind, VisitResult

__all__ = [
    "Hardship",
    "HouseholdVisit",
    "Lead",
    "LeadBase",
    "LeadSource",
    "LeadStatus",
    "LeadStep",
    "Referral",
    "ReferralStatus",
    "ReferralStep",
    "Urgency",
    "VisitKind",
    "VisitResult",
]
