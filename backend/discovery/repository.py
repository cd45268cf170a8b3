"""The SELECTs of discovery beside its list."""

from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.discovery.permissions import LeadPermission as P
from backend.identity.models import Post, User, UserStatus
from backend.identity.repository import today
from backend.identity.rights import permissions_of, roles
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of

ASSIGNEES_MAX = 100


async def assignees(session: AsyncSession, actor: Actor, term: str | None) -> list[dict[str, Any]]:
    """Return who can be sent: staff in the actor's area whose post may check a lead today."""
    able = [code for code in roles() if str(P.VERIFY) in permissions_of(code)]
    statement = (
        select(User.id, User.name, Post.role)
        .join(Post, col(Post.user_id) == User.id)
        .where(
            User.status == UserStatus.ACTIVE,
            col(Post.role).in_(able),
            col(Post.valid_from) <= today(),
            or_(col(Post.valid_to).is_(None), col(Post.valid_to) > today()),
            scope_of(Post).visible_to(actor, P.ASSIGN),
        )
        .order_by(col(User.name), col(User.id))
        .limit(ASSIGNEES_MAX)
    )
    if term:
        statement = statement.where(col(User.name).contains(term, autoescape=True))
    return [
        {"value": user_id, "label": f"{name}（{roles()[role].label}）"}
        for user_id, name, role in (await session.exec(statement)).all()
    ]
