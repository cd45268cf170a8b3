"""What stands in the way of an action before anybody has filled in its form: told beside the button, not after it."""

from dataclasses import replace

from backend.cases.path.actions import ACTIONS
from backend.cases.path.engine import Step, edges_now
from backend.cases.path.guards import GUARDS, Acting
from backend.cases.path.kinds import KINDS, Edge
from backend.kernel.errors import DomainError
from backend.kernel.i18n import say

FORESEEABLE = (
    "not_kin",
    "commitments_signed",
    "reviewer_apart",
    "approver_apart",
    "investigator_apart",
    "proposer_apart",
    "verification_finished",
    "kin_visited",
    "notice_elapsed",
    "no_open_objection",
    "extend_once",
    "papers_complete",
    "hearing_held",
)
"""Guards that ask the case alone; the others judge what is entered."""


def guards_of_step(step: Step, edge: Edge) -> tuple[str, ...]:
    """Return what the version adds for leaving this step forward; the names were checked when it was published."""
    forward = edge.action == KINDS[step.kind].edges[0].action
    return tuple(name for name in step.guards if name in GUARDS) if forward else ()


async def obstacles(acting: Acting, actions: list[str]) -> dict[str, str]:
    """Return, per action that a guard would refuse now, the sentence of the first that would."""
    edges = edges_now(acting.path, acting.step, acting.case.state)
    found: dict[str, str] = {}
    for code in actions:
        wanted = {*ACTIONS[code].guards, *guards_of_step(acting.step, edges[code])}
        attempt = replace(acting, action=ACTIONS[code])
        for name in FORESEEABLE:
            if name not in wanted:
                continue
            try:
                await GUARDS[name](attempt)
            except DomainError as refusal:
                found[code] = say(refusal.message, None, **refusal.facts)
                break
    return found
