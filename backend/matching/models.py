"""Benefits in force, matching runs, findings, and what-if scenarios."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Index, Integer, Numeric, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, DIVISION_CODE, Record, Versioned, division_field, money_field


class BenefitStatus(LabelledEnum):
    """Whether a monthly benefit is being paid."""

    ACTIVE = "active", "发放中"
    SUSPENDED = "suspended", "暂停"
    ENDED = "ended", "已停发"


class Benefit(Versioned, table=True):
    """A monthly benefit that a household or person receives; payments write it, matching compares it."""

    __tablename__ = "benefit"
    __table_args__ = (
        Index(
            "uq_benefit_active",
            "household_id",
            "project_code",
            func.coalesce(text("person_id"), 0),
            unique=True,
            postgresql_where=text("status <> 'ended' AND NOT once"),
        ),
        Index("ix_benefit_area", "division_code", "project_code", "status"),
        Index("ix_benefit_person", "person_id", postgresql_where=text("person_id IS NOT NULL")),
    )

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", title="家庭")
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", title="人员")
    project_code: str = Field(max_length=10, title="项目代码")
    division_code: str = division_field()
    once: bool = Field(default=False, title="一次性")
    monthly_amount: Decimal = money_field("金额", description="按月发放的为月金额，一次性的为总额")
    from_month: date = Field(title="起发月份", description="每月以一日表示")
    to_month: date | None = Field(default=None, title="停发月份", description="当月起不再发放")
    status: BenefitStatus = Field(default=BenefitStatus.ACTIVE, sa_type=enum_column(BenefitStatus), title="状态")
    reference: str | None = Field(default=None, max_length=60, title="来源", description="如权益编号")


class FindingKind(LabelledEnum):
    """错、漏、重."""

    WRONG = "wrong", "错"
    MISSED = "missed", "漏"
    DUPLICATE = "duplicate", "重"


class FindingCause(LabelledEnum):
    """Why it is a finding."""

    NOT_ELIGIBLE = "not_eligible", "在享但不再符合条件"
    AMOUNT_DIFFERS = "amount_differs", "在享金额与核算金额不一致"
    ELIGIBLE_UNPAID = "eligible_unpaid", "符合条件但未享受"
    EXCLUSIVE = "exclusive", "同时享受互斥项目"
    TWO_HOUSEHOLDS = "two_households", "同一人在两个在册家庭享受同一项目"
    DEAD = "dead", "人员已死亡仍在发放"


class FindingStatus(LabelledEnum):
    """What became of a finding."""

    OPEN = "open", "待处理"
    TURNED = "turned", "已转办"
    CLOSED = "closed", "已消除"


class MatchingRun(Record, table=True):
    """One comparison of an area with the catalogue on a day. Its progress stands in the job."""

    __tablename__ = "matching_run"

    division_code: str = division_field("比对范围", index=True)
    project_codes: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)), title="比对项目")
    as_of: date = Field(title="核定日期")
    user_id: int = Field(sa_type=BigInteger, title="发起人")
    job_id: int | None = Field(default=None, sa_type=BigInteger, index=True, title="任务")
    units: int = Field(default=0, title="已比对家庭数")
    finished_at: datetime | None = Field(default=None, sa_type=AWARE, title="完成时间")


class MatchingRunArea(Record, table=True):
    """A finished part of a run, written in one transaction with its findings: a killed worker goes on after it."""

    __tablename__ = "matching_run_area"
    __table_args__ = (Index("uq_matching_run_area", "run_id", "division_code", unique=True),)

    run_id: int = Field(sa_type=BigInteger, foreign_key="matching_run.id", title="比对")
    division_code: str = Field(sa_type=DIVISION_CODE, title="范围")
    households: int = Field(default=0, title="家庭数")
    wrong: int = Field(default=0, title="错")
    missed: int = Field(default=0, title="漏")
    duplicate: int = Field(default=0, title="重")


class Finding(Versioned, table=True):
    """Something that is not as the rules say. One row while it lasts, however often it is found again."""

    __tablename__ = "finding"
    __table_args__ = (
        Index(
            "uq_finding_open",
            "kind",
            "cause",
            "household_id",
            func.coalesce(text("person_id"), 0),
            "project_code",
            func.coalesce(text("other_project_code"), ""),
            func.coalesce(text("other_household_id"), 0),
            unique=True,
            postgresql_where=text("status <> 'closed'"),
        ),
        Index("ix_finding_area", "division_code", "kind", "status", "id"),
        Index("ix_finding_run", "last_run_id", "first_run_id"),
        Index("ix_finding_household", "household_id"),
    )

    kind: FindingKind = Field(sa_type=enum_column(FindingKind), title="类别")
    cause: FindingCause = Field(sa_type=enum_column(FindingCause), title="原因")
    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", title="家庭")
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True, title="人员")
    project_code: str = Field(max_length=10, title="项目代码")
    other_project_code: str | None = Field(default=None, max_length=10, title="互斥项目")
    other_household_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="household.id", index=True, title="另一家庭"
    )
    division_code: str = division_field()
    why: dict[str, list[str]] | None = Field(
        default=None, sa_type=JSONB, title="不符合的条件", description="按语言，写下时的措辞"
    )
    paid_amount: Decimal | None = money_field("在享金额", default=None)
    due_amount: Decimal | None = money_field("核算金额", default=None)
    as_of: date = Field(title="核定日期")
    status: FindingStatus = Field(default=FindingStatus.OPEN, sa_type=enum_column(FindingStatus), title="状态")
    first_run_id: int = Field(sa_type=BigInteger, foreign_key="matching_run.id", title="首次发现")
    last_run_id: int = Field(sa_type=BigInteger, foreign_key="matching_run.id", title="最近发现")
    turned_into: str | None = Field(default=None, max_length=20, title="转办为")
    turned_by: int | None = Field(default=None, sa_type=BigInteger, title="转办人")
    turned_at: datetime | None = Field(default=None, sa_type=AWARE, title="转办时间")
    closed_at: datetime | None = Field(default=None, sa_type=AWARE, title="消除时间")


class ScenarioBasis(LabelledEnum):
    """Whose amounts change at once; who is newly eligible counts by the take-up rate in either case."""

    RECEIVING = "receiving", "在享对象"
    ELIGIBLE = "eligible", "全部符合条件的对象"


class Scenario(Record, table=True):
    """A what-if (DOMAIN §3.7): its own rows, never the registry's or the ledger's. Its progress stands in the job."""

    __tablename__ = "scenario"

    division_code: str = division_field("测算范围", index=True)
    user_id: int = Field(sa_type=BigInteger, title="测算人")
    change_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="parameter_change.id", index=True, title="参数变更"
    )
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, title="拟调整的参数")
    take_up: Decimal = Field(default=Decimal(1), sa_type=Numeric(5, 4), title="申领率")
    basis: ScenarioBasis = Field(default=ScenarioBasis.RECEIVING, sa_type=enum_column(ScenarioBasis), title="测算口径")
    annual_budget: Decimal | None = money_field("年度预算", default=None)
    from_day: date = Field(title="起始日期")
    as_of: datetime = Field(sa_type=AWARE, title="数据时点")
    job_id: int | None = Field(default=None, sa_type=BigInteger, index=True, title="任务")
    finished_at: datetime | None = Field(default=None, sa_type=AWARE, title="完成时间")
    summary: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="结果")


class ScenarioLine(Record, table=True):
    """What a what-if means for a town, residence and project, per month."""

    __tablename__ = "scenario_line"
    __table_args__ = (Index("uq_scenario_line", "scenario_id", "town_code", "project_code", "residence", unique=True),)

    scenario_id: int = Field(sa_type=BigInteger, foreign_key="scenario.id", title="测算")
    town_code: str = Field(sa_type=DIVISION_CODE, title="镇街")
    project_code: str = Field(max_length=10, title="项目代码")
    residence: str = Field(default="", max_length=10, title="城乡类别")
    monthly: bool = Field(default=True, title="按月发放")
    before_count: int = Field(default=0, sa_type=Integer, title="现有对象")
    after_count: int = Field(default=0, sa_type=Integer, title="调整后原有对象")
    entrants: int = Field(default=0, sa_type=Integer, title="新增符合")
    leavers: int = Field(default=0, sa_type=Integer, title="退出")
    raised: int = Field(default=0, sa_type=Integer, title="金额增加")
    lowered: int = Field(default=0, sa_type=Integer, title="金额减少")
    unclaimed: int = Field(default=0, sa_type=Integer, title="符合未享受")
    before_amount: Decimal = money_field("现月支出")
    after_amount: Decimal = money_field("调整后月支出")
    entrant_amount: Decimal = money_field("新增对象月支出", description="全部申领时")
