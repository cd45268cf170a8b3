"""Lists, details and new households over HTTP: the product beside a bare handler and beside a typical peer."""

import asyncio
import itertools
import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from benchmarks.county import TOWN, WITH_MEMBERS, County, password_of
from benchmarks.frame import Aim, Effort, Found, Measure, table, table_of_sides
from benchmarks.peers import NotInstalled, python_of
from benchmarks.wire import Side, get, interleave, one, request, serving, summary

AMIS, DJANGO, SQLMODEL = "fastapi-amis-admin", "Django REST", "FastAPI + SQLModel"
# What runs where: the application, and the environment of those that need pins of their own.
APPS = {
    "bare": ("benchmarks.bare:app", None),
    "product": ("main:app", None),
    SQLMODEL: ("benchmarks.peers.sqlmodel_peer:app", None),
    DJANGO: ("benchmarks.peers.django_peer:app", "django"),
    AMIS: ("benchmarks.peers.amis_peer:app", "amis"),
}
PEERS = (SQLMODEL, DJANGO, AMIS)
JSON = {"Content-Type": "application/json"}
FILTER = {"residence": "rural", "status": "active", "page_size": "20"}
# The product knows the town from who asks; the others have to be told.
TOLD = {"division_code": TOWN}
ORDER = "income_per_capita_month"
DEEP_PAGE = 2_500  # its last row is the 50,000th
LAST_PAGE = 500  # of the 10,000 rows at which the total stops counting
# A clerk's number in the household, made unique for each that is created.
_numbers = itertools.count(1)


class Servers:
    """The servers over one database, and the tokens of those who ask the product."""

    def __init__(self, county: County, stack: ExitStack, names: tuple[str, ...] = tuple(APPS)) -> None:
        self.county = county
        self.ports: dict[str, int] = {}
        self.left_out: list[str] = []
        for name in names:
            app, environment = APPS[name]
            try:
                python = sys.executable if environment is None else str(python_of(environment))
            except NotInstalled as reason:
                print(f"{name} is left out: {reason}", file=sys.stderr, flush=True)
                self.left_out.append(name)
                continue
            self.ports[name] = stack.enter_context(serving(app, county.url, python))

    def headers(self, username: str) -> dict[str, str]:
        """Sign in, as a portal does once a day."""
        form = urlencode({"username": username, "password": password_of(username)}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, body = asyncio.run(one(self.ports["product"], request("POST", "/api/v1/auth/token", form, kind)))
        if status != 200:
            raise RuntimeError(f"{username} cannot sign in: {body!r}")
        return {"Authorization": f"Bearer {json.loads(body)['access_token']}"}

    def sides(self, ask: Any, names: tuple[str, ...] = tuple(APPS)) -> list[Side]:
        """Put the same question to each; `ask(name, number)` makes it."""
        return [Side(name, self.ports[name], lambda n, name=name: ask(name, n)) for name in names if name in self.ports]


def list_path(page: int = 1, **more: str) -> str:
    """Return the question; whoever asks decides the area."""
    return "/api/v1/households?" + urlencode({**FILTER, "order_by": ORDER, "page": str(page), **more})


def same_rows(servers: Servers, headers: dict[str, str]) -> tuple[int, int]:
    """Check that product and reference answer the same page; return its rows and the total."""
    _, ours = asyncio.run(one(servers.ports["product"], get(list_path(), headers)))
    _, theirs = asyncio.run(one(servers.ports["bare"], get(list_path(**TOLD))))
    answers = [json.loads(ours), json.loads(theirs)]
    shared = [name for name in answers[1]["items"][0] if name != "created_at"]  # the two write a time differently
    rows = [[{name: row[name] for name in shared} for row in answer["items"]] for answer in answers]
    if rows[0] != rows[1] or answers[0]["total"] != answers[1]["total"]:
        raise RuntimeError(f"product and reference disagree: {answers[0]!r} and {answers[1]!r}")
    return len(rows[0]), answers[0]["total"]


def measure_list(servers: Servers, effort: Effort) -> dict[str, Any]:
    """The town's page: scope, two filters, sort, total, 20 rows; pages 1 to 10 in turn."""
    approver, clerk = servers.headers("town109_approver"), servers.headers("town109_clerk")
    rows, total = same_rows(servers, approver)

    def ask(name: str, number: int) -> bytes:
        page = 1 + number % 10
        if name == AMIS:
            query = urlencode({"page": page, "perPage": 20, "orderBy": ORDER, "orderDir": "asc"})
            body = json.dumps({name: FILTER[name] for name in ("residence", "status")}).encode()
            return request("POST", f"/admin/HouseholdAdmin/list?{query}", body, JSON)
        if name == DJANGO:
            return get(list_path(page, ordering=f"{ORDER},id", **TOLD))
        return get(list_path(page), approver) if name == "product" else get(list_path(page, **TOLD))

    sides = servers.sides(ask)
    # The clerk sees whole telephone numbers, so twenty are deciphered a page; nobody else compared does that.
    deciphering = Side("product, telephones deciphered", servers.ports["product"],
                       lambda n: get(list_path(1 + n % 10), clerk))  # fmt: skip
    asyncio.run(interleave([*sides, deciphering], rounds=effort.rounds, requests=effort.requests,
                           connections=effort.connections))  # fmt: skip
    return {
        "rows_answered": rows,
        "total": total,
        "sides": summary([*sides, deciphering]),
        "left_out": servers.left_out,
    }


def measure_depth(servers: Servers, effort: Effort) -> dict[str, Any]:
    """The county's page at row 50,000, by number and by cursor, against its page 1."""
    admin = servers.headers("county_admin")

    async def cursor() -> str:
        _, body = await one(servers.ports["product"], get(list_path(DEEP_PAGE), admin))
        return str(json.loads(body)["next_cursor"])

    behind = asyncio.run(cursor())
    if behind == "None":
        return {}
    paths = {
        "page 1": list_path(),
        f"row {DEEP_PAGE * 20:,}, by cursor": list_path(cursor=behind),
        f"page {LAST_PAGE}, the last that the portal offers": list_path(LAST_PAGE),
        f"page {DEEP_PAGE:,} by number, row {DEEP_PAGE * 20:,}": list_path(DEEP_PAGE),
    }
    sides = [
        Side(name, servers.ports["product"], lambda _, path=path: get(path, admin)) for name, path in paths.items()
    ]
    asyncio.run(interleave(sides, rounds=effort.rounds, requests=effort.requests // 3, connections=effort.connections))
    return {"sides": summary(sides)}


def measure_get(servers: Servers, effort: Effort, ids: list[int]) -> dict[str, Any]:
    """One household with members, incomes and whatever else is known, by id."""
    headers = servers.headers("town109_approver")

    def ask(name: str, number: int) -> bytes:
        path = "/admin/HouseholdAdmin/item" if name == AMIS else "/api/v1/households"
        return get(f"{path}/{ids[number % len(ids)]}", headers if name == "product" else None)

    _same_detail(servers, ids[0], headers)
    sides = servers.sides(ask)
    asyncio.run(interleave(sides, rounds=effort.rounds, requests=effort.requests, connections=effort.connections))
    return {"sides": summary(sides)}


def _same_detail(servers: Servers, household_id: int, headers: dict[str, str]) -> None:
    path = f"/api/v1/households/{household_id}"
    _, ours = asyncio.run(one(servers.ports["product"], get(path, headers)))
    _, theirs = asyncio.run(one(servers.ports["bare"], get(path)))
    mine, bare = json.loads(ours), json.loads(theirs)
    names = ("id", "number", "head_name", "income_per_capita_month", "member_count")
    if [mine[n] for n in names] != [bare["household"][n] for n in names] or [m["id"] for m in mine["members"]] != [
        m["id"] for m in bare["members"]
    ]:
        raise RuntimeError(f"product and reference disagree about {path}: {mine!r} and {bare!r}")


async def ids_of_town(county: County) -> list[int]:
    """Return households of the town that have members."""
    connection = await county.connect()
    try:
        rows = await connection.fetch(
            "SELECT id FROM household WHERE division_code >= $1 AND division_code < $1 || ':'"
            " AND head_person_id IS NOT NULL ORDER BY id LIMIT $2",
            TOWN,
            WITH_MEMBERS,
        )
        return [row["id"] for row in rows]
    finally:
        await connection.close()


def measure_create(servers: Servers, effort: Effort) -> dict[str, Any]:
    """A new household of two with one income, on disk before the answer."""
    headers = servers.headers("town109_clerk") | JSON
    village = asyncio.run(_a_village(servers.county))

    def ask(name: str, number: int) -> bytes:
        del number
        form = new_household(village)
        if name == AMIS:
            row = {"number": "A" + form["members"][0]["id_number"], "head_name": form["members"][0]["name"]}
            row |= {key: form[key] for key in ("division_code", "residence", "address")}
            return request("POST", "/admin/HouseholdAdmin/item", json.dumps(row).encode(), JSON)
        body = json.dumps(form).encode()
        return request("POST", "/api/v1/households", body, headers if name == "product" else JSON)

    sides = servers.sides(ask)
    before = asyncio.run(_counts(servers.county))
    asyncio.run(interleave(sides[:1], rounds=1, requests=10, connections=1))
    middle = asyncio.run(_counts(servers.county))
    asyncio.run(interleave([side for side in sides if side.name == "product"], rounds=1, requests=10, connections=1))
    after = asyncio.run(_counts(servers.county))
    rows = [[b - a for a, b in pair] for pair in (zip(before, middle, strict=True), zip(middle, after, strict=True))]
    if rows[0] != rows[1]:
        raise RuntimeError(f"product and reference wrote different rows: {rows}")
    sides = servers.sides(ask)
    asyncio.run(interleave(sides, rounds=effort.rounds, requests=max(20, effort.requests // 3),
                           connections=effort.connections))  # fmt: skip
    return {"sides": summary(sides)}


async def _counts(county: County) -> list[int]:
    connection = await county.connect()
    try:
        tables = ("person", "household_member", "income_item", "audit_entry")
        return [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables]
    finally:
        await connection.close()


async def _a_village(county: County) -> str:
    connection = await county.connect()
    try:
        return str(await connection.fetchval(
            "SELECT code FROM division WHERE code LIKE $1 AND length(code) = 15 ORDER BY code LIMIT 1", TOWN + "%"
        ))  # fmt: skip
    finally:
        await connection.close()


def id_number(n: int) -> str:
    """Return the n-th well-formed identity number (GB 11643) of nobody: 1930 to 2000, female."""
    day, rest = divmod(n, 490)
    year, rest_of_year = divmod(day, 336)
    month, date = divmod(rest_of_year, 28)
    body = f"371623{1930 + year:04d}{month + 1:02d}{date + 1:02d}{rest * 2 + 2:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def new_household(village: str) -> dict[str, Any]:
    """Return a form nobody has sent before."""
    first, second = next(_numbers), next(_numbers)
    return {
        "division_code": village,
        "residence": "rural",
        "address": f"{first}号",
        "members": [
            {"name": "赵大山", "id_number": id_number(first), "relation": "head"},
            {"name": "钱小花", "id_number": id_number(second), "relation": "spouse"},
        ],
        "incomes": [{"category": "wage", "annual_amount": "12000.00"}],
    }


def shorter(effort: Effort) -> Effort:
    """For the points of the curve, whose level counts."""
    return replace(effort, rounds=min(effort.rounds, 3))


def measure_curve(county: County, effort: Effort) -> Found:
    """The list at each tenfold size up to the one asked for, and its deep pages there."""
    found: Found = {"rows": effort.rows, "curve": []}
    for rows in [n for n in (10_000, 100_000) if n < effort.rows] + [effort.rows]:
        asyncio.run(county.grow(rows))
        with ExitStack() as stack:
            servers = Servers(county, stack)
            at = measure_list(servers, effort if rows == effort.rows else shorter(effort))
            found["curve"].append({"rows": rows, **at})
            print(json.dumps({"rows": rows, **at}, ensure_ascii=False), flush=True)
            if rows == effort.rows:
                found["depth"] = measure_depth(servers, effort)
    return found


def measure_growth(county: County, effort: Effort) -> Found:
    """The list once more, ten times as long."""
    rows = effort.rows * 10
    asyncio.run(county.grow(rows))
    with ExitStack() as stack:
        return {"rows": rows} | measure_list(Servers(county, stack), shorter(effort))


def measure_detail(county: County, effort: Effort) -> Found:
    """The detail among as many households as asked for."""
    asyncio.run(county.grow(effort.rows))
    with ExitStack() as stack:
        return {"rows": effort.rows} | measure_get(Servers(county, stack), effort, asyncio.run(ids_of_town(county)))


def measure_new(county: County, effort: Effort) -> Found:
    """A new household among as many as asked for."""
    asyncio.run(county.grow(effort.rows))
    with ExitStack() as stack:
        return {"rows": effort.rows} | measure_create(Servers(county, stack), effort)


COMPARED = """## Households over HTTP

- **bare**: a Starlette route over asyncpg that lets PostgreSQL build the JSON: no sign-in, no rights, no masking, no
  audit of who it was. One statement a read; the same rows, the same total. When it starts it tries
  PostgreSQL's three ways of planning and keeps the one that serves its list best; what goes by key has a generic plan.
- **product**: `main:app` as `make run` serves it, one worker: verified token, rights compiled from the Casbin tables,
  row scope, masking, allowed actions, audit, answers committed before they are sent.
- **FastAPI + SQLModel** as their tutorials write them: a session per request, ORM objects, response models.
- **Django REST**: models, serializers, a `ModelViewSet`; ASGI, a connection pool. It counts every total to the end.
- **fastapi-amis-admin**, stock: a `ModelAdmin` and its own CRUD routes, with the pins it needs. It counts every total to
  the end; its detail and its create know one table, so they read and write the household's own row and nothing else.

No peer knows sign-in, rights, masking or audit, seals a number, or checks anything about a household.

All servers: one uvicorn worker (uvloop, httptools) on loopback, asked by another process over four kept connections.
PostgreSQL is the embedded server in its durable setting.
"""


def list_part(found: Found) -> str:
    """Write the chapter of the list."""
    last = found["curve"][-1]
    rows = []
    for at in found["curve"]:
        sides = at["sides"]
        numbers = [sides[name]["per_second"] for name in ("bare", "product")]
        numbers += [sides[name]["ratio"] if name in sides else "?" for name in ("product", *PEERS)]
        rows.append(f"| {at['rows']:,} | {at['total']:,} | {' | '.join(map(str, numbers))} |")
    return "\n".join([
        COMPARED, _left_out(last), f"### List, {last['rows']:,} households", "", _what_is_listed(last), "",
        *table_of_sides(last["sides"]),
        "### Growth of the list", "",
        *table(
            "households | matching, at most | bare per second | product per second | "
            + " | ".join(f"{name} / bare" for name in ("product", *PEERS)), rows,
        ),
        "### Deep pages", "",
        ("The county's list, product only; the ratio is to page 1. A cursor continues at its place in the index, and counts"
        " nothing once the total's cap lies behind it. A page by number walks over the rows before it."), "",
        *table_of_sides(found["depth"]["sides"] if found["depth"] else {}),
    ])  # fmt: skip


def _left_out(found: Found) -> str:
    names = found.get("left_out", ())
    return f"Not run this time, since its packages could not be had: {', '.join(names)}.\n" if names else ""


def _what_is_listed(at: Found) -> str:
    return (
        f"The town's active rural households by income, pages 1 to 10, {at['rows_answered']} rows and the total, which"
        " stops counting at 10,000; masked for a town approver. Each run first checks that product and bare answer the"
        " same rows and total. A clerk sees whole telephone numbers, so the last line deciphers twenty a page, which"
        " nobody else compared does."
    )


def list_aims(found: Found) -> list[Aim]:
    """Hold list and deep pages to their targets."""
    last = found["curve"][-1]
    aims = [
        Aim(f"list of {last['rows']:,} households, product / bare", last["sides"]["product"]["ratio"], at_least=0.6)
    ]
    if found["depth"]:
        deep, last_page = list(found["depth"]["sides"].items())[1:3]
        aims += [Aim(f"{n}, time / page 1", round(1 / side["ratio"], 2), at_most=2) for n, side in (deep, last_page)]
    return aims


def growth_part(found: Found) -> str:
    """Write the chapter of the largest list."""
    lines = [f"### List, {found['rows']:,} households", "", "The same question once more.", ""]
    return "\n".join([*lines, *table_of_sides(found["sides"])])


def _part(title: str, sentence: str) -> Any:
    def part(found: Found) -> str:
        return "\n".join(
            [f"### {title}, {found['rows']:,} households", "", sentence, "", *table_of_sides(found["sides"])]
        )

    return part


def _aims(words: str, at_least: float) -> Any:
    def aims(found: Found) -> list[Aim]:
        return [
            Aim(f"{words}, {found['rows']:,} households, product / bare", found["sides"]["product"]["ratio"], at_least)
        ]

    return aims


GET = "With members, incomes, deductions, properties, expenses and statuses; masked for a town approver."
CREATE = (
    "Two members and an income, on disk before the answer. Each run first checks that product and bare write as many rows."
    " fastapi-amis-admin writes one row of the six."
)
MEASURES = (
    Measure("list", measure_curve, list_part, list_aims, own_county=False, hint="10,000 to 1,000,000 households"),
    Measure("get", measure_detail, _part("One by id", GET), _aims("household by id", 0.45), own_county=False),
    Measure("create", measure_new, _part("A new one", CREATE), _aims("new household", 0.35), own_county=False),
    Measure("growth", measure_growth, growth_part, own_county=False, hint="the list at 10,000,000 households"),
)
