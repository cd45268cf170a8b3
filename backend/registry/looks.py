"""Who looked at a person: at their file, at that of a household of theirs, at a number in full."""

from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.labels import LabelledEnum


class LookKind(LabelledEnum):
    """What somebody looked at."""

    PERSON = "person", "人员档案（脱敏）"
    HOUSEHOLD = "household", "家庭档案（脱敏）"
    NUMBER = "person.reveal", "完整号码"
    LOOKUP = "lookup.read", "一证通查"
    OTHER = "other", "其他查看"


class Look(BaseModel):
    """One look of one person."""

    occurred_at: datetime = Field(title="时间")
    user_name: str = Field(title="查看人")
    username: str = Field(title="用户名")
    kind: LookKind = Field(title="查看内容")
    purpose: str | None = Field(title="用途")


_LOOKS = text(
    """
    WITH homes AS (SELECT household_id AS id FROM household_member WHERE person_id = :id)
    SELECT *, count(*) OVER () AS total FROM (
        SELECT occurred_at, user_name, username, subject_kind AS kind, NULL AS purpose FROM access_record
        WHERE (subject_kind = 'person' AND subject_id = :id)
           OR (subject_kind = 'household' AND subject_id IN (SELECT id FROM homes))
        UNION ALL
        SELECT occurred_at, user_name, username, action, purpose FROM audit_entry
        WHERE kind = 'saw' AND ((subject_kind = 'person' AND subject_id = :text_id)
           OR (subject_kind = 'household' AND subject_id IN (SELECT CAST(id AS text) FROM homes)))
    ) each ORDER BY occurred_at DESC LIMIT :size OFFSET :skip
    """
)


async def read(session: AsyncSession, person_id: int, page: int, size: int) -> tuple[list[Look], int]:
    """Return who looked at the person or at a household of theirs, newest first."""
    values = {"id": person_id, "text_id": str(person_id), "size": size, "skip": (page - 1) * size}
    rows = (await session.execute(_LOOKS, values)).mappings().all()
    known = LookKind.labels()
    looks = [Look(**dict(row) | {"kind": row["kind"] if row["kind"] in known else LookKind.OTHER}) for row in rows]
    return looks, rows[0]["total"] if rows else 0
