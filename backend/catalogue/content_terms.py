"""Code lists of a project's definition. Values are stored; labels are what people read."""

from backend.kernel.labels import LabelledEnum


class TierSeed(LabelledEnum):
    """Tier in the county's plan, which the catalogue is arranged by."""

    BASIC = "basic", "基本生活救助"
    SPECIAL = "special", "专项救助"
    URGENT = "urgent", "急难救助"
    CHARITY = "charity", "慈善等社会力量"
    LINKED = "linked", "福利与其他帮扶衔接"
    SERVICE = "service", "服务类救助"


class TierLaw(LabelledEnum):
    """Tier in 社会救助法 第15条; what the law does not call 社会救助 is marked as such."""

    BASIC = "basic", "基本生活救助"
    SPECIAL = "special", "专项社会救助"
    URGENT = "urgent", "急难社会救助"
    PRICE = "price", "价格临时补贴（第三十二条）"
    SERVICE = "service", "服务类社会救助（第三十四条）"
    SOCIAL_FORCES = "social_forces", "社会力量参与（第五章）"
    OUTSIDE = "outside", "社会救助以外的福利与帮扶"


class TargetGroup(LabelledEnum):
    """For whom: the eight objects of 社会救助法 第13条, and those of linked policies."""

    TEKUN = "tekun", "特困人员"
    DIBAO = "dibao", "最低生活保障家庭"
    MARGIN = "margin", "最低生活保障边缘家庭"
    RIGID = "rigid", "刚性支出困难家庭"
    DISASTER = "disaster", "受灾人员"
    DISTRESS = "distress", "基本生活暂时出现严重困难的人员"
    MEDICAL_EMERGENCY = "medical_emergency", "需要疾病应急救助的人员"
    HOMELESS = "homeless", "生活无着的流散人员"
    ORPHAN = "orphan", "孤儿"
    UNATTENDED_CHILD = "unattended_child", "事实无人抚养儿童"
    CHILD_AT_RISK = "child_at_risk", "需要监护或保护的未成年人"
    DISABLED = "disabled", "残疾人"
    ELDERLY = "elderly", "老年人"
    STUDENT = "student", "在校学生"
    UNEMPLOYED = "unemployed", "就业困难人员"
    MONITORED = "monitored", "防止返贫监测对象"
    WORKER = "worker", "困难职工"
    WOMAN = "woman", "低收入妇女"
    OTHER = "other", "其他困难人员"


class BenefitForm(LabelledEnum):
    """What is given."""

    CASH_M = "CASH_M", "按月发放"
    CASH_1 = "CASH_1", "一次性发放"
    KIND = "KIND", "实物"
    WAIVE = "WAIVE", "减免"
    SERVICE = "SERVICE", "服务"
    INSURE = "INSURE", "保险或垫付"
    LOAN = "LOAN", "贷款或贴息"
    REFER = "REFER", "转介"


class ObtainMode(LabelledEnum):
    """How a fact is proved (社会救助法 第62条: what can be verified must not be demanded)."""

    SHARE = "share", "数据共享获取"
    PROMISE = "promise", "书面承诺代替"
    APPLICANT = "applicant", "申请人提供"


class FieldType(LabelledEnum):
    """Kind of an entry in an application form."""

    TEXT = "text", "文本"
    TEXTAREA = "textarea", "多行文本"
    NUMBER = "number", "数字"
    MONEY = "money", "金额"
    DATE = "date", "日期"
    CHOICE = "choice", "单选"
    CHOICES = "choices", "多选"
    TRUTH = "truth", "是或否"
    FILE = "file", "附件"


class Level(LabelledEnum):
    """Where a step is done."""

    VILLAGE = "village", "村居"
    COMMUNITY = "community", "社区"
    TOWN = "town", "镇街"
    COUNTY = "county", "县级"


class StepKind(LabelledEnum):
    """What a step is; the case engine knows the actions and letters of each kind."""

    SUBMISSION = "submission", "村居申报"
    COMMUNITY_REVIEW = "community_review", "社区审核"
    ACCEPTANCE = "acceptance", "镇街受理"
    INVESTIGATION = "investigation", "调查核实"
    DELIBERATION = "deliberation", "民主评议"
    REVIEW = "review", "镇街审核"
    PUBLICITY = "publicity", "公示"
    CONFIRMATION = "confirmation", "审核确认"
    QUICK_CHECK = "quick_check", "快速核实"
    PAYMENT = "payment", "先行救助"
    PAPERS = "papers", "补齐手续"
    COUNTY_RECORD = "county_record", "县级备案"
    CLOSING = "closing", "办结"


class Guard(LabelledEnum):
    """What must hold before a step is left; the case engine knows how to ask it."""

    COMMITMENTS_SIGNED = "commitments_signed", "成年家庭成员均已签署承诺和授权"
    SHARED_NOT_DEMANDED = "shared_not_demanded", "不要求提供可共享的材料"
    TWO_INVESTIGATORS = "two_investigators", "调查人员不少于两人"
    TWO_CHECKERS = "two_checkers", "两人核实，或一人加视频"
    INVESTIGATOR_APART = "investigator_apart", "调查人不是受理人"
    REVIEWER_APART = "reviewer_apart", "审核人不是受理人和调查人"
    APPROVER_APART = "approver_apart", "审批人不是受理人、调查人和审核人"
    NOT_KIN = "not_kin", "经办人不是近亲属"
    KIN_VISITED = "kin_visited", "近亲属备案的已由县级入户"
    REPRESENTATIVES_ENOUGH = "representatives_enough", "评议的居民代表达到三分之二"
    NOTICE_ELAPSED = "notice_elapsed", "公示期已满"
    NO_OPEN_OBJECTION = "no_open_objection", "公示异议均已答复"
    WITHIN_CAP = "within_cap", "金额不超过镇街限额或县级授权"
    PAPERS_COMPLETE = "papers_complete", "手续已补齐"


class ClockStart(LabelledEnum):
    """What starts the clock."""

    ACCEPTED = "accepted", "受理"
    FIRST_CONTACT = "first_contact", "首次接触"


class Resolution(LabelledEnum):
    """What happens when two benefits exclude each other."""

    CHOOSE = "choose", "由当事人选择其一"
    HIGHER = "higher", "按就高原则享受其一"
    KEEP_OTHER = "keep_other", "保留另一项，不再享受本项"
    KEEP_THIS = "keep_this", "保留本项，停止另一项"
    OFFSET = "offset", "差额补足"


class Scope(LabelledEnum):
    """Among whom two benefits exclude each other."""

    PERSON = "person", "同一人"
    HOUSEHOLD = "household", "同一家庭"
