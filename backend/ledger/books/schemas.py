"""Account books and the general ledger as the API shows them."""

from datetime import date

from pydantic import BaseModel, Field

from backend.kernel.money import Money, SignedMoney
from backend.ledger.models import FundSource, Side

MONEY = "money"
"""Stands for all accounts that hold money at once: the day book of cash and bank (现金、银行日记账)."""


class BookEntry(BaseModel):
    """One line of an account book; `balance` is on the account's own side."""

    journal_id: int = Field(title="凭证")
    occurred_on: date = Field(title="业务日期")
    voucher: str = Field(title="凭证字号")
    memo: str = Field(title="业务摘要")
    account_code: str = Field(title="科目")
    counterparts: str | None = Field(title="对方科目")
    fund_source: FundSource = Field(title="资金来源")
    debit: Money = Field(title="借方金额")
    credit: Money = Field(title="贷方金额")
    balance: SignedMoney = Field(title="余额")
    case_ref: str | None = Field(title="案件")
    batch_ref: str | None = Field(title="发放批次")
    doc_no: str | None = Field(title="单据号")


class BookMonth(BaseModel):
    """本月合计 and 本年累计."""

    month: date = Field(title="月份（首日）")
    debit: Money = Field(title="本月借方")
    credit: Money = Field(title="本月贷方")
    debit_year: Money = Field(title="本年累计借方")
    credit_year: Money = Field(title="本年累计贷方")


class AccountBook(BaseModel):
    """明细账, or the day book of cash and bank: opening balance, entries in order, months, closing balance."""

    fund_id: int = Field(title="账套")
    fund_name: str = Field(title="账套名称")
    account_code: str = Field(title="科目")
    account_name: str = Field(title="科目名称")
    side: Side = Field(title="余额方向")
    from_date: date = Field(title="起始日期")
    to_date: date = Field(title="截止日期")
    opening: SignedMoney = Field(title="期初余额")
    debit: Money = Field(title="借方合计")
    credit: Money = Field(title="贷方合计")
    closing: SignedMoney = Field(title="期末余额")
    items: list[BookEntry] = Field(title="分录")
    total: int = Field(title="分录数")
    page: int = Field(title="页码")
    page_size: int = Field(title="每页条数")
    months: list[BookMonth] = Field(title="各月合计")


class GeneralMonth(BaseModel):
    """An account's month in the general ledger."""

    month: date = Field(title="月份（首日）")
    debit: Money = Field(title="借方金额")
    credit: Money = Field(title="贷方金额")
    balance: SignedMoney = Field(title="余额")


class GeneralAccount(BaseModel):
    """An account's year in the general ledger."""

    account_code: str = Field(title="科目")
    account_name: str = Field(title="科目名称")
    side: Side = Field(title="余额方向")
    opening: SignedMoney = Field(title="上年结转")
    months: list[GeneralMonth] = Field(title="各月")
    debit: Money = Field(title="本年借方")
    credit: Money = Field(title="本年贷方")
    closing: SignedMoney = Field(title="年末余额")


class GeneralLedger(BaseModel):
    """总账 of a book and year."""

    fund_id: int = Field(title="账套")
    fund_name: str = Field(title="账套名称")
    year: int = Field(title="年度")
    items: list[GeneralAccount] = Field(title="科目")
