"""Lists, details and new households over HTTP: the product beside a bare handler and beside a typical peer."""

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from benchmarks.county import TOWN, WITH_MEMBERS, County, password_of
from benchmarks.wire import Side, get, interleave, one, request, serving, summary

APPS = {"bare": "benchmarks.bare:app", "product": "main:app", "peer": "benchmarks.peer:app"}
FILTER = {"residence": "rural", "status": "active", "page_size": "20"}
# The product knows the town from who asks; the others have to be told.
TOLD = {"division_code": TOWN}
ORDER = "income_per_capita_month"
DEEP_PAGE = 2_500  # its last row is the 50,000th
# A clerk's number in the household, made unique for each that is created.
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Effort:
    """How much is asked of each side."""

    rounds: int
    requests: int
    connections: int = 4


QUICK, FULL = Effort(3, 200), Effort(5, 300)


class Servers:
    """The three servers over one database, and the tokens of those who ask the product."""

    def __init__(self, county: County, stack: ExitStack, names: tuple[str, ...] = tuple(APPS)) -> None:
        self.county = county
        self.ports = {name: stack.enter_context(serving(APPS[name], county.url)) for name in names}

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
        return get(list_path(page), approver) if name == "product" else get(list_path(page, **TOLD))

    sides = servers.sides(ask)
    # The clerk sees whole telephone numbers, so twenty are deciphered a page; nobody else compared does that.
    deciphering = Side("product, telephones deciphered", servers.ports["product"],
                       lambda n: get(list_path(1 + n % 10), clerk))  # fmt: skip
    asyncio.run(interleave([*sides, deciphering], rounds=effort.rounds, requests=effort.requests,
                           connections=effort.connections))  # fmt: skip
    return {"rows_answered": rows, "total": total, "sides": summary([*sides, deciphering])}


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
        f"page {DEEP_PAGE}, by number": list_path(DEEP_PAGE),
        f"page {DEEP_PAGE + 1}, by cursor": list_path(cursor=behind),
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
        return get(f"/api/v1/households/{ids[number % len(ids)]}", headers if name == "product" else None)

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
    headers = servers.headers("town109_clerk") | {"Content-Type": "application/json"}
    village = asyncio.run(_a_village(servers.county))
    plain = {"Content-Type": "application/json"}

    def ask(name: str, number: int) -> bytes:
        del number
        body = json.dumps(new_household(village)).encode()
        return request("POST", "/api/v1/households", body, headers if name == "product" else plain)

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


def measure(
    county: County, wanted: set[str], effort: Effort, sizes: list[int], keep: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Measure details and new households at the largest size, the list at every size; `keep` gets each when it is done."""
    found: dict[str, Any] = {}
    curve = []
    for rows in sizes:
        asyncio.run(county.grow(rows))
        with ExitStack() as stack:
            servers = Servers(county, stack)
            if "list" in wanted:
                print(f"list, {rows:,} households …", flush=True)
                at = measure_list(servers, effort)
                curve.append({"rows": rows, **at})
                print(json.dumps(at, ensure_ascii=False), flush=True)
            if rows != sizes[-1]:
                continue
            if "list" in wanted:
                found["list"] = {"rows": rows, "curve": curve, "depth": measure_depth(servers, effort)}
                print(json.dumps(found["list"]["depth"]), flush=True)
                keep(found)
            if "get" in wanted:
                found["get"] = {"rows": rows} | measure_get(servers, effort, asyncio.run(ids_of_town(county)))
                print(json.dumps(found["get"]), flush=True)
                keep(found)
            if "create" in wanted:
                found["create"] = {"rows": rows} | measure_create(servers, effort)
                print(json.dumps(found["create"]), flush=True)
                keep(found)
    return found
