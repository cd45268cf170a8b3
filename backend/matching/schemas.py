"""What matching takes and gives."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints
from pydantic.config import JsonDict

from backend.catalogue.content_terms import TierSeed
from backend.catalogue.rules.explanation import Standing
from backend.kernel.jobs import JobStatus
from backend.kernel.listing import ListQuery
from backend.kernel.money import Money
from backend.matching.models import BenefitStatus, FindingCause, FindingKind, FindingStatus

DIVISION: JsonDict = {"x-options": "/api/v1/divisions/options"}
PROJECTS: JsonDict = {"x-options": "/api/v1/projects/options"}
Purpose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class ReasonOut(BaseModel):
    """One condition in words."""

    text: str = Field(title="说明")
    fact: str = Field(title="事实")
    required: str = Field(title="要求")
    actual: str | None = Field(title="实际")
    passed: bool | None = Field(title="是否符合")
    decides: bool = Field(default=True, title="决定结果")
    path: str = Field(default="", title="位置", description="在条件树中的位置，所在的组见逐项条件")


class GroundOut(BaseModel):
    """A line of the rule as an outline: a group of conditions or one of them, and how it stands."""

    depth: int = Field(title="层次", description="同层的属于上面最近的一组")
    text: str = Field(title="条件和实际情况")
    standing: Standing = Field(title="结果", description="同组已有一项满足的，其余未满足的各项不要求")
    heads: bool = Field(title="有下级")
    path: str = Field(title="位置")


class MemberMatch(BaseModel):
    """The answer for one member, for projects that are granted to persons."""

    person_id: int = Field(title="人员")
    name: str = Field(title="姓名")
    eligible: bool | None = Field(title="符合条件")
    receiving: bool = Field(title="在享")
    amount: Money | None = Field(title="金额")
    calculation: str | None = Field(title="计算过程")
    reasons: list[ReasonOut] = Field(title="理由")
    grounds: list[GroundOut] = Field(title="逐项条件")


class MatchItem(BaseModel):
    """One project for one household; `eligible` null means that a needed fact is unknown."""

    project_code: str = Field(title="项目代码")
    project_name: str = Field(title="项目名称")
    tier: TierSeed = Field(title="救助层次")
    unit: str = Field(title="认定单位")
    eligible: bool | None = Field(title="符合条件")
    receiving: bool = Field(title="在享")
    amount: Money | None = Field(title="金额")
    calculation: str | None = Field(default=None, title="计算过程")
    reasons: list[ReasonOut] = Field(title="理由")
    grounds: list[GroundOut] = Field(default_factory=list, title="逐项条件", description="按个人认定的项目见各成员")
    members: list[MemberMatch] = Field(default_factory=list, title="成员")


class MatchesOut(BaseModel):
    """Every published project for one household."""

    household_id: int = Field(title="家庭")
    as_of: date = Field(title="核定日期")
    items: list[MatchItem] = Field(title="项目")


class LookupIn(BaseModel):
    """One certificate (一证申请)."""

    id_number: str = Field(min_length=4, max_length=40, title="证件号码")
    purpose: Purpose = Field(title="查询用途")


class LookupOut(BaseModel):
    """What is known and what is possible for the holder of a number."""

    person: dict[str, Any] = Field(title="人员")
    household: dict[str, Any] | None = Field(title="家庭")
    statuses: list[dict[str, Any]] = Field(title="身份")
    benefits: list[dict[str, Any]] = Field(title="在享待遇")
    open_cases: list[dict[str, Any]] = Field(title="在办事项")
    matches: list[MatchItem] = Field(title="比对结果")


class RunIn(BaseModel):
    """What to compare."""

    division_code: str | None = Field(default=None, max_length=15, title="比对范围", json_schema_extra=DIVISION)
    project_codes: list[str] | None = Field(
        default=None, max_length=200, title="比对项目", description="不填则全部", json_schema_extra=PROJECTS
    )
    as_of: date | None = Field(default=None, title="核定日期", description="不填则今天")


class RunArea(BaseModel):
    """A finished town of a run."""

    division_code: str = Field(title="镇街代码")
    division_name: str = Field(title="镇街")
    households: int = Field(title="家庭数")
    wrong: int = Field(title="错")
    missed: int = Field(title="漏")
    duplicate: int = Field(title="重")


class RunOut(BaseModel):
    """A run with its progress and counts."""

    id: int = Field(title="编号")
    division_code: str = Field(title="比对范围代码")
    division_name: str = Field(title="比对范围")
    project_codes: list[str] | None = Field(title="比对项目")
    as_of: date = Field(title="核定日期")
    status: JobStatus = Field(title="状态")
    progress: float = Field(title="进度", description="0 至 1")
    message: str | None = Field(title="说明")
    job_id: int | None = Field(default=None, title="任务", json_schema_extra={"x-hidden": True})
    allowed_actions: list[str] = Field(default_factory=list)
    households: int = Field(title="已比对家庭数")
    wrong: int = Field(title="错")
    missed: int = Field(title="漏")
    duplicate: int = Field(title="重")
    areas: list[RunArea] = Field(title="分镇街结果")
    created_at: datetime = Field(title="发起时间")
    finished_at: datetime | None = Field(title="完成时间")


class FindingRow(BaseModel):
    """A finding in the list."""

    id: int = Field(title="编号")
    kind: FindingKind = Field(title="类别")
    cause: FindingCause = Field(title="原因")
    household_id: int = Field(title="家庭")
    household_number: str = Field(title="家庭编号")
    head_name: str = Field(title="户主姓名")
    person_id: int | None = Field(default=None, title="人员")
    person_name: str | None = Field(default=None, title="人员姓名")
    project_code: str = Field(title="项目代码")
    project_name: str | None = Field(default=None, title="项目名称")
    other_project_code: str | None = Field(default=None, title="互斥项目")
    division_code: str = Field(title="行政区划")
    reason: str = Field(title="说明")
    paid_amount: Money | None = Field(default=None, title="在享金额")
    due_amount: Money | None = Field(default=None, title="核算金额")
    as_of: date = Field(title="核定日期")
    status: FindingStatus = Field(title="状态")
    turned_into: str | None = Field(default=None, title="转办为")
    allowed_actions: list[str] = Field(default_factory=list)


class FindingQuery(ListQuery):
    """Filters of findings."""

    kind: FindingKind | None = Field(default=None, title="类别")
    cause: FindingCause | None = Field(default=None, title="原因")
    status: FindingStatus | None = Field(default=None, title="状态")
    project_code: str | None = Field(default=None, max_length=10, title="项目代码", json_schema_extra=PROJECTS)
    division_code: str | None = Field(default=None, max_length=15, title="行政区划", json_schema_extra=DIVISION)
    project_codes: list[str] | None = Field(default=None, title="项目", max_length=200)
    run_id: int | None = Field(default=None, ge=1, le=9_223_372_036_854_775_807, title="比对批次")


class RunRow(BaseModel):
    """A run in the list."""

    id: int = Field(title="编号")
    division_code: str = Field(title="比对范围")
    as_of: date = Field(title="核定日期")
    project_codes: list[str] | None = Field(default=None, title="比对项目", description="空为全部")
    status: JobStatus | None = Field(default=None, title="状态")
    progress: int | None = Field(default=None, title="进度（%）")
    households: int = Field(title="已比对家庭数")
    wrong: int = Field(title="错")
    missed: int = Field(title="漏")
    duplicate: int = Field(title="重")
    created_at: datetime = Field(title="发起时间")
    finished_at: datetime | None = Field(default=None, title="完成时间")
    allowed_actions: list[str] = Field(default_factory=list)


class BenefitRow(BaseModel):
    """A benefit in the list."""

    id: int = Field(title="编号")
    household_id: int = Field(title="家庭")
    household_number: str = Field(title="家庭编号")
    head_name: str = Field(title="户主姓名")
    person_id: int | None = Field(default=None, title="人员")
    project_code: str = Field(title="项目代码")
    division_code: str = Field(title="行政区划")
    monthly_amount: Money = Field(title="金额")
    once: bool = Field(title="一次性")
    from_month: date = Field(title="起发月份")
    to_month: date | None = Field(default=None, title="停发月份")
    status: BenefitStatus = Field(title="状态")
    allowed_actions: list[str] = Field(default_factory=list)


class BenefitQuery(ListQuery):
    """Filters of benefits."""

    project_code: str | None = Field(default=None, max_length=10, title="项目代码", json_schema_extra=PROJECTS)
    division_code: str | None = Field(default=None, max_length=15, title="行政区划", json_schema_extra=DIVISION)
    status: BenefitStatus | None = Field(default=None, title="状态")


class TurnIn(BaseModel):
    """Why it is followed up."""

    note: str = Field(default="", max_length=300, title="说明")


class TrialIn(BaseModel):
    """A household to try a draft on."""

    household_id: int = Field(ge=1, le=9_223_372_036_854_775_807, title="家庭")
    as_of: date | None = Field(default=None, title="核定日期")
    rule: dict[str, Any] | None = Field(default=None, title="条件", description="不填则用草稿中的条件")
    formula: str | None = Field(default=None, max_length=4000, title="公式", description="不填则用草稿中的公式")


class LiveCountIn(BaseModel):
    """An unsaved rule and formula; without them those of the draft."""

    as_of: date | None = Field(default=None, title="核定日期")
    rule: dict[str, Any] | None = Field(default=None, title="条件")
    formula: str | None = Field(default=None, max_length=4000, title="公式")


class LiveCountOut(BaseModel):
    """How many would match now in the area of whoever asks; in a large one a background job counts them."""

    eligible: int | None = Field(default=None, title="符合")
    undecided: int | None = Field(default=None, title="资料不足")
    examined: int | None = Field(default=None, title="参与比对")
    amount: Money | None = Field(default=None, title="金额合计")
    unit: str = Field(title="认定单位")
    job_id: int | None = Field(default=None, title="任务", description="家庭较多时在后台统计，结果见该任务")


Turning = Literal["lead", "review"]
