"""Leads and what was done about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Record, Versioned, division_field


class LeadSource(LabelledEnum):
    """Who noticed (DOMAIN §4.6)."""

    GRID = "grid", "网格走访"
    HOTLINE = "hotline", "12349热线"
    COMMUNITY = "community", "社区村居"
    HOSPITAL = "hospital", "医院"
    SCHOOL = "school", "学校"
    POLICE = "police", "公安"
    DISABLED_FEDERATION = "disabled_federation", "残联"
    MEDICAL_INSURANCE = "medical_insurance", "医保高额费用推送"
    MONITORING = "monitoring", "监测对象比对"
    MATCHING = "matching", "数据比对"
    DEPARTMENT = "department", "其他部门"
    PARTNER = "partner", "第三方机构"
    CHARITY = "charity", "慈善组织"
    PUBLIC = "public", "群众反映"


class Urgency(LabelledEnum):
    """How soon somebody must have been there."""

    RED = "red", "红色（24小时）"
    ORANGE = "orange", "橙色（3日）"
    YELLOW = "yellow", "黄色（7日）"


class LeadStatus(LabelledEnum):
    """Where a lead stands. Allowed moves: `rules.MOVES`."""

    NEW = "new", "待派单"
    ASSIGNED = "assigned", "待核实"
    VERIFIED = "verified", "已核实"
    CONVERTED = "converted", "已帮助申请"
    REFERRED = "referred", "已转介"
    CLOSED = "closed", "已办结"


class Hardship(LabelledEnum):
    """致困原因 (DOMAIN §6.3)."""

    ILLNESS = "illness", "因病"
    DISABILITY = "disability", "因残"
    LABOUR = "labour", "缺劳力"
    UNEMPLOYMENT = "unemployment", "失业"
    EDUCATION = "education", "因学"
    DISASTER = "disaster", "因灾"
    ACCIDENT = "accident", "意外事故"
    NO_SUPPORT = "no_support", "失依（无赡养）"
    LOW_INCOME = "low_income", "收入低"
    IMPRISONED_RELATIVE = "imprisoned_relative", "服刑或戒毒家属"
    OTHER = "other", "其他"


class LeadBase(SQLModel):
    """What is reported."""

    source: LeadSource = Field(sa_type=enum_column(LeadSource), title="来源")
    urgency: Urgency = Field(default=Urgency.YELLOW, sa_type=enum_column(Urgency), title="紧急程度")
    hardship: Hardship = Field(default=Hardship.OTHER, sa_type=enum_column(Hardship), title="致困原因")
    person_name: str | None = Field(default=None, max_length=50, title="人员姓名")
    location: str | None = Field(default=None, max_length=200, title="地点")
    facts: str = Field(min_length=2, max_length=2000, title="情况说明")
    consent_basis: str | None = Field(default=None, max_length=200, title="信息使用依据")


class Lead(Versioned, LeadBase, table=True):
    """A sign that somebody may need help; its clock runs from the moment it came in."""

    __tablename__ = "lead"
    __table_args__ = (
        Index("ix_lead_area", "division_code", "status", "id"),
        Index("ix_lead_due", "status", "due_at"),
        Index("uq_lead_finding", "finding_id", unique=True, postgresql_where=text("finding_id IS NOT NULL")),
        Index("ix_lead_household", "household_id"),
    )

    division_code: str = division_field()
    status: LeadStatus = Field(default=LeadStatus.NEW, sa_type=enum_column(LeadStatus), title="状态")
    received_at: datetime = Field(sa_type=AWARE, title="接到时间")
    due_at: datetime = Field(sa_type=AWARE, title="应联系时间")
    contacted_at: datetime | None = Field(default=None, sa_type=AWARE, title="首次联系时间")
    household_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="household.id", title="家庭")
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", title="人员编号")
    project_code: str | None = Field(default=None, max_length=20, title="建议项目")
    finding_id: int | None = Field(default=None, sa_type=BigInteger, title="比对疑点编号")
    assigned_to: int | None = Field(default=None, sa_type=BigInteger, title="承办人编号")
    assignee: str | None = Field(default=None, max_length=60, title="承办人")
    case_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="case.id", index=True, title="案件")
    outcome: str | None = Field(default=None, max_length=500, title="处理结果")
    reported_by: int = Field(sa_type=BigInteger, title="报告人编号")
    reporter: str = Field(max_length=60, title="报告人")

    @property
    def key(self) -> int:
        """Return the id of a stored lead; 0 before."""
        return self.id or 0


class LeadStep(Record, table=True):
    """One act on a lead."""

    __tablename__ = "lead_step"

    lead_id: int = Field(sa_type=BigInteger, foreign_key="lead.id", index=True, title="线索")
    division_code: str = division_field()
    action: str = Field(max_length=20, title="操作")
    from_status: LeadStatus | None = Field(default=None, sa_type=enum_column(LeadStatus), title="原状态")
    to_status: LeadStatus = Field(sa_type=enum_column(LeadStatus), title="现状态")
    user_id: int = Field(sa_type=BigInteger, title="办理人编号")
    actor: str = Field(max_length=60, title="办理人")
    note: str | None = Field(default=None, max_length=2000, title="说明")
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="内容")
    at: datetime = Field(sa_type=AWARE, title="时间")
