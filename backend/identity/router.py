"""Sign-in and one's own sessions; the other resources stand in `account_router`, `place_router` and `staff_router`."""

from typing import Annotated

from fastapi import Depends, Form, Request, Response
from fastapi.security import OAuth2PasswordRequestForm
from sqlmodel import col, select

from backend.audit.service import record
from backend.identity import account_router, finder, passwords, place_router, repository, staff_router, tokens
from backend.identity.models import SignInSession, User
from backend.identity.rights import compile_rights, roles
from backend.identity.schemas import DivisionBrief, Me, PasswordChange, SessionRead, SignInForm, Token
from backend.identity.service import signing_in
from backend.identity.service.signing_in import Attempt, Entered
from backend.kernel import sign_in as kernel_sign_in
from backend.kernel.config import settings
from backend.kernel.db import SessionDep, unit_of_work
from backend.kernel.errors import invalid
from backend.kernel.i18n import say
from backend.kernel.models import now
from backend.kernel.routes import PUBLIC, SIGNED_IN, new_router
from backend.kernel.sign_in import ActorDep

kernel_sign_in.install(finder.find_actor)

auth = new_router("/auth", "登录")


async def _try(request: Request, username: str, password: str, code: str | None, channel: str) -> Entered:
    address = request.client.host if request.client else None
    signing_in.check_rate(address)
    attempt = Attempt(username, password, code, address, request.headers.get("user-agent"), channel)
    # A refusal must keep its count of failures, so it is raised only after the commit.
    async with unit_of_work() as session:
        outcome = await signing_in.sign_in(session, attempt)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@auth.post("/token", **PUBLIC)
async def token(
    request: Request,
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    totp: Annotated[str | None, Form(max_length=10, title="动态验证码")] = None,
) -> Token:
    """获取访问令牌（OAuth2 密码方式；动态验证码放在 totp，通用客户端也可放在 client_secret）"""
    entered = await _try(request, form.username, form.password, totp or form.client_secret, "api")
    return Token(access_token=entered.token, expires_in=int(tokens.lifetime().total_seconds()))


@auth.post("/sign-in", **PUBLIC)
async def sign_in(request: Request, response: Response, form: SignInForm) -> dict[str, bool]:
    """门户登录"""
    entered = await _try(request, form.username, form.password, form.totp, "portal")
    tokens.set_cookies(response, entered.token, entered.session_id)
    return {"must_change_password": entered.user.must_change_password}


@auth.post("/sign-out", **SIGNED_IN)
async def sign_out(session: SessionDep, actor: ActorDep, response: Response) -> dict[str, bool]:
    """退出登录"""
    await signing_in.revoke(session, actor, actor.session_id)
    tokens.clear_cookies(response)
    return {"signed_out": True}


@auth.get("/me", **SIGNED_IN)
async def me(session: SessionDep, actor: ActorDep) -> Me:
    """当前登录人及其权限"""
    place = await repository.division(session, actor.division_code)
    organization = await repository.organization(session, actor.organization_id)
    user = await session.get_one(User, actor.user_id)
    posts = await repository.current_posts(session, actor.user_id)
    return Me(
        username=actor.username,
        name=actor.name,
        division=DivisionBrief(code=place.code, name=place.name, level=place.level) if place else None,
        organization=organization.name if organization else None,
        roles=list(actor.roles),
        role_labels=[say(roles()[code].label) for code in actor.roles if code in roles()],
        permissions=sorted(actor.rights),
        must_change_password=user.must_change_password,
        must_enrol_second_factor=finder.must_enrol(user, compile_rights(posts)),
        second_factor=user.totp_confirmed,
        recovery_codes_left=len(user.recovery_indexes),
        demo=settings().demo,
    )


@auth.post("/password", **SIGNED_IN)
async def change_password(session: SessionDep, actor: ActorDep, form: PasswordChange) -> dict[str, bool]:
    """修改密码"""
    user = await repository.user_by_name(session, actor.username)
    if user is None or not passwords.is_right(user.password_hash, form.old_password):
        raise invalid("old_password", "原密码不正确")
    passwords.check_policy(form.new_password, actor.username)
    user.password_hash, user.password_changed_at = passwords.hash_password(form.new_password), now()
    user.must_change_password = False
    session.add(user)
    await record(session, actor, "user.change_password", subject=("user", actor.user_id))
    others = select(SignInSession).where(
        SignInSession.user_id == actor.user_id,
        SignInSession.id != actor.session_id,
        col(SignInSession.revoked_at).is_(None),
    )
    for other in await session.exec(others):
        other.revoked_at = now()
        session.add(other)
    await finder.announce(session)
    return {"changed": True}


@auth.get("/sessions", **SIGNED_IN)
async def list_sessions(session: SessionDep, actor: ActorDep) -> list[SessionRead]:
    """我的登录会话"""
    statement = select(SignInSession).where(
        SignInSession.user_id == actor.user_id,
        col(SignInSession.revoked_at).is_(None),
        col(SignInSession.expires_at) > now(),
    )
    rows = await session.exec(statement.order_by(col(SignInSession.created_at).desc()))
    return [SessionRead(**row.model_dump(), is_this_one=row.id == actor.session_id) for row in rows]


@auth.post("/sessions/{session_id}/revocation", **SIGNED_IN)
async def revoke_session(session: SessionDep, actor: ActorDep, session_id: str) -> dict[str, bool]:
    """注销一个登录会话"""
    await signing_in.revoke(session, actor, session_id)
    return {"revoked": True}


ROUTERS = (auth, *account_router.ROUTERS, *place_router.ROUTERS, *staff_router.ROUTERS)
