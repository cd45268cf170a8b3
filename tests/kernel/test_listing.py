"""The list engine: scope, filters, search, order, pages, cursor, options, export, masks, over a real table."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from python_calamine import CalamineWorkbook
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Numeric, Table, Text, text

from backend.api import answer_domain_error, answer_invalid_input
from backend.kernel import sign_in
from backend.kernel.actor import Actor, Reach
from backend.kernel.errors import DomainError
from backend.kernel.labels import LabelledEnum
from backend.kernel.listing import (
    Listing,
    ListQuery,
    at_least,
    contains,
    equals,
    listing_routes,
    one_of,
    prefix,
    reading,
)
from backend.kernel.listing.reading import read_page
from backend.kernel.listing.statements import Place
from backend.kernel.models import DIVISION_CODE
from backend.kernel.routes import new_router
from backend.kernel.scope import Scope
from tests.conftest import committed


class Colour(LabelledEnum):
    RED = "red", "红"
    BLUE = "blue", "蓝"


class Right(LabelledEnum):
    READ = "thing:read", "查看物件"
    EXPORT = "thing:export", "导出物件"


class ThingRow(BaseModel):
    id: int
    name: str = Field(title="名称")
    colour: Colour | None = Field(title="颜色")
    amount: Decimal | None = Field(title="金额")
    division_code: str = Field(title="区划")
    created_at: datetime = Field(title="时间")


class ThingQuery(ListQuery):
    colour: Colour | None = Field(default=None, title="颜色")
    colours: str | None = Field(default=None, title="颜色们")
    amount_from: Decimal | None = Field(default=None, title="金额不低于")
    name: str | None = Field(default=None, title="名称")
    division: str | None = Field(default=None, title="区划")


things = Table(
    "listing_thing",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("colour", Text),
    Column("amount", Numeric(14, 2)),
    Column("division_code", DIVISION_CODE, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

THINGS = Listing(
    name="things",
    title="物件",
    permission=Right.READ,
    export_permission=Right.EXPORT,
    source=things,
    key=things.c.id,
    columns={c.name: c for c in things.c},
    scope=Scope(division=things.c.division_code),
    row_model=ThingRow,
    filters={
        "colour": equals(things.c.colour),
        "colours": one_of(things.c.colour),
        "amount_from": at_least(things.c.amount),
        "name": contains(things.c.name),
        "division": prefix(things.c.division_code),
    },
    sortable={"amount": things.c.amount, "created_at": things.c.created_at, "name": things.c.name},
    search=lambda q: things.c.name.like(q, escape="\\"),
    actions=lambda actor, row: ["paint"] if row["colour"] == "red" and actor.may(Right.READ) else [],
    finish=lambda _actor, row: row.update(name=row["name"][:1] + "*") if row["name"].startswith("密") else None,
    option_label=things.c.name,
)


def actor(*prefixes: str, export: bool = True) -> Actor:
    rights = {"thing:read": Reach(prefixes)}
    if export:
        rights["thing:export"] = Reach(prefixes)
    return Actor(user_id=1, username="li", name="李", rights=rights)


COUNTY, TOWN1, TOWN2 = "371623", "371623001", "371623109"
ROWS = [
    (
        i,
        f"物件{i}" if i % 7 else f"密件_{i}",
        ["red", "blue", None][i % 3],
        None if i % 5 == 0 else Decimal(i % 11),
        [TOWN1, TOWN2, TOWN2 + "001"][i % 3],
    )
    for i in range(1, 121)
]


@pytest.fixture(scope="module", autouse=True)
async def table(worker_database: str) -> AsyncIterator[None]:
    async with committed() as session:
        connection = await session.connection()
        await connection.run_sync(things.metadata.drop_all)
        await connection.run_sync(things.metadata.create_all)
        values = [
            dict(zip(("id", "name", "colour", "amount", "division_code"), row, strict=True))
            | {"created_at": datetime(2026, 1, 1 + row[0] % 20, tzinfo=UTC)}
            for row in ROWS
        ]
        await connection.execute(things.insert(), values)
    yield
    async with committed() as session:
        await session.execute(text("DROP TABLE listing_thing"))


async def ids(who: Actor, **query: object) -> list[int]:
    return [row["id"] for row in (await read_page(THINGS, who, ThingQuery(page_size=200, **query)))["items"]]


async def test_only_rows_of_the_own_area_are_seen() -> None:
    assert sorted(await ids(actor(TOWN2))) == [r[0] for r in ROWS if r[4].startswith(TOWN2)]


async def test_a_right_without_an_area_sees_nothing() -> None:
    assert await ids(actor()) == []


async def test_two_posts_add_up() -> None:
    assert len(await ids(actor(TOWN1, TOWN2))) == len(ROWS)


async def test_a_filter_on_a_division_never_widens_the_area() -> None:
    assert await ids(actor(TOWN1), division=TOWN2) == []


async def test_filters_and_search_narrow() -> None:
    assert set(await ids(actor(COUNTY), colours="red,blue", amount_from="9")) == {
        r[0] for r in ROWS if r[2] in {"red", "blue"} and r[3] is not None and r[3] >= 9
    }
    assert set(await ids(actor(COUNTY), q="件_")) == {r[0] for r in ROWS if r[1].startswith("密")}
    assert set(await ids(actor(COUNTY), name="%")) == set()


async def test_unknown_amounts_sort_last_both_ways() -> None:
    for order in ("amount", "-amount"):
        page = await read_page(THINGS, actor(COUNTY), ThingQuery(page_size=200, order_by=order))
        amounts = [row["amount"] for row in page["items"]]
        first_unknown = amounts.index(None)
        assert all(a is None for a in amounts[first_unknown:])
        assert amounts[:first_unknown] == sorted(amounts[:first_unknown], reverse=order.startswith("-"))


@given(order=st.sampled_from(["amount", "-amount", "name", "-created_at", "id", "-id"]), size=st.integers(1, 50))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_pages_by_number_and_by_cursor_give_each_row_once(order: str, size: int) -> None:
    who = actor(COUNTY)
    by_number, by_cursor, cursor, page = [], [], None, 1
    while True:
        got = await read_page(THINGS, who, ThingQuery(page=page, page_size=size, order_by=order))
        by_number += [row["id"] for row in got["items"]]
        page += 1
        if not got["items"]:
            break
    while True:
        got = await read_page(THINGS, who, ThingQuery(cursor=cursor, page_size=size, order_by=order))
        by_cursor += [row["id"] for row in got["items"]]
        cursor = got["next_cursor"]
        if cursor is None:
            break
    assert by_number == by_cursor
    assert sorted(by_number) == [row[0] for row in ROWS]


async def test_a_page_behind_the_cap_says_so_without_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TOTAL_CAP", 10)
    cursor = None
    for page in (1, 2, 3, 4):
        for query in (ThingQuery(page=page, page_size=5), ThingQuery(cursor=cursor, page_size=5)):
            got = await read_page(THINGS, actor(COUNTY), query)
            assert (len(got["items"]), got["total"], got["total_is_estimate"]) == (5, 10, True), page
        cursor = got["next_cursor"]
        assert Place.read(cursor).passed == page * 5
    nothing = await read_page(THINGS, actor(COUNTY), ThingQuery(page=90_000, page_size=5))
    assert (nothing["items"], nothing["total"]) == ([], 10)
    exact = await read_page(THINGS, actor(COUNTY), ThingQuery(page=4, page_size=5, exact_total=True))
    assert (exact["total"], exact["total_is_estimate"]) == (len(ROWS), False)


async def test_masks_and_actions_are_set_for_each_row() -> None:
    page = await read_page(THINGS, actor(COUNTY), ThingQuery(page_size=200))
    row = next(r for r in page["items"] if r["id"] == 7)
    assert row["name"] == "密*"
    assert {r["id"] for r in page["items"] if r["allowed_actions"] == ["paint"]} == {
        r[0] for r in ROWS if r[2] == "red"
    }


@pytest.fixture(scope="module")
async def client(worker_database: str) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.add_exception_handler(DomainError, answer_domain_error)
    app.add_exception_handler(RequestValidationError, answer_invalid_input)
    router = new_router("/things", "物件")
    listing_routes(router, THINGS, ThingQuery)
    app.include_router(router)
    finder = sign_in._finder[0]

    async def somebody(request: object) -> Actor:
        return actor(TOWN2)

    sign_in.install(somebody)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    sign_in.install(finder)


async def test_the_answer_has_the_contract_shape(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/things", params={"page_size": 2, "order_by": "-amount", "colour": "blue"})).json()
    assert {"items", "total", "total_is_estimate", "page", "page_size"} <= answer.keys()
    assert answer["total"] == len([r for r in ROWS if r[4].startswith(TOWN2) and r[2] == "blue"])
    assert answer["items"][0]["amount"] == "10.00"


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ({"order_by": "secret"}, "order_by", "不能按“secret”排序"),
        ({"page_size": 201}, "page_size", "不能大于 200"),
        ({"cursor": "%%%"}, "cursor", "续读位置无效"),
        ({"colour": "green"}, "colour", "不在可选范围内"),
    ],
)
async def test_a_wrong_question_is_answered_beside_its_field(
    client: httpx.AsyncClient, query: dict, field: str, words: str
) -> None:
    answer = await client.get("/things", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert words in answer.json()["errors"][0]["message"]


async def test_the_chosen_option_is_always_among_the_choices(client: httpx.AsyncClient) -> None:
    last = max(r[0] for r in ROWS if r[4].startswith(TOWN2))
    options = (await client.get("/things/options", params={"value": last})).json()["options"]
    assert options[0]["value"] == last
    outside = next(r[0] for r in ROWS if r[4] == TOWN1)
    options = (await client.get("/things/options", params={"value": outside})).json()["options"]
    assert outside not in {o["value"] for o in options}


async def test_the_export_holds_every_row_of_the_filter_and_area(client: httpx.AsyncClient) -> None:
    answer = await client.get("/things/export", params={"format": "xlsx", "colour": "blue"})
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["名称", "颜色", "金额", "区划", "时间"]
    assert len(rows) - 1 == len([r for r in ROWS if r[4].startswith(TOWN2) and r[2] == "blue"])
    assert rows[1][1] == "蓝"


async def test_a_csv_never_carries_a_formula(client: httpx.AsyncClient) -> None:
    async with committed() as session:
        await session.execute(
            text("INSERT INTO listing_thing VALUES (9001, '=cmd|calc', 'red', 1, :town, now())"), {"town": TOWN2}
        )
    content = (await client.get("/things/export", params={"format": "csv", "name": "cmd"})).content.decode("utf-8-sig")
    async with committed() as session:
        await session.execute(text("DELETE FROM listing_thing WHERE id = 9001"))
    assert "'=cmd|calc" in content


async def test_an_export_needs_its_own_right() -> None:
    from backend.kernel.errors import NotPermitted
    from backend.kernel.listing.reading import read_all

    with pytest.raises(NotPermitted):
        await anext(read_all(THINGS, actor(TOWN2, export=False), ThingQuery()))
