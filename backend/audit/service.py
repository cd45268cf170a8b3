"""Write the audit trail; every domain calls `record` inside the step that it records."""

from typing import Any

import orjson
from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import EntryKind
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.routes import Work
from backend.kernel.sign_in import current_actor

Subject = tuple[str, int | str]

_INSERT = text(
    "INSERT INTO audit_entry (kind, action, user_id, username, user_name, session_id, subject_kind, subject_id,"
    " division_code, purpose, details, chain, sequence, previous_hash, hash)"
    " VALUES (:kind, :action, :user_id, :username, :user_name, :session_id, :subject_kind, :subject_id,"
    " :division_code, :purpose, CAST(:details AS jsonb), 0, 0, '', '')"
)


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    subject: Subject | None,
    division_code: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Record that the actor did something; it stands or falls with the caller's transaction.

    `action` is `resource.verb`; the division is where it happened, by default the actor's own.
    """
    await _append(session, actor, EntryKind.DID, action, subject, division_code, details, None)


async def record_access(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    subject: Subject | None,
    purpose: str,
    division_code: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Record that the actor is about to see something protected; call before the text leaves the server."""
    await _append(session, actor, EntryKind.SAW, action, subject, division_code, details, purpose)


async def _append(
    session: AsyncSession,
    actor: Actor,
    kind: EntryKind,
    action: str,
    subject: Subject | None,
    division_code: str | None,
    details: dict[str, Any] | None,
    purpose: str | None,
) -> None:
    await session.execute(
        _INSERT,
        {
            "kind": kind.value,
            "action": action,
            "user_id": actor.user_id,
            "username": actor.username,
            "user_name": actor.name,
            "session_id": actor.session_id,
            "subject_kind": subject[0] if subject else None,
            "subject_id": str(subject[1]) if subject else None,
            "division_code": division_code or actor.division_code or settings().county_code,
            "purpose": purpose,
            "details": orjson.dumps(details or {}, default=str).decode(),
        },
    )


async def witness_export(request: Request, listing_name: str, query: dict[str, Any]) -> None:
    """Record that a list is about to leave the system, in the request's own unit of work."""
    work: Work = request.scope["ejia_work"]
    actor = await current_actor(request)
    await record_access(
        await work.session(),
        actor,
        f"{listing_name}.export",
        subject=None,
        purpose="导出",
        details={"query": query, "format": request.query_params.get("format", "xlsx")},
    )
