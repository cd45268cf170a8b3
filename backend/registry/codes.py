"""Code lists of persons and households; each names its standard. Stored as words, printed as labels."""

from collections.abc import Mapping

from backend.kernel.labels import LabelledEnum


class IdType(LabelledEnum):
    """What the person's number is."""

    CITIZEN = "citizen", "居民身份证"
    RESIDENCE_PERMIT = "residence_permit", "港澳台居民居住证"
    HOUSEHOLD_BOOK = "household_book", "户口簿"
    PASSPORT = "passport", "护照或其他证件"
    TEMPORARY = "temporary", "临时编号（身份不明）"
    NONE = "none", "无证件"


class Relation(LabelledEnum):
    """GB/T 4761 relation to the head of the household."""

    HEAD = "head", "户主"
    SPOUSE = "spouse", "配偶"
    CHILD = "child", "子女"
    CHILD_IN_LAW = "child_in_law", "儿媳或女婿"
    GRANDCHILD = "grandchild", "孙子女或外孙子女"
    PARENT = "parent", "父母"
    PARENT_IN_LAW = "parent_in_law", "公婆或岳父母"
    GRANDPARENT = "grandparent", "祖父母或外祖父母"
    SIBLING = "sibling", "兄弟姐妹"
    OTHER_RELATIVE = "other_relative", "其他亲属"
    UNRELATED = "unrelated", "非亲属"


class Residence(LabelledEnum):
    """Which standard applies."""

    RURAL = "rural", "农村"
    URBAN = "urban", "城镇"


class Health(LabelledEnum):
    """GB/T 2261.3, with 重病 apart because rules ask for it."""

    HEALTHY = "healthy", "健康或良好"
    WEAK = "weak", "一般或较弱"
    CHRONIC = "chronic", "慢性病"
    SERIOUS_ILLNESS = "serious_illness", "重病"
    DISABLED = "disabled", "残疾"


class DisabilityType(LabelledEnum):
    """GB/T 26341-2010."""

    SIGHT = "sight", "视力残疾"
    HEARING = "hearing", "听力残疾"
    SPEECH = "speech", "言语残疾"
    PHYSICAL = "physical", "肢体残疾"
    INTELLECTUAL = "intellectual", "智力残疾"
    MENTAL = "mental", "精神残疾"
    MULTIPLE = "multiple", "多重残疾"


class LaborCapacity(LabelledEnum):
    """Ability to work; exemptions are kept apart from inability."""

    FULL = "full", "有劳动能力"
    PARTIAL = "partial", "部分丧失劳动能力"
    LOST = "lost", "完全丧失劳动能力"
    NONE = "none", "无劳动能力（老幼）"
    STUDENT = "student", "在读豁免"
    CARER = "carer", "照料豁免"


class SelfCare(LabelledEnum):
    """Ability to look after oneself; decides the care grade of 特困."""

    FULL = "full", "全自理"
    PARTIAL = "partial", "半护理（部分丧失）"
    NONE = "none", "全护理（完全丧失）"


class StudentStage(LabelledEnum):
    """Where a student learns."""

    PRESCHOOL = "preschool", "学前"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "普通高中"
    VOCATIONAL = "vocational", "中等职业学校"
    COLLEGE = "college", "大专"
    UNIVERSITY = "university", "本科"
    POSTGRADUATE = "postgraduate", "研究生"


class Marital(LabelledEnum):
    """GB/T 2261.2."""

    SINGLE = "single", "未婚"
    MARRIED = "married", "已婚"
    WIDOWED = "widowed", "丧偶"
    DIVORCED = "divorced", "离婚"
    UNSTATED = "unstated", "未说明"


class Education(LabelledEnum):
    """GB/T 4658."""

    POSTGRADUATE = "10", "研究生"
    UNIVERSITY = "20", "大学本科"
    COLLEGE = "30", "大学专科"
    VOCATIONAL = "40", "中等职业"
    SENIOR = "60", "普通高中"
    JUNIOR = "70", "初中"
    PRIMARY = "80", "小学"
    OTHER = "90", "其他（含文盲）"


class Occupation(LabelledEnum):
    """GB/T 2261.4."""

    CIVIL_SERVANT = "11", "国家公务员"
    PROFESSIONAL = "13", "专业技术人员"
    CLERK = "17", "职员"
    MANAGER = "21", "企业管理人员"
    WORKER = "24", "工人"
    FARMER = "27", "农民"
    STUDENT = "31", "学生"
    SOLDIER = "37", "现役军人"
    FREELANCE = "51", "自由职业者"
    SELF_EMPLOYED = "54", "个体经营者"
    UNEMPLOYED = "70", "无业人员"
    RETIRED = "80", "退（离）休人员"
    OTHER = "90", "其他"


class Political(LabelledEnum):
    """GB/T 4762."""

    PARTY_MEMBER = "01", "中共党员"
    PROBATIONARY = "02", "中共预备党员"
    LEAGUE_MEMBER = "03", "共青团员"
    OTHER_PARTY = "04", "民主党派成员"
    NO_PARTY = "12", "无党派人士"
    MASSES = "13", "群众"


class HukouType(LabelledEnum):
    """Kind of household registration."""

    AGRICULTURAL = "agricultural", "农业户口"
    NON_AGRICULTURAL = "non_agricultural", "非农业户口"
    RESIDENT = "resident", "居民户口"


class ReviewClass(LabelledEnum):
    """How often a household on 低保 is reviewed (DOMAIN §2.3)."""

    A = "A", "A类（每年复核）"
    B = "B", "B类（每半年复核）"
    C = "C", "C类（每季度复核）"


class HouseholdStatus(LabelledEnum):
    """Whether the household is still looked after here."""

    ACTIVE = "active", "在册"
    MOVED = "moved", "已迁出"
    CLOSED = "closed", "已注销"


class HardshipCause(LabelledEnum):
    """Why the household fell into need (DOMAIN §6.3)."""

    ILLNESS = "illness", "因病"
    DISABILITY = "disability", "因残"
    NO_LABOR = "no_labor", "缺劳力"
    UNEMPLOYMENT = "unemployment", "失业"
    SCHOOLING = "schooling", "因学"
    DISASTER = "disaster", "因灾"
    ACCIDENT = "accident", "意外事故"
    NO_SUPPORT = "no_support", "失依（无赡养）"
    LOW_INCOME = "low_income", "收入低"
    IMPRISONMENT = "imprisonment", "服刑或戒毒人员家属"
    OTHER = "other", "其他"


class HousingGrade(LabelledEnum):
    """Result of the appraisal of the house."""

    A = "A", "A级（安全）"
    B = "B", "B级（基本安全）"
    C = "C", "C级（局部危险）"
    D = "D", "D级（整体危险）"


class PropertyResult(LabelledEnum):
    """Conclusion of the verification report on property; null until verified."""

    PASS = "pass", "符合规定"
    EXEMPTED = "exempted", "按规定豁免"
    FAIL_REVIEWABLE = "fail_reviewable", "超标待复核"
    FAIL_HARD = "fail_hard", "明确超标"


class ExcludeReason(LabelledEnum):
    """Why a person of the house does not count as 共同生活的家庭成员 (民发〔2021〕57号 第7、8条)."""

    RELIGIOUS = "religious", "连续三年以上脱离家庭独立生活的宗教教职人员"
    PRISON = "prison", "监狱服刑"
    DETOX = "detox", "强制隔离戒毒"
    MISSING = "missing", "宣告失踪"
    INDEPENDENT = "independent", "成年子女已独立生活"
    NO_DUTY = "no_duty", "无法定赡养抚养扶养义务"
    OTHER = "other", "其他"


class LeaveReason(LabelledEnum):
    """Why somebody left the household."""

    DEATH = "death", "死亡"
    MARRIAGE = "marriage", "婚嫁迁出"
    MOVED = "moved", "迁出"
    SEPARATED = "separated", "分户"
    DIVORCE = "divorce", "离婚"
    SERVICE = "service", "参军入伍"
    PRISON = "prison", "服刑"
    ERROR = "error", "登记错误"
    OTHER = "other", "其他"


class IncomeCategory(LabelledEnum):
    """Classes I1–I4 and I9 of the means test (民发〔2021〕57号 第13条)."""

    WAGE = "wage", "工资性收入"
    BUSINESS = "business", "经营净收入"
    PROPERTY = "property", "财产净收入"
    TRANSFER = "transfer", "转移净收入"
    OTHER = "other", "其他应计入收入"


INCOME_CLASSES: Mapping[IncomeCategory, str] = {
    IncomeCategory.WAGE: "I1",
    IncomeCategory.BUSINESS: "I2",
    IncomeCategory.PROPERTY: "I3",
    IncomeCategory.TRANSFER: "I4",
    IncomeCategory.OTHER: "I9",
}


class Evidence(LabelledEnum):
    """How well a figure is known; the first is the strongest."""

    VERIFIED = "verified", "核对"
    RECEIPT = "receipt", "票据"
    PROMISE = "promise", "承诺"
    IMPUTED = "imputed", "测算"


class IncomeExclusion(LabelledEnum):
    """Income that the means test does not count (民发〔2021〕57号 第13条)."""

    VETERAN = "veteran", "优待抚恤金"
    FAMILY_PLANNING = "family_planning", "计划生育奖励扶助"
    SCHOLARSHIP = "scholarship", "奖学金"
    BRAVERY = "bravery", "见义勇为奖励"
    ASSISTANCE = "assistance", "政府发放的社会救助款物"
    BASIC_PENSION = "basic_pension", "城乡居民基础养老金"
    NEW_JOB = "new_job", "就业增收渐退期内收入"
    OTHER = "other", "其他按规定不计入"


class DeductionKind(LabelledEnum):
    """What may be deducted from income."""

    EMPLOYMENT_COST = "employment_cost", "必要就业成本"
    DISABILITY = "disability", "残疾刚性支出"
    ILLNESS = "illness", "重病刚性支出"
    INSURANCE = "insurance", "税费与社会保险缴费"
    SUPPORT = "support", "支付赡养抚养费"
    OTHER = "other", "其他"


class PropertyKind(LabelledEnum):
    """Classes of property (民发〔2021〕57号 第14条)."""

    DEPOSIT = "deposit", "现金与存款"
    SECURITIES = "securities", "有价证券与基金"
    INSURANCE = "insurance", "商业保险现金价值"
    VEHICLE = "vehicle", "机动车"
    FARM_VEHICLE = "farm_vehicle", "农用车、三轮车"
    DISABLED_VEHICLE = "disabled_vehicle", "残疾人功能补偿代步车"
    HOUSE = "house", "住房"
    SHOP = "shop", "商铺、办公用房"
    BOAT = "boat", "船舶"
    COMPANY = "company", "企业、个体工商户"
    MACHINERY = "machinery", "大型农机具"
    OTHER = "other", "其他"


class ExpenseKind(LabelledEnum):
    """Rigid expenses of the last twelve months."""

    LIVING = "living", "基本生活"
    MEDICAL = "medical", "医疗"
    EDUCATION = "education", "教育"
    REHABILITATION = "rehabilitation", "残疾康复"
    CARE = "care", "照料护理"
    ACCIDENT = "accident", "意外事故"
    DISASTER = "disaster", "灾害损失"
    HOUSING = "housing", "住房"
    OTHER = "other", "其他"


class StatusKind(LabelledEnum):
    """Statuses of persons that departments recognise from one another (社会救助法 第42条)."""

    DIBAO = "dibao", "最低生活保障"
    TEKUN = "tekun", "特困供养"
    LOW_INCOME = "low_income", "低保边缘"
    RIGID_EXPENSE = "rigid_expense", "刚性支出困难"
    ORPHAN = "orphan", "孤儿"
    UNATTENDED_CHILD = "unattended_child", "事实无人抚养儿童"
    DISABLED = "disabled", "残疾"
    SERIOUS_ILLNESS = "serious_illness", "重病"
    MONITORED = "monitored", "防止返贫监测"
    IMPRISONED = "imprisoned", "服刑"
    DETOX = "detox", "强制隔离戒毒"
    MISSING = "missing", "失踪"
    VETERAN = "veteran", "优抚对象"
    STAFF_RELATIVE = "staff_relative", "经办人员近亲属"
    UNEMPLOYED = "unemployed", "登记失业"
    DISASTER = "disaster", "受灾"
    HOMELESS = "homeless", "流浪乞讨"
