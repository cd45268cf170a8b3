"""Tables of active discovery."""

from backend.discovery.models.leads import Hardship, Lead, LeadBase, LeadSource, LeadStatus, LeadStep, Urgency
from backend.discovery.models.referrals import Referral, ReferralStatus, ReferralStep

__all__ = [
    "Hardship",
    "Lead",
    "LeadBase",
    "LeadSource",
    "LeadStatus",
    "LeadStep",
    "Referral",
    "ReferralStatus",
    "ReferralStep",
    "Urgency",
]
