"""Whoever follows a figure of the workbench finds as many rows as it says."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.kernel.config import settings

pytestmark = pytest.mark.xdist_group("demo county")

# Money, and persons and households behind several benefits, are no numbers of rows.
OTHERWISE = {"benefit_persons", "benefit_households", "amount_month", "paid_month", "reserve_balance"}


@pytest.fixture
async def stranger(loaded: float) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the demo county that nobody signed in."""
    from main import create_app

    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
        yield client


@pytest.mark.parametrize("who", ["county_admin", "county_finance", "town109_clerk", "community109_station", "secaudit"])
async def test_a_figure_counts_what_its_list_shows(stranger: httpx.AsyncClient, who: str) -> None:
    accounts = json.loads((settings().home / "demo-accounts.json").read_text("utf-8"))
    password = next(account["password"] for account in accounts if account["username"] == who)
    token = await stranger.post("/api/v1/auth/token", data={"username": who, "password": password})
    stranger.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    bench = (await stranger.get("/api/v1/reports/workbench")).json()
    figures = [figure for group in bench["groups"] for figure in group["figures"] if figure["code"] not in OTHERWISE]
    assert len(figures) >= 2
    for figure in figures:
        path, _, query = figure["link"].partition("?")
        answer = await stranger.get(
            f"/api/v1/{path}?{query}&page_size=1" + ("" if path == "tasks" else "&exact_total=true")
        )
        assert answer.status_code == 200, (figure, answer.text)
        assert answer.json()["total"] == figure["value"], figure
