"""Rights over bank statements and their matching (DOMAIN §7.2)."""

from backend.kernel.labels import LabelledEnum


class ReconciliationPermission(LabelledEnum):
    """What a post may do between the bank's statement and the book."""

    READ = "reconciliation:read", "查看银行流水和对账"
    OPEN = "reconciliation:open", "启用银行账户对账"
    IMPORT = "reconciliation:import", "导入银行对账单"
    MATCH = "reconciliation:match", "办理银行对账"
    CONFIRM = "reconciliation:confirm", "复核手工对账"
