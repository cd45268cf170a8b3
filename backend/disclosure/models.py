"""Hotlines, applications that came over the public site, and who objected to a notice."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, Sequence, text
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Record, Versioned, division_field

NUMBERS = Sequence("online_application_number_seq", metadata=SQLModel.metadata)


class ApplicationStatus(LabelledEnum):
    """Where an online application stands."""

    WAITING = "waiting", "待联系"
    ACCEPTED = "accepted", "已转为案件"
    CLOSED = "closed", "已答复办结"


class HotlineBase(SQLModel):
    """A telephone number where citizens get help."""

    division_code: str = division_field(regex=r"^\d{6}(\d{3}){0,3}$")
    name: str = Field(min_length=2, max_length=60, title="名称")
    phone: str = Field(regex=r"^[0-9][0-9\- ]{2,19}$", title="电话")
    hours: str = Field(default="工作日 8:30—12:00，14:00—17:30", max_length=60, title="服务时间")
    published: bool = Field(default=True, title="对外公布")


class Hotline(Versioned, HotlineBase, table=True):
    """One published number of a division."""

    __tablename__ = "hotline"
    __table_args__ = (Index("uq_hotline_number", "division_code", "phone", unique=True),)


class OnlineApplication(Versioned, table=True):
    """A request for aid sent over the public site; the town's window turns it into a case or answers it."""

    __tablename__ = "online_application"
    __table_args__ = (
        Index("uq_online_application_number", "number", unique=True),
        Index("ix_online_application_area", "division_code", "id"),
        Index(
            "uq_online_application_waiting",
            "id_number_index",
            text("coalesce(project_code, '')"),
            unique=True,
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    number: str = Field(max_length=30, title="网上申请编号")
    division_code: str = division_field("居住地")
    applicant_name: str = Field(max_length=50, title="申请人")
    id_number_cipher: bytes = Field(sa_type=LargeBinary, title="证件号码密文")
    id_number_index: bytes = Field(sa_type=LargeBinary, title="证件号码索引")
    id_number_masked: str = Field(max_length=40, title="证件号码")
    phone_cipher: bytes = Field(sa_type=LargeBinary, title="电话密文")
    phone_index: bytes = Field(sa_type=LargeBinary, title="电话索引")
    phone_masked: str = Field(max_length=40, title="联系电话")
    project_code: str | None = Field(default=None, max_length=20, title="救助项目")
    urgent: bool = Field(default=False, title="急难")
    reason: str = Field(max_length=500, title="困难情况")
    status: ApplicationStatus = Field(
        default=ApplicationStatus.WAITING, sa_type=enum_column(ApplicationStatus), title="状态"
    )
    due_at: datetime = Field(sa_type=AWARE, title="应联系时间")
    case_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    answer: str | None = Field(default=None, max_length=500, title="答复")
    handled_by: int | None = Field(default=None, sa_type=BigInteger, title="办理人编号")
    handled_at: datetime | None = Field(default=None, sa_type=AWARE, title="办理时间")


class NoticeObjection(Record, table=True):
    """Who objected over the public site; the case itself keeps only what was said."""

    __tablename__ = "notice_objection"
    __table_args__ = (
        Index("uq_notice_objection_phone", "notice_id", "phone_index", unique=True),
        Index("ix_notice_objection_area", "division_code", "id"),
    )

    notice_id: int = Field(sa_type=BigInteger, foreign_key="case_notice.id", title="公示")
    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    content: str = Field(max_length=1000, title="异议内容")
    name: str = Field(max_length=50, title="异议人")
    phone_cipher: bytes = Field(sa_type=LargeBinary, title="电话密文")
    phone_index: bytes = Field(sa_type=LargeBinary, title="电话索引")
    phone_masked: str = Field(max_length=40, title="联系电话")
