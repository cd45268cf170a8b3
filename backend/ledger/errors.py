"""What the books refuse. The database speaks its own sentences with SQLSTATE EJ***."""

from backend.kernel.errors import DomainError

CONSTRAINTS = {
    "uq_ledger_posting_idempotency_key": "同一个防重编号已经入账，请勿重复提交",
    "uq_ledger_posting_reverses_id": "该笔入账已经冲销过，不能再次冲销",
    "uq_journal_reverses_id": "该凭证已经冲销过，不能再次冲销",
    "ck_journal_line_one_side": "每条分录只能在借方或贷方填写一个正数金额",
}


class UnknownTemplate(DomainError):
    """The chart of events has no such code."""

    status_code = 422
    message = "没有“{code}”这个记账事项，请从 E01–E24 中选择"


class TemplateMisused(DomainError):
    """A posting does not give what its template asks for."""

    status_code = 422
    message = "记账事项 {code}：{reason}"


class WrongBook(DomainError):
    """The event does not belong into this kind of book."""

    message = "“{fund}”是{kind}，不能记“{template}”"


class NoReserveFund(DomainError):
    """A town without a reserve fund cannot pay at once."""

    message = "行政区划 {division} 没有可用的临时救助备用金账套，请先由县级设立备用金"


class InsufficientFunds(DomainError):
    """Neither the reserve nor the fund beside it can pay."""

    message = "备用金余额 {reserve} 元，救助基金可垫付 {charity} 元，合计不足以支付 {need} 元；请县级先补足备用金"


class OverCaseCap(DomainError):
    """One case would cost more than the town may decide."""

    message = "本笔 {amount} 元超过该备用金单笔限额 {cap} 元，请报县级值班授权"


class KeyUsedOtherwise(DomainError):
    """The key of a payment was used for another amount."""

    message = "编号“{key}”已用于另一笔 {amount} 元的支付，请换一个新的编号"


class AlreadyReversed(DomainError):
    """A voucher is reversed once."""

    message = "该凭证已被 {number} 号凭证冲销，不能再次冲销"


class ReversalOfReversal(DomainError):
    """A reversal stands; post anew instead."""

    message = "冲销凭证本身不能再冲销，如冲销有误请重新编制正确的凭证"


class PeriodAlreadyClosed(DomainError):
    """The month is closed."""

    message = "{month} 已经结账"


class PeriodNotReady(DomainError):
    """Something of the month is not done yet."""

    message = "{month} 还不能结账：{reasons}"


class PeriodIsOpen(DomainError):
    """Only a closed month is reopened."""

    message = "{month} 没有结账，不需要重新开账"


class LaterPeriodClosed(DomainError):
    """Months are reopened from the last one back."""

    message = "请先重新开账以后的月份：{later} 已经结账"


class ReopeningBySame(DomainError):
    """Reopening takes two persons."""

    message = "您已申请重新开账，须由另一人同意"


class TooLongToPrint(DomainError):
    """A printed book must end somewhere."""

    status_code = 422
    message = "共 {entries} 笔分录，一次最多打印 {most} 笔：请缩小日期范围"


class NotYearEnd(DomainError):
    """Only a December that is over can be carried."""

    message = "年末结转只能在十二月过完以后、在十二月这个会计期间办理，现为 {month}"


class EarlierPeriodOpen(DomainError):
    """An earlier month could still take entries that the carry-over would miss."""

    message = "请先结 {month}，再办理年末结转"


class NothingToCarry(DomainError):
    """All incomes and expenses are nothing."""

    message = "{year} 年的收入和支出科目都没有余额，不需要结转"


class EmptyYear(DomainError):
    """There is nothing to hand over."""

    message = "“{fund}”在 {year} 年没有凭证，请选择其他年度"
