"""Background work of matching."""

from typing import Any

from backend.kernel.jobs import Running, task
from backend.matching.service import runs, supposing, trying


@task(runs.KIND)
async def compare_area(running: Running) -> dict[str, Any]:
    """Carry out a matching run."""
    return dict(await runs.carry_out(running))


@task(supposing.KIND)
async def suppose_numbers(running: Running) -> dict[str, Any]:
    """Carry out a what-if."""
    return await supposing.carry_out(running)


@task(trying.KIND)
async def count_draft(running: Running) -> dict[str, Any]:
    """Count how many a draft fits."""
    return await trying.carry_out(running)
