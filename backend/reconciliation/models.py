"""Bank accounts, statements, lines and what they are matched with. What the bank wrote is never changed."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, MONEY, Record, Versioned, division_field, money_field, now


class StatementFormat(LabelledEnum):
    """How a file was written."""

    TABLE = "table", "CSV 或 Excel"
    MT940 = "mt940", "MT940"
    CAMT053 = "camt053", "camt.053"


class MatchRule(LabelledEnum):
    """By which rule lines were brought together (DOMAIN §5.6)."""

    REVERSAL = "M0", "账面冲销对抵"
    EXACT = "M1", "编号和金额一致"
    GROUP = "M2", "同一编号分组合计一致"
    PARTY = "M3", "户名、金额一致且日期相近"
    LIKELY = "M4", "金额一致且日期相近"
    MANUAL = "M5", "手工对账"


class MatchStatus(LabelledEnum):
    """Where a match stands: what is suggested or proposed holds its lines until somebody decides."""

    SUGGESTED = "suggested", "待采纳"
    PROPOSED = "proposed", "待复核"
    MATCHED = "matched", "已对账"
    REJECTED = "rejected", "已否决"
    UNDONE = "undone", "已撤销"


class StepKind(LabelledEnum):
    """What somebody did to a match."""

    CONFIRM = "confirm", "确认"
    REJECT = "reject", "否决"
    UNDO = "undo", "撤销对账"


class LineState(LabelledEnum):
    """Whether a line of the statement has found its voucher."""

    OPEN = "open", "未对账"
    HELD = "held", "待确认"
    MATCHED = "matched", "已对账"


class DifferenceKind(LabelledEnum):
    """Why a line stands alone (DOMAIN §5.6)."""

    BANK_PAID = "bank_paid", "银行已付单位未付"
    BOOK_PAID = "book_paid", "单位已付银行未付"
    BANK_RECEIVED = "bank_received", "银行已收单位未收"
    BOOK_RECEIVED = "book_received", "单位已收银行未收"
    OTHER_AMOUNT = "other_amount", "金额不符"
    DUPLICATE = "duplicate", "重复"


class BankAccount(Versioned, table=True):
    """The bank account behind one money account of a book, reconciled from a day on which both agreed."""

    __tablename__ = "bank_account"
    __table_args__ = (
        UniqueConstraint("fund_id", "account_code"),
        UniqueConstraint("number_index"),
        Index("ix_bank_account_division_code", "division_code"),
    )

    fund_id: int = Field(sa_type=BigInteger, foreign_key="fund.id", title="账套")
    account_code: str = Field(max_length=10, foreign_key="ledger_account.code", title="科目")
    division_code: str = division_field()
    organization_id: int | None = Field(default=None, sa_type=BigInteger, title="管理单位")
    bank_name: str = Field(max_length=60, title="开户行")
    number_cipher: bytes = Field(sa_type=LargeBinary, title="账号密文")
    number_index: bytes = Field(sa_type=LargeBinary, title="账号索引")
    number_masked: str = Field(max_length=40, title="银行账号")
    template: str = Field(max_length=20, title="对账单模板")
    opened_on: date = Field(title="对账启用日期")
    opening_balance: Decimal = Field(sa_type=MONEY, title="启用时余额")
    opened_by: int = Field(sa_type=BigInteger, title="启用人")


class BankStatement(Record, table=True):
    """One statement: it begins where the one before it ended, and its lines lead from opening to closing balance."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        UniqueConstraint("bank_account_id", "digest"),
        UniqueConstraint("bank_account_id", "sequence"),
        CheckConstraint("from_date <= to_date", name="order_of_days"),
        CheckConstraint("opening_balance + received - paid = closing_balance", name="sums"),
    )

    bank_account_id: int = Field(sa_type=BigInteger, foreign_key="bank_account.id", title="银行账户")
    division_code: str = division_field()
    organization_id: int | None = Field(default=None, sa_type=BigInteger, title="管理单位")
    sequence: int = Field(title="期次")
    format: StatementFormat = Field(sa_type=enum_column(StatementFormat), title="格式")
    file_name: str = Field(max_length=200, title="文件名")
    digest: str = Field(max_length=64, title="文件摘要")
    from_date: date = Field(title="起始日期")
    to_date: date = Field(title="截止日期")
    opening_balance: Decimal = Field(sa_type=MONEY, title="期初余额")
    received: Decimal = money_field("收入合计")
    paid: Decimal = money_field("支出合计")
    closing_balance: Decimal = Field(sa_type=MONEY, title="期末余额")
    line_count: int = Field(title="笔数")
    imported_by: int = Field(sa_type=BigInteger, title="导入人")


class BankLine(Record, table=True):
    """One line as the bank wrote it: more than zero was received, less than zero was paid."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("statement_id", "seq"),
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_bank_line_day", "bank_account_id", "booked_on"),
        Index("ix_bank_line_area", "division_code", "id"),
        Index(
            "uq_bank_line_serial",
            "bank_account_id",
            "serial",
            unique=True,
            postgresql_where=text("serial IS NOT NULL"),
        ),
    )

    statement_id: int = Field(sa_type=BigInteger, foreign_key="bank_statement.id", title="对账单")
    bank_account_id: int = Field(sa_type=BigInteger, title="银行账户")
    division_code: str = division_field()
    organization_id: int | None = Field(default=None, sa_type=BigInteger, title="管理单位")
    seq: int = Field(title="序号")
    booked_on: date = Field(title="记账日期")
    amount: Decimal = Field(sa_type=MONEY, title="金额")
    balance: Decimal = Field(sa_type=MONEY, title="余额")
    serial: str | None = Field(default=None, max_length=60, title="银行流水号")
    reference: str | None = Field(default=None, max_length=60, title="业务编号")
    counter_name: str | None = Field(default=None, max_length=100, title="对方户名")
    counter_tail: str | None = Field(default=None, max_length=4, title="对方账号尾号")
    memo: str | None = Field(default=None, max_length=200, title="摘要")


class BankMatch(Record, table=True):
    """Lines of the bank and lines of the book that are the same money. `status` follows the steps by itself."""

    __tablename__ = "bank_match"
    __table_args__ = (
        Index("ix_bank_match_account", "bank_account_id", "status", "id"),
        Index("ix_bank_match_area", "division_code", "id"),
        CheckConstraint("confidence BETWEEN 0 AND 100", name="confidence"),
    )

    bank_account_id: int = Field(sa_type=BigInteger, foreign_key="bank_account.id", title="银行账户")
    division_code: str = division_field()
    organization_id: int | None = Field(default=None, sa_type=BigInteger, title="管理单位")
    rule: MatchRule = Field(sa_type=enum_column(MatchRule), title="对账规则")
    confidence: int = Field(title="可信度")
    status: MatchStatus = Field(sa_type=enum_column(MatchStatus), title="状态")
    amount: Decimal = Field(sa_type=MONEY, title="金额")
    bank_count: int = Field(title="银行笔数")
    book_count: int = Field(title="账面笔数")
    note: str | None = Field(default=None, max_length=200, title="说明")
    made_by: int = Field(sa_type=BigInteger, title="提出人")


class BankMatchItem(Record, table=True):
    """One line of a match, of the bank or of the book; while it is held no other match may take the line."""

    __tablename__ = "bank_match_item"
    __table_args__ = (
        Index("ix_bank_match_item_match_id", "match_id"),
        Index(
            "uq_bank_match_item_bank_line",
            "bank_line_id",
            unique=True,
            postgresql_where=text("held AND bank_line_id IS NOT NULL"),
        ),
        Index(
            "uq_bank_match_item_book_line",
            "journal_id",
            "line_no",
            unique=True,
            postgresql_where=text("held AND journal_id IS NOT NULL"),
        ),
        CheckConstraint("(bank_line_id IS NULL) = (journal_id IS NOT NULL AND line_no IS NOT NULL)", name="one_side"),
    )

    match_id: int = Field(sa_type=BigInteger, foreign_key="bank_match.id", title="对账记录")
    bank_line_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="bank_line.id", title="银行流水")
    journal_id: int | None = Field(default=None, sa_type=BigInteger, title="凭证")
    line_no: int | None = Field(default=None, title="行号")
    held: bool = Field(default=True, title="是否占用")


class BankMatchStep(Record, table=True):
    """What a person decided about a match: a new row each time, never a change of an old one."""

    __tablename__ = "bank_match_step"
    __table_args__ = (Index("ix_bank_match_step_match_id", "match_id"),)

    match_id: int = Field(sa_type=BigInteger, foreign_key="bank_match.id", title="对账记录")
    kind: StepKind = Field(sa_type=enum_column(StepKind), title="办理")
    user_id: int = Field(sa_type=BigInteger, title="办理人")
    note: str | None = Field(default=None, max_length=200, title="说明")
    at: datetime = Field(default_factory=now, sa_type=AWARE, title="时间")
