"""What the money side refuses."""

from backend.kernel.errors import DomainError

CONSTRAINTS = {
    "uq_payment_line_entitlement": "同一待遇在该月份已经编入另一批次，不能重复发放",
    "uq_payment_line_order": "该笔一次性支付已经编入另一批次，不能重复发放",
    "ex_entitlement_overlap": "该家庭同一项目在这段时间已有待遇，不能重复享受",
    "ck_payment_batch_four_persons": "制单、复核、审批必须是三个人，发送人不能是制单人或审批人",
    "uq_payment_account_active": "该收款人已有一个有效账户，请先停用原账户",
    "uq_payment_order_case_id_purpose": "该案件已经支付过，不能重复支付",
}


class NothingDue(DomainError):
    """No payment is open for what was asked."""

    message = "{period} 所选范围和项目没有尚未发放的待遇（已编入其他批次的 {listed} 笔）"


class MixedFunds(DomainError):
    """Projects of different books cannot share a batch."""

    status_code = 422
    message = "所选项目分属不同资金账套，请分批编制"


class NoFund(DomainError):
    """The area has no book to pay from."""

    message = "行政区划 {division} 没有可用于发放的资金账套，请先由县级财务建账"


class WrongState(DomainError):
    """The step does not follow from where the batch stands."""

    message = "批次当前为“{state}”，不能“{action}”"


class SamePerson(DomainError):
    """Somebody who did an earlier step of the batch that keeps them from this one."""

    message = "您已是该批次的{earlier}人，不能再办理“{action}”，请由另一人办理"


class ControlMismatch(DomainError):
    """The second count did not find what the maker made."""

    message = "复核总数与批次不符：批次 {lines} 笔 {amount} 元，您核对的是 {seen_lines} 笔 {seen_amount} 元"


class BatchChanged(DomainError):
    """Somebody altered lines after the check."""

    message = "批次明细在复核后发生了变化，请退回重新制单"


class QuotaShort(DomainError):
    """The book cannot cover the batch."""

    message = "“{fund}”可用额度 {available} 元，不足以支付本批次 {needed} 元"


class FileNotReady(DomainError):
    """Bank files exist only after approval."""

    message = "批次审批后才能生成银行代发文件，当前为“{state}”"


class UnreadableReturn(DomainError):
    """The return file cannot be read at all."""

    status_code = 422
    message = "回盘文件无法读取：{reason}"


class SameAccountTooOften(DomainError):
    """一个账户最多三户 (57号 第26条)."""

    message = "该账号已用于 {count} 户家庭，一个账户最多 3 户；如系代管请登记代管协议"


class NotAMember(DomainError):
    """Money goes to a member of the household or under a filed agreement."""

    message = "收款人不是该家庭成员，须先登记代管协议编号"


class ConfirmedByTheSame(DomainError):
    """A change of account needs a second person."""

    message = "收款账户须由另一人复核，登记人本人不能复核"


class AccountNotPending(DomainError):
    """Confirmed or closed already."""

    message = "该账户当前为“{status}”，不需要复核"


class UrgentRefused(DomainError):
    """An urgent payment that the books cannot carry."""

    message = "{reason}"


class HandedOver(DomainError):
    """The money was given once."""

    message = "该笔救助金已于 {at} 登记交付，不能重复登记"


class NotPaidByReserve(DomainError):
    """Only what a reserve paid is handed over by a cashier."""

    message = "该笔为“{channel}”，当前为“{status}”，不需要出纳登记交付"


class DecidedByTheSame(DomainError):
    """§7.3-4: who decides does not pay."""

    message = "您是该笔救助的决定人，不能登记交付，请由出纳办理"


class AlreadyResolved(DomainError):
    """An exception is settled once."""

    message = "该异常已处理为“{outcome}”，不能再次处理"


class ReceivedByTheSame(DomainError):
    """Who took the file does not settle what did not fit."""

    message = "您导入了这份回盘文件，异常须由另一人核实处理"


class OutcomeUnfit(DomainError):
    """Only a line that waits can become paid or failed."""

    status_code = 422
    message = "“{kind}”只能处理为“{fit}”"
