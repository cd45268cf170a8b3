"""One function per action that records something; an action without one only moves the case."""

from collections.abc import Awaitable, Callable
from typing import Any

from backend.cases import clocks, repository
from backend.cases.actions import decisions, verification
from backend.cases.errors import GuardRefused
from backend.cases.events import CaseReferred, NoticePosted
from backend.cases.models import CaseMaterial, Hearing, KinRecord, Objection, PublicNotice, SurveyRecord
from backend.cases.models.codes import Change
from backend.cases.path.guards import Acting
from backend.identity.models import Organization
from backend.kernel.clocks import CHINA
from backend.kernel.errors import invalid
from backend.kernel.events import publish

Effect = Callable[[Acting], Awaitable[None]]
ANSWER_DAYS = 5
"""Working days to answer a planned cut (DOMAIN §4.4 [D])."""


def _attach(acting: Acting, file_ids: list[int], name: str) -> None:
    case = acting.case
    acting.session.add_all(
        CaseMaterial(
            case_id=case.key, division_code=case.division_code, file_id=file_id, name=name, user_id=acting.actor.user_id
        )
        for file_id in file_ids
    )


async def supplied(acting: Acting) -> None:
    """Keep what was handed in."""
    _attach(acting, acting.data.file_ids, "补正材料")


async def accept(acting: Acting) -> None:
    """Start the clocks: the day of acceptance itself is not counted."""
    acting.case.accepted_at = acting.at


async def investigate_done(acting: Acting) -> None:
    """Keep the survey form."""
    case, data = acting.case, acting.data
    visited = data.visited_on or acting.at.astimezone(CHINA).date()
    if visited > acting.at.astimezone(CHINA).date():
        raise GuardRefused("调查日期不能晚于今天，请核对")
    acting.session.add(
        SurveyRecord(
            case_id=case.key,
            division_code=case.division_code,
            method=data.method,
            investigators=data.investigators,
            visited_on=visited,
            findings=data.findings,
            conclusion=data.conclusion,
            file_ids=data.file_ids,
            user_id=acting.actor.user_id,
        )
    )


async def quick_check(acting: Acting) -> None:
    """Keep the quick check as a survey; warn of the same cause within a year, never block."""
    case, data = acting.case, acting.data
    acting.session.add(
        SurveyRecord(
            case_id=case.key,
            division_code=case.division_code,
            method="quick_check",
            investigators=data.checkers,
            visited_on=acting.at.astimezone(CHINA).date(),
            findings=data.findings,
            conclusion="true",
            file_ids=[data.video_file_id] if data.video_file_id else [],
            user_id=acting.actor.user_id,
        )
    )
    since = repository.year_before(acting.at.astimezone(CHINA).date())
    earlier = await repository.same_cause_lately(acting.session, case, since)
    if earlier:
        acting.noted["same_cause"] = [found.number for found in earlier]


async def publicity_start(acting: Acting) -> None:
    """Post the notice: name, number of members, amount, project, village, and nothing else (F-10)."""
    case, data = acting.case, acting.data
    period = clocks.notice_deadline(acting.path)
    if period is None:
        raise GuardRefused("本项目的政策没有公示天数，不能公示，请联系项目管理员核对项目版本")
    posted = data.posted_at or acting.at
    calendar = await clocks.work_calendar(acting.session)
    notice = PublicNotice(
        case_id=case.key,
        division_code=case.division_code,
        place=data.place,
        days=period.amount,
        posted_at=posted,
        ends_at=period.due(posted, calendar).at,
        proof_file_id=data.proof_file_id,
        phone=data.phone,
        content=await decisions.notice_content(acting),
    )
    acting.session.add(notice)
    await acting.session.flush()
    # The step's clock is now that of the notice.
    case.step_started_at = posted
    acting.noted["ends_at"] = notice.ends_at.isoformat()
    await publish(
        acting.session,
        NoticePosted(
            notice_id=int(notice.id or 0),
            case_id=case.key,
            division_code=case.division_code,
            project_code=case.project_code,
            posted_at=notice.posted_at,
            ends_at=notice.ends_at,
        ),
    )


async def close_notice(acting: Acting) -> None:
    """Take the notice down."""
    notice = await repository.last_notice(acting.session, acting.case)
    if notice is not None and notice.closed_at is None:
        notice.closed_at = acting.at


async def take_objection(acting: Acting) -> None:
    """Register an objection to the running notice."""
    case = acting.case
    notice = await repository.last_notice(acting.session, case)
    acting.session.add(
        Objection(
            case_id=case.key,
            division_code=case.division_code,
            notice_id=notice.id if notice else None,
            content=acting.data.content,
            raised_at=acting.at,
        )
    )


async def objection_answer(acting: Acting) -> None:
    """Answer every open objection; an upheld one takes the notice down and sends the case back."""
    for objection in await repository.open_objections(acting.session, acting.case):
        objection.upheld = acting.data.upheld
        objection.answer = acting.data.answer
        objection.answered_at = acting.at
    if acting.data.upheld:
        notice = await repository.last_notice(acting.session, acting.case)
        if notice is not None:
            notice.closed_at = notice.ends_at = acting.at


async def refer(acting: Acting) -> None:
    """Hand the need over; the letter names the receiver as the system knows it."""
    case, data = acting.case, acting.data
    organization = await acting.session.get(Organization, data.organization_id) if data.organization_id else None
    if data.organization_id and organization is None:
        raise invalid("data.organization_id", "没有这个机构，请重新选择接收机构")
    acting.noted["receiver"] = organization.name if organization else data.to
    await publish(
        acting.session,
        CaseReferred(
            case_id=case.key,
            household_id=case.household_id,
            person_name=case.applicant_name,
            division_code=case.division_code,
            organization_id=data.organization_id,
            to=data.to,
            need=data.need or case.reason,
            due_on=data.due_on,
            user_id=acting.actor.user_id,
        ),
    )


async def extend(acting: Acting) -> None:
    """Give the longer statutory period; the old dates stay in the history, L-10 goes to the applicant."""
    case = acting.case
    case.extended, case.extension_days = True, acting.path.extended_days
    acting.noted["days"] = acting.path.extended_days


async def kin_register(acting: Acting) -> None:
    """Record a near relative; the case then needs the county's own visit."""
    case, data = acting.case, acting.data
    acting.session.add(
        KinRecord(
            case_id=case.key,
            division_code=case.division_code,
            staff_name=data.staff_name,
            member_name=data.member_name,
            relation=data.relation,
        )
    )
    case.spot_check = True


async def kin_visit(acting: Acting) -> None:
    """Record the county's visit for every open record of this case."""
    for record in await repository.kin_of(acting.session, acting.case):
        if record.visited_on is None:
            record.visited_on = acting.data.visited_on
            record.visited_by = acting.actor.user_id
            record.visit_findings = acting.data.findings


async def county_authorize(acting: Acting) -> None:
    """Let the town go as far as this."""
    acting.case.authorized_amount = acting.data.amount


async def supplement_papers(acting: Acting) -> None:
    """Keep the papers that follow an emergency."""
    _attach(acting, acting.data.file_ids, "急难救助补充材料")


async def propose(acting: Acting) -> None:
    """Fix what is planned, and tell the person when it is a cut or a stop (L-11)."""
    case, data = acting.case, acting.data
    if data.change is Change.KEEP:
        raise GuardRefused("维持原待遇请直接办理“维持原待遇”，不需要提出变更")
    case.change, case.amount = data.change, data.amount
    if data.change in {Change.REDUCE, Change.STOP}:
        calendar = await clocks.work_calendar(acting.session)
        acting.session.add(
            Hearing(
                case_id=case.key,
                division_code=case.division_code,
                told_at=acting.at,
                answer_until=clocks.working_days(ANSWER_DAYS).due(acting.at, calendar).at,
            )
        )


async def hear(acting: Acting) -> None:
    """Keep what the person said, or that they said nothing in time."""
    hearing = await repository.last_hearing(acting.session, acting.case)
    if hearing is not None:
        hearing.heard_at, hearing.waived = acting.at, acting.data.waived
        hearing.statement = acting.data.statement


EFFECTS: dict[str, Effect] = {
    "supplied": supplied,
    "accept": accept,
    "verification_request": verification.ask,
    "verification_object": verification.dispute,
    "refer": refer,
    "investigate_done": investigate_done,
    "quick_check": quick_check,
    "publicity_start": publicity_start,
    "publicity_end": close_notice,
    "object": take_objection,
    "objection_answer": objection_answer,
    "extend": extend,
    "kin_register": kin_register,
    "kin_visit": kin_visit,
    "county_authorize": county_authorize,
    "supplement_papers": supplement_papers,
    "propose": propose,
    "hear": hear,
    "approve": decisions.approve,
    "reject": decisions.reject,
    "pay_first": decisions.pay_first,
    "decide": decisions.decide_change,
}


def plain(value: Any) -> Any:
    """Return an action's data as JSON for the timeline."""
    return value.model_dump(mode="json", exclude_none=True) if value is not None else {}
