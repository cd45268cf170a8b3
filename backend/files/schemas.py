"""What the API takes and gives about attachments."""

from datetime import datetime

from pydantic import BaseModel, Field
from sqlmodel import SQLModel

from backend.files.models import AttachmentBase
from backend.kernel.models import division_field


class UploadForm(SQLModel):
    """What may be said beside the file itself."""

    division_code: str | None = division_field(default=None, regex=r"^\d{6}(\d{3}){0,3}$")
    subject_kind: str | None = Field(default=None, max_length=40, title="所属事项类别", pattern=r"^[a-z_]{1,40}$")
    subject_id: int | None = Field(default=None, ge=1, le=9_223_372_036_854_775_807, title="所属事项编号")
    purpose: str | None = Field(default=None, max_length=100, title="用途")


class AttachmentRead(AttachmentBase):
    """A file as lists and details show it; never where it is stored."""

    id: int = Field(title="编号")
    uploader: str = Field(title="上传人")
    created_at: datetime = Field(title="上传时间")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class LinkRead(BaseModel):
    """A link that opens one file for one person for a few minutes."""

    url: str = Field(title="链接")
    expires_at: datetime = Field(title="失效时间")
