"""A project's definition as data: whom it is for, how much, by which path, from which fund, on which basis.

The shipped YAML, a version's JSON in the database and the API's body have this one shape. `ProjectDefinition` holds
what is evaluated and walked; `CatalogueEntry` describes an aid that another department decides.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from backend.catalogue.content_terms import (
    BenefitForm,
    ClockStart,
    FieldType,
    Guard,
    Level,
    ObtainMode,
    Resolution,
    Scope,
    StepKind,
    TargetGroup,
    TierLaw,
    TierSeed,
)
from backend.catalogue.rules.examples import Example
from backend.catalogue.rules.vocabulary import FactType, Source, UnitOf
from backend.kernel.clocks import PeriodUnit
from backend.kernel.money import Rounding
from backend.kernel.refusals import Refused, Sentence

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}[A-Z0-9]{0,3}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Instrument = Annotated[str, StringConstraints(pattern=r"^L[0-9]{2}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Long = Annotated[str, StringConstraints(max_length=1000)]
Days = Annotated[int, Field(ge=0, le=366)]


def _refused(template: str, **facts: str | int | Sentence) -> PydanticCustomError:
    return Refused(template, **facts).as_field_error()


class Part(BaseModel):
    """A part of a definition; a misspelt key is refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_empty(cls, given: Any) -> Any:
        """Read what a form left empty as not given."""
        if not isinstance(given, dict):
            return given
        return {key: value for key, value in given.items() if value is not None and value != ""}


class Basis(Part):
    """An instrument and the article that the rule follows."""

    instrument: Instrument = Field(title="文件编号")
    article: str = Field(default="", max_length=60, title="条款")


class Amount(Part):
    """How much: a formula in yuan per month or per grant. Without formula it is set case by case."""

    formula: str | None = Field(default=None, max_length=4000, title="公式")
    rounding: Rounding = Field(default=Rounding.UP, title="取整方式", description="公式已按此取整，供文书说明")
    description: Long = Field(default="", title="计算说明")


class Material(Part):
    """A proof. What can be had by sharing names its source and is never demanded from the applicant."""

    code: Key = Field(title="材料代码")
    name: Short = Field(title="材料名称")
    obtain_mode: ObtainMode = Field(title="获取方式")
    source: list[Source] = Field(default_factory=list, title="共享来源")
    required: bool = Field(default=True, title="必需")
    note: Long = Field(default="", title="说明")

    @model_validator(mode="after")
    def _source_fits(self) -> Self:
        if (self.obtain_mode is ObtainMode.SHARE) != bool(self.source):
            raise _refused("材料“{material}”：数据共享获取的应写明共享来源，其他方式不写", material=self.name)
        return self


class FormField(Part):
    """An entry of the application form. `fact` is the word that the answer becomes."""

    name: Key = Field(title="字段代码")
    label: Short = Field(title="字段名称")
    type: FieldType = Field(title="类型")
    required: bool = Field(default=False, title="必填")
    fact: Key | None = Field(default=None, title="对应事实")
    options: dict[Key, Short] = Field(default_factory=dict, title="选项")
    help: Long = Field(default="", title="填写说明")

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        if self.options and self.type not in (FieldType.CHOICE, FieldType.CHOICES):
            raise _refused("字段“{field}”不是选项，不应填写选项", field=self.label)
        if not self.options and self.type in (FieldType.CHOICE, FieldType.CHOICES) and self.fact is None:
            raise _refused("字段“{field}”没有选项，请填写选项或指定对应事实", field=self.label)
        return self


class Step(Part):
    """A step of the path. Its clock is working days, calendar days or hours. `roles` are those of the policies."""

    kind: StepKind = Field(title="环节类型")
    code: Key | None = Field(default=None, title="环节代码", description="不填则与类型相同；同一类型出现两次时必填")
    name: Short | None = Field(default=None, title="环节名称")
    level: Level = Field(title="办理层级")
    roles: list[Key] = Field(min_length=1, max_length=5, title="办理角色")
    actions: list[Key] = Field(
        default_factory=list, max_length=20, title="可办理的操作", description="不填则为该类型的全部操作"
    )
    working_days: Days | None = Field(default=None, title="工作日")
    calendar_days: Days | None = Field(default=None, title="日历日")
    hours: Annotated[int, Field(ge=1, le=240)] | None = Field(default=None, title="小时")
    people: Annotated[int, Field(ge=1, le=9)] = Field(default=1, title="最少人数")
    guards: list[Guard] = Field(default_factory=list, max_length=20, title="办理条件")
    letters: list[Annotated[str, StringConstraints(pattern=r"^L-\d{2}$")]] = Field(default_factory=list, title="文书")
    optional: bool = Field(default=False, title="可省略")
    note: Long = Field(default="", title="说明")

    @property
    def key(self) -> str:
        """The step's code, that of its kind unless it has its own."""
        return self.code or self.kind.value

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if sum(period is not None for period in (self.working_days, self.calendar_days, self.hours)) > 1:
            raise _refused("环节“{step}”只能有一种时限", step=self.name or self.kind.label)
        return self


class Clock(Part):
    """How long the whole may take: the county's promise, the law's limit, its extension, hours for emergencies."""

    promise_days: Days | None = Field(default=None, title="承诺时限")
    statutory_days: Days | None = Field(default=None, title="法定时限")
    extended_days: Days | None = Field(default=None, title="特殊情况时限")
    urgent_hours: Annotated[int, Field(ge=1, le=240)] | None = Field(default=None, title="急难时限（小时）")
    papers_days: Days | None = Field(default=None, title="补齐手续时限")
    unit: PeriodUnit = Field(default=PeriodUnit.WORKING_DAYS, title="单位")
    starts_at: ClockStart = Field(default=ClockStart.ACCEPTED, title="起算")
    exclude_publicity: bool = Field(default=False, title="公示不计入时限")
    note: Long = Field(default="", title="说明")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        known = [days for days in (self.promise_days, self.statutory_days, self.extended_days) if days is not None]
        if known != sorted(known):
            raise _refused("承诺时限不应长于法定时限，法定时限不应长于特殊情况时限")
        return self


class Publicity(Part):
    """公示 before the decision and 公布 after it; 0 days means none, with the reason why."""

    days: Annotated[int, Field(ge=0, le=60)] = Field(title="公示天数")
    unit: PeriodUnit = Field(default=PeriodUnit.CALENDAR_DAYS, title="单位")
    places: list[Level] = Field(default_factory=list, title="公示地点")
    shown: list[Short] = Field(default_factory=list, title="公示内容")
    after_approval: bool = Field(default=False, title="确认后长期公布")
    note: Long = Field(default="", title="说明")

    @model_validator(mode="after")
    def _place_fits(self) -> Self:
        if self.days and not self.places:
            raise _refused("需要公示的项目应写明公示地点")
        return self


class Review(Part):
    """How often a benefit is looked at again, in months; by class of 低保 where that differs."""

    months: Annotated[int, Field(ge=1, le=60)] | None = Field(default=None, title="复核周期（月）")
    by_class: dict[Annotated[str, StringConstraints(pattern="^[ABC]$")], Annotated[int, Field(ge=1, le=60)]] = Field(
        default_factory=dict, title="分类周期（月）"
    )
    note: Long = Field(default="", title="说明")


class Decision(Part):
    """Who decides, up to which amount, and by which article (社会救助法 第44条)."""

    level: Level = Field(title="审批层级")
    delegated: bool = Field(default=False, title="由县级委托镇街")
    limit: str | None = Field(default=None, max_length=500, title="镇街审批限额公式", description="超过限额由县级审批")
    basis: list[Basis] = Field(default_factory=list, title="依据")
    note: Long = Field(default="", title="说明")


class Fund(Part):
    """From which book, under which budget subject and account; by residence where these differ."""

    book: Annotated[str, StringConstraints(pattern=r"^BK\d{2}$")] = Field(title="账套")
    town_reserve: bool = Field(default=False, title="由镇街备用金先行支付")
    subject: dict[Annotated[str, StringConstraints(pattern="^(rural|urban)$")], str] = Field(title="预算科目")
    account: dict[Annotated[str, StringConstraints(pattern="^(rural|urban)$")], str] = Field(title="支出科目")
    economic: str = Field(default="50901", title="政府预算经济分类")


class Exclusion(Part):
    """Another project that the same person or household may not have at the same time."""

    project: Code = Field(title="互斥项目")
    among: Scope = Field(title="范围")
    resolution: Resolution = Field(title="处理")
    basis: list[Basis] = Field(default_factory=list, title="依据")
    note: Long = Field(default="", title="说明")


class Described(Part):
    """What every entry of the catalogue says."""

    code: Code = Field(title="项目代码")
    name: Short = Field(title="项目名称")
    tier_seed: TierSeed = Field(title="救助层次")
    tier_law: TierLaw = Field(title="法定类别")
    department: Short = Field(title="主管部门")
    target_groups: list[TargetGroup] = Field(min_length=1, title="救助对象类别")
    target: Long = Field(min_length=2, title="救助对象")
    benefit_form: BenefitForm = Field(title="救助方式")
    other_forms: list[BenefitForm] = Field(default_factory=list, title="其他方式")
    residence: Annotated[str, StringConstraints(pattern="^(rural|urban|both)$")] = Field(
        default="both", title="适用城乡"
    )
    basis: list[Basis] = Field(default_factory=list, title="依据")
    valid_from: date = Field(title="起始日期")
    valid_to: date | None = Field(default=None, title="终止日期")
    exclusions: list[Exclusion] = Field(default_factory=list, title="互斥项目")
    note: Long = Field(default="", title="说明")


class CatalogueEntry(Described):
    """An aid described for guidance and referral; its conditions are decided outside of this system."""

    standard: Long = Field(title="标准")
    path_text: Long = Field(title="办理流程")
    promise_days: Days | None = Field(default=None, title="承诺时限（工作日）")
    statutory_days: Days | None = Field(default=None, title="法定时限（工作日）")
    urgent_hours: int | None = Field(default=None, title="急难时限（小时）")
    time_text: Long = Field(default="", title="时限说明")
    applicant_gives: list[Short] = Field(default_factory=list, title="申请人提供")
    by_sharing: list[Source] = Field(default_factory=list, title="数据共享")
    review_text: Long = Field(default="", title="复核")
    decision_level: Level | None = Field(default=None, title="审批层级")
    publicity: Publicity | None = Field(default=None, title="公示")
    fund_book: str | None = Field(default=None, title="账套")
    budget_subject: str | None = Field(default=None, title="预算科目")


class ProjectDefinition(Described):
    """A project that is matched, applied for, decided and paid here."""

    unit: UnitOf = Field(title="认定单位", description="household 按家庭，person 按个人")
    rule: dict[str, Any] = Field(title="条件")
    amount: Amount = Field(title="金额")
    granted_with: list[Code] = Field(default_factory=list, title="随下列项目一并核定")
    materials: list[Material] = Field(default_factory=list, max_length=60, title="材料")
    form: list[FormField] = Field(default_factory=list, max_length=100, title="申请表字段")
    path: list[Step] = Field(min_length=1, max_length=30, title="流程")
    clock: Clock = Field(title="时限")
    decision: Decision = Field(title="审批")
    publicity: Publicity = Field(title="公示")
    review: Review = Field(title="复核")
    fund: Fund = Field(title="资金")
    examples: list[Example] = Field(min_length=1, max_length=200, title="示例")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.unit not in (UnitOf.HOUSEHOLD, UnitOf.PERSON):
            raise _refused("认定单位只能是家庭或个人")
        for what, keys in (
            ("环节代码", [step.key for step in self.path]),
            ("材料代码", [material.code for material in self.materials]),
            ("字段代码", [field.name for field in self.form]),
        ):
            if doubled := {key for key in keys if keys.count(key) > 1}:
                raise _refused("{what}重复：{doubled}", what=Sentence(what), doubled="、".join(sorted(doubled)))
        if self.publicity.days and all(step.kind is not StepKind.PUBLICITY for step in self.path):
            raise _refused("规定了公示天数，但流程中没有公示环节")
        if self.clock.urgent_hours and all(step.kind is not StepKind.PAYMENT for step in self.path):
            raise _refused("规定了急难时限，但流程中没有先行救助环节")
        return self

    @property
    def decision_level(self) -> Level:
        """Who confirms."""
        return self.decision.level


class ParameterValue(Part):
    """One number from a day on, until the next of the same residence or `valid_to`."""

    residence: Annotated[str, StringConstraints(pattern="^(rural|urban)$")] | None = Field(default=None, title="城乡")
    value: Decimal = Field(title="数值")
    valid_from: date = Field(title="起始日期")
    valid_to: date | None = Field(default=None, title="终止日期")
    basis: str = Field(default="", max_length=300, title="依据")
    uncertain: bool = Field(default=False, title="待核实")


class ParameterContent(Part):
    """A parameter with its history. `uncertain` numbers must be checked before they are a legal default."""

    code: Key = Field(title="参数代码")
    label: Short = Field(title="参数名称")
    type: FactType = Field(title="类型")
    unit: str = Field(default="", max_length=20, title="单位")
    positive: bool = Field(default=False, title="恒大于零")
    meaning: Long = Field(default="", title="含义")
    basis: str = Field(default="", max_length=300, title="依据")
    uncertain: bool = Field(default=False, title="待核实")
    area: Annotated[str, StringConstraints(pattern=r"^\d{2,6}$")] = Field(default="371623", title="适用区划")
    values: list[ParameterValue] = Field(min_length=1, title="数值")
