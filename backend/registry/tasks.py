"""Background work of the registry."""

from typing import Any

from anyio import to_thread

from backend.kernel.db import unit_of_work
from backend.kernel.errors import DomainError
from backend.kernel.jobs import Running, task
from backend.kernel.models import now
from backend.registry.importing.checking import check
from backend.registry.importing.reading import Sheet, open_sheet
from backend.registry.importing.service import TASK, opened_content
from backend.registry.importing.staging import stage
from backend.registry.importing.writing import write
from backend.registry.models import RosterImport
from backend.registry.models.roster import ImportMode, ImportStatus


@task(TASK)
async def import_roster(job: Running) -> dict[str, Any]:
    """Read, check and write a roster; each stage commits, so that a second attempt goes on after a crash."""
    import_id = int(job.payload["import_id"])
    try:
        await _read(job, import_id)
        await _check(job, import_id)
        await _write(job, import_id)
    except DomainError as fault:
        await _fail(import_id, fault)
        raise
    async with unit_of_work() as session:
        roster = await session.get_one(RosterImport, import_id)
        return {"import_id": import_id, "accepted": roster.accepted, "rejected": roster.rejected}


async def _read(job: Running, import_id: int) -> None:
    async with unit_of_work() as session:
        roster = await session.get_one(RosterImport, import_id, with_for_update=True)
        if roster.status not in {ImportStatus.WAITING, ImportStatus.READING, ImportStatus.FAILED}:
            return
        content = opened_content(bytes(roster.content))
        sheet: Sheet = await to_thread.run_sync(open_sheet, content, roster.mapping)
        del content
        roster.columns = list(sheet.places.values())
        roster.header_line = sheet.header + 1
        roster.rows = await stage(session, job, import_id, sheet)
        roster.status = ImportStatus.CHECKING


async def _check(job: Running, import_id: int) -> None:
    async with unit_of_work() as session:
        roster = await session.get_one(RosterImport, import_id, with_for_update=True)
        if roster.status is not ImportStatus.CHECKING:
            return
        await job.progress(roster.rows, roster.rows * 3, "正在校验")
        roster.accepted, roster.rejected = await check(session, import_id, roster.division_code)
        roster.status = ImportStatus.WRITING


async def _write(job: Running, import_id: int) -> None:
    async with unit_of_work() as session:
        roster = await session.get_one(RosterImport, import_id, with_for_update=True)
        if roster.status is not ImportStatus.WRITING:
            return
        await job.progress(roster.rows * 2, roster.rows * 3, "正在写入")
        if roster.rejected and roster.mode is ImportMode.ALL_OR_NOTHING:
            roster.message = f"有 {roster.rejected} 行未通过校验，按“全部通过才导入”没有写入任何家庭"
            roster.accepted, roster.rejected = 0, roster.rows
        elif roster.dry_run:
            roster.message = "仅校验，没有写入任何家庭"
        else:
            written = await write(session, import_id, roster.division_code)
            roster.created_households, roster.changed_households = written.created, written.changed
            roster.unchanged_households = written.unchanged
        roster.status = ImportStatus.DONE
        roster.finished_at = now()
    await job.progress(roster.rows * 3, roster.rows * 3, "已完成")


async def _fail(import_id: int, fault: DomainError) -> None:
    sentences = "；".join(sentence for _, sentence in fault.field_errors) or str(fault)
    async with unit_of_work() as session:
        roster = await session.get_one(RosterImport, import_id, with_for_update=True)
        roster.status, roster.message, roster.finished_at = ImportStatus.FAILED, sentences, now()
