"""Every SELECT of attachments."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.files.models import Attachment
from backend.files.permissions import FilePermission
from backend.files.schemas import AttachmentRead
from backend.kernel.actor import Actor
from backend.kernel.listing import Listing, ListQuery, equals, prefix
from backend.kernel.scope import get_visible, scope_of

_COLUMNS = Attachment.__table__.c  # type: ignore[attr-defined]


class AttachmentQuery(ListQuery):
    """Filters of the list of attachments."""

    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")
    subject_kind: str | None = Field(default=None, title="所属事项类别", max_length=40)
    subject_id: int | None = Field(default=None, title="所属事项编号", ge=1, le=9_223_372_036_854_775_807)
    media_type: str | None = Field(default=None, title="类型", max_length=100)


LISTING = Listing(
    name="file",
    title="附件",
    permission=FilePermission.READ,
    source=Attachment.__table__,  # type: ignore[attr-defined]
    key=_COLUMNS.id,
    columns={name: _COLUMNS[name] for name in AttachmentRead.model_fields if name in _COLUMNS},
    scope=scope_of(Attachment),
    row_model=AttachmentRead,
    filters={
        "division_code": prefix(_COLUMNS.division_code),
        "subject_kind": equals(_COLUMNS.subject_kind),
        "subject_id": equals(_COLUMNS.subject_id),
        "media_type": equals(_COLUMNS.media_type),
    },
    sortable={"name": _COLUMNS.name, "size": _COLUMNS.size, "created_at": _COLUMNS.created_at},
    search=lambda q: _COLUMNS.name.like(q, escape="\\"),
    actions=lambda _actor, _row: ["links"],
    option_label=_COLUMNS.name,
)


async def same_content(session: AsyncSession, digest: str) -> Attachment | None:
    """Return an earlier upload of the very same bytes."""
    return (await session.exec(select(Attachment).where(Attachment.digest == digest).limit(1))).first()


async def visible(session: AsyncSession, actor: Actor, file_id: int) -> Attachment:
    """Return an attachment that the actor may read; one's own uploads always are."""
    own = select(Attachment).where(Attachment.id == file_id, Attachment.uploaded_by == actor.user_id)
    row = (await session.exec(own)).one_or_none()
    return row or await get_visible(session, actor, Attachment, file_id, FilePermission.READ)


async def readable_ids(session: AsyncSession, actor: Actor, ids: Iterable[int]) -> set[int]:
    """Return which of these the actor may read: what other domains ask before they attach files to a matter."""
    allowed: Any = scope_of(Attachment).visible_to(actor, FilePermission.READ) | (
        col(Attachment.uploaded_by) == actor.user_id
    )
    found = await session.exec(select(Attachment.id).where(col(Attachment.id).in_(list(ids)), allowed))
    return {int(key) for key in found.all() if key is not None}


async def of_ids(session: AsyncSession, ids: Iterable[int]) -> list[Attachment]:
    """Return attachments in the order of their ids as given; whoever asks has the right to what they belong to."""
    wanted = list(ids)
    if not wanted:
        return []
    found = {row.id: row for row in await session.exec(select(Attachment).where(col(Attachment.id).in_(wanted)))}
    return [found[key] for key in wanted if key in found]
