"""The demo county's books: special account, twelve reserves with their floats, relief fund; opened by vouchers."""

from datetime import date
from decimal import Decimal

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo.months import HISTORY, this_month, today
from backend.identity.models import Organization
from backend.kernel.actor import SYSTEM
from backend.ledger import complement, content, service
from backend.ledger.models import Fund, FundKind, FundParameter, FundSource

COUNTY = "371623"
# The books open before the history of the demo county begins; every year has its grants.
YEARS = tuple(range(this_month().year - HISTORY // 12, this_month().year + 1))
OPENED = date(YEARS[0], 1, 4)
# Town, name, float in yuan: by population (DOMAIN §10.2), 50,000 to 100,000.
RESERVES = (
    ("001", "棣丰街道", 100_000),
    ("002", "海丰街道", 90_000),
    ("101", "水湾镇", 50_000),
    ("102", "碣石山镇", 50_000),
    ("103", "小泊头镇", 80_000),
    ("104", "埕口镇", 50_000),
    ("105", "马山子镇", 60_000),
    ("106", "车王镇", 70_000),
    ("107", "柳堡镇", 60_000),
    ("108", "佘家镇", 60_000),
    ("109", "信阳镇", 70_000),
    ("110", "西小王镇", 60_000),
)
# A year's appropriations by level of government: what a quarter of DOMAIN §10.2 needs, and room for trying things out.
GRANTS = (
    (FundSource.CENTRAL, 10_500_000),
    (FundSource.PROVINCE, 4_500_000),
    (FundSource.CITY, 1_500_000),
    (FundSource.COUNTY, 24_000_000),
)
GIFTS = ((FundSource.COUNTY, 800_000), (FundSource.DONATION, 500_000))
RULES = {"cash_share": "0.20", "replenish_below": "0.40", "complement_order": "reserve_first"}


async def load(session: AsyncSession) -> None:
    """Load the chart, open the books and put their money in; again changes nothing."""
    await content.load(session)
    if (await session.exec(select(Fund.id).limit(1))).first() is not None:
        return
    county = Fund(code="BK01", name="困难群众救助资金专账", kind=FundKind.COUNTY_SPECIAL, division_code=COUNTY)
    charity = Fund(
        code="BK20",
        name="特困家庭救助基金",
        kind=FundKind.CHARITY_RELIEF,
        division_code=COUNTY,
        organization_id=await _federation(session),
        default_source=FundSource.DONATION,
    )
    reserves = [
        Fund(
            code=f"BK{place:02d}",
            name=f"{name}临时救助备用金",
            kind=FundKind.TOWN_RESERVE,
            division_code=COUNTY + town,
            float_amount=Decimal(amount),
        )
        for place, (town, name, amount) in enumerate(RESERVES, start=2)
    ]
    session.add_all([county, charity, *reserves])
    await session.flush()
    session.add_all(
        FundParameter(
            fund_id=fund.id or 0, code=code, value=value, valid_from=OPENED, basis="县级备用金管理办法（示例）"
        )
        for fund in reserves
        for code, value in RULES.items()
    )
    await session.flush()
    await _fill(session, county, charity, reserves)


async def _federation(session: AsyncSession) -> int | None:
    """Return the charity federation, which holds BK20."""
    return (await session.exec(select(Organization.id).where(Organization.name == "县慈善总会"))).first()


async def _fill(session: AsyncSession, county: Fund, charity: Fund, reserves: list[Fund]) -> None:
    for year in YEARS:
        for source, amount in GRANTS:
            await _receive(session, "E01", county, source, amount, year)
        for source, amount in GIFTS:
            await _receive(session, "E13", charity, source, amount, year)
    await _float(session, county, reserves)


async def _receive(
    session: AsyncSession, template: str, fund: Fund, source: FundSource, amount: int, year: int
) -> None:
    granted = template == "E01"
    serial = list(FundSource).index(source) + 1
    paper = f"财社指〔{year}〕{serial}号" if granted else f"慈善收据 {year}-{serial}"
    given = "县级注入救助基金" if source is FundSource.COUNTY else "慈心一日捐"
    await service.post(
        session,
        service.Posting(
            template=template,
            fund_id=fund.id,
            amount=Decimal(amount),
            fund_source=source,
            dimensions={"doc_no": paper},
            occurred_on=min(date(year, 1, 4), today()),
            memo=f"收到{source.label}困难群众救助补助资金" if granted else given,
            idempotency_key=f"demo:{fund.code}:{source.value}:{year}",
        ),
    )


async def _float(session: AsyncSession, county: Fund, reserves: list[Fund]) -> None:
    """Advance each town its float, a tenth of it drawn as cash."""
    for reserve in reserves:
        await complement.refill(
            session,
            SYSTEM,
            reserve,
            county,
            reserve.float_amount or Decimal(0),
            doc_no=f"备用金拨〔2026〕{reserve.code}",
            key=f"demo:float:{reserve.code}",
            occurred_on=OPENED,
        )
        # A tenth of the float is kept as cash, half of what the share allows.
        await service.post(
            session,
            service.Posting(
                template="E09C",
                fund_id=reserve.id,
                amount=(reserve.float_amount or Decimal(0)) / 10,
                dimensions={"doc_no": f"现金支票 {reserve.code}"},
                occurred_on=OPENED,
                memo="提取备用现金",
                idempotency_key=f"demo:cash:{reserve.code}",
            ),
        )
