"""The states as a table, and pure checks on it. No session, no clock, no I/O."""

from datetime import date
from decimal import Decimal

from backend.cases.errors import IllegalMove
from backend.cases.models.codes import CaseState as S

_ASIDE = frozenset({S.WITHDRAWN, S.TERMINATED, S.REFERRED})

MOVES: dict[S, frozenset[S]] = {
    S.DRAFT: frozenset({S.COMMUNITY_REVIEW, S.SUBMITTED, S.ACCEPTED, S.REGISTERED}) | _ASIDE,
    S.COMMUNITY_REVIEW: frozenset({S.SUBMITTED, S.TO_SUPPLEMENT, S.DRAFT, S.ACCEPTED, S.IN_REVIEW}) | _ASIDE,
    S.SUBMITTED: frozenset({S.ACCEPTED, S.TO_SUPPLEMENT, S.NOT_ACCEPTED, S.COMMUNITY_REVIEW, S.DRAFT, S.IN_REVIEW})
    | _ASIDE,
    S.TO_SUPPLEMENT: frozenset({S.COMMUNITY_REVIEW, S.SUBMITTED}) | _ASIDE,
    S.ACCEPTED: frozenset({S.INVESTIGATING, S.DELIBERATING, S.IN_REVIEW, S.TO_PUBLICISE, S.CONFIRMING}) | _ASIDE,
    S.INVESTIGATING: frozenset({S.DELIBERATING, S.IN_REVIEW, S.TO_PUBLICISE, S.CONFIRMING}) | _ASIDE,
    S.DELIBERATING: frozenset({S.INVESTIGATING, S.IN_REVIEW, S.TO_PUBLICISE, S.CONFIRMING}) | _ASIDE,
    S.IN_REVIEW: frozenset({S.TO_PUBLICISE, S.CONFIRMING, S.INVESTIGATING, S.ACCEPTED, S.DELIBERATING}) | _ASIDE,
    S.TO_PUBLICISE: frozenset({S.PUBLICISED}) | _ASIDE,
    S.PUBLICISED: frozenset({S.OBJECTED, S.CONFIRMING, S.IN_REVIEW}) | _ASIDE,
    S.OBJECTED: frozenset({S.PUBLICISED, S.TO_PUBLICISE, S.IN_REVIEW, S.INVESTIGATING, S.ACCEPTED}) | _ASIDE,
    S.CONFIRMING: frozenset({S.APPROVED, S.REJECTED, S.IN_REVIEW, S.INVESTIGATING, S.ACCEPTED}) | _ASIDE,
    S.REGISTERED: frozenset({S.CHECKED, S.REJECTED}) | _ASIDE,
    S.CHECKED: frozenset({S.TO_AUTHORIZE, S.PAID_FIRST, S.TO_CLOSE, S.REJECTED, S.REGISTERED}) | _ASIDE,
    S.TO_AUTHORIZE: frozenset({S.CHECKED, S.REJECTED}) | _ASIDE,
    S.PAID_FIRST: frozenset({S.TO_RECORD, S.TO_CLOSE}),
    S.TO_RECORD: frozenset({S.PAID_FIRST, S.TO_CLOSE}),
    S.TO_CLOSE: frozenset({S.CLOSED}),
    S.PROPOSED: frozenset({S.HEARING, S.TO_DECIDE, S.MAINTAINED}),
    S.HEARING: frozenset({S.TO_DECIDE, S.MAINTAINED}),
    S.TO_DECIDE: frozenset({S.CHANGED, S.MAINTAINED, S.PROPOSED}),
}

FINAL = frozenset(set(S) - set(MOVES))
"""States that nothing leaves."""


def check_move(current: S, target: S, label: str) -> None:
    """Raise IllegalMove unless the table allows current → target; staying is no move."""
    if target is not current and target not in MOVES.get(current, frozenset()):
        raise IllegalMove(action=label, current=current.label, target=target.label)


def month_after(day: date) -> date:
    """Return the first day of the next month: benefits begin there (民发〔2021〕57号 第27条)."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def needs_authority(amount: Decimal, cap: Decimal, authorized: Decimal | None) -> bool:
    """Tell whether an urgent amount is beyond the town's limit and not covered by the county's authorisation."""
    return amount > cap and (authorized is None or amount > authorized)
