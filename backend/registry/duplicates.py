"""Two rows of one human being: found by what they share, made one by hand, taken apart again when that was wrong."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.errors import Conflict, NotFound
from backend.kernel.scope import get_visible
from backend.registry import repository
from backend.registry.errors import MergeRefused
from backend.registry.models import Person, PersonMerge
from backend.registry.permissions import RegistryPermission
from backend.registry.service.entering import FACTS, today

ALIKE = 0.4
# Each pair once, the older row first. Area by range of both rows: nobody sees whom they may not see.
_AREA = "{a}.division_code >= :low AND {a}.division_code < :high"
_BOTH = f"{_AREA.format(a='a')} AND {_AREA.format(a='b')} AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL"
_ADDRESS = """SELECT coalesce(string_agg(h.division_code || ' ' || coalesce(h.address, ''), '|'), '') AS address
    FROM household_member m JOIN household h ON h.id = m.household_id
    WHERE m.person_id = {who}.id AND m.left_on IS NULL"""
_PAIRS = f"""
    SELECT least(a.id, b.id) AS first_id, greatest(a.id, b.id) AS second_id, 'number' AS kind, 1.0::float8 AS likeness
    FROM person a JOIN person b ON b.disability_holder_index = a.id_number_index AND b.id <> a.id
    WHERE {_BOTH}
    UNION ALL
    SELECT a.id, b.id, 'alike', round(similarity(x.address, y.address)::numeric, 2)::float8
    FROM person a
    JOIN person b ON b.birth_date = a.birth_date AND b.id > a.id AND b.sex = a.sex
     AND (b.name = a.name OR similarity(b.name, a.name) > 0.6)
    CROSS JOIN LATERAL ({_ADDRESS.format(who="a")}) x
    CROSS JOIN LATERAL ({_ADDRESS.format(who="b")}) y
    WHERE {_BOTH} AND similarity(x.address, y.address) > :alike
     AND NOT (a.id_number_index IS NOT NULL AND b.id_number_index IS NOT NULL AND a.id_type = 'citizen'
              AND b.id_type = 'citizen')
"""
_MEMBER = "household_member"
_MOVED = {
    "income_item": "person_id",
    "deduction_item": "person_id",
    "property_item": "person_id",
    "expense_item": "person_id",
    "person_status": "person_id",
}


async def find(session: AsyncSession, actor: Actor, page: int, page_size: int) -> tuple[list[dict[str, Any]], int]:
    """Return pairs that may be one human being, most alike first, with both persons masked."""
    actor.require(RegistryPermission.MERGE)
    prefixes = actor.reach(RegistryPermission.MERGE).prefixes
    pairs: dict[tuple[int, int], dict[str, Any]] = {}
    for prefix in prefixes:
        values = {"low": prefix, "high": prefix + ":", "alike": ALIKE}
        for row in (await session.execute(text(_PAIRS), values)).mappings():
            pairs.setdefault((row["first_id"], row["second_id"]), dict(row))
    ordered = sorted(pairs.values(), key=lambda p: (-p["likeness"], p["first_id"], p["second_id"]))
    shown = ordered[(page - 1) * page_size : page * page_size]
    found = []
    for pair in shown:
        people = [await repository.person_detail(session, actor, pair[name]) for name in ("first_id", "second_id")]
        found.append(
            {
                "id": pair["second_id"],
                "kind": pair["kind"],
                "likeness": pair["likeness"],
                "first": people[0],
                "second": people[1],
                "allowed_actions": ["merge"],
            }
        )
    return found, len(ordered)


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


def _fill(kept: Person, gone: Person) -> list[str]:
    """Copy what only the merged row knew; numbers stay with it, except a number where there was none."""
    filled = []
    for name in (*FACTS, "birth_date", "dead_on"):
        if getattr(kept, name) is None and getattr(gone, name) is not None:
            setattr(kept, name, getattr(gone, name))
            filled.append(name)
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
