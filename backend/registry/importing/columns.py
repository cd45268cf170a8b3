"""The columns of a roster: what each is called, what it may say, and what the template explains."""

import dataclasses
from collections.abc import Mapping

from backend.kernel.labels import LabelledEnum
from backend.registry import spellings
from backend.registry.codes import (
    DisabilityType,
    Education,
    Health,
    IdType,
    LaborCapacity,
    Marital,
    Relation,
    Residence,
    SelfCare,
    StudentStage,
)
from backend.registry.spellings import ID_TYPE_ALIASES, vocabulary_of

_YES = {
    "是": "true",
    "否": "false",
    "有": "true",
    "无": "false",
    "1": "true",
    "0": "false",
    "true": "true",
    "false": "false",
}
_LEVELS = {
    f"{a}{b}": str(n) for n, pair in enumerate(("1一", "2二", "3三", "4四"), 1) for a in pair for b in ("", "级")
}
_SEXES = {"男": "1", "女": "2", "1": "1", "2": "2", "male": "1", "female": "2"}


@dataclasses.dataclass(frozen=True, slots=True)
class RosterColumn:
    """One column. `words` maps what a cell may say to the stored word; `money` and `sealed` say how it is read."""

    field: str
    heading: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    shown: tuple[str, ...] = ()
    money: bool = False
    sealed: bool = False
    hint: str = ""
    example: str = ""


def _choice(
    name: str,
    heading: str,
    enum: type[LabelledEnum],
    *more: str,
    known: Mapping[str, str] | None = None,
    hint: str = "",
    example: str = "",
) -> RosterColumn:
    labels = tuple(member.label for member in enum)
    known_words = vocabulary_of(enum, known)
    return RosterColumn(name, heading, more, words=known_words, shown=labels, hint=hint, example=example)


COLUMNS: tuple[RosterColumn, ...] = (
    RosterColumn("household_key", "家庭序号", ("户序号", "户编号", "家庭编号", "序号"), required=True,
                 hint="同一户的成员填同一个序号；空白时沿用上一行", example="1"),
    RosterColumn("village", "村居", ("村（居）", "行政村", "所在村居", "区划代码", "行政区划", "division_code"),
                 required=True, hint="村居名称或15位区划代码；空白时沿用上一行"),
    _choice("residence", "城乡类别", Residence, "城乡", "户籍类别", known=spellings.RESIDENCE_ALIASES, example="农村"),
    RosterColumn("address", "家庭住址", ("住址", "地址", "详细地址"), example="某村12号"),
    RosterColumn("phone", "联系电话", ("电话", "手机", "手机号", "手机号码"), sealed=True, hint="请设为文本格式"),
    RosterColumn("relation", "与户主关系", ("关系", "与申请人关系", "家庭关系"), required=True,
                 words=vocabulary_of(Relation, spellings.RELATION_ALIASES),
                 shown=tuple(r.label for r in Relation), hint="每户有且只有一名户主", example="户主"),
    RosterColumn("name", "姓名", ("成员姓名", "名字"), required=True, example="张三"),
    _choice("id_type", "证件类型", IdType, known=ID_TYPE_ALIASES, hint="空白即居民身份证；没有证件的填“无证件”"),
    RosterColumn("id_number", "证件号码", ("身份证号", "身份证号码", "公民身份号码", "身份证"), required=True,
                 sealed=True, hint="请设为文本格式，否则末几位会丢失"),
    RosterColumn("sex", "性别", words=_SEXES, shown=("男", "女"), hint="有身份证号的可不填"),
    RosterColumn("birth_date", "出生日期", ("出生年月日",), hint="有身份证号的可不填"),
    _choice("health", "健康状况", Health, "身体状况", known=spellings.HEALTH_ALIASES, example="健康或良好"),
    _choice("disability_type", "残疾类别", DisabilityType, "残疾类型", known=spellings.DISABILITY_ALIASES),
    RosterColumn("disability_level", "残疾等级", ("残疾级别",), words=_LEVELS, shown=("一级", "二级", "三级", "四级")),
    _choice("labor_capacity", "劳动能力", LaborCapacity, known=spellings.LABOR_ALIASES),
    _choice("self_care", "自理能力", SelfCare, "生活自理能力", known=spellings.SELF_CARE_ALIASES),
    RosterColumn("is_student", "是否在读", ("在读", "是否在校"), words=_YES, shown=("是", "否")),
    _choice("student_stage", "就读阶段", StudentStage, "学段"),
    _choice("marital", "婚姻状况", Marital, "婚姻"),
    _choice("education", "文化程度", Education, "学历"),
    RosterColumn("nation", "民族", example="汉族"),
    RosterColumn("wage", "年工资性收入", ("工资性收入", "工资收入"), money=True,
                 hint="元；没有收入填0，空白表示未申报"),
    RosterColumn("business", "年经营净收入", ("经营净收入", "经营性收入", "经营收入"), money=True),
    RosterColumn("property", "年财产净收入", ("财产净收入", "财产性收入", "财产收入"), money=True),
    RosterColumn("transfer", "年转移净收入", ("转移净收入", "转移性收入", "转移收入"), money=True),
    RosterColumn("medical", "年医疗自付支出", ("医疗支出", "年医疗支出", "医疗自付"), money=True),
    RosterColumn("schooling", "年教育支出", ("教育支出",), money=True),
)  # fmt: skip
BY_FIELD = {column.field: column for column in COLUMNS}
INCOMES = ("wage", "business", "property", "transfer")
EXPENSES = {"medical": "medical", "schooling": "education"}
FACTS = (
    "nation", "marital", "education", "health", "disability_type", "disability_level", "labor_capacity", "self_care",
    "is_student", "student_stage",
)  # fmt: skip


def recognise(headings: list[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """Return which column of the sheet is which of ours; a mapping (heading → field) goes before the known names."""
    known = {_plain(name): c.field for c in COLUMNS for name in (c.heading, c.field, *c.synonyms)}
    chosen = {_plain(heading): name for heading, name in mapping.items() if name in BY_FIELD}
    found: dict[int, str] = {}
    for place, heading in enumerate(headings):
        name = chosen.get(_plain(heading)) or known.get(_plain(heading))
        if name and name not in found.values():
            found[place] = name
    return found


def _plain(text: str) -> str:
    return "".join(text.split()).strip("*＊").replace("(", "（").replace(")", "）").split("（元")[0].lower()
