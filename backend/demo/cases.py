"""Cases of the demo county in every state, made through the real services, so that every desk has something to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import clocks, intake, service
from backend.cases.errors import GuardRefused
from backend.cases.models import Case, Channel
from backend.cases.schemas import ActionForm, CaseCreate, ReviewCreate
from backend.demo.accounts import COMMUNITY, TOWN, VILLAGE
from backend.identity.models import User
from backend.identity.repository import current_posts
from backend.identity.rights import compile_rights
from backend.kernel.actor import Actor, Reach
from backend.kernel.clocks import CHINA
from backend.kernel.models import now
from backend.kernel.sealing import unseal
from backend.payments.models import Entitlement
from backend.registry.codes import HouseholdStatus, Residence
from backend.registry.models import Household, Person
from backend.registry.numbers import ID_NUMBER

ACCOUNTS = (
    "village109_helper",
    "community109_station",
    "town109_clerk",
    "town109_investigator",
    "town109_approver",
    "town109_approver2",
    "county_clerk",
    "county_admin",
)
REASONS = (
    "户主患病住院，家庭收入中断",
    "丈夫去世，独自抚养两个孩子",
    "残疾无劳动能力，无其他收入来源",
    "子女上学，家庭支出大",
    "年老体弱，土地流转收入低",
    "外出务工受伤，暂时不能劳动",
)
TEAM = {"investigators": ["王建国", "马春梅"], "method": "household_visit", "findings": "住房三间，与申报情况一致"}
Act = tuple[str, str, float, str | None, dict[str, Any]]
"""Account, action, days after the beginning, opinion, data."""

ORDINARY: tuple[Act, ...] = (
    ("community109_station", "review", 1, "身份和材料已核验，情况属实", {}),
    ("town109_clerk", "accept", 2, None, {}),
    ("town109_investigator", "investigate_done", 6, "已入户，情况属实", TEAM),
    ("town109_approver2", "review", 7, "拟同意", {}),
    ("town109_clerk", "publicity_start", 8, None, {}),
    ("town109_clerk", "publicity_end", 16, None, {}),
    ("town109_approver", "approve", 17, "经审核符合条件，同意救助", {}),
)
_SUPPLEMENT = {"items": [{"code": "diagnosis", "name": "诊断证明原件"}], "complete": True}
_KIN = {"staff_name": "村委会委员刘某", "member_name": "户主", "relation": "sibling"}
_CHECK = {"checkers": ["王建国", "马春梅"], "findings": "现场属实，急需救助"}
_QUICK: Act = ("town109_investigator", "quick_check", 0.02, None, _CHECK)
_PAY: Act = ("town109_approver", "pay_first", 0.05, "情况紧急，先行救助", {"amount": "600.00", "cause": "illness"})
_PAPERS: Act = ("town109_clerk", "supplement_papers", 0.3, None, {"explanation": "补齐住院证明和身份证明"})


@dataclass(frozen=True, slots=True)
class Plot:
    """How some cases go: how many steps of the ordinary path, what then, and how long ago they began."""

    count: int
    days_ago: tuple[float, ...]
    steps: int = 0
    then: tuple[Act, ...] = ()
    project: str = "A02"
    signed: bool = True


PLOTS: tuple[Plot, ...] = (
    Plot(3, (1, 3, 5), signed=False),
    Plot(5, (0.2, 1, 2, 3, 6)),
    Plot(5, (1.2, 2, 3, 5, 9), 1),
    Plot(3, (2, 5, 8), 1, (("town109_clerk", "supplement", 1.2, None, _SUPPLEMENT),)),
    Plot(1, (6,), 1, (("town109_clerk", "refuse", 1.5, None, {"reasons": ["户籍不在本县，已告知向户籍地申请"]}),)),
    Plot(1, (9,), 1, (("village109_helper", "withdraw", 1.5, "申请人已找到工作，自愿撤回", {}),)),
    Plot(8, (3, 4, 6, 9, 12, 20, 28, 40), 2),
    Plot(4, (8, 9, 12, 30), 3),
    Plot(3, (9, 10, 15), 4),
    Plot(6, (9, 10, 12, 14, 17, 19), 5),
    Plot(2, (11, 13), 5, (("county_clerk", "object", 9, None, {"content": "反映该户有经营收入"}),)),
    Plot(4, (18, 19, 22, 30), 6),
    Plot(2, (17, 20), 2, (("town109_clerk", "kin_register", 3, None, _KIN),)),
    Plot(6, (20, 24, 30, 35, 45, 50), 7),
    Plot(2, (21, 26), 6, (("town109_approver", "reject", 17, None, {"reasons": ["家庭财产超过规定标准"]}),)),
)
URGENT: tuple[Plot, ...] = (
    Plot(2, (0.1, 0.7), project="C02"),
    Plot(2, (0.2, 0.9), 0, (_QUICK,), "C02"),
    Plot(1, (0.4,), 0, (_QUICK, ("town109_approver", "request_authority", 0.1, None, {"amount": "20000.00"})), "C02"),
    Plot(2, (3, 9), 0, (_QUICK, _PAY), "C02"),
    Plot(1, (4,), 0, (_QUICK, _PAY, _PAPERS), "C02"),
    Plot(1, (6,), 0, (_QUICK, _PAY), "C01"),
    Plot(
        1,
        (8,),
        0,
        (
            _QUICK,
            _PAY,
            _PAPERS,
            ("county_clerk", "county_record", 1, "合规", {"outcome": "compliant"}),
            ("town109_clerk", "close", 1.5, None, {}),
        ),
        "C02",
    ),
)
_STOP = {"change": "stop", "reasons": ["家庭成员就业，人均收入超过低保标准"]}
REVIEWS: tuple[tuple[Act, ...], ...] = (
    (),
    (("town109_clerk", "propose", 1, None, _STOP),),
    (
        ("town109_clerk", "propose", 1, None, _STOP),
        ("town109_clerk", "hear", 3, None, {"statement": "收入不稳定，希望继续保障"}),
    ),
)


# The services enter a case now; the demo's began when its first act was done.
_BEGAN = text(
    'UPDATE "case" c SET created_at = s.at FROM case_step s WHERE s.case_id = c.id AND s.number = 1'
    " AND s.at < c.created_at"
)


async def load(session: AsyncSession) -> None:
    """Make the cases once."""
    if (await session.exec(select(Case.id).where(col(Case.open)).limit(1))).first() is not None:
        return
    await clocks.fill_calendar(session)
    cast = {name: await demo_actor(session, name) for name in ACCOUNTS}
    homes = await _homes(session)
    granted: list[Case] = []
    for number, (plot, days) in enumerate(_each(PLOTS + URGENT)):
        home = next(homes, None)
        if home is None:
            break
        case = await _play(session, cast, plot, home, days, REASONS[number % len(REASONS)])
        if plot.steps == len(ORDINARY) and case.amount is not None:
            granted.append(case)
    for case, acts in zip(granted, REVIEWS, strict=False):
        await _review(session, cast, case, acts)
    await session.execute(_BEGAN)


def _each(plots: tuple[Plot, ...]) -> Iterator[tuple[Plot, float]]:
    for plot in plots:
        for number in range(plot.count):
            yield plot, plot.days_ago[number % len(plot.days_ago)]


async def demo_actor(session: AsyncSession, username: str) -> Actor:
    """Return a demo account as actor; the station and the helper stand in for their colleagues in the whole town."""
    user = (await session.exec(select(User).where(User.username == username))).one()
    posts = await current_posts(session, int(user.id or 0))
    rights = compile_rights(posts)
    if posts[0].division_code.startswith(TOWN):
        rights = {right: Reach((TOWN,)) for right in rights}
    return Actor(
        user_id=int(user.id or 0),
        username=user.username,
        name=user.name,
        division_code=posts[0].division_code,
        roles=tuple(dict.fromkeys(post.role for post in posts)),
        rights=rights,
    )


async def _homes(session: AsyncSession) -> Iterator[tuple[Household, str]]:
    """Return rural households of town 109 that receive nothing yet, with their heads' numbers.

    Those of the demo village and of the demo station come first.
    """
    statement = (
        select(Household, Person)
        .join(Person, col(Person.id) == Household.head_person_id)
        .where(
            col(Household.division_code).startswith(TOWN),
            Household.residence == Residence.RURAL,
            Household.status == HouseholdStatus.ACTIVE,
            col(Person.id_number_cipher).is_not(None),
            col(Person.dead_on).is_(None),
            ~exists().where(col(Case.household_id) == Household.id),
            ~exists().where(col(Entitlement.household_id) == Household.id),
        )
        .order_by(
            (col(Household.division_code) == VILLAGE).desc(),
            col(Household.division_code).startswith(COMMUNITY).desc(),
            col(Household.income_per_capita_month).asc().nulls_last(),
            col(Household.id),
        )
    )
    rows = (await session.exec(statement)).all()
    return iter([(home, unseal(bytes(head.id_number_cipher or b""), ID_NUMBER)) for home, head in rows])


async def _play(
    session: AsyncSession, cast: dict[str, Actor], plot: Plot, home: tuple[Household, str], days: float, reason: str
) -> Case:
    """Walk one case as far as its plot goes; an act that a guard refuses ends it there, as it would at the desk."""
    urgent = plot.project.startswith("C")
    began = _moment(days, whole=not urgent)
    form = CaseCreate(
        project_code=plot.project,
        household_id=home[0].id,
        applicant_id_number=home[1],
        channel=Channel.HOTLINE if urgent else Channel.GRID,
        reason=reason,
        commitment_signed=plot.signed,
        first_contact_at=began if urgent else None,
    )
    helper = cast["town109_clerk" if urgent else "village109_helper"]
    case = await intake.submit(session, helper, form, began)
    acts = ORDINARY[: plot.steps] + plot.then
    for account, action, after, opinion, data in acts:
        at = began + timedelta(days=after)
        if at > now():
            break
        step = ActionForm(action=action, opinion=opinion, data=data)
        try:
            await service.act(session, cast[account], case.key, step, at)
        except GuardRefused:
            break
    return case


def _moment(days: float, *, whole: bool) -> datetime:
    """Return the moment so many days ago, at ten in the morning where the hour does not matter."""
    moment = now() - timedelta(days=days)
    if not whole or days < 1:
        return moment
    return min(moment.astimezone(CHINA).replace(hour=10, minute=0, second=0, microsecond=0), moment)


async def _review(session: AsyncSession, cast: dict[str, Actor], origin: Case, acts: tuple[Act, ...]) -> None:
    """Look at a benefit again."""
    began = _moment(4, whole=True)
    form = ReviewCreate(origin_case_id=origin.key, reason="定期复核：收入变化")
    case = await intake.open_review(session, cast["town109_clerk"], form, began)
    for account, action, after, opinion, data in acts:
        step = ActionForm(action=action, opinion=opinion, data=data)
        await service.act(session, cast[account], case.key, step, began + timedelta(days=after))
