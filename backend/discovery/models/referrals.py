"""A referral and what was done about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, Record, Versioned, division_field


class ReferralStatus(LabelledEnum):
    """Where a referral stands. Allowed moves: `rules.MOVES`."""

    WAITING = "waiting", "待接收"
    ACCEPTED = "accepted", "已接收"
    WORKING = "working", "办理中"
    DONE = "done", "已办结待回访"
    RETURNED = "returned", "已退回"
    CONFIRMED = "confirmed", "已回访确认"
    CLOSED = "closed", "已终止"


class Referral(Versioned, table=True):
    """A need sent to another organisation: seen by the area it comes from and by whoever it was sent to.

    `organization_id` and `department` are the receiver's; both are empty when the receiver has no desk in the system,
    and the sender then records what it answers.
    """

    __tablename__ = "referral"
    __table_args__ = (
        Index("uq_referral_number", "number", unique=True),
        Index("ix_referral_area", "division_code", "status", "id"),
        Index("ix_referral_organization", "organization_id", "status"),
        Index("ix_referral_department", "department", "status"),
        Index("ix_referral_lead", "lead_id"),
        Index("ix_referral_case", "case_id"),
    )

    number: str = Field(max_length=40, title="转介单号")
    division_code: str = division_field()
    lead_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="lead.id", title="线索")
    case_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="case.id", title="案件")
    household_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="household.id", index=True, title="家庭"
    )
    person_name: str | None = Field(default=None, max_length=50, title="人员姓名")
    need: str = Field(max_length=500, title="需求")
    organization_id: int | None = Field(
        default=None, sa_type=BigInteger, foreign_key="organization.id", title="接收机构"
    )
    department: str | None = Field(default=None, max_length=40, title="接收部门")
    receiver: str = Field(max_length=100, title="转介单位")
    status: ReferralStatus = Field(default=ReferralStatus.WAITING, sa_type=enum_column(ReferralStatus), title="状态")
    sent_by: int = Field(sa_type=BigInteger, title="转介人编号")
    sender: str = Field(max_length=60, title="转介人")
    sent_at: datetime = Field(sa_type=AWARE, title="转介时间")
    accept_due_at: datetime = Field(sa_type=AWARE, title="应接收时间")
    due_at: datetime = Field(sa_type=AWARE, title="应办结时间")
    accepted_at: datetime | None = Field(default=None, sa_type=AWARE, title="接收时间")
    handler: str | None = Field(default=None, max_length=60, title="接收人")
    finished_at: datetime | None = Field(default=None, sa_type=AWARE, title="办结时间")
    outcome: str | None = Field(default=None, max_length=1000, title="办理结果")
    helped: bool | None = Field(default=None, title="困难已解决")

    @property
    def key(self) -> int:
        """Return the id of a stored referral; 0 before."""
        return self.id or 0


class ReferralStep(Record, table=True):
    """One act on a referral; never changed afterwards."""

    __tablename__ = "referral_step"

    referral_id: int = Field(sa_type=BigInteger, foreign_key="referral.id", index=True, title="转介单")
    division_code: str = division_field()
    action: str = Field(max_length=20, title="操作")
    to_status: ReferralStatus = Field(sa_type=enum_column(ReferralStatus), title="现状态")
    user_id: int = Field(sa_type=BigInteger, title="办理人编号")
    actor: str = Field(max_length=60, title="办理人")
    note: str | None = Field(default=None, max_length=2000, title="说明")
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, title="内容")
    at: datetime = Field(sa_type=AWARE, title="时间")
