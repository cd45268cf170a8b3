"""The audit trail over HTTP: read it, verify it, never change it."""

from backend.audit import service
from backend.audit.models import AuditEntry
from backend.audit.permissions import AuditPermission
from backend.audit.repository import LISTING, AuditQuery, AuditRow, put_in_words
from backend.audit.verification import AuditVerification, verify
from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.listing.routes import witnesses
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

if service.witness_export not in witnesses:
    witnesses.append(service.witness_export)

router = new_router("/audit-entries", "审计")
listing_routes(router, LISTING, AuditQuery)


@router.post("/verification", **needs(AuditPermission.VERIFY))
async def verify_trail(session: SessionDep, actor: ActorDep) -> AuditVerification:
    """校验全部审计链：逐条重算摘要，指出第一条被改动或缺失的记录。"""
    actor.require(AuditPermission.VERIFY)
    found = await verify(session)
    await service.record(
        session, actor, "audit_entry.verify", subject=None, details={"ok": found.ok, "entries": found.entries}
    )
    return found


@router.get("/{entry_id}", **needs(AuditPermission.READ))
async def read_entry(entry_id: RowId, session: SessionDep, actor: ActorDep) -> AuditRow:
    """查看一条审计记录。"""
    actor.require(AuditPermission.READ)
    found = await get_visible(session, actor, AuditEntry, entry_id, AuditPermission.READ)
    row = found.model_dump()
    put_in_words(actor, row)
    return AuditRow(**row)
