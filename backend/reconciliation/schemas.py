"""What reconciliation says and is told over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from backend.kernel.money import Money, SignedMoney
from backend.reconciliation.models import (
    DifferenceKind,
    LineState,
    MatchRule,
    MatchStatus,
    StatementFormat,
    StepKind,
)

FUNDS: dict[str, Any] = {"x-options": "/api/v1/funds/options"}
ACCOUNTS: dict[str, Any] = {"x-options": "/api/v1/bank-accounts/options"}
SORTABLE: dict[str, Any] = {"x-sortable": True}
HIDDEN: dict[str, Any] = {"x-hidden": True}
BookKey = Annotated[str, StringConstraints(pattern=r"^\d{1,18}-\d{1,6}$", max_length=30)]
RowKey = Annotated[int, Field(ge=1, le=2**63 - 1)]


class BankAccountRead(BaseModel):
    """The bank account of a book."""

    id: int = Field(title="编号")
    fund_id: int = Field(title="账套", json_schema_extra=FUNDS)
    account_code: str = Field(title="科目")
    bank_name: str = Field(title="开户行")
    number_masked: str = Field(title="银行账号")
    template: str = Field(title="对账单模板", json_schema_extra=HIDDEN)
    opened_on: date = Field(title="对账启用日期")
    opening_balance: SignedMoney = Field(title="启用时余额")
    covered_to: date | None = Field(title="对账单已到")
    bank_balance: SignedMoney | None = Field(title="银行余额")
    open_lines: int = Field(title="未对账流水")
    division_code: str = Field(title="行政区划")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class BankAccountCreate(BaseModel):
    """A bank account whose reconciliation begins."""

    model_config = ConfigDict(extra="forbid")

    fund_id: int = Field(title="账套", ge=1, json_schema_extra=FUNDS)
    account_code: str = Field(default="1002", title="科目", max_length=10, description="1002 银行存款，1011 财政零余额")
    bank_name: str = Field(title="开户行", min_length=2, max_length=60)
    number: str = Field(title="银行账号", min_length=5, max_length=40)
    template: str = Field(
        default="general",
        title="对账单模板",
        max_length=20,
        json_schema_extra={"x-options": "/api/v1/bank-accounts/templates"},
    )
    opened_on: date = Field(title="对账启用日期")
    opening_balance: SignedMoney = Field(title="启用时余额", description="启用日前一日终了的银行余额，须与账面相符")


class StatementRead(BaseModel):
    """One statement of the bank."""

    id: int = Field(title="编号")
    bank_account_id: int = Field(title="银行账户", json_schema_extra=ACCOUNTS)
    sequence: int = Field(title="期次")
    from_date: date = Field(title="起始日期")
    to_date: date = Field(title="截止日期", json_schema_extra=SORTABLE)
    opening_balance: SignedMoney = Field(title="期初余额")
    received: Money = Field(title="收入合计")
    paid: Money = Field(title="支出合计")
    closing_balance: SignedMoney = Field(title="期末余额")
    line_count: int = Field(title="笔数")
    format: StatementFormat = Field(title="格式")
    file_name: str = Field(title="文件名")
    created_at: datetime = Field(title="导入时间")
    division_code: str = Field(title="行政区划")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class MatchingRead(BaseModel):
    """What a run of the rules found."""

    reversal: int = Field(title="账面冲销对抵")
    exact: int = Field(title="编号和金额一致")
    group: int = Field(title="同一编号分组合计一致")
    party: int = Field(title="户名、金额一致且日期相近")
    suggested: int = Field(title="待采纳的建议")
    open_bank: int = Field(title="未对账流水")
    open_book: int = Field(title="未对账分录")


class StatementTaken(StatementRead):
    """What an import did."""

    replayed: bool = Field(title="此前已导入")
    matching: MatchingRead | None = Field(title="自动对账结果")


class BankLineRead(BaseModel):
    """One line of a statement."""

    id: int = Field(title="编号")
    bank_account_id: int = Field(title="银行账户", json_schema_extra=ACCOUNTS)
    booked_on: date = Field(title="记账日期", json_schema_extra=SORTABLE)
    amount: SignedMoney = Field(title="金额", json_schema_extra=SORTABLE)
    balance: SignedMoney = Field(title="余额")
    counter_name: str | None = Field(title="对方户名")
    counter_tail: str | None = Field(title="对方账号尾号")
    memo: str | None = Field(title="摘要")
    reference: str | None = Field(title="业务编号")
    serial: str | None = Field(title="银行流水号")
    state: LineState = Field(title="对账状态")
    statement_id: int = Field(title="对账单", json_schema_extra=HIDDEN)
    division_code: str = Field(title="行政区划")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class MatchRead(BaseModel):
    """Lines of both sides that belong together."""

    id: int = Field(title="编号")
    bank_account_id: int = Field(title="银行账户", json_schema_extra=ACCOUNTS)
    rule: MatchRule = Field(title="对账规则")
    status: MatchStatus = Field(title="状态")
    confidence: int = Field(title="可信度", json_schema_extra=SORTABLE)
    amount: SignedMoney = Field(title="金额", json_schema_extra=SORTABLE)
    bank_said: str | None = Field(title="银行流水")
    book_said: str | None = Field(title="账面分录")
    bank_count: int = Field(title="银行笔数")
    book_count: int = Field(title="账面笔数")
    note: str | None = Field(title="说明")
    created_at: datetime = Field(title="提出时间")
    made_by: int = Field(title="提出人", json_schema_extra=HIDDEN)
    division_code: str = Field(title="行政区划")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class SideLine(BaseModel):
    """A line of either side, as both can be laid beside each other."""

    key: str = Field(title="编号")
    day: date = Field(title="日期")
    amount: SignedMoney = Field(title="金额")
    memo: str | None = Field(title="摘要")
    counter_name: str | None = Field(title="对方户名")
    reference: str | None = Field(title="业务编号")
    number: int | None = Field(title="凭证号")
    journal_id: int | None = Field(title="凭证")


class StepRead(BaseModel):
    """What somebody decided."""

    kind: StepKind = Field(title="办理")
    user_name: str | None = Field(title="办理人")
    note: str | None = Field(title="说明")
    at: datetime = Field(title="时间")


class MatchDetail(MatchRead):
    """A match with its lines and its history."""

    made_by_name: str | None = Field(title="提出人")
    bank: list[SideLine] = Field(title="银行流水")
    book: list[SideLine] = Field(title="账面分录")
    steps: list[StepRead] = Field(title="办理过程")


class MatchCreate(BaseModel):
    """Lines that a person brings together; another person confirms."""

    model_config = ConfigDict(extra="forbid")

    bank_account_id: int = Field(title="银行账户", ge=1, json_schema_extra=ACCOUNTS)
    bank_line_ids: list[RowKey] = Field(title="银行流水", max_length=500)
    book_lines: list[BookKey] = Field(title="账面分录", max_length=500)
    note: str = Field(title="说明", min_length=2, max_length=200)


class StepCreate(BaseModel):
    """A word about a decision."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(title="说明", min_length=2, max_length=200)


class OpenItem(SideLine):
    """A line that stands alone, why, and for how long."""

    kind: DifferenceKind = Field(title="差异类型")
    days: int = Field(title="已挂天数")


class Aging(BaseModel):
    """How long open items have been waiting."""

    label: str = Field(title="账龄")
    count: int = Field(title="笔数")
    amount: SignedMoney = Field(title="金额")


class SheetSum(BaseModel):
    """How much of one kind of difference stands open."""

    kind: DifferenceKind = Field(title="差异类型")
    count: int = Field(title="笔数")
    amount: Money = Field(title="金额")


class BalanceSheet(BaseModel):
    """银行存款余额调节表: both adjusted balances are the same, or something is wrong."""

    bank_account_id: int = Field(title="银行账户", json_schema_extra=ACCOUNTS)
    fund_name: str = Field(title="账套名称")
    bank_name: str = Field(title="开户行")
    number_masked: str = Field(title="银行账号")
    month: str = Field(title="月份")
    as_of: date = Field(title="截至日期")
    bank_balance: SignedMoney = Field(title="银行对账单余额")
    book_balance: SignedMoney = Field(title="账面余额")
    book_received: Money = Field(title="加：单位已收、银行未收")
    book_paid: Money = Field(title="减：单位已付、银行未付")
    bank_received: Money = Field(title="加：银行已收、单位未收")
    bank_paid: Money = Field(title="减：银行已付、单位未付")
    sums: list[SheetSum] = Field(title="差异汇总")
    adjusted_bank: SignedMoney = Field(title="调节后银行余额")
    adjusted_book: SignedMoney = Field(title="调节后账面余额")
    balanced: bool = Field(title="是否相符")
    aging: list[Aging] = Field(title="账龄分析")
    items: list[OpenItem] = Field(title="未达账项明细")
    item_count: int = Field(title="未达账项笔数")
    waiting: int = Field(title="待采纳和待复核的对账")
