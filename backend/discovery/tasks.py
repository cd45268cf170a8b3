"""Background work of discovery: visits that the projects' cycles ask for are planned ahead."""

from datetime import timedelta
from typing import Any

from backend.discovery.visiting.planning import AHEAD_DAYS, plan
from backend.kernel.clocks import CHINA
from backend.kernel.db import unit_of_work
from backend.kernel.jobs import Running, every, task
from backend.kernel.models import now

every("20 1 * * *", "discovery.plan_visits")


@task("discovery.plan_visits")
async def plan_visits(running: Running) -> dict[str, Any]:
    """Plan the visits that fall due in the next days; running it again adds nothing."""
    moment = now()
    today = moment.astimezone(CHINA).date()
    async with unit_of_work() as session:
        planned, dropped = await plan(session, today, today + timedelta(days=AHEAD_DAYS), moment)
    await running.progress(1, 1, f"列入走访计划{planned}户，取消{dropped}户")
    return {"planned": planned, "dropped": dropped}
