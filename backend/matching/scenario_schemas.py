"""What a what-if takes and gives (DOMAIN §3.7)."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from backend.catalogue.models import Residence
from backend.catalogue.schemas import Number
from backend.kernel.jobs import JobStatus
from backend.kernel.models import ZERO
from backend.kernel.money import Money, SignedMoney
from backend.ledger.models import FundSource
from backend.matching.models import ScenarioBasis
from backend.matching.schemas import DIVISION

PARAMETERS: JsonDict = {"x-options": "/api/v1/parameter-names/options"}


class ScenarioRow(BaseModel):
    """A what-if in the list."""

    id: int = Field(title="编号")
    title: str = Field(title="测算内容")
    division_code: str = Field(title="测算范围")
    from_day: date = Field(title="起始日期")
    take_up: Number = Field(title="申领率")
    status: JobStatus | None = Field(default=None, title="状态")
    annual_cost: SignedMoney | None = Field(default=None, title="每年增支")
    as_of: datetime = Field(title="数据时点")
    allowed_actions: list[str] = Field(default_factory=list)


class Change(BaseModel):
    """A number that might be changed."""

    parameter: str = Field(max_length=60, title="参数", json_schema_extra=PARAMETERS)
    residence: Residence | None = Field(default=None, title="城乡类别", description="不填则城乡都调整")
    value: Decimal = Field(ge=0, max_digits=16, decimal_places=6, title="拟定数值")


class WhatIfIn(BaseModel):
    """Numbers that might be changed together; one of them may be given without the list."""

    changes: list[Change] = Field(default_factory=list, max_length=20, title="拟调整的参数")
    parameter: str | None = Field(
        default=None, max_length=60, title="参数代码", json_schema_extra=PARAMETERS | {"x-hidden": True}
    )
    residence: Residence | None = Field(default=None, title="城乡类别", json_schema_extra={"x-hidden": True})
    value: Decimal | None = Field(
        default=None, ge=0, max_digits=16, decimal_places=6, title="拟定数值", json_schema_extra={"x-hidden": True}
    )
    from_day: date | None = Field(default=None, alias="from", title="起始日期", description="不填则今天")
    division_code: str | None = Field(
        default=None, max_length=15, title="测算范围", description="不填则本人辖区", json_schema_extra=DIVISION
    )
    take_up: Decimal = Field(
        default=Decimal(1),
        ge=0,
        le=1,
        decimal_places=4,
        title="申领率",
        description="新符合条件的对象中预计申请的比例，0 至 1",
    )
    basis: ScenarioBasis = Field(
        default=ScenarioBasis.RECEIVING, title="测算口径", description="原有对象按在享还是按全部符合条件的计"
    )
    annual_budget: Money | None = Field(default=None, title="年度预算", description="填写后计算预算余量")

    def all_changes(self) -> list[Change]:
        """Return the list, with the single change in front when one is given."""
        if self.parameter is None or self.value is None:
            return self.changes
        return [Change(parameter=self.parameter, residence=self.residence, value=self.value), *self.changes]


class ChangeOut(BaseModel):
    """A supposed number beside the one in force."""

    parameter: str = Field(title="参数代码")
    label: str = Field(title="参数")
    unit: str = Field(title="单位")
    residence: Residence | None = Field(title="城乡类别")
    current: Number | None = Field(title="现行数值")
    value: Number = Field(title="拟定数值")


class Effect(BaseModel):
    """What a what-if means for some of the people, per month; money with the take-up rate applied."""

    before_count: int = Field(default=0, title="现有对象")
    after_count: int = Field(default=0, title="调整后原有对象")
    entrants: int = Field(default=0, title="新增符合")
    expected: Number = Field(default=Decimal(0), title="预计新增申领")
    leavers: int = Field(default=0, title="退出")
    raised: int = Field(default=0, title="金额增加")
    lowered: int = Field(default=0, title="金额减少")
    unclaimed: int = Field(default=0, title="符合未享受")
    before_amount: Money = Field(default=ZERO, title="现月支出")
    after_amount: Money = Field(default=ZERO, title="调整后月支出")
    monthly_cost: SignedMoney = Field(default=ZERO, title="每月增支")


class TownEffect(Effect):
    """A town's, all monthly projects together."""

    town_code: str = Field(title="镇街代码")
    town_name: str = Field(title="镇街")


class ProjectEffect(Effect):
    """A project's; one that is not paid monthly has no part in the cost."""

    project_code: str = Field(title="项目代码")
    project_name: str = Field(title="项目")
    monthly: bool = Field(title="按月发放")


class ResidenceEffect(Effect):
    """Of the urban or the rural households."""

    residence: Residence = Field(title="城乡类别")


class WhatIfLine(Effect):
    """What it means for a town, residence and project."""

    town_code: str = Field(title="镇街代码")
    town_name: str = Field(title="镇街")
    project_code: str = Field(title="项目代码")
    project_name: str = Field(title="项目")
    residence: Residence | None = Field(title="城乡类别")
    monthly: bool = Field(title="按月发放")


class FloorTest(BaseModel):
    """Twelve standards beside last year's consumption: at least the lower share, by residence."""

    residence: Residence = Field(title="城乡类别")
    consumption: Money = Field(title="上年人均消费支出")
    standard_before: Money = Field(title="现行标准")
    standard_after: Money = Field(title="拟定标准")
    ratio_before: Number = Field(title="现行占比", description="十二个月标准除以上年人均消费支出")
    ratio_after: Number = Field(title="调整后占比")
    floor: Number = Field(title="下限")
    passed: bool = Field(title="达到下限")


class Sensitivity(BaseModel):
    """The cost at another take-up rate."""

    take_up: Number = Field(title="申领率")
    expected: Number = Field(title="预计新增申领")
    monthly_cost: SignedMoney = Field(title="每月增支")
    annual_cost: SignedMoney = Field(title="每年增支")


class OneOff(BaseModel):
    """One-off aid whose amount hangs on the number: what the last twelve months would have cost at most."""

    project_code: str = Field(title="项目代码")
    project_name: str = Field(title="项目")
    payments: int = Field(title="近十二个月笔数")
    paid: Money = Field(title="近十二个月金额")
    at_most: SignedMoney = Field(title="增支上限", description="全部按标准的涨幅增加时")


class SourceShare(BaseModel):
    """A source's part in what the change costs, as it had part in the grants of the last twelve months."""

    fund_source: FundSource = Field(title="资金来源")
    share: Number = Field(title="占比", description="近十二个月拨款中的比例")
    annual_cost: SignedMoney = Field(title="每年增支")


class WhatIfOut(BaseModel):
    """Outcome of a what-if. Nothing but the scenario's own rows was written."""

    id: int = Field(title="编号")
    title: str = Field(title="测算内容")
    changes: list[ChangeOut] = Field(title="拟调整的参数")
    from_day: date = Field(title="起始日期")
    division_code: str = Field(title="测算范围代码")
    division_name: str = Field(title="测算范围")
    take_up: Number = Field(title="申领率")
    basis: ScenarioBasis = Field(title="测算口径")
    annual_budget: Money | None = Field(title="年度预算")
    as_of: datetime = Field(title="数据时点")
    status: JobStatus = Field(title="状态")
    progress: float = Field(title="进度", description="0 至 1")
    message: str | None = Field(title="说明")
    finished_at: datetime | None = Field(title="完成时间")
    job_id: int | None = Field(default=None, title="任务", json_schema_extra={"x-hidden": True})
    allowed_actions: list[str] = Field(default_factory=list)
    households: int = Field(default=0, title="测算家庭数")
    total: Effect = Field(default_factory=Effect, title="合计")
    entrants: int = Field(default=0, title="新增")
    leavers: int = Field(default=0, title="退出")
    monthly_cost: SignedMoney = Field(default=ZERO, title="每月增支", description="仅计按月发放的项目；负数为减支")
    annual_cost: SignedMoney = Field(default=ZERO, title="每年增支")
    annual_after: SignedMoney = Field(default=ZERO, title="调整后年支出")
    headroom: SignedMoney | None = Field(default=None, title="预算余量", description="年度预算减调整后年支出")
    margin_in: int | None = Field(default=None, title="新进入低保边缘的家庭")
    margin_out: int | None = Field(default=None, title="退出低保边缘的家庭")
    gap_before: Number | None = Field(default=None, title="现行农村与城镇标准之比")
    gap_after: Number | None = Field(default=None, title="调整后农村与城镇标准之比")
    shortfall: Money | None = Field(
        default=None, title="每月收入缺口", description="人均收入低于拟定标准的家庭合计，财产不符合规定的不计"
    )
    filled_before: Number | None = Field(default=None, title="现行补助弥补的比例")
    filled_after: Number | None = Field(default=None, title="调整后弥补的比例")
    sources: list[SourceShare] = Field(default_factory=list, title="分资金来源")
    floors: list[FloorTest] = Field(default_factory=list, title="标准下限检验")
    sensitivity: list[Sensitivity] = Field(default_factory=list, title="申领率敏感性")
    one_off: list[OneOff] = Field(default_factory=list, title="一次性救助")
    towns: list[TownEffect] = Field(default_factory=list, title="分镇街")
    projects: list[ProjectEffect] = Field(default_factory=list, title="分项目")
    residences: list[ResidenceEffect] = Field(default_factory=list, title="分城乡")
    lines: list[WhatIfLine] = Field(default_factory=list, title="分镇街分项目")
