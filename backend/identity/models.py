"""Tables of divisions, organisations, users, posts and sign-in sessions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kernel.labels import LabelledEnum, enum_column
from backend.kernel.models import AWARE, DIVISION_CODE, Record, Versioned, division_field, now


class Level(LabelledEnum):
    """The four levels of the work network."""

    COUNTY = "county", "县"
    TOWN = "town", "镇街"
    COMMUNITY = "community", "社区"
    VILLAGE = "village", "村居"


class Division(SQLModel, table=True):
    """A county, town, community or village. Codes nest and never change; names and mergers have a history."""

    __tablename__ = "division"

    code: str = Field(primary_key=True, sa_type=DIVISION_CODE, title="代码")
    name: str = Field(max_length=60, title="名称")
    level: Level = Field(sa_type=enum_column(Level), title="层级", index=True)
    parent_code: str | None = Field(default=None, sa_type=DIVISION_CODE, index=True, title="上级")
    statistical_code: str | None = Field(default=None, max_length=12, title="统计用区划代码")
    full_name: str = Field(default="", max_length=200, title="全称")
    valid_from: date = Field(default=date(2020, 1, 1), title="启用日期")
    valid_to: date | None = Field(default=None, title="停用日期")
    merged_into: str | None = Field(default=None, sa_type=DIVISION_CODE, title="并入")
    version: int = Field(default=1, title="版本")


class DivisionChange(Record, table=True):
    """A renaming or merger, kept for good."""

    __tablename__ = "division_change"

    code: str = Field(sa_type=DIVISION_CODE, index=True, title="代码")
    kind: str = Field(max_length=20, title="变更")
    before: dict[str, Any] = Field(sa_type=JSONB, title="变更前")
    after: dict[str, Any] = Field(sa_type=JSONB, title="变更后")
    effective_on: date = Field(title="生效日期")
    reason: str = Field(max_length=200, title="依据")
    user_id: int = Field(sa_type=BigInteger, title="办理人")


class OrganizationKind(LabelledEnum):
    """What an organisation is to the county."""

    GOVERNMENT = "government", "政府部门"
    PARTNER = "partner", "第三方机构"
    CHARITY = "charity", "慈善组织"
    BANK = "bank", "代发银行"
    SCHOOL = "school", "学校"
    HOSPITAL = "hospital", "医疗机构"


class Organization(Versioned, table=True):
    """A department, partner, charity or bank."""

    __tablename__ = "organization"

    name: str = Field(max_length=100, unique=True, title="名称")
    kind: OrganizationKind = Field(sa_type=enum_column(OrganizationKind), title="类型")
    uscc: str | None = Field(default=None, max_length=18, unique=True, title="统一社会信用代码")
    department: str | None = Field(default=None, max_length=40, title="主管部门", index=True)
    division_code: str = division_field()
    phone: str | None = Field(default=None, max_length=30, title="电话")


class UserStatus(LabelledEnum):
    """Whether a person may sign in."""

    ACTIVE = "active", "启用"
    DISABLED = "disabled", "停用"


class User(Versioned, table=True):
    """A person who signs in. What they may do stands in their posts, never here."""

    __tablename__ = "user_account"

    username: str = Field(max_length=40, unique=True, title="用户名")
    name: str = Field(max_length=40, title="姓名")
    phone: str | None = Field(default=None, max_length=20, title="电话")
    organization_id: int | None = Field(
        default=None, sa_type=BigInteger, sa_column_args=[ForeignKey("organization.id")], title="机构", index=True
    )
    division_code: str = division_field()
    status: UserStatus = Field(default=UserStatus.ACTIVE, sa_type=enum_column(UserStatus), title="状态")
    password_hash: str = Field(title="密码")
    password_changed_at: datetime = Field(default_factory=now, sa_type=AWARE, title="密码修改时间")
    must_change_password: bool = Field(default=False, title="须修改密码")
    totp_cipher: bytes | None = Field(default=None, sa_type=LargeBinary, title="动态验证码密钥")
    totp_confirmed: bool = Field(default=False, title="已启用动态验证码")
    totp_last_step: int | None = Field(default=None, sa_type=BigInteger, title="已用过的验证码时段")
    recovery_indexes: list[str] = Field(default_factory=list, sa_type=JSONB, title="恢复码摘要")
    failures: int = Field(default=0, title="连续失败次数")
    locked_until: datetime | None = Field(default=None, sa_type=AWARE, title="锁定至")


class Post(Versioned, table=True):
    """A role held in a division or organisation, from–to. The end is the first day without the right."""

    __tablename__ = "post"
    __table_args__ = (Index("ix_post_user_id_valid", "user_id", "valid_from", "valid_to"),)

    user_id: int = Field(sa_type=BigInteger, sa_column_args=[ForeignKey("user_account.id")], title="用户")
    role: str = Field(max_length=40, title="角色", index=True)
    division_code: str = division_field()
    organization_id: int | None = Field(
        default=None, sa_type=BigInteger, sa_column_args=[ForeignKey("organization.id")], title="机构"
    )
    department: str | None = Field(default=None, max_length=40, title="部门")
    valid_from: date = Field(title="任职起")
    valid_to: date | None = Field(default=None, title="任职止")
    granted_by: int | None = Field(default=None, sa_type=BigInteger, title="授权人")
    reason: str | None = Field(default=None, max_length=200, title="依据")


class SignInSession(SQLModel, table=True):
    """One sign-in: revoked, expired or ended with the posts it rests on."""

    __tablename__ = "sign_in_session"

    id: str = Field(primary_key=True, max_length=40, title="会话")
    user_id: int = Field(sa_type=BigInteger, sa_column_args=[ForeignKey("user_account.id")], index=True, title="用户")
    channel: str = Field(max_length=10, title="方式")
    address: str | None = Field(default=None, max_length=60, title="地址")
    device: str | None = Field(default=None, max_length=200, title="设备")
    created_at: datetime = Field(default_factory=now, sa_type=AWARE, title="登录时间")
    expires_at: datetime = Field(sa_type=AWARE, title="到期时间")
    revoked_at: datetime | None = Field(default=None, sa_type=AWARE, title="注销时间")
