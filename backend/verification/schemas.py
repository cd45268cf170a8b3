"""What the API takes and gives about verification."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from backend.catalogue.rules.vocabulary import Source
from backend.kernel.clocks import Light
from backend.verification.models import Conclusion, Outcome, RequestStatus


class ResultForm(BaseModel):
    """What one source answered."""

    model_config = ConfigDict(extra="forbid")

    source: Source = Field(title="来源")
    person_name: str = Field(default="", max_length=50, title="被核对人", description="不填为全家")
    queried_on: date | None = Field(default=None, title="查询日期", description="不填为今天")
    outcome: Outcome = Field(title="结果", description="未取得数据不等于为零")
    declared: str | None = Field(default=None, max_length=300, title="申报情况")
    found: str | None = Field(default=None, max_length=300, title="查询情况")


class ReportForm(BaseModel):
    """The report as a whole (F-06)."""

    model_config = ConfigDict(extra="forbid")

    conclusion: Conclusion = Field(title="核对结论")
    summary: str = Field(min_length=2, max_length=2000, title="报告说明")
    valid_days: int = Field(default=180, ge=1, le=366, title="报告有效天数")
    report_file_id: int | None = Field(
        default=None, title="核对报告文件", json_schema_extra={"x-upload": "/api/v1/files"}
    )


class RequestRow(BaseModel):
    """A request in a list."""

    id: int = Field(title="编号")
    matter_number: str = Field(title="申请编号")
    matter: str = Field(title="申请事项")
    applicant_name: str = Field(title="申请人")
    division_code: str = Field(title="行政区划")
    status: RequestStatus = Field(title="状态")
    conclusion: Conclusion | None = Field(title="核对结论")
    light: Light | None = Field(title="时限状态")
    asker: str = Field(title="提请人")
    asked_at: datetime = Field(title="提请时间")
    due_at: datetime = Field(title="应出报告时间")
    concluded_at: datetime | None = Field(title="出具时间")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class ResultOut(BaseModel):
    """An answer; what exactly was found is the verifier's alone."""

    source: Source = Field(title="来源")
    person_name: str = Field(title="被核对人")
    queried_on: date = Field(title="查询日期")
    outcome: Outcome = Field(title="结果")
    declared: str | None = Field(title="申报情况")
    found: str | None = Field(title="查询情况")


class PersonAsked(BaseModel):
    """Who has signed and is asked about."""

    person_id: int = Field(title="人员编号", json_schema_extra={"x-hidden": True})
    name: str = Field(title="姓名")
    id_number: str | None = Field(title="证件号码")


class RequestOut(RequestRow):
    """A request with the people it is about and what the sources answered."""

    household_id: int = Field(title="家庭")
    people: list[PersonAsked] = Field(title="被核对人员")
    sources: list[Source] = Field(title="核对来源")
    consents: int = Field(title="授权书份数")
    reason: str | None = Field(title="核对重点")
    summary: str | None = Field(title="报告说明")
    report_file_id: int | None = Field(title="核对报告文件")
    valid_until: date | None = Field(title="报告有效期至")
    verifier: str | None = Field(title="核对人")
    results: list[ResultOut] = Field(title="各来源结果")
