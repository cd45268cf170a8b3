"""Hotlines of the demo county: 12349 and one number per town, of a pattern that reaches nobody."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.disclosure.models import Hotline
from backend.identity.models import Division, Level

COUNTY = "371623"


async def load(session: AsyncSession) -> None:
    """Publish the numbers; again changes nothing."""
    if (await session.exec(select(Hotline.id).limit(1))).first() is not None:
        return
    session.add(Hotline(division_code=COUNTY, name="社会救助服务热线", phone="12349", hours="全天24小时"))
    towns = await session.exec(select(Division).where(Division.level == Level.TOWN).order_by(col(Division.code)))
    for number, town in enumerate(towns.all(), start=1):
        session.add(Hotline(division_code=town.code, name=f"{town.name}救助热线", phone=f"0543-0000{number:03d}"))
    await session.flush()
