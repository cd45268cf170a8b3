"""Accounts, posts, roles and permissions over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from backend.identity.explanation import explain, permission_labels
from backend.identity.listings import POSTS, USERS, PostQuery, UserQuery
from backend.identity.models import Post, User
from backend.identity.permissions import IdentityPermission
from backend.identity.rights import incompatible_pairs, permissions_of, roles
from backend.identity.schemas import (
    PostEnding,
    PostGrant,
    PostRead,
    RightsRead,
    RoleConflict,
    UserCreate,
    UserRead,
    UserUpdate,
    UserWithPassword,
)
from backend.identity.service import staff
from backend.kernel.db import SessionDep
from backend.kernel.i18n import say
from backend.kernel.listing import listing_routes
from backend.kernel.listing.query import Option, Options, Page
from backend.kernel.routes import SIGNED_IN, RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

users = new_router("/users", "用户")
posts = new_router("/posts", "任职")
roles_router = new_router("/roles", "角色")
permissions_router = new_router("/permissions", "权限")
listing_routes(users, USERS, UserQuery)
listing_routes(posts, POSTS, PostQuery)


def _read(user: User) -> UserRead:
    return UserRead.model_validate(user, from_attributes=True)


def _told_once(user: User, password: str) -> UserWithPassword:
    return UserWithPassword(**_read(user).model_dump(), first_password=password)


@users.post("", status_code=201, summary="新建用户", **needs(IdentityPermission.USER_KEEP))
async def create_user(session: SessionDep, actor: ActorDep, form: UserCreate) -> UserWithPassword:
    """新建用户：返回仅显示一次的初始密码；未获授权任职前不能登录。"""
    return _told_once(*await staff.create_user(session, actor, form))


@users.get("/{user_id}", summary="用户详情", **needs(IdentityPermission.USER_READ))
async def read_user(session: SessionDep, actor: ActorDep, user_id: RowId) -> UserRead:
    """查看一个用户。"""
    actor.require(IdentityPermission.USER_READ)
    return _read(await get_visible(session, actor, User, user_id, IdentityPermission.USER_READ))


@users.patch("/{user_id}", summary="修改用户", **needs(IdentityPermission.USER_KEEP))
async def update_user(session: SessionDep, actor: ActorDep, user_id: RowId, form: UserUpdate) -> UserRead:
    """修改用户的姓名、电话、区划和机构。"""
    return _read(await staff.update_user(session, actor, user_id, form))


@users.post("/{user_id}/closing", summary="停用", **needs(IdentityPermission.USER_KEEP))
async def close_user(session: SessionDep, actor: ActorDep, user_id: RowId) -> UserRead:
    """停用账号，其所有登录立即失效。"""
    return _read(await staff.close_user(session, actor, user_id))


@users.post("/{user_id}/reopening", summary="恢复", **needs(IdentityPermission.USER_KEEP))
async def reopen_user(session: SessionDep, actor: ActorDep, user_id: RowId) -> UserRead:
    """恢复账号或解除锁定。"""
    return _read(await staff.reopen_user(session, actor, user_id))


@users.post("/{user_id}/password-reset", summary="重置密码", **needs(IdentityPermission.USER_KEEP))
async def reset_password(session: SessionDep, actor: ActorDep, user_id: RowId) -> UserWithPassword:
    """重置密码：返回仅显示一次的初始密码，并停用动态验证码。"""
    return _told_once(*await staff.reset_password(session, actor, user_id))


@users.get("/{user_id}/rights", summary="权限及来源", **needs(IdentityPermission.USER_READ))
async def read_rights(session: SessionDep, actor: ActorDep, user_id: RowId) -> RightsRead:
    """查看一个用户能做什么、在哪里能做、凭哪个任职和角色。"""
    actor.require(IdentityPermission.USER_READ)
    user = await get_visible(session, actor, User, user_id, IdentityPermission.USER_READ)
    return await explain(session, user)


@posts.post("", status_code=201, summary="授予任职", **needs(IdentityPermission.POST_GRANT))
async def grant_post(session: SessionDep, actor: ActorDep, form: PostGrant) -> PostRead:
    """授予任职：检查区划层级与不相容岗位。"""
    return PostRead.model_validate(await staff.grant_post(session, actor, form), from_attributes=True)


@posts.get("/{post_id}", summary="任职详情", **needs(IdentityPermission.POST_READ))
async def read_post(session: SessionDep, actor: ActorDep, post_id: RowId) -> PostRead:
    """查看一个任职。"""
    actor.require(IdentityPermission.POST_READ)
    found = await get_visible(session, actor, Post, post_id, IdentityPermission.POST_READ)
    return PostRead.model_validate(found, from_attributes=True)


@posts.post("/{post_id}/ending", summary="终止任职", **needs(IdentityPermission.POST_GRANT))
async def end_post(session: SessionDep, actor: ActorDep, post_id: RowId, form: PostEnding) -> PostRead:
    """终止任职：自该日起权限立即消失，包括已登录的会话。"""
    return PostRead.model_validate(await staff.end_post(session, actor, post_id, form), from_attributes=True)


class RoleRead(BaseModel):
    """A role, how far it reaches and what it may do."""

    id: str
    code: str = Field(title="角色代码")
    label: str = Field(title="角色")
    scope: str = Field(title="范围")
    level: str = Field(title="层级")
    permissions: list[str] = Field(title="权限")
    allowed_actions: list[str] = []


class PermissionRead(BaseModel):
    """A permission, its words and the roles that hold it."""

    id: str
    code: str = Field(title="权限代码")
    label: str = Field(title="权限名称")
    roles: list[str] = Field(title="角色")
    allowed_actions: list[str] = []


@roles_router.get("", summary="角色", **SIGNED_IN)
async def list_roles(actor: ActorDep) -> Page[RoleRead]:
    """全部角色及其权限。"""
    del actor
    found = [
        RoleRead(
            id=code,
            code=code,
            label=say(role.label),
            scope=role.scope,
            level=role.level,
            permissions=sorted(permissions_of(code)),
        )
        for code, role in roles().items()
    ]
    return Page(items=found, total=len(found), page=1, page_size=len(found))


@roles_router.get("/options", summary="角色选项", **SIGNED_IN)
async def role_options(
    actor: ActorDep, term: Annotated[str | None, Query(title="搜索", max_length=50)] = None
) -> Options:
    """可选择的角色。"""
    del actor
    found = [Option(label=say(r.label), value=r.code) for r in roles().values()]
    return Options(options=[option for option in found if not term or term in option.label])


@roles_router.get("/conflicts", summary="不相容岗位", **SIGNED_IN)
async def list_conflicts(actor: ActorDep) -> Page[RoleConflict]:
    """不得由同一人担任的角色及理由。"""
    del actor
    found = [
        RoleConflict(
            id="-".join(sorted(pair)),
            **dict(zip(("role", "other"), (say(roles()[code].label) for code in sorted(pair)), strict=True)),
            reason=say(reason),
        )
        for pair, reason in incompatible_pairs().items()
    ]
    return Page(items=found, total=len(found), page=1, page_size=len(found))


@permissions_router.get("", summary="权限", **SIGNED_IN)
async def list_permissions(actor: ActorDep) -> Page[PermissionRead]:
    """全部权限及拥有它的角色。"""
    del actor
    found = [
        PermissionRead(id=code, code=code, label=say(label), roles=[r for r in roles() if code in permissions_of(r)])
        for code, label in sorted(permission_labels().items())
    ]
    return Page(items=found, total=len(found), page=1, page_size=len(found))


ROUTERS: tuple[APIRouter, ...] = (users, posts, roles_router, permissions_router)
