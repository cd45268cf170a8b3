"""Clients of any role in any area, and households made for one test."""

import itertools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.kernel.actor import Actor, Reach
from backend.kernel.identifiers import check_digit
from backend.registry.permissions import RegistryPermission as P

TOWN, OTHER_TOWN = "371623109", "371623001"
VILLAGE = TOWN + "001001"
_numbers = itertools.count(1)

RIGHTS = {
    "town_clerk": tuple(P),
    "county_clerk": tuple(P),
    "village_helper": (P.READ, P.CREATE, P.UPDATE),
    "town_approver": (P.READ, P.REVEAL),
    "county_finance": (P.READ,),
    "supervisor": (P.READ,),
}


def actor_of(role: str, area: str = TOWN, *rights: P) -> Actor:
    reach = Reach((area,))
    granted = rights or RIGHTS[role]
    return Actor(
        user_id=900 + len(role), username=role, name=role, division_code=area, roles=(role,),
        rights={str(right): reach for right in granted},
    )  # fmt: skip


def id_number(born: str = "19700101", sex: str = "1") -> str:
    """A number nobody bears: the regions from 371698 down are not assigned, and no other test counts there."""
    n = next(_numbers)
    body = f"{371698 - n // 100}{born}{n % 100:02d}{sex}"
    return body + check_digit(body)


@pytest.fixture(scope="session")
async def village(worker_database: str) -> str:
    """A village in town 109 that exists."""
    from sqlalchemy import text

    from tests.conftest import committed

    async with committed() as session:
        found = await session.scalar(
            text("SELECT code FROM division WHERE code LIKE '371623109%' AND length(code) = 15 ORDER BY code LIMIT 1")
        )
    assert found
    return str(found)


@pytest.fixture(scope="session")
async def other_village(worker_database: str) -> str:
    """A village in another town."""
    from sqlalchemy import text

    from tests.conftest import committed

    async with committed() as session:
        found = await session.scalar(
            text("SELECT code FROM division WHERE code LIKE '371623001%' AND length(code) = 15 ORDER BY code LIMIT 1")
        )
    return str(found)


@pytest.fixture(scope="session")
def client_as(app: Any) -> Callable[[Actor], httpx.AsyncClient]:
    """A client whose requests come from this actor."""

    def client(actor: Actor) -> httpx.AsyncClient:
        async def with_actor(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "ejia_actor": actor}, receive, send)

        transport = httpx.ASGITransport(with_actor, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60)

    return client


@pytest.fixture
def clerk(client_as: Callable[[Actor], httpx.AsyncClient]) -> httpx.AsyncClient:
    """The clerk of town 109."""
    return client_as(actor_of("town_clerk"))


@pytest.fixture
def household(village: str) -> Callable[..., dict[str, Any]]:
    """A form of a couple with a child, to be varied."""

    def make(**changes: Any) -> dict[str, Any]:
        head = id_number("19650203", "1")
        form = {
            "division_code": village,
            "residence": "rural",
            "address": "幸福村12号",
            "phone": "13900001111",
            "members": [
                {
                    "name": "张建国",
                    "id_number": head,
                    "relation": "head",
                    "health": "healthy",
                    "labor_capacity": "full",
                },
                {
                    "name": "李秀英",
                    "id_number": id_number("19700704", "2"),
                    "relation": "spouse",
                    "health": "serious_illness",
                },
                {"name": "张小宝", "id_number": id_number("20150901", "1"), "relation": "child", "is_student": True},
            ],
            "incomes": [{"id_number": head, "category": "wage", "annual_amount": "10000.00"}],
            "properties": [{"kind": "deposit", "value": "5000.00"}],
            "expenses": [{"kind": "medical", "annual_amount": "8000.00", "insured_amount": "3000.00"}],
        }
        return form | changes

    return make
