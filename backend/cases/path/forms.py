"""What each action asks for: its `data`, published as JSON schema so that any client can draw the form."""

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict

from backend.cases.models.codes import Change
from backend.kernel.money import PositiveMoney

Name = Annotated[str, Field(min_length=1, max_length=50)]


_FILES: JsonDict = {"x-upload": "/api/v1/files"}


def _said(labels: dict[str, JsonValue]) -> JsonDict:
    """Show these words for the stored values."""
    return {"x-labels": labels}


class ActionData(BaseModel):
    """Base of all: unknown fields are refused, since a typing error must not pass for an answer."""

    model_config = ConfigDict(extra="forbid")


class NoData(ActionData):
    """Nothing but the opinion."""


class MissingMaterial(ActionData):
    """One thing the applicant has to hand in."""

    code: str | None = Field(default=None, max_length=60, title="材料代码")
    name: str = Field(min_length=1, max_length=200, title="材料名称")


class SupplementData(ActionData):
    """L-02: everything that is missing, told once."""

    items: list[MissingMaterial] = Field(min_length=1, max_length=50, title="需补正的全部材料")
    complete: bool = Field(title="已一次性告知全部", description="补正只能告知一次，确认以上就是需要补正的全部材料")


class SuppliedData(ActionData):
    """What was handed in."""

    file_ids: list[int] = Field(default_factory=list, max_length=50, title="补交的文件", json_schema_extra=_FILES)


class ReasonsData(ActionData):
    """Why not; each reason goes into the letter."""

    reasons: list[Annotated[str, Field(min_length=2, max_length=300)]] = Field(
        min_length=1, max_length=20, title="理由"
    )


class Destination(ActionData):
    """Where a person is sent instead: an organisation with a desk in the system, or another by its name."""

    organization_id: int | None = Field(
        default=None,
        ge=1,
        title="接收机构",
        description="本系统内的部门、机构，它会收到待办",
        json_schema_extra={"x-options": "/api/v1/organizations/options"},
    )
    to: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        title="其他接收单位",
        description="不在系统内的单位，与接收机构填一项",
        validate_default=True,
    )
    due_on: date | None = Field(default=None, title="办结期限", description="不填为十个工作日")

    @field_validator("to")
    @classmethod
    def _to_somebody(cls, to: str | None, known: ValidationInfo) -> str | None:
        """Ask for one of both, beside the field that one may fill in by hand."""
        if "organization_id" in known.data and (known.data["organization_id"] is None) == (to is None):
            raise ValueError("请选择接收机构；不在系统内的填写其他接收单位，两者选一")
        return to


class ReferData(Destination):
    """L-15."""

    need: str | None = Field(default=None, min_length=2, max_length=500, title="需求", description="不填为申请事由")


class InvestigationStart(ActionData):
    """The team."""

    investigators: list[Name] = Field(min_length=1, max_length=10, title="调查人员")


class InvestigationData(ActionData):
    """F-04 in short."""

    investigators: list[Name] = Field(min_length=1, max_length=10, title="调查人员", description="至少两人")
    method: Literal["household_visit", "neighbours", "letter", "remote"] = Field(
        default="household_visit",
        title="调查方式",
        json_schema_extra=_said(
            {
                "household_visit": "入户调查",
                "neighbours": "邻里访问",
                "letter": "信函索证",
                "remote": "视频等非接触方式",
            }
        ),
    )
    visited_on: date | None = Field(default=None, title="调查日期")
    findings: str = Field(min_length=2, max_length=2000, title="调查情况")
    conclusion: Literal["true", "different"] = Field(
        default="true",
        title="与申报是否一致",
        json_schema_extra=_said({"true": "与申报一致", "different": "与申报不一致"}),
    )
    file_ids: list[int] = Field(default_factory=list, max_length=50, title="照片和签字表", json_schema_extra=_FILES)


class VerificationAskData(ActionData):
    """What the verification centre should look at in particular."""

    reason: str | None = Field(default=None, max_length=500, title="核对重点")


class DeliberationData(ActionData):
    """F-07 in short."""

    held_on: date = Field(title="评议日期")
    present: int = Field(ge=3, le=500, title="到会人数")
    representatives: int = Field(ge=0, le=500, title="其中群众代表人数", description="不少于到会人数的三分之二")
    agreed: int = Field(ge=0, le=500, title="同意人数")
    minutes: str = Field(min_length=2, max_length=2000, title="评议情况")


class ReviewData(ActionData):
    """An opinion on the application; the amount is what the reviewer proposes."""

    agree: bool = Field(default=True, title="同意")
    amount: PositiveMoney | None = Field(default=None, title="拟救助金额")


class NoticeData(ActionData):
    """Where and when the notice went up."""

    place: str = Field(default="村（居）务公示栏", min_length=1, max_length=100, title="公示地点")
    posted_at: AwareDatetime | None = Field(default=None, title="张贴时间", description="不填为现在")
    phone: str = Field(default="12349", max_length=40, title="异议电话")
    proof_file_id: int | None = Field(default=None, title="公示照片", json_schema_extra=_FILES)


class ObjectionData(ActionData):
    """Who objects is kept out: content only."""

    content: str = Field(min_length=2, max_length=1000, title="异议内容")


class ObjectionAnswer(ActionData):
    """L-07."""

    upheld: bool = Field(title="异议成立")
    answer: str = Field(min_length=2, max_length=1000, title="答复")


class ApprovalData(ActionData):
    """The grant; without an amount it is what the formula gives."""

    amount: PositiveMoney | None = Field(default=None, title="救助金额", description="不填则按公式测算金额")
    difference_reason: str | None = Field(default=None, max_length=500, title="与测算金额不一致的理由")


class ExtendData(ActionData):
    """L-10."""

    reason_code: Literal["objection", "residence_apart", "other_place", "difficult_inquiry"] = Field(
        title="延期事由",
        json_schema_extra=_said(
            {
                "objection": "公示有异议",
                "residence_apart": "人户分离",
                "other_place": "异地申办",
                "difficult_inquiry": "家庭经济状况调查难度大",
            }
        ),
    )
    reason: str = Field(min_length=2, max_length=500, title="具体说明")


class KinData(ActionData):
    """F-15."""

    staff_name: Name = Field(title="工作人员或村居委会成员")
    member_name: Name = Field(title="家庭成员")
    relation: Literal["spouse", "parent", "child", "sibling", "grandparent", "grandchild"] = Field(
        title="近亲属关系",
        json_schema_extra=_said(
            {
                "spouse": "配偶",
                "parent": "父母",
                "child": "子女",
                "sibling": "兄弟姐妹",
                "grandparent": "祖父母、外祖父母",
                "grandchild": "孙子女、外孙子女",
            }
        ),
    )


class KinVisitData(ActionData):
    """The county's own visit."""

    visited_on: date = Field(title="入户日期")
    findings: str = Field(min_length=2, max_length=1000, title="入户情况")


class QuickCheckData(ActionData):
    """F-11: two people, or one and a video."""

    checkers: list[Name] = Field(min_length=1, max_length=10, title="核实人员")
    video_file_id: int | None = Field(
        default=None, title="视频文件", description="只有一人核实时必须上传", json_schema_extra=_FILES
    )
    video_call: bool = Field(default=False, title="一人到场并视频连线")
    findings: str = Field(min_length=2, max_length=2000, title="核实情况")


class PayFirstData(ActionData):
    """L-14: what is given at once."""

    amount: PositiveMoney = Field(title="先行救助金额")
    cause: Literal["fire", "traffic", "accident", "illness", "injury", "unemployment", "guardianship", "other"] = Field(
        default="other",
        title="急难类型",
        json_schema_extra=_said(
            {
                "fire": "火灾",
                "traffic": "交通事故",
                "accident": "溺水等意外",
                "illness": "突发重病",
                "injury": "人身伤害",
                "unemployment": "突发失业断粮",
                "guardianship": "家庭暴力或监护缺失",
                "other": "其他",
            }
        ),
    )
    channel: Literal["bank", "cash"] = Field(
        default="bank", title="支付方式", json_schema_extra=_said({"bank": "银行转账", "cash": "现金"})
    )


class AuthorityAsked(ActionData):
    """How much the town needs."""

    amount: PositiveMoney = Field(title="拟救助金额")


class AuthorityGiven(ActionData):
    """The county's duty officer allows up to this."""

    amount: PositiveMoney = Field(title="授权金额")
    call_record: str | None = Field(default=None, max_length=200, title="通话录音编号")


class PapersData(ActionData):
    """What was made up for afterwards."""

    explanation: str = Field(min_length=2, max_length=2000, title="补充说明")
    file_ids: list[int] = Field(default_factory=list, max_length=50, title="补齐的材料", json_schema_extra=_FILES)


class CountyRecordData(ActionData):
    """The post-check's outcome."""

    outcome: Literal["compliant", "tolerated", "improper"] = Field(
        default="compliant",
        title="事后核对结论",
        json_schema_extra=_said({"compliant": "合规", "tolerated": "容错", "improper": "不当，须追回"}),
    )


class ProposalData(ActionData):
    """What is planned for the benefit."""

    change: Change = Field(title="拟作出的变更")
    amount: PositiveMoney | None = Field(default=None, title="变更后金额")
    reasons: list[Annotated[str, Field(min_length=2, max_length=300)]] = Field(
        min_length=1, max_length=20, title="理由"
    )

    @model_validator(mode="after")
    def _amount_fits(self) -> "ProposalData":
        if (self.change in {Change.RAISE, Change.REDUCE}) != (self.amount is not None):
            raise ValueError("增发、减发必须填写变更后金额，停发、维持不填")
        return self


class HearingData(ActionData):
    """What the person says, or that the time has passed."""

    statement: str | None = Field(default=None, max_length=2000, title="陈述意见")
    waived: bool = Field(default=False, title="逾期未陈述")

    @model_validator(mode="after")
    def _one_of(self) -> "HearingData":
        if self.waived == bool(self.statement):
            raise ValueError("请填写陈述意见；期满未陈述的勾选“逾期未陈述”，两者选一")
        return self
