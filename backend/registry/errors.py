"""Refusals of the registry."""

from backend.kernel.errors import DomainError

CONSTRAINTS = {
    "uq_household_member_active": "该人员已经是本户成员，不能重复加入",
    "uq_person_id_number": "该证件号码刚刚由他人登记，请重新提交",
}


class HouseholdClosed(DomainError):
    """Nothing may be changed in a household that has been closed."""

    message = "该家庭已注销或迁出，不能再修改；确需修改请先恢复在册"


class NothingToReveal(DomainError):
    """The person has no such number."""

    message = "该人员没有登记“{field}”，无需查看"


class TransferPending(DomainError):
    """The household already waits to be received elsewhere."""

    message = "该家庭已有待接收的迁移，请先由迁入地接收或退回"


class MergeRefused(DomainError):
    """The two rows cannot be one human being, or the merge was undone before."""

    message = "不能合并：{reason}"
