"""Funds, vouchers and balances as the API shows them."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.kernel.money import Money, PositiveMoney, SignedMoney
from backend.ledger.models import FundKind, FundSource, FundStatus, Side

FUND_OPTIONS: dict[str, Any] = {"x-options": "/api/v1/funds/options"}
DIVISION_OPTIONS: dict[str, Any] = {"x-options": "/api/v1/divisions/options"}


class FundRead(BaseModel):
    """A book with its money in constant time."""

    model_config = ConfigDict(populate_by_name=True)

    id: int = Field(title="编号")
    code: str = Field(title="账套编码", json_schema_extra={"x-sortable": True})
    name: str = Field(title="名称", json_schema_extra={"x-sortable": True})
    kind: FundKind = Field(title="类别")
    status: FundStatus = Field(title="状态")
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISION_OPTIONS)
    organization_id: int | None = Field(default=None, title="管理单位")
    float_amount: Money | None = Field(default=None, alias="float", title="定额")
    balance: SignedMoney = Field(title="账面余额")
    available: SignedMoney = Field(title="可用余额")
    unsettled: SignedMoney = Field(title="待报销")
    owed_to: SignedMoney = Field(title="别的账套欠本账套")
    owed_by: SignedMoney = Field(title="本账套欠别的账套")
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class Debt(BaseModel):
    """What one book owes another."""

    account_code: str = Field(title="科目")
    fund_id: int = Field(title="往来账套", json_schema_extra=FUND_OPTIONS)
    fund_name: str = Field(title="往来账套名称")
    amount: Money = Field(title="金额")


class FundDetail(FundRead):
    """A book with its debts by counterpart and its rules of today."""

    debts: list[Debt] = Field(title="往来明细")
    parameters: dict[str, str] = Field(title="参数")


class JournalRead(BaseModel):
    """A voucher in a list."""

    id: int = Field(title="编号")
    fund_id: int = Field(title="账套", json_schema_extra=FUND_OPTIONS)
    fund_name: str = Field(title="账套名称")
    year: int = Field(title="年度")
    number: int = Field(title="凭证号", json_schema_extra={"x-sortable": True})
    template: str = Field(title="事项编码")
    template_name: str = Field(title="记账事项")
    occurred_on: date = Field(title="业务日期", json_schema_extra={"x-sortable": True})
    memo: str = Field(title="业务摘要")
    amount: Money = Field(title="金额", json_schema_extra={"x-sortable": True})
    division_code: str = Field(title="行政区划", json_schema_extra=DIVISION_OPTIONS)
    posting_id: int = Field(title="入账编号", json_schema_extra={"x-hidden": True})
    reverses_id: int | None = Field(default=None, title="冲销的凭证", json_schema_extra={"x-hidden": True})
    reversed_by_id: int | None = Field(default=None, title="被冲销的凭证", json_schema_extra={"x-hidden": True})
    created_at: datetime = Field(title="入账时间")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class LineRead(BaseModel):
    """A line of a voucher."""

    line_no: int = Field(title="行号")
    account_code: str = Field(title="科目")
    account_name: str = Field(title="科目名称")
    debit: Money = Field(title="借方金额")
    credit: Money = Field(title="贷方金额")
    fund_source: FundSource = Field(title="资金来源")
    counter_fund_id: int | None = Field(title="往来账套", json_schema_extra=FUND_OPTIONS)
    budget_subject: str | None = Field(title="预算科目")
    item_code: str | None = Field(title="救助项目")
    division_code: str | None = Field(title="行政区划")
    case_ref: str | None = Field(title="案件")
    batch_ref: str | None = Field(title="发放批次")
    doc_no: str | None = Field(title="单据号")


class JournalName(BaseModel):
    """Another voucher, by the name people call it."""

    id: int = Field(title="编号")
    fund_name: str = Field(title="账套名称")
    year: int = Field(title="年度")
    number: int = Field(title="凭证号")
    relation: str = Field(title="关系")


class JournalDetail(JournalRead):
    """A voucher with its lines, the other vouchers of the same posting and its place in the chain."""

    lines: list[LineRead] = Field(title="分录")
    together_with: list[int] = Field(title="同时入账的凭证", json_schema_extra={"x-hidden": True})
    related: list[JournalName] = Field(title="相关凭证")
    created_by: int = Field(title="制单人编号", json_schema_extra={"x-hidden": True})
    created_by_name: str = Field(title="制单人")
    previous_hash: str = Field(title="前一凭证摘要")
    hash: str = Field(title="本凭证摘要")


class JournalCreate(BaseModel):
    """An event to be posted by hand, by its template."""

    model_config = ConfigDict(extra="forbid")

    template: str = Field(
        title="记账事项", max_length=10, json_schema_extra={"x-options": "/api/v1/posting-templates/options"}
    )
    fund_id: int = Field(title="账套", ge=1, json_schema_extra=FUND_OPTIONS)
    amount: PositiveMoney = Field(title="金额")
    fund_source: FundSource | None = Field(default=None, title="资金来源")
    occurred_on: date = Field(title="业务日期")
    memo: str = Field(title="业务摘要", min_length=2, max_length=200)
    budget_subject: str | None = Field(default=None, title="预算科目", max_length=10)
    item_code: str | None = Field(default=None, title="救助项目", max_length=20)
    division_code: str | None = Field(default=None, title="行政区划", max_length=15, json_schema_extra=DIVISION_OPTIONS)
    case_ref: str | None = Field(default=None, title="案件", max_length=40)
    batch_ref: str | None = Field(default=None, title="发放批次", max_length=40)
    doc_no: str | None = Field(default=None, title="单据号", max_length=60)


class ReversalCreate(BaseModel):
    """Why a voucher is reversed."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(title="冲销原因", min_length=2, max_length=150)
    occurred_on: date | None = Field(default=None, title="业务日期")


class RefillCreate(BaseModel):
    """Money for a town's reserve, out of the county's special account."""

    model_config = ConfigDict(extra="forbid")

    amount: PositiveMoney = Field(title="金额")
    doc_no: str = Field(title="拨款单号", min_length=1, max_length=60)
    occurred_on: date | None = Field(default=None, title="业务日期")


class AccountRead(BaseModel):
    """An account of the chart."""

    id: str = Field(title="编号")
    code: str = Field(title="科目编码")
    name: str = Field(title="科目名称")
    side: Side = Field(title="余额方向")
    may_be_negative: bool = Field(title="余额可为负")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class AccountTotal(BaseModel):
    """One row of the trial balance."""

    account_code: str = Field(title="科目编码")
    account_name: str = Field(title="科目名称")
    side: Side = Field(title="余额方向")
    debit: Money = Field(title="借方发生额")
    credit: Money = Field(title="贷方发生额")
    balance: SignedMoney = Field(title="余额")


class TrialBalance(BaseModel):
    """试算平衡表: total debit equals total credit."""

    fund_id: int = Field(title="账套")
    as_of: date = Field(title="截至日期")
    items: list[AccountTotal] = Field(title="科目")
    total_debit: Money = Field(title="借方合计")
    total_credit: Money = Field(title="贷方合计")
    balanced: bool = Field(title="是否平衡")


class Fault(BaseModel):
    """The first thing that does not fit."""

    fund_id: int | None = Field(title="账套")
    fund: str | None = Field(title="账套名称")
    journal_id: int | None = Field(title="凭证")
    number: int | None = Field(title="凭证号")
    reason: str = Field(title="说明")


class Verification(BaseModel):
    """What a proof of the books found."""

    ok: bool = Field(title="是否完好")
    journals: int = Field(title="凭证数")
    head_hash: str = Field(title="链尾摘要")
    first_fault: Fault | None = Field(title="第一处问题")
