"""Matching the whole county: how long a run takes. The hand-written reference is not there yet, and the result says so."""

import asyncio
import time
from typing import Any

from benchmarks.county import County
from benchmarks.frame import Effort, Found, Measure


def measure(county: County, effort: Effort) -> Found:
    """Carry out one run over all households."""
    del effort
    try:
        from backend.matching.service import runs
    except ImportError as reason:
        return {"skipped": f"backend.matching has no run over a whole area: {reason}"}
    return asyncio.run(_run(county, runs))


async def _run(county: County, runs: Any) -> dict[str, Any]:
    from sqlmodel import func, select

    from backend.identity.repository import current_posts, user_by_name
    from backend.identity.rights import compile_rights
    from backend.kernel.actor import Actor
    from backend.kernel.db import database, unit_of_work
    from backend.kernel.jobs import Job, Running
    from backend.matching.schemas import RunIn
    from backend.registry.models import Household, Person

    database.use(county.url)
    try:
        async with unit_of_work() as session:
            user = await user_by_name(session, "county_admin")
            if user is None or user.id is None:
                return {"skipped": "the demo accounts are missing"}
            rights = compile_rights(await current_posts(session, user.id))
            run = await runs.start(session, Actor(user.id, user.username, user.name, rights=rights), RunIn())
            job = await session.get_one(Job, run.job_id)
            people = (await session.exec(select(func.count()).select_from(Person))).one()
            households = (await session.exec(select(func.count()).select_from(Household))).one()
        begun = time.perf_counter()
        counts = await runs.carry_out(Running(job.id, job.kind, job.payload, job.user_id))
        seconds = time.perf_counter() - begun
    finally:
        await database.close()
    return {"households": households, "people": people, "seconds": round(seconds, 1), "found": counts}


def part(found: Found) -> str:
    """Write the chapter."""
    if "skipped" in found:
        return f"## Matching\n\nNot measured: {found['skipped']}.\n"
    return (
        f"## Matching\n\nOne run over {found['households']:,} households of {found['people']:,} people took"
        f" {found['seconds']} s. There is no reference beside it yet, so this is no ratio.\n"
    )


MEASURES = (Measure("matching", measure, part),)
