"""The policy library (政策库): instruments and their articles."""

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, Column, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import Record, Versioned
from backend.kernel.scope import Scope


class DocumentStatus(LabelledEnum):
    """Whether an instrument is law today; a doubt is said, not hidden."""

    IN_FORCE = "in_force", "现行有效"
    AMENDED = "amended", "已被修改"
    REPEALED = "repealed", "已废止"
    UNCERTAIN = "uncertain", "效力待核实"


class PolicyDocumentBase(SQLModel):
    """What is entered about an instrument."""

    code: str = Field(max_length=20, title="编号", regex=r"^[A-Za-z0-9_-]{1,20}$")
    title: str = Field(max_length=200, title="标题")
    number: str | None = Field(default=None, max_length=100, title="文号")
    issuer: str | None = Field(default=None, max_length=100, title="发文机关")
    issued_on: date | None = Field(default=None, title="发布日期")
    in_force_from: date | None = Field(default=None, title="施行日期")
    in_force_to: date | None = Field(default=None, title="失效日期", description="当日起不再有效；现行有效的不填")
    status: DocumentStatus = Field(default=DocumentStatus.IN_FORCE, sa_type=enum_column(DocumentStatus), title="效力")
    summary: str | None = Field(default=None, max_length=2000, title="要点")


class PolicyDocument(Versioned, PolicyDocumentBase, table=True):
    """An instrument; `search` holds characters and pairs of characters, kept by a trigger."""

    __tablename__ = "policy_document"
    __table_args__ = (
        Index("uq_policy_document_code", "code", unique=True),
        Index("ix_policy_document_force", "in_force_from", "in_force_to"),
        Index("ix_policy_document_search", "search", postgresql_using="gin"),
    )
    __scope__: ClassVar[Scope] = Scope(everyone=True)

    attachment_ids: list[int] = Field(
        default_factory=list, sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"), title="附件"
    )
    search: Any = Field(default=None, sa_column=Column(TSVECTOR), exclude=True)


class PolicyClause(Record, table=True):
    """One article, as letters and decisions cite it."""

    __tablename__ = "policy_clause"
    __table_args__ = (Index("uq_policy_clause_label", "document_id", "label", unique=True),)

    document_id: int = Field(sa_type=BigInteger, foreign_key="policy_document.id", title="政策文件")
    position: int = Field(title="次序")
    label: str = Field(max_length=40, title="条款")
    text: str = Field(sa_type=Text, title="内容")
