"""The statuses of a referral as a table, and who may do what to it. Pure."""

from collections.abc import Mapping
from typing import Any

from backend.discovery.errors import IllegalReferralMove
from backend.discovery.models import ReferralStatus as S
from backend.discovery.permissions import ReferralPermission as P
from backend.kernel.actor import Actor

ACCEPT_DAYS, RESULT_DAYS = 2, 10
"""Working days to accept (DOMAIN §4.7) and, unless the sender names a day, for a result."""

MOVES: dict[S, frozenset[S]] = {
    S.WAITING: frozenset({S.ACCEPTED, S.RETURNED}),
    S.ACCEPTED: frozenset({S.WORKING, S.DONE, S.RETURNED}),
    S.WORKING: frozenset({S.WORKING, S.DONE, S.RETURNED}),
    S.DONE: frozenset({S.CONFIRMED, S.WORKING}),
    S.RETURNED: frozenset({S.WAITING, S.CLOSED}),
    S.CONFIRMED: frozenset(),
    S.CLOSED: frozenset(),
}
ACTIONS: dict[str, S] = {
    "acceptance": S.ACCEPTED,
    "progress": S.WORKING,
    "completion": S.DONE,
    "return": S.RETURNED,
    "visit": S.CONFIRMED,
    "resending": S.WAITING,
    "closing": S.CLOSED,
}
RECEIVING = frozenset({"acceptance", "progress", "completion", "return"})
"""What the receiver does; the rest is the sender's."""
FROM: dict[str, frozenset[S]] = {
    noun: frozenset(status for status in S if target in MOVES[status] and status is not S.DONE)
    for noun, target in ACTIONS.items()
} | {"visit": frozenset({S.DONE})}
"""Where each noun begins; that a visit finds nothing solved leads back by itself and is no noun."""


def check_move(current: S, noun: str) -> None:
    """Raise IllegalReferralMove unless the noun may be done in this status."""
    if current not in FROM[noun]:
        raise IllegalReferralMove(current=current.label)


def right_of(noun: str, *, known_receiver: bool) -> P:
    """Return the right a noun takes: the receiver's own, or the sender's when the receiver has no desk here."""
    if noun in RECEIVING:
        return P.RECEIVE if known_receiver else P.FOLLOW
    return P.VISIT if noun == "visit" else P.FOLLOW


def allowed(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """Return the nouns this actor may post to a referral that they can see."""
    status = S(row["status"])
    known = row["organization_id"] is not None
    return [
        noun
        for noun in ACTIONS
        if status in FROM[noun] and actor.may(right_of(noun, known_receiver=known), row["division_code"])
    ]
