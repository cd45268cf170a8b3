"""Rights over leads (DOMAIN §7.2 线索)."""

from backend.kernel.labels import LabelledEnum


class LeadPermission(LabelledEnum):
    """Whoever works with people may report; stations and windows check and decide."""

    READ = "lead:read", "查看线索"
    CREATE = "lead:create", "报告线索"
    ASSIGN = "lead:assign", "派单"
    VERIFY = "lead:verify", "核实线索"
    DECIDE = "lead:decide", "处理线索"
    EXPORT = "lead:export", "导出线索"
