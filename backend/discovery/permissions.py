"""Rights over leads, referrals and visits (DOMAIN §7.2 线索, §4.6, §4.7)."""

from backend.kernel.labels import LabelledEnum


class LeadPermission(LabelledEnum):
    """Whoever works with people may report; stations and windows check and decide."""

    READ = "lead:read", "查看线索"
    CREATE = "lead:create", "报告线索"
    ASSIGN = "lead:assign", "派单"
    VERIFY = "lead:verify", "核实线索"
    DECIDE = "lead:decide", "处理线索"
    EXPORT = "lead:export", "导出线索"


class ReferralPermission(LabelledEnum):
    """Whoever decides on leads and cases refers; the receiver answers; the village looks whether help has come."""

    READ = "referral:read", "查看转介"
    SEND = "referral:send", "转介"
    RECEIVE = "referral:receive", "接收和办理转介"
    FOLLOW = "referral:follow", "跟踪转介"
    VISIT = "referral:visit", "转介回访"
    EXPORT = "referral:export", "导出转介"


class VisitPermission(LabelledEnum):
    """The village goes and records; community and town arrange; the rest may look."""

    READ = "visit:read", "查看走访"
    PLAN = "visit:plan", "安排走访"
    RECORD = "visit:record", "登记走访"
    EXPORT = "visit:export", "导出走访"
