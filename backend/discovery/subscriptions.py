"""What discovery hears: a finding that somebody turned into a lead, a case that another organisation takes over."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.events import CaseReferred
from backend.cases.path.forms import Destination
from backend.discovery import service
from backend.discovery.models import Lead, LeadSource, Urgency
from backend.discovery.referral import service as referral
from backend.discovery.referral.service import Origin
from backend.discovery.schemas import LeadCreate
from backend.identity.models import User
from backend.kernel.actor import SYSTEM, Actor
from backend.kernel.models import now
from backend.matching.events import FindingTurned


async def lead_from_finding(session: AsyncSession, event: FindingTurned) -> None:
    """Open a lead for the finding, once: a second turning finds the first lead (and the unique index)."""
    if event.into != "lead":
        return
    known = await session.exec(select(Lead.id).where(Lead.finding_id == event.finding_id))
    if known.first() is not None:
        return
    user = await session.get(User, event.user_id)
    actor = Actor(user_id=event.user_id, username=user.username, name=user.name) if user else SYSTEM
    form = LeadCreate(
        source=LeadSource.MATCHING,
        urgency=Urgency.YELLOW,
        facts=f"数据比对：{event.note}"[:2000],
        division_code=event.division_code,
        household_id=event.household_id,
        project_code=event.project_code,
    )
    await service.enter(session, actor, form, now(), finding_id=event.finding_id, person_id=event.person_id)


async def referral_from_case(session: AsyncSession, event: CaseReferred) -> None:
    """Keep the referral of a case that ended with one."""
    user = await session.get_one(User, event.user_id)
    actor = Actor(user_id=event.user_id, username=user.username, name=user.name)
    origin = Origin(event.division_code, event.person_name, event.household_id, case_id=event.case_id)
    to = Destination(organization_id=event.organization_id, to=event.to, due_on=event.due_on)
    await referral.send(session, actor, origin, to, event.need)


SUBSCRIPTIONS = ((FindingTurned, lead_from_finding), (CaseReferred, referral_from_case))
