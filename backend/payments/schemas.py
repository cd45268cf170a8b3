"""Entitlements, batches and returns as the API shows them."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.kernel.money import Money
from backend.payments.models import (
    AccountKind,
    AccountStatus,
    BatchState,
    Difference,
    EntitlementStatus,
    ExceptionKind,
    ExceptionOutcome,
    LineStatus,
    OrderChannel,
    OrderStatus,
)

DIVISIONS: dict[str, Any] = {"x-options": "/api/v1/divisions/options"}
HOUSEHOLDS: dict[str, Any] = {"x-options": "/api/v1/households/options"}
FUNDS: dict[str, Any] = {"x-options": "/api/v1/funds/options"}
SORTABLE: dict[str, Any] = {"x-sortable": True}


class EntitlementRead(BaseModel):
    """A monthly benefit."""

    id: int = Field(title="编号")
    household_id: int = Field(title="家庭", json_schema_extra=HOUSEHOLDS)
    person_id: int | None = Field(title="对象")
    payee_name: str = Field(title="收款人姓名")
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISIONS)
    project_code: str = Field(title="项目")
    case_id: int | None = Field(title="案件")
    case_ref: str | None = Field(title="案件编号")
    monthly_amount: Money = Field(title="月金额", json_schema_extra=SORTABLE)
    from_month: date = Field(title="起始月份", json_schema_extra=SORTABLE)
    to_month: date | None = Field(title="终止月份")
    status: EntitlementStatus = Field(title="状态")
    predecessor_id: int | None = Field(title="变更自")
    reason: str | None = Field(title="变更原因")
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class EntitlementHold(BaseModel):
    """Why and from which month a benefit is held back or paid again."""

    model_config = ConfigDict(extra="forbid")

    from_month: str = Field(title="起始月份", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    reason: str = Field(title="原因", min_length=2, max_length=200)


class OrderRead(BaseModel):
    """A one-off payment."""

    id: int = Field(title="编号")
    case_id: int = Field(title="案件")
    case_ref: str = Field(title="案件编号")
    household_id: int | None = Field(title="家庭", json_schema_extra=HOUSEHOLDS)
    payee_name: str = Field(title="收款人姓名")
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISIONS)
    project_code: str = Field(title="项目")
    amount: Money = Field(title="金额", json_schema_extra=SORTABLE)
    channel: OrderChannel = Field(title="支付方式")
    status: OrderStatus = Field(title="状态")
    fund_id: int | None = Field(title="账套", json_schema_extra=FUNDS)
    posting_id: int | None = Field(title="入账编号")
    from_reserve: Money | None = Field(title="备用金支付")
    from_charity: Money | None = Field(title="救助基金垫付")
    cause: str | None = Field(title="事由")
    paid_at: datetime | None = Field(title="支付时间")
    handed_at: datetime | None = Field(title="交付时间")
    receipt_no: str | None = Field(title="领款凭据号")
    decided_by: int | None = Field(title="决定人", json_schema_extra={"x-hidden": True})
    created_at: datetime = Field(title="创建时间")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class HandoverCreate(BaseModel):
    """What the cashier has in hand once the person has the money."""

    model_config = ConfigDict(extra="forbid")

    receipt_no: str = Field(
        title="领款凭据号",
        min_length=2,
        max_length=60,
        description="转账填银行流水号，现金填领款签字单编号",
    )


class AccountCreate(BaseModel):
    """A payee's bank account."""

    model_config = ConfigDict(extra="forbid")

    household_id: int = Field(title="家庭", ge=1, le=9_223_372_036_854_775_807, json_schema_extra=HOUSEHOLDS)
    person_id: int = Field(title="收款人", ge=1, le=9_223_372_036_854_775_807)
    kind: AccountKind = Field(default=AccountKind.CARD, title="账户类型")
    number: str = Field(title="账号", min_length=6, max_length=40)
    bank_name: str = Field(title="开户行", min_length=2, max_length=60)
    cnaps: str | None = Field(default=None, title="支付系统行号", max_length=12)
    agreement: str | None = Field(default=None, title="代管协议", max_length=100)


class AccountRead(BaseModel):
    """A payee's bank account, masked."""

    id: int = Field(title="编号")
    person_id: int = Field(title="收款人")
    household_id: int = Field(title="家庭", json_schema_extra=HOUSEHOLDS)
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISIONS)
    holder_name: str = Field(title="户名")
    kind: AccountKind = Field(title="账户类型")
    bank_name: str = Field(title="开户行")
    number_masked: str = Field(title="账号")
    agreement: str | None = Field(title="代管协议")
    status: AccountStatus = Field(title="状态")
    entered_by: int = Field(title="登记人", json_schema_extra={"x-hidden": True})
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class BatchCreate(BaseModel):
    """Which projects, which month, which area."""

    model_config = ConfigDict(extra="forbid")

    project_codes: list[str] = Field(
        title="项目", min_length=1, max_length=50, json_schema_extra={"x-options": "/api/v1/projects/options"}
    )
    period: str = Field(title="所属月份", pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-11"])
    division_code: str = Field(title="行政区划", pattern=r"^\d{6,15}$", json_schema_extra=DIVISIONS)


class BatchAction(BaseModel):
    """A step of a batch. The checker may state the totals of a count of their own."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(title="操作", max_length=30, examples=["check", "approve", "send", "confirm"])
    opinion: str | None = Field(default=None, title="意见", max_length=300)
    version: int | None = Field(default=None, title="版本")
    line_count: int | None = Field(default=None, title="核对笔数", ge=0)
    total_amount: Money | None = Field(default=None, title="核对金额")


class BatchRead(BaseModel):
    """A batch in a list."""

    id: int = Field(title="编号")
    number: str = Field(title="批次号")
    period: str = Field(title="所属月份")
    project_codes: list[str] = Field(title="项目")
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISIONS)
    fund_id: int = Field(title="账套", json_schema_extra=FUNDS)
    state: BatchState = Field(title="状态")
    line_count: int = Field(title="笔数")
    total_amount: Money = Field(title="总金额", json_schema_extra=SORTABLE)
    control_hash: str | None = Field(title="复核总控摘要")
    made_by: int = Field(title="制单人", json_schema_extra={"x-hidden": True})
    checked_by: int | None = Field(title="复核人", json_schema_extra={"x-hidden": True})
    approved_by: int | None = Field(title="审批人", json_schema_extra={"x-hidden": True})
    sent_by: int | None = Field(title="发送人", json_schema_extra={"x-hidden": True})
    confirmed_by: int | None = Field(title="财政确认人", json_schema_extra={"x-hidden": True})
    created_at: datetime = Field(title="制单时间", json_schema_extra=SORTABLE)
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class BatchStep(BaseModel):
    """Who did a step of a batch, and when."""

    title: str = Field(title="环节")
    user_name: str | None = Field(title="办理人")
    at: datetime | None = Field(title="时间")


class BatchDetail(BatchRead):
    """A batch with its comparison, its outcome and its files' digests."""

    fund_name: str = Field(title="账套名称")
    project_names: list[str] = Field(title="项目名称")
    steps: list[BatchStep] = Field(title="办理环节")

    summary: dict[str, Any] = Field(title="与上月比较")
    outcome: dict[str, int] = Field(title="各状态笔数")
    digests: dict[str, str] = Field(title="文件摘要")
    checked_at: datetime | None = Field(title="复核时间")
    approved_at: datetime | None = Field(title="审批时间")
    sent_at: datetime | None = Field(title="发送时间")
    confirmed_at: datetime | None = Field(title="国库支付时间")


class LineRead(BaseModel):
    """One payee's money."""

    id: int = Field(title="编号")
    batch_id: int = Field(title="批次")
    seq: int = Field(title="序号", json_schema_extra=SORTABLE)
    biz_no: str = Field(title="业务编号")
    household_id: int | None = Field(title="家庭", json_schema_extra=HOUSEHOLDS)
    payee_name: str = Field(title="收款人姓名")
    account_masked: str | None = Field(title="账号")
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISIONS)
    project_code: str = Field(title="项目")
    case_ref: str | None = Field(title="案件编号")
    period: date = Field(title="所属月份")
    amount: Money = Field(title="金额", json_schema_extra=SORTABLE)
    difference: Difference = Field(title="与上月比较")
    previous_amount: Money | None = Field(title="上月金额")
    status: LineStatus = Field(title="状态")
    fail_code: str | None = Field(title="失败代码")
    fail_reason: str | None = Field(title="失败原因")
    bank_serial: str | None = Field(title="银行流水号")
    value_date: date | None = Field(title="入账日期")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class ReturnException(BaseModel):
    """A line of a return file that does not fit."""

    id: int = Field(title="编号")
    row_no: int = Field(title="文件行号")
    biz_no: str | None = Field(title="业务编号")
    kind: ExceptionKind = Field(title="异常类型")
    expected_amount: Money | None = Field(title="应付金额")
    actual_amount: Money | None = Field(title="实付金额")
    message: str = Field(title="说明")
    outcome: ExceptionOutcome | None = Field(title="处理结论")
    note: str | None = Field(title="处理说明")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class ResolutionCreate(BaseModel):
    """What was found out, and how."""

    model_config = ConfigDict(extra="forbid")

    outcome: ExceptionOutcome = Field(title="处理结论")
    note: str = Field(title="处理说明", min_length=2, max_length=300)


class ReturnRead(BaseModel):
    """What a return file did."""

    id: int = Field(title="编号")
    batch_id: int = Field(title="批次")
    file_name: str = Field(title="文件名")
    received_by: int = Field(title="接收人", json_schema_extra={"x-hidden": True})
    created_at: datetime = Field(title="导入时间")
    replayed: bool = Field(title="此前已导入")
    rows: int = Field(title="行数")
    matched: int = Field(title="核对一致笔数")
    paid: int = Field(title="成功笔数")
    failed: int = Field(title="失败笔数")
    pending: int = Field(title="处理中笔数")
    unchanged: int = Field(title="此前已回盘笔数")
    exception_count: int = Field(title="需处理笔数")
    paid_amount: Money = Field(title="成功金额")
    failed_amount: Money = Field(title="失败金额")
    exceptions: list[ReturnException] = Field(title="异常")
    state: BatchState = Field(title="批次状态")
