"""What is collected along the way: signatures, materials, surveys, notices, objections, relatives, hearings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Record, Versioned, division_field


class SignMethod(LabelledEnum):
    """How a person signed."""

    HANDWRITTEN = "handwritten", "手写签名"
    ELECTRONIC = "electronic", "电子签名"
    GUARDIAN = "guardian", "监护人代签"
    ORAL = "oral", "口头承诺并记录"


class CaseMaterial(Record, table=True):
    """One paper of a case; the file itself is kept by the files domain."""

    __tablename__ = "case_material"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    file_id: int | None = Field(default=None, sa_type=BigInteger, index=True, title="文件")
    code: str | None = Field(default=None, max_length=60, title="材料代码")
    name: str = Field(max_length=200, title="材料名称")
    user_id: int = Field(sa_type=BigInteger, title="上传人编号")


class Consent(Versioned, table=True):
    """A truth promise with the authorisation to verify (F-02), one per adult."""

    __tablename__ = "case_consent"
    __table_args__ = (Index("uq_case_consent_person", "case_id", "person_id", unique=True),)

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", index=True, title="签署人")
    person_name: str = Field(max_length=50, title="签署人姓名")
    method: SignMethod = Field(default=SignMethod.HANDWRITTEN, sa_type=enum_column(SignMethod), title="签署方式")
    signed_at: datetime = Field(sa_type=AWARE, title="签署时间")
    file_id: int | None = Field(default=None, sa_type=BigInteger, title="文件")
    withdrawn_at: datetime | None = Field(default=None, sa_type=AWARE, title="撤回时间")


class SurveyRecord(Record, table=True):
    """A survey of a household by at least two people (F-04, F-11)."""

    __tablename__ = "case_survey"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    method: str = Field(max_length=20, title="调查方式")
    investigators: list[str] = Field(sa_type=JSONB, title="调查人员")
    visited_on: date = Field(title="调查日期")
    findings: str = Field(max_length=2000, title="调查情况")
    conclusion: str = Field(max_length=20, title="调查结论")
    location: dict[str, Any] | None = Field(default=None, sa_type=JSONB, title="定位")
    file_ids: list[int] = Field(default_factory=list, sa_type=JSONB, title="照片和签字表")
    user_id: int = Field(sa_type=BigInteger, title="录入人编号")


class PublicNotice(Versioned, table=True):
    """A notice on the board (F-10): from the day after posting, for the days of the project's version."""

    __tablename__ = "case_notice"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    place: str = Field(max_length=100, title="公示地点")
    days: int = Field(title="公示天数")
    posted_at: datetime = Field(sa_type=AWARE, title="张贴时间")
    ends_at: datetime = Field(sa_type=AWARE, title="公示截止")
    closed_at: datetime | None = Field(default=None, sa_type=AWARE, title="结束时间")
    proof_file_id: int | None = Field(default=None, sa_type=BigInteger, title="公示照片")
    phone: str | None = Field(default=None, max_length=40, title="异议电话")
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="公示内容")


class Objection(Versioned, table=True):
    """Somebody objects to a notice or to a verification; answered before the case goes on."""

    __tablename__ = "case_objection"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    notice_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="case_notice.id", title="公示")
    content: str = Field(max_length=1000, title="异议内容")
    raised_at: datetime = Field(sa_type=AWARE, title="提出时间")
    upheld: bool | None = Field(default=None, title="异议成立")
    answer: str | None = Field(default=None, max_length=1000, title="答复")
    answered_at: datetime | None = Field(default=None, sa_type=AWARE, title="答复时间")


class KinRecord(Versioned, table=True):
    """A member is a near relative of staff or of the village committee (F-15): recorded, and visited by the county."""

    __tablename__ = "case_kin"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    staff_name: str = Field(max_length=50, title="工作人员或村居委会成员")
    staff_user_id: int | None = Field(default=None, sa_type=BigInteger, title="工作人员账号编号")
    member_name: str = Field(max_length=50, title="家庭成员")
    relation: str = Field(max_length=20, title="近亲属关系")
    visited_on: date | None = Field(default=None, title="县级入户日期")
    visited_by: int | None = Field(default=None, sa_type=BigInteger, title="县级入户人编号")
    visit_findings: str | None = Field(default=None, max_length=1000, title="县级入户情况")


class Hearing(Versioned, table=True):
    """听取意见 before a cut or a stop (社会救助法 第48条): told what is planned and why, then heard."""

    __tablename__ = "case_hearing"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    told_at: datetime = Field(sa_type=AWARE, title="告知时间")
    answer_until: datetime = Field(sa_type=AWARE, title="陈述意见截止")
    heard_at: datetime | None = Field(default=None, sa_type=AWARE, title="听取时间")
    waived: bool = Field(default=False, title="逾期未陈述")
    statement: str | None = Field(default=None, max_length=2000, title="陈述意见")


class Escalation(Record, table=True):
    """An overdue case was told one level higher: 经办 → 分管领导 → 县中心 → 联席会议."""

    __tablename__ = "case_escalation"
    __table_args__ = (
        Index("uq_case_escalation_level", "case_id", "due_at", "level", unique=True),
        Index("ix_case_escalation_area", "division_code", "id", postgresql_where=text("seen_at IS NULL")),
    )

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    level: int = Field(title="升级层级")
    role: str = Field(max_length=40, title="提请角色")
    due_at: datetime = Field(sa_type=AWARE, title="到期时间")
    seen_at: datetime | None = Field(default=None, sa_type=AWARE, title="处理时间")
