"""Letters as they were issued, and the numbers they were given."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.models import AWARE, Record, division_field


class CaseLetter(Record, table=True):
    """A letter that left the office: its words, its PDF and the digest of that PDF; never changed afterwards."""

    __tablename__ = "case_letter"
    __table_args__ = (
        Index("uq_case_letter_number", "number", unique=True),
        Index("ix_case_letter_case", "case_id", "id"),
        Index("ix_case_letter_area", "division_code", "id"),
    )

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", title="案件")
    division_code: str = division_field()
    code: str = Field(max_length=8, title="文书代码")
    title: str = Field(max_length=60, title="文书名称")
    number: str = Field(max_length=60, title="文号")
    addressee: str = Field(max_length=60, title="收件人")
    issuer: str = Field(max_length=80, title="发文机关")
    issued_at: datetime = Field(sa_type=AWARE, title="发文时间")
    content: dict[str, Any] = Field(sa_type=JSONB, title="内容")
    file_id: int = Field(sa_type=BigInteger, foreign_key="attachment.id", title="文件")
    digest: str = Field(max_length=80, title="摘要")
    user_id: int = Field(sa_type=BigInteger, title="制作人编号")
    user_name: str = Field(max_length=60, title="制作人")


class LetterSerial(SQLModel, table=True):
    """The last number of a year: drawn under a row lock, so that letters have no gaps and no repeats."""

    __tablename__ = "letter_serial"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False}, title="年份")
    last: int = Field(title="最后文号")
