"""Ask, answer per source, report. A report is final; what changes is asked anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue.rules.vocabulary import Source
from backend.files.repository import readable_ids
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, light_between
from backend.kernel.errors import invalid
from backend.kernel.events import publish
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.registry import service as registry
from backend.verification import repository, rules
from backend.verification.errors import AlreadyReported, ConclusionContradicts, NothingFound, StillOpen
from backend.verification.events import VerificationReported
from backend.verification.listing import allowed
from backend.verification.models import Conclusion, Outcome, RequestStatus, SourceResult, VerificationRequest
from backend.verification.permissions import VerificationPermission as P
from backend.verification.schemas import ReportForm, RequestOut, ResultForm, ResultOut

_TELLING = {Outcome.DIFFERS, Outcome.BREACHES}


@dataclass(frozen=True, slots=True)
class Matter:
    """What a request is about, as the domain that asks knows it."""

    id: int
    number: str
    name: str
    household_id: int
    division_code: str
    applicant_name: str
    consent_ids: tuple[int, ...]
    people: tuple[dict[str, Any], ...]
    sources: tuple[str, ...]


async def ask(
    session: AsyncSession, actor: Actor, matter: Matter, *, reason: str | None, due: datetime, at: datetime
) -> VerificationRequest:
    """Put the question to the county's centre, one at a time for each matter."""
    if await repository.open_request(session, matter.id) is not None:
        raise StillOpen
    request = VerificationRequest(
        household_id=matter.household_id,
        division_code=matter.division_code,
        matter_id=matter.id,
        matter_number=matter.number,
        matter=matter.name,
        applicant_name=matter.applicant_name,
        consent_ids=list(matter.consent_ids),
        people=list(matter.people),
        sources=list(matter.sources),
        reason=reason,
        asked_by=actor.user_id,
        asker=actor.name,
        asked_at=at,
        due_at=due,
    )
    session.add(request)
    await session.flush()
    await _record(session, actor, request, "verification.ask", {"number": matter.number})
    return request


async def answer(session: AsyncSession, actor: Actor, request_id: int, form: ResultForm) -> VerificationRequest:
    """Keep what one source said."""
    request = await _open(session, actor, request_id)
    today = now().astimezone(CHINA).date()
    if form.queried_on is not None and form.queried_on > today:
        raise invalid("queried_on", "查询日期不能晚于今天，请核对")
    if form.person_name and form.person_name not in {person["name"] for person in request.people}:
        raise invalid("person_name", "该人员没有签署核对授权书，不在本次核对范围内")
    if form.outcome in _TELLING and not form.found:
        raise invalid("found", "与申报不一致或超过规定的，请写明查询情况")
    values = form.model_dump() | {"queried_on": form.queried_on or today}
    session.add(
        SourceResult(**values, request_id=request.key, division_code=request.division_code, user_id=actor.user_id)
    )
    await session.flush()
    details = {"source": form.source.value, "outcome": form.outcome.value}
    await _record(session, actor, request, "verification.answer", details)
    return request


async def report(session: AsyncSession, actor: Actor, request_id: int, form: ReportForm) -> VerificationRequest:
    """Issue the report; the matter hears of it in the same transaction."""
    request = await _open(session, actor, request_id)
    results = await repository.results_of(session, request.key)
    if not results:
        raise NothingFound
    missed = rules.contradiction(form.conclusion, [result.outcome for result in results])
    if missed is not None:
        raise ConclusionContradicts(outcome=missed.label, conclusion=form.conclusion.label)
    if form.report_file_id is not None and not await readable_ids(session, actor, [form.report_file_id]):
        raise invalid("report_file_id", "报告文件不存在或您无权查看，请重新上传")
    at = now()
    request.status, request.conclusion, request.summary = RequestStatus.REPORTED, form.conclusion, form.summary
    request.report_file_id = form.report_file_id
    request.valid_until = at.astimezone(CHINA).date() + timedelta(days=form.valid_days)
    request.verifier, request.verified_by, request.concluded_at = actor.name, actor.user_id, at
    request.version += 1
    request.updated_at = at
    await session.flush()
    await _record(session, actor, request, "verification.report", {"conclusion": form.conclusion.value})
    await _conclude_property(session, actor, request, results)
    await publish(
        session,
        VerificationReported(
            request_id=request.key,
            matter_id=request.matter_id,
            conclusion=form.conclusion.value,
            summary=form.summary,
            findings=tuple(_said(result) for result in results if result.outcome in _TELLING),
            user_id=actor.user_id,
        ),
    )
    return request


async def _conclude_property(
    session: AsyncSession, actor: Actor, request: VerificationRequest, results: list[SourceResult]
) -> None:
    """Write the household's 财产核对结论; what no source knows stays as it was."""
    earlier = await repository.requests_of(session, request.matter_id)
    objected = any(other.conclusion is Conclusion.FAIL and other.id != request.id for other in earlier)
    answers = [(result.source, result.outcome) for result in results]
    found = rules.property_result(answers, map(Source, request.sources), objected=objected)
    if found is not None:
        reason = f"核对报告（{request.matter_number}）"
        await registry.conclude_property(session, actor, request.household_id, found, reason)


def _said(result: SourceResult) -> str:
    """Return an answer in the words of the letter: source, whom it is about, and that it differs, without figures."""
    return (
        f"{result.source.label}{'（' + result.person_name + '）' if result.person_name else ''}：{result.outcome.label}"
    )


async def _open(session: AsyncSession, actor: Actor, request_id: int) -> VerificationRequest:
    request = await get_visible(session, actor, VerificationRequest, request_id, P.READ, lock=True)
    actor.require(P.WORK, request.division_code)
    if request.status is not RequestStatus.ASKED:
        raise AlreadyReported
    return request


async def _record(
    session: AsyncSession, actor: Actor, request: VerificationRequest, action: str, details: dict[str, Any]
) -> None:
    await audit.record(
        session,
        actor,
        action,
        subject=("verification", request.key),
        division_code=request.division_code,
        details=details,
    )


async def view(session: AsyncSession, actor: Actor, request: VerificationRequest) -> RequestOut:
    """Return a request as its reader sees it: figures for the verifier, the rest learns what differs (DOMAIN §7.4)."""
    whole = actor.may(P.WORK, request.division_code)
    results = []
    for result in await repository.results_of(session, request.key):
        shown = ResultOut.model_validate(result.model_dump())
        results.append(shown if whole else shown.model_copy(update={"declared": None, "found": None}))
    waiting = request.status is RequestStatus.ASKED
    return RequestOut.model_validate(
        request.model_dump()
        | {
            "light": None if not waiting else _light(request),
            "consents": len(request.consent_ids),
            "results": results,
            "allowed_actions": allowed(actor, {"status": request.status, "division_code": request.division_code}),
        }
    )


def _light(request: VerificationRequest) -> Any:
    return light_between(request.asked_at, request.due_at, now())


__all__ = ["Conclusion", "Matter", "answer", "ask", "report", "view"]
