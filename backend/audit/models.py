"""The audit trail and the heads of its chains."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, SmallInteger, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, DIVISION_CODE

CHAINS = 64


class EntryKind(LabelledEnum):
    """Whether somebody changed something or looked at it."""

    DID = "did", "办理"
    SAW = "saw", "查看"


class AuditEntry(SQLModel, table=True):
    """One act of one person. The database fills time, chain, sequence and hashes, and refuses every change."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("uq_audit_entry_chain_sequence", "chain", "sequence", unique=True),
        Index("ix_audit_entry_division_code_id", "division_code", "id"),
        Index("ix_audit_entry_user_id_id", "user_id", "id"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),
        Index("ix_audit_entry_action_id", "action", "id"),
    )

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=False)], title="编号"
    )
    occurred_at: datetime = Field(
        sa_type=AWARE, sa_column_kwargs={"server_default": func.clock_timestamp()}, title="时间"
    )
    kind: EntryKind = Field(sa_type=enum_column(EntryKind), title="性质")
    action: str = Field(max_length=80, title="操作")
    user_id: int = Field(sa_type=BigInteger, title="用户编号")
    username: str = Field(max_length=60, title="用户名")
    user_name: str = Field(max_length=60, title="姓名")
    session_id: str = Field(default="", max_length=40, title="登录会话")
    subject_kind: str | None = Field(default=None, max_length=60, title="对象类型")
    subject_id: str | None = Field(default=None, max_length=80, title="对象编号")
    division_code: str = Field(sa_type=DIVISION_CODE, title="行政区划")
    purpose: str | None = Field(default=None, max_length=200, title="查看事由")
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="内容")
    chain: int = Field(default=0, sa_type=SmallInteger, title="链号")
    sequence: int = Field(default=0, sa_type=BigInteger, title="链内序号")
    previous_hash: bytes = Field(default=b"", sa_type=LargeBinary, title="前一条摘要")
    hash: bytes = Field(default=b"", sa_type=LargeBinary, title="摘要")


class AccessRecord(SQLModel, table=True):
    """One look of one person at one file, as masked for them. Appended only; not chained, since nothing was decided."""

    __tablename__ = "access_record"
    __table_args__ = (
        Index("ix_access_record_subject", "subject_kind", "subject_id", "id"),
        Index("ix_access_record_user", "user_id", "id"),
    )

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=False)], title="编号"
    )
    occurred_at: datetime = Field(sa_type=AWARE, title="时间")
    user_id: int = Field(sa_type=BigInteger, title="用户编号")
    username: str = Field(max_length=60, title="用户名")
    user_name: str = Field(max_length=60, title="姓名")
    subject_kind: str = Field(max_length=60, title="对象类型")
    subject_id: int = Field(sa_type=BigInteger, title="对象编号")
    division_code: str = Field(sa_type=DIVISION_CODE, title="行政区划")


class AuditChain(SQLModel, table=True):
    """Where a chain ends: its last sequence and hash. Writers lock one head, never the trail."""

    __tablename__ = "audit_chain"

    chain: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False})
    sequence: int = Field(default=0, sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)
