"""Walk every chain of the audit trail inside the database and name the first row that does not fit."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel

from backend.kernel.db import unit_of_work
from backend.kernel.i18n import say

# One pass over the index (chain, sequence); the first fault in a chain is where somebody laid hands on it.
_WALK = text("""
WITH walked AS (
    SELECT e.id, e.chain, e.sequence, e.occurred_at,
           audit_entry_hash(e) <> e.hash AS altered,
           e.sequence <> row_number() OVER of_chain
           OR e.previous_hash <> coalesce(
               lag(e.hash) OVER of_chain, sha256(convert_to('audit chain ' || e.chain, 'UTF8'))) AS unlinked
    FROM audit_entry e
    WINDOW of_chain AS (PARTITION BY e.chain ORDER BY e.sequence)
), ends AS (
    SELECT c.chain, c.sequence, l.id
    FROM audit_chain c
    LEFT JOIN LATERAL (
        SELECT e.id, e.sequence, e.hash FROM audit_entry e WHERE e.chain = c.chain ORDER BY e.sequence DESC LIMIT 1
    ) l ON true
    WHERE c.sequence <> coalesce(l.sequence, 0)
       OR c.hash <> coalesce(l.hash, sha256(convert_to('audit chain ' || c.chain, 'UTF8')))
), faults AS (
    SELECT id, chain, sequence, CASE WHEN altered THEN 'altered' ELSE 'unlinked' END AS fault
    FROM walked WHERE altered OR unlinked
    UNION ALL SELECT id, chain, sequence, 'cut' FROM ends
)
SELECT (SELECT count(*) FROM audit_entry) AS entries,
       (SELECT count(*) FROM faults) AS fault_count,
       f.id, f.chain, f.sequence, f.fault
FROM (VALUES (1)) one LEFT JOIN LATERAL (
    SELECT * FROM faults ORDER BY fault = 'cut', id NULLS LAST, chain LIMIT 1
) f ON true
""")

_SENTENCES = {
    "altered": "审计记录 {id}（链 {chain} 第 {sequence} 条）的内容与其摘要不符：写入后被改动",
    "unlinked": "审计记录 {id}（链 {chain} 第 {sequence} 条）与前一条接不上：之前有记录被删除或改动",
    "cut": "审计链 {chain} 的末尾缺少记录：应有 {sequence} 条，现存最后一条编号为 {id}",
}


class AuditFault(SQLModel):
    """The first row that does not fit."""

    entry_id: int | None = Field(title="审计记录编号")
    chain: int = Field(title="链号")
    sequence: int = Field(title="链内序号")
    reason: str = Field(title="说明")


class AuditVerification(SQLModel):
    """What a walk over the whole trail found."""

    ok: bool = Field(title="是否完好")
    entries: int = Field(title="记录数")
    faults: int = Field(title="有问题的记录数")
    first_fault: AuditFault | None = Field(default=None, title="第一处问题")


async def verify(session: AsyncSession) -> AuditVerification:
    """Recompute every hash and link; seconds per million rows."""
    row = (await session.execute(_WALK)).one()
    if row.fault is None:
        return AuditVerification(ok=True, entries=row.entries, faults=0)
    reason = say(_SENTENCES[row.fault], id=row.id, chain=row.chain, sequence=row.sequence)
    fault = AuditFault(entry_id=row.id, chain=row.chain, sequence=row.sequence, reason=reason)
    return AuditVerification(ok=False, entries=row.entries, faults=row.fault_count, first_fault=fault)


async def verify_all() -> dict[str, Any]:
    """Verify in a transaction of its own, for the command line."""
    async with unit_of_work() as session:
        found = await verify(session)
    fault = found.first_fault
    return {"ok": found.ok, "entries": found.entries, "first_fault": fault.reason if fault else None}
