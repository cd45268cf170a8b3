"""Every SELECT on cases beside their lists. Nothing here decides anything."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.ext.asyncio import AsyncSession as AnySession
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.models import (
    Case,
    CaseDecision,
    CaseLetter,
    CaseMaterial,
    CaseStep,
    Consent,
    DueChange,
    Hearing,
    KinRecord,
    LetterDelivery,
    Objection,
    PublicNotice,
    SurveyRecord,
)
from backend.cases.models.case import NUMBERS
from backend.cases.models.codes import CaseKind, CaseState
from backend.registry.codes import HouseholdStatus, Relation
from backend.registry.models import Household, HouseholdMember, Person

ADULT_AGE = 18
_RESPONSIBLE = (Relation.HEAD, Relation.SPOUSE)


async def next_serial(session: AsyncSession) -> int:
    """Draw the next number; gaps are allowed, repeats are not."""
    return int((await session.execute(select(NUMBERS.next_value()))).scalar_one())


async def last_step_number(session: AsyncSession, case_id: int) -> int:
    """Return the highest number of the timeline."""
    found = await session.scalar(select(func.max(CaseStep.number)).where(CaseStep.case_id == case_id))
    return int(found or 0)


async def timeline(session: AsyncSession, case: Case) -> list[CaseStep]:
    """Return every act in order."""
    statement = select(CaseStep).where(CaseStep.case_id == case.id).order_by(col(CaseStep.number))
    return list((await session.exec(statement)).all())


async def acts(session: AsyncSession, case: Case, actions: Iterable[str]) -> list[CaseStep]:
    """Return the acts of these kinds in order."""
    statement = (
        select(CaseStep)
        .where(CaseStep.case_id == case.id, col(CaseStep.action).in_(list(actions)))
        .order_by(col(CaseStep.number))
    )
    return list((await session.exec(statement)).all())


async def passed(session: AsyncSession, case: Case, step: str) -> bool:
    """Tell whether an act moved the case on from this step."""
    statement = select(
        exists().where(
            col(CaseStep.case_id) == case.id,
            col(CaseStep.step) == step,
            col(CaseStep.from_state) != col(CaseStep.to_state),
        )
    )
    return bool((await session.execute(statement)).scalar_one())


async def unsigned_adults(session: AsyncSession, case: Case, today: date) -> list[str]:
    """Return the names of adults of the household without a valid promise and authorisation."""
    signed = exists().where(
        col(Consent.case_id) == case.id, col(Consent.person_id) == Person.id, col(Consent.withdrawn_at).is_(None)
    )
    statement = (
        select(Person.name)
        .join(HouseholdMember, col(HouseholdMember.person_id) == Person.id)
        .where(adult_members(case.household_id, today), ~signed)
        .order_by(col(HouseholdMember.id))
    )
    return list((await session.exec(statement)).all())


def adult_members(household_id: int | None, today: date) -> ColumnElement[bool]:
    """Return the condition of present, living, counted adults; without a birth date head and spouse count as such."""
    born_before = _years_ago(today, ADULT_AGE)
    return and_(
        col(HouseholdMember.household_id) == household_id,
        col(HouseholdMember.left_on).is_(None),
        col(HouseholdMember.included).is_(True),
        col(Person.dead_on).is_(None),
        or_(
            col(Person.birth_date) <= born_before,
            and_(col(Person.birth_date).is_(None), col(HouseholdMember.relation).in_(_RESPONSIBLE)),
        ),
    )


def _years_ago(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, month=2, day=28)


async def adults(session: AsyncSession, household_id: int, today: date) -> list[Person]:
    """Return the adults who sign."""
    statement = (
        select(Person)
        .join(HouseholdMember, col(HouseholdMember.person_id) == Person.id)
        .where(adult_members(household_id, today))
        .order_by(col(HouseholdMember.id))
    )
    return list((await session.exec(statement)).all())


async def member(session: AsyncSession, household_id: int, index: bytes) -> Person | None:
    """Return the present member whose number has this blind index."""
    statement = (
        select(Person)
        .join(HouseholdMember, col(HouseholdMember.person_id) == Person.id)
        .where(
            HouseholdMember.household_id == household_id,
            col(HouseholdMember.left_on).is_(None),
            Person.id_number_index == index,
        )
    )
    return (await session.exec(statement)).one_or_none()


async def member_by_id(session: AsyncSession, household_id: int, person_id: int) -> Person | None:
    """Return the present member with this id."""
    statement = (
        select(Person)
        .join(HouseholdMember, col(HouseholdMember.person_id) == Person.id)
        .where(
            HouseholdMember.household_id == household_id,
            col(HouseholdMember.left_on).is_(None),
            Person.id == person_id,
        )
    )
    return (await session.exec(statement)).first()


async def household_of_number(session: AsyncSession, index: bytes) -> Household | None:
    """Return the active household of which the person with this number is a present member."""
    statement = (
        select(Household)
        .join(HouseholdMember, col(HouseholdMember.household_id) == Household.id)
        .join(Person, col(Person.id) == HouseholdMember.person_id)
        .where(
            Person.id_number_index == index,
            col(HouseholdMember.left_on).is_(None),
            Household.status == HouseholdStatus.ACTIVE,
        )
        .order_by(col(HouseholdMember.id))
    )
    return (await session.exec(statement)).first()


async def member_named(session: AsyncSession, household_id: int, name: str) -> Person | None:
    """Return the present member of this name."""
    statement = (
        select(Person)
        .join(HouseholdMember, col(HouseholdMember.person_id) == Person.id)
        .where(
            HouseholdMember.household_id == household_id,
            col(HouseholdMember.left_on).is_(None),
            Person.name == name.strip(),
        )
        .order_by(col(HouseholdMember.id))
    )
    return (await session.exec(statement)).first()


async def kin_of(session: AsyncSession, case: Case) -> list[KinRecord]:
    """Return the recorded relatives."""
    statement = select(KinRecord).where(KinRecord.case_id == case.id).order_by(col(KinRecord.id))
    return list((await session.exec(statement)).all())


async def last_notice(session: AsyncSession, case: Case) -> PublicNotice | None:
    """Return the latest notice."""
    statement = select(PublicNotice).where(PublicNotice.case_id == case.id).order_by(col(PublicNotice.id).desc())
    return (await session.exec(statement.limit(1))).one_or_none()


async def consents(session: AsyncSession, case: Case) -> list[Consent]:
    """Return the valid promises and authorisations."""
    statement = select(Consent).where(Consent.case_id == case.id, col(Consent.withdrawn_at).is_(None))
    return list((await session.exec(statement.order_by(col(Consent.id)))).all())


async def open_objections(session: AsyncSession, case: Case) -> list[Objection]:
    """Return objections without an answer."""
    statement = select(Objection).where(Objection.case_id == case.id, col(Objection.answered_at).is_(None))
    return list((await session.exec(statement)).all())


async def objections_answered(session: AsyncSession, case: Case, at: datetime) -> list[Objection]:
    """Return the objections that were answered at this moment."""
    statement = select(Objection).where(Objection.case_id == case.id, Objection.answered_at == at)
    return list((await session.exec(statement.order_by(col(Objection.id)))).all())


async def last_hearing(session: AsyncSession, case: Case) -> Hearing | None:
    """Return the latest hearing."""
    statement = select(Hearing).where(Hearing.case_id == case.id).order_by(col(Hearing.id).desc())
    return (await session.exec(statement.limit(1))).one_or_none()


async def last_decision(session: AsyncSession, case: Case) -> CaseDecision | None:
    """Return the latest decision."""
    statement = select(CaseDecision).where(CaseDecision.case_id == case.id).order_by(col(CaseDecision.id).desc())
    return (await session.exec(statement.limit(1))).one_or_none()


async def same_cause_lately(session: AsyncSession, case: Case, since: date) -> list[Case]:
    """Return other urgent cases of the same person or household decided since a day: a warning, no block."""
    statement = select(Case).where(
        Case.id != case.id,
        Case.kind == CaseKind.URGENT,
        col(Case.decided_at) >= since,
        or_(
            and_(col(Case.applicant_id).is_not(None), col(Case.applicant_id) == case.applicant_id),
            and_(col(Case.household_id).is_not(None), col(Case.household_id) == case.household_id),
        ),
    )
    return list((await session.exec(statement)).all())


async def open_case(session: AsyncSession, household_id: int, project_code: str) -> Case | None:
    """Return the open application of this household for this project."""
    statement = select(Case).where(
        Case.household_id == household_id,
        Case.project_code == project_code,
        Case.kind == CaseKind.APPLICATION,
        col(Case.open).is_(True),
    )
    return (await session.exec(statement)).first()


async def open_cases_of(session: AnySession, person_id: int | None, household_id: int | None) -> list[Case]:
    """Return what is open for a household, or for a person as applicant."""
    statement = select(Case).where(
        col(Case.open).is_(True),
        or_(
            and_(col(Case.household_id).is_not(None), col(Case.household_id) == household_id),
            and_(col(Case.applicant_id).is_not(None), col(Case.applicant_id) == person_id),
        ),
    )
    return list(await session.scalars(statement.order_by(col(Case.id))))


async def case_of_finding(session: AsyncSession, finding_id: int) -> Case | None:
    """Return the review that a finding became."""
    return (await session.exec(select(Case).where(Case.finding_id == finding_id))).first()


async def last_granted(session: AsyncSession, household_id: int, project_code: str) -> Case | None:
    """Return the latest approved application of this household for this project."""
    statement = select(Case).where(
        Case.household_id == household_id, Case.project_code == project_code, Case.state == CaseState.APPROVED
    )
    return (await session.exec(statement.order_by(col(Case.id).desc()).limit(1))).first()


async def open_review(session: AsyncSession, household_id: int, project_code: str) -> Case | None:
    """Return the review of this household's benefit that is running."""
    statement = select(Case).where(
        Case.household_id == household_id,
        Case.project_code == project_code,
        Case.kind == CaseKind.REVIEW,
        col(Case.open).is_(True),
    )
    return (await session.exec(statement.order_by(col(Case.id)).limit(1))).first()


async def records(session: AsyncSession, case: Case) -> dict[str, list[dict[str, Any]]]:
    """Return what was collected along the way, for the case file."""
    found: dict[str, list[dict[str, Any]]] = {}
    tables: dict[str, Any] = {
        "consents": Consent,
        "materials": CaseMaterial,
        "surveys": SurveyRecord,
        "notices": PublicNotice,
        "objections": Objection,
        "kin": KinRecord,
        "hearings": Hearing,
        "due_changes": DueChange,
        "decisions": CaseDecision,
        "letters": CaseLetter,
        "deliveries": LetterDelivery,
    }
    for name, model in tables.items():
        statement = select(model).where(model.case_id == case.id).order_by(col(model.id))
        rows = (await session.exec(statement)).all()
        hidden = {"case_id", "division_code", *(("content",) if model is CaseLetter else ())}
        found[name] = [row.model_dump(mode="json", exclude=hidden) for row in rows]
    return found


async def elapsed_notices(session: AsyncSession, at: datetime) -> list[int]:
    """Return the cases that hang out a notice whose days are over."""
    statement = (
        select(PublicNotice.case_id)
        .join(Case, col(Case.id) == PublicNotice.case_id)
        .where(
            col(PublicNotice.closed_at).is_(None),
            PublicNotice.ends_at < at,
            col(Case.open).is_(True),
            Case.state == CaseState.PUBLICISED,
        )
        .order_by(col(PublicNotice.id))
    )
    return list(dict.fromkeys((await session.exec(statement)).all()))


def year_before(day: date) -> date:
    """Return the day twelve months earlier, as far as days go."""
    return day - timedelta(days=365)
