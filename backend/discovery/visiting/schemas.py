"""What the API takes and gives about visits."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.discovery.models import VisitKind, VisitResult
from backend.kernel.clocks import Light

Visitor = Annotated[str, Field(min_length=1, max_length=50)]


class VisitArranged(BaseModel):
    """A visit besides the cycle: somebody lonely, ill, at risk."""

    model_config = ConfigDict(extra="forbid")

    household_id: int = Field(ge=1, title="家庭", json_schema_extra={"x-options": "/api/v1/households/options"})
    due_on: date = Field(title="应走访日期")
    reason: str = Field(min_length=2, max_length=300, title="走访事由")


class VisitRecorded(BaseModel):
    """What was found; without a meeting the visit stays due."""

    model_config = ConfigDict(extra="forbid")

    visitors: list[Visitor] = Field(min_length=1, max_length=10, title="走访人员")
    met: bool = Field(default=True, title="见到家庭成员", description="没有见到的只记录本次走访，仍须再次走访")
    result: VisitResult | None = Field(
        default=VisitResult.UNCHANGED, title="走访结果", description="见到家庭成员的填写"
    )
    visited_on: date | None = Field(default=None, title="走访日期", description="不填为今天")
    findings: str = Field(min_length=2, max_length=2000, title="走访情况")
    file_ids: list[int] = Field(
        default_factory=list, max_length=20, title="走访照片", json_schema_extra={"x-upload": "/api/v1/files"}
    )

    @model_validator(mode="after")
    def _found_something(self) -> "VisitRecorded":
        if self.met and self.result is None:
            raise ValueError("见到家庭成员的，请填写走访结果")
        return self


class VisitRow(BaseModel):
    """A visit in a list."""

    id: int = Field(title="编号")
    head_name: str = Field(title="户主")
    kind: VisitKind = Field(title="走访类别")
    projects: list[str] = Field(title="在享项目")
    months: int | None = Field(title="复核周期（月）")
    reason: str | None = Field(title="走访事由")
    light: Light | None = Field(title="时限状态")
    due_at: datetime = Field(title="应走访时间")
    result: VisitResult | None = Field(title="走访结果")
    visited_on: date | None = Field(title="走访日期")
    findings: str | None = Field(title="走访情况")
    user_name: str | None = Field(title="登记人")
    division_code: str = Field(title="行政区划")
    household_id: int = Field(title="家庭")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class VisitOut(VisitRow):
    """A visit with who went, the attempts before, and the reviews it led to."""

    visitors: list[str] = Field(title="走访人员")
    attempts: list[dict[str, Any]] = Field(title="未能见面的走访")
    review_numbers: list[str] = Field(title="提请的复核")
    file_ids: list[int] = Field(title="走访照片")
    version: int = Field(title="版本")
