"""A rule tree decides as an officer reads it, names every fault with its place, and says its reasons in words."""

from decimal import Decimal
from typing import Any

import pytest

from backend.catalogue.rules.faults import RuleFault
from backend.catalogue.rules.tree import check_rule, describe, parse_rule
from backend.catalogue.rules.tree.operators import OPERATORS
from backend.catalogue.rules.vocabulary import UnitOf
from tests.catalogue.rules.conftest import WORDS, Ask, condition, group

HOUSE = {
    "residence": "rural",
    "division_code": "371623109001005",
    "member_count": 3,
    "income_month": Decimal("1894.50"),
    "has_dibao": True,
    "has_company": False,
    "income_evidence": "promise",
}
FIELD = {"type": "field", "field": "member_count"}


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (condition("member_count", "equal", 3), True),
        (condition("member_count", "equal", "3"), True),
        (condition("income_month", "equal", 1894.5), True),
        (condition("member_count", "not_equal", 3), False),
        (condition("member_count", "less", 3), False),
        (condition("member_count", "less_or_equal", 3), True),
        (condition("member_count", "greater", 2), True),
        (condition("member_count", "greater_or_equal", 4), False),
        (condition("member_count", "between", [3, 5]), True),
        (condition("member_count", "not_between", [3, 5]), False),
        (condition("member_count", "select_any_in", [1, 3]), True),
        (condition("residence", "select_equals", "rural"), True),
        (condition("residence", "select_equals", "农村"), True),
        (condition("residence", "select_not_equals", "rural"), False),
        (condition("residence", "select_any_in", ["rural", "urban"]), True),
        (condition("residence", "select_any_in", "urban,rural"), True),
        (condition("residence", "select_not_any_in", ["urban"]), True),
        (condition("has_dibao", "equal", True), True),
        (condition("has_dibao", "not_equal", True), False),
        (condition("has_company", "equal", False), True),
        (condition("has_dibao", "equal", {"type": "field", "field": "has_company"}), False),
        (condition("division_code", "starts_with", "371623109"), True),
        (condition("division_code", "starts_with", "371623%"), False),
        (condition("division_code", "not_starts_with", "371623001"), True),
        (condition("as_of", "less", "2026-12-01"), True),
        (condition("as_of", "between", ["2026-01-01", "2026-11-23T00:00:00"]), True),
        (condition("as_of", "greater", "2026-11-23"), False),
        (condition("income_month", "is_empty"), False),
        (condition("income_month", "is_not_empty"), True),
        (condition("vehicle_count", "is_empty"), True),
        (condition("income_month", "less", {"type": "field", "field": "dibao_standard"}), False),
        (condition("income_month", "less", {"type": "formula", "formula": "低保标准 * 家庭人口"}), True),
        (condition("income_month", "less", {"type": "formula", "value": "dibao_standard * 3"}), True),
        (condition("member_count", "equal", {"type": "value", "value": 3}), True),
        (condition("vehicle_count", "equal", 0), None),
        (condition("vehicle_count", "not_equal", 0), None),
        (condition("vehicle_count", "between", [0, 1]), None),
        (condition("property_result", "select_any_in", ["pass"]), None),
        (condition("member_count", "less", {"type": "field", "field": "vehicle_count"}), None),
        # One bound that fails decides, whatever the other is.
        (condition("member_count", "between", [4, {"type": "field", "field": "vehicle_count"}]), False),
    ],
)
async def test_a_condition_decides(leaf: dict[str, Any], expected: bool | None, ask: Ask) -> None:
    answer = await ask(group(leaf), household=HOUSE)
    assert answer.eligible is expected
    assert [reason.passed for reason in answer.reasons] == [expected]


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (condition("member_count", "equal", 3), False),
        (condition("member_count", "less", 3), True),
        (condition("member_count", "between", [3, 5]), False),
        (condition("residence", "select_any_in", ["urban"]), True),
        (condition("has_dibao", "equal", True), False),
        (condition("division_code", "starts_with", "371623001"), True),
        (condition("vehicle_count", "is_empty"), False),
        (condition("vehicle_count", "equal", 0), None),
    ],
)
async def test_not_turns_an_answer_round_and_leaves_the_unknown(
    leaf: dict[str, Any], expected: bool | None, ask: Ask
) -> None:
    assert (await ask(group(leaf, **{"not": True}), household=HOUSE)).eligible is expected
    assert (await ask(group(group(leaf, **{"not": True}), **{"not": True}), household=HOUSE)).eligible is (
        None if expected is None else not expected
    )


UNKNOWN = condition("vehicle_count", "equal", 0)
TRUE, FALSE = condition("member_count", "equal", 3), condition("member_count", "equal", 9)


@pytest.mark.parametrize(
    ("conjunction", "children", "expected"),
    [
        ("and", [TRUE, TRUE], True),
        ("and", [TRUE, FALSE], False),
        ("and", [UNKNOWN, FALSE], False),
        ("and", [UNKNOWN, TRUE], None),
        ("or", [FALSE, FALSE], False),
        ("or", [UNKNOWN, TRUE], True),
        ("or", [UNKNOWN, FALSE], None),
    ],
)
async def test_unknown_is_neither_yes_nor_no(conjunction: str, children: list[Any], expected: object, ask: Ask) -> None:
    assert (await ask(group(*children, conjunction=conjunction), household=HOUSE)).eligible is expected


PEOPLE = [{"age": 75, "is_disabled": True}, {"age": 40, "is_disabled": False}, {"is_disabled": False}]
OLD = condition("age", "greater_or_equal", 70)
MIDDLE = condition("age", "between", [30, 60])


@pytest.mark.parametrize(
    ("members", "children", "expected"),
    [
        ("any", [OLD], True),
        ("any", [condition("age", "greater", 90)], None),
        ("any", [condition("is_disabled", "equal", True), condition("age", "less", 70)], False),
        ("none", [OLD], False),
        ("none", [condition("age", "greater", 90)], None),
        ("none", [condition("is_disabled", "equal", True), condition("age", "less", 70)], True),
        ("all", [OLD], False),
        ("all", [condition("age", "less", 90)], None),
        ("all", [condition("is_disabled", "is_not_empty")], True),
        ({"at_least": 2}, [condition("age", "greater", 30)], True),
        ({"at_least": 3}, [condition("age", "greater", 30)], None),
        ({"at_least": 3}, [condition("age", "greater", 50)], False),
        ({"at_most": 1}, [condition("age", "greater", 50)], None),
        ({"at_most": 2}, [condition("age", "greater", 50)], True),
        ({"at_most": 1}, [condition("age", "greater", 30)], False),
        ("any", [condition("age", "greater", {"type": "formula", "formula": "家庭人口 * 20 + 年龄 - 年龄"})], True),
        ("any", [condition("residence", "select_equals", "urban")], False),
    ],
)
async def test_a_question_to_members_counts_the_unknown_apart(
    members: object, children: list[Any], expected: bool | None, ask: Ask
) -> None:
    answer = await ask(group(group(*children, members=members)), household=HOUSE, members=PEOPLE)
    assert answer.eligible is expected
    opposite = await ask(group(group(*children, members=members, **{"not": True})), household=HOUSE, members=PEOPLE)
    assert opposite.eligible is (None if expected is None else not expected)


@pytest.mark.parametrize("members", ["any", "none", "all", {"at_most": 5}])
async def test_without_members_on_record_a_question_to_them_is_open(members: object, ask: Ask) -> None:
    assert (await ask(group(group(OLD, members=members)), household=HOUSE)).eligible is None


async def test_a_person_project_asks_the_person_and_the_others_of_the_household(ask: Ask) -> None:
    tree = group(
        OLD, group(condition("age", "less", 18), members="any"), condition("residence", "select_equals", "rural")
    )
    answer = await ask(tree, "年龄 + 家庭人口", HOUSE, [{"age": 75}], unit=UnitOf.PERSON)
    assert (answer.eligible, answer.person_id) == (False, 1)
    tree = group(OLD, group(condition("age", "greater", 18), members="any"))
    answer = await ask(tree, "年龄 + 家庭人口", HOUSE, [{"age": 75}], unit=UnitOf.PERSON)
    assert (answer.eligible, answer.amount) == (True, 78)


async def test_a_case_fact_is_unknown_until_a_case_gives_it(ask: Ask) -> None:
    tree = group(condition("emergency_loss", "greater", 100), condition("emergency_kind", "select_equals", "fire"))
    assert (await ask(tree, household=HOUSE)).eligible is None
    case = {"emergency_loss": Decimal(500), "emergency_kind": "fire"}
    assert (await ask(tree, "急难损失 * 2", HOUSE, case=case)).amount == 1000


class TestReasons:
    """Reasons are sentences with what was required and what was found."""

    @pytest.mark.parametrize(
        ("leaf", "chinese"),
        [
            (
                condition("income_month", "less", {"type": "field", "field": "dibao_standard"}),
                "家庭月收入应低于 789 元，实际 1894.5 元",
            ),
            (condition("vehicle_count", "equal", 0), "机动车应等于 0 辆，实际未知，需核对"),
            (
                condition("member_count", "between", [1, {"type": "formula", "formula": "1 + 1"}]),
                "家庭人口应在 1 人 至 2 人 之间，实际 3 人",
            ),
            (condition("residence", "select_equals", "urban"), "户籍类别应为城镇，实际农村"),
            (
                condition("income_evidence", "select_any_in", ["verified", "receipt"]),
                "收入依据应为核对、票据之一，实际承诺",
            ),
            (condition("has_company", "equal", True), "有企业登记应为是，实际否"),
            (condition("division_code", "starts_with", "371623001"), "区划代码应属于 371623001，实际 371623109001005"),
            (condition("as_of", "less", "2026-01-01"), "核定日期应早于 2026-01-01，实际 2026-11-23"),
            (condition("vehicle_count", "is_not_empty"), "机动车应已登记或核对，实际没有"),
            (
                condition("income_month", "less", {"type": "field", "field": "case_cap"}),
                "家庭月收入应低于 未知的标准，实际 1894.5 元",
            ),
        ],
    )
    async def test_in_chinese(self, leaf: dict[str, Any], chinese: str, ask: Ask) -> None:
        (reason,) = (await ask(group(leaf), household=HOUSE)).reasons
        assert reason.text == chinese

    async def test_of_members(self, ask: Ask) -> None:
        tree = group(group(OLD, condition("is_disabled", "equal", True), members={"at_least": 2}))
        (reason,) = (await ask(tree, household=HOUSE, members=PEOPLE)).reasons
        assert reason.text == (
            "至少应有 2 名家庭成员符合“年龄不应低于 70 岁，并且是残疾人应为是”，实际 1 名（共 3 名）"
        )
        (reason,) = (await ask(group(group(OLD, members="none")), household=HOUSE, members=PEOPLE)).reasons
        assert reason.text == "不应有家庭成员符合“年龄不应低于 70 岁”，实际 1 名（共 3 名，1 名未知，需核对）"

    async def test_under_a_negation_say_what_is_really_required(self, ask: Ask) -> None:
        tree = group(condition("member_count", "less", 9), condition("has_dibao", "equal", True), **{"not": True})
        reasons = (await ask(tree, household=HOUSE)).reasons
        assert [r.text for r in reasons] == ["家庭人口不应低于 9 人，实际 3 人", "家庭在享低保应为否，实际是"]
        assert [r.passed for r in reasons] == [False, False]

    async def test_lie_below_their_groups_with_how_each_stands(self, ask: Ask) -> None:
        tree = group(
            group(TRUE, FALSE, UNKNOWN, conjunction="or", title="财产"),
            group(FALSE, group(TRUE, TRUE), conjunction="and", title="收入", **{"not": True}),
            group(UNKNOWN, FALSE, conjunction="or"),
        )
        answer = await ask(tree, household=HOUSE)
        assert answer.eligible is None
        assert [(g.depth, g.heads, g.standing.value, g.path) for g in answer.grounds] == [
            (0, True, "met", "1.1"),
            (1, False, "met", "1.1.1"),
            (1, False, "not_needed", "1.1.2"),
            (1, False, "not_needed", "1.1.3"),
            (0, True, "met", "1.2"),
            (1, False, "met", "1.2.1"),
            (1, True, "not_needed", "1.2.2"),
            (0, True, "unknown", "1.3"),
            (1, False, "unknown", "1.3.1"),
            (1, False, "unmet", "1.3.2"),
        ]
        heads = [g.text for g in answer.grounds if g.heads]
        assert heads == [
            "财产，下列满足一项即可",
            "并非“收入”，下列满足一项即可",
            "下列满足一项即可",
            "下列满足一项即可",
        ]

    async def test_tell_which_of_them_decide(self, ask: Ask) -> None:
        tree = group(TRUE, group(FALSE, FALSE, conjunction="or", title="财产"), UNKNOWN)
        answer = await ask(tree, household=HOUSE)
        assert answer.eligible is False
        assert [(r.path, r.decides, r.group) for r in answer.reasons] == [
            ("1.1", False, ""),
            ("1.2.1", True, "财产"),
            ("1.2.2", True, "财产"),
            ("1.3", False, ""),
        ]

    async def test_in_english(self, ask: Ask) -> None:
        tree = group(
            condition("income_month", "less", {"type": "field", "field": "dibao_standard"}),
            condition("residence", "select_equals", "urban"),
            group(OLD, members="all"),
        )
        answer = await ask(tree, household=HOUSE, members=PEOPLE, language="en")
        assert [r.text for r in answer.reasons] == [
            "Household income per month must be below 789 yuan; found: 1894.5 yuan",
            "Residence category must be Urban; found: Rural",
            "All members must fulfil “Age must not be below 70 years”; found: 1 (of 3; 1 unknown, to be verified)",
        ]


@pytest.mark.parametrize(
    ("tree", "path", "sentence"),
    [
        ([], "1", "应为一组条件"),
        ({}, "1", "没有条件"),
        (group(), "1", "没有条件"),
        (group(TRUE, group()), "1.2", "没有条件"),
        (group(TRUE, "x"), "1.2", "应为一条条件"),
        (group(TRUE, {"op": "equal", "right": 1}), "1.2", "没有选择事实"),
        (group(TRUE, group(condition("salary", "less", 1))), "1.2.1", "没有“salary”"),
        (group(condition("incom_month", "less", 1)), "1.1", "是否指：家庭月收入（income_month）"),
        (group(condition("income_month", "like", 1)), "1.1", "没有“like”这种比较方式"),
        (group(condition("residence", "less", 1)), "1.1", "“户籍类别”是选项，不能用“less”比较，可用：equal、not_equal"),
        (group(condition("income_month", "starts_with", "1")), "1.1", "是金额，不能用“starts_with”"),
        (group(condition("income_month", "less", "abc")), "1.1", "公式 【abc】 有误：没有“abc”这个事实或参数"),
        (group(condition("income_month", "less", True)), "1.1", "应与数字比较"),
        (group(condition("income_month", "less", float("nan"))), "1.1", "应与数字比较"),
        (group(condition("income_month", "less", 10**15)), "1.1", "应与数字比较"),
        (group(condition("income_month", "less", None)), "1.1", "没有填写比较值"),
        (group(condition("income_month", "less", "")), "1.1", "没有填写比较值"),
        (group(condition("has_dibao", "equal", 3)), "1.1", "应与“是”或“否”比较"),
        (group(condition("residence", "select_equals", "乡村")), "1.1", "没有“乡村”这个选项，可选：农村、城镇"),
        (group(condition("residence", "select_any_in", [])), "1.1", "没有填写比较值"),
        (group(condition("residence", "select_any_in", ["rural"] * 101)), "1.1", "可选值太多"),
        (group(condition("as_of", "less", "昨天")), "1.1", "应与日期"),
        (group(condition("division_code", "starts_with", "3" * 101)), "1.1", "不超过一百字"),
        (group(condition("member_count", "between", 3)), "1.1", "应有下限和上限"),
        (group(condition("member_count", "between", [3])), "1.1", "应有下限和上限"),
        (group(condition("member_count", "less", {"type": "func", "func": "x"})), "1.1", "写法不受支持"),
        (
            group(condition("member_count", "less", {"type": "field", "field": "residence"})),
            "1.1",
            "不能与“户籍类别”比较",
        ),
        (
            group(condition("residence", "select_equals", {"type": "field", "field": "income_evidence"})),
            "1.1",
            "选项不同",
        ),
        (group(condition("residence", "select_equals", {"type": "formula", "formula": "1"})), "1.1", "不能与公式比较"),
        (
            group(condition("member_count", "less", {"type": "formula", "formula": "1 +* 2"})),
            "1.1",
            "公式 1 +【*】 2 有误",
        ),
        (group(condition("member_count", "less", {"type": "formula"})), "1.1", "公式应为文本"),
        (group(OLD), "1.1", "请放进“家庭成员”条件组"),
        (group(condition("member_count", "less", {"type": "formula", "formula": "年龄"})), "1.1", "家庭成员的事实"),
        (group(group(group(OLD, members="any"), members="any")), "1.1.1", "不能再放成员条件组"),
        (group(group(OLD, members="some")), "1.1", "“任一”“全部”“没有”"),
        (group(group(OLD, members={"at_least": 0})), "1.1", "“任一”"),
        (group(group(OLD, members={"at_least": True})), "1.1", "“任一”"),
        ({"conjunction": "xor", "children": [TRUE]}, "1", "“并且”或“或者”"),
        (group(TRUE, **{"not": "yes"}), "1", "“非”只能是"),
        (group(TRUE, title="长" * 101), "1", "名称应为不超过"),
        (group(*[TRUE] * 121), "1.121", "条件太多"),
    ],
)
def test_a_fault_names_its_place_and_how_to_mend_it(tree: Any, path: str, sentence: str) -> None:
    with pytest.raises(RuleFault) as caught:
        parse_rule(tree, WORDS)
    assert caught.value.path == path
    assert sentence in str(caught.value)
    assert f"（条件 {path}）" in str(caught.value)


def test_too_deep_a_tree_is_refused() -> None:
    tree: Any = TRUE
    for _ in range(9):
        tree = group(tree)
    with pytest.raises(RuleFault, match="嵌套太深"):
        parse_rule(tree, WORDS)


def test_a_check_tells_every_fault_at_once() -> None:
    tree = group(condition("salary", "less", 1), TRUE, group(condition("income_month", "less", "x"), group()))
    assert [fault.path for fault in check_rule(tree, WORDS)] == ["1.1", "1.3.1", "1.3.2"]
    assert check_rule(group(TRUE), WORDS) == []


def test_a_rule_is_described_with_the_names_of_its_parameters() -> None:
    tree = group(
        condition("income_month", "less", {"type": "formula", "formula": "低保标准 * 家庭人口"}),
        group(condition("vehicle_count", "equal", 0), condition("has_dibao", "equal", True), conjunction="or"),
        group(OLD, members="none"),
    )
    assert describe(parse_rule(tree, WORDS).root, "zh") == (
        "家庭月收入应低于 低保标准 * 家庭人口，并且（机动车应等于 0 辆，或者家庭在享低保应为是），"
        "并且不应有家庭成员符合“年龄不应低于 70 岁”"
    )


def test_every_operator_has_an_opposite_of_the_same_shape() -> None:
    for operator in OPERATORS.values():
        opposite = OPERATORS[operator.opposite]
        assert opposite.opposite == operator.code
        assert (opposite.sides, opposite.types) == (operator.sides, operator.types)
