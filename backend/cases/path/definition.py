"""Read a path out of a project version's definition; a review runs the same path under every version."""

from collections.abc import Mapping
from typing import Any

from backend.cases.models.codes import CaseKind, DecisionLevel
from backend.cases.path.engine import Path, Step
from backend.cases.path.kinds import KINDS, StepKind
from backend.cases.permissions import CasePermission as P
from backend.catalogue.models import ProjectVersion

_REVIEW = (StepKind.PROPOSAL, StepKind.HEARING, StepKind.CHANGE_DECISION)
# Working days inside the county's promise of 20 (DOMAIN §4.2 [D]); a version overrides each.
_BUDGETS = {
    StepKind.COMMUNITY_REVIEW: 1,
    StepKind.ACCEPTANCE: 1,
    StepKind.INVESTIGATION: 5,
    StepKind.DELIBERATION: 3,
    StepKind.REVIEW: 1,
    StepKind.PUBLICITY: 7,
    StepKind.CONFIRMATION: 2,
    StepKind.PAPERS: 10,
    StepKind.COUNTY_RECORD: 5,
    StepKind.HEARING: 5,
    StepKind.CHANGE_DECISION: 5,
}
_REVIEW_DAYS = 20


def path_of(version: ProjectVersion, kind: CaseKind) -> Path:
    """Return the path a case of this kind takes under this version."""
    definition = version.definition
    clock, publicity = definition.get("clock") or {}, definition.get("publicity") or {}
    review = kind is CaseKind.REVIEW
    level = DecisionLevel.TOWN if _level(definition) == "town" else DecisionLevel.COUNTY
    return Path(
        steps=_steps(definition, level, clock.get("papers_days"), review=review),
        kind=kind,
        decision_level=level,
        promise_days=_REVIEW_DAYS if review else clock.get("promise_days") or None,
        statutory_days=None if review else clock.get("statutory_days") or None,
        extended_days=None if review else clock.get("extended_days") or None,
        urgent_hours=clock.get("urgent_hours") if kind is CaseKind.URGENT else None,
        publicity_days=publicity.get("days") or None,
        publicity_working_days=publicity.get("unit") == "working_days",
        excludes_publicity=bool(clock.get("exclude_publicity")),
        monthly=definition.get("benefit_form") == "CASH_M",
        limit=(definition.get("decision") or {}).get("limit"),
        shared_materials=tuple(
            (str(m.get("code", "")), str(m.get("name", "")))
            for m in definition.get("materials") or ()
            if m.get("obtain_mode") == "share"
        ),
    )


def is_urgent(version: ProjectVersion) -> bool:
    """Tell whether the project pays first."""
    return any(part["kind"] == StepKind.PAYMENT.value for part in version.definition.get("path") or ())


def has_path(version: ProjectVersion) -> bool:
    """Tell whether one can apply here at all: described entries are decided by other departments."""
    return bool(version.definition.get("path"))


def _level(definition: Mapping[str, Any]) -> str:
    return str((definition.get("decision") or {}).get("level") or "county")


def _steps(
    definition: Mapping[str, Any], level: DecisionLevel, papers_days: int | None, *, review: bool
) -> tuple[Step, ...]:
    if review:
        return tuple(_step({"kind": kind.value, "level": level.value}) for kind in _REVIEW)
    parts = [dict(part) for part in definition.get("path") or ()]
    for part in parts:
        if part["kind"] == StepKind.PAPERS.value and papers_days and not _has_clock(part):
            part["working_days"] = papers_days
    return tuple(_step(part) for part in parts)


def _has_clock(part: Mapping[str, Any]) -> bool:
    return any(part.get(unit) for unit in ("working_days", "calendar_days", "hours"))


def _step(part: Mapping[str, Any]) -> Step:
    kind = StepKind(part["kind"])
    permission = KINDS[kind].permission
    if permission is P.APPROVE and part.get("level") == "county":
        permission = P.CONFIRM
    return Step(
        code=str(part.get("code") or kind.value),
        kind=kind,
        name=str(part.get("name") or kind.label),
        permission=permission,
        working_days=part.get("working_days") or (None if _has_clock(part) else _BUDGETS.get(kind)),
        calendar_days=part.get("calendar_days") or None,
        hours=part.get("hours") or None,
        roles=tuple(part.get("roles") or ()),
        actions=frozenset(part.get("actions") or ()),
        guards=tuple(part.get("guards") or ()),
        people=int(part.get("people") or 1),
        optional=bool(part.get("optional")),
    )
