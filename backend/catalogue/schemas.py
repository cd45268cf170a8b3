"""What the catalogue takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic.config import JsonDict
from sqlmodel._compat import SQLModelConfig

from backend.catalogue.content_terms import TierSeed
from backend.catalogue.models.parameters import ChangeStatus, ParameterBase, Residence
from backend.catalogue.models.policies import DocumentStatus, PolicyDocumentBase
from backend.catalogue.models.projects import Headline, VersionStatus
from backend.catalogue.rules.vocabulary import FactType, UnitOf
from backend.kernel.listing import ListQuery

CLAUSES_MAX, TEXT_MAX, PARTS_MAX = 500, 20_000, 2_000_000
UPLOADED: JsonDict = {"x-upload": "/api/v1/files"}
CODES: JsonDict = {"x-options": "/api/v1/parameter-names/options"}
HANDLED: JsonDict = {"x-labels": {"false": "本系统办理", "true": "主管部门办理（仅作指引）"}}
Opinion = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]


def plain(value: Decimal) -> str:
    """Write a number with at least two places and no needless zeros behind them."""
    cents = value.quantize(Decimal("0.01"))
    return str(cents) if cents == value else f"{value.normalize():f}"


Number = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]


class ClauseIn(BaseModel):
    """An article of an instrument."""

    label: str = Field(min_length=1, max_length=40, title="条款")
    text: str = Field(min_length=1, max_length=TEXT_MAX, title="内容")


class PolicyDocumentCreate(PolicyDocumentBase):
    """An instrument with its articles in their order."""

    clauses: list[ClauseIn] = Field(default_factory=list, max_length=CLAUSES_MAX, title="条款")
    attachment_ids: list[int] = Field(default_factory=list, max_length=50, title="附件", json_schema_extra=UPLOADED)


class PolicyDocumentUpdate(BaseModel):
    """What is changed; articles given replace all articles."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, title="版本")
    title: str | None = Field(default=None, min_length=1, max_length=200, title="标题")
    number: str | None = Field(default=None, max_length=100, title="文号")
    issuer: str | None = Field(default=None, max_length=100, title="发文机关")
    issued_on: date | None = Field(default=None, title="发布日期")
    in_force_from: date | None = Field(default=None, title="施行日期")
    in_force_to: date | None = Field(default=None, title="失效日期")
    status: DocumentStatus | None = Field(default=None, title="效力")
    summary: str | None = Field(default=None, max_length=2000, title="要点")
    clauses: list[ClauseIn] | None = Field(default=None, max_length=CLAUSES_MAX, title="条款")
    attachment_ids: list[int] | None = Field(default=None, max_length=50, title="附件", json_schema_extra=UPLOADED)


class PolicyDocumentRow(PolicyDocumentBase):
    """An instrument in the list."""

    id: int = Field(title="编号")
    version: int = Field(title="版本")
    allowed_actions: list[str] = Field(default_factory=list)


class PolicyAttachment(BaseModel):
    """A file kept with an instrument: its original, an annex, a form."""

    file_id: int = Field(title="文件编号")
    name: str = Field(title="文件名")
    size: int = Field(title="大小（字节）")
    uploader: str = Field(title="上传人")
    created_at: datetime = Field(title="上传时间")


class PolicyDocumentOut(PolicyDocumentRow):
    """An instrument with its articles."""

    clauses: list[ClauseIn] = Field(title="条款")
    attachment_ids: list[int] = Field(title="附件编号", json_schema_extra={"x-hidden": True})
    attachments: list[PolicyAttachment] = Field(default_factory=list, title="附件")


class PolicyDocumentQuery(ListQuery):
    """Filters of the policy library."""

    status: DocumentStatus | None = Field(default=None, title="效力")
    in_force_on: date | None = Field(default=None, title="在此日期有效")


class ParameterRow(BaseModel):
    """A number in force for a time."""

    id: int = Field(title="编号")
    code: str = Field(title="参数代码")
    label: str = Field(title="参数名称")
    division_code: str = Field(title="适用区划")
    residence: Residence | None = Field(title="城乡类别")
    value: Number = Field(title="数值")
    unit: str = Field(title="单位")
    valid_from: date = Field(title="起始日期")
    valid_to: date | None = Field(title="终止日期")
    basis: str = Field(title="依据")
    uncertain: bool = Field(title="待核实")
    proposer: str | None = Field(default=None, title="提出人")
    decider: str | None = Field(default=None, title="审批人")
    decided_at: datetime | None = Field(default=None, title="审批时间")
    allowed_actions: list[str] = Field(default_factory=list)


class ParameterQuery(ListQuery):
    """Filters of the numbers; without `as_of` the whole history is shown."""

    code: str | None = Field(default=None, max_length=60, title="参数代码", json_schema_extra=CODES)
    residence: Residence | None = Field(default=None, title="城乡类别")
    division_code: str | None = Field(default=None, max_length=15, title="适用区划")
    as_of: date | None = Field(default=None, title="在此日期有效")


class ParameterNameCreate(BaseModel):
    """A new word for a dated number."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,59}$", title="参数代码")
    label: str = Field(min_length=2, max_length=60, title="参数名称")
    kind: FactType = Field(title="类型")
    unit: str = Field(default="", max_length=20, title="单位")
    positive: bool = Field(default=False, title="恒大于零", description="恒大于零的参数可以作除数")
    meaning: str = Field(default="", max_length=500, title="含义")


class ParameterNameRow(ParameterNameCreate):
    """A word for a dated number."""

    id: int = Field(title="编号")
    allowed_actions: list[str] = Field(default_factory=list)


class ChangeCreate(BaseModel):
    """A number proposed."""

    code: str = Field(max_length=60, title="参数代码", json_schema_extra=CODES)
    division_code: str | None = Field(default=None, max_length=15, title="适用区划")
    residence: Residence | None = Field(default=None, title="城乡类别")
    value: Decimal = Field(title="数值", max_digits=16, decimal_places=6, ge=0)
    valid_from: date = Field(title="起始日期")
    basis: Opinion = Field(title="依据")
    uncertain: bool = Field(default=False, title="待核实")


class DecisionIn(BaseModel):
    """The second person's word."""

    approved: bool = Field(title="是否同意")
    opinion: Opinion = Field(title="审批意见")


class ChangeRow(ParameterBase):
    """A proposed number and what became of it."""

    model_config = SQLModelConfig(from_attributes=True)

    id: int = Field(title="编号")
    label: str = Field(default="", title="参数名称")
    unit: str = Field(default="", title="单位")
    value: Number = Field(title="数值")
    status: ChangeStatus = Field(title="状态")
    proposed_by: int = Field(title="提出人编号", json_schema_extra={"x-hidden": True})
    proposer: str = Field(title="提出人")
    decider: str | None = Field(default=None, title="审批人")
    decided_at: datetime | None = Field(default=None, title="审批时间")
    opinion: str | None = Field(default=None, title="审批意见")
    allowed_actions: list[str] = Field(default_factory=list)


class ChangeQuery(ListQuery):
    """Filters of proposals."""

    status: ChangeStatus | None = Field(default=None, title="状态")
    code: str | None = Field(default=None, max_length=60, title="参数代码", json_schema_extra=CODES)


class ProjectRow(Headline):
    """A project as it stands today."""

    id: int = Field(title="编号")
    code: str = Field(title="项目代码")
    status: VersionStatus = Field(title="状态")
    version: int = Field(title="版本")
    valid_from: date | None = Field(default=None, title="生效日期")
    described_only: bool = Field(title="办理方式", json_schema_extra=HANDLED)
    exclusions: list[str] = Field(title="互斥项目")
    allowed_actions: list[str] = Field(default_factory=list)


class ProjectQuery(ListQuery):
    """Filters of the catalogue."""

    code: str | None = Field(default=None, max_length=200, title="项目代码")
    tier: TierSeed | None = Field(default=None, title="救助层次")
    department: str | None = Field(default=None, max_length=60, title="主管部门")
    status: VersionStatus | None = Field(default=None, title="状态")
    described_only: bool | None = Field(default=None, title="办理方式", json_schema_extra=HANDLED)


class VersionHead(Headline):
    """A version without its definition."""

    model_config = SQLModelConfig(from_attributes=True)

    id: int = Field(title="编号")
    project_id: int = Field(title="项目")
    number: int = Field(title="版本号")
    status: VersionStatus = Field(title="状态")
    version: int = Field(title="修改次数")
    valid_from: date | None = Field(default=None, title="生效日期")
    valid_to: date | None = Field(default=None, title="失效日期")
    published_at: datetime | None = Field(default=None, title="发布时间")


class VersionOut(VersionHead):
    """A version with its definition."""

    code: str = Field(title="项目代码")
    definition: dict[str, Any] = Field(title="定义")
    rule_in_words: str | None = Field(default=None, title="条件说明")
    allowed_actions: list[str] = Field(default_factory=list)


class ProjectOut(ProjectRow):
    """A project with the definition in force (or the draft of a new one) and all its versions."""

    definition: dict[str, Any] = Field(title="定义")
    version_id: int = Field(title="当前版本编号")
    versions: list[VersionHead] = Field(title="历次版本")


class ProjectCreate(BaseModel):
    """A project that does not exist yet; its definition may be empty and is filled in part by part."""

    code: str = Field(
        pattern=r"^[A-Z][0-9]{2}[A-Z0-9]{0,3}$", title="项目代码", description="一个字母加两位数字，如 C10"
    )
    name: str = Field(min_length=2, max_length=100, title="项目名称")
    copy_of: str | None = Field(
        default=None,
        max_length=10,
        title="仿照项目",
        description="以已有项目的条件、材料、流程为起点；不选则从空白开始",
        json_schema_extra={"x-options": "/api/v1/projects/options"},
    )
    definition: dict[str, Any] = Field(default_factory=dict, title="定义")


class VersionUpdate(BaseModel):
    """Parts of a definition: each part given replaces the old one."""

    model_config = ConfigDict(extra="allow")
    CONTROL: ClassVar[frozenset[str]] = frozenset({"version", "definition"})

    version: int | None = Field(default=None, title="修改次数", description="您看到的修改次数，用于防止互相覆盖")
    definition: dict[str, Any] | None = Field(default=None, title="定义", description="给出时替换其中列出的各部分")

    def parts(self) -> dict[str, Any]:
        """Return the parts, given at the top or inside `definition`."""
        return {**(self.definition or {}), **(self.model_extra or {})}


class Fault(BaseModel):
    """What is wrong, and where."""

    field: str = Field(title="位置", description="定义中的位置，如 rule.1.2 或 amount.formula")
    place: str = Field(default="", title="位置说明")
    message: str = Field(title="说明")
    line: int | None = Field(default=None, title="行")
    column: int | None = Field(default=None, title="列")
    marked: str | None = Field(default=None, title="标出的位置")
    expected: str | None = Field(default=None, title="应为")
    actual: str | None = Field(default=None, title="实际")


class CheckOut(BaseModel):
    """Outcome of a check: nothing in `faults` means that the version may be published."""

    ok: bool = Field(title="可以发布")
    status: VersionStatus = Field(title="状态")
    examples: int = Field(title="示例数")
    passed: int = Field(title="通过数")
    faults: list[Fault] = Field(title="问题")


class PublicationIn(BaseModel):
    """From when the version holds."""

    valid_from: date | None = Field(default=None, title="生效日期", description="不填为今天")
    version: int | None = Field(default=None, title="修改次数")


class RetirementIn(BaseModel):
    """From when the project is no longer granted."""

    valid_to: date | None = Field(default=None, title="停用日期", description="当日起不再受理；不填为今天")
    reason: Opinion = Field(title="停用理由")


class WordingIn(BaseModel):
    """A rule and a formula as they stand in an editor."""

    unit: UnitOf = Field(default=UnitOf.HOUSEHOLD, title="认定单位")
    rule: dict[str, Any] | None = Field(default=None, title="条件")
    formula: str | None = Field(default=None, max_length=4000, title="公式")


class OutlineLine(BaseModel):
    """A line of a rule in words, indented below its group."""

    depth: int = Field(title="层次")
    text: str = Field(title="文字")
    heads: bool = Field(title="有下级")


class WordingOut(BaseModel):
    """A rule and a formula in words, and what is wrong in them."""

    rule: list[OutlineLine] = Field(title="条件说明")
    formula: str | None = Field(title="公式说明")
    faults: list[Fault] = Field(title="问题")
    asked: list[str] = Field(title="涉及的事实", description="示例中需要填写的事实")


class Choice(BaseModel):
    """Something a definition may name."""

    value: str = Field(title="代码")
    label: str = Field(title="名称")


class WordOut(BaseModel):
    """A word for the condition builder and the formula editor."""

    name: str = Field(title="代码")
    label: str = Field(title="名称")
    written: str = Field(title="公式中的写法")
    type: FactType = Field(title="类型")
    unit_of: UnitOf = Field(title="对象")
    unit: str = Field(title="单位")
    source: list[str] = Field(title="来源")
    meaning: str = Field(title="含义")
    operators: list[dict[str, str]] = Field(title="比较方式")
    choices: list[dict[str, str]] = Field(title="选项")


class VocabularyOut(BaseModel):
    """All words, the functions of formulas, and what else a definition may name."""

    words: list[WordOut] = Field(title="词")
    functions: list[dict[str, str]] = Field(title="函数")
    roles: list[Choice] = Field(title="办理角色")
    books: list[Choice] = Field(title="账套")
    accounts: list[Choice] = Field(title="支出科目")
    instruments: list[Choice] = Field(title="政策文件")
    projects: list[Choice] = Field(title="救助项目")
