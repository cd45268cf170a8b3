"""What can be done about a referral. The status changes in `_move` alone."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import clocks
from backend.cases.path.forms import Destination
from backend.cases.repository import next_serial
from backend.discovery.models import Referral, ReferralStatus, ReferralStep
from backend.discovery.permissions import ReferralPermission as P
from backend.discovery.referral import rules
from backend.discovery.referral.schemas import (
    Acceptance,
    Completion,
    Progress,
    ReferralClosing,
    ReferralCreate,
    ReferralOut,
    ReferralVisit,
    Referring,
    Returning,
)
from backend.identity.models import Organization
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, light_between
from backend.kernel.errors import invalid
from backend.kernel.identifiers.serials import with_check
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.registry.models import Household
from backend.registry.permissions import RegistryPermission


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose need is referred, and what it comes from."""

    division_code: str
    person_name: str | None
    household_id: int | None = None
    lead_id: int | None = None
    case_id: int | None = None


async def send_household(session: AsyncSession, actor: Actor, form: ReferralCreate) -> Referral:
    """Refer a household that is known already."""
    household = await get_visible(session, actor, Household, form.household_id, RegistryPermission.READ)
    actor.require(P.SEND, household.division_code)
    origin = Origin(household.division_code, household.head_name, household.id)
    return await send(session, actor, origin, form, form.need)


async def send(session: AsyncSession, actor: Actor, origin: Origin, to: Destination, need: str) -> Referral:
    """Hand a need to another organisation; its clocks start at once."""
    at = now()
    serial = await next_serial(session)
    referral = Referral(
        number=with_check(f"{origin.division_code[:6]}ZJ{at.astimezone(CHINA):%Y%m%d}{serial:05d}"),
        division_code=origin.division_code,
        lead_id=origin.lead_id,
        case_id=origin.case_id,
        household_id=origin.household_id,
        person_name=origin.person_name,
        need=need,
        receiver="",
        sent_by=actor.user_id,
        sender=actor.name,
        sent_at=at,
        accept_due_at=at,
        due_at=at,
    )
    await _address(session, referral, to, at)
    session.add(referral)
    await session.flush()
    await _record(session, actor, referral, "sending", need, {"to": referral.receiver})
    return referral


async def _address(session: AsyncSession, referral: Referral, to: Destination, at: datetime) -> None:
    """Write the receiver and start its clocks anew."""
    organization = await session.get(Organization, to.organization_id) if to.organization_id else None
    if to.organization_id and organization is None:
        raise invalid("organization_id", "没有这个机构，请重新选择接收机构")
    referral.organization_id = organization.id if organization else None
    referral.department = organization.department if organization else None
    referral.receiver = organization.name if organization else str(to.to)
    calendar = await clocks.work_calendar(session)
    referral.sent_at = at
    referral.accept_due_at = clocks.working_days(rules.ACCEPT_DAYS).due(at, calendar).at
    referral.due_at = clocks.working_days(rules.RESULT_DAYS).due(at, calendar).at
    if to.due_on is not None:
        if to.due_on < at.astimezone(CHINA).date():
            raise invalid("due_on", "办结期限不能早于今天，请重新填写")
        referral.due_at = datetime.combine(to.due_on, time.max, CHINA)


async def accept(session: AsyncSession, actor: Actor, referral_id: int, form: Acceptance) -> Referral:
    """Take it over; from now on the result is waited for."""
    referral = await _locked(session, actor, referral_id, "acceptance")
    referral.accepted_at, referral.handler = now(), form.handler or actor.name
    await _move(session, actor, referral, "acceptance", form.note, {"handler": referral.handler})
    return referral


async def progress(session: AsyncSession, actor: Actor, referral_id: int, form: Progress) -> Referral:
    """Note how far it is."""
    referral = await _locked(session, actor, referral_id, "progress")
    await _move(session, actor, referral, "progress", form.note)
    return referral


async def complete(session: AsyncSession, actor: Actor, referral_id: int, form: Completion) -> Referral:
    """Say what the person got; the sender looks whether it is so."""
    referral = await _locked(session, actor, referral_id, "completion")
    referral.outcome, referral.finished_at = form.result, now()
    await _move(session, actor, referral, "completion", form.result)
    return referral


async def give_back(session: AsyncSession, actor: Actor, referral_id: int, form: Returning) -> Referral:
    """Return it with the reason."""
    referral = await _locked(session, actor, referral_id, "return")
    referral.outcome = form.reason
    await _move(session, actor, referral, "return", form.reason)
    return referral


async def visit(session: AsyncSession, actor: Actor, referral_id: int, form: ReferralVisit) -> Referral:
    """Keep what the visit found; a need that is still there goes back to the receiver."""
    referral = await _locked(session, actor, referral_id, "visit")
    referral.helped = form.helped
    if not form.helped:
        referral.finished_at = None
    target = ReferralStatus.CONFIRMED if form.helped else ReferralStatus.WORKING
    await _move(session, actor, referral, "visit", form.findings, {"helped": form.helped}, target)
    return referral


async def send_again(session: AsyncSession, actor: Actor, referral_id: int, form: Referring) -> Referral:
    """Send a returned need to somebody else."""
    referral = await _locked(session, actor, referral_id, "resending")
    referral.need, referral.outcome = form.need, None
    referral.accepted_at = referral.finished_at = referral.handler = None
    await _address(session, referral, form, now())
    await _move(session, actor, referral, "resending", form.need, {"to": referral.receiver})
    return referral


async def close(session: AsyncSession, actor: Actor, referral_id: int, form: ReferralClosing) -> Referral:
    """End a returned referral with its reason."""
    referral = await _locked(session, actor, referral_id, "closing")
    referral.outcome, referral.finished_at = form.reason, now()
    await _move(session, actor, referral, "closing", form.reason)
    return referral


async def _locked(session: AsyncSession, actor: Actor, referral_id: int, noun: str) -> Referral:
    referral = await get_visible(session, actor, Referral, referral_id, P.READ, lock=True)
    known = referral.organization_id is not None
    actor.require(rules.right_of(noun, known_receiver=known), referral.division_code)
    rules.check_move(referral.status, noun)
    return referral


async def _move(
    session: AsyncSession,
    actor: Actor,
    referral: Referral,
    noun: str,
    note: str | None,
    data: dict[str, Any] | None = None,
    target: ReferralStatus | None = None,
) -> None:
    """Change the status; the only place that may."""
    referral.status = target or rules.ACTIONS[noun]
    referral.version += 1
    referral.updated_at = now()
    session.add(referral)
    await _record(session, actor, referral, noun, note, data or {})


async def _record(
    session: AsyncSession, actor: Actor, referral: Referral, action: str, note: str | None, data: dict[str, Any]
) -> None:
    session.add(
        ReferralStep(
            referral_id=referral.key,
            division_code=referral.division_code,
            action=action,
            to_status=referral.status,
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
        f"referral.{action}",
        subject=("referral", referral.key),
        division_code=referral.division_code,
        details={"number": referral.number, "to": referral.status.value},
    )


async def view(session: AsyncSession, actor: Actor, referral: Referral) -> ReferralOut:
    """Return a referral as its reader sees it."""
    steps = await session.exec(
        select(ReferralStep).where(ReferralStep.referral_id == referral.id).order_by(col(ReferralStep.id))
    )
    due = {
        ReferralStatus.WAITING: referral.accept_due_at,
        ReferralStatus.ACCEPTED: referral.due_at,
        ReferralStatus.WORKING: referral.due_at,
    }.get(referral.status)
    return ReferralOut.model_validate(
        referral.model_dump()
        | {
            "light": light_between(referral.sent_at, due, now()) if due else None,
            "allowed_actions": rules.allowed(actor, referral.model_dump()),
            "steps": [step.model_dump(mode="json", exclude={"referral_id", "division_code"}) for step in steps.all()],
        }
    )
