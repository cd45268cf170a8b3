"""Vouchers a second through the ledger's function, beside pgbench's own bank on the same server."""

import asyncio
import re
import statistics
import subprocess
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.county import County
from benchmarks.frame import Aim, Effort, Found, Measure, table

CLIENTS, THREADS = 8, 2
BATCH_LINES = 10_000
# One cent from a town's reserve for urgent aid (template E10), any of the county's twelve reserves.
SCRIPT = r"""\set book random(1, {books})
\set key random(1, 9000000000000000000)
SELECT ledger_post(('{{"key":"bench:' || :key || '","actor_id":0,"journals":[{{"fund_id":'
    || ('{{{ids}}}'::bigint[])[:book] || ',"template":"E10","occurred_on":"{day}","memo":"急难救助"}}],"lines":['
    '{{"journal":0,"line_no":1,"account":"1222","debit":"0.01","fund_source":"county","case_ref":"B1",'
    '"item_code":"C01"}},'
    '{{"journal":0,"line_no":2,"account":"1002","credit":"0.01","fund_source":"county","case_ref":"B1",'
    '"item_code":"C01"}}]}}')::jsonb);
"""
RATE = re.compile(r"tps = ([0-9.]+)")


def measure(county: County, effort: Effort) -> Found:
    """Alternate both, then post one batch."""
    rounds, seconds = (2, 3) if effort.quick else (5, 10)
    books = asyncio.run(_reserves(county))
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
        script.write(SCRIPT.format(books=len(books), ids=",".join(map(str, books)), day=_day()))
        script.flush()
        Path(script.name).chmod(0o644)
        _pgbench(county, "-i", "-q", "-s", str(len(books)))
        rates: dict[str, list[float]] = {"pgbench TPC-B": [], "product": []}
        for turn in range(rounds):
            sides = [("pgbench TPC-B", []), ("product", ["-n", "-f", script.name])]
            for name, how in sides if turn % 2 else reversed(sides):
                rates[name].append(_rate(county, seconds, how))
    pairs = zip(rates["product"], rates["pgbench TPC-B"], strict=True)
    batch = asyncio.run(_batch(county, books[0]))
    return {
        "sides": {name: {"per_second": round(statistics.median(found), 1)} for name, found in rates.items()},
        "ratio": round(statistics.median(a / b for a, b in pairs), 3),
        "books": len(books),
        "clients": CLIENTS,
        "batch": batch,
    }


def _day() -> str:
    from backend.ledger.service import today

    return today().isoformat()


async def _reserves(county: County) -> list[int]:
    connection = await county.connect()
    try:
        rows = await connection.fetch("SELECT id FROM fund WHERE kind = 'town_reserve' ORDER BY id")
        return [row["id"] for row in rows]
    finally:
        await connection.close()


def _rate(county: County, seconds: int, how: list[str]) -> float:
    said = _pgbench(county, "-M", "prepared", "-c", str(CLIENTS), "-j", str(THREADS), "-T", str(seconds), *how)
    found = RATE.search(said)
    if found is None or "number of failed transactions: 0" not in said:
        raise RuntimeError(f"pgbench failed: {said}")
    return float(found[1])


def _pgbench(county: County, *arguments: str) -> str:
    from backend.kernel.db import connection_arguments

    at = connection_arguments(county.url)
    if county.program is None:
        raise RuntimeError("pgbench lies beside an embedded server only")
    done = subprocess.run(
        [
            str(county.program / "pgbench"),
            "-h",
            str(at["host"]),
            "-U",
            str(at["user"]),
            *arguments,
            str(at["database"]),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        **county.account,
    )
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr}")
    return done.stdout


async def _batch(county: County, book: int) -> dict[str, Any]:
    """Post 10,000 lines as one voucher, through the service that payments use."""
    from backend.kernel.db import database, unit_of_work
    from backend.ledger.service import Part, Posting, post

    database.use(county.url)
    seconds = []
    for turn in range(3):
        parts = [Part(Decimal("0.01"), {"case_ref": f"B{n}", "item_code": "XSC"}) for n in range(BATCH_LINES // 2)]
        posting = Posting(template="E10", idempotency_key=f"bench:batch:{turn}", fund_id=book, parts=parts)
        begun = time.perf_counter()
        async with unit_of_work() as session:
            await post(session, posting)
        seconds.append(time.perf_counter() - begun)
    await database.close()
    middle = statistics.median(seconds)
    return {"lines": BATCH_LINES, "seconds": round(middle, 3), "lines_per_second": round(BATCH_LINES / middle)}


def part(found: Found) -> str:
    """Write the chapter."""
    batch = found["batch"]
    rows = [f"| {name} | {side['per_second']} |" for name, side in found["sides"].items()]
    return "\n".join([
        "## Vouchers", "",
        (f"Both driven by pgbench with {found['clients']} clients, prepared statements, commits on disk; the bank of TPC-B"
        f" has {found['books']} branches, the vouchers go to {found['books']} reserves. Each voucher is numbered, balanced,"
        " checked against negative accounts and linked into its book's hash chain."), "",
        *table(" | per second", rows),
        (f"{batch['lines']:,} lines as one posting through the service: {batch['seconds']} s,"
        f" {batch['lines_per_second']:,} lines a second."), "",
    ])  # fmt: skip


def aims(found: Found) -> list[Aim]:
    """Hold it to its target."""
    return [Aim("single vouchers, product / pgbench TPC-B", found["ratio"], at_least=0.4)]


MEASURES = (Measure("posting", measure, part, aims, hint="5 rounds of 10 s a side"),)
