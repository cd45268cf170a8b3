"""What is said of pairs and merges."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from backend.kernel.identifiers import Sex
from backend.kernel.labels import LabelledEnum
from backend.kernel.listing import ListQuery
from backend.registry.codes import IdType
from backend.registry.schemas import PERSON, Reason


class Likeness(LabelledEnum):
    """Why two rows may be one person."""

    NUMBER = "number", "证件号码相同"
    ALIKE = "alike", "姓名、出生日期、住址相近"


class Twin(BaseModel):
    """One of the two, as masked for the reader, with the households it stands in."""

    id: int
    name: str = Field(title="姓名")
    id_type: IdType = Field(title="证件类型")
    id_number: str | None = Field(title="证件号码")
    sex: Sex = Field(title="性别")
    birth_date: date | None = Field(title="出生日期")
    phone: str | None = Field(title="联系电话")
    division_name: str | None = Field(title="所在村居")
    homes: list[str] = Field(title="所在家庭")


class DuplicateOut(BaseModel):
    """Two persons who may be one; `id` is the one who would be merged into the first."""

    id: int
    kind: Likeness = Field(title="依据")
    likeness: float = Field(title="住址相似度")
    first: Twin = Field(title="保留")
    second: Twin = Field(title="并入")
    allowed_actions: list[str] = Field(default_factory=list)


class DuplicateQuery(ListQuery):
    """Filters of the pairs."""

    kind: Likeness | None = Field(default=None, title="依据")


class MergeForm(BaseModel):
    """Merge this person into another."""

    keep_id: int = Field(ge=1, title="保留人员", json_schema_extra=PERSON)
    reason: Reason = Field(title="理由")


class ApartForm(BaseModel):
    """These are two people."""

    other_id: int = Field(ge=1, title="另一人员", json_schema_extra=PERSON)
    reason: Reason = Field(title="理由")


class MergeOut(BaseModel):
    """A merge as done or taken back."""

    id: int
    kept_id: int = Field(title="保留人员")
    merged_id: int = Field(title="并入人员")
    reason: str = Field(title="理由")
    undone_on: date | None = Field(title="撤销日期")


class MergeRow(MergeOut):
    """One line of the list of merges; `id` is the merged person's, who can be taken out again."""

    kept_name: str = Field(title="保留人员")
    merged_name: str = Field(title="并入人员")
    user_name: str | None = Field(title="办理人")
    created_at: datetime = Field(title="合并时间")
    allowed_actions: list[str] = Field(default_factory=list)


class Preview(BaseModel):
    """What a merge would do, before it is done."""

    kept_name: str = Field(title="保留人员")
    merged_name: str = Field(title="并入人员")
    lines: list[str] = Field(title="合并后")
    refused: str | None = Field(title="不能合并的原因")
