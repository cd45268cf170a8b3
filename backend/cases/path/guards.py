"""Guards by name: each lets an action pass or refuses it with a sentence that tells how to mend it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import repository, rules
from backend.cases.appraisal import limit_of
from backend.cases.errors import GuardRefused, KinInvolved, SamePerson
from backend.cases.models import Case
from backend.cases.path.actions import Action
from backend.cases.path.engine import Path, Step, needs_hearing
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.verification import repository as verifications
from backend.verification.models import Conclusion


@dataclass(slots=True)
class Acting:
    """One actor about to do one thing to one locked case."""

    session: AsyncSession
    actor: Actor
    case: Case
    path: Path
    step: Step
    action: Action
    data: Any
    opinion: str | None
    at: datetime
    # Facts for the timeline that an effect adds to what was entered.
    noted: dict[str, Any]


Guard = Callable[[Acting], Awaitable[None]]
GUARDS: dict[str, Guard] = {}
_RECEIVING, _INVESTIGATING = ("accept",), ("investigate_start", "investigate_done", "quick_check")
_WORDS = {
    "accept": "受理人",
    "register": "登记人",
    "investigate_start": "调查人",
    "investigate_done": "调查人",
    "quick_check": "核实人",
    "review": "初审签批人",
    "propose": "变更提出人",
    "request_authority": "授权申请人",
}
_DECIDER = {"county_authorize": "授权人", "pay_first": "先行救助审批人"}
_MINIMUM_TEAM = 2


def guard(name: str) -> Callable[[Guard], Guard]:
    """Register a guard under the name that actions and project versions use."""

    def register(function: Guard) -> Guard:
        GUARDS[name] = function
        return function

    return register


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d}"


@guard("commitments_signed")
async def commitments_signed(acting: Acting) -> None:
    """Every adult of the household has promised and authorised (社会救助法 第40、41条)."""
    if not acting.case.commitment_signed:
        raise GuardRefused("尚未签署承诺书和核对授权书：请全体成年家庭成员签署并登记后再提交")
    missing = await repository.unsigned_adults(acting.session, acting.case, acting.at.astimezone(CHINA).date())
    if missing:
        names = "、".join(missing)
        raise GuardRefused("以下成年家庭成员尚未签署承诺书和核对授权书：{names}，请补签后再办理", names=names)


@guard("shared_not_demanded")
async def shared_not_demanded(acting: Acting) -> None:
    """What sharing can fetch must not be demanded (社会救助法 第62条)."""
    shared = dict(acting.path.shared_materials)
    names = set(shared.values())
    asked = [item.name for item in getattr(acting.data, "items", ()) if item.code in shared or item.name in names]
    if asked:
        raise GuardRefused(
            "“{asked}”可以通过数据共享获取，不得要求申请人提供，请从补正清单中删除", asked="、".join(asked)
        )


@guard("supplement_once")
async def supplement_once(acting: Acting) -> None:
    """一次性告知: once, and complete."""
    if not acting.data.complete:
        raise GuardRefused("补正应当一次性告知：请把需要补正的材料全部列出，并确认已一次性告知全部")
    earlier = await repository.acts(acting.session, acting.case, ("supplement",))
    if earlier:
        raise GuardRefused(
            "本案已于{told}一次性告知补正，不得再次要求补正；请按现有材料办理，或说明理由退回、不予受理",
            told=_day(earlier[-1].at),
        )


def _distinct(names: list[str]) -> set[str]:
    return {name.strip() for name in names if name.strip()}


@guard("two_investigators")
async def two_investigators(acting: Acting) -> None:
    """A team has at least two people (民发〔2021〕57号 第18条)."""
    least = max(_MINIMUM_TEAM, acting.step.people)
    if len(_distinct(acting.data.investigators)) < least:
        raise GuardRefused(
            "入户调查应当由至少{least}名工作人员共同进行，请填写{least}名以上不同的调查人员姓名", least=least
        )


@guard("two_checkers")
async def two_checkers(acting: Acting) -> None:
    """Two people, or one and a video (DOMAIN §4.5)."""
    data = acting.data
    if len(_distinct(data.checkers)) < _MINIMUM_TEAM and not (data.video_file_id or data.video_call):
        raise GuardRefused("快速核实应当由至少两人进行；只有一人到场的，应当视频连线或上传视频")


async def _apart(acting: Acting, earlier: tuple[str, ...], now: str) -> None:
    for act in await repository.acts(acting.session, acting.case, earlier):
        named = act.data.get("investigators") or act.data.get("checkers") or []
        if act.user_id == acting.actor.user_id or acting.actor.name in named:
            raise SamePerson(name=acting.actor.name, earlier=_WORDS.get(act.action, "经办人"), now=now)


@guard("investigator_apart")
async def investigator_apart(acting: Acting) -> None:
    """受理人 ≠ 调查人; the named members of the team count too."""
    await _apart(acting, _RECEIVING, "调查人")
    team = getattr(acting.data, "investigators", None) or getattr(acting.data, "checkers", [])
    for act in await repository.acts(acting.session, acting.case, _RECEIVING):
        if act.actor in _distinct(team):
            raise SamePerson(name=act.actor, earlier="受理人", now="调查人")


@guard("reviewer_apart")
async def reviewer_apart(acting: Acting) -> None:
    """审核人 is neither who received nor who investigated; the community's own review comes before both."""
    await _apart(acting, _RECEIVING + _INVESTIGATING, "审核人")


@guard("approver_apart")
async def approver_apart(acting: Acting) -> None:
    """受理人 ≠ 调查人 ≠ 初审签批人 ≠ 确认签批人, at the county and where the town decides by delegation (DOMAIN §7.3).

    A town with one leader at his desk leaves the confirmation to the county, which may decide what the town may.
    """
    earlier: tuple[str, ...] = (*_RECEIVING, *_INVESTIGATING, "register", "review")
    if acting.action.code == "county_authorize":
        earlier = (*earlier, "request_authority")
    await _apart(acting, earlier, _DECIDER.get(acting.action.code, "确认签批人"))


@guard("proposer_apart")
async def proposer_apart(acting: Acting) -> None:
    """Who proposed a change does not decide it."""
    await _apart(acting, ("propose",), "变更决定人")


@guard("not_kin")
async def not_kin(acting: Acting) -> None:
    """A recorded near relative of the household keeps away (DOMAIN §7.3 no. 8)."""
    for record in await repository.kin_of(acting.session, acting.case):
        if record.staff_user_id == acting.actor.user_id or record.staff_name == acting.actor.name:
            raise KinInvolved(name=acting.actor.name)


@guard("kin_recorded")
async def kin_recorded(acting: Acting) -> None:
    """A county visit answers a record of relatives."""
    if not await repository.kin_of(acting.session, acting.case):
        raise GuardRefused("本案没有近亲属备案，无需登记县级入户")


@guard("verification_finished")
async def verification_finished(acting: Acting) -> None:
    """Once asked, the verification centre's report is waited for."""
    if await verifications.open_request(acting.session, acting.case.key) is not None:
        raise GuardRefused("本案已提请核对，县核对中心尚未出具报告，请等待报告后再办理")


@guard("verification_objectable")
async def verification_objectable(acting: Acting) -> None:
    """One objects to a report that found something, and not while it is looked at again."""
    asked = await verifications.requests_of(acting.session, acting.case.key)
    if not asked or asked[-1].conclusion in {None, Conclusion.PASS}:
        raise GuardRefused("没有可以提出异议的核对结果：尚未出具报告，或者核对结论为符合规定")


@guard("kin_visited")
async def kin_visited(acting: Acting) -> None:
    """The county visits every household of a recorded relative before a decision (57号 第12条)."""
    waiting = [k for k in await repository.kin_of(acting.session, acting.case) if k.visited_on is None]
    if waiting:
        raise GuardRefused(
            "{member}与{staff}有近亲属关系并已备案，须经县级入户核实并登记后才能作出决定",
            member=waiting[0].member_name,
            staff=waiting[0].staff_name,
        )


@guard("representatives_enough")
async def representatives_enough(acting: Acting) -> None:
    """At least two thirds of those present represent the people."""
    data = acting.data
    if data.representatives > data.present or data.representatives * 3 < data.present * 2:
        raise GuardRefused("民主评议的群众代表人数应不少于到会人数的三分之二，且不超过到会人数，请核对")


@guard("posted_not_ahead")
async def posted_not_ahead(acting: Acting) -> None:
    """A notice is posted now or was posted since the step began."""
    posted = acting.data.posted_at
    if posted is None:
        return
    if posted > acting.at:
        raise GuardRefused("张贴时间不能晚于现在，请核对")
    if posted < acting.case.step_started_at:
        raise GuardRefused(
            "张贴时间不能早于进入公示环节的时间（{since}）",
            since=f"{acting.case.step_started_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        )


@guard("notice_running")
async def notice_running(acting: Acting) -> None:
    """An objection is registered while the notice hangs."""
    notice = await repository.last_notice(acting.session, acting.case)
    if notice is None or acting.at > notice.ends_at:
        raise GuardRefused("公示期已满，公示异议应在公示期内提出；期满后的意见请按投诉举报登记")


@guard("notice_elapsed")
async def notice_elapsed(acting: Acting) -> None:
    """The full days of the notice have passed; a path without a notice has nothing to wait for."""
    notice = await repository.last_notice(acting.session, acting.case)
    if notice is not None and acting.at <= notice.ends_at:
        raise GuardRefused("公示期未满：应公示至{until}，期满无异议后才能继续办理", until=_day(notice.ends_at))


@guard("no_open_objection")
async def no_open_objection(acting: Acting) -> None:
    """Every objection has its answer."""
    if await repository.open_objections(acting.session, acting.case):
        raise GuardRefused("公示有异议尚未答复，请先复查并作出异议答复")


@guard("extend_once")
async def extend_once(acting: Acting) -> None:
    """Only after acceptance, once, and to what the project's version allows."""
    if acting.case.accepted_at is None:
        raise GuardRefused("案件尚未受理，办理时限还没有开始计算，不需要延期")
    if acting.case.extended:
        raise GuardRefused("本案已经延期一次，不能再次延期，请在延长后的时限内办结")
    if acting.path.extended_days is None:
        raise GuardRefused("本项目的政策没有规定可以延期，请在原时限内办结")


@guard("within_cap")
async def within_cap(acting: Acting) -> None:
    """Beyond the town's limit only as far as the county has authorised (DOMAIN §4.5 U3b)."""
    cap = await limit_of(acting.session, acting.case, acting.path.limit, acting.at.astimezone(CHINA).date())
    authorized = acting.case.authorized_amount
    if rules.needs_authority(acting.data.amount, cap, authorized):
        if authorized is not None:
            raise GuardRefused(
                "先行救助金额{amount}元超过县级授权的{authorized}元，请按授权金额支付，或重新请求县级授权",
                amount=acting.data.amount,
                authorized=authorized,
            )
        raise GuardRefused(
            "先行救助金额{amount}元超过镇街限额{cap}元，请先办理“请求县级授权”，经县级值班授权后再支付",
            amount=acting.data.amount,
            cap=cap,
        )


@guard("papers_complete")
async def papers_complete(acting: Acting) -> None:
    """An emergency is closed only with its papers and, where the path has it, the county's record."""
    for step in acting.path.steps:
        if step.code == acting.step.code:
            return
        done = await repository.passed(acting.session, acting.case, step.code)
        if not done:
            raise GuardRefused("“{step}”尚未完成，手续补齐并备案后才能办结", step=step.name)


@guard("hearing_due")
async def hearing_due(acting: Acting) -> None:
    """Silence counts only after the time to answer."""
    hearing = await repository.last_hearing(acting.session, acting.case)
    if hearing is None:
        raise GuardRefused("尚未向当事人告知拟变更事项，请先提出变更")
    if acting.data.waived and acting.at <= hearing.answer_until:
        raise GuardRefused("陈述意见的期限到{until}，期满前不能按逾期未陈述处理", until=_day(hearing.answer_until))


@guard("hearing_held")
async def hearing_held(acting: Acting) -> None:
    """A cut or a stop hears the person first (社会救助法 第48条)."""
    if not needs_hearing(acting.case.change):
        return
    hearing = await repository.last_hearing(acting.session, acting.case)
    if hearing is None or hearing.heard_at is None:
        raise GuardRefused("减发或停发前应当听取当事人意见，请先登记听取意见的情况")
