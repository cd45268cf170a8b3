"""The lists of the catalogue, over the one list engine."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, func, or_, select, true
from sqlalchemy import Date as SqlDate

from backend.catalogue.models import (
    ChangeStatus,
    Parameter,
    ParameterChange,
    ParameterName,
    PolicyDocument,
    Project,
    ProjectVersion,
    VersionStatus,
)
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.schemas import (
    ChangeRow,
    ParameterNameRow,
    ParameterRow,
    PolicyDocumentRow,
    ProjectRow,
    plain,
)
from backend.kernel.actor import Actor
from backend.kernel.listing import Filter, Listing, equals, one_of
from backend.kernel.listing.definition import Row
from backend.kernel.scope import Scope

EVERYONE = Scope(everyone=True)
DOCUMENT = PolicyDocument.__table__  # type: ignore[attr-defined]
PARAMETER = Parameter.__table__  # type: ignore[attr-defined]
NAME = ParameterName.__table__  # type: ignore[attr-defined]
CHANGE = ParameterChange.__table__  # type: ignore[attr-defined]
PROJECT = Project.__table__  # type: ignore[attr-defined]
VERSION = ProjectVersion.__table__  # type: ignore[attr-defined]


def _in_force(valid_from: Any, valid_to: Any) -> Filter:
    def holds(_: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(func.coalesce(valid_from, date.min) <= day, or_(valid_to.is_(None), valid_to > day))

    return Filter(valid_from, holds)


def _typed(text: str) -> str:
    return text


def _document_actions(actor: Actor, _: Row) -> list[str]:
    return ["edit"] if actor.may(CataloguePermission.POLICY_EDIT) else []


POLICIES = Listing(
    name="policy-documents",
    title="政策文件",
    permission=CataloguePermission.POLICY_READ,
    source=DOCUMENT,
    key=DOCUMENT.c.id,
    columns={
        name: DOCUMENT.c[name]
        for name in (
            "id",
            "code",
            "title",
            "number",
            "issuer",
            "issued_on",
            "in_force_from",
            "in_force_to",
            "status",
            "summary",
            "version",
        )
    },
    scope=EVERYONE,
    row_model=PolicyDocumentRow,
    filters={
        "status": equals(DOCUMENT.c.status),
        "in_force_on": _in_force(DOCUMENT.c.in_force_from, DOCUMENT.c.in_force_to),
    },
    sortable={"code": DOCUMENT.c.code, "in_force_from": DOCUMENT.c.in_force_from, "title": DOCUMENT.c.title},
    default_order="code",
    search=lambda q: DOCUMENT.c.search.op("@@")(func.catalogue_query(q)),
    prepare_search=_typed,
    actions=_document_actions,
    option_label=DOCUMENT.c.title,
)

_PARAMETER_SOURCE = PARAMETER.join(NAME, NAME.c.code == PARAMETER.c.code).outerjoin(
    CHANGE, CHANGE.c.id == PARAMETER.c.change_id
)
PARAMETERS = Listing(
    name="parameters",
    title="政策参数",
    permission=CataloguePermission.PARAMETER_READ,
    source=_PARAMETER_SOURCE,
    key=PARAMETER.c.id,
    columns={
        "id": PARAMETER.c.id,
        "code": PARAMETER.c.code,
        "label": NAME.c.label,
        **{
            name: PARAMETER.c[name]
            for name in (
                "division_code",
                "residence",
                "value",
                "unit",
                "valid_from",
                "valid_to",
                "basis",
                "uncertain",
            )
        },
        "proposer": CHANGE.c.proposer,
        "decider": CHANGE.c.decider,
        "decided_at": CHANGE.c.decided_at,
    },
    scope=EVERYONE,
    row_model=ParameterRow,
    filters={
        "code": equals(PARAMETER.c.code),
        # A number for both applies to whichever is asked about.
        "residence": Filter(PARAMETER.c.residence, lambda c, v: or_(c == v, c.is_(None))),
        "division_code": equals(PARAMETER.c.division_code),
        "as_of": _in_force(PARAMETER.c.valid_from, PARAMETER.c.valid_to),
    },
    sortable={"code": PARAMETER.c.code, "valid_from": PARAMETER.c.valid_from},
    default_order="-valid_from",
    search=lambda q: or_(NAME.c.label.like(q, escape="\\"), PARAMETER.c.code.like(q, escape="\\")),
    finish=lambda _, row: row.update(value=plain(row["value"])),
)


NAMES = Listing(
    name="parameter-names",
    title="参数名录",
    permission=CataloguePermission.PARAMETER_READ,
    source=NAME,
    key=NAME.c.id,
    columns={name: NAME.c[name] for name in ("id", "code", "label", "kind", "unit", "positive", "meaning")},
    scope=EVERYONE,
    row_model=ParameterNameRow,
    sortable={"code": NAME.c.code, "label": NAME.c.label},
    default_order="code",
    search=lambda q: or_(NAME.c.label.like(q, escape="\\"), NAME.c.code.like(q, escape="\\")),
    option_label=NAME.c.label,
    option_value=NAME.c.code,
)


def change_actions(actor: Actor, row: Row) -> list[str]:
    """Return the nouns this actor may post to a proposal."""
    mine = row.pop("proposed_by") == actor.user_id
    if row["status"] != ChangeStatus.PROPOSED:
        return []
    if mine:
        return ["withdrawal"]
    return ["decision"] if actor.may(CataloguePermission.PARAMETER_APPROVE) else []


def _finish_change(_: Actor, row: Row) -> None:
    row["value"] = plain(row["value"])


CHANGES = Listing(
    name="parameter-changes",
    title="参数变更",
    permission=CataloguePermission.PARAMETER_READ,
    source=CHANGE.join(NAME, NAME.c.code == CHANGE.c.code),
    key=CHANGE.c.id,
    columns={
        "label": NAME.c.label,
        "unit": NAME.c.unit,
        **{
            name: CHANGE.c[name]
            for name in (
                "id",
                "code",
                "division_code",
                "residence",
                "value",
                "valid_from",
                "basis",
                "uncertain",
                "status",
                "proposer",
                "proposed_by",
                "decider",
                "decided_at",
                "opinion",
            )
        },
    },
    scope=EVERYONE,
    row_model=ChangeRow,
    filters={"status": equals(CHANGE.c.status), "code": equals(CHANGE.c.code)},
    sortable={"valid_from": CHANGE.c.valid_from},
    actions=change_actions,
    finish=_finish_change,
)

# What stands for a project in the list: its version in force today, else the latest one.
_today = cast(func.timezone("Asia/Shanghai", func.now()), SqlDate)
_shown = (
    select(VERSION)
    .where(VERSION.c.project_id == PROJECT.c.id)
    .order_by(
        and_(
            VERSION.c.status == VersionStatus.PUBLISHED.value,
            VERSION.c.valid_from <= _today,
            or_(VERSION.c.valid_to.is_(None), VERSION.c.valid_to > _today),
        ).desc(),
        VERSION.c.number.desc(),
    )
    .limit(1)
    .lateral("shown")
)
HEADLINE = (
    "name",
    "tier",
    "department",
    "target",
    "benefit_form",
    "decision_level",
    "promise_days",
    "statutory_days",
    "urgent_hours",
    "publicity_days",
)


def project_actions(actor: Actor, row: Row) -> list[str]:
    """Return the nouns this actor may post to a project."""
    found = []
    if actor.may(CataloguePermission.PROJECT_EDIT) and row["status"] not in {
        VersionStatus.DRAFT,
        VersionStatus.CHECKED,
    }:
        found.append("versions")
    if actor.may(CataloguePermission.PROJECT_PUBLISH) and row["status"] == VersionStatus.PUBLISHED:
        found.append("retirement")
    return found


PROJECTS = Listing(
    name="projects",
    title="救助项目",
    permission=CataloguePermission.PROJECT_READ,
    source=PROJECT.join(_shown, true()),
    key=PROJECT.c.id,
    columns={
        "id": PROJECT.c.id,
        "code": PROJECT.c.code,
        **{name: _shown.c[name] for name in HEADLINE},
        "status": _shown.c.status,
        "version": _shown.c.number,
        "valid_from": _shown.c.valid_from,
        "described_only": _shown.c.described_only,
        "exclusions": _shown.c.exclusions,
    },
    scope=EVERYONE,
    row_model=ProjectRow,
    filters={
        "code": one_of(PROJECT.c.code),
        "tier": equals(_shown.c.tier),
        "department": equals(_shown.c.department),
        "status": equals(_shown.c.status),
        "described_only": equals(_shown.c.described_only),
    },
    sortable={"code": PROJECT.c.code, "name": _shown.c.name, "valid_from": _shown.c.valid_from},
    default_order="code",
    search=lambda q: or_(_shown.c.name.like(q, escape="\\"), PROJECT.c.code.like(q, escape="\\")),
    actions=project_actions,
    option_label=_shown.c.name,
    option_value=PROJECT.c.code,
)
