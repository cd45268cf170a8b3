"""Background work of matching."""

from typing import Any

from backend.kernel.jobs import Running, task
from backend.matching.service import runs


@task(runs.KIND)
async def compare_area(running: Running) -> dict[str, Any]:
    """Carry out a matching run."""
    return dict(await runs.carry_out(running))
