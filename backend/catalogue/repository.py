"""Every SELECT of the catalogue that is not a list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, and_, cast, func, or_
from sqlalchemy import literal as sql_literal
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from backend.catalogue.models import (
    Parameter,
    ParameterName,
    PolicyClause,
    PolicyDocument,
    Project,
    ProjectVersion,
    Residence,
    VersionStatus,
)
from backend.catalogue.rules.parameters import WhatIf, parameters_in_force
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary, fact_words, parameter_word
from backend.kernel.errors import NotFound

IN_FORCE = (VersionStatus.PUBLISHED, VersionStatus.RETIRED)


async def vocabulary(session: AsyncSession) -> Vocabulary:
    """Return the words of today: the fixed facts and the county's parameters."""
    rows = await session.scalars(select(ParameterName).order_by(col(ParameterName.id)))
    parameters = (parameter_word(p.code, p.label, p.kind, p.unit, positive=p.positive, meaning=p.meaning) for p in rows)
    return Vocabulary([*fact_words(), *parameters])


async def clauses_of(session: AsyncSession, document_id: int) -> list[PolicyClause]:
    """Return an instrument's articles in their order."""
    statement = select(PolicyClause).where(PolicyClause.document_id == document_id).order_by(col(PolicyClause.position))
    return list(await session.scalars(statement))


def _holds(valid_from: Any, valid_to: Any, on: Any) -> ColumnElement[bool]:
    return and_(valid_from <= on, or_(valid_to.is_(None), valid_to > on))


async def version_in_force(session: AsyncSession, project_code: str, on: date) -> ProjectVersion:
    """Return the version that holds on a day; raise NotFound when the project is not granted then."""
    statement = (
        select(ProjectVersion)
        .join(Project, col(Project.id) == col(ProjectVersion.project_id))
        .where(
            Project.code == project_code,
            col(ProjectVersion.status).in_(IN_FORCE),
            _holds(col(ProjectVersion.valid_from), col(ProjectVersion.valid_to), on),
        )
    )
    version = (await session.scalars(statement)).one_or_none()
    if version is None:
        raise NotFound
    return version


async def versions_in_force(session: AsyncSession, on: date) -> list[tuple[str, ProjectVersion]]:
    """Return (project code, version) of every project granted on a day, in the order of the codes."""
    statement = (
        select(Project.code, ProjectVersion)
        .join(ProjectVersion, col(Project.id) == col(ProjectVersion.project_id))
        .where(
            col(ProjectVersion.status).in_(IN_FORCE),
            _holds(col(ProjectVersion.valid_from), col(ProjectVersion.valid_to), on),
        )
        .order_by(col(Project.code))
    )
    return [(code, version) for code, version in (await session.execute(statement)).all()]


async def mark_of_published(session: AsyncSession, on: date) -> str:
    """Return a text that changes with the set of versions granted on a day and with the words their rules use.

    A published version never changes, so its id says all; a parameter's name and unit may be edited.
    """
    granted = select(_listed(ProjectVersion.id, by=ProjectVersion.id)).where(
        col(ProjectVersion.status).in_(IN_FORCE),
        _holds(col(ProjectVersion.valid_from), col(ProjectVersion.valid_to), on),
    )
    named = func.concat_ws(
        "|", *(col(getattr(ParameterName, name)) for name in ("code", "label", "kind", "unit", "positive"))
    )
    words = select(func.md5(_listed(named, by=ParameterName.id)))
    mark = func.concat(granted.scalar_subquery(), "/", words.scalar_subquery())
    return str((await session.execute(select(mark))).scalar_one())


def _listed(value: Any, *, by: Any) -> Any:
    return func.string_agg(cast(value, String()), aggregate_order_by(sql_literal(",", String()), by))


async def code_of(session: AsyncSession, version: ProjectVersion) -> str:
    """Return the project's code of a version."""
    return (await session.scalars(select(Project.code).where(Project.id == version.project_id))).one()


async def named_projects(session: AsyncSession) -> list[tuple[str, str]]:
    """Return (code, name) of every project, the name being that of its newest version."""
    statement = (
        select(Project.code, ProjectVersion.name)
        .join(ProjectVersion, col(ProjectVersion.project_id) == col(Project.id))
        .ext(distinct_on(col(Project.code)))
        .order_by(col(Project.code), col(ProjectVersion.number).desc())
    )
    return [(code, name) for code, name in (await session.execute(statement)).all()]


async def instruments(session: AsyncSession) -> list[tuple[str, str]]:
    """Return (code, title) of every instrument of the policy library."""
    statement = select(PolicyDocument.code, PolicyDocument.title).order_by(col(PolicyDocument.code))
    return [(code, title) for code, title in (await session.execute(statement)).all()]


async def versions_of(session: AsyncSession, project_id: int) -> list[ProjectVersion]:
    """Return a project's versions, newest first."""
    statement = select(ProjectVersion).where(ProjectVersion.project_id == project_id)
    return list(await session.scalars(statement.order_by(col(ProjectVersion.number).desc())))


async def parameter_values(
    session: AsyncSession, on: date, division_code: str, residence: Residence | None
) -> dict[str, Any]:
    """Return the numbers that hold on a day for a place: the nearest area wins, then the own residence."""
    statement = (
        select(col(Parameter.code), col(Parameter.value))
        .where(
            _holds(col(Parameter.valid_from), col(Parameter.valid_to), on),
            func.starts_with(sql_literal(division_code, String()), Parameter.division_code),
            or_(col(Parameter.residence).is_(None), col(Parameter.residence) == residence),
        )
        .order_by(func.length(Parameter.division_code), col(Parameter.residence).nulls_first())
    )
    # Later rows are nearer, and overwrite.
    return {code: value for code, value in (await session.execute(statement)).all()}  # noqa: C416


def parameters_of(
    words: Vocabulary,
    on: date | ColumnElement[Any],
    areas: Sequence[str | ColumnElement[Any]],
    what_if: WhatIf | None = None,
) -> CTE:
    """Return a row of all numbers per area and residence; join it with `parameters_join`."""
    rows = Parameter.__table__  # type: ignore[attr-defined]
    return parameters_in_force(rows, words.of(UnitOf.PARAMETER), on, areas, what_if)


def parameters_join(parameters: CTE, division_code: Any, residence: Any) -> ColumnElement[bool]:
    """Return the condition under which a household meets its one row of `parameters_of`."""
    return and_(parameters.c.residence == residence, func.starts_with(division_code, parameters.c.area))
