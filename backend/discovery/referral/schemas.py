"""What the API takes and gives about referrals."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.cases.path.forms import Destination
from backend.discovery.models import ReferralStatus
from backend.kernel.clocks import Light


class Referring(Destination):
    """To whom, for what, until when."""

    need: str = Field(min_length=2, max_length=500, title="需求")


class ReferralCreate(Referring):
    """A referral of a household that has neither lead nor case."""

    household_id: int = Field(ge=1, title="家庭", json_schema_extra={"x-options": "/api/v1/households/options"})


class Acceptance(BaseModel):
    """The receiver takes it over."""

    model_config = ConfigDict(extra="forbid")

    handler: str | None = Field(default=None, max_length=60, title="接收人", description="不填为本人")
    note: str | None = Field(default=None, max_length=500, title="说明")


class Progress(BaseModel):
    """How far it is."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(min_length=2, max_length=2000, title="办理情况")


class Completion(BaseModel):
    """What the person got."""

    model_config = ConfigDict(extra="forbid")

    result: str = Field(min_length=2, max_length=1000, title="办理结果")


class Returning(BaseModel):
    """Why the receiver cannot help."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=2, max_length=500, title="退回理由")


class ReferralVisit(BaseModel):
    """Whether the help has arrived (回访); if not, the referral goes on."""

    model_config = ConfigDict(extra="forbid")

    helped: bool = Field(title="困难已解决")
    findings: str = Field(min_length=2, max_length=2000, title="回访情况")


class ReferralClosing(BaseModel):
    """Why a returned referral is not sent again."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=2, max_length=500, title="终止理由")


class ReferralRow(BaseModel):
    """A referral in a list."""

    id: int = Field(title="编号")
    number: str = Field(title="转介单号")
    person_name: str | None = Field(title="人员姓名")
    need: str = Field(title="需求")
    receiver: str = Field(title="转介单位")
    status: ReferralStatus = Field(title="状态")
    light: Light | None = Field(title="时限状态")
    accept_due_at: datetime = Field(title="应接收时间")
    due_at: datetime = Field(title="应办结时间")
    division_code: str = Field(title="行政区划")
    sender: str = Field(title="转介人")
    sent_at: datetime = Field(title="转介时间")
    accepted_at: datetime | None = Field(title="接收时间")
    handler: str | None = Field(title="接收人")
    finished_at: datetime | None = Field(title="办结时间")
    outcome: str | None = Field(title="办理结果")
    helped: bool | None = Field(title="困难已解决")
    lead_id: int | None = Field(title="线索")
    case_id: int | None = Field(title="案件")
    household_id: int | None = Field(title="家庭")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class ReferralOut(ReferralRow):
    """A referral with its history."""

    version: int = Field(title="版本")
    steps: list[dict[str, Any]] = Field(default_factory=list, title="办理记录")
