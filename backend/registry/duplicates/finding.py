"""Find pairs that may be one person, in one statement that starts from those whose number does not tell them apart."""

from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.scope import get_visible
from backend.registry import masking
from backend.registry.duplicates.schemas import DuplicateQuery
from backend.registry.errors import MergeRefused
from backend.registry.models import DuplicateDenial, Person
from backend.registry.permissions import RegistryPermission

ALIKE, NAMES_ALIKE = 0.4, 0.6
# Two valid citizen numbers are two people; so one of a pair stands in `uncertain`, a few of a hundred. Area by range of
# both rows: nobody sees whom they may not see.
_PAIRS = text(
    """
    WITH reach AS MATERIALIZED (SELECT unnest(CAST(:prefixes AS text[])) COLLATE "C" AS low),
    uncertain AS MATERIALIZED (
        SELECT p.id, p.name, p.sex, p.birth_date FROM person p JOIN reach r
          ON p.division_code >= r.low AND p.division_code < r.low || ':'
        WHERE p.merged_into_id IS NULL AND (p.id_number_index IS NULL OR p.id_type <> 'citizen')
    ), pairs AS (
        SELECT least(u.id, p.id) AS first_id, greatest(u.id, p.id) AS second_id
        FROM uncertain u JOIN person p ON p.birth_date = u.birth_date AND p.sex = u.sex AND p.id <> u.id
         AND p.merged_into_id IS NULL AND (p.name = u.name OR similarity(p.name, u.name) > :names_alike)
        GROUP BY 1, 2
    ), numbers AS (
        SELECT least(a.id, b.id) AS first_id, greatest(a.id, b.id) AS second_id
        FROM person a JOIN person b ON b.id_number_index = a.disability_holder_index AND b.id <> a.id
        WHERE a.disability_holder_index IS NOT NULL AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL
        GROUP BY 1, 2
    ), found AS (
        SELECT first_id, second_id, 'number' AS kind, 1.0::float8 AS likeness FROM numbers
        UNION ALL
        SELECT s.first_id, s.second_id, 'alike', round(similarity(x.address, y.address)::numeric, 2)::float8
        FROM pairs s CROSS JOIN LATERAL person_address(s.first_id) x(address)
        CROSS JOIN LATERAL person_address(s.second_id) y(address)
        WHERE similarity(x.address, y.address) > :alike
    )
    SELECT f.*, count(*) OVER () AS total FROM found f
    JOIN person a ON a.id = f.first_id AND EXISTS (SELECT FROM reach r WHERE a.division_code >= r.low
        AND a.division_code < r.low || ':')
    JOIN person b ON b.id = f.second_id AND EXISTS (SELECT FROM reach r WHERE b.division_code >= r.low
        AND b.division_code < r.low || ':')
    WHERE (CAST(:kind AS text) IS NULL OR f.kind = :kind)
      AND NOT EXISTS (SELECT FROM duplicate_denial d WHERE d.first_id = f.first_id AND d.second_id = f.second_id)
    ORDER BY f.likeness DESC, f.first_id, f.second_id LIMIT :size OFFSET :skip
    """
)
_TWINS = text(
    """
    SELECT p.id, p.name, p.id_type, p.id_number_masked AS id_number, p.sex, p.birth_date, p.phone_masked AS phone,
           p.phone_cipher, d.name AS division_name,
           ARRAY(SELECT h.head_name || '户 ' || coalesce(h.address, '') FROM household_member m
                 JOIN household h ON h.id = m.household_id WHERE m.person_id = p.id AND m.left_on IS NULL) AS homes
    FROM person p LEFT JOIN division d ON d.code = p.division_code WHERE p.id = ANY(:ids)
    """
)


async def find(session: AsyncSession, actor: Actor, query: DuplicateQuery) -> tuple[list[dict[str, Any]], int]:
    """Return pairs that may be one human being, most alike first, with both persons masked."""
    actor.require(RegistryPermission.MERGE)
    values = {
        "prefixes": list(actor.reach(RegistryPermission.MERGE).prefixes),
        "alike": ALIKE,
        "names_alike": NAMES_ALIKE,
        "kind": query.kind.value if query.kind else None,
        "size": query.page_size,
        "skip": (query.page - 1) * query.page_size,
    }
    pairs = (await session.execute(_PAIRS, values)).mappings().all()
    people = await twins(session, actor, [pair[name] for pair in pairs for name in ("first_id", "second_id")])
    found = [
        {
            "id": pair["second_id"],
            "kind": pair["kind"],
            "likeness": pair["likeness"],
            "first": people[pair["first_id"]],
            "second": people[pair["second_id"]],
            "allowed_actions": ["merge", "denial"],
        }
        for pair in pairs
    ]
    return found, pairs[0]["total"] if pairs else 0


async def twins(session: AsyncSession, actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return persons with their households, masked for the actor."""
    people = {row["id"]: dict(row) for row in (await session.execute(_TWINS, {"ids": ids})).mappings()}
    for person in people.values():
        masking.mask_person(actor, person)
    return people


async def deny(session: AsyncSession, actor: Actor, person_id: int, other_id: int, reason: str) -> None:
    """Say that two persons are two: the pair is not shown again."""
    if person_id == other_id:
        raise MergeRefused(reason="请选择两条不同的人员记录")
    for id_ in sorted((person_id, other_id)):
        person = await get_visible(session, actor, Person, id_, RegistryPermission.MERGE)
    first, second = sorted((person_id, other_id))
    if await session.get(DuplicateDenial, (first, second)) is None:
        session.add(DuplicateDenial(first_id=first, second_id=second, reason=reason, user_id=actor.user_id))
    await audit.record(
        session,
        actor,
        "person.deny_duplicate",
        subject=("person", person_id),
        division_code=person.division_code,
        details={"other_id": other_id, "reason": reason},
    )
