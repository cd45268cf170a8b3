"""What a case has gathered, with names, for whoever has to decide: signers, papers, files, numbers, clocks."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import clocks, repository
from backend.cases.answers import shown
from backend.cases.appraisal import NOTHING, appraise
from backend.cases.models import Case, Consent
from backend.cases.path.engine import Path
from backend.catalogue.models import ProjectVersion
from backend.files.models import Attachment
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA, Deadline, PeriodUnit
from backend.registry.masking import Degree, sight_of
from backend.registry.snapshots import masked
from backend.verification.permissions import VerificationPermission
from backend.verification.repository import requests_of
from backend.verification.service import view

Rows = list[dict[str, Any]]


async def signers(session: AsyncSession, case: Case, at: datetime) -> Rows:
    """Return every adult who has to sign, and how and when each did."""
    if case.household_id is None:
        return []
    signed = await session.exec(select(Consent).where(Consent.case_id == case.id, col(Consent.withdrawn_at).is_(None)))
    by_person = {consent.person_id: consent for consent in signed.all()}
    found = []
    for person in await repository.adults(session, case.household_id, at.astimezone(CHINA).date()):
        consent = by_person.get(int(person.id or 0))
        found.append(
            {
                "person_id": person.id,
                "name": person.name,
                "id_number": person.id_number_masked,
                "signed": consent is not None,
                "method": consent.method.value if consent else None,
                "signed_at": consent.signed_at if consent else None,
                "file_id": consent.file_id if consent else None,
            }
        )
    return found


async def papers(version: ProjectVersion | None, materials: Rows) -> Rows:
    """Return the version's list of papers with what was handed in; what sharing can fetch is marked as such."""
    listed: Rows = [
        {
            "code": paper.get("code"),
            "name": paper.get("name"),
            "obtain_mode": paper.get("obtain_mode"),
            "required": paper.get("required", True),
            "note": paper.get("note"),
            "file_ids": [m["file_id"] for m in materials if m["code"] == paper.get("code") and m["file_id"]],
        }
        for paper in ((version.definition.get("materials") or ()) if version else ())
    ]
    known = {paper["code"] for paper in listed}
    others = [m for m in materials if m["code"] not in known and m["file_id"]]
    for name in dict.fromkeys(m["name"] for m in others):
        ids = [m["file_id"] for m in others if m["name"] == name]
        listed.append(
            {"code": None, "name": name, "obtain_mode": "applicant", "required": False, "note": None, "file_ids": ids}
        )
    return listed


async def files(session: AsyncSession, records: dict[str, Rows]) -> Rows:
    """Return the names of all files that the case's records point to."""
    ids: set[int] = set()
    for rows in records.values():
        for row in rows:
            ids |= {row[key] for key in ("file_id", "proof_file_id") if row.get(key)}
            ids |= set(row.get("file_ids") or ())
    if not ids:
        return []
    kept = await session.exec(select(Attachment).where(col(Attachment.id).in_(ids)).order_by(col(Attachment.id)))
    return [{"id": row.id, "name": row.name, "media_type": row.media_type} for row in kept.all()]


def answers(version: ProjectVersion | None, case: Case) -> Rows:
    """Return what the application form answers, with the labels of the version."""
    fields = (version.definition.get("form") or ()) if version else ()
    given = shown(case.form)
    return [
        {"label": field.get("label", field["name"]), "value": given[field["name"]]}
        for field in fields
        if given.get(field["name"]) not in (None, "", [])
    ]


async def appraisal(session: AsyncSession, actor: Actor, case: Case, at: datetime) -> dict[str, Any]:
    """Return what the rules say today of an open case, and what they said of a decided one."""
    decision = await repository.last_decision(session, case)
    if decision is not None:
        eligible, amount, trace = None, decision.computed_amount, decision.trace
        # An alternative that fails beside one that holds decides nothing.
        passed = [reason["passed"] for reason in trace if reason.get("decides", True)]
        if passed:
            eligible = False if False in passed else None if None in passed else True
    else:
        judged = await appraise(session, case, at.astimezone(CHINA).date()) if case.open else NOTHING
        eligible, amount, trace = judged.eligible, judged.amount, judged.trace
    return {
        "as_of": (decision.decided_at if decision else at).astimezone(CHINA).date().isoformat(),
        "eligible": eligible,
        "amount": f"{amount:.2f}" if amount is not None else None,
        "trace": _without_numbers(actor, trace),
    }


def _without_numbers(actor: Actor, trace: Rows) -> Rows:
    """Hide the household's own numbers from those who may only know the band (DOMAIN §7.4)."""
    if sight_of(actor).money is Degree.WHOLE:
        return trace
    return [reason | {"actual": None} for reason in trace]


def hide(actor: Actor, records: dict[str, Rows]) -> None:
    """Mask what decisions kept of the household, as the registry would."""
    for decision in records["decisions"]:
        hide_kept(actor, decision)


def hide_kept(actor: Actor, decision: dict[str, Any]) -> None:
    """Mask what one decision kept: the household as it stood, and its numbers in the trace."""
    decision["snapshot"] = masked(actor, decision["snapshot"])
    decision["trace"] = _without_numbers(actor, decision["trace"])


async def verifications(session: AsyncSession, actor: Actor, case: Case) -> Rows:
    """Return what the verification centre reported, to whoever may know."""
    if not actor.may(VerificationPermission.READ, case.division_code):
        return []
    asked = await requests_of(session, case.key)
    return [(await view(session, actor, request)).model_dump(mode="json") for request in asked]


async def clocks_of(session: AsyncSession, case: Case, path: Path, at: datetime) -> Rows:
    """Return each clock with its beginning and end; a running one also with its colour."""
    calendar = await clocks.work_calendar(session)
    step = path.step(case.step)
    here = clocks.step_clock(case, step) if step and case.open else None
    urgent = Deadline(PeriodUnit.HOURS, path.urgent_hours) if path.urgent_hours else None
    promise = clocks.working_days(path.promise_days) if path.promise_days else None
    days = case.extension_days or path.statutory_days
    statutory = clocks.working_days(days) if days else None
    known = (
        ("先行救助", case.first_contact_at, case.urgent_due_at, urgent, case.decided_at is None),
        ("本环节", here.start if here else None, case.step_due_at, here.deadline if here else None, True),
        ("承诺时限", case.accepted_at, case.promise_due_at, promise, True),
        ("法定时限", case.accepted_at, case.statutory_due_at, statutory, True),
    )
    return [
        {
            "name": name,
            "since": since,
            "due_at": due,
            "light": deadline.light(since, at, calendar).value if case.open and runs else None,
        }
        for name, since, due, deadline, runs in known
        if since is not None and due is not None and deadline is not None
    ]
