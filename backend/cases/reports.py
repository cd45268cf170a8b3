"""What a verification report does to its case: it is noted, objections are answered, and the applicant is told."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import clocks, repository, service
from backend.cases.letters import service as letters
from backend.cases.letters.templates import templates
from backend.cases.letters.writing import day, words_of
from backend.cases.models import Case
from backend.cases.path.actions import ACTIONS
from backend.cases.path.guards import Acting
from backend.identity.models import User
from backend.kernel.actor import SYSTEM, Actor
from backend.kernel.models import now
from backend.verification.events import VerificationReported
from backend.verification.models import Conclusion

OBJECT_DAYS = 5
"""Working days to object to a report (DOMAIN §4.2 [D])."""


async def report_arrived(session: AsyncSession, event: VerificationReported) -> None:
    """Note the report; a difference goes to the applicant as L-05 with the way to object."""
    case = await session.get_one(Case, event.matter_id, with_for_update=True)
    user = await session.get(User, event.user_id)
    actor = Actor(user_id=event.user_id, username=user.username, name=user.name) if user else SYSTEM
    path = await service.path_of_case(session, case)
    step = path.step(case.step)
    at, conclusion = now(), Conclusion(event.conclusion)
    for objection in await repository.open_objections(session, case):
        if objection.notice_id is None:
            objection.upheld = conclusion is Conclusion.PASS
            objection.answer, objection.answered_at = event.summary[:1000], at
    noted: dict[str, object] = {"conclusion": conclusion.value}
    if case.open and step is not None and conclusion is not Conclusion.PASS:
        acting = Acting(session, actor, case, path, step, ACTIONS["verification_request"], None, None, at, {})
        words, lists = await words_of(acting)
        calendar = await clocks.work_calendar(session)
        words["object_until"] = day(clocks.working_days(OBJECT_DAYS).due(at, calendar).at)
        lists["findings"] = list(event.findings) or [event.summary]
        letter = await letters.issue(acting, templates()["L-05"], words, lists)
        noted |= {"letter": letter.code, "letter_number": letter.number}
    words_of_act = ("verification_report", f"核对报告：{conclusion.label}")
    await service.note(session, actor, case, path, words_of_act, noted, at)
