"""Background work on cases: overdue ones go one level higher, notices end by themselves."""

import logging
from typing import Any

from sqlalchemy import text

from backend.cases import repository, service
from backend.kernel.clocks import CHINA
from backend.kernel.db import unit_of_work
from backend.kernel.errors import DomainError
from backend.kernel.jobs import Running, every, task
from backend.kernel.models import now

log = logging.getLogger("ejia.cases")
LADDER = ("town_clerk", "town_approver", "county_clerk", "supervisor")
"""经办 → 分管领导 → 县中心 → 联席会议: one rung a day."""

_RAISE = text(
    """
    INSERT INTO case_escalation (case_id, division_code, level, role, due_at, created_at)
    SELECT c.id, c.division_code, s.level, (CAST(:ladder AS text[]))[s.level], c.due_at, :now
    FROM "case" c
    CROSS JOIN LATERAL generate_series(
        1, least(cardinality(CAST(:ladder AS text[])),
                 1 + floor(extract(epoch FROM CAST(:now AS timestamptz) - c.due_at) / 86400)::int)
    ) AS s(level)
    WHERE c.open AND c.due_at < :now
    ON CONFLICT (case_id, due_at, level) DO NOTHING
    """
)


every("0 * * * *", "cases.end_notices")
every("10 * * * *", "cases.escalate")


@task("cases.escalate")
async def escalate(running: Running) -> dict[str, Any]:
    """Tell each overdue case to the next rung; running it again on the same day adds nothing."""
    moment = now()
    async with unit_of_work() as session:
        result = await session.execute(_RAISE, {"ladder": list(LADDER), "now": moment})
        raised = int(getattr(result, "rowcount", 0) or 0)
    await running.progress(1, 1, f"{moment.astimezone(CHINA):%Y-%m-%d}：提请督办{raised}条")
    return {"raised": raised}


@task("cases.end_notices")
async def end_notices(running: Running) -> dict[str, Any]:
    """Take down notices whose days are over and hand their cases on; one that is refused stays for a person."""
    moment = now()
    async with unit_of_work() as session:
        waiting = await repository.elapsed_notices(session, moment)
    ended = 0
    for done, case_id in enumerate(waiting, 1):
        try:
            async with unit_of_work() as session:
                ended += await service.end_notice(session, case_id, moment)
        except DomainError as refusal:
            log.warning("notice of case %s stays: %s", case_id, refusal)
        await running.progress(done, len(waiting), f"公示期满{len(waiting)}件，已结束{ended}件")
    return {"ended": ended, "kept": len(waiting) - ended}
