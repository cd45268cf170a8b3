"""What a user may do and why: each right, the post and role it comes through, and where it reaches."""

from collections import defaultdict

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity import repository
from backend.identity.models import Post, User
from backend.identity.rights import permissions_of, reach_of, roles
from backend.identity.schemas import Grant, RightRead, RightsRead
from backend.kernel.actor import NOWHERE
from backend.kernel.i18n import say
from backend.kernel.labels import LabelledEnum


def permission_labels() -> dict[str, str]:
    """Return every permission that any domain has declared, with its words."""
    found: dict[str, str] = {}
    declared: list[type[LabelledEnum]] = list(LabelledEnum.__subclasses__())
    for enum in declared:
        if enum.__module__.endswith(".permissions"):
            found |= enum.labels()
    return found


async def explain(session: AsyncSession, user: User) -> RightsRead:
    """List today's rights of a user, each with every post that gives it."""
    grants: dict[str, list[Grant]] = defaultdict(list)
    for post in await repository.current_posts(session, user.id or 0):
        role = roles().get(post.role)
        if role is None or reach_of(post) == NOWHERE:
            continue
        where = await _where(session, post)
        for permission in permissions_of(post.role):
            grants[permission].append(
                Grant(post_id=post.id or 0, role=post.role, role_label=say(role.label), reach=where)
            )
    labels = permission_labels()
    items = [
        RightRead(permission=name, label=say(labels.get(name, name)), grants=grants[name]) for name in sorted(grants)
    ]
    return RightsRead(user_id=user.id or 0, username=user.username, name=user.name, items=items)


async def _where(session: AsyncSession, post: Post) -> str:
    reach = reach_of(post)
    if reach.prefixes:
        place = await repository.division(session, reach.prefixes[0])
        return say("{name}及其下级", name=place.full_name if place else reach.prefixes[0])
    if reach.organizations:
        organization = await repository.organization(session, reach.organizations[0])
        return say("机构“{name}”的业务", name=organization.name if organization else str(reach.organizations[0]))
    return say("部门“{name}”的业务", name=reach.departments[0])
