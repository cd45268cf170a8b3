"""Keep organisations, rename and merge divisions; codes stay for good, so every old record keeps its place."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.service import record
from backend.identity import repository
from backend.identity.errors import DivisionClosed
from backend.identity.models import Division, DivisionChange, Organization
from backend.identity.permissions import IdentityPermission
from backend.identity.schemas import DivisionMerger, DivisionRenaming, OrganizationCreate, OrganizationUpdate
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, invalid
from backend.kernel.scope import check_version, get_visible


async def create_organization(session: AsyncSession, actor: Actor, form: OrganizationCreate) -> Organization:
    """Register an organisation."""
    actor.require(IdentityPermission.ORGANIZATION_KEEP, form.division_code)
    made = Organization(**form.model_dump())
    session.add(made)
    await session.flush()
    await record(
        session, actor, "organization.create", subject=("organization", made.id or 0),
        division_code=made.division_code, details={"name": made.name},
    )  # fmt: skip
    return made


async def update_organization(
    session: AsyncSession, actor: Actor, organization_id: int, form: OrganizationUpdate
) -> Organization:
    """Correct an organisation's data."""
    actor.require(IdentityPermission.ORGANIZATION_KEEP)
    found = await get_visible(
        session, actor, Organization, organization_id, IdentityPermission.ORGANIZATION_KEEP, lock=True
    )
    check_version(found, form.version)
    changes = form.model_dump(exclude_unset=True, exclude={"version"})
    for name, value in changes.items():
        setattr(found, name, value)
    session.add(found)
    await record(
        session, actor, "organization.update", subject=("organization", organization_id),
        division_code=found.division_code, details={"fields": sorted(changes)},
    )  # fmt: skip
    return found


async def rename(session: AsyncSession, actor: Actor, code: str, form: DivisionRenaming) -> Division:
    """Give a division another name; the old one stays in its history."""
    found = await _open_division(session, actor, code)
    before = {"name": found.name}
    found.name = form.name
    await _change(session, actor, found, "rename", before, {"name": form.name}, form.effective_on, form.reason)
    await _spell_full_names(session, code)
    await session.refresh(found)
    return found


async def merge(session: AsyncSession, actor: Actor, code: str, form: DivisionMerger) -> Division:
    """Close a division whose work another of the same level takes over; its records keep their code."""
    found = await _open_division(session, actor, code)
    target = await _open_division(session, actor, form.into)
    if target.code == found.code or target.level != found.level or target.parent_code != found.parent_code:
        raise invalid("into", "只能并入同一上级下的另一个同级区划")
    if await repository.has_open_division_below(session, code):
        raise invalid("into", "该区划下还有未并入的下级区划，请先办理下级")
    before: dict[str, Any] = {"valid_to": None}
    found.valid_to, found.merged_into = form.effective_on, target.code
    after = {"valid_to": form.effective_on, "merged_into": target.code}
    await _change(session, actor, found, "merge", before, after, form.effective_on, form.reason)
    return found


async def _open_division(session: AsyncSession, actor: Actor, code: str) -> Division:
    actor.require(IdentityPermission.DIVISION_KEEP)
    found = await session.get(Division, code, with_for_update=True)
    if found is None or not actor.reach(IdentityPermission.DIVISION_KEEP).covers(code):
        raise NotFound
    if found.valid_to is not None:
        raise DivisionClosed(name=found.full_name or found.name)
    return found


async def _change(
    session: AsyncSession, actor: Actor, division: Division, kind: str,
    before: dict[str, Any], after: dict[str, Any], effective_on: date, reason: str,
) -> None:  # fmt: skip
    division.version += 1
    session.add(division)
    session.add(
        DivisionChange(
            code=division.code,
            kind=kind,
            before=before,
            after=after,
            effective_on=effective_on,
            reason=reason,
            user_id=actor.user_id,
        )
    )
    await session.flush()
    await record(
        session, actor, f"division.{kind}", subject=("division", division.code),
        division_code=division.code, details={"before": before, "after": after},
    )  # fmt: skip


async def _spell_full_names(session: AsyncSession, code: str) -> None:
    """Write anew the full names of a division and all below it: names from the town down, as people say them."""
    await session.execute(
        text(
            "UPDATE division d SET full_name = coalesce((SELECT string_agg(a.name, '' ORDER BY a.code) FROM division a"
            " WHERE d.code LIKE a.code || '%' AND a.level <> 'county'), d.name)"
            " WHERE d.code >= :code AND d.code < :code || ':'"
        ),
        {"code": code},
    )
