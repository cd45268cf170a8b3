"""What waits for somebody: a parameter for its second person, a county run, a what-if, online applications."""

from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.models import Residence
from backend.catalogue.schemas import ChangeCreate
from backend.catalogue.service import parameters
from backend.demo.cases import demo_actor
from backend.demo.families import STANDARD, Draw
from backend.demo.months import today
from backend.disclosure import service as disclosure
from backend.disclosure.schemas import ApplicationForm
from backend.matching.scenario_schemas import Change, WhatIfIn
from backend.matching.schemas import RunIn
from backend.matching.service import runs, supposing

RISE = Decimal("1.03")
# Village, urgent, what is wanted.
ONLINE = (
    ("371623109001001", False, "老伴去世后独自生活，腿脚不便，想申请农村低保"),
    ("371623109002003", False, "孩子考上大学，家里还有病人，学费和医药费凑不齐"),
    ("371623109003002", True, "昨晚家中失火，房屋和粮食都烧了，一家四口没有住处"),
    ("371623001002004", False, "失业半年，房租和孩子的奶粉钱没有着落"),
    ("371623101001005", False, "父亲透析，每月自费两千多元，想了解能申请哪些救助"),
)


async def load(session: AsyncSession) -> None:
    """Ask once. The run and the what-if are carried out by the worker, as everybody's are."""
    if await session.scalar(text("SELECT 1 FROM parameter_change LIMIT 1")):
        return
    clerk, admin = await demo_actor(session, "county_clerk"), await demo_actor(session, "county_admin")
    coming = date(today().year + (today().month >= 7), 7, 1)  # noqa: PLR2004 - standards change in July
    for residence in (Residence.URBAN, Residence.RURAL):
        form = ChangeCreate(
            code="dibao_standard",
            residence=residence,
            value=_raised(residence),
            valid_from=coming,
            basis="关于调整低保标准的通知（征求意见稿）",
        )
        await parameters.propose(session, clerk, form)
    await runs.start(session, clerk, RunIn())
    changes = [Change(parameter="dibao_standard", residence=r, value=_raised(r)) for r in Residence]
    await supposing.suppose(session, admin, WhatIfIn(changes=changes))
    await _apply_online(session)


def _raised(residence: Residence) -> Decimal:
    return (STANDARD[residence.value] * RISE).quantize(Decimal(1))


async def _apply_online(session: AsyncSession) -> None:
    draw = Draw(seed=20260702)
    for village, urgent, reason in ONLINE:
        person = draw.person(draw.random.randint(28, 70), draw.random.choice("12"))
        form = ApplicationForm(
            division_code=village,
            applicant_name=person.name,
            id_number=person.number or "",
            phone=draw.phone(),
            reason=reason,
            urgent=urgent,
            commitment=True,
        )
        await disclosure.apply_online(session, form)
