"""The states as a table, and pure checks on it. No session, no clock, no I/O."""

from datetime import date
from decimal import Decimal

from backend.cases.errors import IllegalMove
from backend.cases.models.codes import CaseState as S

_ASIDE = frozenset({S.WITHDRAWN, S.TERMINATED, S.REFERRED})
# A project leaves out what it does not need, so a state may lead to the beginning of any later step.
_FROM_CONFIRMING = frozenset({S.CONFIRMING})
_FROM_NOTICE = _FROM_CONFIRMING | {S.TO_PUBLICISE}
_FROM_REVIEW = _FROM_NOTICE | {S.IN_REVIEW}
_FROM_DELIBERATION = _FROM_REVIEW | {S.DELIBERATING}
_FROM_INVESTIGATION = _FROM_DELIBERATION | {S.ACCEPTED}
_FROM_ACCEPTANCE = _FROM_INVESTIGATION | {S.SUBMITTED}

MOVES: dict[S, frozenset[S]] = {
    S.DRAFT: _FROM_ACCEPTANCE | {S.COMMUNITY_REVIEW} | _ASIDE,
    S.COMMUNITY_REVIEW: _FROM_ACCEPTANCE | {S.TO_SUPPLEMENT, S.DRAFT} | _ASIDE,
    S.SUBMITTED: _FROM_INVESTIGATION | {S.TO_SUPPLEMENT, S.NOT_ACCEPTED, S.COMMUNITY_REVIEW, S.DRAFT} | _ASIDE,
    S.TO_SUPPLEMENT: frozenset({S.COMMUNITY_REVIEW, S.SUBMITTED}) | _ASIDE,
    S.ACCEPTED: _FROM_DELIBERATION | {S.INVESTIGATING} | _ASIDE,
    S.INVESTIGATING: _FROM_DELIBERATION | _ASIDE,
    S.DELIBERATING: _FROM_REVIEW | _ASIDE,
    S.IN_REVIEW: _FROM_NOTICE | {S.ACCEPTED, S.DELIBERATING, S.SUBMITTED, S.COMMUNITY_REVIEW, S.DRAFT} | _ASIDE,
    S.TO_PUBLICISE: frozenset({S.PUBLICISED}) | _ASIDE,
    S.PUBLICISED: frozenset({S.OBJECTED, S.CONFIRMING}) | _ASIDE,
    S.OBJECTED: _FROM_ACCEPTANCE | {S.PUBLICISED, S.COMMUNITY_REVIEW, S.DRAFT} | _ASIDE,
    S.CONFIRMING: (_FROM_ACCEPTANCE - _FROM_CONFIRMING)
    | {S.APPROVED, S.REJECTED, S.COMMUNITY_REVIEW, S.DRAFT}
    | _ASIDE,
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
