"""What can be done about a lead. The status changes in `_move` alone."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import intake
from backend.cases.schemas import CaseCreate
from backend.discovery import rules
from backend.discovery.errors import NothingToVisit
from backend.discovery.listing import allowed
from backend.discovery.models import Lead, LeadStatus, LeadStep, Referral
from backend.discovery.permissions import LeadPermission as P
from backend.discovery.permissions import ReferralPermission
from backend.discovery.referral import service as referral
from backend.discovery.referral.schemas import Referring
from backend.discovery.schemas import (
    Assignment,
    Closing,
    Conversion,
    LeadCreate,
    LeadOut,
    Verification,
    Visit,
)
from backend.identity.models import User
from backend.kernel.actor import Actor
from backend.kernel.clocks import light_between
from backend.kernel.errors import invalid
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.registry.models import Household
from backend.registry.permissions import RegistryPermission


async def report(session: AsyncSession, actor: Actor, form: LeadCreate) -> Lead:
    """Take in a lead; its clock runs from when it was received."""
    actor.require(P.CREATE, form.division_code)
    received = form.received_at or now()
    if received > now():
        raise invalid("received_at", "接到时间不能晚于现在")
    if form.household_id is not None:
        await get_visible(session, actor, Household, form.household_id, RegistryPermission.READ)
    return await enter(session, actor, form, received)


async def enter(
    session: AsyncSession,
    actor: Actor,
    form: LeadCreate,
    received: datetime,
    *,
    finding_id: int | None = None,
    person_id: int | None = None,
) -> Lead:
    """Store a lead that was checked."""
    values = form.model_dump(exclude={"received_at"})
    lead = Lead(
        **values,
        received_at=received,
        due_at=rules.due_at(received, form.urgency),
        finding_id=finding_id,
        person_id=person_id,
        reported_by=actor.user_id,
        reporter=actor.name,
    )
    session.add(lead)
    await session.flush()
    await _record(session, actor, lead, "report", None, form.facts, {})
    return lead


async def assign(session: AsyncSession, actor: Actor, lead_id: int, form: Assignment) -> Lead:
    """Send somebody; without a name the actor goes."""
    lead = await _locked(session, actor, lead_id, P.ASSIGN)
    user = await session.get(User, form.user_id) if form.user_id else None
    if form.user_id and user is None:
        raise invalid("user_id", "没有这个账号，请重新选择承办人")
    lead.assigned_to = int(user.id or 0) if user else actor.user_id
    lead.assignee = user.name if user else actor.name
    await _move(session, actor, lead, "assignment", form.note, {"assignee": lead.assignee})
    return lead


async def verify(session: AsyncSession, actor: Actor, lead_id: int, form: Verification) -> Lead:
    """Keep what was found; the first contact stops the clock. An untrue lead still needs its reason to be closed."""
    lead = await _locked(session, actor, lead_id, P.VERIFY)
    if form.household_id is not None:
        household = await get_visible(session, actor, Household, form.household_id, RegistryPermission.READ)
        lead.household_id = household.id
    if form.urgency is not None:
        lead.urgency = form.urgency
        lead.due_at = rules.due_at(lead.received_at, form.urgency)
    lead.contacted_at = lead.contacted_at or now()
    await _move(session, actor, lead, "verification", form.findings, {"confirmed": form.confirmed})
    return lead


async def convert(session: AsyncSession, actor: Actor, lead_id: int, form: Conversion) -> Lead:
    """Help to apply: open the case that the lead leads to, once."""
    lead = await _locked(session, actor, lead_id, P.DECIDE)
    rules.check_move(lead.status, LeadStatus.CONVERTED)
    code = form.project_code or lead.project_code
    if code is None:
        raise invalid("project_code", "请选择要申请的救助项目")
    wanted = CaseCreate(
        project_code=code,
        household_id=form.household_id or lead.household_id,
        applicant_id_number=form.applicant_id_number,
        applicant_name=lead.person_name,
        division_code=lead.division_code,
        channel=form.channel,
        reason=form.reason or lead.facts[:500],
        commitment_signed=form.commitment_signed,
        first_contact_at=lead.contacted_at or lead.received_at,
    )
    case = await intake.submit(session, actor, wanted)
    lead.case_id, lead.household_id = case.id, case.household_id
    lead.outcome = f"{case.project_name}（{case.number}）"
    await _move(session, actor, lead, "conversion", None, {"case": case.number})
    return lead


async def refer(session: AsyncSession, actor: Actor, lead_id: int, form: Referring) -> Lead:
    """Pass the need on to whoever can help; the referral has its own record and clock."""
    lead = await _locked(session, actor, lead_id, P.DECIDE)
    rules.check_move(lead.status, LeadStatus.REFERRED)
    origin = referral.Origin(lead.division_code, lead.person_name, lead.household_id, lead_id=lead.key)
    sent = await referral.send(session, actor, origin, form, form.need)
    lead.outcome = f"转介{sent.receiver}：{form.need}"[:500]
    await _move(session, actor, lead, "referral", form.need, {"to": sent.receiver, "number": sent.number})
    return lead


async def visit(session: AsyncSession, actor: Actor, lead_id: int, form: Visit) -> Lead:
    """Keep what a visit afterwards found; the lead stays where it is."""
    lead = await _locked(session, actor, lead_id, P.VERIFY)
    if lead.status not in rules.VISITED:
        raise NothingToVisit(current=lead.status.label)
    lead.version += 1
    lead.updated_at = now()
    session.add(lead)
    await _record(session, actor, lead, "visit", lead.status, form.findings, {"helped": form.helped})
    return lead


async def close(session: AsyncSession, actor: Actor, lead_id: int, form: Closing) -> Lead:
    """End it with a reason that can be checked later."""
    lead = await _locked(session, actor, lead_id, P.DECIDE)
    lead.outcome = form.reason
    await _move(session, actor, lead, "closing", form.reason, {})
    return lead


async def _locked(session: AsyncSession, actor: Actor, lead_id: int, right: P) -> Lead:
    lead = await get_visible(session, actor, Lead, lead_id, P.READ, lock=True)
    actor.require(right, lead.division_code)
    return lead


async def _move(
    session: AsyncSession, actor: Actor, lead: Lead, action: str, note: str | None, data: dict[str, Any]
) -> None:
    """Change the status; the only place that may."""
    target = rules.ACTIONS[action]
    rules.check_move(lead.status, target)
    previous, lead.status = lead.status, target
    lead.version += 1
    lead.updated_at = now()
    session.add(lead)
    await _record(session, actor, lead, action, previous, note, data)


async def _record(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    action: str,
    previous: LeadStatus | None,
    note: str | None,
    data: dict[str, Any],
) -> None:
    session.add(
        LeadStep(
            lead_id=lead.key,
            division_code=lead.division_code,
            action=action,
            from_status=previous,
            to_status=lead.status,
            user_id=actor.user_id,
            actor=actor.name,
            note=note,
            data=data,
            at=now(),
        )
    )
    await session.flush()
    await audit.record(
        session,
        actor,
        f"lead.{action}",
        subject=("lead", lead.key),
        division_code=lead.division_code,
        details={"from": previous.value if previous else None, "to": lead.status.value},
    )


async def view(session: AsyncSession, actor: Actor, lead: Lead) -> LeadOut:
    """Return a lead as its reader sees it."""
    steps = await session.exec(select(LeadStep).where(LeadStep.lead_id == lead.id).order_by(col(LeadStep.id)))
    waiting = lead.status in {LeadStatus.NEW, LeadStatus.ASSIGNED}
    sent = await session.exec(select(func.max(Referral.id)).where(Referral.lead_id == lead.id))
    return LeadOut.model_validate(
        lead.model_dump()
        | {
            "light": light_between(lead.received_at, lead.due_at, now()) if waiting else None,
            "referral_id": sent.one() if actor.may(ReferralPermission.READ) else None,
            "allowed_actions": allowed(actor, {"status": lead.status, "division_code": lead.division_code}),
            "steps": [step.model_dump(mode="json", exclude={"lead_id", "division_code"}) for step in steps.all()],
        }
    )
