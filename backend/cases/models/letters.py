"""Letters as they were issued, and the numbers they were given."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
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


class DeliveryMethod(LabelledEnum):
    """How a letter reaches a person (civil procedure's ways, as far as aid uses them)."""

    DIRECT = "direct", "直接送达"
    LEFT = "left", "留置送达"
    ELECTRONIC = "electronic", "电子送达"
    MAIL = "mail", "邮寄送达"
    PUBLIC = "public", "公告送达"


class DeliveryOutcome(LabelledEnum):
    """What the person did with it."""

    SIGNED = "signed", "已签收"
    REFUSED = "refused", "拒绝签收"
    UNREACHED = "unreached", "未能送达"


class DeliveryBase(SQLModel):
    """How, when and to whom; the form and the table share it."""

    method: DeliveryMethod = Field(sa_type=enum_column(DeliveryMethod), title="送达方式")
    outcome: DeliveryOutcome = Field(
        default=DeliveryOutcome.SIGNED, sa_type=enum_column(DeliveryOutcome), title="送达结果"
    )
    recipient: str = Field(min_length=1, max_length=50, title="签收人")
    relation: str | None = Field(default=None, max_length=40, title="与收件人关系", description="本人签收的不填")
    witness: str | None = Field(default=None, max_length=50, title="见证人", description="留置送达必须填写")
    note: str | None = Field(default=None, max_length=300, title="说明", description="邮单号、短信时间、拒收理由等")


class LetterDelivery(Record, DeliveryBase, table=True):
    """One attempt to hand a letter over (送达回证); never changed afterwards."""

    __tablename__ = "case_letter_delivery"

    letter_id: int = Field(sa_type=BigInteger, foreign_key="case_letter.id", index=True, title="文书")
    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    delivered_at: datetime = Field(sa_type=AWARE, title="送达时间")
    file_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="attachment.id", title="送达凭证")
    user_id: int = Field(sa_type=BigInteger, title="送达人编号")
    user_name: str = Field(max_length=60, title="送达人")


class LetterSerial(SQLModel, table=True):
    """The last number of a year: drawn under a row lock, so that letters have no gaps and no repeats."""

    __tablename__ = "letter_serial"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False}, title="年份")
    last: int = Field(title="最后文号")
