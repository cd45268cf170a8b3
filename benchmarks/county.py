"""The measured installation: an own durable server, the demo county's basics, and as many households as asked for."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

TOWN = "371623109"
# Rows from this number on have no members: a detail is measured on the households before it.
WITH_MEMBERS = 20_000
BULK = 500_000

DIVISIONS = (
    "CREATE TEMP TABLE v AS SELECT code, row_number() OVER () - 1 AS place FROM division WHERE length(code) = 15"
)
HOUSEHOLDS = """
INSERT INTO household (number, division_code, residence, address, phone_cipher, phone_masked, head_name, head_pinyin,
    member_names, member_count, income_declared, property_declared, expense_declared, income_year, income_month,
    income_per_capita_month, status, created_at)
SELECT 'B' || lpad(n::text, 9, '0'), v.code, CASE n % 5 WHEN 0 THEN 'urban' ELSE 'rural' END,
    '第' || n % 900 || '号', $3, '138****' || lpad((n % 10000)::text, 4, '0'),
    made.name, 'ceshi' || n % 9973, ' ' || made.name || ' ', 1 + n % 5, true, true, true,
    made.income * 12 * (1 + n % 5), made.income * (1 + n % 5), made.income,
    CASE n % 20 WHEN 0 THEN 'closed' ELSE 'active' END, now() - n * interval '1 second'
FROM generate_series($1::bigint, $2::bigint) n
JOIN v ON v.place = (n * 7919) % (SELECT count(*) FROM v)
CROSS JOIN LATERAL (SELECT substr('赵钱孙李周吴郑王冯陈', 1 + (n % 10)::int, 1)
    || substr('建国秀兰桂英志强玉梅', 1 + (n / 10 % 10)::int, 1) || substr('明华军平霞', 1 + (n / 100 % 5)::int, 1) AS name,
    (300 + (n * 48271) % 170000 / 100.0)::numeric(14, 2) AS income) made
ORDER BY n
"""
# Three members and one income each; the link between person and household passes through a number of both.
MEMBERS = (
    """CREATE TEMP TABLE chosen AS SELECT id, division_code, head_name, head_pinyin FROM household
        WHERE head_person_id IS NULL ORDER BY id LIMIT {members}""",
    """CREATE TEMP TABLE born AS
    WITH made AS (INSERT INTO person (name, name_pinyin, id_type, id_number_masked, sex, birth_date, division_code,
            id_number_index)
        SELECT head_name || CASE i WHEN 1 THEN '' ELSE i::text END, head_pinyin, 'citizen', '3716**********12' || i || 'X', (1 + i % 2)::text,
            date '1960-01-01' + (id % 9000)::int, division_code, decode(lpad(to_hex(id * 4 + i), 16, '0'), 'hex')
        FROM chosen, generate_series(1, 3) i RETURNING id, division_code, id_number_index)
    SELECT id, division_code, ('x' || encode(id_number_index, 'hex'))::bit(64)::bigint AS place FROM made""",
    """INSERT INTO household_member (household_id, person_id, relation, included, insured, joined_on, division_code)
    SELECT place / 4, id, CASE place % 4 WHEN 1 THEN 'head' ELSE 'child' END, true, true, date '2024-01-01',
        division_code FROM born""",
    """INSERT INTO income_item (household_id, category, annual_amount, evidence, excluded, division_code)
    SELECT id, 'wage', 12000 + id % 1000, 'promise', false, division_code FROM chosen""",
    "ANALYZE born",
    "UPDATE household h SET head_person_id = b.id FROM born b WHERE b.place = h.id * 4 + 1",
)


class County:
    """A database with the product's schema; `url` is its address, `program` the folder of PostgreSQL's tools."""

    def __init__(self, url: str, program: Path | None = None, account: dict[str, Any] | None = None) -> None:
        self.url = url
        self.program = program
        self.account = account or {}

    async def connect(self) -> asyncpg.Connection:
        from backend.kernel.db import connection_arguments

        return await asyncpg.connect(**connection_arguments(self.url), command_timeout=3600)

    @contextmanager
    def copy(self, name: str) -> Iterator["County"]:
        """Yield a database of one's own with the same content; nobody may be connected to this one meanwhile."""
        database = f"bench_{name}"
        self._on_server(f"CREATE DATABASE {database} TEMPLATE {make_url(self.url).database}")
        try:
            yield County(
                make_url(self.url).set(database=database).render_as_string(hide_password=False),
                self.program, self.account,
            )  # fmt: skip
        finally:
            self._on_server(f"DROP DATABASE {database} WITH (FORCE)")

    def _on_server(self, statement: str) -> None:
        async def execute() -> None:
            here = make_url(self.url).set(database="postgres").render_as_string(hide_password=False)
            connection = await County(here).connect()
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(execute())

    async def grow(self, rows: int) -> int:
        """Fill up to this many households and freshen statistics and visibility; return how many there are."""
        connection = await self.connect()
        try:
            have = await connection.fetchval("SELECT count(*) FROM household")
            if have < rows:
                await connection.execute(DIVISIONS)
                await connection.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '2GB'")
                await _add_households(connection, have, rows)
                members = min(rows, WITH_MEMBERS) - await connection.fetchval(
                    "SELECT count(*) FROM household WHERE head_person_id IS NOT NULL"
                )
                if members > 0:
                    for statement in MEMBERS:
                        await connection.execute(statement.format(members=members))
                for table in ("household", "person", "household_member", "income_item", "person_status", "division"):
                    await connection.execute(f"VACUUM (ANALYZE) {table}")
                await connection.execute("CHECKPOINT")
            return max(have, rows)
        finally:
            await connection.close()


async def _add_households(connection: asyncpg.Connection, have: int, rows: int) -> None:
    """Many rows go in faster without the indexes, which are then built at once."""
    indexes = []
    if rows - have >= BULK:
        indexes = await connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'household' AND indexname NOT LIKE 'pk_%'"
        )
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['indexname']}")
    await connection.execute("SET session_replication_role = replica")  # no row names another one yet
    for first in range(have + 1, rows + 1, BULK):
        await connection.execute(HOUSEHOLDS, first, min(first + BULK - 1, rows), _sealed())
    await connection.execute("SET session_replication_role = DEFAULT")
    for index in indexes:
        await connection.execute(index["indexdef"])


def _sealed() -> bytes:
    from backend.kernel.sealing import seal
    from backend.registry.numbers import PHONE

    return seal("13812345678", PHONE, "").cipher


def password_of(username: str) -> str:
    """Return a demo account's password."""
    from backend.kernel.config import settings

    accounts = json.loads((settings().home / "demo-accounts.json").read_text("utf-8"))
    return next(a["password"] for a in accounts if a["username"] == username)


def prepare(url: str) -> None:
    """Migrate and load what every installation has."""
    from backend.demo.loading import BASICS, load
    from backend.kernel.db import database
    from backend.migrate import migrate

    migrate(url)
    database.use(url)

    async def fill() -> None:
        await load(BASICS)
        await database.close()

    asyncio.run(fill())


@contextmanager
def own_county() -> Iterator[County]:
    """Start a durable server of this run's own and take it away afterwards."""
    home = Path(tempfile.mkdtemp(prefix="ejia-bench-"))
    home.chmod(0o755)
    os.environ |= {"EJIA_HOME": str(home / "product"), "EJIA_DEMO": "1"}
    (home / "product").mkdir()
    from backend.kernel.postgres import EmbeddedServer

    server = EmbeddedServer(home / "server", durable=True)
    try:
        url = server.start()
        prepare(url)
        yield County(url, server._program / "bin", server._account)  # noqa: SLF001  (pgbench lies beside the server)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
