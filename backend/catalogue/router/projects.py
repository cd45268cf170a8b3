"""Routes of the project catalogue."""

from typing import Annotated, Any

from fastapi import Header, Query

from backend.catalogue.content_schema import CatalogueEntry, ProjectDefinition
from backend.catalogue.listings import PROJECTS
from backend.catalogue.permissions import CataloguePermission as P
from backend.catalogue.schemas import (
    CheckOut,
    ProjectCreate,
    ProjectOut,
    ProjectQuery,
    PublicationIn,
    RetirementIn,
    VersionOut,
    VersionUpdate,
    VocabularyOut,
    WordingIn,
    WordingOut,
)
from backend.catalogue.service import projects, reading, wording
from backend.kernel.db import SessionDep
from backend.kernel.errors import invalid
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.sign_in import ActorDep

router = new_router("/projects", "项目库")
versions = new_router("/project-versions", "项目库")
words = new_router("/vocabulary", "项目库")
listing_routes(router, PROJECTS, ProjectQuery)
DescribedOnly = Annotated[bool, Query(title="仅作指引")]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=40)]


@router.post("", status_code=201, **needs(P.PROJECT_EDIT))
async def make_project(form: ProjectCreate, session: SessionDep, actor: ActorDep) -> VersionOut:
    """新建救助项目，得到可编辑的第一版草稿。"""
    return await reading.version_out(session, actor, await projects.make(session, actor, form))


@router.get("/{project_id}", **needs(P.PROJECT_READ))
async def read_project(project_id: RowId, session: SessionDep, actor: ActorDep) -> ProjectOut:
    """查看救助项目及其历次版本。"""
    return await reading.read_project(session, actor, project_id)


@router.post("/{project_id}/versions", status_code=201, **needs(P.PROJECT_EDIT))
async def draft_version(project_id: RowId, session: SessionDep, actor: ActorDep) -> VersionOut:
    """以最新版本为底稿建立新的草稿版本。"""
    return await reading.version_out(session, actor, await projects.draft(session, actor, project_id))


@router.post("/{project_id}/retirement", **needs(P.PROJECT_PUBLISH))
async def retire_project(project_id: RowId, form: RetirementIn, session: SessionDep, actor: ActorDep) -> VersionOut:
    """停用救助项目的现行版本。"""
    shown = await reading.read_project(session, actor, project_id)
    version = await projects.retire(session, actor, shown.version_id, form)
    return await reading.version_out(session, actor, version)


@versions.get("/{version_id}", **needs(P.PROJECT_READ))
async def read_version(version_id: RowId, session: SessionDep, actor: ActorDep) -> VersionOut:
    """查看项目版本的完整定义。"""
    return await reading.read_version(session, actor, version_id)


@versions.patch("/{version_id}", **needs(P.PROJECT_EDIT))
async def edit_version(
    version_id: RowId, form: VersionUpdate, session: SessionDep, actor: ActorDep, if_match: IfMatch = None
) -> VersionOut:
    """修改草稿的若干部分（条件、金额、材料、表单、流程、时限等）。"""
    version = await projects.edit(session, actor, version_id, form, _seen(if_match))
    return await reading.version_out(session, actor, version)


def _seen(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    if not number.isdecimal():
        raise invalid("If-Match", "应为您看到的修改次数")
    return int(number)


@versions.post("/{version_id}/check", **needs(P.PROJECT_EDIT))
async def check_version(version_id: RowId, session: SessionDep, actor: ActorDep) -> CheckOut:
    """检查版本：定义是否完整、条件和公式能否计算、每个示例是否得出预期结果。"""
    return await projects.check(session, actor, version_id)


@versions.post("/{version_id}/publication", **needs(P.PROJECT_PUBLISH))
async def publish_version(version_id: RowId, form: PublicationIn, session: SessionDep, actor: ActorDep) -> VersionOut:
    """发布版本，自生效日期起执行；前一版本同日停止。"""
    version = await projects.publish_version(session, actor, version_id, form)
    return await reading.version_out(session, actor, version)


@versions.post("/{version_id}/retirement", **needs(P.PROJECT_PUBLISH))
async def retire_version(version_id: RowId, form: RetirementIn, session: SessionDep, actor: ActorDep) -> VersionOut:
    """停用已发布的版本。"""
    version = await projects.retire(session, actor, version_id, form)
    return await reading.version_out(session, actor, version)


@words.get("/definition-schema", **needs(P.PROJECT_READ))
async def read_definition_schema(actor: ActorDep, described_only: DescribedOnly = False) -> dict[str, Any]:  # noqa: FBT002
    """项目定义的 JSON Schema，任何客户端都可据此画出编辑表单；仅作指引的项目另有一种。"""
    actor.require(P.PROJECT_READ)
    return (CatalogueEntry if described_only else ProjectDefinition).model_json_schema()


@words.post("/wording", **needs(P.PROJECT_READ))
async def word_rule(form: WordingIn, session: SessionDep, actor: ActorDep) -> WordingOut:
    """用文字说明正在编辑的条件和公式，并指出其中的问题；不保存。"""
    actor.require(P.PROJECT_READ)
    return await wording.word(session, form)


@words.get("", **needs(P.PROJECT_READ))
async def read_vocabulary(session: SessionDep, actor: ActorDep) -> VocabularyOut:
    """条件编辑器和公式可用的词：名称、类型、比较方式、选项、单位和来源。"""
    actor.require(P.PROJECT_READ)
    return await reading.vocabulary(session)
