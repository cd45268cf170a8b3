"""Every route × every role, against an oracle of its own: the policy tables, the API's document and plain SQL."""

import sys

import pytest
from sqlalchemy import text

from backend.kernel.db import new_session
from backend.kernel.listing import Listing
from tests.architecture.oracle import Operation, accounts, example, granted, operations, rows, scopes

ROLES = [row["code"] for row in rows("roles.csv")]
WALKERS = [*ROLES, "town_clerk@371623001", "town_approver@371623001"]
REFUSED = {403, 404}


@pytest.fixture(scope="module")
def document(app) -> dict:
    return app.openapi()


@pytest.fixture(scope="module")
def walk(document) -> list[Operation]:
    found = [o for o in operations(document) if o.path.startswith("/api/")]
    assert len(found) > 30
    return found


def listings() -> dict[str, Listing]:
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("backend."):
            for value in vars(module).values():
                if isinstance(value, Listing):
                    found[f"list_{value.name}"] = value
    return found


def listing_of(operation: Operation) -> Listing | None:
    name = operation.spec.get("operationId", "").split("_api_v1")[0]
    return listings().get(name)


def area_of(role: str) -> str | None:
    """Return the code below which a role's demo account sees rows; None when it is not bounded by area."""
    account = accounts()[role]
    return account["division_code"] if scopes()[account["roles"][0]] == "division" else None


def is_held(role: str, operation: Operation) -> bool:
    return (role.split("@", maxsplit=1)[0], operation.permission) in granted()


def test_every_operation_says_who_may_use_it(document) -> None:
    for operation in operations(document):
        if operation.path.startswith("/api/"):
            assert len(operation.marks) == 1, f"{operation}: say needs(…), PUBLIC or SIGNED_IN"


def test_every_permission_of_the_document_is_granted_to_somebody(walk) -> None:
    known = {permission for _, permission in granted()}
    missing = {f"{o}: {o.permission}" for o in walk if o.permission and o.permission not in known}
    assert not missing


def test_every_role_has_a_demo_account() -> None:
    assert set(WALKERS) <= set(accounts())


async def test_a_stranger_is_asked_to_sign_in_everywhere_but_in_public(walk, public) -> None:
    for operation in walk:
        if "x-public" not in operation.marks:
            answer = await public.request(operation.method, operation.url())
            assert answer.status_code == 401, f"{operation}: {answer.status_code}"


@pytest.mark.parametrize("role", WALKERS)
async def test_without_the_right_every_route_refuses(walk, document, sign_in, role) -> None:
    client = await sign_in(accounts()[role]["username"])
    for operation in walk:
        if operation.permission is None or is_held(role, operation):
            continue
        answer = await client.request(operation.method, operation.url())
        assert answer.status_code in REFUSED, f"{role} {operation}: {answer.status_code} {answer.text[:200]}"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", WALKERS)
async def test_with_the_right_every_list_picker_and_export_answers(walk, sign_in, role) -> None:
    client = await sign_in(accounts()[role]["username"])
    for operation in walk:
        if operation.method != "get" or operation.permission is None or not is_held(role, operation):
            continue
        answer = await client.get(operation.url(), params={"format": "csv"} if "export" in operation.path else None)
        allowed = {200, 422} if operation.has_required_query else {200, 404} if "{" in operation.path else {200}
        assert answer.status_code in allowed, f"{role} {operation}: {answer.status_code} {answer.text[:200]}"


@pytest.mark.parametrize("role", WALKERS)
async def test_a_list_counts_exactly_the_rows_of_ones_area(walk, sign_in, role) -> None:
    area = area_of(role)
    client = await sign_in(accounts()[role]["username"])
    compared = 0
    for operation in walk:
        listing = listing_of(operation)
        if operation.method != "get" or listing is None or not is_held(role, operation):
            continue
        wanted = await count(listing, area)
        if wanted is None:
            continue
        answer = (await client.get(operation.path, params={"exact_total": True, "page_size": 200})).json()
        assert answer["total"] == wanted, f"{role} {operation}: {answer['total']}, plain SQL counts {wanted}"
        compared += 1
    held = [o for o in walk if listing_of(o) is not None and is_held(role, o)]
    assert compared or not [o for o in held if listing_of(o).scope.division is not None and area]


async def count(listing: Listing, area: str | None) -> int | None:
    """Count rows of the list's table by `LIKE`; None when the list is not bounded by the table's own division."""
    table = listing.key.table
    column = listing.scope.division
    if column is None or column.table is not table or listing.where is not None:
        return None
    if area is None:
        bounded = listing.scope.organization is not None or listing.scope.department is not None
        return None if bounded else 0
    async with new_session() as session:
        sql = f'SELECT count(*) FROM "{table.name}" WHERE "{column.name}" LIKE :area'
        return int((await session.execute(text(sql), {"area": area + "%"})).scalar_one())


async def strange_row(listing: Listing, area: str) -> int | None:
    """Return a row that lies outside the area."""
    column = listing.scope.division
    async with new_session() as session:
        sql = f'SELECT id FROM "{listing.key.table.name}" WHERE "{column.name}" NOT LIKE :area LIMIT 1'
        return (await session.execute(text(sql), {"area": area + "%"})).scalar()


@pytest.mark.parametrize("role", [r for r in WALKERS if not r.startswith(("county", "s", "treasury", "auditor"))])
async def test_a_row_outside_ones_area_does_not_exist_for_any_method(walk, document, sign_in, role) -> None:
    area = area_of(role)
    client = await sign_in(accounts()[role]["username"])
    by_path = {o.path: listing_of(o) for o in walk if o.method == "get" and listing_of(o) is not None}
    for operation in walk:
        listing = by_path.get(operation.path.split("/{")[0])
        bounded = listing is not None and listing.scope.division is not None and "{" in operation.path
        if not bounded or listing.scope.division.table is not listing.key.table or area is None:
            continue
        row_id = await strange_row(listing, area)
        if row_id is None or operation.permission is None or not is_held(role, operation):
            continue
        content = operation.spec.get("requestBody", {}).get("content", {}).get("application/json")
        body = example(content["schema"], document) if content else None
        answer = await client.request(operation.method, operation.url(row_id), json=body)
        assert answer.status_code in REFUSED | {422}, f"{role} {operation} on {row_id}: {answer.status_code}"


async def test_a_change_cannot_be_asked_for_by_get(walk) -> None:
    nouns = ("approval", "rejection", "reversal", "revocation", "closing", "ending", "grant")
    assert not [str(o) for o in walk if o.method == "get" and o.path.rsplit("/", 1)[-1] in nouns]


NASTY = [
    {"q": "\x00"},
    {"q": "%_\\'\";--"},
    {"cursor": "not-a-cursor"},
    {"cursor": "WyItaWQiLG51bGwsIngiXQ"},
    {"cursor": "WyItaWQiLG51bGwsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTld"},
    {"order_by": "password_hash"},
    {"page": 0},
    {"page": 100_000, "page_size": 200},
    {"page_size": 10_000},
    {"value": "99999999999999999999999"},
    {"value": "x", "term": "\x00"},
]


@pytest.mark.parametrize("params", NASTY, ids=repr)
async def test_no_list_breaks_on_nasty_parameters(walk, sign_in, params) -> None:
    for operation in walk:
        if operation.method != "get" or (listing_of(operation) is None and not operation.path.endswith("/options")):
            continue
        role = next((r for r, p in sorted(granted()) if p == operation.permission), "town_clerk")
        client = await sign_in(accounts()[role]["username"])
        answer = await client.get(operation.path, params=params)
        assert answer.status_code in {200, 422}, f"{operation} {params}: {answer.status_code} {answer.text[:200]}"


def moved(body: object, code: str) -> object:
    """Put every division a body names into another area."""
    if isinstance(body, dict):
        return {key: code if key == "division_code" else moved(value, code) for key, value in body.items()}
    return [moved(part, code) for part in body] if isinstance(body, list) else body


@pytest.mark.parametrize("role", [r for r in WALKERS if not r.startswith(("county", "s", "treasury", "auditor"))])
async def test_nothing_is_created_in_another_area(walk, document, sign_in, role) -> None:
    area = area_of(role)
    client = await sign_in(accounts()[role]["username"])
    for operation in walk:
        content = operation.spec.get("requestBody", {}).get("content", {}).get("application/json")
        if operation.method != "post" or "{" in operation.path or not content or area is None:
            continue
        if operation.permission is None or not is_held(role, operation):
            continue
        body = example(content["schema"], document)
        if not isinstance(body, dict) or "division_code" not in str(content) + str(body):
            continue
        answer = await client.post(operation.path, json=moved(body, "371623002"))
        assert answer.status_code in REFUSED | {409, 422}, f"{role} {operation}: {answer.status_code} {answer.text}"
