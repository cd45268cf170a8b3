"""Background work of the registry."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.db import unit_of_work
from backend.kernel.errors import DomainError
from backend.kernel.jobs import Running, task
from backend.kernel.models import now
from backend.registry import repository
from backend.registry.importing.cells import Villages
from backend.registry.importing.households import Batch, Fault, read_households
from backend.registry.importing.reading import Sheet, open_sheet
from backend.registry.importing.service import TASK, opened_content
from backend.registry.importing.writing import Writer, Written
from backend.registry.models import RosterImport
from backend.registry.models.roster import ImportMode, ImportStatus

DRY = "仅校验，没有写入任何家庭；正式导入将新建 {0.created} 户、更新 {0.changed} 户，{0.unchanged} 户没有变化"
NOTHING = "有 {rejected} 行未通过校验，按“全部通过才导入”没有写入任何家庭"


@dataclass(slots=True)
class _Found:
    """What an import has come to so far."""

    rows: int = 0
    rejected: int = 0
    written: Written = field(default_factory=Written)


@task(TASK)
async def import_roster(job: Running) -> dict[str, Any]:
    """Take in a roster in one transaction: a killed worker leaves nothing behind, and the next begins anew."""
    import_id = int(job.payload["import_id"])
    try:
        async with unit_of_work() as session:
            # One after the other: two rosters may name the same people.
            await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('roster_import'))"))
            roster = await session.get_one(RosterImport, import_id)
            if roster.status is not ImportStatus.DONE:
                await _begin(import_id)
                await _take_in(session, job, roster)
            result = {"import_id": import_id, "accepted": roster.accepted, "rejected": roster.rejected}
    except DomainError as fault:
        await _fail(import_id, fault)
        raise
    return result


async def _begin(import_id: int) -> None:
    """Say that the work goes on, in a transaction of its own; faults of an earlier attempt are found anew."""
    async with unit_of_work() as session:
        await session.execute(text("DELETE FROM roster_fault WHERE import_id = :id"), {"id": import_id})
        roster = await session.get_one(RosterImport, import_id)
        roster.status = ImportStatus.WORKING


async def _take_in(session: AsyncSession, job: Running, roster: RosterImport) -> None:
    sheet = await to_thread.run_sync(open_sheet, opened_content(bytes(roster.content)), roster.mapping)
    places = await repository.places_within(session, roster.division_code)
    batches = read_households(sheet, Villages(places))
    found = _Found()
    async with session.begin_nested() as trial:
        await _write(session, job, roster, sheet, batches, found)
        if roster.dry_run:
            await trial.rollback()
            roster.message = DRY.format(found.written)
        elif found.rejected and roster.mode is ImportMode.ALL_OR_NOTHING:
            await trial.rollback()
            roster.message = NOTHING.format(rejected=found.rejected)
            found = _Found(rows=found.rows, rejected=found.rows)
    roster.columns, roster.header_line = list(sheet.places.values()), sheet.header + 1
    roster.rows, roster.accepted, roster.rejected = found.rows, found.rows - found.rejected, found.rejected
    roster.created_households, roster.changed_households = found.written.created, found.written.changed
    roster.unchanged_households = found.written.unchanged
    roster.status, roster.finished_at = ImportStatus.DONE, now()


async def _write(
    session: AsyncSession,
    job: Running,
    roster: RosterImport,
    sheet: Sheet,
    batches: Iterator[Batch],
    found: _Found,
) -> None:
    raw = await (await session.connection()).get_raw_connection()
    writer = Writer(raw.driver_connection, roster.id or 0, roster.division_code)
    await writer.open()
    total = max(sheet.count - sheet.header - 1, 0)
    coming = _reading(batches)
    try:
        while (batch := await coming) is not None:
            await writer.stage(batch)
            # Not before: reading and staging both want the interpreter, writing leaves it to the next batch.
            coming = _reading(batches)
            await writer.write(batch)
            await _keep_faults(roster.id or 0, batch.faults)
            found.rows += batch.rows
            found.rejected += batch.rejected
            await job.progress(found.rows, total, "正在导入")
    finally:
        coming.cancel()
    found.written = writer.written


def _reading(batches: Iterator[Batch]) -> asyncio.Task[Batch | None]:
    """Read the next batch in a thread."""
    return asyncio.create_task(asyncio.to_thread(next, batches, None))


async def _keep_faults(import_id: int, faults: list[Fault]) -> None:
    """Write faults in a transaction of their own: they stay when the households are taken back."""
    if not faults:
        return
    async with unit_of_work() as session:
        raw = await (await session.connection()).get_raw_connection()
        assert raw.driver_connection is not None  # noqa: S101
        await raw.driver_connection.copy_records_to_table(
            "roster_fault",
            records=[(import_id, *fault) for fault in faults],
            columns=("import_id", "line", "field", "message"),
        )


async def _fail(import_id: int, fault: DomainError) -> None:
    sentences = "；".join(sentence for _, sentence in fault.field_errors) or str(fault)
    async with unit_of_work() as session:
        roster = await session.get_one(RosterImport, import_id, with_for_update=True)
        roster.status, roster.message, roster.finished_at = ImportStatus.FAILED, sentences, now()
