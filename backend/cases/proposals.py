"""What a step would do by itself, filled in beside its button: nobody types what the case already knows."""

from typing import Any

from backend.cases import clocks
from backend.cases.actions.decisions import notice_content
from backend.cases.path.guards import Acting
from backend.kernel.clocks import CHINA

Proposals = dict[str, dict[str, Any]]


async def proposals(acting: Acting, actions: list[str], place: str) -> Proposals:
    """Return, per action, the data it starts with; for a notice also what will hang and until when (F-10)."""
    if "publicity_start" not in actions:
        return {}
    period = clocks.notice_deadline(acting.path)
    if period is None:
        return {}
    calendar = await clocks.work_calendar(acting.session)
    ends = period.due(acting.at, calendar).at.astimezone(CHINA)
    return {
        "publicity_start": {
            "place": f"{place}村（居）务公示栏",
            "phone": "12349",
            "notice": await notice_content(acting) | {"days": period.amount, "ends_on": f"{ends:%Y-%m-%d}"},
        }
    }
