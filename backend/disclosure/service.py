"""Take what the public sends; let the town's window act on it."""

from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import intake
from backend.cases import service as cases
from backend.cases.models import Case, Channel
from backend.cases.permissions import CasePermission
from backend.cases.schemas import ActionForm, CaseCreate
from backend.catalogue.repository import versions_in_force
from backend.disclosure import repository
from backend.disclosure.errors import AlreadyHandled, AlreadyWaiting, NoticeEnded
from backend.disclosure.models import NUMBERS, ApplicationStatus, Hotline, NoticeObjection, OnlineApplication
from backend.disclosure.permissions import DisclosurePermission as P
from backend.disclosure.schemas import AcceptForm, AnswerForm, ApplicationForm, HotlineEdit, ObjectionForm, Revealed
from backend.kernel.actor import Actor, Reach
from backend.kernel.clocks import CHINA
from backend.kernel.config import settings
from backend.kernel.errors import DomainError, invalid
from backend.kernel.identifiers.serials import with_check
from backend.kernel.identifiers.text import InvalidIdentifier
from backend.kernel.models import now
from backend.kernel.scope import check_version, get_visible
from backend.kernel.sealing import Sealed, unseal
from backend.registry.numbers import ID_NUMBER, PHONE, identity_of, sealed_phone

URGENT_HOURS = 24
CONTACT_DAYS = 3


def public_actor() -> Actor:
    """Return the public itself: it may object to a notice, and nothing else."""
    area = Reach(prefixes=(settings().county_code,))
    rights = {str(CasePermission.READ): area, str(CasePermission.OBJECT): area}
    return Actor(user_id=0, username="public", name="公众", division_code=settings().county_code, rights=rights)


async def apply_online(session: AsyncSession, form: ApplicationForm) -> OnlineApplication:
    """Keep a request from the public site; an emergency is answered within 24 hours, others within three days."""
    if not form.commitment:
        raise invalid("commitment", "请勾选承诺：内容真实，并同意核对家庭经济状况")
    if not await repository.division_exists(session, form.division_code):
        raise invalid("division_code", "没有这个镇街、社区或村居，请重新选择")
    identity = _identity(form.id_number)
    phone = _phone(form.phone)
    at = now()
    if form.project_code:
        codes = {code for code, version in await versions_in_force(session, at.astimezone(CHINA).date())}
        if form.project_code not in codes:
            raise invalid("project_code", "该救助项目目前不受理申请，请重新选择")
    waiting = select(OnlineApplication).where(
        OnlineApplication.id_number_index == identity.index,
        OnlineApplication.status == ApplicationStatus.WAITING,
        OnlineApplication.project_code == form.project_code
        if form.project_code
        else OnlineApplication.project_code.is_(None),  # type: ignore[union-attr]
    )
    if (await session.exec(waiting)).first() is not None:
        raise AlreadyWaiting
    serial = int((await session.execute(select(NUMBERS.next_value()))).scalar_one())
    row = OnlineApplication(
        number=with_check(f"WS{at.astimezone(CHINA):%y%m%d}{form.division_code[6:9]}{serial:05d}"),
        division_code=form.division_code,
        applicant_name=form.applicant_name.strip(),
        id_number_cipher=identity.cipher,
        id_number_index=identity.index,
        id_number_masked=identity.masked,
        phone_cipher=phone.cipher,
        phone_index=phone.index,
        phone_masked=phone.masked,
        project_code=form.project_code or None,
        urgent=form.urgent,
        reason=form.reason.strip(),
        due_at=at + (timedelta(hours=URGENT_HOURS) if form.urgent else timedelta(days=CONTACT_DAYS)),
        created_at=at,
    )
    session.add(row)
    await session.flush()
    await _record(session, public_actor(), "online_application.send", row)
    return row


def _identity(number: str) -> Sealed:
    try:
        return identity_of(number).sealed
    except InvalidIdentifier as error:
        raise invalid("id_number", error.said()) from None


def _phone(number: str) -> Sealed:
    try:
        return sealed_phone(number)
    except InvalidIdentifier as error:
        raise invalid("phone", error.said()) from None


async def object_to(session: AsyncSession, notice_id: int, form: ObjectionForm) -> NoticeObjection:
    """Register an objection: the case stops at once until it has been verified and answered (57号 公示有异议)."""
    at = now()
    running = await repository.running_notice(session, notice_id, at)
    if running is None:
        raise NoticeEnded
    case_id, division_code = running
    phone = _phone(form.phone)
    row = NoticeObjection(
        notice_id=notice_id,
        case_id=case_id,
        division_code=division_code,
        content=form.content,
        name=form.name,
        phone_cipher=phone.cipher,
        phone_index=phone.index,
        phone_masked=phone.masked,
    )
    session.add(row)
    await session.flush()
    case = await session.get_one(Case, case_id, with_for_update=True)
    path = await cases.path_of_case(session, case)
    form_of_case = ActionForm(action="object", data={"content": form.content})
    await cases.perform(session, public_actor(), case, path, form_of_case, at)
    return row


async def accept(session: AsyncSession, actor: Actor, row_id: int, form: AcceptForm) -> OnlineApplication:
    """Turn an online application into a case of a registered household, on its own channel."""
    row = await _open(session, actor, row_id)
    project = form.project_code or row.project_code
    if not project:
        raise invalid("project_code", "申请人没有选择救助项目，请选择后再转为案件")
    wanted = CaseCreate(
        project_code=project,
        channel=Channel.ONLINE,
        reason=row.reason,
        commitment_signed=form.commitment_signed,
        household_id=form.household_id,
        applicant_id_number=unseal(row.id_number_cipher, ID_NUMBER),
        applicant_name=row.applicant_name,
        division_code=row.division_code,
        first_contact_at=row.created_at if row.urgent else None,
        form=form.form,
    )
    case = await intake.submit(session, actor, wanted)
    row.case_id, row.project_code = case.id, project
    await _finish(session, actor, row, ApplicationStatus.ACCEPTED, "online_application.accept")
    return row


async def answer(session: AsyncSession, actor: Actor, row_id: int, form: AnswerForm) -> OnlineApplication:
    """Answer an application that becomes no case; the applicant reads it with the progress query."""
    row = await _open(session, actor, row_id)
    row.answer = form.answer
    await _finish(session, actor, row, ApplicationStatus.CLOSED, "online_application.answer")
    return row


async def _open(session: AsyncSession, actor: Actor, row_id: int) -> OnlineApplication:
    row = await get_visible(session, actor, OnlineApplication, row_id, P.APPLICATION_READ, lock=True)
    actor.require(P.APPLICATION_ACCEPT, row.division_code)
    if row.status is not ApplicationStatus.WAITING:
        raise AlreadyHandled(status=row.status.label)
    return row


async def _finish(
    session: AsyncSession, actor: Actor, row: OnlineApplication, status: ApplicationStatus, action: str
) -> None:
    row.status, row.handled_by, row.handled_at = status, actor.user_id, now()
    check_version(row, None)
    await session.flush()
    await _record(session, actor, action, row)


async def reveal(session: AsyncSession, actor: Actor, row_id: int, purpose: str) -> Revealed:
    """Show the whole numbers, after writing who saw them and why."""
    row = await get_visible(session, actor, OnlineApplication, row_id, P.APPLICATION_READ)
    actor.require(P.APPLICATION_REVEAL, row.division_code)
    await audit.record_access(
        session,
        actor,
        "online_application.reveal",
        subject=("online_application", row_id),
        purpose=purpose,
        division_code=row.division_code,
    )
    return Revealed(id_number=unseal(row.id_number_cipher, ID_NUMBER), phone=unseal(row.phone_cipher, PHONE))


async def _record(session: AsyncSession, actor: Actor, action: str, row: OnlineApplication) -> None:
    await audit.record(
        session,
        actor,
        action,
        subject=("online_application", int(row.id or 0)),
        division_code=row.division_code,
        details={"number": row.number, "project_code": row.project_code, "case_id": row.case_id},
    )


async def edit_hotline(session: AsyncSession, actor: Actor, row_id: int, form: HotlineEdit) -> Hotline:
    """Change a published number; the old one stays in the audit trail."""
    row = await get_visible(session, actor, Hotline, row_id, P.HOTLINE_EDIT, lock=True)
    check_version(row, form.version)
    changes = form.model_dump(exclude_none=True, exclude={"version"})
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    await session.flush()
    await audit.record(
        session,
        actor,
        "hotline.edit",
        subject=("hotline", row_id),
        division_code=row.division_code,
        details={"before": before, "after": changes},
    )
    return row


async def add_hotline(session: AsyncSession, actor: Actor, row: Hotline) -> Hotline:
    """Publish a number."""
    actor.require(P.HOTLINE_EDIT, row.division_code)
    if not await repository.division_exists(session, row.division_code):
        raise unknown_division()
    session.add(row)
    await session.flush()
    subject = ("hotline", int(row.id or 0))
    await audit.record(session, actor, "hotline.add", subject=subject, division_code=row.division_code)
    return row


def unknown_division() -> DomainError:
    """Return the refusal of a division that does not exist."""
    return invalid("division_code", "没有这个区划，请重新选择")
