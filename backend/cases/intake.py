"""How cases begin: an application, an emergency, a review of a benefit."""

from datetime import date, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import answers, repository, service
from backend.cases.errors import AlreadyOpen, DecidedElsewhere, NoSuchProject, NotInHousehold
from backend.cases.events import AccountStated
from backend.cases.models import Case, CaseKind, CaseMaterial, CaseState, Channel, Consent
from backend.cases.path.definition import has_path, is_urgent, path_of
from backend.cases.path.kinds import StepKind
from backend.cases.permissions import CasePermission
from backend.cases.schemas import ActionForm, CaseCreate, ReviewCreate, Signature
from backend.catalogue import repository as catalogue
from backend.catalogue.models import Project, ProjectVersion
from backend.catalogue.repository import version_in_force
from backend.files.repository import readable_ids
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.errors import DomainError, NotFound, invalid
from backend.kernel.events import publish
from backend.kernel.identifiers.serials import with_check
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.registry.models import Household, Person
from backend.registry.numbers import index_of_number
from backend.registry.permissions import RegistryPermission


async def submit(session: AsyncSession, actor: Actor, form: CaseCreate, at: datetime | None = None) -> Case:
    """Register an application and hand it on; unsigned ones stay drafts. Emergencies start their 24 hours."""
    at = at or now()
    today = at.astimezone(CHINA).date()
    version = await version_of(session, form.project_code, today)
    urgent = is_urgent(version)
    household = await _household(session, actor, form, urgent=urgent)
    area = household.division_code if household else _place(form)
    actor.require(CasePermission.CREATE, area)
    person = await _applicant(session, form, household, urgent=urgent)
    if household is not None and not urgent:
        earlier = await repository.open_case(session, int(household.id or 0), form.project_code)
        if earlier is not None:
            raise AlreadyOpen(project=earlier.project_name, number=earlier.number, state=earlier.state.label)
    given = answers.checked(version.definition.get("form") or [], form.form, await catalogue.vocabulary(session))
    kept, account = answers.without_account(given)
    payee = await _payee(session, household, person, account) if account else None
    case = await _new_case(session, form, version, CaseKind.URGENT if urgent else CaseKind.APPLICATION, area, at)
    case.form = kept
    case.household_id = household.id if household else None
    case.applicant_id = person.id if person else None
    case.applicant_name = person.name if person else (form.applicant_name or "身份待查")
    if urgent:
        case.first_contact_at = _first_contact(form, at)
        case.submitted_at = at
    path = path_of(version, case.kind)
    words = ("register", "登记急难") if urgent else ("create", "登记申请")
    if path.steps[0].kind is not StepKind.SUBMISSION:
        case.submitted_at = at
    await service.begin(session, actor, case, path, action=words, at=at, data={"channel": form.channel.value})
    await _attach(session, actor, case, form, version)
    if form.commitment_signed and household is not None:
        await _sign(session, case, _named_signers(form), at)
    await session.flush()
    if account is not None and payee is not None:
        stated = AccountStated(case.key, case.number, int(case.household_id or 0), payee, account.number, account.bank)
        await publish(session, stated)
    if path.steps[0].kind is StepKind.SUBMISSION and form.commitment_signed:
        await service.perform(session, actor, case, path, ActionForm(action="submit"), at)
    return case


async def version_of(session: AsyncSession, code: str, on: date) -> ProjectVersion:
    """Return the version that takes applications on a day; refuse what is decided elsewhere or not in force."""
    try:
        version = await version_in_force(session, code, on)
    except NotFound:
        raise NoSuchProject(code=code) from None
    if not has_path(version):
        raise DecidedElsewhere(project=version.name, department=version.department)
    return version


async def _payee(
    session: AsyncSession, household: Household | None, person: Person | None, account: answers.Account
) -> int | None:
    """Return the member whose account it is; somebody else's needs an agreement, which the accounts take in."""
    if household is None:
        return None
    if person is not None and account.holder in {None, person.name}:
        return person.id
    found = await repository.member_named(session, int(household.id or 0), str(account.holder))
    if found is None:
        raise invalid(
            f"form.{answers.HOLDER}", "收款户名应当是家庭成员的姓名；由他人代管的，请在收款账户中登记代管协议"
        )
    return found.id


def _place(form: CaseCreate) -> str:
    if form.division_code is None:
        raise invalid("division_code", "没有家庭档案时，必须填写急难发生地")
    return form.division_code


def _first_contact(form: CaseCreate, at: datetime) -> datetime:
    first = form.first_contact_at or at
    if first > at:
        raise invalid("first_contact_at", "首次接触时间不能晚于现在")
    return first


async def _household(session: AsyncSession, actor: Actor, form: CaseCreate, *, urgent: bool) -> Household | None:
    if form.household_id is None:
        if not urgent:
            raise invalid("household_id", "请选择申请家庭；没有档案的请先登记家庭")
        return None
    return await get_visible(session, actor, Household, form.household_id, RegistryPermission.READ)


async def _applicant(
    session: AsyncSession, form: CaseCreate, household: Household | None, *, urgent: bool
) -> Person | None:
    """Find the applicant among the household's present members; an emergency may lack the number."""
    if form.applicant_person_id is not None and household is not None:
        chosen = await repository.member_by_id(session, int(household.id or 0), form.applicant_person_id)
        if chosen is None:
            raise invalid("applicant_person_id", "申请人不在该家庭的现有成员中，请重新选择")
        return chosen
    if form.applicant_id_number:
        index = index_of_number(form.applicant_id_number)
        if index is None:
            raise invalid("applicant_id_number", "身份证号不正确，请核对18位号码和校验码")
        if household is None:
            return None
        found = await repository.member(session, int(household.id or 0), index)
        if found is None:
            raise NotInHousehold().at(("applicant_id_number", NotInHousehold.message))
        return found
    if not urgent:
        raise invalid("applicant_id_number", "必须填写申请人身份证号")
    if household is None and not form.applicant_name:
        raise invalid("applicant_name", "身份不明的，请填写姓名或称呼")
    if household is not None and household.head_person_id is not None:
        return await session.get(Person, household.head_person_id)
    return None


async def _new_case(
    session: AsyncSession, form: CaseCreate, version: ProjectVersion, kind: CaseKind, area: str, at: datetime
) -> Case:
    project = await session.get_one(Project, version.project_id)
    number = await _number(session, project.code, area, at)
    path = path_of(version, kind)
    return Case(
        number=number,
        kind=kind,
        project_code=project.code,
        project_name=version.name,
        department=version.department,
        version_id=version.id or 0,
        applicant_name="",
        division_code=area,
        decision_level=path.decision_level,
        channel=form.channel,
        reason=form.reason,
        commitment_signed=form.commitment_signed,
        state=CaseState.DRAFT,
        step="",
        step_name="",
        step_kind="",
        step_permission="",
        step_started_at=at,
        urgent=kind is CaseKind.URGENT,
    )


async def _number(session: AsyncSession, project: str, area: str, at: datetime) -> str:
    """Return county + project + day + serial + check digits (DOMAIN §6.2)."""
    serial = await repository.next_serial(session)
    return with_check(f"{area[:6]}{project}{at.astimezone(CHINA):%Y%m%d}{serial:05d}")


async def _attach(session: AsyncSession, actor: Actor, case: Case, form: CaseCreate, version: ProjectVersion) -> None:
    """Keep what was handed in, each file under the paper it stands for."""
    named = {str(m.get("code")): str(m.get("name")) for m in version.definition.get("materials") or ()}
    for code in form.papers:
        if code not in named:
            raise invalid(f"papers.{code}", "该项目的材料清单中没有这一项，请重新选择")
    wanted: dict[tuple[str | None, int], str] = {
        (code, file_id): named[code] for code, files in form.papers.items() for file_id in files
    }
    wanted |= {(None, file_id): "申请材料" for file_id in form.materials}
    ids = {file_id for _, file_id in wanted}
    if ids - await readable_ids(session, actor, ids):
        raise invalid("materials", "有文件不存在或您无权查看，请重新上传后再提交")
    session.add_all(
        CaseMaterial(
            case_id=case.key,
            division_code=case.division_code,
            file_id=file_id,
            code=code,
            name=name,
            user_id=actor.user_id,
        )
        for (code, file_id), name in wanted.items()
    )


def _named_signers(form: CaseCreate) -> list[Signature] | None:
    """Return who signed when they are named, by number or chosen from the household."""
    if form.signed_by is None:
        return form.consents
    return [Signature(person_id=person, method=form.sign_method) for person in form.signed_by]


async def _sign(session: AsyncSession, case: Case, named: list[Signature] | None, at: datetime) -> None:
    """Record who signed: those named, or every adult when only the fact is stated."""
    household_id = int(case.household_id or 0)
    if named is None:
        for person in await repository.adults(session, household_id, at.astimezone(CHINA).date()):
            session.add(_consent(case, person, None, at))
        return
    for at_index, signature in enumerate(named):
        await add_signature(session, case, signature, at, field=f"consents.{at_index}.id_number")


async def add_signature(
    session: AsyncSession, case: Case, signature: Signature, at: datetime, *, field: str = "id_number"
) -> Consent:
    """Record one adult's promise and authorisation, named by number or chosen from the household."""
    household_id = int(case.household_id or 0)
    if signature.person_id is not None:
        person = await repository.member_by_id(session, household_id, signature.person_id)
        field = field.replace("id_number", "person_id")
    else:
        index = index_of_number(signature.id_number or "")
        person = await repository.member(session, household_id, index) if index else None
    if person is None:
        raise NotInHousehold().at((field, "签署人不在该家庭的现有成员中，请核对身份证号"))
    consent = _consent(case, person, signature, at)
    session.add(consent)
    case.commitment_signed = True
    await session.flush()
    return consent


def _consent(case: Case, person: Person, signature: Signature | None, at: datetime) -> Consent:
    consent = Consent(
        case_id=case.key,
        division_code=case.division_code,
        person_id=person.id or 0,
        person_name=person.name,
        signed_at=at,
    )
    if signature is not None:
        consent.method, consent.file_id = signature.method, signature.file_id
    return consent


async def open_review(session: AsyncSession, actor: Actor, form: ReviewCreate, at: datetime | None = None) -> Case:
    """Open a review of what an earlier case granted; its clock starts at once."""
    at = at or now()
    origin = await get_visible(session, actor, Case, form.origin_case_id, CasePermission.READ)
    actor.require(CasePermission.PROPOSE, origin.division_code)
    if origin.state is not CaseState.APPROVED:
        raise _not_granted(origin)
    version = await session.get(ProjectVersion, origin.version_id)
    if version is None:
        raise NoSuchProject(code=origin.project_code)
    wanted = CaseCreate(project_code=origin.project_code, reason=form.reason, commitment_signed=True)
    case = await _new_case(session, wanted, version, CaseKind.REVIEW, origin.division_code, at)
    case.household_id, case.applicant_id = origin.household_id, origin.applicant_id
    case.applicant_name, case.origin_case_id = origin.applicant_name, origin.id
    case.finding_id = form.finding_id
    await _begin_review(session, actor, case, version, at, {"origin": origin.number})
    return case


async def review_of_finding(
    session: AsyncSession,
    actor: Actor,
    *,
    finding_id: int,
    household_id: int,
    person_id: int | None,
    project_code: str,
    reason: str,
) -> Case:
    """Open the review that a finding asks for, or return the one it has; the benefit may be older than this system."""
    known = await repository.case_of_finding(session, finding_id)
    if known is not None:
        return known
    at = now()
    household = await session.get_one(Household, household_id)
    wanted = CaseCreate(project_code=project_code, channel=Channel.MATCHING, reason=(reason or "数据比对疑点")[:500])
    case, version = await _review_of(session, household, person_id, wanted, at)
    case.finding_id = finding_id
    await _begin_review(session, actor, case, version, at, {"finding": finding_id})
    return case


async def review_of_household(
    session: AsyncSession, actor: Actor, household: Household, project_code: str, reason: str
) -> Case:
    """Open the review that a visit asks for, or return the one that is open."""
    known = await repository.open_review(session, int(household.id or 0), project_code)
    if known is not None:
        return known
    at = now()
    wanted = CaseCreate(project_code=project_code, channel=Channel.GRID, reason=reason)
    case, version = await _review_of(session, household, None, wanted, at)
    await _begin_review(session, actor, case, version, at, {"visit": reason})
    return case


async def _review_of(
    session: AsyncSession, household: Household, person_id: int | None, wanted: CaseCreate, at: datetime
) -> tuple[Case, ProjectVersion]:
    """Return a review of what a household receives; the benefit may be older than this system."""
    version = await version_of(session, wanted.project_code, at.astimezone(CHINA).date())
    case = await _new_case(session, wanted, version, CaseKind.REVIEW, household.division_code, at)
    origin = await repository.last_granted(session, int(household.id or 0), wanted.project_code)
    person = await session.get(Person, person_id or household.head_person_id or 0)
    case.household_id, case.applicant_id = household.id, person.id if person else None
    case.applicant_name = person.name if person else household.head_name
    case.origin_case_id = origin.id if origin else None
    return case, version


async def _begin_review(
    session: AsyncSession, actor: Actor, case: Case, version: ProjectVersion, at: datetime, details: dict[str, Any]
) -> None:
    case.accepted_at = case.submitted_at = at
    path = path_of(version, CaseKind.REVIEW)
    await service.begin(session, actor, case, path, action=("open_review", "发起复核"), at=at, data=details)


def _not_granted(origin: Case) -> DomainError:
    return invalid("origin_case_id", f"案件{origin.number}当前为“{origin.state.label}”，只有已确认的案件可以复核")
