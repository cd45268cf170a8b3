"""Lists of divisions and organisations (reference data), of accounts and posts."""

from datetime import date, datetime

from pydantic import BaseModel, Field
from sqlalchemy import func

from backend.identity.models import Division, Level, Organization, OrganizationKind, Post, User, UserStatus
from backend.identity.permissions import IdentityPermission
from backend.identity.rights import roles
from backend.kernel.actor import Actor
from backend.kernel.i18n import say
from backend.kernel.listing import Listing, ListQuery, equals, prefix
from backend.kernel.listing.definition import Row
from backend.kernel.scope import Scope, scope_of

division = Division.__table__  # type: ignore[attr-defined]
organization = Organization.__table__  # type: ignore[attr-defined]


class DivisionRow(BaseModel):
    """A division in a list."""

    id: str = Field(json_schema_extra={"x-hidden": True})
    code: str = Field(title="代码", json_schema_extra={"x-sortable": True})
    name: str = Field(title="名称")
    level: Level = Field(title="层级")
    full_name: str = Field(title="全称")
    parent_code: str | None = Field(title="上级")
    allowed_actions: list[str] = []


class DivisionQuery(ListQuery):
    """Filters of the list of divisions."""

    level: Level | None = Field(default=None, title="层级")
    parent_code: str | None = Field(default=None, title="上级代码", max_length=15)
    below: str | None = Field(default=None, title="所属区划代码", max_length=15)


def _division_actions(actor: Actor, row: Row) -> list[str]:
    if not actor.reach(IdentityPermission.DIVISION_KEEP).covers(row["code"]):
        return []
    return ["renaming"] if row["level"] == Level.COUNTY else ["renaming", "merger"]


DIVISIONS = Listing(
    name="divisions",
    title="行政区划",
    permission=IdentityPermission.DIVISION_READ,
    source=division,
    key=division.c.code,
    columns={
        "id": division.c.code,
        "code": division.c.code,
        "name": division.c.name,
        "level": division.c.level,
        "full_name": division.c.full_name,
        "parent_code": division.c.parent_code,
    },
    scope=Scope(everyone=True),
    row_model=DivisionRow,
    filters={
        "level": equals(division.c.level),
        "parent_code": equals(division.c.parent_code),
        "below": prefix(division.c.code),
    },
    sortable={"code": division.c.code, "name": division.c.name},
    default_order="code",
    search=lambda q: division.c.full_name.like(q, escape="\\"),
    where=division.c.valid_to.is_(None),
    actions=_division_actions,
    option_label=division.c.full_name,
    option_value=division.c.code,
    # County and towns stand first, so that a picker shows them before anything is typed.
    option_order=func.concat(func.length(division.c.code) + 10, division.c.code),
)


class OrganizationRow(BaseModel):
    """An organisation in a list."""

    id: int
    name: str = Field(title="名称")
    kind: OrganizationKind = Field(title="类型")
    uscc: str | None = Field(title="统一社会信用代码")
    department: str | None = Field(title="主管部门")
    phone: str | None = Field(title="电话")
    allowed_actions: list[str] = []


class OrganizationQuery(ListQuery):
    """Filters of the list of organisations."""

    kind: OrganizationKind | None = Field(default=None, title="类型")


ORGANIZATIONS = Listing(
    name="organizations",
    title="机构",
    permission=IdentityPermission.ORGANIZATION_READ,
    source=organization,
    key=organization.c.id,
    columns={name: organization.c[name] for name in ("id", "name", "kind", "uscc", "department", "phone")},
    scope=Scope(everyone=True),
    row_model=OrganizationRow,
    filters={"kind": equals(organization.c.kind)},
    sortable={"name": organization.c.name},
    actions=lambda actor, _: ["edit"] if actor.may(IdentityPermission.ORGANIZATION_KEEP) else [],
    search=lambda q: organization.c.name.like(q, escape="\\"),
    option_label=organization.c.name,
)

user = User.__table__  # type: ignore[attr-defined]
post = Post.__table__  # type: ignore[attr-defined]


class UserRow(BaseModel):
    """An account in a list."""

    id: int
    username: str = Field(title="用户名", json_schema_extra={"x-sortable": True})
    name: str = Field(title="姓名")
    phone: str | None = Field(title="电话")
    division_code: str = Field(title="区划代码")
    division_name: str | None = Field(title="所在区划")
    organization: str | None = Field(title="机构")
    status: UserStatus = Field(title="状态")
    locked_until: datetime | None = Field(title="锁定至")
    allowed_actions: list[str] = []


class UserQuery(ListQuery):
    """Filters of the list of accounts."""

    status: UserStatus | None = Field(default=None, title="状态")
    division_code: str | None = Field(
        default=None, title="行政区划", max_length=15, json_schema_extra={"x-options": "/api/v1/divisions/options"}
    )


def _user_actions(actor: Actor, row: Row) -> list[str]:
    if not actor.may(IdentityPermission.USER_KEEP, row["division_code"]):
        return []
    own = row["id"] == actor.user_id
    closed = row["status"] == UserStatus.DISABLED or row["locked_until"] is not None
    return ["edit", "password-reset", *(["reopening"] if closed else []), *([] if own or closed else ["closing"])]


USERS = Listing(
    name="users",
    title="用户",
    permission=IdentityPermission.USER_READ,
    source=user.outerjoin(division, division.c.code == user.c.division_code).outerjoin(
        organization, organization.c.id == user.c.organization_id
    ),
    key=user.c.id,
    columns={
        "id": user.c.id,
        "username": user.c.username,
        "name": user.c.name,
        "phone": user.c.phone,
        "division_code": user.c.division_code,
        "division_name": division.c.full_name,
        "organization": organization.c.name,
        "status": user.c.status,
        "locked_until": user.c.locked_until,
    },
    scope=scope_of(User),
    row_model=UserRow,
    filters={"status": equals(user.c.status), "division_code": prefix(user.c.division_code)},
    sortable={"username": user.c.username},
    default_order="username",
    search=lambda q: user.c.name.like(q, escape="\\") | user.c.username.like(q, escape="\\"),
    actions=_user_actions,
    option_label=user.c.name + "（" + user.c.username + "）",
)


class PostRow(BaseModel):
    """A post in a list."""

    id: int
    user_name: str = Field(title="姓名")
    username: str = Field(title="用户名")
    role: str = Field(title="角色代码")
    role_label: str = Field(title="角色")
    division_code: str = Field(title="区划代码")
    division_name: str | None = Field(title="任职区划")
    department: str | None = Field(title="部门")
    valid_from: date = Field(title="任职起", json_schema_extra={"x-sortable": True})
    valid_to: date | None = Field(title="任职止")
    allowed_actions: list[str] = []


class PostQuery(ListQuery):
    """Filters of the list of posts."""

    role: str | None = Field(
        default=None, title="角色", max_length=40, json_schema_extra={"x-options": "/api/v1/roles/options"}
    )
    user_id: int | None = Field(
        default=None, title="用户", ge=1, le=2**63 - 1, json_schema_extra={"x-options": "/api/v1/users/options"}
    )
    division_code: str | None = Field(
        default=None, title="任职区划", max_length=15, json_schema_extra={"x-options": "/api/v1/divisions/options"}
    )


def _finish_post(_: Actor, row: Row) -> None:
    role = roles().get(row["role"])
    row["role_label"] = say(role.label) if role else row["role"]


def _post_actions(actor: Actor, row: Row) -> list[str]:
    may = row["valid_to"] is None and actor.may(IdentityPermission.POST_GRANT, row["division_code"])
    return ["ending"] if may and row["username"] != actor.username else []


POSTS = Listing(
    name="posts",
    title="任职",
    permission=IdentityPermission.POST_READ,
    source=post.join(user, user.c.id == post.c.user_id).outerjoin(division, division.c.code == post.c.division_code),
    key=post.c.id,
    columns={
        "id": post.c.id,
        "user_name": user.c.name,
        "username": user.c.username,
        "role": post.c.role,
        "division_code": post.c.division_code,
        "division_name": division.c.full_name,
        "department": post.c.department,
        "valid_from": post.c.valid_from,
        "valid_to": post.c.valid_to,
    },
    scope=scope_of(Post),
    row_model=PostRow,
    filters={
        "role": equals(post.c.role),
        "user_id": equals(post.c.user_id),
        "division_code": prefix(post.c.division_code),
    },
    sortable={"valid_from": post.c.valid_from},
    search=lambda q: user.c.name.like(q, escape="\\") | user.c.username.like(q, escape="\\"),
    actions=_post_actions,
    finish=_finish_post,
)
