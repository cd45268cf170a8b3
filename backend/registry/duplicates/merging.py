"""Make one of two rows of one human being, and take them apart again when that was wrong."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.errors import Conflict, NotFound
from backend.kernel.i18n import say
from backend.kernel.listing import ListQuery
from backend.kernel.scope import get_visible
from backend.registry import repository
from backend.registry.duplicates.finding import twins
from backend.registry.duplicates.schemas import Preview
from backend.registry.errors import MergeRefused
from backend.registry.models import Person, PersonMerge
from backend.registry.permissions import RegistryPermission
from backend.registry.service.entering import FACTS, today

_MEMBER = "household_member"
_MOVED = {
    "income_item": "person_id",
    "deduction_item": "person_id",
    "property_item": "person_id",
    "expense_item": "person_id",
    "person_status": "person_id",
}


_MOVES = ("移动 {count} 条家庭成员关系", "移动 {count} 项收入、扣减、财产和支出", "移动 {count} 条身份")
_MOVING = text(
    "SELECT (SELECT count(*) FROM household_member WHERE person_id = :gone), "
    + " + ".join(
        f"(SELECT count(*) FROM {table} WHERE person_id = :gone)" for table in _MOVED if table != "person_status"
    )
    + ", (SELECT count(*) FROM person_status WHERE person_id = :gone)"
)
_MERGES = text(
    """
    SELECT m.merged_id AS id, m.kept_id, m.merged_id, m.reason, m.created_at, m.undone_on, u.name AS user_name,
           count(*) OVER () AS total
    FROM person_merge m LEFT JOIN user_account u ON u.id = m.user_id
    WHERE EXISTS (SELECT FROM unnest(CAST(:prefixes AS text[])) r(low)
                  WHERE m.division_code >= r.low AND m.division_code < r.low || ':')
    ORDER BY m.id DESC LIMIT :size OFFSET :skip
    """
)


async def merge(session: AsyncSession, actor: Actor, kept_id: int, merged_id: int, reason: str) -> PersonMerge:
    """Make one of two rows: everything of the second moves to the first, which is filled in where it knew nothing."""
    if kept_id == merged_id:
        raise MergeRefused(reason="请选择两条不同的人员记录")
    first, second = sorted((kept_id, merged_id))
    rows = {
        i: await get_visible(session, actor, Person, i, RegistryPermission.MERGE, lock=True) for i in (first, second)
    }
    kept, gone = rows[kept_id], rows[merged_id]
    _check(kept, gone)
    moved: dict[str, Any] = {"filled": _fill(kept, gone)}
    for table, column in _MOVED.items():
        moved[table] = await _ids(
            session, f"UPDATE {table} SET {column} = :kept WHERE {column} = :gone RETURNING id", kept_id, merged_id
        )
    # Where both are members of one household, the membership of the merged one ends instead.
    moved["ended"] = await _ids(
        session,
        "UPDATE household_member m SET left_on = greatest(current_date, m.joined_on), leave_reason = 'error'"
        " WHERE m.person_id = :gone AND m.left_on IS NULL AND EXISTS (SELECT 1 FROM household_member o"
        " WHERE o.person_id = :kept AND o.household_id = m.household_id AND o.left_on IS NULL) RETURNING m.id",
        kept_id,
        merged_id,
    )
    moved[_MEMBER] = await _ids(
        session,
        "UPDATE household_member SET person_id = :kept WHERE person_id = :gone AND id <> ALL(:ended) RETURNING id",
        kept_id,
        merged_id,
        ended=moved["ended"],
    )
    gone.merged_into_id = kept_id
    gone.version += 1
    kept.version += 1
    record = PersonMerge(
        kept_id=kept_id,
        merged_id=merged_id,
        division_code=kept.division_code,
        moved=moved,
        reason=reason,
        user_id=actor.user_id,
    )
    session.add(record)
    await _refresh(session, kept_id, merged_id)
    await _audit(session, actor, "person.merge", kept, merged_id=merged_id, reason=reason)
    return record


def _check(kept: Person, gone: Person) -> None:
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        raise MergeRefused(reason="其中一条记录已经并入其他人员")
    if kept.id_number_index and gone.id_number_index and kept.id_type == gone.id_type:
        raise MergeRefused(reason="两条记录各有一个有效证件号码，不是同一人；如号码登记有误，请先更正")
    if kept.birth_date and gone.birth_date and kept.birth_date != gone.birth_date:
        raise MergeRefused(reason="两条记录的出生日期不同，请先核实更正")


def _unknown(kept: Person, gone: Person) -> list[str]:
    """Return what only the merged row knows."""
    names = (*FACTS, "birth_date", "dead_on")
    return [name for name in names if getattr(kept, name) is None and getattr(gone, name) is not None]


def _fill(kept: Person, gone: Person) -> list[str]:
    """Copy what only the merged row knew; numbers stay with it."""
    filled = _unknown(kept, gone)
    for name in filled:
        setattr(kept, name, getattr(gone, name))
    return filled


async def unmerge(session: AsyncSession, actor: Actor, merged_id: int) -> PersonMerge:
    """Take a merge back: what moved goes back, what was filled in becomes unknown again."""
    statement = "SELECT id FROM person_merge WHERE merged_id = :id AND undone_on IS NULL ORDER BY id DESC LIMIT 1"
    record_id = await session.scalar(text(statement), {"id": merged_id})
    if record_id is None:
        raise NotFound
    record = await get_visible(session, actor, PersonMerge, record_id, RegistryPermission.MERGE, lock=True)
    kept = await session.get_one(Person, record.kept_id, with_for_update=True)
    gone = await session.get_one(Person, record.merged_id, with_for_update=True)
    if kept.merged_into_id is not None:
        raise Conflict(reason="保留的人员后来又并入了他人，请先撤销那一次合并")
    for table in (*_MOVED, _MEMBER):
        sql = f"UPDATE {table} SET person_id = :gone WHERE id = ANY(:ids) AND person_id = :kept"
        await session.execute(text(sql), {"gone": gone.id, "kept": kept.id, "ids": record.moved[table]})
    await session.execute(
        text("UPDATE household_member SET left_on = NULL, leave_reason = NULL WHERE id = ANY(:ids)"),
        {"ids": record.moved["ended"]},
    )
    for name in record.moved["filled"]:
        setattr(kept, name, None)
    gone.merged_into_id = None
    gone.version += 1
    kept.version += 1
    record.undone_on, record.undone_by = today(), actor.user_id
    await _refresh(session, record.kept_id, record.merged_id)
    await _audit(session, actor, "person.unmerge", kept, merged_id=record.merged_id)
    return record


async def _ids(session: AsyncSession, sql: str, kept: int, gone: int, **more: Any) -> list[int]:
    await session.flush()
    return list((await session.execute(text(sql), {"kept": kept, "gone": gone} | more)).scalars())


async def _refresh(session: AsyncSession, *person_ids: int) -> None:
    await session.flush()
    statement = text("SELECT DISTINCT household_id FROM household_member WHERE person_id = ANY(:ids)")
    households = list((await session.execute(statement, {"ids": list(person_ids)})).scalars())
    if households:
        await repository.refresh(session, *households)


async def _audit(session: AsyncSession, actor: Actor, action: str, kept: Person, **details: Any) -> None:
    await audit.record(
        session, actor, action, subject=("person", kept.id or 0), division_code=kept.division_code, details=details
    )


async def preview(session: AsyncSession, actor: Actor, kept_id: int, merged_id: int) -> Preview:
    """Say what a merge would do, without doing it: what moves, what is filled in, and why it would be refused."""
    rows = [await get_visible(session, actor, Person, id_, RegistryPermission.MERGE) for id_ in (kept_id, merged_id)]
    kept, gone = rows
    names = await twins(session, actor, [kept_id, merged_id])
    refused = None
    try:
        _check(kept, gone)
    except MergeRefused as refusal:
        refused = str(refusal)
    counts = await session.execute(_MOVING, {"gone": merged_id})
    lines = [say(sentence, count=count) for sentence, count in zip(_MOVES, counts.one(), strict=True) if count]
    filled = [str(Person.model_fields[name].title) for name in _unknown(kept, gone)]
    if filled:
        lines.append(say("补充资料：{fields}", fields="、".join(say(title) for title in filled)))
    return Preview(kept_name=names[kept_id]["name"], merged_name=names[merged_id]["name"], lines=lines, refused=refused)


async def merges(session: AsyncSession, actor: Actor, query: ListQuery) -> tuple[list[dict[str, Any]], int]:
    """Return the merges of the actor's area, newest first, with who can still be taken out again."""
    actor.require(RegistryPermission.MERGE)
    values = {
        "prefixes": list(actor.reach(RegistryPermission.MERGE).prefixes),
        "size": query.page_size,
        "skip": (query.page - 1) * query.page_size,
    }
    rows = [dict(row) for row in (await session.execute(_MERGES, values)).mappings()]
    people = await twins(session, actor, [row[name] for row in rows for name in ("kept_id", "merged_id")])
    for row in rows:
        row["kept_name"], row["merged_name"] = people[row["kept_id"]]["name"], people[row["merged_id"]]["name"]
        row["allowed_actions"] = [] if row["undone_on"] else ["unmerge"]
    return rows, rows[0]["total"] if rows else 0
