"""What the API accepts and returns about cases."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from backend.cases.models.calendar import CalendarDayBase
from backend.cases.models.case import CaseBase
from backend.cases.models.codes import CaseKind, CaseState, Change, Channel, DecisionLevel
from backend.cases.models.letters import DeliveryBase, DeliveryMethod, DeliveryOutcome
from backend.cases.models.records import SignMethod
from backend.kernel.clocks import Light
from backend.kernel.money import Money
from backend.registry.codes import Residence


class Signature(BaseModel):
    """One adult's promise and authorisation (F-02)."""

    model_config = ConfigDict(extra="forbid")

    person_id: int | None = Field(default=None, ge=1, title="签署人", description="与身份证号填一项")
    id_number: str | None = Field(default=None, min_length=1, max_length=30, title="签署人身份证号")
    method: SignMethod = Field(default=SignMethod.HANDWRITTEN, title="签署方式")
    file_id: int | None = Field(default=None, title="文件")


class CaseCreate(CaseBase):
    """An application at any door, or an emergency; `consents` names who signed, else all adults have."""

    model_config = ConfigDict(extra="forbid")  # type: ignore[assignment]

    household_id: int | None = Field(
        default=None, ge=1, title="申请家庭", json_schema_extra={"x-options": "/api/v1/households/options"}
    )
    applicant_id_number: str | None = Field(default=None, max_length=30, title="申请人身份证号")
    applicant_person_id: int | None = Field(
        default=None, ge=1, title="申请人（家庭成员编号）", json_schema_extra={"x-hidden": True}
    )
    applicant_name: str | None = Field(
        default=None, max_length=50, title="申请人姓名", description="急难救助身份不明时填写"
    )
    division_code: str | None = Field(
        default=None, pattern=r"^\d{6,15}$", title="急难发生地", description="急难救助没有家庭档案时填写"
    )
    first_contact_at: AwareDatetime | None = Field(
        default=None, title="首次接触时间", description="急难救助24小时从首次接触起算，不填为现在"
    )
    materials: list[int] = Field(
        default_factory=list, max_length=50, title="材料文件", json_schema_extra={"x-upload": "/api/v1/files"}
    )
    papers: dict[str, list[int]] = Field(
        default_factory=dict, title="分项材料", description="材料代码 → 文件编号", json_schema_extra={"x-hidden": True}
    )
    consents: list[Signature] | None = Field(default=None, max_length=30, title="签署人")
    signed_by: list[int] | None = Field(
        default=None, max_length=30, title="已签署的成员编号", json_schema_extra={"x-hidden": True}
    )
    sign_method: SignMethod = Field(
        default=SignMethod.HANDWRITTEN, title="签署方式", json_schema_extra={"x-hidden": True}
    )
    form: dict[str, Any] = Field(default_factory=dict, title="申请表内容")

    @field_validator("first_contact_at", mode="before")
    @classmethod
    def _now_when_empty(cls, moment: Any) -> Any:
        """Take an empty answer for none: the clock then starts now."""
        return None if moment == "" else moment

    @field_validator("papers", mode="before")
    @classmethod
    def _given(cls, papers: Any) -> Any:
        """Leave out the papers for which a form sent nothing."""
        return {code: files for code, files in papers.items() if files} if isinstance(papers, dict) else papers


class EmergencyCreate(BaseModel):
    """U1: who, where, what happened; the rest is found out on the way."""

    model_config = ConfigDict(extra="forbid")

    project_code: str = Field(
        min_length=1, max_length=20, title="救助项目", json_schema_extra={"x-options": "/api/v1/projects/options"}
    )
    name: str = Field(min_length=1, max_length=50, title="姓名或称呼", description="身份不明的写称呼，如“路边老人”")
    id_number: str | None = Field(default=None, max_length=30, title="身份证号", description="不详的不填，以后补")
    phone: str | None = Field(default=None, max_length=40, title="联系电话")
    division_code: str = Field(
        pattern=r"^\d{9}(\d{3}){0,2}$", title="所在区划", json_schema_extra={"x-options": "/api/v1/divisions/options"}
    )
    address: str = Field(min_length=2, max_length=200, title="具体地点")
    residence: Residence = Field(default=Residence.RURAL, title="城乡类别")
    reason: str = Field(min_length=2, max_length=500, title="发生了什么、急需什么")
    channel: Channel = Field(default=Channel.WINDOW, title="求助渠道")
    first_contact_at: AwareDatetime | None = Field(
        default=None, title="首次接触时间", description="24小时从首次接触起算，不填为现在"
    )

    @field_validator("id_number", "phone", "first_contact_at", mode="before")
    @classmethod
    def _nothing_when_empty(cls, given: Any) -> Any:
        return None if given == "" else given


class ReviewCreate(BaseModel):
    """Open a review of a benefit that an earlier case granted."""

    model_config = ConfigDict(extra="forbid")

    origin_case_id: int = Field(ge=1, title="原案件")
    reason: str = Field(min_length=1, max_length=500, title="复核事由")
    finding_id: int | None = Field(default=None, ge=1, title="比对疑点编号")


class Delivery(DeliveryBase):
    """A letter handed over (送达回证)."""

    model_config = ConfigDict(extra="forbid", validate_default=True)  # type: ignore[assignment]

    delivered_at: AwareDatetime | None = Field(default=None, title="送达时间", description="不填为现在")
    file_id: int | None = Field(default=None, title="送达凭证", json_schema_extra={"x-upload": "/api/v1/files"})

    @field_validator("witness", "note", "file_id")
    @classmethod
    def _as_the_way_asks(cls, given: Any, known: ValidationInfo) -> Any:
        """Ask for what the way of delivery and its result need, each beside its field."""
        method, outcome = known.data.get("method"), known.data.get("outcome")
        if given:
            return given
        if known.field_name == "witness" and method is DeliveryMethod.LEFT:
            raise ValueError("留置送达应当有见证人，请填写见证人姓名")
        if known.field_name == "note" and outcome is DeliveryOutcome.REFUSED:
            raise ValueError("拒绝签收的，请在说明中写明拒收理由和经过")
        if known.field_name == "file_id" and method not in {None, DeliveryMethod.DIRECT}:
            raise ValueError("留置、电子、邮寄、公告送达应当上传送达凭证（照片、截图或者回执）")
        return given


class DeliveryOut(DeliveryBase):
    """A delivery as the case file shows it."""

    id: int = Field(title="编号")
    letter_id: int = Field(title="文书")
    delivered_at: datetime = Field(title="送达时间")
    file_id: int | None = Field(title="送达凭证")
    user_name: str = Field(title="送达人")


class Blank(BaseModel):
    """What an application for this project asks of this household, before anything is filled in."""

    project_code: str = Field(title="救助项目")
    project_name: str = Field(title="项目名称")
    target: str = Field(title="救助对象")
    urgent: bool = Field(title="急难")
    household_id: int | None = Field(title="申请家庭")
    household_name: str | None = Field(title="户主")
    division_code: str | None = Field(title="行政区划")
    fields: list[dict[str, Any]] = Field(title="申请表")
    papers: list[dict[str, Any]] = Field(title="材料清单")
    adults: list[dict[str, Any]] = Field(title="应签署人员")
    open_case: dict[str, Any] | None = Field(title="正在办理的同一申请")


class ActionForm(BaseModel):
    """One action of the path."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(min_length=1, max_length=40, title="操作")
    opinion: str | None = Field(default=None, max_length=1000, title="意见")
    data: dict[str, Any] = Field(default_factory=dict, title="内容")


class CaseRow(BaseModel):
    """A case in a list."""

    id: int = Field(title="编号")
    number: str = Field(title="申请编号")
    kind: CaseKind = Field(title="案件类别")
    project_code: str = Field(title="救助项目")
    project_name: str = Field(title="项目名称")
    applicant_name: str = Field(title="申请人")
    division_code: str = Field(title="行政区划")
    state: CaseState = Field(title="办理状态")
    step: str = Field(title="环节")
    step_name: str = Field(title="环节名称")
    channel: Channel = Field(title="申请渠道")
    decision_level: DecisionLevel = Field(title="审批层级")
    light: Light | None = Field(title="时限状态")
    due_at: datetime | None = Field(title="到期时间")
    promise_due_at: datetime | None = Field(title="承诺到期时间")
    statutory_due_at: datetime | None = Field(title="法定到期时间")
    provisional: bool = Field(title="到期日暂定")
    extended: bool = Field(title="已延期")
    amount: Money | None = Field(title="决定金额")
    household_id: int | None = Field(title="申请家庭")
    submitted_at: datetime | None = Field(title="提交时间")
    accepted_at: datetime | None = Field(title="受理时间")
    decided_at: datetime | None = Field(title="决定时间")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class CaseOut(CaseRow):
    """A case as its file shows it."""

    reason: str = Field(title="申请事由")
    commitment_signed: bool = Field(title="已签署承诺书和核对授权书")
    version_id: int = Field(title="项目版本")
    applicant_id: int | None = Field(title="申请人编号")
    urgent: bool = Field(title="急难")
    first_contact_at: datetime | None = Field(title="首次接触时间")
    urgent_due_at: datetime | None = Field(title="先行救助到期时间")
    step_due_at: datetime | None = Field(title="环节到期时间")
    start_month: date | None = Field(title="起发月份")
    authorized_amount: Money | None = Field(title="县级授权金额")
    origin_case_id: int | None = Field(title="原案件")
    change: Change | None = Field(title="拟变更")
    used_gross: int | None = Field(default=None, title="累计用时（毛）")
    used_net: int | None = Field(default=None, title="累计用时（净）")
    version: int = Field(title="版本")
    warnings: list[str] = Field(default_factory=list, title="提示")


class CaseFile(CaseOut):
    """One case with everything collected, and the form of each allowed action."""

    form: dict[str, Any] = Field(title="申请表内容")
    open: bool = Field(title="在办")
    closed_at: datetime | None = Field(title="办结时间")
    division_name: str = Field(title="所在村居")
    town_name: str = Field(title="所在镇街")
    waits_for: str | None = Field(title="等待办理")
    form_answers: list[dict[str, Any]] = Field(title="申请表内容（带名称）")
    action_forms: dict[str, dict[str, Any]] = Field(title="操作表单")
    obstacles: dict[str, str] = Field(title="尚不能办理的原因", description="操作代码 → 目前不能办理的原因")
    proposals: dict[str, dict[str, Any]] = Field(title="预填内容", description="操作代码 → 系统预先填好的内容")
    clocks: list[dict[str, Any]] = Field(title="时限")
    signers: list[dict[str, Any]] = Field(title="应签署人员")
    papers: list[dict[str, Any]] = Field(title="材料清单")
    files: list[dict[str, Any]] = Field(title="附件")
    appraisal: dict[str, Any] = Field(title="条件测算")
    verifications: list[dict[str, Any]] = Field(title="核对")
    path: list[dict[str, Any]] = Field(title="办理流程")
    records: dict[str, list[dict[str, Any]]] = Field(title="办理记录")


class TimelineStep(BaseModel):
    """One act."""

    number: int = Field(title="序号")
    action: str = Field(title="操作")
    action_name: str = Field(title="操作名称")
    step: str = Field(title="环节")
    step_name: str = Field(title="环节名称")
    from_state: CaseState | None = Field(title="原状态")
    to_state: CaseState = Field(title="现状态")
    actor: str = Field(title="办理人")
    actor_division: str | None = Field(title="办理人所在区划")
    division: str | None = Field(default=None, title="区划名称")
    opinion: str | None = Field(title="意见")
    data: dict[str, Any] = Field(title="内容")
    at: datetime = Field(title="办理时间")
    due: datetime | None = Field(title="到期时间")
    working_days_used: int | None = Field(title="累计用时（毛）")
    working_days_used_net: int | None = Field(title="累计用时（净）")
    late: bool | None = Field(title="超期")


class Timeline(BaseModel):
    """Every act on a case, oldest first."""

    items: list[TimelineStep]


class CalendarDayEdit(CalendarDayBase):
    """A day set by hand."""

    model_config = ConfigDict(extra="forbid")  # type: ignore[assignment]

    reason: str = Field(min_length=2, max_length=300, title="变更原因")


class CalendarDayRow(CalendarDayBase):
    """A day of the calendar."""

    id: int = Field(title="编号")
    announced: bool = Field(title="国务院办公厅已公布")
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class CalendarChange(BaseModel):
    """What an edit of the calendar did."""

    day: date = Field(title="日期")
    is_working: bool | None = Field(title="上班")
    cases: int = Field(title="受影响案件")
    due_dates: int = Field(title="变动的到期日")
