"""Write cases that were closed long ago, with the acts, notices, hearings and decisions they passed through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import orjson
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import clocks
from backend.cases.models.codes import CaseKind, CaseState
from backend.cases.path.definition import path_of
from backend.cases.path.engine import Path, Step, label_of
from backend.cases.path.kinds import KINDS, StepKind
from backend.catalogue.models import Project, ProjectVersion
from backend.catalogue.repository import versions_in_force
from backend.demo.copying import Tables
from backend.demo.divisions import TOWNS
from backend.demo.families import GIVEN
from backend.demo.months import today
from backend.identity.models import Post, User
from backend.kernel.calendar import WorkCalendar
from backend.kernel.clocks import CHINA
from backend.kernel.identifiers.serials import with_check

Act = tuple[Step, str, CaseState | None, CaseState, datetime]
"""Step, action, state before and after, when."""
Staff = dict[tuple[str, str], list[tuple[int, str]]]
"""(place, role) → who holds it."""
TABLES = ("case", "case_step", "case_decision", "case_notice", "case_hearing")
_BEGIN = {CaseKind.APPLICATION: "create", CaseKind.URGENT: "register", CaseKind.REVIEW: "open_review"}
_BEGIN_WORDS = {"create": "登记申请", "register": "登记急难", "open_review": "发起复核"}
_ACTS: dict[StepKind, tuple[str, ...]] = {
    StepKind.SUBMISSION: ("submit",),
    StepKind.COMMUNITY_REVIEW: ("review",),
    StepKind.ACCEPTANCE: ("accept",),
    StepKind.INVESTIGATION: ("investigate_done",),
    StepKind.REVIEW: ("review",),
    StepKind.PUBLICITY: ("publicity_start", "publicity_end"),
    StepKind.QUICK_CHECK: ("quick_check",),
    StepKind.PAYMENT: ("pay_first",),
    StepKind.PAPERS: ("supplement_papers",),
    StepKind.COUNTY_RECORD: ("county_record",),
    StepKind.CLOSING: ("close",),
    StepKind.PROPOSAL: ("propose",),
    StepKind.HEARING: ("hear",),
    StepKind.CHANGE_DECISION: ("decide",),
}
_OPINIONS = {
    "review": "情况属实，拟同意",
    "investigate_done": "已入户调查，情况属实",
    "approve": "经审核符合条件，同意救助",
    "reject": "不符合规定条件，不予确认",
    "pay_first": "情况紧急，先行救助",
    "county_record": "合规",
    "decide": "同意变更",
    "maintain": "情况没有变化，维持原待遇",
}
_BASIS = "《社会救助法》第四十四条，经授权由乡镇人民政府、街道办事处作出决定"


@dataclass(slots=True)
class PastCase:
    """A closed case as drawn. `accepted` starts the clocks; an urgent case starts at first contact."""

    project: str
    kind: CaseKind
    state: CaseState
    household_id: int
    applicant_id: int | None
    applicant: str
    division: str
    members: int
    income: Decimal | None
    household_number: str
    village: str
    reason: str
    channel: str
    submitted: datetime
    accepted: datetime
    decided: datetime
    closed: datetime
    amount: Decimal | None = None
    start_month: date | None = None
    change: str | None = None
    reasons: tuple[str, ...] = ()
    announced: bool = True
    id: int = 0
    number: str = ""


class Archive:
    """Turns past cases into the rows of each table and copies them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tables = Tables(session)

    async def write(self, cases: list[PastCase]) -> None:
        """Give ids and numbers, and write everything."""
        await clocks.fill_calendar(self._session)
        calendar = await clocks.work_calendar(self._session)
        versions = dict(await versions_in_force(self._session, today()))
        codes = {p.id: p.code for p in (await self._session.exec(select(Project))).all()}
        staff = await self._staff()
        ids = await self._tables.draw_ids("case", len(cases))
        serials = await self._session.execute(
            text("SELECT nextval('case_number_seq') FROM generate_series(1, :count)"), {"count": len(cases)}
        )
        for case, case_id, serial in zip(cases, ids, serials.scalars(), strict=True):
            version = versions[case.project]
            case.id = case_id
            day = f"{case.submitted.astimezone(CHINA):%Y%m%d}"
            case.number = with_check(f"{case.division[:6]}{codes[version.project_id]}{day}{serial:05d}")
            path = path_of(version, case.kind)
            acts = list(_acts(case, path))
            self._case(case, version, path, acts[-1][0], calendar)
            self._steps(case, acts, staff)
            self._decision(case, version, staff)
            self._notice(case, path)
        await self._tables.copy(TABLES)

    async def _staff(self) -> Staff:
        """Return who holds a role in a place, first comers first; the town's stand for its communities and villages."""
        posts = await self._session.exec(
            select(Post, User).join(User, col(User.id) == col(Post.user_id)).order_by(col(User.id))
        )
        staff: Staff = {}
        for post, user in posts.all():
            staff.setdefault(((post.division_code or "")[:9], post.role), []).append((user.id or 0, user.name))
        return staff

    def _case(self, case: PastCase, version: ProjectVersion, path: Path, last: Step, calendar: WorkCalendar) -> None:
        urgent = case.kind is CaseKind.URGENT
        promised = clocks.working_days(path.promise_days) if path.promise_days and not urgent else None
        statutory = clocks.working_days(path.statutory_days) if path.statutory_days and not urgent else None
        self._tables.add(
            "case", id=case.id, created_at=case.submitted, updated_at=case.closed, version=1, number=case.number,
            kind=case.kind.value, project_code=case.project, project_name=version.name, department=version.department,
            version_id=version.id, channel=case.channel, reason=case.reason, commitment_signed=True,
            household_id=case.household_id, applicant_id=case.applicant_id, applicant_name=case.applicant,
            division_code=case.division, decision_level=path.decision_level.value, state=case.state.value,
            step=last.code, step_name=last.name, step_kind=last.kind.value, step_index=path.steps.index(last),
            step_permission=last.permission.value, open=False, waits_roles=[], step_roles=list(last.roles),
            urgent=urgent, first_contact_at=case.submitted if urgent else None, submitted_at=case.submitted,
            accepted_at=None if urgent else case.accepted, step_started_at=case.decided, provisional=False,
            extended=False, promise_due_at=promised.due(case.accepted, calendar).at if promised else None,
            statutory_due_at=statutory.due(case.accepted, calendar).at if statutory else None,
            urgent_due_at=case.submitted + timedelta(hours=path.urgent_hours) if path.urgent_hours else None,
            amount=case.amount, start_month=case.start_month, decided_at=case.decided, decided_by=0,
            closed_at=case.closed, spot_check=False, change=case.change, form="{}",
        )  # fmt: skip

    def _steps(self, case: PastCase, acts: list[Act], staff: Staff) -> None:
        for number, (step, action, before, after, at) in enumerate(acts, start=1):
            role = step.roles[0] if step.roles else "town_approver"
            # 初审签批人 ≠ 确认签批人: the second leader signs the opinion before the notice.
            user_id, name = _who(staff, case.division, role, second=step.kind is StepKind.REVIEW)
            self._tables.add(
                "case_step", case_id=case.id, number=number, division_code=case.division, action=action,
                action_name=_BEGIN_WORDS.get(action) or label_of(action), step=step.code, step_name=step.name,
                from_state=before.value if before else None, to_state=after.value, user_id=user_id, actor=name,
                actor_division=case.division[:6] if role.startswith("county") else case.division[:9],
                actor_roles=role, opinion=_OPINIONS.get(action), data="{}", at=at, created_at=at,
            )  # fmt: skip

    def _decision(self, case: PastCase, version: ProjectVersion, staff: Staff) -> None:
        result = {CaseState.CLOSED: "paid_first", CaseState.CHANGED: case.change or "stop"}.get(
            case.state, case.state.value
        )
        if case.state is CaseState.MAINTAINED:
            return
        user_id, name = _who(staff, case.division, "town_approver")
        snapshot = {
            "number": case.household_number,
            "member_count": case.members,
            "income_per_capita_month": f"{case.income:.2f}" if case.income is not None else None,
            "division_name": case.village,
            "members": [],
        }
        self._tables.add(
            "case_decision", case_id=case.id, division_code=case.division, result=result, amount=case.amount,
            computed_amount=case.amount, start_month=case.start_month, reasons=orjson.dumps(case.reasons).decode(),
            legal_basis=_BASIS, version_id=version.id, snapshot=orjson.dumps(snapshot).decode(), trace="[]",
            user_id=user_id, user_name=name, decided_at=case.decided, created_at=case.decided,
        )  # fmt: skip
        if case.change == "stop":
            told = case.submitted + timedelta(days=1)
            self._tables.add(
                "case_hearing", case_id=case.id, division_code=case.division, told_at=told,
                answer_until=told + timedelta(days=7), heard_at=told + timedelta(days=3), waived=False,
                statement="已知晓拟停发的理由，没有异议", created_at=told, updated_at=told, version=1,
            )  # fmt: skip

    def _notice(self, case: PastCase, path: Path) -> None:
        if not path.publicity_days or case.kind is not CaseKind.APPLICATION or not case.announced:
            return
        posted = case.decided - timedelta(days=path.publicity_days + 2)
        content = {"name": case.applicant, "members": case.members, "project": case.project, "village": case.village}
        self._tables.add(
            "case_notice", case_id=case.id, division_code=case.division, place="村（居）务公示栏",
            days=path.publicity_days, posted_at=posted, ends_at=posted + timedelta(days=path.publicity_days),
            closed_at=case.decided - timedelta(days=1), phone="12349", content=orjson.dumps(content).decode(),
            created_at=posted, updated_at=case.decided, version=1,
        )  # fmt: skip


def _who(staff: Staff, division: str, role: str, *, second: bool = False) -> tuple[int, str]:
    """Return who acts; towns without demo accounts have people of their own who never sign in."""
    place = division[:6] if role.startswith("county") else division[:9]
    known = staff.get((place, role))
    if known:
        return known[-1 if second else 0]
    town = next(i for i, (code, _, _) in enumerate(TOWNS) if code == division[6:9])
    given = GIVEN["2" if role in {"town_clerk", "village_helper"} else "1"]
    return 0, "王李张刘赵孙杨马高郭韩于"[town] + given[(town * 5 + len(role) + second) % len(given)]


def _acts(case: PastCase, path: Path) -> Iterator[Act]:
    """Walk the path from its beginning to the decision: step, action, state before and after, when."""
    steps = [s for s in path.steps if not s.optional]
    if case.state is CaseState.MAINTAINED:
        steps = steps[:1]
    plan: list[tuple[Step, str]] = [(steps[0], _BEGIN[case.kind])]
    for step in steps:
        last = {CaseState.APPROVED: "approve", CaseState.REJECTED: "reject"}.get(case.state, "maintain")
        plan += [(step, action) for action in _ACTS.get(step.kind, (last,))]
    if case.state is CaseState.MAINTAINED:
        plan[-1] = (steps[0], "maintain")
    before: CaseState | None = None
    for place, (step, action) in enumerate(plan):
        after = _state_after(case, plan, place)
        yield step, action, before, after, _when(case, plan, place)
        before = after


def _state_after(case: PastCase, plan: list[tuple[Step, str]], place: int) -> CaseState:
    step, action = plan[place]
    if place == len(plan) - 1:
        return case.state
    if action == "publicity_start":
        return CaseState.PUBLICISED
    return KINDS[step.kind if place == 0 else plan[place + 1][0].kind].entry


def _when(case: PastCase, plan: list[tuple[Step, str]], place: int) -> datetime:
    """Spread the acts evenly between submission, acceptance (or first payment) and closing."""
    names = [name for _, name in plan]
    end = len(plan) - 1
    turn = next((names.index(name) for name in ("pay_first", "accept") if name in names), None)
    moment = case.decided if "pay_first" in names else case.accepted
    if turn is None or place <= turn:
        until, goal = (end, case.closed) if turn is None else (turn, moment)
        return case.submitted + (goal - case.submitted) * place / max(until, 1)
    return moment + (case.closed - moment) * (place - turn) / (end - turn)


def at(day: date, hour: int) -> datetime:
    """Return an hour of a day in China."""
    return datetime.combine(day, time(hour), CHINA)
