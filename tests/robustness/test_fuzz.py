"""What the document allows, and what it forbids, is sent to every route: whatever the answer, it is no fault of ours.

`EJIA_FUZZ=50` sends that many requests to each operation; the tests' own run sends a few.
"""

import os
from collections import Counter
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

EXAMPLES = int(os.environ.get("EJIA_FUZZ", "2"))
ROLES = ("county_admin", "town109_clerk", "county_finance", "sysadmin", "assessor_partner")
# Signing out would end the session that the rest of the run needs.
LEFT_OUT = ("/api/v1/auth/sign-out", "/revocation", "/api/v1/auth/password")


def requests(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Make requests for every operation, half of them such as the document forbids."""
    made: list[tuple[str, dict[str, Any]]] = []
    schema = schemathesis.openapi.from_dict(document)
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.endswith(LEFT_OUT):
            made += [(operation.label, case) for case in cases_of(operation)]
    return made


def cases_of(operation: Any) -> list[dict[str, Any]]:
    """Make a few requests for one operation."""
    found: list[dict[str, Any]] = []
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

    @given(st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes]))
    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def collect(case: Any) -> None:
        found.append(case.as_transport_kwargs(base_url="http://test"))

    collect()
    return found


@pytest.mark.xdist_group("fuzz")
async def test_no_request_makes_the_product_stumble(app: Any, sign_in: Any) -> None:
    clients = [await sign_in(name) for name in ROLES]
    stumbles, statuses = [], Counter[int]()
    for number, (label, request) in enumerate(requests(app.openapi())):
        answer = await send(clients[number % len(clients)], request)
        if answer is None:
            continue
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            stumbles.append(f"{label}: {answer.status_code} {answer.text[:200]} {request}")
    assert stumbles == []
    # Requests really reached the routes: some were served, some refused for their content, some for the person.
    assert {200, 403, 404, 422} <= set(statuses), statuses


async def send(client: httpx.AsyncClient, request: dict[str, Any]) -> httpx.Response | None:
    """Send it; what the client itself refuses to send (a header no protocol knows) tests nothing."""
    known = {
        k: v
        for k, v in request.items()
        if k in {"method", "url", "headers", "params", "json", "data", "files", "cookies"}
    }
    known["headers"] = {k: v for k, v in dict(known.get("headers") or {}).items() if k.lower() != "authorization"}
    known.pop("cookies", None)
    try:
        prepared = client.build_request(**known)
        await prepared.aread()
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError, TypeError, ValueError, AttributeError):
        return None
    return await client.send(prepared)
