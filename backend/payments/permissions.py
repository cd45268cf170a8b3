"""Rights over payments (DOMAIN §7.2)."""

from backend.kernel.labels import LabelledEnum


class PaymentPermission(LabelledEnum):
    """What a post may do between a decision and the money."""

    ENTITLEMENT_READ = "entitlement:read", "查看待遇"
    ENTITLEMENT_CHANGE = "entitlement:change", "暂停和恢复待遇"
    ORDER_READ = "payment_order:read", "查看一次性支付"
    ORDER_HAND_OVER = "payment_order:hand_over", "登记交付救助金"
    ACCOUNT_READ = "payment_account:read", "查看收款账户"
    ACCOUNT_CREATE = "payment_account:create", "登记收款账户"
    ACCOUNT_CONFIRM = "payment_account:confirm", "复核收款账户"
    BATCH_READ = "payment_batch:read", "查看发放批次"
    BATCH_CREATE = "payment_batch:create", "编制发放批次"
    BATCH_CHECK = "payment_batch:check", "复核发放批次"
    BATCH_APPROVE = "payment_batch:approve", "审批发放批次"
    BATCH_SEND = "payment_batch:send", "发送银行代发"
    BATCH_CONFIRM = "payment_batch:confirm", "确认国库支付"
    BATCH_DOWNLOAD = "payment_batch:download", "下载银行代发文件"
    BATCH_RETURN = "payment_batch:return", "导入银行回盘文件"
    EXCEPTION_RESOLVE = "payment_exception:resolve", "处理回盘异常"
