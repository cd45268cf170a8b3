"""What signing in accepts and returns."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from backend.identity.models import Level, OrganizationKind, UserStatus
from backend.kernel.identifiers.organisations import parse_credit_code

DIVISION: Any = {"x-options": "/api/v1/divisions/options"}
ORGANIZATION: Any = {"x-options": "/api/v1/organizations/options"}
USER: Any = {"x-options": "/api/v1/users/options"}
ROLE: Any = {"x-options": "/api/v1/roles/options"}
CODE = r"^\d{6}(\d{3}){0,3}$"
USERNAME = r"^[a-z][a-z0-9_.-]{2,39}$"
RowNumber = Annotated[int, Field(ge=1, le=9_223_372_036_854_775_807)]
CreditCode = Annotated[str, AfterValidator(lambda text: parse_credit_code(text).value)]


class SignInForm(BaseModel):
    """Credentials of the portal's sign-in page."""

    username: str = Field(max_length=60, title="用户名")
    password: str = Field(max_length=200, title="密码", json_schema_extra={"format": "password"})
    totp: str | None = Field(default=None, max_length=10, title="动态验证码")


class Token(BaseModel):
    """A bearer token."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  (the name of the scheme)
    expires_in: int = Field(title="有效秒数")


class DivisionBrief(BaseModel):
    """Where somebody works."""

    code: str = Field(title="代码")
    name: str = Field(title="名称")
    level: Level = Field(title="层级")


class Me(BaseModel):
    """Who is signed in, and what they may do."""

    username: str
    name: str
    division: DivisionBrief | None
    organization: str | None
    roles: list[str]
    role_labels: list[str]
    permissions: list[str]
    must_change_password: bool
    must_enrol_second_factor: bool
    second_factor: bool
    recovery_codes_left: int
    demo: bool


class PasswordChange(BaseModel):
    """A new password; every other sign-in ends."""

    old_password: str = Field(max_length=200, title="原密码", json_schema_extra={"format": "password"})
    new_password: str = Field(max_length=200, title="新密码", json_schema_extra={"format": "password"})


class SessionRead(BaseModel):
    """One of the actor's own sign-ins."""

    id: str
    channel: str = Field(title="方式")
    address: str | None = Field(title="地址")
    device: str | None = Field(title="设备")
    created_at: datetime = Field(title="登录时间")
    expires_at: datetime = Field(title="到期时间")
    is_this_one: bool = Field(title="当前会话")


class SecondFactorEnrolment(BaseModel):
    """The password again, so that an unwatched screen cannot bind a stranger's device."""

    password: str = Field(max_length=200, title="密码", json_schema_extra={"format": "password"})


class SecondFactorSecret(BaseModel):
    """What the person's device scans, or its owner types."""

    uri: str = Field(title="绑定地址")
    secret: str = Field(title="密钥")


class SecondFactorCode(BaseModel):
    """A code from the device."""

    code: str = Field(min_length=6, max_length=10, title="动态验证码", description="设备上的6位数字，或一个恢复码")


class RecoveryCodes(BaseModel):
    """Codes that each stand in once for a lost device, told this once."""

    enabled: bool = Field(default=True, title="已启用动态验证码")
    recovery_codes: list[str] = Field(title="恢复码", json_schema_extra={"x-told-once": True})


class UserCreate(BaseModel):
    """A new account; what its person may do is granted by somebody else."""

    username: str = Field(pattern=USERNAME, title="用户名", description="小写字母开头，3至40位字母、数字、点或横线")
    name: str = Field(min_length=1, max_length=40, title="姓名")
    phone: str | None = Field(default=None, max_length=20, title="电话")
    division_code: str = Field(pattern=CODE, title="行政区划", json_schema_extra=DIVISION)
    organization_id: RowNumber | None = Field(default=None, title="机构", json_schema_extra=ORGANIZATION)


class UserUpdate(BaseModel):
    """What may be corrected; the username stays."""

    name: str = Field(min_length=1, max_length=40, title="姓名")
    phone: str | None = Field(default=None, max_length=20, title="电话")
    division_code: str = Field(pattern=CODE, title="行政区划", json_schema_extra=DIVISION)
    organization_id: RowNumber | None = Field(default=None, title="机构", json_schema_extra=ORGANIZATION)
    version: int | None = Field(default=None, title="版本", json_schema_extra={"x-hidden": True})


class UserRead(BaseModel):
    """An account without its secrets."""

    id: int
    username: str = Field(title="用户名")
    name: str = Field(title="姓名")
    phone: str | None = Field(title="电话")
    division_code: str = Field(title="行政区划")
    organization_id: int | None = Field(title="机构")
    status: UserStatus = Field(title="状态")
    totp_confirmed: bool = Field(title="已启用动态验证码")
    locked_until: datetime | None = Field(title="锁定至")
    version: int = Field(title="版本")


class UserWithPassword(UserRead):
    """An account and its first password, told this once."""

    first_password: str = Field(title="初始密码", json_schema_extra={"x-told-once": True})


class PostGrant(BaseModel):
    """A role for somebody in a place, from–to."""

    user_id: RowNumber = Field(title="用户", json_schema_extra=USER)
    role: str = Field(max_length=40, title="角色", json_schema_extra=ROLE)
    division_code: str = Field(pattern=CODE, title="行政区划", json_schema_extra=DIVISION)
    organization_id: RowNumber | None = Field(default=None, title="机构", json_schema_extra=ORGANIZATION)
    valid_from: date = Field(title="任职起")
    valid_to: date | None = Field(default=None, title="任职止", description="该日起不再有权限；留空为长期")
    reason: str = Field(min_length=1, max_length=200, title="依据")


class PostEnding(BaseModel):
    """The first day without the rights; today when left out."""

    valid_to: date | None = Field(default=None, title="终止日期")
    reason: str = Field(min_length=1, max_length=200, title="依据")


class PostRead(BaseModel):
    """A role held in a place."""

    id: int
    user_id: int = Field(title="用户")
    role: str = Field(title="角色")
    division_code: str = Field(title="行政区划")
    organization_id: int | None = Field(title="机构")
    department: str | None = Field(title="部门")
    valid_from: date = Field(title="任职起")
    valid_to: date | None = Field(title="任职止")
    reason: str | None = Field(title="依据")
    version: int = Field(title="版本")


class OrganizationCreate(BaseModel):
    """A new organisation."""

    name: str = Field(min_length=2, max_length=100, title="名称")
    kind: OrganizationKind = Field(title="类型")
    uscc: CreditCode | None = Field(default=None, max_length=18, title="统一社会信用代码")
    department: str | None = Field(default=None, max_length=40, title="主管部门")
    division_code: str = Field(pattern=CODE, title="行政区划", json_schema_extra=DIVISION)
    phone: str | None = Field(default=None, max_length=30, title="电话")


class OrganizationUpdate(BaseModel):
    """What may be corrected."""

    name: str = Field(min_length=2, max_length=100, title="名称")
    uscc: CreditCode | None = Field(default=None, max_length=18, title="统一社会信用代码")
    department: str | None = Field(default=None, max_length=40, title="主管部门")
    phone: str | None = Field(default=None, max_length=30, title="电话")
    version: int | None = Field(default=None, title="版本", json_schema_extra={"x-hidden": True})


class OrganizationRead(BaseModel):
    """An organisation."""

    id: int
    name: str = Field(title="名称")
    kind: OrganizationKind = Field(title="类型")
    uscc: str | None = Field(title="统一社会信用代码")
    department: str | None = Field(title="主管部门")
    division_code: str = Field(title="行政区划")
    phone: str | None = Field(title="电话")
    version: int = Field(title="版本")


class DivisionRenaming(BaseModel):
    """A new name for the same code."""

    name: str = Field(min_length=2, max_length=60, title="新名称")
    effective_on: date = Field(title="生效日期")
    reason: str = Field(min_length=1, max_length=200, title="依据")


class DivisionMerger(BaseModel):
    """Which division takes over."""

    into: str = Field(pattern=CODE, title="并入", json_schema_extra=DIVISION)
    effective_on: date = Field(title="生效日期")
    reason: str = Field(min_length=1, max_length=200, title="依据")


class DivisionChangeRead(BaseModel):
    """One renaming or merger, also what was merged into the division."""

    kind: str = Field(title="变更", json_schema_extra={"x-hidden": True})
    text: str = Field(title="变更")
    before: dict[str, Any] = Field(title="变更前", json_schema_extra={"x-hidden": True})
    after: dict[str, Any] = Field(title="变更后", json_schema_extra={"x-hidden": True})
    effective_on: date = Field(title="生效日期")
    reason: str = Field(title="依据")
    user_name: str | None = Field(title="办理人")
    created_at: datetime = Field(title="办理时间")


class DivisionRead(BaseModel):
    """A division with where it lies and what became of it."""

    id: str
    code: str = Field(title="代码")
    name: str = Field(title="名称")
    level: Level = Field(title="层级")
    full_name: str = Field(title="全称")
    parent_code: str | None = Field(title="上级")
    valid_from: date = Field(title="启用日期")
    valid_to: date | None = Field(title="停用日期")
    merged_into: str | None = Field(title="并入", json_schema_extra=DIVISION)
    path: list[DivisionBrief] = Field(title="所属区划")
    history: list[DivisionChangeRead] = Field(title="沿革")


class Grant(BaseModel):
    """Through which post and role a right comes, and where it reaches."""

    post_id: int = Field(title="任职")
    role: str = Field(title="角色")
    role_label: str = Field(title="角色名称")
    reach: str = Field(title="范围")


class RightRead(BaseModel):
    """One right: what it is, and why it is held."""

    permission: str = Field(title="权限")
    label: str = Field(title="权限名称")
    grants: list[Grant] = Field(title="来源")


class RoleConflict(BaseModel):
    """Two roles one person may never hold together, and why."""

    id: str = Field(json_schema_extra={"x-hidden": True})
    role: str = Field(title="角色")
    other: str = Field(title="不相容的角色")
    reason: str = Field(title="理由")


class RightsRead(BaseModel):
    """Everything a user may do today, and why."""

    user_id: int
    username: str = Field(title="用户名")
    name: str = Field(title="姓名")
    items: list[RightRead] = Field(title="权限")
