"""What strangers and staff send and get."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.catalogue.models.policies import DocumentStatus
from backend.disclosure.models import ApplicationStatus, HotlineBase
from backend.kernel.money import Money


class PolicyCard(BaseModel):
    """An instrument in the public list."""

    code: str
    title: str = Field(title="标题")
    number: str | None = Field(title="文号")
    issuer: str | None = Field(title="发文机关")
    in_force_from: date | None = Field(title="施行日期")
    status: DocumentStatus = Field(title="效力")
    status_name: str = Field(title="效力名称")
    summary: str | None = Field(title="要点")


class PolicyText(PolicyCard):
    """An instrument with its articles."""

    clauses: list[dict[str, str]] = Field(title="条款")


class ProjectCard(BaseModel):
    """A kind of aid, in the citizen's words."""

    code: str = Field(title="项目代码")
    name: str = Field(title="项目名称")
    tier: str = Field(title="救助层次")
    department: str = Field(title="主管部门")
    target: str = Field(title="救助对象")
    benefit_form: str = Field(title="救助方式")
    promise_days: int | None = Field(title="承诺时限（工作日）")
    statutory_days: int | None = Field(title="法定时限（工作日）")
    urgent_hours: int | None = Field(title="急难时限（小时）")
    publicity_days: int | None = Field(title="公示天数")
    materials: list[str] = Field(title="需要本人提供的材料")
    online: bool = Field(title="可网上申请")


class StandardCard(BaseModel):
    """A published number."""

    code: str
    name: str = Field(title="标准名称")
    division_code: str = Field(title="适用区划")
    residence: str | None = Field(title="城乡类别")
    value: Decimal = Field(title="数值")
    unit: str = Field(title="单位")
    valid_from: date = Field(title="起始日期")
    valid_to: date | None = Field(title="终止日期")
    basis: str = Field(title="依据")


class HotlineCard(BaseModel):
    """A number to call."""

    division_code: str
    division: str = Field(title="区划名称")
    name: str = Field(title="名称")
    phone: str = Field(title="电话")
    hours: str = Field(title="服务时间")


class NoticeCard(BaseModel):
    """One line of a public list: never a number, an address, an illness, or a child's name."""

    id: int
    kind: str = Field(title="类别", description="notice 公示，grant 公布")
    name: str = Field(title="申请人")
    member_count: int | None = Field(title="家庭人口")
    project_name: str = Field(title="救助项目")
    amount: Money | None = Field(title="拟救助金额")
    place: str = Field(title="镇街村居")
    posted_on: date = Field(title="公示开始")
    ends_on: date | None = Field(title="公示截止")


class NoticePage(BaseModel):
    """A page of a public list."""

    items: list[NoticeCard]
    total: int
    page: int
    page_size: int


class DivisionChoice(BaseModel):
    """A place in the form's picker."""

    code: str
    name: str


class ObjectionForm(BaseModel):
    """An objection under one's own name: it is verified and answered."""

    model_config = ConfigDict(extra="forbid")

    content: str = Field(min_length=5, max_length=1000, title="异议内容")
    name: str = Field(min_length=2, max_length=50, title="姓名")
    phone: str = Field(min_length=5, max_length=20, title="联系电话")


class ProgressForm(BaseModel):
    """A case number and four digits that only the applicant's side knows."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=4, max_length=40, title="申请编号")
    last4: str = Field(pattern=r"^\d{3}[\dXx]$", title="证件号码或手机号后四位")


class Progress(BaseModel):
    """How far an application is."""

    number: str = Field(title="申请编号")
    project_name: str = Field(title="救助项目")
    state: str = Field(title="办理状态")
    submitted_on: date | None = Field(title="提交日期")
    due_on: date | None = Field(title="承诺办结日期")
    closed_on: date | None = Field(title="办结日期")
    note: str | None = Field(title="说明")


class ApplicationForm(BaseModel):
    """A request for aid from home; the clerk completes it by telephone or at the door."""

    model_config = ConfigDict(extra="forbid")

    division_code: str = Field(pattern=r"^\d{9}(\d{3}){0,2}$", title="居住地（镇街、社区或村居）")
    applicant_name: str = Field(min_length=2, max_length=50, title="申请人姓名")
    id_number: str = Field(min_length=15, max_length=20, title="身份证号")
    phone: str = Field(min_length=5, max_length=20, title="联系电话")
    project_code: str | None = Field(default=None, max_length=20, title="救助项目")
    reason: str = Field(min_length=5, max_length=500, title="困难情况")
    urgent: bool = Field(default=False, title="急难")
    commitment: bool = Field(title="承诺内容真实并同意核对")


class ApplicationReceipt(BaseModel):
    """What the applicant keeps."""

    number: str = Field(title="网上申请编号")
    due_at: datetime = Field(title="应联系时间")
    message: str = Field(title="说明")


class HotlineRead(HotlineBase):
    """A hotline as staff see it."""

    id: int = Field(title="编号")
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class HotlineEdit(BaseModel):
    """A change of a hotline."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=2, max_length=60, title="名称")
    phone: str | None = Field(default=None, pattern=r"^[0-9][0-9\- ]{2,19}$", title="电话")
    hours: str | None = Field(default=None, max_length=60, title="服务时间")
    published: bool | None = Field(default=None, title="对外公布")
    version: int | None = Field(default=None, title="版本", json_schema_extra={"x-hidden": True})


class ApplicationRead(BaseModel):
    """An online application as staff see it, masked."""

    id: int = Field(title="编号")
    number: str = Field(title="网上申请编号")
    division_code: str = Field(title="居住地")
    applicant_name: str = Field(title="申请人")
    id_number_masked: str = Field(title="证件号码")
    phone_masked: str = Field(title="联系电话")
    project_code: str | None = Field(default=None, title="救助项目")
    urgent: bool = Field(title="急难")
    reason: str = Field(title="困难情况")
    status: ApplicationStatus = Field(title="状态")
    due_at: datetime = Field(title="应联系时间")
    case_id: int | None = Field(default=None, title="案件")
    answer: str | None = Field(default=None, title="答复")
    created_at: datetime = Field(title="提交时间")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class RevealForm(BaseModel):
    """Why the whole number is needed."""

    model_config = ConfigDict(extra="forbid")

    purpose: str = Field(min_length=2, max_length=100, title="查看事由")


class Revealed(BaseModel):
    """The whole numbers, after the audit has been written."""

    id_number: str = Field(title="证件号码")
    phone: str = Field(title="联系电话")


class AcceptForm(BaseModel):
    """Turn an online application into a case."""

    model_config = ConfigDict(extra="forbid")

    household_id: int | None = Field(
        default=None, ge=1, title="申请家庭", json_schema_extra={"x-options": "/api/v1/households/options"}
    )
    project_code: str | None = Field(default=None, max_length=20, title="救助项目")
    commitment_signed: bool = Field(default=False, title="已签署承诺书和核对授权书")
    form: dict[str, Any] = Field(default_factory=dict, title="申请表内容", json_schema_extra={"x-hidden": True})


class AnswerForm(BaseModel):
    """Answer an application that becomes no case."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(min_length=5, max_length=500, title="答复")


class ObjectionRead(BaseModel):
    """An objection from the public site as staff see it."""

    id: int = Field(title="编号")
    notice_id: int = Field(title="公示")
    case_id: int = Field(title="案件")
    division_code: str = Field(title="行政区划")
    content: str = Field(title="异议内容")
    name: str = Field(title="异议人")
    phone_masked: str = Field(title="联系电话")
    created_at: datetime = Field(title="提交时间")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")
