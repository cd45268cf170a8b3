"""The functions a formula may call. Nothing else can be called."""

from dataclasses import dataclass

MANY = 20


@dataclass(frozen=True, slots=True)
class Function:
    """Name, Chinese name, how many arguments, and what it does in one sentence."""

    name: str
    label: str
    least: int
    most: int
    example: str
    meaning: str


FUNCTIONS = (
    Function(
        "if", "如果", 3, 3, "if(家庭人口 = 1, 低保标准, 0)", "条件成立取第二项，不成立取第三项；条件未知则结果未知"
    ),
    Function("max", "最大", 2, MANY, "max(a, b)", "取最大的一项；任一项未知则结果未知"),
    Function("min", "最小", 2, MANY, "min(a, b)", "取最小的一项；任一项未知则结果未知"),
    Function("at_least", "保底", 2, 2, "at_least(金额, 最低发放额)", "不低于第二项"),
    Function("cap", "封顶", 2, 2, "cap(金额, 封顶线)", "不高于第二项"),
    Function("ceil", "进一", 1, 1, "ceil(x)", "向上取整到元"),
    Function("floor", "舍尾", 1, 1, "floor(x)", "向下取整到元"),
    Function("round", "四舍五入", 1, 2, "round(x, 0.1)", "四舍五入到元，或到第二项给出的单位"),
    Function("ceil_to", "进到", 2, 2, "ceil_to(x, 取整单位)", "向上取整到第二项的整倍数"),
    Function("floor_to", "舍到", 2, 2, "floor_to(x, 10)", "向下取整到第二项的整倍数"),
    Function("nullif", "零作未知", 2, 2, "a / nullif(b, 0)", "两项相等时为未知；用来防止除以零"),
    Function("if_unknown", "未知时", 2, 2, "if_unknown(a, b)", "第一项未知时取第二项"),
    Function(
        "one_of",
        "属于",
        2,
        MANY,
        'one_of(自理能力, "半护理（部分丧失）", "全护理（完全丧失）")',
        "第一项等于其后任何一项",
    ),
    Function("band", "分档", 2, MANY, "band(x, 1000: 2, 5000: 3, 4)", "x 低于 1000 取 2，低于 5000 取 3，其余取 4"),
    Function(
        "brackets",
        "分段累计",
        2,
        MANY,
        "brackets(x, 1000: 50%, 5000: 60%, 70%)",
        "x 在每一段内的部分乘以该段比例后相加",
    ),
    Function("sum_members", "成员合计", 2, 2, "sum_members(重度残疾, 低保标准 * 30%)", "符合条件的成员，第二项之和"),
    Function("count_members", "成员计数", 1, 1, "count_members(年龄 >= 70)", "符合条件的成员数"),
    Function(
        "max_members", "成员最大", 2, 2, "max_members(true, 年龄)", "符合条件的成员，第二项的最大值；没有成员符合时为零"
    ),
)

BY_NAME = {function.name: function for function in FUNCTIONS} | {function.label: function for function in FUNCTIONS}
BANDED = frozenset(("band", "brackets"))
OVER_MEMBERS = frozenset(("sum_members", "count_members", "max_members"))
