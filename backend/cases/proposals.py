"""What a step would do by itself, filled in beside its button: nobody types what the case already knows."""

from typing import Any

from backend.cases import clocks, repository
from backend.cases.actions.decisions import notice_content
from backend.cases.path.guards import Acting
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say

Proposals = dict[str, dict[str, Any]]


async def proposals(acting: Acting, actions: list[str], place: str) -> Proposals:
    """Return, per action, the data it starts with, and under `told` or `notice` what one has to know before it."""
    found: Proposals = {}
    if "publicity_start" in actions:
        found |= await _notice(acting, place)
    about_change = {"hear", "decide"} & set(actions)
    if about_change:
        told = await _change(acting)
        found |= {action: {"told": told} for action in about_change if told}
    return found


async def _notice(acting: Acting, place: str) -> Proposals:
    """Return what will hang where and until when (F-10)."""
    period = clocks.notice_deadline(acting.path)
    if period is None:
        return {}
    calendar = await clocks.work_calendar(acting.session)
    ends = period.due(acting.at, calendar).at.astimezone(CHINA)
    content = await notice_content(acting) | {"days": period.amount, "ends_on": f"{ends:%Y-%m-%d}"}
    return {"publicity_start": {"place": f"{place}公示栏", "phone": "12349", "notice": content}}


async def _change(acting: Acting) -> str:
    """Return what is planned for the benefit, why, and what the person said or until when they may say it."""
    case = acting.case
    planned = await repository.acts(acting.session, case, ("propose",))
    if case.change is None or not planned:
        return ""
    reasons = "；".join(str(reason) for reason in planned[-1].data.get("reasons", []))
    sentences = [say("拟{change}，理由：{reasons}", change=say(case.change.label), reasons=reasons)]
    if case.amount is not None:
        sentences.append(say("变更后金额 {amount} 元", amount=f"{case.amount:.2f}"))
    hearing = await repository.last_hearing(acting.session, case)
    if hearing is not None and hearing.heard_at is None:
        until = f"{hearing.answer_until.astimezone(CHINA):%Y-%m-%d}"
        sentences.append(say("陈述意见截止 {until}", until=until))
    elif hearing is not None:
        sentences.append(say("当事人意见：{statement}", statement=hearing.statement or say("逾期未陈述")))
    return "　".join(sentences)
