"""How the audit trail is listed."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from backend.audit.models import AuditEntry, EntryKind
from backend.audit.permissions import AuditPermission
from backend.audit.words import action_words, kind_words
from backend.kernel.actor import Actor
from backend.kernel.listing import Listing, ListQuery, at_least, at_most, equals, prefix
from backend.kernel.listing.definition import Row
from backend.kernel.scope import scope_of

_COLUMNS = AuditEntry.__table__.c  # type: ignore[attr-defined]


class AuditRow(BaseModel):
    """One line of the trail as people read it."""

    id: int = Field(title="编号")
    occurred_at: datetime = Field(title="时间")
    kind: EntryKind = Field(title="性质")
    action: str = Field(title="操作代码")
    action_label: str = Field(default="", title="操作")
    username: str = Field(title="用户名")
    user_name: str = Field(title="姓名")
    subject_kind: str | None = Field(title="对象代码")
    subject_kind_label: str = Field(default="", title="对象类型")
    subject_id: str | None = Field(title="对象编号")
    division_code: str = Field(title="行政区划")
    purpose: str | None = Field(title="查看事由")
    details: dict[str, Any] = Field(title="内容")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


class AuditQuery(ListQuery):
    """Filters of the trail."""

    kind: EntryKind | None = Field(default=None, title="性质")
    action: str | None = Field(default=None, title="操作", max_length=80)
    username: str | None = Field(default=None, title="用户名", max_length=60)
    subject_kind: str | None = Field(default=None, title="对象类型", max_length=60)
    subject_id: str | None = Field(default=None, title="对象编号", max_length=80)
    division_code: str | None = Field(default=None, title="行政区划", pattern=r"^\d{6,15}$")
    from_time: AwareDatetime | None = Field(default=None, title="起始时间")
    to_time: AwareDatetime | None = Field(default=None, title="截止时间")


def put_in_words(_: Actor, row: Row) -> None:
    """Say beside the codes what they mean."""
    row["action_label"] = action_words(row["action"])
    row["subject_kind_label"] = kind_words(row["subject_kind"])


LISTING = Listing(
    name="audit_entry",
    title="审计记录",
    permission=AuditPermission.READ,
    export_permission=AuditPermission.EXPORT,
    source=AuditEntry.__table__,  # type: ignore[attr-defined]
    key=_COLUMNS.id,
    columns={name: _COLUMNS[name] for name in AuditRow.model_fields if name in _COLUMNS},
    scope=scope_of(AuditEntry),
    row_model=AuditRow,
    filters={
        "kind": equals(_COLUMNS.kind),
        "action": equals(_COLUMNS.action),
        "username": equals(_COLUMNS.username),
        "subject_kind": equals(_COLUMNS.subject_kind),
        "subject_id": equals(_COLUMNS.subject_id),
        "division_code": prefix(_COLUMNS.division_code),
        "from_time": at_least(_COLUMNS.occurred_at),
        "to_time": at_most(_COLUMNS.occurred_at),
    },
    finish=put_in_words,
    search=lambda q: (
        _COLUMNS.action.like(q, escape="\\")
        | _COLUMNS.username.like(q, escape="\\")
        | _COLUMNS.user_name.like(q, escape="\\")
    ),
)
