"""Two years of applications, emergencies and reviews: what is paid was once granted, and others were refused."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases.models.codes import CaseKind, CaseState
from backend.demo import answer_key
from backend.demo.case_history import Archive, PastCase, at
from backend.demo.families import SEASON, SEED
from backend.demo.months import HISTORY, month_ago, this_month, today

# A quarter of DOMAIN §10.2 a year: 700 urgent, 500 for spending.
URGENT_A_MONTH, SPENDING_A_MONTH = 14, 10
REVIEWS_A_MONTH = 9
LATE = 0.06
_CAUSES = ("突发重病住院", "交通事故受伤", "房屋失火", "溺水意外", "失业断粮", "家庭成员意外身故")
_NEEDS = (
    "户主患病，家庭收入中断",
    "残疾无劳动能力，无其他收入来源",
    "年老体弱，土地流转收入低",
    "子女上学，家庭支出大",
)
_REFUSALS = ("家庭人均月收入超过低保标准", "家庭财产超过规定标准", "家庭成员名下有机动车", "不配合调查核实")
_CHANNELS = ("grid",) * 5 + ("window",) * 3 + ("online", "lead")
_HOME = """
SELECT h.id AS household_id, h.head_person_id AS applicant_id, h.head_name AS applicant, h.division_code AS division,
       h.member_count AS members, h.income_per_capita_month AS income, h.number AS household_number,
       d.name AS village{more}
FROM household h JOIN division d ON d.code = h.division_code {join}
WHERE h.head_person_id IS NOT NULL AND {where}
ORDER BY h.id{order}
"""
_GRANTED = _HOME.format(
    more=", e.project_code, e.monthly_amount AS amount, e.from_month",
    join="JOIN entitlement e ON e.household_id = h.id",
    where="e.predecessor_id IS NULL AND e.from_month > :first AND e.project_code IN ('A01', 'A02', 'A03', 'A05')",
    order=", e.project_code",
)
_UNGRANTED = _HOME.format(
    more=", h.residence",
    join="",
    # Those of the town where the demo begins are still to apply.
    where="NOT EXISTS (SELECT FROM entitlement e WHERE e.household_id = h.id)"
    " AND h.division_code NOT LIKE '371623109%'",
    order="",
)
_STOPPED = _HOME.format(
    more=", e.project_code, e.monthly_amount AS amount, (e.to_month + interval '1 month')::date AS month",
    join="JOIN entitlement e ON e.household_id = h.id",
    where="e.status = 'stopped' AND h.status = 'active' AND e.to_month >= :first",
    order="",
)
_PAID = _HOME.format(
    more=", e.project_code",
    join="JOIN entitlement e ON e.household_id = h.id",
    where="e.to_month IS NULL AND e.project_code IN ('A01', 'A02') AND h.status = 'active'",
    order="",
)
_LINK = text("""
UPDATE entitlement e SET case_id = c.id, case_ref = c.number, reason = '批准'
FROM "case" c
WHERE c.household_id = e.household_id AND c.project_code = e.project_code AND c.state = 'approved'
  AND c.kind = 'application' AND c.start_month = e.from_month AND e.predecessor_id IS NULL
""")
_ORDERS = text("""
INSERT INTO payment_order (case_id, purpose, case_ref, household_id, payee_person_id, payee_name, division_code,
    residence, project_code, version_id, fund_book, expense_account, budget_subject, amount, from_month, channel,
    status, cause, paid_at)
SELECT c.id, CASE WHEN c.urgent THEN 'urgent' ELSE 'grant' END, c.number, c.household_id, c.applicant_id,
       c.applicant_name, c.division_code, h.residence, c.project_code, c.version_id, 'BK01',
       CASE WHEN c.urgent THEN '5101' ELSE '5102' END, '2082001', c.amount, c.start_month,
       CASE WHEN c.urgent THEN 'reserve_bank' ELSE 'batch' END,
       CASE WHEN c.urgent OR c.start_month < :month THEN 'paid' ELSE 'waiting' END, c.reason,
       CASE WHEN c.urgent THEN c.decided_at WHEN c.start_month < :month THEN c.start_month + 9 + time '16:00' END
FROM "case" c JOIN household h ON h.id = c.household_id
WHERE c.project_code IN ('C01', 'C02', 'C03') AND c.amount > 0
""")
_ONCE = text("""
INSERT INTO benefit (household_id, project_code, division_code, once, monthly_amount, from_month, status, reference)
SELECT household_id, project_code, division_code, true, amount, from_month, 'ended', 'payment_order:' || id
FROM payment_order
""")


async def load(session: AsyncSession) -> None:
    """Tell the story of what is paid, once."""
    if await session.scalar(text('SELECT 1 FROM "case" LIMIT 1')):
        return
    draw = _Draw()
    first = month_ago(HISTORY)
    cases = [draw.granted(row) for row in await _rows(session, _GRANTED, first=first)]
    cases += [draw.refused(row) for row in await _rows(session, _UNGRANTED)]
    cases += [draw.stopped(row) for row in await _rows(session, _STOPPED, first=month_ago(HISTORY - 1))]
    homes = await _rows(session, _PAID)
    cases += draw.monthly(homes)
    unannounced = [case for case in cases if case.project == "A02" and case.state is CaseState.APPROVED][5:8]
    for case in unannounced:
        case.announced = False
    cases.sort(key=lambda case: (case.submitted, case.household_id))
    await Archive(session).write(cases)
    await session.execute(_LINK)
    await session.execute(_ORDERS, {"month": this_month()})
    await session.execute(_ONCE)
    await session.execute(text("ANALYZE payment_order"))
    answer_key.add("Q11", await answer_key.places_of(session, [case.household_id for case in unannounced]))


async def _rows(session: AsyncSession, sql: str, **values: Any) -> list[Row[Any]]:
    return list((await session.execute(text(sql), values)).all())


class _Draw:
    """Draws when and how each case went; the same seed tells the same story."""

    def __init__(self) -> None:
        self._random = Random(SEED)  # noqa: S311  (a demo must be repeatable)

    def granted(self, row: Row[Any]) -> PastCase:
        """Return the application behind a benefit: decided in the month before it begins."""
        decided = self._day(month_ago(1, row.from_month))
        case = self._ordinary(row, row.project_code, CaseState.APPROVED, decided)
        case.amount, case.start_month = row.amount, row.from_month
        return case

    def refused(self, row: Row[Any]) -> PastCase:
        """Return an application that failed."""
        r = self._random
        project = "A01" if row.residence == "urban" else "A02"
        case = self._ordinary(row, project, CaseState.REJECTED, self._day(self._month()))
        case.reasons = (r.choice(_REFUSALS),)
        return case

    def stopped(self, row: Row[Any]) -> PastCase:
        """Return the review that ended a benefit."""
        decided = self._day(month_ago(1, row.month))
        case = self._review(row, CaseState.CHANGED, decided)
        case.change, case.reasons, case.amount = "stop", ("家庭收入增加，超过低保标准",), None
        case.start_month = row.month
        return case

    def monthly(self, homes: list[Row[Any]]) -> list[PastCase]:
        """Return what each month brought: emergencies, bills too high, reviews that changed nothing."""
        r, found = self._random, []
        for back in range(HISTORY, -1, -1):
            month = month_ago(back)
            season = SEASON[month.month - 1] / 9
            found += [self._urgent(r.choice(homes), month) for _ in range(round(URGENT_A_MONTH * season))]
            found += [self._spending(r.choice(homes), month) for _ in range(round(SPENDING_A_MONTH * season))]
            if back:
                more = 2 if month.month >= 10 else 1  # noqa: PLR2004 - reviews gather in the last quarter
                kept = [r.choice(homes) for _ in range(REVIEWS_A_MONTH * more)]
                found += [self._review(home, CaseState.MAINTAINED, self._day(month)) for home in kept]
        return found

    def _month(self) -> date:
        months = [month_ago(back) for back in range(1, HISTORY + 1)]
        return self._random.choices(months, [SEASON[month.month - 1] for month in months])[0]

    def _day(self, month: date, latest: int = 27) -> date:
        last = min(month + timedelta(days=latest), today() - timedelta(days=1))
        return month + timedelta(days=self._random.randint(0, max(0, (last - month).days)))

    def _ordinary(self, row: Row[Any], project: str, state: CaseState, decided: date, days: int = 20) -> PastCase:
        """Accept so many calendar days before the decision that six in a hundred are late."""
        r = self._random
        share = r.uniform(1.55, 1.9) if r.random() < LATE else r.triangular(0.6, 1.25, 1.0)
        accepted = decided - timedelta(days=max(2, round(days * share)))
        return PastCase(
            project=project, kind=CaseKind.APPLICATION, state=state, reason=r.choice(_NEEDS),
            channel=r.choice(_CHANNELS), submitted=at(accepted - timedelta(days=r.randint(1, 3)), 10),
            accepted=at(accepted, 11), decided=at(decided, 15), closed=at(decided, 15), **_home(row),
        )  # fmt: skip

    def _spending(self, row: Row[Any], month: date) -> PastCase:
        case = self._ordinary(row, "C03", CaseState.APPROVED, self._day(month), days=10)
        amount = min(self._random.lognormvariate(7.9, 0.5), 8000)
        case.amount, case.start_month = Decimal(int(amount) // 10 * 10), month
        case.reason = "医疗、教育等必需支出突然增加，超出家庭承受能力"
        return case

    def _urgent(self, row: Row[Any], month: date) -> PastCase:
        r = self._random
        small = r.random() < 0.5  # noqa: PLR2004
        day = min(self._day(month), today() - timedelta(days=2))
        first = at(day, r.randint(7, 21))
        hours = r.uniform(1, 20) if r.random() > 0.04 else r.uniform(26, 40)  # noqa: PLR2004
        decided = first + timedelta(hours=hours)
        closed = min(decided + timedelta(days=r.randint(2, 9)), at(today(), 0))
        case = PastCase(
            project="C01" if small else "C02", kind=CaseKind.URGENT, state=CaseState.CLOSED, reason=r.choice(_CAUSES),
            channel=r.choice(("hotline", "grid", "lead", "window")), submitted=first, accepted=first, decided=decided,
            closed=max(closed, decided), **_home(row),
        )  # fmt: skip
        case.amount = Decimal(r.randint(3, 8) * 100 if small else r.randint(8, 29) * 100)
        case.start_month = decided.date().replace(day=1)
        return case

    def _review(self, row: Row[Any], state: CaseState, decided: date) -> PastCase:
        opened = at(decided - timedelta(days=self._random.randint(6, 14)), 9)
        return PastCase(
            project=row.project_code, kind=CaseKind.REVIEW, state=state, reason="定期复核", channel="window",
            submitted=opened, accepted=opened, decided=at(decided, 16), closed=at(decided, 16),
            change="keep" if state is CaseState.MAINTAINED else None, **_home(row),
        )  # fmt: skip


def _home(row: Row[Any]) -> dict[str, Any]:
    names = (
        "household_id",
        "applicant_id",
        "applicant",
        "division",
        "members",
        "income",
        "household_number",
        "village",
    )
    return {name: getattr(row, name) for name in names}
