"""Dated parameters: every number of the law that changes with year and place."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, Numeric, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from backend.catalogue.rules.vocabulary import FactType
from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Record, Versioned, division_field
from backend.kernel.scope import Scope

VALUE: Any = Numeric(16, 6)


class Residence(LabelledEnum):
    """Whose standard it is; a parameter without one holds for both."""

    RURAL = "rural", "农村"
    URBAN = "urban", "城镇"


class ChangeStatus(LabelledEnum):
    """Where a proposed number stands."""

    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class ParameterName(Record, table=True):
    """A word that rules and formulas may use for a dated number."""

    __tablename__ = "parameter_name"
    __table_args__ = (
        Index("uq_parameter_name_code", "code", unique=True),
        Index("uq_parameter_name_label", "label", unique=True),
    )
    __scope__: ClassVar[Scope] = Scope(everyone=True)

    code: str = Field(max_length=60, title="参数代码", regex=r"^[a-z][a-z0-9_]{1,59}$")
    label: str = Field(max_length=60, title="参数名称")
    kind: FactType = Field(sa_type=enum_column(FactType), title="类型")
    unit: str = Field(default="", max_length=20, title="单位")
    positive: bool = Field(default=False, title="恒大于零")
    meaning: str = Field(default="", max_length=500, title="含义")


class ParameterBase(SQLModel):
    """A number, where and from when it holds, and why."""

    code: str = Field(max_length=60, title="参数代码")
    division_code: str = division_field("适用区划")
    residence: Residence | None = Field(default=None, sa_type=enum_column(Residence), title="城乡类别")
    value: Decimal = Field(sa_type=VALUE, title="数值", max_digits=16, decimal_places=6)
    valid_from: date = Field(title="起始日期")
    basis: str = Field(max_length=300, min_length=2, title="依据")
    uncertain: bool = Field(default=False, title="待核实", description="依据尚未核实的数值，正式使用前应当核对原文")


class Parameter(Record, ParameterBase, table=True):
    """A value in force from one day until the day before another. Two at once are refused by the database."""

    __tablename__ = "parameter"
    __table_args__ = (
        ExcludeConstraint(
            (text("code"), "="),
            (text("division_code"), "="),
            (text("coalesce(residence, '')"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_parameter_overlap",
            using="gist",
        ),
        Index("ix_parameter_code", "code", "residence", "valid_from"),
    )
    __scope__: ClassVar[Scope] = Scope(everyone=True)

    valid_to: date | None = Field(default=None, title="终止日期")
    unit: str = Field(default="", max_length=20, title="单位")
    change_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="parameter_change.id", title="变更")


class ParameterChange(Versioned, ParameterBase, table=True):
    """A number proposed by one person, that another person must approve."""

    __tablename__ = "parameter_change"
    __table_args__ = (
        Index(
            "uq_parameter_change_open",
            "code",
            "division_code",
            func.coalesce(text("residence"), ""),
            "valid_from",
            unique=True,
            postgresql_where=text("status = 'proposed'"),
        ),
        Index("ix_parameter_change_status", "status", "code"),
    )
    __scope__: ClassVar[Scope] = Scope(everyone=True)

    status: ChangeStatus = Field(default=ChangeStatus.PROPOSED, sa_type=enum_column(ChangeStatus), title="状态")
    proposed_by: int = Field(sa_type=BigInteger, title="提出人")
    proposer: str = Field(max_length=60, title="提出人姓名")
    decided_by: int | None = Field(default=None, sa_type=BigInteger, title="审批人")
    decider: str | None = Field(default=None, max_length=60, title="审批人姓名")
    decided_at: datetime | None = Field(default=None, sa_type=AWARE, title="审批时间")
    opinion: str | None = Field(default=None, max_length=300, title="审批意见")
