"""Households: the unit of aid, which is neither the 户口簿 nor the house."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from backend.kernel.labels import enum_column
from backend.kernel.models import AWARE, DIVISION_CODE, Record, Versioned, division_field, money_field
from backend.kernel.money import Money
from backend.registry.codes import (
    DeductionKind,
    Evidence,
    ExcludeReason,
    ExpenseKind,
    HardshipCause,
    HouseholdStatus,
    HousingGrade,
    IncomeCategory,
    IncomeExclusion,
    LeaveReason,
    PropertyKind,
    PropertyResult,
    Relation,
    Residence,
    ReviewClass,
)
from backend.registry.models.person import PINYIN
from backend.registry.spellings import PropertyIn, RelationIn


class HouseholdBase(SQLModel):
    """What is entered about a household itself."""

    residence: Residence = Field(sa_type=enum_column(Residence), title="城乡类别")
    address: str | None = Field(default=None, max_length=200, title="家庭住址")
    hardship_cause: HardshipCause | None = Field(default=None, sa_type=enum_column(HardshipCause), title="主要致困原因")
    housing_grade: HousingGrade | None = Field(default=None, sa_type=enum_column(HousingGrade), title="住房危险等级")
    property_result: PropertyResult | None = Field(
        default=None, sa_type=enum_column(PropertyResult), title="财产核对结论"
    )
    employment_rise: bool | None = Field(default=None, title="因就业增收")
    gradual_exit_months: int | None = Field(default=None, ge=0, le=120, title="已渐退月数")


class Household(Versioned, HouseholdBase, table=True):
    """People who live together and are tested together. The figures are kept by `registry_refresh` in SQL."""

    __tablename__ = "household"
    __table_args__ = (
        Index("uq_household_number", "number", unique=True),
        Index("ix_household_area", "division_code", "id"),
        Index("ix_household_area_income", "division_code", "income_per_capita_month", "id"),
        Index("ix_household_income", "income_per_capita_month", "id"),
        Index("ix_household_area_name", "division_code", "head_pinyin", "id"),
        Index("ix_household_filter", "status", "residence", "income_per_capita_month", "id", "division_code"),
        Index("ix_household_review", "next_review_on", postgresql_where=text("next_review_on IS NOT NULL")),
        Index("ix_household_phone", "phone_index", postgresql_where=text("phone_index IS NOT NULL")),
        Index(
            "ix_household_names",
            "member_names",
            postgresql_using="gin",
            postgresql_ops={"member_names": "gin_trgm_ops"},
        ),
    )

    number: str = Field(max_length=20, title="家庭编号")
    division_code: str = division_field()
    phone_cipher: bytes | None = Field(default=None, sa_type=LargeBinary, title="电话密文")
    phone_index: bytes | None = Field(default=None, sa_type=LargeBinary, title="电话索引")
    phone_masked: str | None = Field(default=None, max_length=40, title="联系电话")
    head_person_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="person.id", index=True, title="户主"
    )
    head_name: str = Field(default="", max_length=50, title="户主姓名")
    head_pinyin: str = Field(default="", sa_type=PINYIN, title="户主拼音")
    member_names: str = Field(default="", title="成员姓名")
    member_count: int = Field(default=0, title="家庭人口", description="计入的共同生活成员人数")
    income_declared: bool = Field(default=False, title="已申报收入")
    property_declared: bool = Field(default=False, title="已申报财产")
    expense_declared: bool = Field(default=False, title="已申报支出")
    income_on: date | None = Field(default=None, title="收入申报日期")
    income_year: Decimal | None = money_field("家庭年收入", default=None)
    income_month: Decimal | None = money_field("家庭月收入", default=None)
    income_per_capita_month: Decimal | None = money_field("人均月收入", default=None)
    status: HouseholdStatus = Field(
        default=HouseholdStatus.ACTIVE, sa_type=enum_column(HouseholdStatus), title="在册状态"
    )
    review_class: ReviewClass | None = Field(default=None, sa_type=enum_column(ReviewClass), title="复核类别")
    next_review_on: date | None = Field(default=None, title="下次复核日期")


class MemberBase(SQLModel):
    """How a person belongs to a household."""

    relation: RelationIn = Field(sa_type=enum_column(Relation), title="与户主关系")
    included: bool = Field(default=True, title="计入家庭人口")
    insured: bool = Field(default=True, title="计入保障人数", description="停发本人份额的成员不计")
    exclude_reason: ExcludeReason | None = Field(default=None, sa_type=enum_column(ExcludeReason), title="不计入原因")


class HouseholdMember(Versioned, MemberBase, table=True):
    """A membership in time. Twice in one household is refused; in two households it is a finding (重)."""

    __tablename__ = "household_member"
    __table_args__ = (
        Index(
            "uq_household_member_active",
            "household_id",
            "person_id",
            unique=True,
            postgresql_where=text("left_on IS NULL"),
        ),
        Index("ix_household_member_person", "person_id", "household_id"),
        Index("ix_household_member_household", "household_id"),
    )

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", title="家庭")
    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", title="人员")
    division_code: str = division_field()
    joined_on: date = Field(title="加入日期")
    left_on: date | None = Field(default=None, title="离开日期")
    leave_reason: LeaveReason | None = Field(default=None, sa_type=enum_column(LeaveReason), title="离开原因")


class IncomeBase(SQLModel):
    """A year's income of one kind."""

    category: IncomeCategory = Field(sa_type=enum_column(IncomeCategory), title="收入类别")
    annual_amount: Money = money_field("年金额")
    source: str | None = Field(default=None, max_length=100, title="来源")
    evidence: Evidence = Field(default=Evidence.PROMISE, sa_type=enum_column(Evidence), title="依据")
    excluded: bool = Field(default=False, title="不计入家庭收入")
    exclude_reason: IncomeExclusion | None = Field(
        default=None, sa_type=enum_column(IncomeExclusion), title="不计入原因"
    )
    note: str | None = Field(default=None, max_length=200, title="说明")


class IncomeItem(Versioned, IncomeBase, table=True):
    """Income of the twelve months before the declaration (民发〔2021〕57号 第13条)."""

    __tablename__ = "income_item"

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True, title="人员")
    division_code: str = division_field()


class DeductionBase(SQLModel):
    """What the means test takes off the year's income."""

    kind: DeductionKind = Field(sa_type=enum_column(DeductionKind), title="扣减类别")
    annual_amount: Money = money_field("年金额")
    evidence: Evidence = Field(default=Evidence.PROMISE, sa_type=enum_column(Evidence), title="依据")
    note: str | None = Field(default=None, max_length=200, title="说明")


class DeductionItem(Versioned, DeductionBase, table=True):
    """A deduction of the same twelve months."""

    __tablename__ = "deduction_item"

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True, title="人员")
    division_code: str = division_field()


class PropertyBase(SQLModel):
    """Something of value that the household owns."""

    kind: PropertyIn = Field(sa_type=enum_column(PropertyKind), title="财产类别")
    quantity: Decimal | None = Field(
        default=None, ge=0, max_digits=12, decimal_places=2, title="数量", description="辆、套、平方米等"
    )
    value: Money | None = money_field("价值", default=None)
    location: str | None = Field(default=None, max_length=200, title="坐落或存放地")
    acquired_on: date | None = Field(default=None, title="取得日期")
    exempt: bool = Field(default=False, title="豁免")
    exempt_reason: str | None = Field(default=None, max_length=200, title="豁免理由")
    source: str | None = Field(default=None, max_length=100, title="来源")


class PropertyItem(Versioned, PropertyBase, table=True):
    """One holding; value null means not valued, never worthless."""

    __tablename__ = "property_item"

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True, title="人员")
    division_code: str = division_field()


class ExpenseBase(SQLModel):
    """A rigid expense of the last twelve months."""

    kind: ExpenseKind = Field(sa_type=enum_column(ExpenseKind), title="支出类别")
    annual_amount: Money = money_field("年总支出")
    insured_amount: Money | None = money_field("报销金额", default=None)
    note: str | None = Field(default=None, max_length=200, title="说明")


class ExpenseItem(Versioned, ExpenseBase, table=True):
    """What could not be avoided; rules count what was paid by the household itself."""

    __tablename__ = "expense_item"

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", index=True, title="人员")
    division_code: str = division_field()


class HouseholdTransfer(Record, table=True):
    """A household on its way to another area; done at once when the mover holds the right in both."""

    __tablename__ = "household_transfer"

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    # The receiving area decides, so the row lies there.
    division_code: str = division_field("迁入区划", index=True)
    from_division: str = Field(sa_type=DIVISION_CODE, index=True, title="迁出区划")
    reason: str = Field(max_length=300, title="迁移原因")
    asked_by: int = Field(sa_type=BigInteger, title="申请人")
    decided_by: int | None = Field(default=None, sa_type=BigInteger, title="接收人")
    decided_at: datetime | None = Field(default=None, sa_type=AWARE, title="接收时间")
    accepted: bool | None = Field(default=None, title="是否接收")
    decision_reason: str | None = Field(default=None, max_length=300, title="办理说明")
