"""What signing in accepts and returns."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from backend.identity.models import Level


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

    code: str
    name: str
    level: Level


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
