"""名册导入的接口。"""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from anyio import to_thread
from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from backend.audit import service as audit
from backend.kernel.config import settings
from backend.kernel.db import SessionDep
from backend.kernel.errors import Conflict
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep
from backend.registry.importing import marking, service
from backend.registry.importing.listing import IMPORTS, ImportQuery
from backend.registry.importing.reading import open_sheet
from backend.registry.models import RosterImport
from backend.registry.models.roster import ImportMode, ImportStatus
from backend.registry.permissions import RegistryPermission as P

imports = new_router("/imports", "名册导入")
listing_routes(imports, IMPORTS, ImportQuery)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Heading(BaseModel):
    """A heading of the uploaded sheet and which of our columns it is; null when nobody knows."""

    heading: str = Field(title="文件中的表头")
    field: str | None = Field(title="对应的列")


class Headings(BaseModel):
    """What a file says before it is sent for good."""

    columns: list[Heading] = Field(title="列对应")
    missing: list[str] = Field(title="缺少的列")
    choices: list[dict[str, str]] = Field(title="可对应的列")


class ImportState(BaseModel):
    """How far an import is and what came of it."""

    id: int = Field(title="编号")
    file_name: str = Field(title="文件名")
    status: ImportStatus = Field(title="状态")
    progress: int = Field(title="进度（%）")
    rows: int = Field(title="行数")
    accepted: int = Field(title="通过行数")
    rejected: int = Field(title="未通过行数")
    created_households: int = Field(title="新建家庭", description="仅校验时为将要新建的户数")
    changed_households: int = Field(title="更新家庭")
    unchanged_households: int = Field(title="无变化家庭")
    dry_run: bool = Field(title="仅校验")
    mode: ImportMode = Field(title="导入方式")
    columns: list[str] | None = Field(title="已识别的列")
    message: str | None = Field(title="说明")
    job_id: int | None = Field(title="任务")


def add_import_routes(households: APIRouter) -> None:
    """Register upload and template under the households; call before the routes with an id."""
    households.add_api_route(
        "/imports", start_import, methods=["POST"], status_code=202, response_model=ImportState, **needs(P.IMPORT)
    )
    households.add_api_route(
        "/imports/headings", read_headings, methods=["POST"], response_model=Headings, **needs(P.IMPORT)
    )
    households.add_api_route("/imports/template", download_template, response_class=Response, **needs(P.IMPORT))


async def start_import(
    session: SessionDep,
    actor: ActorDep,
    file: Annotated[UploadFile, File(title="名册文件")],
    dry_run: Annotated[bool, Form(title="仅校验")] = False,  # noqa: FBT002  (a form field)
    mode: Annotated[ImportMode, Form(title="导入方式")] = ImportMode.ACCEPTED,
    mapping: Annotated[str | None, Form(title="列对应", max_length=5000)] = None,
    division_code: Annotated[str | None, Form(title="导入范围", max_length=15)] = None,
) -> dict[str, Any]:
    """上传名册（xlsx、xls、csv）。先试校验可设 dry_run；结果按编号查询。"""
    content = await file.read(settings().upload_megabytes_max * 1024 * 1024 + 1)
    roster = await service.start(
        session,
        actor,
        file_name=Path(file.filename or "名册").name,
        content=content,
        dry_run=dry_run,
        mode=mode,
        mapping=service.read_mapping(mapping),
        division_code=division_code or None,
    )
    return await service.state_of(session, roster)


async def read_headings(
    session: SessionDep, actor: ActorDep, file: Annotated[UploadFile, File(title="名册文件")]
) -> dict[str, Any]:
    """识别名册表头：哪些列已认识（含上次的对应关系），哪些需要指定。"""
    actor.require(P.IMPORT)
    content = await file.read(settings().upload_megabytes_max * 1024 * 1024 + 1)
    return await service.headings_of(session, actor, content)


async def download_template(actor: ActorDep) -> Response:
    """下载名册模板，含填写说明和下拉选项。"""
    actor.require(P.IMPORT)
    name = quote("家庭名册模板.xlsx")
    headers = {"Content-Disposition": f"attachment; filename=\"template.xlsx\"; filename*=UTF-8''{name}"}
    return Response(await to_thread.run_sync(marking.template), media_type=XLSX, headers=headers)


@imports.get("/{import_id}", response_model=ImportState, **needs(P.IMPORT))
async def read_import(session: SessionDep, actor: ActorDep, import_id: RowId) -> dict[str, Any]:
    """查询导入进度和结果。"""
    roster = await get_visible(session, actor, RosterImport, import_id, P.IMPORT)
    return await service.state_of(session, roster)


@imports.get("/{import_id}/errors", response_class=Response, **needs(P.IMPORT))
async def download_errors(session: SessionDep, actor: ActorDep, import_id: RowId) -> Response:
    """下载原名册：有误的单元格标红并附说明。"""
    roster = await get_visible(session, actor, RosterImport, import_id, P.IMPORT)
    if roster.status in {ImportStatus.WAITING, ImportStatus.WORKING}:
        raise Conflict(reason="导入尚未完成校验，请稍后再下载")
    faults = await service.faults_of(session, import_id)
    content = service.opened_content(bytes(roster.content))
    await audit.record_access(
        session, actor, "household.import_errors", subject=("roster_import", import_id), purpose="下载名册错误说明"
    )

    def write() -> Path:
        return marking.marked(content, open_sheet(content, roster.mapping), faults)

    path = await to_thread.run_sync(write)
    name = quote(f"{Path(roster.file_name).stem}-错误说明.xlsx")
    headers = {"Content-Disposition": f"attachment; filename=\"errors.xlsx\"; filename*=UTF-8''{name}"}
    return FileResponse(path, media_type=XLSX, headers=headers, background=BackgroundTask(path.unlink))
