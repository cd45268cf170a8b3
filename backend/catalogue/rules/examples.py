"""Example households that a policy officer can read, and whether a project answers them as expected.

A version is published only if its examples pass. Keys may be Chinese labels or code words; what follows from other
facts (counts, monthly and per-capita income, ratios) is filled in as the registry would, and need not be written.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from backend.catalogue.rules.completion import complete_household, complete_member
from backend.catalogue.rules.evaluation import Project, Statement, explain
from backend.catalogue.rules.explanation import Explanation, explanation
from backend.catalogue.rules.facts import Facts, literal_facts
from backend.catalogue.rules.faults import RuleFault
from backend.catalogue.rules.tree.values import literal_value
from backend.catalogue.rules.vocabulary import UnitOf, Vocabulary
from backend.kernel.i18n import Language
from backend.kernel.refusals import Refused, Sentence

HOUSEHOLD_ID = 1
UNKNOWN = "未知"
_NAME_KEYS = ("姓名", "name")
_TRUTHS: Mapping[Any, bool | None] = {"是": True, "否": False, UNKNOWN: None, "unknown": None}


def _named(english: str, chinese: str) -> Any:
    return AliasChoices(chinese, english)


def _truth(value: Any) -> Any:
    return _TRUTHS.get(value, value) if isinstance(value, str) else value


class Outcome(BaseModel):
    """What is expected of one project. `reasons` are parts of the sentences that decide."""

    model_config = ConfigDict(extra="forbid")

    eligible: Annotated[bool | None, BeforeValidator(_truth)] = Field(
        validation_alias=_named("eligible", "符合"), title="符合条件"
    )
    amount: Decimal | None = Field(default=None, validation_alias=_named("amount", "金额"), title="金额")
    member: str | None = Field(default=None, validation_alias=_named("member", "成员"), title="成员")
    reasons: list[str] = Field(default_factory=list, validation_alias=_named("reasons", "原因"), title="原因")


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Example(BaseModel):
    """A household on a day, and what each project should say about it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=200, validation_alias=_named("name", "名称"), title="名称")
    basis: str = Field(default="", max_length=300, validation_alias=_named("basis", "依据"), title="依据")
    on: date = Field(validation_alias=_named("on", "日期"), title="日期")
    household: dict[str, Any] = Field(validation_alias=_named("household", "家庭"), title="家庭")
    members: list[dict[str, Any]] = Field(
        min_length=1, max_length=30, validation_alias=_named("members", "成员"), title="成员"
    )
    case: dict[str, Any] = Field(default_factory=dict, validation_alias=_named("case", "申请"), title="申请事项")
    parameters: dict[str, Any] = Field(
        default_factory=dict, validation_alias=_named("parameters", "参数"), title="参数", description="代替当日的参数"
    )
    expected: dict[str, Annotated[list[Outcome], BeforeValidator(_as_list)]] = Field(
        min_length=1, validation_alias=_named("expected", "结果"), title="预期结果"
    )


class ExampleFault(Refused):
    """An example cannot be read, or a project answers it otherwise; the sentence says in what."""

    code = "example_fault"


def residence_of(example: Example, vocabulary: Vocabulary) -> str | None:
    """Return whose parameters the example needs."""
    raw = example.household.get("residence", example.household.get("户籍类别"))
    return vocabulary["residence"].choice_of(raw)


def facts_of_example(example: Example, vocabulary: Vocabulary, parameters: Mapping[str, Decimal]) -> Facts:
    """Return the facts of an example; raise ExampleFault for what cannot be read.

    `parameters` are those in force on the example's day for its residence; the example's own replace them.
    """
    members = [
        complete_member(read_facts(_without_name(raw), vocabulary, example.name, UnitOf.PERSON)) | {"person_id": place}
        for place, raw in enumerate(example.members, 1)
    ]
    given = read_facts(example.household, vocabulary, example.name, UnitOf.HOUSEHOLD)
    household = complete_household(given, members)
    household |= read_facts(example.case, vocabulary, example.name, UnitOf.CASE)
    numbers = dict(parameters) | read_facts(example.parameters, vocabulary, example.name, UnitOf.PARAMETER)
    return literal_facts(
        vocabulary,
        example.on,
        [household | {"household_id": HOUSEHOLD_ID}],
        [member | {"household_id": HOUSEHOLD_ID} for member in members],
        {name: value for name, value in numbers.items() if name in vocabulary},
    )


def explain_example(
    example: Example, projects: Sequence[Project], vocabulary: Vocabulary, parameters: Mapping[str, Decimal]
) -> Statement:
    """Return the statement that puts an example to projects; `explanations_of` reads its rows."""
    return explain(projects, facts_of_example(example, vocabulary, parameters))


def explanations_of(
    projects: Sequence[Project], rows: Sequence[Mapping[Any, Any]], language: Language | None = None
) -> list[Explanation]:
    """Read every row of an explaining statement."""
    by_code = {project.code: project for project in projects}
    return [explanation(by_code[row["project_code"]], row, language) for row in rows]


def _without_name(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in _NAME_KEYS}


def read_facts(raw: Mapping[str, Any], vocabulary: Vocabulary, example: str, unit: UnitOf) -> dict[str, Any]:
    """Read facts by label or name; `未知` (or null) is an unknown fact."""
    found: dict[str, Any] = {}
    for key, value in raw.items():
        word = vocabulary.find(key)
        if word is None or word.unit_of is not unit:
            raise ExampleFault(
                "示例“{example}”：“{key}”不是{unit}的事实", example=example, key=key, unit=Sentence(unit.label)
            )
        if value is None or value == UNKNOWN:
            found[word.name] = None
            continue
        try:
            found[word.name] = literal_value(_truth(value), word, key)
        except RuleFault as fault:
            raise ExampleFault("示例“{example}”：{fault}", example=example, fault=fault) from fault
    return found


def member_place(example: Example, name: str | None) -> int | None:
    """Return the person_id of the named member; the only member needs no name."""
    if name is None:
        return 1 if len(example.members) == 1 else None
    for place, raw in enumerate(example.members, 1):
        if name in (raw.get("姓名"), raw.get("name")):
            return place
    raise ExampleFault("示例“{example}”：没有名为“{member}”的成员", example=example.name, member=name)


def disagreements(example: Example, code: str, unit: UnitOf, explanations: Sequence[Explanation]) -> list[ExampleFault]:
    """Compare what was expected of a project with its answers; return one sentence per difference."""
    faults = []
    for outcome in example.expected.get(code, []):
        place = member_place(example, outcome.member) if unit is UnitOf.PERSON else None
        if unit is UnitOf.PERSON and place is None:
            raise ExampleFault(
                "示例“{example}”：项目 {code} 按个人认定，请写明是哪一名成员", example=example.name, code=code
            )
        answer = next((e for e in explanations if e.project_code == code and e.person_id == place), None)
        if answer is None:
            raise ExampleFault("示例“{example}”：项目 {code} 没有参与计算", example=example.name, code=code)
        faults += _differences(example, outcome, answer)
    return faults


def _differences(example: Example, outcome: Outcome, answer: Explanation) -> list[ExampleFault]:
    said = "；".join(reason.text for reason in answer.reasons if reason.decides)
    if outcome.eligible is not answer.eligible:
        return [
            ExampleFault(
                "示例“{example}”的 {code}：应为“{expected}”，实际为“{actual}”。{reasons}",
                example=example.name,
                code=answer.project_code,
                expected=Sentence(_ANSWERS[outcome.eligible]),
                actual=Sentence(_ANSWERS[answer.eligible]),
                reasons=said,
            )
        ]
    faults = []
    if outcome.amount is not None and outcome.amount != answer.amount:
        faults.append(
            ExampleFault(
                "示例“{example}”的 {code}：金额应为 {expected}，实际为 {actual}（{calculation}）",
                example=example.name,
                code=answer.project_code,
                expected=str(outcome.amount),
                actual=UNKNOWN if answer.amount is None else str(answer.amount),
                calculation=answer.calculation or UNKNOWN,
            )
        )
    faults += [
        ExampleFault(
            "示例“{example}”的 {code}：原因应提到“{expected}”，实际为：{actual}",
            example=example.name,
            code=answer.project_code,
            expected=expected,
            actual=said,
        )
        for expected in outcome.reasons
        if expected not in said
    ]
    return faults


_ANSWERS = {True: "符合", False: "不符合", None: "无法判定"}
