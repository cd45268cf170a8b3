"""Rosters on their way in: the upload, what is wrong with its cells, and what came of it."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Record, division_field


class ImportStatus(LabelledEnum):
    """How far an import is. All of it is one transaction: a killed worker leaves nothing, and the next begins anew."""

    WAITING = "waiting", "排队中"
    WORKING = "working", "正在导入"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class ImportMode(LabelledEnum):
    """What happens when some rows are faulty."""

    ACCEPTED = "accepted", "导入通过校验的家庭"
    ALL_OR_NOTHING = "all_or_nothing", "全部通过才导入"


class RosterImport(Record, table=True):
    """One upload of a roster."""

    __tablename__ = "roster_import"
    __table_args__ = (Index("ix_roster_import_digest", "digest", "division_code"),)

    division_code: str = division_field("导入范围", index=True)
    user_id: int = Field(sa_type=BigInteger, index=True, title="导入人")
    organization_id: int | None = Field(default=None, sa_type=BigInteger, title="机构")
    job_id: int | None = Field(default=None, sa_type=BigInteger, title="任务")
    file_name: str = Field(max_length=200, title="文件名")
    digest: bytes = Field(sa_type=LargeBinary, title="摘要")
    # Encrypted: a roster is nothing but personal data.
    content: bytes = Field(sa_type=LargeBinary, title="文件密文")
    dry_run: bool = Field(default=False, title="仅校验")
    mode: ImportMode = Field(default=ImportMode.ACCEPTED, sa_type=enum_column(ImportMode), title="导入方式")
    mapping: dict[str, str] = Field(default_factory=dict, sa_type=JSONB, title="列对应")
    status: ImportStatus = Field(default=ImportStatus.WAITING, sa_type=enum_column(ImportStatus), title="状态")
    header_line: int = Field(default=1, title="表头行号")
    columns: list[str] | None = Field(default=None, sa_type=ARRAY(Text), title="已识别的列")
    rows: int = Field(default=0, title="行数")
    accepted: int = Field(default=0, title="通过行数")
    rejected: int = Field(default=0, title="未通过行数")
    created_households: int = Field(default=0, title="新建家庭")
    changed_households: int = Field(default=0, title="更新家庭")
    unchanged_households: int = Field(default=0, title="无变化家庭")
    message: str | None = Field(default=None, title="说明")
    finished_at: datetime | None = Field(default=None, sa_type=AWARE, title="完成时间")


class RosterHousehold(SQLModel, table=True):
    """Which households an import made or changed: their history names the roster."""

    __tablename__ = "roster_household"
    __table_args__ = (Index("ix_roster_household_household", "household_id"),)

    import_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="roster_import.id")
    household_id: int = Field(primary_key=True, sa_type=BigInteger)
    created: bool = Field(title="新建")


class RosterFault(SQLModel, table=True):
    """What is wrong with one cell, in a sentence."""

    __tablename__ = "roster_fault"
    __table_args__ = (Index("ix_roster_fault_line", "import_id", "line"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    import_id: int = Field(sa_type=BigInteger, foreign_key="roster_import.id")
    line: int
    field: str | None = None
    message: str


class RosterMapping(SQLModel, table=True):
    """Which heading an organisation uses for which column, remembered from its last import."""

    __tablename__ = "roster_mapping"

    owner: str = Field(primary_key=True, max_length=40)
    mapping: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    used_at: datetime = Field(sa_type=AWARE)
