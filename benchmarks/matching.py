"""Matching a whole county: the product's run beside the same findings written out by hand in SQL, proved to be the same.

Beside them per-row Python: the facts of every household and person read once, the rules compiled to closures.
"""

import asyncio
import resource
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks import per_row
from benchmarks.county import County
from benchmarks.frame import Aim, Effort, Found, Measure, table
from benchmarks.people import PEOPLE, settle

BY_HAND = Path(__file__).with_name("matching_by_hand.sql")
AREA = "371623"
KEY = "kind, cause, household_id, person_id, project_code, other_project_code, other_household_id, division_code"
SAME = f"{KEY}, paid_amount, due_amount"
# What a table of findings costs by hand: the same columns, indexes and references.
TABLE = (
    "DROP TABLE IF EXISTS finding_by_hand",
    "CREATE TABLE finding_by_hand (LIKE finding INCLUDING ALL)",
    *(
        f"ALTER TABLE finding_by_hand ADD FOREIGN KEY ({column}) REFERENCES {target} (id)"
        for column, target in (
            ("household_id", "household"),
            ("person_id", "person"),
            ("other_household_id", "household"),
            ("first_run_id", "matching_run"),
            ("last_run_id", "matching_run"),
        )
    ),
)


def measure(county: County, effort: Effort) -> Found:
    """Fill the county, then let both sides find in turn, and compare what they found."""
    return asyncio.run(_measure(county, 20_000 if effort.quick else PEOPLE, 1 if effort.quick else 2))


async def _measure(county: County, people: int, rounds: int) -> Found:
    from backend.kernel.db import database

    connection = await county.connect()
    database.use(county.url)
    try:
        settled = await settle(connection, people)
        households = await connection.fetchval("SELECT count(*) FROM household WHERE status = 'active'")
        times: dict[str, list[float]] = {"by hand": [], "product": []}
        for _ in range(rounds):
            run = await _start()
            await connection.execute("TRUNCATE finding")
            begun = time.perf_counter()
            counts = await _carry_out(run)
            times["product"].append(time.perf_counter() - begun)
            times["by hand"].append(await _by_hand(connection, run))
            differing = await _difference(connection)
        again = time.perf_counter()
        confirmed = await _carry_out(await _start())
        again = time.perf_counter() - again
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        row_by_row = await per_row.measure(AREA)
    finally:
        await database.close()
        await connection.close()
    if differing:
        raise ValueError(f"the two sides found {differing} findings that the other did not: nothing was measured")
    if {k: counts[k] for k in ("wrong", "missed", "duplicate")} != {
        k: confirmed[k] for k in ("wrong", "missed", "duplicate")
    }:
        raise ValueError("a second run found something else")
    ratios = [product / hand for product, hand in zip(times["product"], times["by hand"], strict=True)]
    return {
        "people": settled,
        "households": households,
        "found": {kind: counts[kind] for kind in ("wrong", "missed", "duplicate")},
        "seconds": {name: round(statistics.median(each), 2) for name, each in times.items()},
        "second_run": round(again, 2),
        "per_row": row_by_row,
        "ratio": round(statistics.median(ratios), 2),
        "peak_megabytes": peak,
        "rounds": rounds,
    }


async def _start() -> Any:
    from backend.identity.repository import current_posts, user_by_name
    from backend.identity.rights import compile_rights
    from backend.kernel.actor import Actor
    from backend.kernel.db import unit_of_work
    from backend.kernel.jobs import Job, Running
    from backend.matching.schemas import RunIn
    from backend.matching.service import runs

    async with unit_of_work() as session:
        user = await user_by_name(session, "county_admin")
        if user is None or user.id is None:
            raise ValueError("the demo accounts are missing")
        rights = compile_rights(await current_posts(session, user.id))
        run = await runs.start(session, Actor(user.id, user.username, user.name, rights=rights), RunIn())
        job = await session.get_one(Job, run.job_id)
        return Running(job.id, job.kind, job.payload, job.user_id)


async def _carry_out(running: Any) -> dict[str, int]:
    from backend.matching.service import runs

    return await runs.carry_out(running)


async def _by_hand(connection: Any, running: Any) -> float:
    """Write the same findings with the one statement; the product's memory for sorting, no more workers than it may have."""
    from backend.matching.sheets import WORK_MEM

    for statement in TABLE:
        await connection.execute(statement)
    run = int(running.payload["run_id"])
    day = await connection.fetchval("SELECT as_of FROM matching_run WHERE id = $1", run)
    sql = BY_HAND.read_text("utf-8").replace("{day}", str(day)).replace("{area}", AREA).replace("{run}", str(run))
    await connection.execute(f"SET work_mem = '{WORK_MEM}'")
    await connection.execute("SET jit = off")
    begun = time.perf_counter()
    await connection.execute(sql)
    return time.perf_counter() - begun


async def _difference(connection: Any) -> int:
    """Count the findings that only one side has."""
    one, other = (f"SELECT {SAME} FROM {name}" for name in ("finding", "finding_by_hand"))
    only = [f"SELECT count(*) FROM ({a} EXCEPT ALL {b}) AS d" for a, b in ((one, other), (other, one))]
    return sum([int(await connection.fetchval(each)) for each in only])


def part(found: Found) -> str:
    """Write the chapter."""
    seconds, row = found["seconds"], found["per_row"]
    rows = [
        f"| by hand, one statement | {seconds['by hand']} | 1.0 |",
        f"| product | {seconds['product']} | {found['ratio']} |",
        f"| per-row Python, facts read | {row['load']} | |",
        f"| per-row Python, rules only | {row['judge']} | {round((row['load'] + row['judge']) / seconds['by hand'], 2)} |",
    ]
    return "\n".join([
        "## Matching", "",
        (f"{found['people']:,} people in {found['households']:,} households against every shipped project, findings stored:"
        f" {found['found']['wrong']:,} wrong, {found['found']['missed']:,} missed, {found['found']['duplicate']:,} twice."
        " *By hand* is `benchmarks/matching_by_hand.sql`: the nine projects written out for this schema, one statement into a"
        " table with the same indexes and references. In every round the two sets of findings, amounts included, are compared"
        " and were the same; in addition the product commits town by town, shows its progress, and keeps for each benefit"
        " found wrong the conditions that failed, in two languages. *Per-row Python* reads the product's own facts and decides"
        " by compiled closures; it finds who is eligible and stores nothing."), "",
        *table(" | seconds | times by hand", rows),
        (f"A second run, which confirms what stands: {found['second_run']} s. Peak memory of the product's process"
        f" {found['peak_megabytes']} MB. Medians of {found['rounds']} rounds."), "",
    ])  # fmt: skip


def aims(found: Found) -> list[Aim]:
    """Return the bound of the issue."""
    return [Aim(f"matching of {found['people']:,} people, time / SQL by hand", found["ratio"], at_most=1.5)]


MEASURES = (Measure("matching", measure, part, aims, hint="fills a county of 460,000 people first, half a minute"),)
