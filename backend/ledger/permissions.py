"""Rights over the books."""

from backend.kernel.labels import LabelledEnum


class LedgerPermission(LabelledEnum):
    """What a post may do with funds and vouchers."""

    FUND_READ = "fund:read", "查看资金账套"
    FUND_REFILL = "fund:refill", "拨付和补足备用金"
    JOURNAL_READ = "journal:read", "查看记账凭证"
    JOURNAL_CREATE = "journal:create", "编制记账凭证"
    JOURNAL_REVERSE = "journal:reverse", "冲销记账凭证"
    LEDGER_VERIFY = "ledger:verify", "校验账簿完整性"
    PERIOD_CLOSE = "ledger_period:close", "月末结账"
    PERIOD_REOPEN = "ledger_period:reopen", "重新开账"
