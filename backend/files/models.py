"""One row per upload; equal contents share one stored file."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from backend.kernel.models import Record, division_field


class AttachmentBase(SQLModel):
    """What is known of a file besides its content."""

    name: str = Field(max_length=200, title="文件名")
    media_type: str = Field(max_length=100, title="类型")
    size: int = Field(sa_type=BigInteger, title="大小（字节）")
    digest: str = Field(max_length=80, title="摘要", description="算法:十六进制摘要")
    encrypted: bool = Field(default=False, title="有密码", description="文件设有打开密码，系统无法检查其内容")
    division_code: str = division_field()
    subject_kind: str | None = Field(default=None, max_length=40, title="所属事项类别")
    subject_id: int | None = Field(default=None, sa_type=BigInteger, title="所属事项编号")
    purpose: str | None = Field(default=None, max_length=100, title="用途")


class Attachment(Record, AttachmentBase, table=True):
    """An uploaded file. Never changed and never deleted while the matter's papers are kept."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_digest", "digest"),
        Index("ix_attachment_area", "division_code", "id"),
        Index("ix_attachment_subject", "subject_kind", "subject_id"),
        Index("ix_attachment_uploaded_by", "uploaded_by"),
    )

    storage_key: str = Field(max_length=40, title="存储编号")
    organization_id: int | None = Field(default=None, sa_type=BigInteger, index=True, title="上传单位")
    uploaded_by: int = Field(sa_type=BigInteger, title="上传人编号")
    uploader: str = Field(max_length=60, title="上传人")
