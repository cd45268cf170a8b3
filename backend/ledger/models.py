"""Books, accounts, vouchers and their balances. The database itself guards them: see `database.sql`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, MONEY, ZERO, Record, Versioned, division_field, money_field, now

# A running total outlives any one voucher's NUMERIC(14,2).
TOTAL: Any = Numeric(20, 2)


class FundKind(LabelledEnum):
    """What a book is for; postings name the books they touch by these roles."""

    COUNTY_SPECIAL = "county_special", "困难群众救助资金专账"
    TOWN_RESERVE = "town_reserve", "镇街临时救助备用金"
    CHARITY_RELIEF = "charity_relief", "特困家庭救助基金"
    PURCHASED_SERVICES = "purchased_services", "政府购买服务资金"
    GOODS = "goods", "救助物资账"
    MEMO = "memo", "部门备查账"


class FundStatus(LabelledEnum):
    """Whether a book takes postings."""

    ACTIVE = "active", "正常"
    FROZEN = "frozen", "冻结"
    CLOSED = "closed", "已结账"


class FundSource(LabelledEnum):
    """Whose money it is; sources never mix within a voucher (专款专用)."""

    CENTRAL = "central", "中央"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    DONATION = "donation", "捐赠（非定向）"
    DONATION_RESTRICTED = "donation_restricted", "捐赠（定向）"
    INTEREST = "interest", "利息"


class Side(LabelledEnum):
    """The side on which an account grows."""

    DEBIT = "debit", "借"
    CREDIT = "credit", "贷"


class PeriodStatus(LabelledEnum):
    """Whether a month takes postings."""

    OPEN = "open", "未结账"
    CLOSED = "closed", "已结账"


class Fund(Versioned, table=True):
    """A book of accounts (账套) with its money."""

    __tablename__ = "fund"
    __table_args__ = (Index("ix_fund_division_code_kind", "division_code", "kind"),)

    code: str = Field(max_length=20, unique=True, title="账套编码")
    name: str = Field(max_length=100, title="名称")
    kind: FundKind = Field(sa_type=enum_column(FundKind), title="类别")
    status: FundStatus = Field(default=FundStatus.ACTIVE, sa_type=enum_column(FundStatus), title="状态")
    division_code: str = division_field()
    organization_id: int | None = Field(default=None, sa_type=BigInteger, index=True, title="管理单位")
    default_source: FundSource = Field(default=FundSource.COUNTY, sa_type=enum_column(FundSource), title="默认资金来源")
    float_amount: Decimal | None = money_field("定额", default=None)


class FundParameter(Record, table=True):
    """One dated rule of a book, e.g. the cap of one urgent case: in force from a day until the next row."""

    __tablename__ = "fund_parameter"
    __table_args__ = (UniqueConstraint("fund_id", "code", "valid_from"),)

    fund_id: int = Field(sa_type=BigInteger, foreign_key="fund.id", title="账套")
    code: str = Field(max_length=40, title="参数")
    value: str = Field(max_length=100, title="值")
    valid_from: date = Field(title="生效日期")
    basis: str | None = Field(default=None, max_length=200, title="依据")


class LedgerAccount(SQLModel, table=True):
    """One account of the chart. `may_be_negative` is false where less than nothing cannot exist."""

    __tablename__ = "ledger_account"

    code: str = Field(primary_key=True, max_length=10, title="科目编码")
    name: str = Field(max_length=60, title="科目名称")
    side: Side = Field(sa_type=enum_column(Side), title="余额方向")
    may_be_negative: bool = Field(default=True, title="余额可为负")
    is_money: bool = Field(default=False, title="是否货币资金")


class PostingTemplate(SQLModel, table=True):
    """Which accounts an event moves (DOMAIN §5.5): `legs` as the content file writes them."""

    __tablename__ = "posting_template"

    code: str = Field(primary_key=True, max_length=10, title="事项编码")
    name: str = Field(max_length=60, title="事项")
    legs: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, title="分录")
    requires: list[str] = Field(default_factory=list, sa_type=JSONB, title="必填辅助项")


class FundHead(SQLModel, table=True):
    """Where a book's chain ends: the one row a posting locks, with all it must know of the book.

    `year` and `number` are the last voucher's; `open_month` is the month last found open for posting.
    """

    __tablename__ = "fund_head"

    fund_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="fund.id")
    division_code: str = Field(max_length=15)
    organization_id: int | None = Field(default=None, sa_type=BigInteger)
    sequence: int = Field(default=0, sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)
    year: int = Field(default=0, sa_type=SmallInteger)
    number: int = Field(default=0, sa_type=BigInteger)
    open_month: date | None = None


class LedgerPosting(SQLModel, table=True):
    """One atomic entry into one or more books: all its vouchers stand or none."""

    __tablename__ = "ledger_posting"
    __table_args__ = (
        Index("uq_ledger_posting_reverses_id", "reverses_id", unique=True, postgresql_where="reverses_id IS NOT NULL"),
    )

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=False)], title="编号"
    )
    idempotency_key: str = Field(max_length=200, unique=True, title="防重编号")
    body_hash: bytes = Field(sa_type=LargeBinary)
    reverses_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="ledger_posting.id", title="冲销的入账"
    )
    created_by: int = Field(sa_type=BigInteger, title="制单人")
    created_at: datetime = Field(default_factory=now, sa_type=AWARE, title="入账时间")


class Journal(SQLModel, table=True):
    """A voucher (记账凭证) of one book: numbered without gaps per year, chained to the one before it.

    Book and template carry no foreign key of their own: each would lock the same few rows in every posting. The
    voucher's balances point to the book, and `ledger_faults` looks for the template.
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("fund_id", "year", "number"),
        UniqueConstraint("fund_id", "sequence"),
        Index("uq_journal_reverses_id", "reverses_id", unique=True, postgresql_where="reverses_id IS NOT NULL"),
        Index("ix_journal_organization_id", "organization_id", postgresql_where="organization_id IS NOT NULL"),
        Index("ix_journal_fund_id_occurred_on", "fund_id", "occurred_on"),
        Index("ix_journal_division_code_id", "division_code", "id"),
    )

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=False)], title="编号"
    )
    posting_id: int = Field(sa_type=BigInteger, foreign_key="ledger_posting.id", index=True, title="入账编号")
    fund_id: int = Field(sa_type=BigInteger, title="账套")
    division_code: str = division_field()
    organization_id: int | None = Field(default=None, sa_type=BigInteger, title="管理单位")
    year: int = Field(sa_type=SmallInteger, title="年度")
    number: int = Field(sa_type=BigInteger, title="凭证号")
    sequence: int = Field(sa_type=BigInteger, title="账套内序号")
    template: str = Field(max_length=10, title="事项编码")
    occurred_on: date = Field(title="业务日期")
    memo: str = Field(max_length=200, title="业务摘要")
    amount: Decimal = money_field("金额")
    line_count: int = Field(title="分录数")
    reverses_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="journal.id", title="冲销的凭证")
    created_by: int = Field(sa_type=BigInteger, title="制单人")
    created_at: datetime = Field(default_factory=now, sa_type=AWARE, title="入账时间")
    previous_hash: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)


class JournalLine(SQLModel, table=True):
    """One debit or credit, with the dimensions by which it can be found again.

    Its voucher, book and account are checked once a statement by `journal_line_keep_balances`, not once a line.
    """

    __tablename__ = "journal_line"
    __table_args__ = (
        CheckConstraint(
            "debit >= 0 AND credit >= 0 AND (debit > 0) <> (credit > 0) AND debit < 'NaN' AND credit < 'NaN'",
            name="one_side",
        ),
        Index("ix_journal_line_fund_account", "fund_id", "account_code", "journal_id"),
        Index("ix_journal_line_case_ref", "case_ref", postgresql_where="case_ref IS NOT NULL"),
        Index("ix_journal_line_batch_ref", "batch_ref", postgresql_where="batch_ref IS NOT NULL"),
    )

    journal_id: int = Field(
        sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False}, title="凭证"
    )
    line_no: int = Field(primary_key=True, title="行号")
    fund_id: int = Field(sa_type=BigInteger, title="账套")
    account_code: str = Field(max_length=10, title="科目")
    debit: Decimal = Field(default=ZERO, sa_type=MONEY, title="借方金额")
    credit: Decimal = Field(default=ZERO, sa_type=MONEY, title="贷方金额")
    fund_source: FundSource = Field(sa_type=enum_column(FundSource), title="资金来源")
    counter_fund_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="fund.id", title="往来账套")
    budget_subject: str | None = Field(default=None, max_length=10, title="预算科目")
    item_code: str | None = Field(default=None, max_length=20, title="救助项目")
    division_code: str | None = Field(default=None, max_length=15, title="行政区划")
    case_ref: str | None = Field(default=None, max_length=40, title="案件")
    batch_ref: str | None = Field(default=None, max_length=40, title="发放批次")
    doc_no: str | None = Field(default=None, max_length=60, title="单据号")


class AccountBalance(SQLModel, table=True):
    """The balance of an account per source and counterpart book: read in constant time, kept by the database."""

    __tablename__ = "account_balance"
    __table_args__ = (UniqueConstraint("fund_id", "account_code", "fund_source", "counter_fund_id"),)

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=False)], title="编号"
    )
    fund_id: int = Field(sa_type=BigInteger, foreign_key="fund.id", title="账套")
    account_code: str = Field(max_length=10, foreign_key="ledger_account.code", title="科目")
    fund_source: FundSource = Field(sa_type=enum_column(FundSource), title="资金来源")
    counter_fund_id: int = Field(default=0, sa_type=BigInteger, title="往来账套")
    debit_total: Decimal = Field(default=ZERO, sa_type=TOTAL, title="借方累计")
    credit_total: Decimal = Field(default=ZERO, sa_type=TOTAL, title="贷方累计")


class LedgerPeriod(Versioned, table=True):
    """A month of a book. A month without a row has taken no posting yet."""

    __tablename__ = "ledger_period"
    __table_args__ = (UniqueConstraint("fund_id", "month"),)

    fund_id: int = Field(sa_type=BigInteger, foreign_key="fund.id", title="账套")
    division_code: str = division_field()
    organization_id: int | None = Field(default=None, sa_type=BigInteger, index=True, title="管理单位")
    month: date = Field(title="月份（首日）")
    status: PeriodStatus = Field(default=PeriodStatus.OPEN, sa_type=enum_column(PeriodStatus), title="状态")
    closed_by: int | None = Field(default=None, sa_type=BigInteger, title="结账人")
    closed_at: datetime | None = Field(default=None, sa_type=AWARE, title="结账时间")
    reopening_asked_by: int | None = Field(default=None, sa_type=BigInteger, title="申请重新开账的人")
    reopening_reason: str | None = Field(default=None, max_length=200, title="重新开账原因")
