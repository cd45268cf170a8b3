"""The divisions of the demo county: twelve towns by name and code, communities and villages with synthetic names."""

from sqlalchemy import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import Division, Level

COUNTY = ("371623", "无棣县")
# Name, code and registered population of each town (DOMAIN §10.1, §10.2).
TOWNS = (
    ("001", "棣丰街道", 58000),
    ("002", "海丰街道", 52000),
    ("101", "水湾镇", 55500),
    ("102", "碣石山镇", 26000),
    ("103", "小泊头镇", 44000),
    ("104", "埕口镇", 23500),
    ("105", "马山子镇", 30000),
    ("106", "车王镇", 36000),
    ("107", "柳堡镇", 33000),
    ("108", "佘家镇", 32000),
    ("109", "信阳镇", 35500),
    ("110", "西小王镇", 31500),
)
COMMUNITIES_PER_TOWN = 8
VILLAGES_PER_COMMUNITY = 6
FIRST = "东西南北中前后上下新"
SECOND = "河柳杨槐枣桥井坡岭塘"
THIRD = "李王张刘赵孙周吴郑冯"


def community_name(number: int) -> str:
    """Return a name no real community is meant by."""
    return f"{FIRST[number % 10]}{SECOND[(number // 10 + number) % 10]}社区"


def village_name(number: int) -> str:
    """Return a name no real village is meant by."""
    return f"{FIRST[number % 10]}{THIRD[(number // 10) % 10]}{SECOND[(number // 7) % 10]}村"


def rows() -> list[dict[str, object]]:
    """Return every division, county first."""
    county, county_name = COUNTY
    found = [_row(county, county_name, Level.COUNTY, None, county_name)]
    for t, (code, name, _) in enumerate(TOWNS):
        town = county + code
        found.append(_row(town, name, Level.TOWN, county, name))
        for c in range(COMMUNITIES_PER_TOWN):
            community, label = f"{town}{c + 1:03d}", community_name(t * COMMUNITIES_PER_TOWN + c)
            found.append(_row(community, label, Level.COMMUNITY, town, name + label))
            for v in range(VILLAGES_PER_COMMUNITY):
                village = f"{community}{v + 1:03d}"
                called = village_name((t * COMMUNITIES_PER_TOWN + c) * VILLAGES_PER_COMMUNITY + v)
                found.append(_row(village, called, Level.VILLAGE, community, name + label + called))
    return found


def _row(code: str, name: str, level: Level, parent: str | None, full: str) -> dict[str, object]:
    return {"code": code, "name": name, "level": level, "parent_code": parent, "full_name": full, "version": 1}


async def load(session: AsyncSession) -> None:
    """Insert the divisions once."""
    if (await session.exec(select(Division.code).limit(1))).first() is None:
        await session.execute(insert(Division), rows())
