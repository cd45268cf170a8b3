"""A case, its timeline and its decision."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Index, Sequence, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.cases.models.codes import CaseKind, CaseState, Change, Channel, DecisionLevel
from backend.kernel.labels import enum_column
from backend.kernel.models import AWARE, Record, Versioned, division_field, money_field

NUMBERS = Sequence("case_number_seq", metadata=SQLModel.metadata)


class CaseBase(SQLModel):
    """What the applicant states; the API's input and the table share it."""

    project_code: str = Field(min_length=1, max_length=20, title="救助项目")
    channel: Channel = Field(default=Channel.WINDOW, sa_type=enum_column(Channel), title="申请渠道")
    reason: str = Field(min_length=1, max_length=500, title="申请事由")
    commitment_signed: bool = Field(default=False, title="已签署承诺书和核对授权书")


class Case(Versioned, CaseBase, table=True):
    """One application, urgent aid or review of one household, and what became of it."""

    __tablename__ = "case"
    __table_args__ = (
        Index("uq_case_number", "number", unique=True),
        Index("ix_case_area", "division_code", "id"),
        Index("ix_case_waits", "waits_for", "division_code", "due_at"),
        Index("ix_case_state", "state", "division_code", "id"),
        Index("ix_case_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_case_household", "household_id", "project_code"),
        Index("ix_case_applicant", "applicant_id"),
        Index("ix_case_department", "department", "id"),
        Index("uq_case_finding", "finding_id", unique=True, postgresql_where=text("finding_id IS NOT NULL")),
        # The same need twice at once: the second request finds this instead of a second open case.
        Index(
            "uq_case_open",
            "household_id",
            "project_code",
            "kind",
            unique=True,
            postgresql_where=text("open AND kind = 'application'"),
        ),
    )

    number: str = Field(max_length=40, title="申请编号")
    kind: CaseKind = Field(default=CaseKind.APPLICATION, sa_type=enum_column(CaseKind), title="案件类别")
    project_name: str = Field(max_length=100, title="项目名称")
    department: str = Field(max_length=40, title="主管部门")
    version_id: int = Field(sa_type=BigInteger, foreign_key="project_version.id", index=True, title="项目版本")
    household_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="household.id", title="申请家庭")
    applicant_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", title="申请人编号")
    applicant_name: str = Field(max_length=50, title="申请人")
    division_code: str = division_field()
    decision_level: DecisionLevel = Field(sa_type=enum_column(DecisionLevel), title="审批层级")
    state: CaseState = Field(sa_type=enum_column(CaseState), title="办理状态")
    step: str = Field(max_length=40, title="环节")
    step_name: str = Field(max_length=60, title="环节名称")
    step_kind: str = Field(max_length=40, title="环节类别")
    step_index: int = Field(default=0, title="环节序号")
    step_permission: str = Field(max_length=60, title="环节权限")
    open: bool = Field(default=True, title="在办")
    waits_for: str | None = Field(default=None, max_length=60, title="待办权限")
    waits_roles: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"), title="待办角色"
    )
    step_roles: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"), title="环节角色"
    )
    urgent: bool = Field(default=False, title="急难")
    first_contact_at: datetime | None = Field(default=None, sa_type=AWARE, title="首次接触时间")
    submitted_at: datetime | None = Field(default=None, sa_type=AWARE, title="提交时间")
    accepted_at: datetime | None = Field(default=None, sa_type=AWARE, title="受理时间")
    step_started_at: datetime = Field(sa_type=AWARE, title="环节开始时间")
    step_due_at: datetime | None = Field(default=None, sa_type=AWARE, title="环节到期时间")
    due_at: datetime | None = Field(default=None, sa_type=AWARE, title="到期时间")
    amber_at: datetime | None = Field(default=None, sa_type=AWARE, title="预警时间")
    red_at: datetime | None = Field(default=None, sa_type=AWARE, title="临期时间")
    promise_due_at: datetime | None = Field(default=None, sa_type=AWARE, title="承诺到期时间")
    statutory_due_at: datetime | None = Field(default=None, sa_type=AWARE, title="法定到期时间")
    urgent_due_at: datetime | None = Field(default=None, sa_type=AWARE, title="先行救助到期时间")
    provisional: bool = Field(
        default=False, title="到期日暂定", description="跨越国务院尚未公布节假日安排的年度，公布后重新计算"
    )
    extended: bool = Field(default=False, title="已延期")
    extension_days: int | None = Field(default=None, title="延期后法定工作日")
    authorized_amount: Decimal | None = money_field("县级授权金额", default=None)
    amount: Decimal | None = money_field("决定金额", default=None)
    start_month: date | None = Field(default=None, title="起发月份")
    decided_at: datetime | None = Field(default=None, sa_type=AWARE, title="决定时间")
    decided_by: int | None = Field(default=None, sa_type=BigInteger, title="决定人编号")
    closed_at: datetime | None = Field(default=None, sa_type=AWARE, title="办结时间")
    spot_check: bool = Field(default=False, title="须县级入户抽查")
    origin_case_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="case.id", index=True, title="原案件"
    )
    finding_id: int | None = Field(default=None, sa_type=BigInteger, title="比对疑点编号")
    change: Change | None = Field(default=None, sa_type=enum_column(Change), title="拟变更")
    form: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="申请表内容")

    @property
    def key(self) -> int:
        """Return the id of a stored case; 0 before."""
        return self.id or 0


class CaseStep(Record, table=True):
    """One act on a case, as the timeline shows it; never changed afterwards."""

    __tablename__ = "case_step"
    __table_args__ = (Index("uq_case_step_number", "case_id", "number", unique=True),)

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", title="案件")
    number: int = Field(title="序号")
    division_code: str = division_field()
    action: str = Field(max_length=40, title="操作")
    action_name: str = Field(max_length=60, title="操作名称")
    step: str = Field(max_length=40, title="环节")
    step_name: str = Field(max_length=60, title="环节名称")
    from_state: CaseState | None = Field(default=None, sa_type=enum_column(CaseState), title="原状态")
    to_state: CaseState = Field(sa_type=enum_column(CaseState), title="现状态")
    user_id: int = Field(sa_type=BigInteger, title="办理人编号")
    actor: str = Field(max_length=60, title="办理人")
    actor_division: str | None = Field(default=None, max_length=15, title="办理人所在区划")
    actor_roles: str = Field(default="", max_length=300, title="办理人角色")
    opinion: str | None = Field(default=None, max_length=1000, title="意见")
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="内容")
    at: datetime = Field(sa_type=AWARE, title="办理时间")
    due_at: datetime | None = Field(default=None, sa_type=AWARE, title="环节到期时间")
    used_gross: int | None = Field(default=None, title="累计用时（毛）")
    used_net: int | None = Field(default=None, title="累计用时（净）")


class CaseDecision(Record, table=True):
    """What the decision stood on: household, version, numbers and trace of that moment; never changed afterwards."""

    __tablename__ = "case_decision"

    case_id: int = Field(sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    division_code: str = division_field()
    result: str = Field(max_length=20, title="决定")
    amount: Decimal | None = money_field("金额", default=None)
    computed_amount: Decimal | None = money_field("测算金额", default=None)
    start_month: date | None = Field(default=None, title="起发月份")
    reasons: list[str] = Field(default_factory=list, sa_type=JSONB, title="理由")
    legal_basis: str | None = Field(default=None, max_length=300, title="依据")
    version_id: int = Field(sa_type=BigInteger, title="项目版本")
    snapshot: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="家庭情况快照")
    trace: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, title="逐条判断")
    user_id: int = Field(sa_type=BigInteger, title="决定人编号")
    user_name: str = Field(max_length=60, title="决定人")
    decided_at: datetime = Field(sa_type=AWARE, title="决定时间")
