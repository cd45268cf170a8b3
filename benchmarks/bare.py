"""The reference: a bare asyncpg handler that lets PostgreSQL build the JSON. No sign-in, no rights, no masking."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.kernel.db import connection_arguments
from benchmarks.county import TOWN

CAP = 10_000
WHERE = "division_code >= $1 AND division_code < $2 AND residence = $3 AND status = $4"
COLUMNS = """h.id, h.number, h.head_name, h.member_count, h.residence, d.name AS division_name, h.division_code,
    h.address, h.phone_masked AS phone, h.income_per_capita_month::text AS income_per_capita_month, h.review_class,
    h.next_review_on, h.status, h.created_at, h.version"""
LIST = f"""
SELECT json_build_object(
    'items', (SELECT json_agg(row_to_json(r)) FROM (
        SELECT {COLUMNS} FROM household h LEFT JOIN division d ON d.code = h.division_code
        WHERE h.id IN (SELECT id FROM household WHERE {WHERE} ORDER BY income_per_capita_month, id LIMIT $5 OFFSET $6)
        ORDER BY h.income_per_capita_month, h.id) r),
    'total', (SELECT least(count(*), {CAP}) FROM (SELECT 1 FROM household WHERE {WHERE} LIMIT {CAP + 1}) c))::text
"""
MEMBER = (
    "m.id AS member_id, m.relation, m.included, m.insured, m.exclude_reason, m.joined_on, m.left_on, m.leave_reason"
)
PERSON = """p.id, p.name, p.id_type, p.id_number_masked AS id_number, p.sex, p.birth_date, p.phone_masked AS phone,
    p.nation, p.marital, p.education, p.political, p.occupation, p.health, p.disability_type, p.disability_level,
    p.disability_card_masked AS disability_card, p.labor_capacity, p.self_care, p.is_student, p.student_stage,
    p.has_support_obligor, p.obligor_able, p.in_institution, p.job_refusals, p.hukou_type, p.hukou_division, p.dead_on,
    p.division_code, p.version"""
ITEMS = ", ".join(
    f"""'{name}', (SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (
        SELECT i.*, p.name FROM {table} i LEFT JOIN person p ON p.id = i.person_id
        WHERE i.household_id = $1 ORDER BY i.id) r)"""
    for name, table in (
        ("incomes", "income_item"),
        ("deductions", "deduction_item"),
        ("properties", "property_item"),
        ("expenses", "expense_item"),
    )
)
DETAIL = f"""
SELECT json_build_object(
    'household', (SELECT row_to_json(r) FROM (SELECT {COLUMNS}, h.income_year::text, h.income_month::text,
        h.income_declared, h.property_declared, h.expense_declared, h.income_on, h.hardship_cause, h.housing_grade,
        h.property_result, h.employment_rise, h.gradual_exit_months
        FROM household h LEFT JOIN division d ON d.code = h.division_code WHERE h.id = $1) r),
    'members', (SELECT json_agg(row_to_json(r)) FROM (SELECT {MEMBER}, {PERSON} FROM household_member m
        JOIN person p ON p.id = m.person_id WHERE m.household_id = $1 ORDER BY m.id) r),
    'statuses', (SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (SELECT s.* FROM household_member m
        JOIN person_status s ON s.person_id = m.person_id WHERE m.household_id = $1 ORDER BY s.id) r),
    {ITEMS})::text
"""
INSERT_HOUSEHOLD = """
INSERT INTO household (number, division_code, residence, address, head_name, head_pinyin, member_names, member_count,
    income_declared, property_declared, expense_declared, income_year, income_month, income_per_capita_month, status)
VALUES (household_number('371623'), $1, $2, $3, $4, $5, $6, $7, true, false, false, $8::numeric, $8::numeric / 12, $8::numeric / 24, 'active')
RETURNING id, number"""
INSERT_PERSON = """
INSERT INTO person (name, name_pinyin, id_type, id_number_cipher, id_number_index, id_number_masked, sex, birth_date,
    division_code)
VALUES ($1, $2, 'citizen', $3, $3, $4, 'female', $5, $6) RETURNING id"""
INSERT_MEMBER = """
INSERT INTO household_member (household_id, person_id, relation, included, insured, joined_on, division_code)
VALUES ($1, $2, $3, true, true, current_date, $4)"""
INSERT_INCOME = """
INSERT INTO income_item (household_id, category, annual_amount, evidence, excluded, division_code)
VALUES ($1, $2, $3, 'promise', false, $4)"""
INSERT_AUDIT = """
INSERT INTO audit_entry (kind, action, user_id, username, user_name, session_id, subject_kind, subject_id,
    division_code, details, chain, sequence, previous_hash, hash)
VALUES ('did', 'household.register', 1, 'bare', 'bare', '', 'household', $1, $2, '{}', 0, 0, '', '')"""

SETTINGS = {"timezone": "Asia/Shanghai", "jit": "off"}
_pools: dict[str, "asyncpg.Pool[Any]"] = {}


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    place = connection_arguments(os.environ["EJIA_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"))
    # What is read or written by its key needs no plan of its own each time.
    for name, mode in (("list", await _quicker(place)), ("key", "force_generic_plan")):
        settings = SETTINGS | {"plan_cache_mode": mode}
        _pools[name] = await asyncpg.create_pool(
            **place, min_size=1, max_size=10, reset=_leave, server_settings=settings
        )
    yield
    for pool in _pools.values():
        await pool.close()


async def _quicker(place: dict[str, Any]) -> str:
    """Find which way of planning serves the list best at this size: no reference may be slow for a poor plan."""
    seconds = {}
    for mode in ("auto", "force_generic_plan", "force_custom_plan"):
        connection = await asyncpg.connect(**place, server_settings=SETTINGS | {"plan_cache_mode": mode})
        took = []
        for page in range(8):  # after five PostgreSQL may change its mind
            begun = time.perf_counter()
            await connection.fetchval(LIST, TOWN, TOWN + ":", "rural", "active", 20, 20 * page)
            took.append(time.perf_counter() - begun)
        seconds[mode] = min(took[-2:])
        await connection.close()
    return min(seconds, key=lambda mode: seconds[mode])


async def _leave(connection: Any) -> None:
    del connection


def _json(text: str | bytes, status: int = 200) -> Response:
    return Response(text, status, media_type="application/json")


async def list_households(request: Request) -> Response:
    asked = request.query_params
    size = int(asked.get("page_size", "20"))
    area = asked["division_code"]
    values = (area, area + ":", asked["residence"], asked["status"], size, (int(asked.get("page", "1")) - 1) * size)
    async with _pools["list"].acquire() as connection:
        return _json(await connection.fetchval(LIST, *values))


async def read_household(request: Request) -> Response:
    async with _pools["key"].acquire() as connection:
        return _json(await connection.fetchval(DETAIL, int(request.path_params["id"])))


async def create_household(request: Request) -> Response:
    from datetime import date
    from decimal import Decimal

    form = orjson.loads(await request.body())
    members, area = form["members"], form["division_code"]
    income = Decimal(form["incomes"][0]["annual_amount"])
    names = [m["name"] for m in members]
    async with _pools["key"].acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            INSERT_HOUSEHOLD,
            area,
            form["residence"],
            form["address"],
            names[0],
            "",
            " ".join(names),
            len(names),
            income,
        )
        for member in members:
            number = member["id_number"]
            born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
            person = await connection.fetchval(
                INSERT_PERSON, member["name"], "", number.encode(), number[:4] + "**********" + number[-4:], born, area
            )
            await connection.execute(INSERT_MEMBER, row["id"], person, member["relation"], area)
        await connection.execute(INSERT_INCOME, row["id"], form["incomes"][0]["category"], income, area)
        await connection.execute(INSERT_AUDIT, str(row["id"]), area)
    return _json(orjson.dumps({"id": row["id"], "number": row["number"]}), 201)


async def alive(_: Request) -> Response:
    return _json(b"{}")


app = Starlette(
    routes=[
        Route("/healthz", alive),
        Route("/api/v1/households", list_households),
        Route("/api/v1/households", create_household, methods=["POST"]),
        Route("/api/v1/households/{id:int}", read_household),
    ],
    lifespan=lifespan,
)
