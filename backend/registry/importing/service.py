"""Take in a roster, and say how far it is."""

import base64
from collections.abc import Mapping
from typing import Any

import orjson
from anyio import to_thread
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.crypto import Suite, digest
from backend.kernel.errors import invalid
from backend.kernel.i18n import say
from backend.kernel.jobs import Job, enqueue
from backend.kernel.sealing import field_cipher
from backend.registry.importing.columns import BY_FIELD
from backend.registry.importing.reading import headings_in, open_sheet
from backend.registry.models import RosterImport, RosterMapping
from backend.registry.models.roster import ImportMode, ImportStatus
from backend.registry.permissions import RegistryPermission

TASK = "registry.import"
_CONTENT = "roster_import.content"


def sealed_content(content: bytes) -> bytes:
    """Encrypt an upload for the table."""
    return field_cipher().encrypt(base64.b64encode(content).decode(), _CONTENT)


def opened_content(stored: bytes) -> bytes:
    """Read an upload back."""
    return base64.b64decode(field_cipher().decrypt(stored, _CONTENT))


def owner_of(actor: Actor) -> str:
    """Return whose column mapping this is: the organisation's, or the person's own."""
    return f"organization:{actor.organization_id}" if actor.organization_id else f"user:{actor.user_id}"


async def remembered_mapping(session: AsyncSession, actor: Actor) -> dict[str, str]:
    """Return heading → field as used last time."""
    found = await session.get(RosterMapping, owner_of(actor))
    return dict(found.mapping) if found else {}


def read_mapping(given: str | None) -> dict[str, str]:
    """Read the mapping of the form: a JSON object heading → field, or a list of {heading, field}."""
    if not given:
        return {}
    try:
        mapping = orjson.loads(given)
    except orjson.JSONDecodeError:
        raise invalid("mapping", '列对应应为 JSON，例如 {"身份证": "id_number"}') from None
    if isinstance(mapping, list) and all(isinstance(pair, dict) for pair in mapping):
        mapping = {str(pair.get("heading")): pair["field"] for pair in mapping if pair.get("field")}
    if not isinstance(mapping, dict):
        raise invalid("mapping", '列对应应为 JSON，例如 {"身份证": "id_number"}')
    unknown = [str(name)[:30] for name in mapping.values() if name not in BY_FIELD]
    if unknown:
        raise invalid("mapping", f"没有这些字段：{'、'.join(unknown)}。可用的字段：{'、'.join(BY_FIELD)}")
    return {str(heading)[:100]: str(name) for heading, name in mapping.items()}


async def headings_of(session: AsyncSession, actor: Actor, content: bytes) -> dict[str, Any]:
    """Return the file's headings with what is known of them, for a clerk to complete."""
    if len(content) > settings().upload_megabytes_max * 1024 * 1024:
        raise invalid("file", f"文件超过 {settings().upload_megabytes_max} MB：请分成几个文件上传")
    remembered = await remembered_mapping(session, actor)
    headings, places = await to_thread.run_sync(headings_in, content, remembered)
    columns = [{"heading": text, "field": places.get(place)} for place, text in enumerate(headings) if text]
    missing = [c.heading for c in BY_FIELD.values() if c.required and c.field not in places.values()]
    choices = [{"value": c.field, "label": say(c.heading)} for c in BY_FIELD.values()]
    return {"columns": columns, "missing": missing, "choices": choices}


async def start(
    session: AsyncSession,
    actor: Actor,
    *,
    file_name: str,
    content: bytes,
    dry_run: bool,
    mode: ImportMode,
    mapping: Mapping[str, str],
    division_code: str | None,
) -> RosterImport:
    """Keep the upload and queue its work; a file that cannot be a roster is refused at once."""
    area = division_code or actor.division_code or settings().county_code
    actor.require(RegistryPermission.IMPORT, area)
    if len(content) > settings().upload_megabytes_max * 1024 * 1024:
        raise invalid("file", f"文件超过 {settings().upload_megabytes_max} MB：请分成几个文件上传")
    chosen = await remembered_mapping(session, actor) | dict(mapping)
    # Reading holds the interpreter for a moment; other requests go on meanwhile.
    await to_thread.run_sync(open_sheet, content, chosen)
    sum_ = digest(Suite[settings().crypto_suite], content).digest()
    roster = RosterImport(
        division_code=area,
        user_id=actor.user_id,
        organization_id=actor.organization_id,
        file_name=file_name[-200:],
        digest=sum_,
        content=sealed_content(content),
        dry_run=dry_run,
        mode=mode,
        mapping=chosen,
    )
    roster.message = await _imported_before(session, sum_, area)
    session.add(roster)
    await session.flush()
    job = await enqueue(session, actor, TASK, {"import_id": roster.id}, title=f"导入名册 {roster.file_name}")
    roster.job_id = job.id
    if mapping:
        await _remember(session, actor, chosen)
    await audit.record(
        session,
        actor,
        "household.import",
        subject=("roster_import", roster.id or 0),
        division_code=area,
        details={"file": roster.file_name, "digest": sum_.hex(), "dry_run": dry_run, "mode": mode},
    )
    await session.flush()
    return roster


async def _imported_before(session: AsyncSession, sum_: bytes, area: str) -> str | None:
    statement = (
        select(col(RosterImport.id))
        .where(
            RosterImport.digest == sum_,
            RosterImport.division_code == area,
            col(RosterImport.dry_run).is_(False),
            RosterImport.status == ImportStatus.DONE,
        )
        .order_by(col(RosterImport.id).desc())
        .limit(1)
    )
    found = (await session.exec(statement)).first()
    return f"同一文件此前已导入过（编号 {found}），内容未变的家庭不会重复登记" if found else None


async def _remember(session: AsyncSession, actor: Actor, mapping: Mapping[str, str]) -> None:
    await session.execute(
        text(
            "INSERT INTO roster_mapping (owner, mapping, used_at) VALUES (:owner, CAST(:mapping AS jsonb), now())"
            " ON CONFLICT (owner) DO UPDATE SET mapping = excluded.mapping, used_at = excluded.used_at"
        ),
        {"owner": owner_of(actor), "mapping": orjson.dumps(mapping).decode()},
    )


async def state_of(session: AsyncSession, roster: RosterImport) -> dict[str, Any]:
    """Return what the client is told about an import."""
    job = await session.get(Job, roster.job_id) if roster.job_id else None
    hidden = {"content", "digest", "user_id", "organization_id", "header_line"}
    return roster.model_dump(exclude=hidden) | {"progress": _progress(roster, job)}


def _progress(roster: RosterImport, job: Job | None) -> int:
    """Return how far the work is, in percent; it is at a hundred only when it has ended."""
    if roster.status in {ImportStatus.DONE, ImportStatus.FAILED}:
        return 100
    return min(job.done * 100 // job.total, 99) if job and job.total else 0


async def faults_of(session: AsyncSession, import_id: int) -> dict[int, list[tuple[str | None, str]]]:
    """Return line → (field, sentence) of an import."""
    rows = await session.execute(
        text("SELECT line, field, message FROM roster_fault WHERE import_id = :id ORDER BY line, id"), {"id": import_id}
    )
    found: dict[int, list[tuple[str | None, str]]] = {}
    for row in rows:
        found.setdefault(row.line, []).append((row.field, row.message))
    return found
