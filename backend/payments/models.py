"""Who is entitled to what from which month, and what was paid of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Record, Versioned, division_field, money_field

HOUSEHOLDS: dict[str, Any] = {"json_schema_extra": {"x-options": "/api/v1/households/options"}}


class AccountKind(LabelledEnum):
    """What kind of account money goes to; the values are the bank file's."""

    CARD = "1", "银行卡"
    PASSBOOK = "2", "存折"
    SOCIAL_CARD = "3", "社会保障卡"


class AccountStatus(LabelledEnum):
    """Whether money may go there."""

    PENDING = "pending", "待复核"
    ACTIVE = "active", "有效"
    CLOSED = "closed", "已停用"


class EntitlementStatus(LabelledEnum):
    """Whether a monthly benefit is paid."""

    ACTIVE = "active", "享受中"
    SUSPENDED = "suspended", "暂停发放"
    STOPPED = "stopped", "已停发"


class OrderStatus(LabelledEnum):
    """Where a one-off payment stands."""

    WAITING = "waiting", "待发放"
    PAID = "paid", "已支付"
    CANCELLED = "cancelled", "已取消"


class OrderChannel(LabelledEnum):
    """How a one-off payment reaches the person."""

    BATCH = "batch", "县级批量发放"
    RESERVE_BANK = "reserve_bank", "镇街备用金转账"
    RESERVE_CASH = "reserve_cash", "镇街备用金现金"


class BatchState(LabelledEnum):
    """Where a batch stands."""

    DRAFT = "draft", "已制单"
    CHECKED = "checked", "已复核"
    APPROVED = "approved", "已审批"
    SENT = "sent", "已发送银行"
    RETURNED = "returned", "已回盘"
    SETTLED = "settled", "已办结"
    CANCELLED = "cancelled", "已作废"


class LineStatus(LabelledEnum):
    """Where one payment stands."""

    PLANNED = "planned", "待发送"
    SENT = "sent", "已发送"
    PAID = "paid", "发放成功"
    FAILED = "failed", "发放失败"
    EXCEPTION = "exception", "异常待核"
    CANCELLED = "cancelled", "已取消"


class Difference(LabelledEnum):
    """How a line compares with last month's."""

    NEW = "new", "新增"
    SAME = "same", "无变化"
    CHANGED = "changed", "金额变化"
    ONCE = "once", "一次性"
    REISSUE = "reissue", "更正重发"


class ExceptionKind(LabelledEnum):
    """Why a line of a return file was not taken over."""

    UNKNOWN_LINE = "unknown_line", "批次中没有这一笔"
    OTHER_AMOUNT = "other_amount", "实付金额与应付金额不符"
    DUPLICATE = "duplicate", "同一笔重复回盘"
    UNREADABLE = "unreadable", "内容无法识别"


class ExceptionOutcome(LabelledEnum):
    """What a second person found out about a line that did not fit."""

    PAID = "paid", "已按应付金额发放"
    FAILED = "failed", "未发放，退回重发"
    DISMISSED = "dismissed", "不影响发放"


class PaymentAccount(Versioned, table=True):
    """Where a payee's money goes. A second person confirms it before money follows."""

    __tablename__ = "payment_account"
    __table_args__ = (
        Index("ix_payment_account_person", "person_id", "status"),
        Index("ix_payment_account_number", "number_index"),
        Index("uq_payment_account_active", "person_id", unique=True, postgresql_where=text("status = 'active'")),
    )

    person_id: int = Field(sa_type=BigInteger, foreign_key="person.id", title="收款人")
    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭")
    division_code: str = division_field()
    holder_name: str = Field(max_length=60, title="户名")
    kind: AccountKind = Field(sa_type=enum_column(AccountKind), title="账户类型")
    bank_name: str = Field(max_length=60, title="开户行")
    cnaps: str | None = Field(default=None, max_length=12, title="支付系统行号")
    number_cipher: bytes = Field(sa_type=LargeBinary, title="账号密文")
    number_index: bytes = Field(sa_type=LargeBinary, title="账号索引")
    number_masked: str = Field(max_length=40, title="账号")
    agreement: str | None = Field(default=None, max_length=100, title="代管协议")
    status: AccountStatus = Field(default=AccountStatus.PENDING, sa_type=enum_column(AccountStatus), title="状态")
    entered_by: int = Field(sa_type=BigInteger, title="登记人")
    confirmed_by: int | None = Field(default=None, sa_type=BigInteger, title="复核人")
    confirmed_at: datetime | None = Field(default=None, sa_type=AWARE, title="复核时间")


class Entitlement(Versioned, table=True):
    """A monthly benefit in force from a month; a change ends this row and begins the next."""

    __tablename__ = "entitlement"
    __table_args__ = (
        Index("ix_entitlement_due", "project_code", "division_code", "from_month"),
        Index("ix_entitlement_area", "division_code", "id"),
        Index("ix_entitlement_household", "household_id", "project_code"),
        Index("ix_entitlement_case", "case_id"),
        Index("uq_entitlement_successor", "predecessor_id", unique=True),
    )

    household_id: int = Field(sa_type=BigInteger, foreign_key="household.id", title="家庭", schema_extra=HOUSEHOLDS)
    person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", title="对象")
    payee_person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", title="收款人")
    payee_name: str = Field(max_length=60, title="收款人姓名")
    division_code: str = division_field()
    residence: str = Field(max_length=10, title="城乡类别")
    project_code: str = Field(max_length=20, title="项目")
    version_id: int | None = Field(default=None, sa_type=BigInteger, title="项目版本")
    case_id: int | None = Field(default=None, sa_type=BigInteger, title="案件")
    fund_book: str = Field(default="BK01", max_length=20, title="账套编码")
    expense_account: str = Field(default="5009", max_length=10, title="支出科目")
    budget_subject: str = Field(default="2082502", max_length=10, title="预算科目")
    case_ref: str | None = Field(default=None, max_length=40, title="案件编号")
    monthly_amount: Decimal = money_field("月金额")
    from_month: date = Field(title="起始月份")
    to_month: date | None = Field(default=None, title="终止月份")
    status: EntitlementStatus = Field(
        default=EntitlementStatus.ACTIVE, sa_type=enum_column(EntitlementStatus), title="状态"
    )
    predecessor_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="entitlement.id", title="变更自")
    reason: str | None = Field(default=None, max_length=200, title="变更原因")


class PaymentOrder(Versioned, table=True):
    """One payment for one decision: at once from a reserve, or with the next batch."""

    __tablename__ = "payment_order"
    __table_args__ = (
        UniqueConstraint("case_id", "purpose"),
        Index("ix_payment_order_area", "division_code", "id"),
        Index("ix_payment_order_waiting", "project_code", "status"),
    )

    case_id: int = Field(sa_type=BigInteger, title="案件")
    purpose: str = Field(default="grant", max_length=20, title="用途")
    case_ref: str = Field(max_length=40, title="案件编号")
    household_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="household.id", title="家庭")
    payee_person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", title="收款人")
    payee_name: str = Field(max_length=60, title="收款人姓名")
    division_code: str = division_field()
    residence: str = Field(default="rural", max_length=10, title="城乡类别")
    project_code: str = Field(max_length=20, title="项目")
    version_id: int | None = Field(default=None, sa_type=BigInteger, title="项目版本")
    fund_book: str = Field(default="BK01", max_length=20, title="账套编码")
    expense_account: str = Field(default="5009", max_length=10, title="支出科目")
    budget_subject: str = Field(default="2082502", max_length=10, title="预算科目")
    amount: Decimal = money_field("金额")
    from_month: date = Field(title="所属月份")
    channel: OrderChannel = Field(sa_type=enum_column(OrderChannel), title="支付方式")
    status: OrderStatus = Field(default=OrderStatus.WAITING, sa_type=enum_column(OrderStatus), title="状态")
    fund_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="fund.id", title="账套")
    posting_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="ledger_posting.id", title="入账编号")
    from_reserve: Decimal | None = money_field("备用金支付", default=None)
    from_charity: Decimal | None = money_field("救助基金垫付", default=None)
    cause: str | None = Field(default=None, max_length=100, title="事由")
    paid_at: datetime | None = Field(default=None, sa_type=AWARE, title="支付时间")
    decided_by: int | None = Field(default=None, sa_type=BigInteger, title="决定人")
    handed_by: int | None = Field(default=None, sa_type=BigInteger, title="出纳")
    handed_at: datetime | None = Field(default=None, sa_type=AWARE, title="交付时间")
    receipt_no: str | None = Field(default=None, max_length=60, title="领款凭据号")


class PaymentBatch(Versioned, table=True):
    """One month's payments of some projects in one area; each step by another person."""

    __tablename__ = "payment_batch"
    __table_args__ = (
        Index("ix_payment_batch_area", "division_code", "id"),
        CheckConstraint(
            "checked_by <> made_by AND approved_by <> made_by AND approved_by <> checked_by"
            " AND sent_by <> made_by AND sent_by <> approved_by",
            name="four_persons",
        ),
    )

    number: str = Field(max_length=20, unique=True, title="批次号")
    period: date = Field(title="所属月份")
    project_codes: list[str] = Field(sa_type=ARRAY(Text), title="项目")
    division_code: str = division_field()
    fund_id: int = Field(sa_type=BigInteger, foreign_key="fund.id", title="账套")
    state: BatchState = Field(default=BatchState.DRAFT, sa_type=enum_column(BatchState), title="状态")
    line_count: int = Field(default=0, title="笔数")
    total_amount: Decimal = money_field("总金额", default=Decimal(0))
    control_hash: str | None = Field(default=None, max_length=64, title="复核总控摘要")
    summary: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="与上月比较")
    digests: dict[str, str] = Field(default_factory=dict, sa_type=JSONB, title="文件摘要")
    made_by: int = Field(sa_type=BigInteger, title="制单人")
    checked_by: int | None = Field(default=None, sa_type=BigInteger, title="复核人")
    checked_at: datetime | None = Field(default=None, sa_type=AWARE, title="复核时间")
    approved_by: int | None = Field(default=None, sa_type=BigInteger, title="审批人")
    approved_at: datetime | None = Field(default=None, sa_type=AWARE, title="审批时间")
    sent_by: int | None = Field(default=None, sa_type=BigInteger, title="发送人")
    sent_at: datetime | None = Field(default=None, sa_type=AWARE, title="发送时间")
    confirmed_by: int | None = Field(default=None, sa_type=BigInteger, title="财政确认人")
    confirmed_at: datetime | None = Field(default=None, sa_type=AWARE, title="国库支付时间")


class PaymentLine(Record, table=True):
    """One payee's money in a batch."""

    __tablename__ = "payment_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "seq"),
        # No household is paid twice: one live payment per entitlement and month, one per order.
        Index(
            "uq_payment_line_entitlement",
            "entitlement_id",
            "period",
            unique=True,
            postgresql_where=text("status NOT IN ('failed', 'cancelled')"),
        ),
        Index(
            "uq_payment_line_order",
            "order_id",
            unique=True,
            postgresql_where=text("order_id IS NOT NULL AND status NOT IN ('failed', 'cancelled')"),
        ),
        Index("ix_payment_line_household", "household_id", "period"),
        Index("ix_payment_line_area", "division_code", "id"),
    )

    batch_id: int = Field(sa_type=BigInteger, foreign_key="payment_batch.id", title="批次")
    seq: int = Field(title="序号")
    biz_no: str = Field(max_length=32, unique=True, title="业务编号")
    entitlement_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="entitlement.id", title="待遇")
    order_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="payment_order.id", title="一次性支付")
    household_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="household.id", title="家庭")
    payee_person_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="person.id", title="收款人")
    payee_name: str = Field(max_length=60, title="收款人姓名")
    account_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="payment_account.id", title="收款账户")
    division_code: str = division_field()
    residence: str = Field(max_length=10, title="城乡类别")
    project_code: str = Field(max_length=20, title="项目")
    period: date = Field(title="所属月份")
    amount: Decimal = money_field("金额")
    case_ref: str | None = Field(default=None, max_length=40, title="案件编号")
    difference: Difference = Field(sa_type=enum_column(Difference), title="与上月比较")
    previous_amount: Decimal | None = money_field("上月金额", default=None)
    expense_account: str = Field(max_length=10, title="支出科目")
    budget_subject: str = Field(max_length=10, title="预算科目")
    reissue_of_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="payment_line.id", title="更正重发自"
    )
    status: LineStatus = Field(default=LineStatus.PLANNED, sa_type=enum_column(LineStatus), title="状态")
    fail_code: str | None = Field(default=None, max_length=4, title="失败代码")
    fail_reason: str | None = Field(default=None, max_length=100, title="失败原因")
    bank_serial: str | None = Field(default=None, max_length=60, title="银行流水号")
    value_date: date | None = Field(default=None, title="入账日期")


class PaymentReturn(Record, table=True):
    """A return file as it came; the same file is taken once."""

    __tablename__ = "payment_return"
    __table_args__ = (UniqueConstraint("batch_id", "digest"),)

    batch_id: int = Field(sa_type=BigInteger, foreign_key="payment_batch.id", title="批次")
    division_code: str = division_field()
    digest: str = Field(max_length=64, title="文件摘要")
    file_name: str = Field(max_length=200, title="文件名")
    rows: int = Field(title="行数")
    paid: int = Field(title="成功笔数")
    failed: int = Field(title="失败笔数")
    pending: int = Field(default=0, title="处理中笔数")
    unchanged: int = Field(default=0, title="此前已回盘笔数")
    paid_amount: Decimal = money_field("成功金额")
    failed_amount: Decimal = money_field("失败金额")
    received_by: int = Field(sa_type=BigInteger, title="接收人")


class PaymentException(Record, table=True):
    """A line of a return file that does not fit."""

    __tablename__ = "payment_exception"
    __table_args__ = (Index("ix_payment_exception_area", "division_code", "id"),)

    return_id: int = Field(sa_type=BigInteger, foreign_key="payment_return.id", index=True, title="回盘")
    batch_id: int = Field(sa_type=BigInteger, foreign_key="payment_batch.id", index=True, title="批次")
    line_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="payment_line.id", title="发放明细")
    division_code: str = division_field()
    row_no: int = Field(title="文件行号")
    biz_no: str | None = Field(default=None, max_length=60, title="业务编号")
    kind: ExceptionKind = Field(sa_type=enum_column(ExceptionKind), title="异常类型")
    expected_amount: Decimal | None = money_field("应付金额", default=None)
    actual_amount: Decimal | None = money_field("实付金额", default=None)
    message: str = Field(max_length=300, title="说明")
    outcome: ExceptionOutcome | None = Field(default=None, sa_type=enum_column(ExceptionOutcome), title="处理结论")
    note: str | None = Field(default=None, max_length=300, title="处理说明")
    resolved_by: int | None = Field(default=None, sa_type=BigInteger, title="处理人")
    resolved_at: datetime | None = Field(default=None, sa_type=AWARE, title="处理时间")
