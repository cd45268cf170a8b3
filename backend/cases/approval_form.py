"""F-09, the approval form: one page of PDF with what the decision stood on, Chinese font embedded and subset."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases import repository
from backend.cases.errors import NotDecided
from backend.cases.letters.templates import REMEDY
from backend.cases.models import Case, CaseDecision, CaseStep
from backend.catalogue.models import ProjectVersion
from backend.kernel import printing
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.models import now
from backend.kernel.money import to_chinese_capital
from backend.registry.codes import Health, Relation

TEMPLATE = Path(__file__).with_name("approval_form.typ")
_OPINIONS = {"review", "accept", "investigate_done", "approve", "reject", "pay_first", "county_record", "decide"}
_RESULTS = {
    "approved": "同意救助",
    "rejected": "不予确认",
    "paid_first": "先行救助",
    "raise": "增发",
    "reduce": "减发",
    "stop": "停发",
}
_MARKS = {True: "符合", False: "不符合", None: "未知"}
_ROWS_MAX = 14


async def render(session: AsyncSession, actor: Actor, case: Case) -> bytes:
    """Return the PDF of the latest decision; printing it is recorded, since it names people and incomes."""
    decision = await repository.last_decision(session, case)
    if decision is None:
        raise NotDecided(state=case.state.label)
    steps = [s for s in await repository.timeline(session, case) if s.action in _OPINIONS]
    await audit.record_access(
        session,
        actor,
        "case.print_approval_form",
        subject=("case", case.key),
        purpose="打印审批表",
        division_code=case.division_code,
    )
    version = await session.get_one(ProjectVersion, decision.version_id)
    return await printing.pdf(TEMPLATE, content(case, decision, steps, version.number))


def content(case: Case, decision: CaseDecision, steps: list[CaseStep], version_number: int) -> dict[str, Any]:
    """Return the words of the form; pure, so that a test reads what the page says."""
    household = decision.snapshot
    decided = decision.decided_at.astimezone(CHINA)
    return {
        "title": f"{case.project_name}审批表",
        "number": f"申请编号：{case.number}",
        "issued": f"决定日期：{decided:%Y年%m月%d日}",
        "facts": _facts(case, decision, household),
        "members": [_member(member) for member in household.get("members", [])][:_ROWS_MAX],
        "rules": [_rule(reason) for reason in decision.trace if reason.get("decides", True)][:_ROWS_MAX],
        "result": _amount_line(decision),
        "opinions": [_opinion(step) for step in steps][-8:],
        "decision": _decision_line(decision),
        "basis": f"依据：{decision.legal_basis or ''}；{case.project_name}第{version_number}版。",
        "remedy": REMEDY,
        "footer": f"打印时间：{now().astimezone(CHINA):%Y-%m-%d %H:%M}　本表数据为作出决定时的快照",
        "words": {
            "members": "家庭成员",
            "member_heads": ["姓名", "关系", "证件号码", "健康状况", "是否计入"],
            "rules": "条件审查与金额测算",
            "rule_heads": ["条件", "标准", "实际", "结论"],
            "opinions": "办理意见",
            "opinion_heads": ["环节", "意见", "办理人", "日期"],
            "seal": "（盖章）　　　　年　　月　　日",
        },
    }


def _facts(case: Case, decision: CaseDecision, household: dict[str, Any]) -> list[list[str]]:
    income = household.get("income_per_capita_month")
    return [
        ["申请人", case.applicant_name],
        ["救助项目", f"{case.project_code} {case.project_name}"],
        ["家庭编号", str(household.get("number", "—"))],
        ["所在村居", str(household.get("division_name") or case.division_code)],
        ["家庭人口", f"{household['member_count']}人" if "member_count" in household else "—"],
        ["人均月收入", f"{income}元" if income is not None else "未知"],
        ["申请事由", case.reason],
        ["起发月份", f"{decision.start_month:%Y年%m月}" if decision.start_month else "—"],
    ]


def _member(member: dict[str, Any]) -> list[str]:
    health = member.get("health")
    return [
        str(member.get("name", "")),
        Relation(member["relation"]).label if member.get("relation") else "",
        str(member.get("id_number") or "无"),
        Health(health).label if health else "未知",
        "计入" if member.get("included") else "不计入",
    ]


def _rule(reason: dict[str, Any]) -> list[str]:
    actual = reason.get("actual")
    return [
        str(reason.get("text", "")),
        str(reason.get("required", "")),
        "未知" if actual is None else str(actual),
        _MARKS[reason.get("passed")],
    ]


def _yuan(amount: Decimal | None) -> str:
    return f"{amount:.2f}元" if amount is not None else "无法测算"


def _amount_line(decision: CaseDecision) -> str:
    if decision.result == "rejected":
        return "理由：" + "；".join(decision.reasons)
    line = f"测算金额：{_yuan(decision.computed_amount)}　决定金额：{_yuan(decision.amount)}"
    return line + (f"　差异理由：{'；'.join(decision.reasons)}" if decision.reasons else "")


def _decision_line(decision: CaseDecision) -> str:
    result = _RESULTS.get(decision.result, decision.result)
    if decision.amount is None:
        return f"决定：{result}。决定人：{decision.user_name}"
    money = f"{_yuan(decision.amount)}（{to_chinese_capital(decision.amount)}）"
    return f"决定：{result}，金额{money}。决定人：{decision.user_name}"


def _opinion(step: CaseStep) -> list[str]:
    return [
        f"{step.step_name}·{step.action_name}",
        step.opinion or str(step.data.get("findings") or "同意"),
        step.actor,
        f"{step.at.astimezone(CHINA):%Y-%m-%d}",
    ]
