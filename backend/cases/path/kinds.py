"""The kinds of steps a path may be made of: what may be done in each, and where it leads. A table."""

from dataclasses import dataclass, field
from typing import Literal

from backend.cases.models.codes import CaseState as S
from backend.cases.permissions import CasePermission as P
from backend.kernel.labels import LabelledEnum

To = Literal["next", "previous", "stay", "end"]


class StepKind(LabelledEnum):
    """The catalogue's kinds of steps, and those of reviews, which no project defines by itself."""

    SUBMISSION = "submission", "村居申报"
    COMMUNITY_REVIEW = "community_review", "社区审核"
    ACCEPTANCE = "acceptance", "镇街受理"
    INVESTIGATION = "investigation", "调查核实"
    DELIBERATION = "deliberation", "民主评议"
    REVIEW = "review", "镇街审核"
    PUBLICITY = "publicity", "公示"
    CONFIRMATION = "confirmation", "审核确认"
    QUICK_CHECK = "quick_check", "快速核实"
    PAYMENT = "payment", "先行救助"
    PAPERS = "papers", "补齐手续"
    COUNTY_RECORD = "county_record", "县级备案"
    CLOSING = "closing", "办结"
    PROPOSAL = "proposal", "提出变更"
    HEARING = "hearing", "听取意见"
    CHANGE_DECISION = "change_decision", "变更决定"


@dataclass(frozen=True, slots=True)
class Edge:
    """An action of a step: where it leads, from which of the step's states, and to which state."""

    action: str
    to: To
    state: S | None = None
    when: frozenset[S] | None = None
    back_to: StepKind | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """State on entering, the right that moves it on, the first of `edges` being the one it waits for."""

    entry: S
    permission: P
    edges: tuple[Edge, ...] = field(default=())


def _in(*states: S) -> frozenset[S]:
    return frozenset(states)


_WITHDRAW = Edge("withdraw", "end", S.WITHDRAWN)
_TERMINATE = Edge("terminate", "end", S.TERMINATED)
_DISPUTE = Edge("verification_object", "stay")
_KIN = (Edge("kin_register", "stay"), Edge("kin_visit", "stay"))
_LATER = (_WITHDRAW, _TERMINATE, Edge("extend", "stay"), *_KIN)

KINDS: dict[StepKind, Kind] = {
    StepKind.SUBMISSION: Kind(S.DRAFT, P.SUBMIT, (Edge("submit", "next"), _WITHDRAW)),
    StepKind.COMMUNITY_REVIEW: Kind(
        S.COMMUNITY_REVIEW,
        P.COMMUNITY_REVIEW,
        (
            Edge("review", "next", when=_in(S.COMMUNITY_REVIEW)),
            Edge("supplement", "stay", S.TO_SUPPLEMENT, _in(S.COMMUNITY_REVIEW)),
            Edge("supplied", "stay", S.COMMUNITY_REVIEW, _in(S.TO_SUPPLEMENT)),
            Edge("return", "previous", when=_in(S.COMMUNITY_REVIEW)),
            Edge("refer", "end", S.REFERRED),
            _WITHDRAW,
        ),
    ),
    StepKind.ACCEPTANCE: Kind(
        S.SUBMITTED,
        P.ACCEPT,
        (
            Edge("accept", "next", when=_in(S.SUBMITTED)),
            Edge("supplement", "stay", S.TO_SUPPLEMENT, _in(S.SUBMITTED)),
            Edge("supplied", "stay", S.SUBMITTED, _in(S.TO_SUPPLEMENT)),
            Edge("return", "previous", when=_in(S.SUBMITTED)),
            Edge("refuse", "end", S.NOT_ACCEPTED, _in(S.SUBMITTED)),
            Edge("refer", "end", S.REFERRED),
            Edge("kin_register", "stay"),
            _WITHDRAW,
        ),
    ),
    StepKind.INVESTIGATION: Kind(
        S.ACCEPTED,
        P.INVESTIGATE,
        (
            Edge("investigate_done", "next"),
            Edge("investigate_start", "stay", S.INVESTIGATING, _in(S.ACCEPTED)),
            Edge("verification_request", "stay"),
            _DISPUTE,
            *_LATER,
        ),
    ),
    StepKind.DELIBERATION: Kind(S.DELIBERATING, P.ACCEPT, (Edge("deliberate", "next"), _DISPUTE, *_LATER)),
    StepKind.REVIEW: Kind(
        S.IN_REVIEW,
        P.OPINE,
        (Edge("review", "next"), Edge("return", "previous", back_to=StepKind.INVESTIGATION), _DISPUTE, *_LATER),
    ),
    StepKind.PUBLICITY: Kind(
        S.TO_PUBLICISE,
        P.PUBLICISE,
        (
            Edge("publicity_start", "stay", S.PUBLICISED, _in(S.TO_PUBLICISE)),
            Edge("publicity_end", "next", when=_in(S.PUBLICISED)),
            Edge("object", "stay", S.OBJECTED, _in(S.PUBLICISED)),
            Edge("objection_answer", "stay", S.PUBLICISED, _in(S.OBJECTED)),
            *_LATER,
        ),
    ),
    StepKind.CONFIRMATION: Kind(
        S.CONFIRMING,
        P.APPROVE,
        (
            Edge("approve", "end", S.APPROVED),
            Edge("reject", "end", S.REJECTED),
            Edge("return", "previous", back_to=StepKind.INVESTIGATION),
            *_LATER,
        ),
    ),
    StepKind.QUICK_CHECK: Kind(
        S.REGISTERED,
        P.INVESTIGATE,
        (Edge("quick_check", "next"), Edge("refer", "end", S.REFERRED), _WITHDRAW),
    ),
    StepKind.PAYMENT: Kind(
        S.CHECKED,
        P.PAY_FIRST,
        (
            Edge("pay_first", "next", when=_in(S.CHECKED)),
            Edge("request_authority", "stay", S.TO_AUTHORIZE, _in(S.CHECKED)),
            Edge("county_authorize", "stay", S.CHECKED, _in(S.TO_AUTHORIZE)),
            Edge("reject", "end", S.REJECTED),
            Edge("refer", "end", S.REFERRED),
            Edge("kin_register", "stay"),
            _WITHDRAW,
        ),
    ),
    StepKind.PAPERS: Kind(S.PAID_FIRST, P.ACCEPT, (Edge("supplement_papers", "next"), Edge("kin_register", "stay"))),
    StepKind.COUNTY_RECORD: Kind(
        S.TO_RECORD, P.RECORD, (Edge("county_record", "next"), Edge("return", "previous"), Edge("kin_visit", "stay"))
    ),
    StepKind.CLOSING: Kind(S.TO_CLOSE, P.ACCEPT, (Edge("close", "end", S.CLOSED),)),
    StepKind.PROPOSAL: Kind(S.PROPOSED, P.PROPOSE, (Edge("propose", "next"), Edge("maintain", "end", S.MAINTAINED))),
    StepKind.HEARING: Kind(S.HEARING, P.HEAR, (Edge("hear", "next"), Edge("maintain", "end", S.MAINTAINED))),
    StepKind.CHANGE_DECISION: Kind(
        S.TO_DECIDE,
        P.APPROVE,
        (
            Edge("decide", "end", S.CHANGED),
            Edge("maintain", "end", S.MAINTAINED),
            Edge("return", "previous", back_to=StepKind.PROPOSAL),
        ),
    ),
}

ALWAYS = frozenset(
    {
        "withdraw",
        "terminate",
        "extend",
        "kin_register",
        "kin_visit",
        "supplied",
        "county_authorize",
        "verification_request",
        "verification_object",
    }
)
"""Actions that a version's list of a step's actions does not take away: rights of people, and ways out."""

WAITS_ELSEWHERE: dict[S, P] = {
    S.TO_AUTHORIZE: P.AUTHORIZE,
    S.OBJECTED: P.OPINE,
    S.TO_SUPPLEMENT: P.SUBMIT,
}
"""States inside a step that wait for another post than the step's own."""
