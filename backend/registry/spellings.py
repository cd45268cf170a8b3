"""How people and other systems spell our codes: the standards' numbers, synonyms, everyday words."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from backend.kernel.labels import LabelledEnum
from backend.registry.codes import DisabilityType, Health, LaborCapacity, PropertyKind, Relation, SelfCare


def _aliases(known: Mapping[str, str]) -> Any:
    """Take the standard's code or a synonym for our word, in requests and rosters alike."""

    def read(value: Any) -> Any:
        if isinstance(value, bool):
            return value
        text = str(value).strip() if isinstance(value, str | int) else value
        if text == "":
            return None
        return known.get(text, text) if isinstance(text, str) else text

    return BeforeValidator(read)


HEALTH_ALIASES = {
    "1": "healthy", "10": "healthy", "good": "healthy", "健康": "healthy", "良好": "healthy",
    "2": "weak", "20": "weak", "较弱": "weak", "一般": "weak", "体弱": "weak",
    "3": "chronic", "30": "chronic", "慢病": "chronic", "长期慢性病": "chronic", "患有慢性病": "chronic",
    "40": "serious_illness", "serious": "serious_illness", "seriously_ill": "serious_illness",
    "severe": "serious_illness",
    "major_illness": "serious_illness", "ill": "serious_illness", "sick": "serious_illness",
    "大病": "serious_illness", "重大疾病": "serious_illness", "患重病": "serious_illness",
    "50": "disabled", "60": "disabled", "disability": "disabled", "残疾人": "disabled", "有残疾": "disabled",
}  # fmt: skip
ID_TYPE_ALIASES = {
    "身份证": "citizen", "二代证": "citizen", "居住证": "residence_permit", "港澳台居住证": "residence_permit",
    "户口本": "household_book", "护照": "passport", "外国护照": "passport", "外国人永久居留身份证": "passport",
    "无": "none", "无身份证": "none", "没有证件": "none",
}  # fmt: skip
DISABILITY_ALIASES = {
    "1": "sight", "61": "sight", "visual": "sight", "vision": "sight", "视力": "sight",
    "2": "hearing", "62": "hearing", "听力": "hearing",
    "3": "speech", "63": "speech", "言语": "speech",
    "4": "physical", "64": "physical", "limb": "physical", "肢体": "physical",
    "5": "intellectual", "65": "intellectual", "智力": "intellectual",
    "6": "mental", "66": "mental", "psychiatric": "mental", "精神": "mental",
    "7": "multiple", "67": "multiple", "多重": "multiple",
}  # fmt: skip
LABOR_ALIASES = {
    "1": "full", "yes": "full", "able": "full", "有": "full",
    "2": "partial", "部分丧失": "partial", "部分": "partial",
    "3": "lost", "total_loss": "lost", "完全丧失": "lost",
    "4": "none", "no": "none", "无": "none",
    "5": "student", "在读": "student",
    "6": "carer", "照料": "carer",
}  # fmt: skip
SELF_CARE_ALIASES = {
    "1": "full", "能自理": "full", "可自理": "full", "self": "full",
    "2": "partial", "semi": "partial", "半自理": "partial", "半护理": "partial", "部分丧失": "partial",
    "3": "none", "lost": "none", "total": "none", "不能自理": "none", "全护理": "none", "完全丧失": "none",
}  # fmt: skip
RELATION_ALIASES = {
    "self": "head", "本人": "head", "本人或户主": "head", "01": "head", "02": "head",
    "wife": "spouse", "husband": "spouse", "妻": "spouse", "夫": "spouse", "妻子": "spouse", "丈夫": "spouse",
    "son": "child", "daughter": "child", "子": "child", "女": "child", "儿子": "child", "女儿": "child",
    "长子": "child", "次子": "child", "长女": "child", "次女": "child",
    "儿媳": "child_in_law", "女婿": "child_in_law",
    "孙子": "grandchild", "孙女": "grandchild", "外孙": "grandchild", "外孙女": "grandchild",
    "father": "parent", "mother": "parent", "父": "parent", "母": "parent", "父亲": "parent", "母亲": "parent",
    "岳父": "parent_in_law", "岳母": "parent_in_law", "公公": "parent_in_law", "婆婆": "parent_in_law",
    "祖父": "grandparent", "祖母": "grandparent", "爷爷": "grandparent", "奶奶": "grandparent",
    "brother": "sibling", "sister": "sibling", "兄": "sibling", "弟": "sibling", "姐": "sibling", "妹": "sibling",
    "other": "other_relative", "其他": "other_relative",
}  # fmt: skip
PROPERTY_ALIASES = {
    "cash": "deposit", "savings": "deposit", "bank_deposit": "deposit", "存款": "deposit",
    "car": "vehicle", "vehicles": "vehicle", "汽车": "vehicle", "housing": "house", "房产": "house",
}  # fmt: skip
RESIDENCE_ALIASES = {"乡村": "rural", "村": "rural", "城市": "urban", "城镇户口": "urban"}

HealthIn = Annotated[Health | None, _aliases(HEALTH_ALIASES)]
DisabilityIn = Annotated[DisabilityType | None, _aliases(DISABILITY_ALIASES)]
LaborIn = Annotated[LaborCapacity | None, _aliases(LABOR_ALIASES)]
SelfCareIn = Annotated[SelfCare | None, _aliases(SELF_CARE_ALIASES)]
PropertyIn = Annotated[PropertyKind, _aliases(PROPERTY_ALIASES)]
RelationIn = Annotated[Relation, _aliases(RELATION_ALIASES)]


def vocabulary_of(enum: type[LabelledEnum], aliases: Mapping[str, str] | None = None) -> dict[str, str]:
    """Map everything a roster may say to the stored word: value, label, and synonyms."""
    words = {member.label: member.value for member in enum} | {member.value: member.value for member in enum}
    return dict(aliases or {}) | words
