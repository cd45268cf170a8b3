"""The project catalogue (项目库): projects, and their versions as data."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlmodel import Field, SQLModel

from backend.catalogue.content_terms import BenefitForm, Level, TierSeed
from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Versioned
from backend.kernel.scope import Scope


class VersionStatus(LabelledEnum):
    """A version is written, checked, published and one day retired."""

    DRAFT = "draft", "草稿"
    CHECKED = "checked", "已通过检查"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已停用"


class Project(Versioned, table=True):
    """A kind of aid under one code for all time; what it is stands in its versions."""

    __tablename__ = "project"
    __table_args__ = (Index("uq_project_code", "code", unique=True),)
    __scope__: ClassVar[Scope] = Scope(everyone=True)

    code: str = Field(max_length=10, title="项目代码", regex=r"^[A-Z][0-9]{2}[A-Z0-9]{0,3}$")
    shipped: bool = Field(default=False, title="随产品提供")


class Headline(SQLModel):
    """What lists show of a definition; filled from it whenever it is written."""

    name: str = Field(max_length=100, title="项目名称")
    tier: TierSeed = Field(sa_type=enum_column(TierSeed), title="救助层次")
    department: str = Field(max_length=60, title="主管部门")
    target: str = Field(default="", max_length=1000, title="救助对象")
    benefit_form: BenefitForm | None = Field(default=None, sa_type=enum_column(BenefitForm), title="救助方式")
    decision_level: Level | None = Field(default=None, sa_type=enum_column(Level), title="审批层级")
    promise_days: int | None = Field(default=None, title="承诺时限（工作日）")
    statutory_days: int | None = Field(default=None, title="法定时限（工作日）")
    urgent_hours: int | None = Field(default=None, title="急难时限（小时）")
    publicity_days: int | None = Field(default=None, title="公示天数")


class ProjectVersion(Versioned, Headline, table=True):
    """One state of a project. Published: never changed again, save that a later version ends it (trigger)."""

    __tablename__ = "project_version"
    __table_args__ = (
        Index("uq_project_version_number", "project_id", "number", unique=True),
        Index(
            "uq_project_version_draft",
            "project_id",
            unique=True,
            postgresql_where=text("status IN ('draft', 'checked')"),
        ),
        ExcludeConstraint(
            (text("project_id"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_project_version_overlap",
            using="gist",
            where=text("status IN ('published', 'retired')"),
        ),
        Index("ix_project_version_force", "project_id", "valid_from"),
    )
    __scope__: ClassVar[Scope] = Scope(everyone=True)

    project_id: int = Field(sa_type=BigInteger, foreign_key="project.id", title="项目")
    number: int = Field(title="版本号")
    status: VersionStatus = Field(default=VersionStatus.DRAFT, sa_type=enum_column(VersionStatus), title="状态")
    definition: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False), title="定义")
    described_only: bool = Field(default=False, title="仅作说明", description="由其他部门认定，本平台不作资格比对")
    exclusions: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"), title="互斥项目"
    )
    valid_from: date | None = Field(default=None, title="生效日期")
    valid_to: date | None = Field(default=None, title="失效日期")
    checked_at: datetime | None = Field(default=None, sa_type=AWARE, title="检查时间")
    published_at: datetime | None = Field(default=None, sa_type=AWARE, title="发布时间")
    published_by: int | None = Field(default=None, sa_type=BigInteger, title="发布人")
    edited_by: int | None = Field(default=None, sa_type=BigInteger, title="编辑人")
