"""Leads of the demo county: from several sources, of every urgency, in every status; and the visits that are due."""

from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo.accounts import COMMUNITY, TOWN, VILLAGE
from backend.demo.cases import demo_actor
from backend.discovery import service
from backend.discovery.models import Hardship, Lead, LeadSource, Urgency
from backend.discovery.referral.schemas import Referring
from backend.discovery.schemas import Assignment, Closing, LeadCreate, Verification
from backend.discovery.visiting.planning import AHEAD_DAYS, plan
from backend.kernel.clocks import CHINA
from backend.kernel.models import now
from backend.registry.models import Household

# Source, urgency, hardship, hours ago, what is told, how far it goes.
_LEADS = (
    (LeadSource.GRID, Urgency.RED, Hardship.ILLNESS, 3, "独居老人突发脑梗住院，家中无人照料", 0),
    (LeadSource.HOTLINE, Urgency.RED, Hardship.ACCIDENT, 30, "12349来电：交通事故重伤，家属筹不齐医药费", 0),
    (LeadSource.HOSPITAL, Urgency.ORANGE, Hardship.ILLNESS, 20, "县医院：透析患者欠费，家庭收入低", 1),
    (LeadSource.SCHOOL, Urgency.YELLOW, Hardship.EDUCATION, 40, "班主任反映学生家庭突遇变故，缴费困难", 1),
    (LeadSource.MEDICAL_INSURANCE, Urgency.YELLOW, Hardship.ILLNESS, 90, "医保推送：年度个人自付超过三万元", 2),
    (LeadSource.GRID, Urgency.ORANGE, Hardship.DISASTER, 60, "走访发现房屋漏雨，老人不愿搬出", 2),
    (LeadSource.POLICE, Urgency.RED, Hardship.OTHER, 12, "派出所：路边发现流浪老人，身份不明", 3),
    (LeadSource.PUBLIC, Urgency.YELLOW, Hardship.LOW_INCOME, 150, "邻居反映一户生活困难", 4),
    (LeadSource.COMMUNITY, Urgency.YELLOW, Hardship.UNEMPLOYMENT, 200, "社区排查：户主失业半年", 0),
)


async def load(session: AsyncSession) -> None:
    """Report them once."""
    if (await session.exec(select(Lead.id).limit(1))).first() is not None:
        return
    helper = await demo_actor(session, "village109_helper")
    station = await demo_actor(session, "community109_station")
    clerk = await demo_actor(session, "town109_clerk")
    statement = select(Household.id).where(col(Household.division_code).startswith(TOWN)).order_by(col(Household.id))
    homes = (await session.exec(statement.limit(len(_LEADS)))).all()
    for number, (source, urgency, hardship, hours, facts, far) in enumerate(_LEADS):
        area = (VILLAGE, COMMUNITY, TOWN)[number % 3]
        form = LeadCreate(source=source, urgency=urgency, hardship=hardship, facts=facts, division_code=area)
        lead = await service.enter(session, helper, form, now() - timedelta(hours=hours))
        lead.household_id = homes[number] if number < len(homes) and source is not LeadSource.POLICE else None
        if far >= 1:
            await service.assign(session, clerk, lead.key, Assignment(note="请尽快联系"))
        if far >= 2:  # noqa: PLR2004 - how far it goes
            found = Verification(confirmed=far != 4, findings="已上门核实")  # noqa: PLR2004
            await service.verify(session, station, lead.key, found)
        if far == 3:  # noqa: PLR2004
            await service.refer(session, clerk, lead.key, Referring(to="县救助管理站", need="身份查询和临时安置"))
        if far == 4:  # noqa: PLR2004
            await service.close(session, clerk, lead.key, Closing(reason="核实后子女收入较高，暂不需要救助"))
    today = now().astimezone(CHINA).date()
    await plan(session, today, today + timedelta(days=AHEAD_DAYS), now())
