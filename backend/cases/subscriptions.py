"""What cases hears: a finding that somebody turned into a review."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import intake
from backend.identity.models import User
from backend.kernel.actor import SYSTEM, Actor
from backend.matching.events import FindingTurned


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


SUBSCRIPTIONS = ((FindingTurned, review_from_finding),)
