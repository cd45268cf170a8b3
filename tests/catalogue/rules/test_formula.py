"""A formula computes what an officer means, in Chinese or code words, and unknown never becomes a number."""

from decimal import Decimal

import pytest

from backend.catalogue.rules.faults import FormulaFault
from backend.catalogue.rules.formula import check_formula, parse_formula
from backend.catalogue.rules.formula.printing import print_formula
from backend.catalogue.rules.vocabulary import UnitOf
from tests.catalogue.rules.conftest import WORDS, Ask

HOUSE = {"income_month": 1894, "insured_count": 3, "member_count": 3, "residence": "rural", "vehicle_count": 0}
PEOPLE = [
    {"age": 75, "is_severely_disabled": True, "has_serious_illness": False},
    {"age": 12, "is_severely_disabled": False, "has_serious_illness": False},
    {"age": 40, "is_severely_disabled": False, "has_serious_illness": True},
]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("低保标准 * 保障人数 - 家庭月收入", "473"),
        ("dibao_standard * insured_count - income_month", "473"),
        ("2 + 3 * 4 - 6 / 4", "12.5"),
        ("-(2 + 3) * -2", "10"),
        ("（2 ＋ ３）× 4 ÷ 5", "4"),
        ("低保标准 × 30%", "236.7"),
        ("max(1, 2, 3) + min(4, 5, 6)", "7"),
        ("保底(10, 50) + 封顶(80, 50)", "100"),
        ("ceil(2.001) + floor(2.999) + round(2.5) + round(2.44, 0.1)", "10.4"),
        ("进到(1109, 10) + 舍到(1109, 10)", "2210"),
        ("ceil_to(474.0001, 0.5)", "474.5"),
        ('if(户籍类别 = "农村", 1, 2) + if(residence = "urban", 10, 20)', "21"),
        ("if(家庭月收入 >= 1894 and 家庭人口 != 2 or 1 > 2, 5, 6)", "5"),
        ("if(not (家庭人口 < 3), 5, 6)", "5"),
        ('如果(属于(户籍类别, "农村", "城镇"), 7, 8)', "7"),
        ("if(one_of(家庭人口, 1, 3), 7, 8)", "7"),
        ("1894 / nullif(家庭人口, 0)", "631.33"),
        ("未知时(急难损失, 9)", "9"),
        ("band(家庭月收入, 1000: 1, 1894: 2, 5000: 3, 4)", "3"),
        ("分档(家庭人口, 3: 1, 4: 2, 9)", "2"),
        ("brackets(家庭月收入, 1000: 50%, 1500: 60%, 70%)", "1075.8"),
        ("sum_members(年龄 >= 70, 100) + count_members(年龄 < 18) + max_members(true, 年龄)", "176"),
        ("成员合计(true, 低保标准 * 最大(if(重度残疾, 0.3, 0), if(患重病, 0.2, 0), if(年龄 < 18, 0.2, 0)))", "552.3"),
        ("sum_members(年龄 > 200, 100)", "0"),
        ("count_members(年龄 > 家庭人口)", "3"),
    ],
)
async def test_a_formula_computes(formula: str, expected: str, ask: Ask) -> None:
    answer = await ask(amount=formula, household=HOUSE, members=PEOPLE)
    assert answer.amount == Decimal(expected)


@pytest.mark.parametrize(
    "formula",
    [
        "急难损失 + 1",
        "max(急难损失, 1)",
        "min(急难损失, 1)",
        "封顶(5, 封顶额)",
        'max(if(户籍类别 = "农村", 急难损失, 1), 2)',
        "if(急难损失 > 1, 1, 1)",
        "band(急难损失, 1: 2, 3)",
        "brackets(急难损失, 1: 2, 3)",
        "1 / nullif(机动车, 0)",
        "ceil_to(急难损失, 10)",
        "sum_members(年龄 > 急难损失, 1)",
        "sum_members(true, 本人月收入)",
        "count_members(本人月收入 > 5)",
    ],
)
async def test_unknown_stays_unknown(formula: str, ask: Ask) -> None:
    answer = await ask(amount=formula, household=HOUSE, members=PEOPLE)
    assert answer.eligible is True
    assert answer.amount is None


async def test_an_unknown_that_does_not_matter_does_not_matter(ask: Ask) -> None:
    formula = "if(机动车 = 0, 5, 急难损失) + sum_members(年龄 > 70 and 重度残疾, 年龄)"
    members = [*PEOPLE, {"age": 20}]
    assert (await ask(amount=formula, household=HOUSE, members=members)).amount == 80


async def test_a_household_without_members_on_record_has_no_sum(ask: Ask) -> None:
    assert (await ask(amount="count_members(true)", household=HOUSE)).amount is None


async def test_the_noise_of_a_division_does_not_lift_an_amount(ask: Ask) -> None:
    formula = "ceil((632 - 1894 / 保障份数) * 保障份数)".replace("保障份数", "nullif(保障人数, 0)")
    assert (await ask(amount=formula, household=HOUSE)).amount == 2


@pytest.mark.parametrize(
    ("formula", "place", "sentence"),
    [
        ("", (1, 1), "公式是空的"),
        ("   ", (1, 1), "公式是空的"),
        ("1 +", (1, 4), "没有写完"),
        ("max(", (1, 5), "没有写完"),
        ("(1 + 2", (1, 7), "缺少“)”"),
        ("1 2", (1, 3), "多出“2”"),
        ("max()", (1, 1), "应有 2–20 项，现有 0 项"),
        ("salary * 2", (1, 1), "没有“salary”"),
        ("家庭收入 + 1", (1, 1), "是否指：家庭月收入"),
        ("1 +\n  incom_month", (2, 3), "是否指：家庭月收入（income_month）"),
        ("foo(1)", (1, 1), "没有“foo”这个函数"),
        ("max + 1", (1, 1), "后面要有括号"),
        ("2 ** 99", (1, 4), "不能出现在这里"),
        ("income_month.real", (1, 13), "不能使用“.”"),
        ("__import__('os')", (1, 1), "没有“__import__”这个函数"),
        ("lambda: 1", (1, 1), "没有“lambda”"),
        ("[1]", (1, 1), "不能使用“[”"),
        ("'a'", (1, 1), "需要数字，现为文本"),
        ("1e9", (1, 1), "数字后面紧跟了“e9”"),
        ("1.2.3", (1, 1), "小数点有误"),
        ("9999999999999", (1, 1), "数字太长"),
        ("“农村", (1, 1), "引号没有成对"),
        ("家庭人口 = 3", (1, 1), "需要数字，现为条件"),
        ("if(家庭人口, 1, 2)", (1, 4), "需要条件，现为数字"),
        ("if(1 < 2 < 3, 1, 2)", (1, 10), "不能连续比较"),
        ('if(户籍类别 = "乡村", 1, 2)', (1, 11), "没有“乡村”这个选项，可选：农村、城镇"),
        ('if(户籍类别 > "农村", 1, 2)', (1, 4), "选项只能用 = 或 != 比较"),
        ("if(户籍类别 = 收入依据, 1, 2)", (1, 4), "选项不同"),
        ('if(核定日期 > "明天", 1, 2)', (1, 11), "不是日期"),
        ("if(家庭人口 = 户籍类别, 1, 2)", (1, 4), "不能把数字与选项相比较"),
        ("1 / 0", (1, 5), "除数是零"),
        ("1 / (2 - 2)", (1, 6), "除数是零"),
        ("1 / 机动车", (1, 5), "写成 nullif(机动车, 0)"),
        ("1 / (低保标准 - 1)", (1, 6), "除数可能为零"),
        ("ceil_to(5, 机动车)", (1, 12), "除数可能为零"),
        ("nullif(0, 机动车)", (1, 11), "第二项应为写明的数字"),
        ("age", (1, 1), "家庭成员的事实"),
        ("sum_members(true, sum_members(true, 1))", (1, 19), "里面不能再写"),
        ("band(1, 2, 3)", (1, 1), "先写被比较的数"),
        ("band(家庭月收入, 100: 1, 50: 2, 3)", (1, 21), "从小到大"),
        ("max(1: 2, 3)", (1, 6), "只用于 band 和 brackets"),
    ],
)
def test_a_fault_names_its_place_and_how_to_mend_it(formula: str, place: tuple[int, int], sentence: str) -> None:
    fault = check_formula(formula, WORDS)
    assert fault is not None
    assert sentence in str(fault)
    assert (fault.line, fault.column) == place


def test_the_fault_is_marked_in_its_line() -> None:
    fault = check_formula("低保标准 *\n  家庭人囗 - 1", WORDS)
    assert fault is not None
    assert fault.marked == "  【家庭人囗】 - 1"


@pytest.mark.parametrize(
    "divisor",
    [
        "2",
        "保障份",
        "家庭人口",
        "低保标准 * 2",
        "nullif(机动车, 0)",
        "-家庭人口",
        "max(机动车, 1)",
        "家庭人口 + 低保标准",
        "if(机动车 > 0, 家庭人口, 2)",
        "ceil(家庭人口 / 2)",
        "band(机动车, 1: 1, 2)",
        "未知时(低保标准, 1)",
    ],
)
def test_a_divisor_that_cannot_be_zero_is_accepted(divisor: str) -> None:
    fault = check_formula(f"1 / ({divisor.replace('保障份', '取整单位')})", WORDS)
    assert fault is None


@pytest.mark.parametrize(
    "divisor", ["机动车", "保障人数", "-机动车", "家庭人口 - 1", "min(机动车, 1)", "floor(家庭人口 / 2)", "封顶额"]
)
def test_a_divisor_that_can_be_zero_is_refused(divisor: str) -> None:
    fault = check_formula(f"1 / ({divisor})", WORDS)
    assert fault is not None
    assert "nullif" in str(fault)


async def test_a_parameter_wrongly_set_to_zero_makes_the_amount_unknown_not_an_error(ask: Ask) -> None:
    answer = await ask(amount="1 / 取整单位 + ceil_to(1, 取整单位)", parameters={"rounding_unit": 0})
    assert answer.amount is None


def test_a_person_formula_may_use_the_person_without_a_sum() -> None:
    assert parse_formula("年龄 * 10", WORDS, UnitOf.PERSON).inputs
    with pytest.raises(FormulaFault):
        parse_formula("年龄 * 10", WORDS)


@pytest.mark.parametrize(
    "formula",
    ["1" + " + 1" * 300, "(" * 60 + "1" + ")" * 60, "-" * 60 + "1", "1" * 5000, "max(1, " * 30 + "1" + ", 1)" * 30],
)
def test_a_monstrous_formula_is_refused_in_words(formula: str) -> None:
    fault = check_formula(formula, WORDS)
    assert fault is not None
    assert any(word in str(fault) for word in ("太长", "太深"))


def test_a_formula_that_would_explode_as_sql_is_refused() -> None:
    formula = "1 / nullif(机动车, 0)"
    for _ in range(14):
        formula = f"max({formula}, 1)"
    fault = check_formula(formula, WORDS)
    assert fault is not None
    assert "展开后太长" in str(fault)


async def test_the_longest_formula_allowed_runs(ask: Ask) -> None:
    formula = "低保标准" + " + 低保标准" * 199
    assert (await ask(amount=formula)).amount == 789 * 200


async def test_the_calculation_is_shown_with_its_numbers(ask: Ask) -> None:
    formula = "进到(max(低保标准 * 保障人数 - 家庭月收入, 0), 取整单位) + sum_members(重度残疾, 低保标准 * 30%)"
    answer = await ask(amount=formula, household=HOUSE, members=PEOPLE)
    assert answer.calculation == "进到(最大(789 × 3 − 1894, 0), 1) + 236.7 = 709.7"
    answer = await ask(amount=formula, household=HOUSE, members=PEOPLE, language="en")
    assert answer.calculation == "ceil_to(max(789 × 3 − 1894, 0), 1) + 236.7 = 709.7"


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        ("(dibao_standard - income_month) * (2 - 1)", "(低保标准 − 家庭月收入) × (2 − 1)"),
        ("1 - (2 - 3)", "1 − (2 − 3)"),
        (
            'if(residence = "rural" and not (has_dibao or has_tekun), 1, -income_month)',
            "如果(户籍类别 = “农村” 且 非 (家庭在享低保 或 家庭有特困人员), 1, −家庭月收入)",
        ),
        ("band(income_month, 100: 1, 2)", "分档(家庭月收入, 100: 1, 2)"),
        ("count_members(age > 5)", "成员计数(年龄 > 5)"),
    ],
)
def test_a_formula_is_printed_with_labels_and_only_needed_brackets(formula: str, printed: str) -> None:
    assert print_formula(parse_formula(formula, WORDS).node, "zh") == printed
