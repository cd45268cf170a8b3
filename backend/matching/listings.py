"""The lists of matching, over the one list engine."""

from typing import Any

from sqlalchemy import and_, or_, select

from backend.catalogue.models import Project, ProjectVersion
from backend.catalogue.schemas import plain
from backend.kernel.actor import Actor
from backend.kernel.jobs import Job
from backend.kernel.listing import Filter, Listing, equals, one_of, prefix
from backend.kernel.listing.definition import Row
from backend.kernel.scope import Scope
from backend.matching.models import Benefit, Finding, FindingStatus, MatchingRun, Scenario
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import BenefitRow, FindingRow, RunRow, ScenarioRow
from backend.registry.models import Household

F: Any = Finding.__table__  # type: ignore[attr-defined]
H: Any = Household.__table__  # type: ignore[attr-defined]
B: Any = Benefit.__table__  # type: ignore[attr-defined]
R: Any = MatchingRun.__table__  # type: ignore[attr-defined]
J: Any = Job.__table__  # type: ignore[attr-defined]
S: Any = Scenario.__table__  # type: ignore[attr-defined]
PROJECT: Any = Project.__table__  # type: ignore[attr-defined]
VERSION: Any = ProjectVersion.__table__  # type: ignore[attr-defined]

_name = (
    select(VERSION.c.name)
    .join(PROJECT, PROJECT.c.id == VERSION.c.project_id)
    .where(PROJECT.c.code == F.c.project_code)
    .order_by(VERSION.c.number.desc())
    .limit(1)
    .scalar_subquery()
)


def finding_actions(actor: Actor, row: Row) -> list[str]:
    """Return the nouns this actor may post to a finding."""
    if row["status"] != FindingStatus.OPEN or not actor.may(MatchingPermission.TURN, row["division_code"]):
        return []
    return ["lead", "review"]


FINDINGS = Listing(
    name="findings",
    title="错漏重",
    permission=MatchingPermission.READ,
    source=F.join(H, H.c.id == F.c.household_id),
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
        "project_name": _name,
        "other_project_code": F.c.other_project_code,
        "division_code": F.c.division_code,
        "reason": F.c.reason,
        "paid_amount": F.c.paid_amount,
        "due_amount": F.c.due_amount,
        "as_of": F.c.as_of,
        "status": F.c.status,
        "turned_into": F.c.turned_into,
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
    export_permission=MatchingPermission.EXPORT,
)

RUNS = Listing(
    name="matching-runs",
    title="资格比对",
    permission=MatchingPermission.READ,
    source=R.outerjoin(J, J.c.id == R.c.job_id),
    key=R.c.id,
    columns={
        **{name: R.c[name] for name in ("id", "division_code", "as_of", "units", "created_at", "finished_at")},
        "status": J.c.status,
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
    source=S,
    key=S.c.id,
    columns={
        name: S.c[name] for name in ("id", "parameter", "residence", "value", "from_day", "division_code", "as_of")
    },
    scope=Scope(division=S.c.division_code),
    row_model=ScenarioRow,
    finish=lambda _, row: row.update(value=plain(row["value"])),
)
