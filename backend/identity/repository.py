"""Every SELECT on identity."""

from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import Division, DivisionChange, Organization, Post, SignInSession, User
from backend.kernel.clocks import CHINA
from backend.kernel.identifiers.divisions import ancestor_codes
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


async def overlapping_posts(session: AsyncSession, user_id: int, valid_from: date, valid_to: date | None) -> list[Post]:
    """Return the posts a user holds on any day of a span."""
    statement = select(Post).where(
        Post.user_id == user_id, or_(col(Post.valid_to).is_(None), col(Post.valid_to) > valid_from)
    )
    if valid_to is not None:
        statement = statement.where(col(Post.valid_from) < valid_to)
    return list(await session.exec(statement))


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


async def open_divisions(session: AsyncSession) -> list[tuple[str, str, str | None]]:
    """Return code, name and parent of every division in use, each after its parent."""
    statement = select(Division.code, Division.name, Division.parent_code)
    rows = await session.exec(statement.where(col(Division.valid_to).is_(None)).order_by(col(Division.code)))
    return [(code, name, parent) for code, name, parent in rows]


async def divisions_above(session: AsyncSession, code: str) -> list[Division]:
    """Return the divisions in which this one lies, county first."""
    statement = select(Division).where(col(Division.code).in_(ancestor_codes(code)))
    return list(await session.exec(statement.order_by(col(Division.code))))


async def division_history(session: AsyncSession, code: str) -> list[tuple[DivisionChange, str | None]]:
    """Return renamings and mergers of a division, and what was merged into it, each with who did it, oldest first."""
    into_it = col(DivisionChange.after)["merged_into"].astext == code
    statement = select(DivisionChange, User.name).outerjoin(User, col(User.id) == col(DivisionChange.user_id))
    statement = statement.where(or_(col(DivisionChange.code) == code, into_it))
    return list(await session.exec(statement.order_by(col(DivisionChange.id))))


async def has_open_division_below(session: AsyncSession, code: str) -> bool:
    """Whether a division still has one in use under it."""
    statement = select(Division.code).where(Division.parent_code == code, col(Division.valid_to).is_(None))
    return (await session.exec(statement.limit(1))).first() is not None
