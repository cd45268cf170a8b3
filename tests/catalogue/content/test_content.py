"""The shipped catalogue is whole: every aid of the domain, every reference, every text in English, and faults found."""

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from backend.cases.path.guards import GUARDS
from backend.cases.path.kinds import KINDS
from backend.catalogue import content_terms
from backend.catalogue.content import load_content, shipped_vocabulary
from backend.catalogue.content.loading import ContentError, read_yaml
from backend.catalogue.content.shorthand import ShorthandError, expand
from backend.catalogue.content_schema import ProjectDefinition
from backend.catalogue.content_terms import ObtainMode, StepKind
from backend.catalogue.rules.tree import parse_rule
from backend.catalogue.rules.vocabulary import UnitOf
from backend.kernel.i18n import english
from backend.kernel.labels import LabelledEnum

CONTENT = load_content()
ROOT = Path(__file__).parents[3]
COMPLETE = ["A01", "A02", "A03", "A05", "A06", "A07", "C01", "C02", "C03"]
DESCRIBED = (
    ["A04"]
    + [f"B{n:02}" for n in range(1, 19)]
    + [f"C{n:02}" for n in range(4, 10)]
    + [f"D{n:02}" for n in range(1, 8)]
    + [f"E{n:02}" for n in range(1, 13)]
    + [f"F{n:02}" for n in range(1, 8)]
)


def test_every_aid_of_the_domain_is_there() -> None:
    assert [d.code for d in CONTENT.definitions] == COMPLETE
    assert sorted(e.code for e in CONTENT.entries) == sorted(DESCRIBED)


def test_the_instruments_are_registered() -> None:
    assert list(CONTENT.instruments) == [f"L{n:02}" for n in range(1, 30)]


@pytest.mark.parametrize(
    ("day", "residence", "standard"),
    [
        (date(2019, 12, 31), "rural", None),
        (date(2023, 6, 30), "rural", 766),
        (date(2023, 7, 1), "rural", 789),
        (date(2023, 7, 1), "urban", 1001),
        (date(2026, 11, 23), "urban", 1094),
        (date(2023, 7, 1), None, None),
    ],
)
def test_the_standard_is_that_of_the_day(day: date, residence: str | None, standard: int | None) -> None:
    assert CONTENT.parameters_on(day, residence).get("dibao_standard") == standard


def test_demo_standards_grow_by_three_percent_from_2023() -> None:
    parameters = {p.code: p for p in CONTENT.parameters}
    for code in ("dibao_standard", "tekun_standard"):
        for residence in ("urban", "rural"):
            values = {v.valid_from.year: v for v in parameters[code].values if v.residence == residence}
            base = values[2023]
            assert not base.uncertain
            for year, value in values.items():
                assert value.value == round(base.value * Decimal("1.03") ** (year - 2023)), (code, residence, year)
                assert value.uncertain is (year != 2023)


def test_the_extreme_hardship_standard_is_never_below_its_multiple() -> None:
    for year in range(2020, 2027):
        for residence in ("urban", "rural"):
            numbers = CONTENT.parameters_on(date(year, 12, 31), residence)
            assert numbers["tekun_standard"] >= numbers["dibao_standard"] * numbers["tekun_basic_ratio"]


@pytest.mark.parametrize("definition", CONTENT.definitions, ids=lambda d: d.code)
class TestComplete:
    """What a complete project must have beyond its schema."""

    def test_survives_the_database(self, definition: ProjectDefinition) -> None:
        stored = definition.model_dump(mode="json", by_alias=False)
        assert ProjectDefinition.model_validate(stored) == definition

    def test_names_roles_of_the_policies(self, definition: ProjectDefinition) -> None:
        with (ROOT / "policies" / "roles.csv").open(encoding="utf-8") as file:
            roles = {row["code"] for row in csv.DictReader(file)}
        assert {role for step in definition.path for role in step.roles} <= roles

    def test_names_guards_of_the_case_engine(self, definition: ProjectDefinition) -> None:
        assert {guard for step in definition.path for guard in step.guards} <= GUARDS.keys()

    def test_keeps_its_promise_within_the_steps(self, definition: ProjectDefinition) -> None:
        days = sum(s.working_days or 0 for s in definition.path if not s.optional and s.kind is not StepKind.ACCEPTANCE)
        # Seven calendar days of notice hold at most five working days.
        days += sum(min(5, step.calendar_days or 0) for step in definition.path)
        promise = definition.clock.promise_days
        assert promise is None or days <= promise

    def test_never_asks_for_what_sharing_gives(self, definition: ProjectDefinition) -> None:
        shared = {m.name for m in definition.materials if m.obtain_mode is ObtainMode.SHARE}
        assert shared or definition.code == "C02"
        asked = {m.name for m in definition.materials if m.obtain_mode is ObtainMode.APPLICANT}
        assert not shared & asked

    def test_reads_its_limit_as_a_formula(self, definition: ProjectDefinition) -> None:
        from backend.catalogue.rules.formula import check_formula

        if definition.decision.limit:
            assert check_formula(definition.decision.limit, CONTENT.vocabulary) is None


def test_step_kinds_are_those_of_the_case_engine() -> None:
    assert {kind.value for kind in StepKind} <= {kind.value for kind in KINDS}
    assert {kind.label for kind in StepKind} <= {kind.label for kind in KINDS}


def test_exclusions_between_complete_projects_are_mutual() -> None:
    named = {(d.code, e.project) for d in CONTENT.definitions for e in d.exclusions}
    for one, other in named:
        if other in COMPLETE:
            assert (other, one) in named, f"{other} does not name {one}"


def titles(tree: dict[str, Any]) -> list[str]:
    below = [title for child in tree.get("children", []) for title in titles(child)]
    return [tree["title"], *below] if tree.get("title") else below


def texts() -> set[str]:
    found: set[str] = set()
    for one in (*CONTENT.definitions, *CONTENT.entries):
        found |= {one.name, one.department, one.target}
        found |= set(one.publicity.shown) if one.publicity else set()
    for definition in CONTENT.definitions:
        found |= {material.name for material in definition.materials} | set(titles(definition.rule))
        found |= {text for f in definition.form for text in (f.label, f.help, *f.options.values())}
        found |= {definition.amount.description}
        found |= {step.name for step in definition.path if step.name}
    for entry in CONTENT.entries:
        found |= set(entry.applicant_gives)
    for value in vars(content_terms).values():
        if isinstance(value, type) and issubclass(value, LabelledEnum):
            found |= set(value.labels().values())
    return {text for text in found if re.search("[\u4e00-\u9fff]", text)}


def test_every_name_is_spoken_in_english() -> None:
    assert sorted(texts() - english().keys()) == []


def raw(code: str = "A02") -> dict[str, Any]:
    return CONTENT.definition(code).model_dump(mode="json", by_alias=False)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"materials": [{"code": "a", "name": "学籍", "obtain_mode": "share"}]},
            "材料“学籍”：数据共享获取的应写明共享来源",
        ),
        ({"materials": [{"code": "a", "name": "学籍", "obtain_mode": "promise", "source": ["JY"]}]}, "其他方式不写"),
        ({"form": [{"name": "a", "label": "类别", "type": "choice"}]}, "没有选项"),
        ({"form": [{"name": "a", "label": "类别", "type": "text", "options": {"b": "乙"}}]}, "不应填写选项"),
        ({"form": [{"name": "a", "label": "甲", "type": "text"}] * 2}, "字段代码重复：a"),
        ({"clock": {"promise_days": 40, "statutory_days": 30}}, "承诺时限不应长于法定时限"),
        ({"publicity": {"days": 7}}, "应写明公示地点"),
        ({"path": [{"kind": "acceptance", "level": "town", "roles": ["town_clerk"]}]}, "没有公示环节"),
        ({"clock": {"urgent_hours": 24}}, "没有先行救助环节"),
        ({"unit": "case"}, "只能是家庭或个人"),
        ({"examples": []}, "at least 1 item"),
        ({"surprise": 1}, "Extra inputs"),
    ],
)
def test_a_definition_that_cannot_be_right_is_refused_in_words(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ProjectDefinition.model_validate(raw() | change)
    assert sentence in str(caught.value)


def test_a_step_with_two_clocks_is_refused() -> None:
    definition = raw()
    definition["path"][1] |= {"hours": 3}
    with pytest.raises(ValidationError, match="只能有一种时限"):
        ProjectDefinition.model_validate(definition)


class TestShorthand:
    """Rules as they are written in the files become trees of the condition builder."""

    def test_a_condition(self) -> None:
        tree = expand("家庭人均月收入 < 低保标准", shipped_vocabulary(), {})
        assert tree == {
            "id": "1",
            "conjunction": "and",
            "children": [
                {
                    "id": "1.1",
                    "left": {"type": "field", "field": "income_per_capita_month"},
                    "op": "less",
                    "right": {"type": "field", "field": "dibao_standard"},
                }
            ],
        }

    @pytest.mark.parametrize(
        ("written", "op", "right"),
        [
            ("家庭在享低保", "equal", True),
            ("not 家庭在享低保", "equal", False),
            ("家庭在享低保 = false", "equal", False),
            ('户籍类别 = "农村"', "select_equals", "rural"),
            ('户籍类别 != "urban"', "select_not_equals", "urban"),
            ('one_of(户籍类别, "农村", "城镇")', "select_any_in", ["rural", "urban"]),
            ("家庭月收入 >= 1.5", "greater_or_equal", "1.5"),
            ("家庭月收入 > -1", "greater", -1),
            ("家庭月收入 < 低保标准 * 家庭人口", "less", {"type": "formula", "formula": "低保标准 * 家庭人口"}),
            ({"known": "家庭月收入"}, "is_not_empty", None),
            ({"unknown": "家庭月收入"}, "is_empty", None),
        ],
    )
    def test_conditions(self, written: Any, op: str, right: Any) -> None:
        (leaf,) = expand(written, shipped_vocabulary(), {})["children"]
        assert (leaf["op"], leaf.get("right")) == (op, right)
        parse_rule(expand(written, shipped_vocabulary(), {}), shipped_vocabulary(), UnitOf.HOUSEHOLD)

    def test_groups_members_and_another_projects_rule(self) -> None:
        written = {"any": [{"use": "X01", "title": "别的"}, {"members": "none", "all": ["年龄 > 3"], "title": "老"}]}
        tree = expand(written, shipped_vocabulary(), {"X01": {"all": ["家庭在享低保"]}})
        used, members = tree["children"]
        assert (tree["conjunction"], used["title"], used["conjunction"]) == ("or", "别的", "and")
        assert (members["members"], members["title"], members["id"]) == ("none", "老", "1.2")
        assert used["children"][0]["id"] == "1.1.1"

    @pytest.mark.parametrize(
        "written", ["1 + 1", "3 < 家庭人口", 5, {"all": [], "any": []}, {"title": "x"}, {"all": [], "x": 1}]
    )
    def test_what_is_not_understood_is_refused(self, written: Any) -> None:
        with pytest.raises(ShorthandError):
            expand(written, shipped_vocabulary(), {})


def test_a_key_written_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("{a: 1, b: 2, a: 3}")
    with pytest.raises(ContentError, match="written twice"):
        read_yaml(path)


def test_numbers_are_read_exactly(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("0.1")
    assert read_yaml(path) == Decimal("0.1")
