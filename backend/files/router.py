"""Upload, list and open attachments."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from backend.files import repository, service
from backend.files.models import Attachment
from backend.files.permissions import FilePermission
from backend.files.receiving import file_in, received
from backend.files.repository import LISTING, AttachmentQuery
from backend.files.schemas import AttachmentRead, LinkRead, UploadForm
from backend.files.serving import as_answer
from backend.kernel.db import SessionDep
from backend.kernel.errors import InvalidInput
from backend.kernel.listing import listing_routes
from backend.kernel.routes import SIGNED_IN, RowId, needs, new_router
from backend.kernel.sign_in import ActorDep
from backend.kernel.validation import faults_in_words

router = new_router("/files", "附件")
listing_routes(router, LISTING, AttachmentQuery)


def _body() -> dict[str, Any]:
    """Describe the multipart body, which the handler reads itself so as to stop at the limit."""
    fields = UploadForm.model_json_schema()["properties"]
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary", "title": "文件"}, **fields},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _read(row: Attachment) -> AttachmentRead:
    return AttachmentRead.model_validate(
        row.model_dump(include=set(AttachmentRead.model_fields)) | {"allowed_actions": ["links"]}
    )


@router.post("", status_code=201, openapi_extra={**needs(FilePermission.UPLOAD)["openapi_extra"], **_body()})
async def upload_file(request: Request, session: SessionDep, actor: ActorDep) -> AttachmentRead:
    """上传一个附件：按内容判断类型，只接受允许的类型和大小，相同内容只存一份。"""
    actor.require(FilePermission.UPLOAD)
    async with received(request) as form:
        upload = file_in(form)
        fields = {name: value for name, value in form.items() if isinstance(value, str) and value}
        try:
            about = UploadForm.model_validate(fields)
        except ValidationError as error:
            faults = faults_in_words(error.errors())
            raise InvalidInput().at(*((fault["field"], fault["message"]) for fault in faults)) from None
        return _read(await service.upload(session, actor, upload.filename or "", upload.file, about))


@router.get("/{file_id}", **SIGNED_IN)
async def read_file(file_id: RowId, session: SessionDep, actor: ActorDep) -> AttachmentRead:
    """查看一个附件的信息。"""
    return _read(await repository.visible(session, actor, file_id))


@router.post("/{file_id}/links", status_code=201, **SIGNED_IN)
async def open_link(file_id: RowId, session: SessionDep, actor: ActorDep) -> LinkRead:
    """签发五分钟内有效、只供本人使用的下载链接。"""
    return await service.open_link(session, actor, file_id)


@router.get("/{file_id}/content", response_class=StreamingResponse, **SIGNED_IN)
async def read_content(
    file_id: RowId, session: SessionDep, actor: ActorDep, token: Annotated[str, Query(title="链接签名", max_length=200)]
) -> StreamingResponse:
    """凭签名链接下载附件内容。"""
    row, chunks = await service.content(session, actor, file_id, token)
    return as_answer(row, chunks)
