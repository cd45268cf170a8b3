"""What the registry takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints
from pydantic.config import JsonDict

from backend.kernel.identifiers import Sex
from backend.kernel.labels import LabelledEnum
from backend.kernel.listing import ListQuery
from backend.kernel.money import Money
from backend.registry.codes import (
    HardshipCause,
    HouseholdStatus,
    HousingGrade,
    IdType,
    LeaveReason,
    PropertyResult,
    Relation,
    Residence,
    ReviewClass,
    StatusKind,
)
from backend.registry.models.household import (
    DeductionBase,
    ExpenseBase,
    HouseholdBase,
    IncomeBase,
    MemberBase,
    PropertyBase,
)
from backend.registry.models.person import PersonFacts, PersonStatusBase

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]
DIVISION: JsonDict = {"x-options": "/api/v1/divisions/options"}
PERSON: JsonDict = {"x-options": "/api/v1/persons/options"}
MEMBERS_MAX, ITEMS_MAX = 50, 200


class MemberCreate(PersonFacts, MemberBase):
    """A member as the form names them; the person is found by the number, or made."""

    name: Name = Field(title="姓名")
    id_type: IdType = Field(default=IdType.CITIZEN, title="证件类型")
    id_number: str | None = Field(default=None, max_length=40, title="证件号码")
    sex: Sex | None = Field(default=None, title="性别")
    birth_date: date | None = Field(default=None, title="出生日期")
    phone: str | None = Field(default=None, max_length=40, title="联系电话")
    disability_card: str | None = Field(default=None, max_length=40, title="残疾人证号")
    joined_on: date | None = Field(default=None, title="加入日期")


class OfMember(BaseModel):
    """Whose it is; without a number it belongs to the whole household."""

    id_number: str | None = Field(default=None, max_length=40, title="成员证件号码")


class IncomeCreate(IncomeBase, OfMember):
    """An income."""


class DeductionCreate(DeductionBase, OfMember):
    """A deduction."""


class PropertyCreate(PropertyBase, OfMember):
    """A holding."""


class ExpenseCreate(ExpenseBase, OfMember):
    """A rigid expense."""


class HouseholdCreate(HouseholdBase):
    """A whole household at once. A list left out is not declared; an empty list declares that there is none."""

    division_code: str = Field(max_length=15, title="行政区划", json_schema_extra=DIVISION)
    phone: str | None = Field(default=None, max_length=40, title="联系电话")
    members: list[MemberCreate] = Field(min_length=1, max_length=MEMBERS_MAX, title="家庭成员")
    incomes: list[IncomeCreate] | None = Field(default=None, max_length=ITEMS_MAX, title="收入")
    deductions: list[DeductionCreate] | None = Field(default=None, max_length=ITEMS_MAX, title="扣减")
    properties: list[PropertyCreate] | None = Field(default=None, max_length=ITEMS_MAX, title="财产")
    expenses: list[ExpenseCreate] | None = Field(default=None, max_length=ITEMS_MAX, title="刚性支出")


class Warned(BaseModel):
    """Something to look at that did not stop the registration."""

    field: str
    message: str


class Warnings(BaseModel):
    """What deserves a look in a household."""

    items: list[Warned] = Field(title="提示")


class HouseholdSummary(BaseModel):
    """A household after a change."""

    id: int = Field(title="编号")
    number: str = Field(title="家庭编号")
    division_code: str = Field(title="行政区划")
    residence: Residence = Field(title="城乡类别")
    member_count: int = Field(title="家庭人口")
    income_month: Money | None = Field(title="家庭月收入")
    income_per_capita_month: Money | None = Field(title="人均月收入")
    status: HouseholdStatus = Field(title="在册状态")
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")
    warnings: list[Warned] = Field(default_factory=list, title="提示")


class HouseholdPatch(BaseModel):
    """What may be corrected in a household itself; fields left out stay."""

    version: int | None = Field(default=None, ge=1, title="版本")
    residence: Residence | None = Field(default=None, title="城乡类别")
    address: str | None = Field(default=None, max_length=200, title="家庭住址")
    phone: str | None = Field(default=None, max_length=40, title="联系电话")
    review_class: ReviewClass | None = Field(default=None, title="复核类别")
    next_review_on: date | None = Field(default=None, title="下次复核日期")
    status: HouseholdStatus | None = Field(default=None, title="在册状态")
    hardship_cause: HardshipCause | None = Field(default=None, title="主要致困原因")
    housing_grade: HousingGrade | None = Field(default=None, title="住房危险等级")
    property_result: PropertyResult | None = Field(default=None, title="财产核对结论")
    employment_rise: bool | None = Field(default=None, title="因就业增收")
    gradual_exit_months: int | None = Field(default=None, ge=0, le=120, title="已渐退月数")
    income_declared: bool | None = Field(default=None, title="已申报收入")
    property_declared: bool | None = Field(default=None, title="已申报财产")
    expense_declared: bool | None = Field(default=None, title="已申报支出")


class HouseholdRow(BaseModel):
    """One line of the list."""

    id: int
    number: str = Field(title="家庭编号")
    head_name: str = Field(title="户主姓名", json_schema_extra={"x-sortable": True})
    member_count: int = Field(title="家庭人口", json_schema_extra={"x-sortable": True})
    residence: Residence = Field(title="城乡类别")
    division_name: str | None = Field(title="所在村居")
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISION | {"x-sortable": True})
    address: str | None = Field(title="家庭住址")
    phone: str | None = Field(title="联系电话")
    income_per_capita_month: Money | None = Field(title="人均月收入", json_schema_extra={"x-sortable": True})
    income_band: str | None = Field(title="收入档")
    review_class: ReviewClass | None = Field(title="复核类别")
    next_review_on: date | None = Field(title="下次复核日期", json_schema_extra={"x-sortable": True})
    status: HouseholdStatus = Field(title="在册状态")
    created_at: datetime = Field(title="登记时间", json_schema_extra={"x-sortable": True})
    version: int = Field(title="版本", json_schema_extra={"x-hidden": True})
    allowed_actions: list[str] = Field(default_factory=list)


class HouseholdQuery(ListQuery):
    """Filters of the list. `q` takes a name or part of it, an ID number, a telephone or a household number."""

    residence: Residence | None = Field(default=None, title="城乡类别")
    division_code: str | None = Field(default=None, max_length=15, title="行政区划", json_schema_extra=DIVISION)
    status: HouseholdStatus | None = Field(default=None, title="在册状态")
    income_from: Decimal | None = Field(default=None, ge=0, title="人均月收入不低于")
    income_to: Decimal | None = Field(default=None, ge=0, title="人均月收入不高于")
    member_count: int | None = Field(default=None, ge=0, le=100, title="家庭人口")
    member_count_from: int | None = Field(default=None, ge=0, le=100, title="家庭人口不少于")
    review_class: ReviewClass | None = Field(default=None, title="复核类别")
    review_before: date | None = Field(default=None, title="复核到期日不晚于")


class PersonOut(PersonFacts):
    """A person as shown, masked by role."""

    id: int
    name: str = Field(title="姓名")
    id_type: IdType = Field(title="证件类型")
    id_number: str | None = Field(title="证件号码")
    sex: Sex = Field(title="性别")
    birth_date: date | None = Field(title="出生日期")
    phone: str | None = Field(title="联系电话")
    disability_card: str | None = Field(default=None, title="残疾人证号")
    dead_on: date | None = Field(title="死亡日期")
    division_code: str = Field(title="所在区划", json_schema_extra=DIVISION)
    division_name: str | None = Field(default=None, title="所在村居")
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list)


class MemberOut(PersonOut):
    """A member of a household."""

    member_id: int
    relation: Relation = Field(title="与户主关系")
    included: bool = Field(title="计入家庭人口")
    insured: bool = Field(title="计入保障人数")
    exclude_reason: str | None = Field(title="不计入原因")
    joined_on: date = Field(title="加入日期")
    left_on: date | None = Field(title="离开日期")
    leave_reason: LeaveReason | None = Field(title="离开原因")


class StatusOut(PersonStatusBase):
    """A status of a person."""

    id: int
    person_id: int = Field(title="人员")
    name: str | None = Field(default=None, title="姓名")
    version: int


class ItemOut(BaseModel):
    """What every item shows."""

    id: int
    person_id: int | None = Field(title="人员")
    name: str | None = Field(default=None, title="姓名")
    version: int


class IncomeOut(IncomeBase, ItemOut):
    """An income; the amount is null for those who may see only the band."""

    annual_amount: Money | None = Field(title="年金额")  # type: ignore[assignment]
    income_class: str = Field(title="收入分类")


class DeductionOut(DeductionBase, ItemOut):
    """A deduction."""

    annual_amount: Money | None = Field(title="年金额")  # type: ignore[assignment]


class PropertyOut(PropertyBase, ItemOut):
    """A holding."""


class ExpenseOut(ExpenseBase, ItemOut):
    """A rigid expense."""

    annual_amount: Money | None = Field(title="年总支出")  # type: ignore[assignment]


class HouseholdOut(HouseholdRow):
    """A household with everything known about it."""

    income_year: Money | None = Field(title="家庭年收入")
    income_month: Money | None = Field(title="家庭月收入")
    income_declared: bool = Field(title="已申报收入")
    property_declared: bool = Field(title="已申报财产")
    expense_declared: bool = Field(title="已申报支出")
    income_on: date | None = Field(title="收入申报日期")
    hardship_cause: HardshipCause | None = Field(title="主要致困原因")
    housing_grade: HousingGrade | None = Field(title="住房危险等级")
    property_result: PropertyResult | None = Field(title="财产核对结论")
    employment_rise: bool | None = Field(title="因就业增收")
    gradual_exit_months: int | None = Field(title="已渐退月数")
    members: list[MemberOut] = Field(title="家庭成员")
    former_members: list[MemberOut] = Field(title="已离开成员")
    incomes: list[IncomeOut] = Field(title="收入")
    deductions: list[DeductionOut] = Field(title="扣减")
    properties: list[PropertyOut] = Field(title="财产")
    expenses: list[ExpenseOut] = Field(title="刚性支出")
    statuses: list[StatusOut] = Field(title="身份")


class Departure(BaseModel):
    """Somebody leaves the household."""

    person_id: int = Field(ge=1, title="成员", json_schema_extra=PERSON)
    left_on: date = Field(title="离开日期")
    reason: LeaveReason = Field(title="离开原因")
    note: str | None = Field(default=None, max_length=300, title="说明")


class Transfer(BaseModel):
    """The household goes to another area."""

    division_code: str = Field(max_length=15, title="迁入区划", json_schema_extra=DIVISION)
    reason: Reason = Field(title="迁移原因")


TAKE_OVER: JsonDict = {
    "type": "radios",
    "options": [{"label": "接收", "value": True}, {"label": "退回", "value": False}],
}


class TransferDecision(BaseModel):
    """The receiving area takes the household over, or sends it back."""

    accepted: bool = Field(title="办理结果", json_schema_extra={"x-widget": TAKE_OVER})
    reason: str | None = Field(default=None, max_length=300, title="说明", description="退回时必填，迁出地可以看到")


class TransferOut(BaseModel):
    """A move and how it stands."""

    id: int
    household_id: int
    from_division: str = Field(title="迁出区划")
    division_code: str = Field(title="迁入区划")
    reason: str = Field(title="迁移原因")
    accepted: bool | None = Field(title="是否接收")
    created_at: datetime = Field(title="提出时间")
    decided_at: datetime | None = Field(title="接收时间")
    decision_reason: str | None = Field(title="办理说明")


class PersonPatch(PersonFacts):
    """Corrections to a person; fields left out stay."""

    version: int | None = Field(default=None, ge=1, title="版本")
    name: Name | None = Field(default=None, title="姓名")
    phone: str | None = Field(default=None, max_length=40, title="联系电话")
    disability_card: str | None = Field(default=None, max_length=40, title="残疾人证号")
    dead_on: date | None = Field(default=None, title="死亡日期")
    id_type: IdType | None = Field(default=None, title="证件类型")
    id_number: str | None = Field(default=None, max_length=40, title="证件号码")


class PersonQuery(ListQuery):
    """Filters of the list of persons; `q` as for households."""

    division_code: str | None = Field(default=None, max_length=15, title="行政区划", json_schema_extra=DIVISION)
    sex: Sex | None = Field(default=None, title="性别")
    born_from: date | None = Field(default=None, title="出生日期不早于")
    born_to: date | None = Field(default=None, title="出生日期不晚于")
    disability_level: int | None = Field(default=None, ge=1, le=4, title="残疾等级")
    is_student: bool | None = Field(default=None, title="是否在读")
    status: StatusKind | None = Field(default=None, title="现有身份")


class PersonHousehold(BaseModel):
    """A household somebody belongs or belonged to."""

    id: int
    number: str = Field(title="家庭编号")
    relation: Relation = Field(title="与户主关系")
    joined_on: date = Field(title="加入日期")
    left_on: date | None = Field(title="离开日期")


class PersonDetail(PersonOut):
    """A person with households and statuses."""

    households: list[PersonHousehold] = Field(title="所属家庭")
    statuses: list[StatusOut] = Field(title="身份")


class StatusCreate(PersonStatusBase):
    """A status to record."""

    household_id: int | None = Field(default=None, ge=1, title="家庭")


class StatusEnd(BaseModel):
    """A status ends."""

    status_id: int = Field(ge=1, title="身份记录")
    valid_to: date = Field(title="终止日期", description="自当日起不再有效")
    reason: Reason = Field(title="理由")


class RevealField(LabelledEnum):
    """What can be shown in full."""

    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "联系电话"
    DISABILITY_CARD = "disability_card", "残疾人证号"


class Reveal(BaseModel):
    """Ask to see a number in full."""

    field: RevealField = Field(title="要查看的内容")
    purpose: Reason = Field(title="用途", description="将记入审计，例如：核对银行账户户名")


class Revealed(BaseModel):
    """The number in full, once."""

    field: str
    value: str
