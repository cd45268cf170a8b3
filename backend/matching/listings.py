"""The lists of matching, over the one list engine."""

from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from backend.catalogue.models import Project, ProjectVersion
from backend.catalogue.schemas import plain
from backend.kernel.actor import Actor
from backend.kernel.jobs import Job, JobStatus
from backend.kernel.listing import Filter, Listing, equals, one_of, prefix
from backend.kernel.listing.definition import Row
from backend.kernel.scope import Scope
from backend.matching.models import Benefit, Finding, FindingStatus, MatchingRun, MatchingRunArea, Scenario
from backend.matching.permissions import MatchingPermission
from backend.matching.scenario_schemas import ScenarioRow
from backend.matching.schemas import BenefitRow, FindingRow, RunRow
from backend.matching.wording import sentence, supposed
from backend.registry.models import Household, Person

F: Any = Finding.__table__  # type: ignore[attr-defined]
H: Any = Household.__table__  # type: ignore[attr-defined]
B: Any = Benefit.__table__  # type: ignore[attr-defined]
R: Any = MatchingRun.__table__  # type: ignore[attr-defined]
A: Any = MatchingRunArea.__table__  # type: ignore[attr-defined]
J: Any = Job.__table__  # type: ignore[attr-defined]
S: Any = Scenario.__table__  # type: ignore[attr-defined]
PROJECT: Any = Project.__table__  # type: ignore[attr-defined]
VERSION: Any = ProjectVersion.__table__  # type: ignore[attr-defined]

OTHER: Any = H.alias("other_household")
P: Any = Person.__table__  # type: ignore[attr-defined]


def _name_of(code: Any) -> Any:
    """Return a project's name in its newest version."""
    return (
        select(VERSION.c.name)
        .join(PROJECT, PROJECT.c.id == VERSION.c.project_id)
        .where(PROJECT.c.code == code)
        .order_by(VERSION.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )


# What the sentence needs beside the finding itself; it does not go out.
TOLD = {
    "other_project_name": _name_of(F.c.other_project_code),
    "other_household_number": OTHER.c.number,
    "household_status": H.c.status,
    "dead_on": P.c.dead_on,
    "why": F.c.why,
}


def tell(_: Actor, row: Row) -> None:
    """Put the finding into a sentence, in the language of the request."""
    row["reason"] = sentence(row)
    for name in TOLD:
        del row[name]


def finding_actions(actor: Actor, row: Row) -> list[str]:
    """Return the nouns this actor may post to a finding."""
    if row["status"] != FindingStatus.OPEN or not actor.may(MatchingPermission.TURN, row["division_code"]):
        return []
    return ["lead", "review"]


FINDINGS = Listing(
    name="findings",
    title="错漏重",
    permission=MatchingPermission.READ,
    source=F.join(H, H.c.id == F.c.household_id)
    .outerjoin(P, P.c.id == F.c.person_id)
    .outerjoin(OTHER, OTHER.c.id == F.c.other_household_id),
    key=F.c.id,
    columns={
        "id": F.c.id,
        "kind": F.c.kind,
        "cause": F.c.cause,
        "household_id": F.c.household_id,
        "household_number": H.c.number,
        "head_name": H.c.head_name,
        "person_id": F.c.person_id,
        "project_code": F.c.project_code,
        "person_name": P.c.name,
        "project_name": _name_of(F.c.project_code),
        "other_project_code": F.c.other_project_code,
        "division_code": F.c.division_code,
        "paid_amount": F.c.paid_amount,
        "due_amount": F.c.due_amount,
        "as_of": F.c.as_of,
        "status": F.c.status,
        "turned_into": F.c.turned_into,
        **TOLD,
    },
    scope=Scope(division=F.c.division_code),
    row_model=FindingRow,
    filters={
        "kind": equals(F.c.kind),
        "cause": equals(F.c.cause),
        "status": equals(F.c.status),
        "project_code": equals(F.c.project_code),
        "project_codes": one_of(F.c.project_code),
        "division_code": prefix(F.c.division_code),
        # What a run found is what stood from before it until after it.
        "run_id": Filter(F.c.first_run_id, lambda c, v: and_(c <= v, F.c.last_run_id >= v)),
    },
    sortable={
        "paid_amount": F.c.paid_amount,
        "due_amount": F.c.due_amount,
        "division_code": F.c.division_code,
        "project_code": F.c.project_code,
    },
    search=lambda q: or_(H.c.member_names.like(q, escape="\\"), H.c.number.like(q, escape="\\")),
    actions=finding_actions,
    finish=tell,
    export_permission=MatchingPermission.EXPORT,
)


def _found(what: str) -> Any:
    """Add up what a run's finished parts found."""
    return select(func.coalesce(func.sum(A.c[what]), 0)).where(A.c.run_id == R.c.id).scalar_subquery()


def tell_scenario(_: Actor, row: Row) -> None:
    """Put the supposed numbers into words, and the outcome beside them."""
    row["title"] = supposed(row.pop("changes"))
    summary = row.pop("summary")
    row["annual_cost"] = summary.get("annual_cost")
    row["take_up"] = plain(row["take_up"])


def told(finding_id: int) -> Select[Any]:
    """Return one finding with all that its sentence needs."""
    columns = (column.label(name) for name, column in FINDINGS.columns.items())
    return select(*columns).select_from(FINDINGS.source).where(F.c.id == finding_id)


RUNS = Listing(
    name="matching-runs",
    title="资格比对",
    permission=MatchingPermission.READ,
    source=R.outerjoin(J, J.c.id == R.c.job_id),
    key=R.c.id,
    columns={
        **{name: R.c[name] for name in ("id", "division_code", "as_of", "project_codes", "created_at", "finished_at")},
        "status": case((R.c.finished_at.is_not(None), JobStatus.DONE.value), else_=J.c.status),
        "progress": case((R.c.finished_at.is_not(None), 100), else_=J.c.done * 100 // func.nullif(J.c.total, 0)),
        **{name: _found(name) for name in ("households", "wrong", "missed", "duplicate")},
    },
    scope=Scope(division=R.c.division_code),
    row_model=RunRow,
)

BENEFITS = Listing(
    name="benefits",
    title="在享待遇",
    permission=MatchingPermission.READ_BENEFIT,
    source=B.join(H, H.c.id == B.c.household_id),
    key=B.c.id,
    columns={
        "household_number": H.c.number,
        "head_name": H.c.head_name,
        **{
            name: B.c[name]
            for name in (
                "id",
                "household_id",
                "person_id",
                "project_code",
                "division_code",
                "monthly_amount",
                "once",
                "from_month",
                "to_month",
                "status",
            )
        },
    },
    scope=Scope(division=B.c.division_code),
    row_model=BenefitRow,
    filters={
        "project_code": equals(B.c.project_code),
        "division_code": prefix(B.c.division_code),
        "status": equals(B.c.status),
    },
    sortable={"monthly_amount": B.c.monthly_amount, "from_month": B.c.from_month},
    search=lambda q: or_(H.c.member_names.like(q, escape="\\"), H.c.number.like(q, escape="\\")),
)

SCENARIOS = Listing(
    name="scenarios",
    title="标准调整测算",
    permission=MatchingPermission.READ_SCENARIO,
    source=S.outerjoin(J, J.c.id == S.c.job_id),
    key=S.c.id,
    columns={
        **{name: S.c[name] for name in ("id", "changes", "division_code", "from_day", "take_up", "as_of", "summary")},
        "status": case((S.c.finished_at.is_not(None), JobStatus.DONE.value), else_=J.c.status),
    },
    scope=Scope(division=S.c.division_code),
    row_model=ScenarioRow,
    finish=tell_scenario,
)
