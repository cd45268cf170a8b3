"""A request to verify a household, and what each source answered."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from backend.catalogue.rules.vocabulary import Source
from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Versioned, division_field


class RequestStatus(LabelledEnum):
    """Where a request stands."""

    ASKED = "asked", "待核对"
    REPORTED = "reported", "已出报告"


class Conclusion(LabelledEnum):
    """What the report says as a whole."""

    PASS = "pass", "符合规定"
    DIFF = "diff", "与申报有差异"
    FAIL = "fail", "不符合规定"


class Outcome(LabelledEnum):
    """What one source answered. No data is not zero: nobody knows, and nobody may conclude from it."""

    MATCHES = "matches", "与申报一致"
    DIFFERS = "differs", "与申报不一致"
    BREACHES = "breaches", "超过规定"
    ZERO = "zero", "查询为零"
    NO_DATA = "no_data", "未取得数据"


class VerificationRequest(Versioned, table=True):
    """One question to the county's verification centre about one household."""

    __tablename__ = "verification_request"
    __table_args__ = (
        Index("ix_verification_request_area", "division_code", "id"),
        Index("ix_verification_request_matter", "matter_id", "id"),
        Index("ix_verification_request_status", "status", "due_at"),
    )

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    division_code: str = division_field()
    matter_id: int = Field(sa_type=BigInteger, title="案件")
    matter_number: str = Field(max_length=40, title="申请编号")
    matter: str = Field(max_length=100, title="申请事项")
    applicant_name: str = Field(max_length=50, title="申请人")
    consent_ids: list[int] = Field(sa_type=JSONB, title="授权书")
    people: list[dict[str, Any]] = Field(sa_type=JSONB, title="被核对人员")
    sources: list[str] = Field(sa_type=JSONB, title="核对来源")
    reason: str | None = Field(default=None, max_length=500, title="核对重点")
    status: RequestStatus = Field(default=RequestStatus.ASKED, sa_type=enum_column(RequestStatus), title="状态")
    asked_by: int = Field(sa_type=BigInteger, title="提请人编号")
    asker: str = Field(max_length=60, title="提请人")
    asked_at: datetime = Field(sa_type=AWARE, title="提请时间")
    due_at: datetime = Field(sa_type=AWARE, title="应出报告时间")
    conclusion: Conclusion | None = Field(default=None, sa_type=enum_column(Conclusion), title="核对结论")
    summary: str | None = Field(default=None, max_length=2000, title="报告说明")
    report_file_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="attachment.id", title="核对报告")
    valid_until: date | None = Field(default=None, title="报告有效期至")
    verifier: str | None = Field(default=None, max_length=60, title="核对人")
    verified_by: int | None = Field(default=None, sa_type=BigInteger, title="核对人编号")
    concluded_at: datetime | None = Field(default=None, sa_type=AWARE, title="出具时间")

    @property
    def key(self) -> int:
        """Return the id of a stored request; 0 before."""
        return self.id or 0


class SourceResult(Versioned, table=True):
    """What one source said about the household, or about one of its people."""

    __tablename__ = "verification_result"
    __table_args__ = (
        Index("ix_verification_result_request", "request_id", "id"),
        Index("uq_verification_result_source", "request_id", "source", "person_name", unique=True),
    )

    request_id: int = Field(sa_type=BigInteger, foreign_key="verification_request.id", title="核对请求")
    division_code: str = division_field()
    source: Source = Field(sa_type=enum_column(Source), title="来源")
    person_name: str = Field(default="", max_length=50, title="被核对人", description="空为全家")
    queried_on: date = Field(title="查询日期")
    outcome: Outcome = Field(sa_type=enum_column(Outcome), title="结果")
    declared: str | None = Field(default=None, max_length=300, title="申报情况")
    found: str | None = Field(default=None, max_length=300, title="查询情况")
    user_id: int = Field(sa_type=BigInteger, title="录入人编号")
