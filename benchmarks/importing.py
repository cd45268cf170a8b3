"""A roster of 50,000 rows through the product, beside reading the same file and copying it.

Two references read the file in one go. *copy* writes the same rows that the product writes into the same tables, ready
made: COPY alone, with the registry's indexes and foreign keys. *bare copy* writes the cells as text into a table of
nothing but columns: what the registry must keep (who is who, what is findable) is left out there.
"""

import asyncio
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import xlsxwriter

from benchmarks.county import County
from benchmarks.frame import Aim, Effort, Found, Measure, table
from benchmarks.households import id_number
from benchmarks.wire import ROOT

MEMBERS = 3
SIDES = ("product", "copy", "bare copy")
# In the order in which they name each other; which rows belong to the households $1.
TABLES = {
    "person": "id IN (SELECT person_id FROM household_member WHERE household_id = ANY($1))",
    "household": "id = ANY($1)",
    "household_member": "household_id = ANY($1)",
    "income_item": "household_id = ANY($1)",
    "expense_item": "household_id = ANY($1)",
}


def measure(county: County, effort: Effort) -> Found:
    """Take in a fresh file each round, each side in a process of its own so that its peak memory is its own."""
    rows, rounds = (5_000, 1) if effort.quick else (50_000, 3)
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(rounds):
            path = Path(folder) / f"roster-{turn}.xlsx"
            write_roster(path, rows, 2_000_000 + turn * rows, asyncio.run(_villages(county)))
            # The product first: the copy writes again what it wrote, after that is taken away.
            for side in SIDES:
                found[side].append(_child(county, side, path))
    return {
        "rows": rows,
        "sides": {
            side: {
                "seconds": round(statistics.median(f["seconds"] for f in each), 2),
                "peak_megabytes": round(max(f["peak_megabytes"] for f in each)),
            }
            for side, each in found.items()
        },
        "times_as_long": _times(found, "copy"),
        "times_bare": _times(found, "bare copy"),
    }


def _times(found: dict[str, list[dict[str, float]]], reference: str) -> float:
    pairs = zip(found["product"], found[reference], strict=True)
    return round(statistics.median(a["seconds"] / b["seconds"] for a, b in pairs), 2)


def write_roster(path: Path, rows: int, first: int, villages: list[str]) -> None:
    """Write a clerk's spreadsheet: households of three, all well-formed."""
    from backend.registry.importing.columns import COLUMNS

    names = {column.field: column.heading for column in COLUMNS}
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    for place, heading in enumerate(names.values()):
        sheet.write(0, place, heading)
    places = {name: place for place, name in enumerate(names)}
    for n in range(rows):
        family, member = divmod(n, MEMBERS)
        row: dict[str, Any] = {
            "household_key": str(family + 1), "village": villages[family % len(villages)],
            "name": "赵钱孙李周"[family % 5] + "建国秀兰强"[member], "relation": ("户主", "配偶", "子女")[member],
            "id_number": id_number(first + n), "health": "健康",
        }  # fmt: skip
        if member == 0:
            row |= {"residence": "农村", "address": f"{family}号", "phone": f"139{family % 10**8:08d}"}
            row |= {"wage": 9000 + family % 500, "transfer": 0, "medical": 1200.5}
        for name, value in row.items():
            sheet.write(n + 1, places[name], value)
    book.close()


async def _villages(county: County) -> list[str]:
    connection = await county.connect()
    try:
        rows = await connection.fetch("SELECT code FROM division WHERE length(code) = 15 ORDER BY code")
        return [row["code"] for row in rows]
    finally:
        await connection.close()


def _child(county: County, side: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.importing", side, county.url, str(path)],
        check=False, capture_output=True, text=True, cwd=ROOT, env=os.environ,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"import ({side}) failed: {done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _cells(path: Path) -> list[list[Any]]:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


async def _connected(url: str) -> asyncpg.Connection:
    from backend.kernel.db import connection_arguments

    return await asyncpg.connect(**connection_arguments(url))


async def bare_copy(url: str, path: Path) -> None:
    """Read the file and copy its cells as text."""
    rows = _cells(path)
    connection = await _connected(url)
    try:
        columns = [f"c{n}" for n in range(len(rows[0]))]
        await connection.execute("DROP TABLE IF EXISTS bench_copy")
        await connection.execute(f"CREATE TABLE bench_copy ({', '.join(f'{name} text' for name in columns)})")
        records = (tuple(str(cell) for cell in row) for row in rows[1:])
        await connection.copy_records_to_table("bench_copy", records=records, columns=columns)
    finally:
        await connection.close()


async def taken_away(url: str) -> dict[str, tuple[list[str], bytes]]:
    """Take the households of the last roster out of their tables; return them as COPY reads them."""
    kept: dict[str, tuple[list[str], bytes]] = {}
    connection = await _connected(url)
    try:
        last = "(SELECT max(import_id) FROM roster_household)"
        homes = [r[0] for r in await connection.fetch(
            f"DELETE FROM roster_household WHERE import_id = {last} RETURNING household_id")]  # fmt: skip
        for table_name, where in TABLES.items():
            columns = [r[0] for r in await connection.fetch(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
                " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum", table_name)]  # fmt: skip
            out = io.BytesIO()
            select = f"SELECT {', '.join(columns)} FROM {table_name} WHERE {where} ORDER BY id"
            await connection.copy_from_query(select, homes, output=out, format="binary")
            kept[table_name] = columns, out.getvalue()
        async with connection.transaction():
            people = await connection.fetchval(
                "SELECT array_agg(person_id) FROM household_member WHERE household_id = ANY($1)", homes
            )
            for table_name in ("expense_item", "income_item", "household_member", "household"):
                await connection.execute(f"DELETE FROM {table_name} WHERE {TABLES[table_name]}", homes)
            await connection.execute("DELETE FROM person WHERE id = ANY($1)", people)
        for table_name in TABLES:
            await connection.execute(f"VACUUM {table_name}")
    finally:
        await connection.close()
    return kept


async def copy(url: str, path: Path, kept: dict[str, tuple[list[str], bytes]]) -> None:
    """Read the file, and copy the rows that it makes into the registry's tables."""
    _cells(path)
    connection = await _connected(url)
    try:
        async with connection.transaction():
            for table_name, (columns, rows) in kept.items():
                await connection.copy_to_table(table_name, source=io.BytesIO(rows), columns=columns, format="binary")
    finally:
        await connection.close()


async def take_in(url: str, path: Path) -> None:
    """Upload and work, as the API and the worker do."""
    from backend.identity.repository import current_posts, user_by_name
    from backend.identity.rights import compile_rights
    from backend.kernel.actor import Actor
    from backend.kernel.db import database, unit_of_work
    from backend.kernel.jobs import Job, Running
    from backend.registry.importing import service
    from backend.registry.models import RosterImport
    from backend.registry.models.roster import ImportMode
    from backend.registry.tasks import import_roster

    database.use(url)
    async with unit_of_work() as session:
        user = await user_by_name(session, "county_clerk")
        if user is None or user.id is None:
            raise RuntimeError("the demo accounts are missing")
        rights = compile_rights(await current_posts(session, user.id))
        actor = Actor(user.id, user.username, user.name, division_code="371623", rights=rights)
        roster = await service.start(
            session, actor, file_name=path.name, content=path.read_bytes(), dry_run=False,
            mode=ImportMode.ACCEPTED, mapping={}, division_code=None,
        )  # fmt: skip
        job = await session.get_one(Job, roster.job_id)
    await import_roster(Running(job.id, job.kind, job.payload, job.user_id))
    async with unit_of_work() as session:
        done = await session.get_one(RosterImport, roster.id)
        if done.rejected or done.accepted != done.rows:
            raise RuntimeError(f"{done.accepted} of {done.rows} rows were taken: {done.message}")
    await database.close()


def part(found: Found) -> str:
    """Write the chapter."""
    rows = [f"| {n} | {s['seconds']} | {s['peak_megabytes']} |" for n, s in found["sides"].items()]
    return "\n".join([
        "## Import of a roster", "",
        (f"{found['rows']:,} rows of an .xlsx, households of three. *copy* reads the file and writes the rows that come"
        " of it, ready made, with COPY into the registry's tables with their indexes and foreign keys; *bare copy* puts"
        f" the cells as text into a table without any, of which the product takes {found['times_bare']} times as long."
        " The product also keeps the upload encrypted, checks every cell, finds known persons by blind index, encrypts"
        " numbers and telephones, writes households, members, incomes and expenses, and recomputes their figures."), "",
        *table(" | seconds | peak MB of the process", rows),
    ])  # fmt: skip


def aims(found: Found) -> list[Aim]:
    """Hold it to its targets."""
    return [
        Aim(
            f"import of {found['rows']:,} rows, time / read + COPY of the same rows", found["times_as_long"], at_most=3
        ),
        Aim("import, peak memory in MB", found["sides"]["product"]["peak_megabytes"], at_most=300),
    ]


MEASURES = (Measure("import", measure, part, aims, hint="3 files of 50,000 rows"),)


def main() -> None:
    side, url, path = sys.argv[1:4]
    # A server has its modules loaded before the first file comes; neither side's clock counts them.
    import python_calamine  # noqa: F401

    from backend import subscriptions
    from backend.registry import tasks  # noqa: F401

    subscriptions.connect()
    if side == "copy":
        work = partial(copy, kept=asyncio.run(taken_away(url)))
    else:
        work = {"product": take_in, "bare copy": bare_copy}[side]
    begun = time.perf_counter()
    asyncio.run(work(url, Path(path)))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_megabytes": peak}))


if __name__ == "__main__":
    main()
