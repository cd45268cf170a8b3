"""The statuses of a lead as a table, and its clock."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from backend.discovery.errors import IllegalLeadMove
from backend.discovery.models import LeadStatus as S
from backend.discovery.models import Urgency

MOVES: dict[S, frozenset[S]] = {
    S.NEW: frozenset({S.ASSIGNED, S.VERIFIED, S.CLOSED}),
    S.ASSIGNED: frozenset({S.ASSIGNED, S.VERIFIED, S.CLOSED}),
    S.VERIFIED: frozenset({S.CONVERTED, S.REFERRED, S.CLOSED, S.ASSIGNED}),
    S.REFERRED: frozenset({S.CLOSED, S.ASSIGNED}),
    S.CONVERTED: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
}
VISITED = frozenset({S.CONVERTED, S.REFERRED})
"""What is looked at again afterwards: whether the help has arrived (回访)."""
HOURS = {Urgency.RED: 24, Urgency.ORANGE: 72, Urgency.YELLOW: 168}
ACTIONS: dict[str, S] = {
    "assignment": S.ASSIGNED,
    "verification": S.VERIFIED,
    "conversion": S.CONVERTED,
    "referral": S.REFERRED,
    "closing": S.CLOSED,
}


def check_move(current: S, target: S) -> None:
    """Raise IllegalLeadMove unless the table allows current → target."""
    if target not in MOVES[current]:
        raise IllegalLeadMove(current=current.label, target=target.label)


def due_at(received: datetime, urgency: Urgency) -> datetime:
    """Return when somebody must have been in touch: wall time, day and night (DOMAIN §4.6)."""
    return received + timedelta(hours=HOURS[urgency])


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
