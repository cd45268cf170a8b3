"""The portal's pages as a whole."""

from collections.abc import Iterator
from typing import Any

import pytest

from admin_pages.kernel.drawn import DrawnPage
from admin_pages.kernel.pages import ResourcePage, row_buttons
from admin_pages.kernel.site import site
from tests.registry.conftest import actor_of, id_number

KEEPERS = ("sysadmin", "secadmin", "county_admin", "county_clerk", "town109_clerk")


def test_every_page_has_an_address_of_its_own(app: object) -> None:
    addresses = [type(page).__name__ for page in site.pages()]
    assert len(addresses) == len(set(addresses))


def edit_buttons(node: Any) -> Iterator[dict]:
    """Return every button of a page that waits for the right to correct, however deep it stands."""
    if isinstance(node, dict):
        if node.get("type") == "button" and node.get("visibleOn") == "${ARRAYINCLUDES(allowed_actions, 'edit')}":
            yield node
        for value in node.values():
            yield from edit_buttons(value)
    elif isinstance(node, list):
        for value in node:
            yield from edit_buttons(value)


@pytest.fixture
async def somebody(app: object, sign_in: Any) -> None:
    """A household and a hotline, without which three of the lists would be empty."""
    clerk = await sign_in("town109_clerk")
    form = {
        "division_code": "371623109",
        "residence": "rural",
        "members": [{"name": "钱可改", "id_number": id_number(), "relation": "head"}],
    }
    assert (await clerk.post("/api/v1/households", json=form)).status_code == 201
    hotline = {"division_code": "371623109", "name": "镇街救助电话", "phone": "0543-0000000"}
    assert (await clerk.post("/api/v1/hotlines", json=hotline)).status_code == 201


def corrected() -> list[ResourcePage]:
    """Return the derived pages whose records the API lets somebody correct."""
    found = []
    for page in site.pages():
        path = page.api.item_path(page.resource) if isinstance(page, ResourcePage) else None
        if path is not None and page.api.operation("patch", path) is not None:
            found.append(page)
    return found


@pytest.mark.usefixtures("somebody")
async def test_whoever_may_correct_a_record_finds_the_button_for_it(sign_in: Any) -> None:
    pages = corrected()
    assert len(pages) > 5
    for page in pages:
        told = []
        for username in KEEPERS:
            client = await sign_in(username)
            answer = await client.get(page.resource, params={"page_size": 200})
            told += [(client, row) for row in answer.json().get("items", ()) if "edit" in row["allowed_actions"]]
        assert told, f"{page.resource}: no row may be corrected"
        shown: Any = row_buttons(page)
        if page.record_page:
            file = next(p for p in site.pages() if type(p).__name__ in page.record_page)
            shown = file.body(actor_of("town_clerk"), phone=False)
            if isinstance(file, DrawnPage):
                keeper, row = told[0]
                shown = (await keeper.post(shown["schemaApi"][5:].replace("${id}", str(row["id"])))).json()
        assert list(edit_buttons(shown)), f"{type(page).__name__} offers no correction"
