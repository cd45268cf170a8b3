"""Write projects and their versions."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue import repository
from backend.catalogue.drafting import blank, headline, read_parts
from backend.catalogue.errors import (
    DefinitionFaulty,
    NothingToRetire,
    PublicationDateRefused,
    SamePersonPublishes,
    VersionFixed,
)
from backend.catalogue.events import ProjectPublished
from backend.catalogue.models import Project, ProjectVersion, VersionStatus
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.schemas import CheckOut, ProjectCreate, PublicationIn, RetirementIn, VersionUpdate
from backend.catalogue.service.checking import faults_of
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.errors import invalid
from backend.kernel.events import publish
from backend.kernel.models import now
from backend.kernel.scope import check_version, get_visible

OPEN = (VersionStatus.DRAFT, VersionStatus.CHECKED)


async def make(session: AsyncSession, actor: Actor, form: ProjectCreate) -> ProjectVersion:
    """Make a project that did not exist, with its first version as a draft."""
    actor.require(CataloguePermission.PROJECT_EDIT)
    start = blank(form.code, form.name)
    if form.copy_of:
        start = await _copied(session, form.copy_of)
    given = read_parts(start, form.definition)
    project = Project(code=form.code)
    session.add(project)
    await session.flush()
    definition = {**start, **given, "code": form.code, "name": form.name}
    version = ProjectVersion(
        project_id=project.id or 0,
        number=1,
        definition=definition,
        edited_by=actor.user_id,
        **headline(definition),
    )
    session.add(version)
    await session.flush()
    await audit.record(
        session, actor, "project.make", subject=("project", project.id or 0), details={"code": form.code}
    )
    return version


async def _copied(session: AsyncSession, code: str) -> dict[str, Any]:
    statement = (
        select(ProjectVersion)
        .join(Project, col(Project.id) == col(ProjectVersion.project_id))
        .where(Project.code == code)
        .order_by(col(ProjectVersion.number).desc())
        .limit(1)
    )
    pattern = (await session.exec(statement)).one_or_none()
    if pattern is None:
        raise invalid("copy_of", "没有可以仿照的项目，请检查项目代码")
    # Examples say what the pattern's code answers; the new project needs its own.
    return {**deepcopy(pattern.definition), "examples": [], "valid_from": None} | {"exclusions": []}


async def draft(session: AsyncSession, actor: Actor, project_id: int) -> ProjectVersion:
    """Copy the newest version into a draft that may be changed."""
    actor.require(CataloguePermission.PROJECT_EDIT)
    project = await get_visible(session, actor, Project, project_id, CataloguePermission.PROJECT_READ, lock=True)
    newest = (await repository.versions_of(session, project_id))[0]
    if newest.status in OPEN:
        raise VersionFixed(number=newest.number, status="尚未发布，请直接编辑它")
    version = ProjectVersion(
        project_id=project_id,
        number=newest.number + 1,
        definition=deepcopy(newest.definition),
        edited_by=actor.user_id,
        **headline(newest.definition),
    )
    session.add(version)
    await session.flush()
    await audit.record(
        session, actor, "project.draft", subject=("project", project.id or 0), details={"number": version.number}
    )
    return version


async def _open(session: AsyncSession, actor: Actor, version_id: int) -> ProjectVersion:
    version = await get_visible(session, actor, ProjectVersion, version_id, CataloguePermission.PROJECT_READ, lock=True)
    if version.status not in OPEN:
        raise VersionFixed(number=version.number, status=version.status.label)
    return version


async def edit(
    session: AsyncSession, actor: Actor, version_id: int, form: VersionUpdate, seen: int | None
) -> ProjectVersion:
    """Replace parts of a draft's definition; it must be checked again."""
    actor.require(CataloguePermission.PROJECT_EDIT)
    version = await _open(session, actor, version_id)
    check_version(version, form.version if form.version is not None else seen)
    parts = form.parts()
    if parts.get("code", version.definition.get("code")) != version.definition.get("code"):
        raise invalid("code", "项目代码不能修改")
    parts = read_parts(version.definition, parts)
    version.definition = {**version.definition, **parts}
    for name, value in headline(version.definition).items():
        setattr(version, name, value)
    version.status = VersionStatus.DRAFT
    version.edited_by = actor.user_id
    await session.flush()
    await audit.record(
        session, actor, "project.edit", subject=("project_version", version_id), details={"parts": sorted(parts)}
    )
    return version


async def check(session: AsyncSession, actor: Actor, version_id: int) -> CheckOut:
    """Say what stands between a version and its publication."""
    actor.require(CataloguePermission.PROJECT_EDIT)
    version = await get_visible(session, actor, ProjectVersion, version_id, CataloguePermission.PROJECT_READ, lock=True)
    faults, examples, passed = await faults_of(session, _dated(version))
    if version.status in OPEN:
        version.status = VersionStatus.DRAFT if faults else VersionStatus.CHECKED
        version.checked_at = now()
        await session.flush()
    return CheckOut(ok=not faults, status=version.status, examples=examples, passed=passed, faults=faults)


def _dated(version: ProjectVersion) -> dict[str, Any]:
    """Give a draft without a day today's, since the day is asked for only at publication."""
    given = version.definition
    return given if given.get("valid_from") else {**given, "valid_from": datetime.now(CHINA).date().isoformat()}


async def publish_version(session: AsyncSession, actor: Actor, version_id: int, form: PublicationIn) -> ProjectVersion:
    """Put a faultless version in force from a day on, and end the version before on that day."""
    actor.require(CataloguePermission.PROJECT_PUBLISH)
    version = await _open(session, actor, version_id)
    check_version(version, form.version)
    faults, _, _ = await faults_of(session, _dated(version))
    if faults:
        raise DefinitionFaulty(count=len(faults)).at(*((fault.field, fault.message) for fault in faults))
    if version.edited_by == actor.user_id:
        raise SamePersonPublishes
    day = form.valid_from or datetime.now(CHINA).date()
    others = await repository.versions_of(session, version.project_id)
    current = next((v for v in others if v.status is VersionStatus.PUBLISHED and v.valid_to is None), None)
    if current is not None and current.valid_from is not None:
        if day < current.valid_from:
            raise PublicationDateRefused(current=current.valid_from.isoformat())
        current.valid_to = day
        check_version(current, None)
        await session.flush()
    version.definition = {**version.definition, "valid_from": day.isoformat()}
    version.status = VersionStatus.PUBLISHED
    version.valid_from, version.published_at, version.published_by = day, now(), actor.user_id
    await session.flush()
    code = await repository.code_of(session, version)
    await audit.record(
        session,
        actor,
        "project.publish",
        subject=("project_version", version_id),
        details={"code": code, "number": version.number, "valid_from": day.isoformat()},
    )
    await publish(session, ProjectPublished(code, version_id, day))
    return version


async def retire(session: AsyncSession, actor: Actor, version_id: int, form: RetirementIn) -> ProjectVersion:
    """End a published version without a successor."""
    actor.require(CataloguePermission.PROJECT_PUBLISH)
    version = await get_visible(session, actor, ProjectVersion, version_id, CataloguePermission.PROJECT_READ, lock=True)
    if version.status is not VersionStatus.PUBLISHED:
        raise NothingToRetire(number=version.number, status=version.status.label)
    day = form.valid_to or datetime.now(CHINA).date()
    if version.valid_from is not None and day < version.valid_from:
        raise invalid("valid_to", "停用日期不能早于生效日期")
    version.status, version.valid_to = VersionStatus.RETIRED, day
    check_version(version, None)
    await session.flush()
    await audit.record(
        session,
        actor,
        "project.retire",
        subject=("project_version", version_id),
        details={"valid_to": day.isoformat(), "reason": form.reason},
    )
    return version
