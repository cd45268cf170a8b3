"""Tables of the case workflow."""

from backend.cases.models.calendar import CalendarDay, DueChange
from backend.cases.models.case import Case, CaseDecision, CaseStep
from backend.cases.models.codes import CaseKind, CaseState, Change, Channel, DecisionLevel
from backend.cases.models.letters import CaseLetter, DeliveryMethod, DeliveryOutcome, LetterDelivery, LetterSerial
from backend.cases.models.records import (
    CaseMaterial,
    Consent,
    Escalation,
    Hearing,
    KinRecord,
    Objection,
    PublicNotice,
    SurveyRecord,
)

__all__ = [
    "CalendarDay",
    "Case",
    "CaseDecision",
    "CaseKind",
    "CaseLetter",
    "CaseMaterial",
    "CaseState",
    "CaseStep",
    "Change",
    "Channel",
    "Consent",
    "DecisionLevel",
    "DeliveryMethod",
    "DeliveryOutcome",
    "DueChange",
    "Escalation",
    "Hearing",
    "KinRecord",
    "LetterDelivery",
    "LetterSerial",
    "Objection",
    "PublicNotice",
    "SurveyRecord",
]
