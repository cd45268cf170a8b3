"""Keep the policy library."""

from collections.abc import AsyncIterator, Collection

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue import repository
from backend.catalogue.errors import NoSuchAttachment
from backend.catalogue.models import PolicyClause, PolicyDocument
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.schemas import (
    ClauseIn,
    PolicyAttachment,
    PolicyDocumentCreate,
    PolicyDocumentOut,
    PolicyDocumentUpdate,
)
from backend.files import repository as files
from backend.files import service as file_service
from backend.files.models import Attachment
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.errors import invalid
from backend.kernel.scope import check_version, get_visible


async def enter(session: AsyncSession, actor: Actor, form: PolicyDocumentCreate) -> PolicyDocument:
    """Enter an instrument with its articles."""
    actor.require(CataloguePermission.POLICY_EDIT)
    await _check_attachments(session, actor, form.attachment_ids)
    document = PolicyDocument.model_validate(form.model_dump(exclude={"clauses"}))
    _check_dates(document)
    session.add(document)
    await session.flush()
    _add_clauses(session, document, form.clauses)
    await session.flush()
    await audit.record(session, actor, "policy.enter", subject=("policy", document.id or 0))
    return document


async def amend(session: AsyncSession, actor: Actor, document_id: int, form: PolicyDocumentUpdate) -> PolicyDocument:
    """Change what is known about an instrument; articles given replace all articles."""
    actor.require(CataloguePermission.POLICY_EDIT)
    document = await get_visible(
        session, actor, PolicyDocument, document_id, CataloguePermission.POLICY_READ, lock=True
    )
    check_version(document, form.version)
    changes = form.model_dump(exclude_unset=True, exclude={"version", "clauses"})
    await _check_attachments(session, actor, set(form.attachment_ids or ()) - set(document.attachment_ids))
    for name, value in changes.items():
        setattr(document, name, value)
    _check_dates(document)
    if form.clauses is not None:
        await session.execute(delete(PolicyClause).where(col(PolicyClause.document_id) == document_id))
        _add_clauses(session, document, form.clauses)
    await session.flush()
    await audit.record(
        session, actor, "policy.amend", subject=("policy", document_id), details={"changed": sorted(changes)}
    )
    return document


async def read(session: AsyncSession, actor: Actor, document_id: int) -> PolicyDocumentOut:
    """Return an instrument with its articles."""
    document = await get_visible(session, actor, PolicyDocument, document_id, CataloguePermission.POLICY_READ)
    clauses = await repository.clauses_of(session, document_id)
    return PolicyDocumentOut(
        **document.model_dump(exclude={"search"}),
        clauses=[ClauseIn(label=c.label, text=c.text) for c in clauses],
        attachments=[
            PolicyAttachment(file_id=row.id or 0, **row.model_dump(include={"name", "size", "uploader", "created_at"}))
            for row in await files.of_ids(session, document.attachment_ids)
        ],
        allowed_actions=["edit"] if actor.may(CataloguePermission.POLICY_EDIT) else [],
    )


async def open_attachment(
    session: AsyncSession, actor: Actor, document_id: int, file_id: int
) -> tuple[Attachment, AsyncIterator[bytes]]:
    """Return a file of an instrument to whoever may read the instrument, wherever it was uploaded."""
    document = await get_visible(session, actor, PolicyDocument, document_id, CataloguePermission.POLICY_READ)
    if file_id not in document.attachment_ids:
        raise NoSuchAttachment
    return await file_service.content_attached(session, actor, file_id, settings().county_code)


async def _check_attachments(session: AsyncSession, actor: Actor, ids: Collection[int]) -> None:
    """Let nobody publish by an instrument what they may not read themselves."""
    if set(ids) - await files.readable_ids(session, actor, ids):
        raise invalid("attachment_ids", "有的附件不存在或无权查看，请重新上传")


def _check_dates(document: PolicyDocument) -> None:
    begin, end = document.in_force_from, document.in_force_to
    if begin and end and end <= begin:
        raise invalid("in_force_to", "失效日期必须晚于施行日期")


def _add_clauses(session: AsyncSession, document: PolicyDocument, clauses: list[ClauseIn]) -> None:
    for position, clause in enumerate(clauses, 1):
        session.add(PolicyClause(document_id=document.id or 0, position=position, label=clause.label, text=clause.text))
