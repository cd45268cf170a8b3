"""What the API takes and gives about leads."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from backend.cases.models.codes import Channel
from backend.discovery.models import Hardship, LeadBase, LeadSource, LeadStatus, Urgency
from backend.kernel.clocks import Light

_HOUSEHOLDS: JsonDict = {"x-options": "/api/v1/households/options"}


class LeadCreate(LeadBase):
    """A report."""

    model_config = ConfigDict(extra="forbid")  # type: ignore[assignment]

    division_code: str = Field(
        pattern=r"^\d{6,15}$", title="行政区划", json_schema_extra={"x-options": "/api/v1/divisions/options"}
    )
    household_id: int | None = Field(default=None, ge=1, title="家庭", json_schema_extra=_HOUSEHOLDS)
    project_code: str | None = Field(default=None, max_length=20, title="建议项目")
    received_at: AwareDatetime | None = Field(default=None, title="接到时间", description="不填为现在")


class Assignment(BaseModel):
    """Who goes."""

    model_config = ConfigDict(extra="forbid")

    user_id: int | None = Field(
        default=None,
        ge=1,
        title="承办人",
        description="不填为本人",
        json_schema_extra={"x-options": "/api/v1/leads/assignees/options"},
    )
    note: str | None = Field(default=None, max_length=500, title="说明")


class Verification(BaseModel):
    """What was found on the spot."""

    model_config = ConfigDict(extra="forbid")

    confirmed: bool = Field(title="情况属实")
    findings: str = Field(min_length=2, max_length=2000, title="核实情况")
    urgency: Urgency | None = Field(default=None, title="调整紧急程度")
    household_id: int | None = Field(default=None, ge=1, title="家庭", json_schema_extra=_HOUSEHOLDS)


class Conversion(BaseModel):
    """Help to apply: the case begins with what the lead knows."""

    model_config = ConfigDict(extra="forbid")

    project_code: str | None = Field(default=None, max_length=20, title="救助项目")
    household_id: int | None = Field(default=None, ge=1, title="申请家庭", json_schema_extra=_HOUSEHOLDS)
    applicant_id_number: str | None = Field(default=None, max_length=30, title="申请人身份证号")
    commitment_signed: bool = Field(default=False, title="已签署承诺书和核对授权书")
    reason: str | None = Field(default=None, max_length=500, title="申请事由")
    channel: Channel = Field(default=Channel.LEAD, title="申请渠道")


class Visit(BaseModel):
    """Looking again after help was asked for or somebody else took over (回访)."""

    model_config = ConfigDict(extra="forbid")

    helped: bool = Field(title="困难已解决")
    findings: str = Field(min_length=2, max_length=2000, title="回访情况")


class Closing(BaseModel):
    """Why nothing more is to be done."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=2, max_length=500, title="办结理由")


class LeadRow(BaseModel):
    """A lead in a list."""

    id: int = Field(title="编号")
    source: LeadSource = Field(title="来源")
    urgency: Urgency = Field(title="紧急程度")
    hardship: Hardship = Field(title="致困原因")
    status: LeadStatus = Field(title="状态")
    person_name: str | None = Field(title="人员姓名")
    location: str | None = Field(title="地点")
    facts: str = Field(title="情况说明")
    division_code: str = Field(title="行政区划")
    received_at: datetime = Field(title="接到时间")
    due_at: datetime = Field(title="应联系时间")
    light: Light | None = Field(title="时限状态")
    contacted_at: datetime | None = Field(title="首次联系时间")
    household_id: int | None = Field(title="家庭")
    project_code: str | None = Field(title="建议项目")
    finding_id: int | None = Field(title="比对疑点编号")
    assignee: str | None = Field(title="承办人")
    case_id: int | None = Field(title="案件")
    outcome: str | None = Field(title="处理结果")
    reporter: str = Field(title="报告人")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class LeadOut(LeadRow):
    """A lead with its history."""

    version: int = Field(title="版本")
    steps: list[dict[str, Any]] = Field(default_factory=list, title="办理记录")
    referral_id: int | None = Field(default=None, title="转介单")
