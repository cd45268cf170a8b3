"""Rights over cases, granted per role in policies/permissions.csv (DOMAIN §7.2)."""

from backend.kernel.labels import LabelledEnum


class CasePermission(LabelledEnum):
    """`case:action`; a path's step names the right that moves it."""

    READ = "case:read", "查看案件"
    EXPORT = "case:export", "导出案件"
    CREATE = "case:create", "登记救助申请"
    SUBMIT = "case:submit", "帮助申报"
    COMMUNITY_REVIEW = "case:review_community", "社区初审"
    ACCEPT = "case:accept", "受理申请"
    INVESTIGATE = "case:investigate", "入户调查"
    OPINE = "case:review", "镇街审核"
    PUBLICISE = "case:publicise", "公示"
    APPROVE = "case:approve", "镇街审批"
    CONFIRM = "case:confirm", "县级确认"
    PAY_FIRST = "case:pay_first", "决定先行救助"
    AUTHORIZE = "case:authorize", "县级授权超限救助"
    RECORD = "case:record", "县级备案"
    EXTEND = "case:extend", "批准延期"
    PROPOSE = "case:propose", "提出待遇变更"
    HEAR = "case:hear", "听取意见"
    KIN_VISIT = "case:kin_visit", "近亲属备案案件县级入户"
    DELIVER = "case:deliver", "送达文书"
    OBJECT = "case:object", "登记公示异议"


class CalendarPermission(LabelledEnum):
    """The calendar moves every deadline: the county keeps it, all may see it."""

    READ = "calendar_day:read", "查看工作日历"
    EDIT = "calendar_day:edit", "维护工作日历"
