"""提请核对: what a case asks of the county's verification centre, and what the applicant says against its report."""

from sqlmodel import col, select

from backend.cases import clocks, repository
from backend.cases.errors import GuardRefused
from backend.cases.models import Objection
from backend.cases.path.guards import Acting
from backend.catalogue.models import ProjectVersion
from backend.registry.models import Person
from backend.verification import service as verification
from backend.verification.service import Matter

REPORT_DAYS = 5
"""Working days for a report (DOMAIN §4.2 [D])."""


async def ask(acting: Acting) -> None:
    """Ask about everybody who has signed, at the sources that the project's papers name."""
    await _ask(acting, acting.data.reason)


async def dispute(acting: Acting) -> None:
    """Register what the applicant says against the report, and have it looked at again at once (57号)."""
    case = acting.case
    acting.session.add(
        Objection(
            case_id=case.key,
            division_code=case.division_code,
            content=acting.data.content,
            raised_at=acting.at,
        )
    )
    await _ask(acting, f"申请人异议：{acting.data.content}"[:500])


async def _ask(acting: Acting, reason: str | None) -> None:
    session, case = acting.session, acting.case
    if case.household_id is None:
        raise GuardRefused("案件没有关联家庭档案，不能提请核对，请先登记家庭")
    signed = await repository.consents(session, case)
    ids = [consent.person_id for consent in signed]
    people = (await session.exec(select(Person).where(col(Person.id).in_(ids)).order_by(col(Person.id)))).all()
    version = await session.get(ProjectVersion, case.version_id)
    papers = (version.definition.get("materials") or ()) if version else ()
    sources = [
        source for paper in papers if paper.get("obtain_mode") == "share" for source in paper.get("source") or ()
    ]
    calendar = await clocks.work_calendar(session)
    matter = Matter(
        id=case.key,
        number=case.number,
        name=case.project_name,
        household_id=case.household_id,
        division_code=case.division_code,
        applicant_name=case.applicant_name,
        consent_ids=tuple(int(consent.id or 0) for consent in signed),
        people=tuple({"person_id": p.id, "name": p.name, "id_number": p.id_number_masked} for p in people),
        sources=tuple(dict.fromkeys(sources)),
    )
    due = clocks.working_days(REPORT_DAYS).due(acting.at, calendar).at
    await verification.ask(session, acting.actor, matter, reason=reason, due=due, at=acting.at)
