"""What cases hears: a finding that somebody turned into a review; and what it answers: which cases are open."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession as AnySession
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import intake, reports, repository
from backend.cases.permissions import CasePermission
from backend.identity.models import User
from backend.kernel.actor import SYSTEM, Actor
from backend.kernel.i18n import say
from backend.matching import providers
from backend.matching.events import FindingTurned
from backend.verification.events import VerificationReported


async def review_from_finding(session: AsyncSession, event: FindingTurned) -> None:
    """Open a review of what is paid, once for each finding."""
    if event.into != "review":
        return
    user = await session.get(User, event.user_id)
    actor = Actor(user_id=event.user_id, username=user.username, name=user.name) if user else SYSTEM
    await intake.review_of_finding(
        session,
        actor,
        finding_id=event.finding_id,
        household_id=event.household_id,
        person_id=event.person_id,
        project_code=event.project_code,
        reason=event.note,
    )


async def open_cases_of(
    session: AnySession, actor: Actor, person_id: int | None, household_id: int | None
) -> list[dict[str, Any]]:
    """Return the open cases of a household or applicant that this actor may read."""
    return [
        {
            "id": case.key,
            "number": case.number,
            "project_code": case.project_code,
            "project_name": case.project_name,
            "kind": case.kind.value,
            "state": case.state.value,
            "state_name": say(case.state.label),
            "step_name": case.step_name,
            "submitted_at": case.submitted_at.isoformat() if case.submitted_at else None,
            "due_at": case.due_at.isoformat() if case.due_at else None,
        }
        for case in await repository.open_cases_of(session, person_id, household_id)
        if actor.reach(CasePermission.READ).covers(case.division_code)
    ]


providers.register("open_cases", open_cases_of)
SUBSCRIPTIONS = ((FindingTurned, review_from_finding), (VerificationReported, reports.report_arrived))
