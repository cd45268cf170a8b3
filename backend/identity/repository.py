"""Every SELECT on identity."""

from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import Division, Organization, Post, SignInSession, User
from backend.kernel.clocks import CHINA
from backend.kernel.models import now


def today() -> date:
    """Return the date in China."""
    return datetime.now(CHINA).date()


async def user_by_name(session: AsyncSession, username: str) -> User | None:
    """Return the user, locked, so that two failures at once are counted as two."""
    statement = select(User).where(User.username == username).with_for_update()
    return (await session.exec(statement)).one_or_none()


async def current_posts(session: AsyncSession, user_id: int, on: date | None = None) -> list[Post]:
    """Return the posts a user holds on a day."""
    day = on or today()
    statement = select(Post).where(
        Post.user_id == user_id,
        col(Post.valid_from) <= day,
        or_(col(Post.valid_to).is_(None), col(Post.valid_to) > day),
    )
    return list(await session.exec(statement.order_by(col(Post.id))))


async def live_session(session: AsyncSession, session_id: str) -> SignInSession | None:
    """Return the sign-in unless it was revoked or has expired."""
    statement = select(SignInSession).where(
        SignInSession.id == session_id,
        col(SignInSession.revoked_at).is_(None),
        col(SignInSession.expires_at) > now(),
    )
    return (await session.exec(statement)).one_or_none()


async def division(session: AsyncSession, code: str | None) -> Division | None:
    """Return a division by its code."""
    return await session.get(Division, code) if code else None


async def organization(session: AsyncSession, organization_id: int | None) -> Organization | None:
    """Return an organisation by its id."""
    return await session.get(Organization, organization_id) if organization_id else None
