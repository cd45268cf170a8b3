"""Code lists of cases: states of DOMAIN §4.1 and §4.5, channels, kinds, levels."""

from backend.kernel.labels import LabelledEnum


class CaseKind(LabelledEnum):
    """Which machine a case runs through."""

    APPLICATION = "application", "救助申请"
    URGENT = "urgent", "急难先行救助"
    REVIEW = "review", "动态管理"


class CaseState(LabelledEnum):
    """Where a case stands. The allowed moves are in `rules.MOVES`."""

    DRAFT = "draft", "草稿"
    COMMUNITY_REVIEW = "community_review", "社区初审"
    SUBMITTED = "submitted", "已提交待受理"
    TO_SUPPLEMENT = "to_supplement", "待补正"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    ACCEPTED = "accepted", "已受理"
    INVESTIGATING = "investigating", "调查中"
    DELIBERATING = "deliberating", "评议中"
    IN_REVIEW = "in_review", "镇街审核"
    TO_PUBLICISE = "to_publicise", "待公示"
    PUBLICISED = "publicised", "公示中"
    OBJECTED = "objected", "异议复查"
    CONFIRMING = "confirming", "审核确认"
    APPROVED = "approved", "已确认"
    REJECTED = "rejected", "不予确认"
    REGISTERED = "registered", "急难已登记"
    CHECKED = "checked", "已核实待决定"
    TO_AUTHORIZE = "to_authorize", "待县级授权"
    PAID_FIRST = "paid_first", "已先行救助待补手续"
    TO_RECORD = "to_record", "待县级备案"
    TO_CLOSE = "to_close", "待办结"
    CLOSED = "closed", "已办结"
    PROPOSED = "proposed", "拟变更待复核"
    HEARING = "hearing", "听取意见"
    TO_DECIDE = "to_decide", "待变更决定"
    CHANGED = "changed", "已作出变更决定"
    MAINTAINED = "maintained", "维持原待遇"
    WITHDRAWN = "withdrawn", "申请人撤回"
    TERMINATED = "terminated", "终止程序"
    REFERRED = "referred", "已转介"


class Channel(LabelledEnum):
    """How the application came in."""

    WINDOW = "window", "窗口"
    ONLINE = "online", "网上"
    GRID = "grid", "网格"
    HOTLINE = "hotline", "热线"
    LEAD = "lead", "主动发现"
    MATCHING = "matching", "数据比对"


class DecisionLevel(LabelledEnum):
    """Who confirms: set by the project's version (社会救助法 第44条)."""

    TOWN = "town", "镇街"
    COUNTY = "county", "县级"


class Change(LabelledEnum):
    """What a review does to a benefit."""

    KEEP = "keep", "维持"
    RAISE = "raise", "增发"
    REDUCE = "reduce", "减发"
    STOP = "stop", "停发"
