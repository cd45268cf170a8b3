"""What reconciliation refuses. The database speaks its own sentences with SQLSTATE EJ2**."""

from backend.kernel.errors import DomainError

CONSTRAINTS = {
    "uq_bank_account_fund_id_account_code": "该账套的这一科目已经启用对账，不能重复启用",
    "uq_bank_account_number_index": "该银行账号已经用于另一账套的对账",
    "uq_bank_statement_bank_account_id_digest": "该对账单已经导入",
    "uq_bank_match_item_bank_line": "所选银行流水已被另一条对账记录占用，请刷新后重试",
    "uq_bank_match_item_book_line": "所选账面分录已被另一条对账记录占用，请刷新后重试",
}


class UnreadableStatement(DomainError):
    """The statement cannot be taken; nothing of it is kept."""

    status_code = 422
    message = "对账单无法导入，未保留任何内容：{reason}"


class WrongKindOfAccount(DomainError):
    """Only money accounts have a bank statement."""

    status_code = 422
    message = "科目 {code} 不是银行存款或财政零余额科目，没有银行对账单"


class OpeningDiffers(DomainError):
    """Reconciliation begins on a day on which bank and book agree."""

    message = "启用日前银行余额 {bank} 元，账面余额 {book} 元，两者不符；请改选两边相符的启用日期，或先补记账"


class GapBetweenStatements(DomainError):
    """A statement begins where the one before it ended."""

    message = "对账单不连续：上一期到 {last} 余额 {closing} 元，本期从 {first} 起、期初 {opening} 元，请先导入中间的"


class OtherAccount(DomainError):
    """The statement is of another bank account."""

    status_code = 422
    message = "对账单的账号尾号 {found} 与本账户尾号 {own} 不符，请核对后重新选择账户"


class AmountsDiffer(DomainError):
    """What is matched must be the same amount on both sides."""

    message = "银行流水合计 {bank} 元，账面分录合计 {book} 元，相差 {difference} 元，不能对账"


class NothingChosen(DomainError):
    """A match needs two lines at least."""

    status_code = 422
    message = "请至少选择两条要互相核对的流水或分录"


class LineNotOpen(DomainError):
    """A line is of another account, not there, or matched already."""

    message = "所选的第 {place} 条{side}不属于本账户，或者已经对账，请刷新后重新选择"


class MatchNotWaiting(DomainError):
    """The match stands in another state."""

    message = "该对账记录现在是“{status}”，不能{action}"


class SamePerson(DomainError):
    """A manual match takes two persons (M5)."""

    message = "手工对账由您提出，须由另一人复核"


class NoStatementYet(DomainError):
    """A month is reconciled when the bank's statement covers it."""

    message = "{month} 的银行对账单还没有导入（已导入到 {last}），不能编制余额调节表"
