"""Keep accounts and grant posts: two people's work, since an account without a post may do nothing (三员分立)."""

import secrets
import string

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.service import record
from backend.identity import finder, passwords, repository
from backend.identity.errors import IncompatibleRoles, OwnPost, PostOutOfPlace, SignInDisabled
from backend.identity.models import Organization, Post, User, UserStatus
from backend.identity.permissions import IdentityPermission
from backend.identity.rights import Role, incompatibility, roles
from backend.identity.schemas import PostEnding, PostGrant, UserCreate, UserUpdate
from backend.identity.service import second_factor
from backend.identity.service.signing_in import revoke_all
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, invalid
from backend.kernel.i18n import say
from backend.kernel.identifiers.divisions import DivisionLevel, level_of
from backend.kernel.models import now
from backend.kernel.scope import check_version, get_visible

_ALPHABET = string.ascii_letters + string.digits


def first_password() -> str:
    """Return a random password that meets the policy; it is shown once and must be changed."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12)) + "-aA1"


async def create_user(session: AsyncSession, actor: Actor, form: UserCreate) -> tuple[User, str]:
    """Make an account that can do nothing until a security administrator grants it a post; return its password."""
    actor.require(IdentityPermission.USER_KEEP, form.division_code)
    await _require_division(session, form.division_code)
    await _require_organization(session, form.organization_id)
    password = first_password()
    user = User(**form.model_dump(), password_hash=passwords.hash_password(password), must_change_password=True)
    session.add(user)
    await session.flush()
    await record(
        session, actor, "user.create", subject=("user", user.id or 0), division_code=user.division_code,
        details={"username": user.username},
    )  # fmt: skip
    return user, password


async def update_user(session: AsyncSession, actor: Actor, user_id: int, form: UserUpdate) -> User:
    """Change what an account says about its person; never what that person may do."""
    user = await _account(session, actor, user_id)
    check_version(user, form.version)
    changes = form.model_dump(exclude_unset=True, exclude={"version"})
    if changes.get("division_code"):
        actor.require(IdentityPermission.USER_KEEP, form.division_code)
        await _require_division(session, changes["division_code"])
    await _require_organization(session, changes.get("organization_id"))
    for name, value in changes.items():
        setattr(user, name, value)
    session.add(user)
    await record(
        session, actor, "user.update", subject=("user", user_id), division_code=user.division_code,
        details={"fields": sorted(changes)},
    )  # fmt: skip
    await finder.announce(session)
    return user


async def close_user(session: AsyncSession, actor: Actor, user_id: int) -> User:
    """Bar an account from signing in and end its sessions at once."""
    user = await _account(session, actor, user_id)
    if user_id == actor.user_id:
        raise SignInDisabled
    user.status = UserStatus.DISABLED
    return await _keep(session, actor, user, "user.close")


async def reopen_user(session: AsyncSession, actor: Actor, user_id: int) -> User:
    """Let an account sign in again, its lock lifted."""
    user = await _account(session, actor, user_id)
    user.status, user.failures, user.locked_until = UserStatus.ACTIVE, 0, None
    return await _keep(session, actor, user, "user.reopen")


async def reset_password(session: AsyncSession, actor: Actor, user_id: int) -> tuple[User, str]:
    """Give an account a new first password and drop its second factor; every sign-in of it ends."""
    user = await _account(session, actor, user_id)
    password = first_password()
    user.password_hash, user.password_changed_at = passwords.hash_password(password), now()
    user.must_change_password = True
    second_factor.drop(user)
    user.failures, user.locked_until = 0, None
    return await _keep(session, actor, user, "user.reset_password"), password


async def _account(session: AsyncSession, actor: Actor, user_id: int) -> User:
    actor.require(IdentityPermission.USER_KEEP)
    return await get_visible(session, actor, User, user_id, IdentityPermission.USER_KEEP, lock=True)


async def _keep(session: AsyncSession, actor: Actor, user: User, action: str) -> User:
    check_version(user, None)
    session.add(user)
    await record(session, actor, action, subject=("user", user.id or 0), division_code=user.division_code)
    if action != "user.reopen":
        await revoke_all(session, user.id or 0)
    return user


async def grant_post(session: AsyncSession, actor: Actor, form: PostGrant) -> Post:
    """Grant a role in a place; refuse one's own, one out of place, and one that another post of the user forbids."""
    actor.require(IdentityPermission.POST_GRANT, form.division_code)
    if form.user_id == actor.user_id:
        raise OwnPost
    # The user's row is the lock under which two grants at once see each other.
    user = await get_visible(session, actor, User, form.user_id, IdentityPermission.USER_READ, lock=True)
    role = roles().get(form.role)
    if role is None:
        raise invalid("role", "没有这个角色，请从角色列表中选择")
    if form.valid_to is not None and form.valid_to <= form.valid_from:
        raise invalid("valid_to", "任职止应晚于任职起")
    post = Post(**form.model_dump(), granted_by=actor.user_id)
    await _require_place(session, role, post)
    await _require_compatible(session, role, post)
    session.add(post)
    await session.flush()
    details = {"user": user.username, "role": post.role, "from": post.valid_from, "to": post.valid_to}
    await record(
        session, actor, "post.grant", subject=("post", post.id or 0), division_code=post.division_code, details=details
    )
    await finder.announce(session)
    return post


async def end_post(session: AsyncSession, actor: Actor, post_id: int, form: PostEnding) -> Post:
    """End a post; from that day on, by default today, its rights are gone, for those signed in as well."""
    actor.require(IdentityPermission.POST_GRANT)
    post = await get_visible(session, actor, Post, post_id, IdentityPermission.POST_GRANT, lock=True)
    if post.user_id == actor.user_id:
        raise OwnPost
    end = form.valid_to or repository.today()
    if post.valid_to is not None and post.valid_to <= end:
        raise invalid("valid_to", "该任职已在此日期之前结束")
    if end < post.valid_from:
        raise invalid("valid_to", "结束日期不能早于任职开始日期")
    check_version(post, None)
    post.valid_to = end
    session.add(post)
    await record(
        session, actor, "post.end", subject=("post", post_id), division_code=post.division_code,
        details={"role": post.role, "user_id": post.user_id, "to": end, "reason": form.reason},
    )  # fmt: skip
    await finder.announce(session)
    return post


async def _require_place(session: AsyncSession, role: Role, post: Post) -> None:
    await _require_division(session, post.division_code)
    if level_of(post.division_code).value != role.level:
        raise PostOutOfPlace(role=role.label, level=DivisionLevel(role.level).label)
    organization = await _require_organization(session, post.organization_id)
    if role.scope == "organization" and organization is None:
        raise invalid("organization_id", "该角色的权限以机构为范围，请选择所在机构")
    if role.scope == "department":
        post.department = post.department or (organization.department if organization else None)
        if post.department is None:
            raise invalid("organization_id", "该角色的权限以部门为范围，请选择有主管部门的机构")


async def _require_compatible(session: AsyncSession, role: Role, post: Post) -> None:
    for other in await repository.overlapping_posts(session, post.user_id, post.valid_from, post.valid_to):
        reason = incompatibility(post.role, other.role)
        if reason is not None:
            raise IncompatibleRoles(role=role.label, other=roles()[other.role].label, reason=say(reason))


async def _require_division(session: AsyncSession, code: str) -> None:
    found = await repository.division(session, code)
    if found is None or found.valid_to is not None:
        raise invalid("division_code", "没有这个行政区划，或已停用，请重新选择")


async def _require_organization(session: AsyncSession, organization_id: int | None) -> Organization | None:
    if organization_id is None:
        return None
    found = await repository.organization(session, organization_id)
    if found is None:
        raise NotFound().at(("organization_id", "没有这个机构"))
    return found
