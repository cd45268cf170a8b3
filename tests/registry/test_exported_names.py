"""An export says what the page shows: names of places, projects and households, as far as the reader may know them."""

import csv
import io

from tests.registry.conftest import TOWN, actor_of


async def exported(client, resource: str, **query) -> list[dict[str, str]]:
    answer = await client.get(f"/api/v1/{resource}/export", params={"format": "csv"} | query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_an_export_names_places_as_the_page_does(sign_in, household) -> None:
    clerk = await sign_in("town109_clerk")
    assert (await clerk.post("/api/v1/households", json=household())).status_code == 201
    page = (await clerk.get("/api/v1/persons", params={"page_size": 200, "order_by": "id"})).json()["items"]
    codes = ",".join({row["division_code"] for row in page})
    options = (await clerk.get("/api/v1/divisions/options", params={"value": codes})).json()["options"]
    said = {option["value"]: option["label"] for option in options}
    shown = {(row["name"], said[row["division_code"]]) for row in page}
    assert shown
    assert shown <= {(row["姓名"], row["所在区划"]) for row in await exported(clerk, "persons")}


async def test_a_user_export_names_the_office_and_a_division_export_its_parent(sign_in) -> None:
    users = {row["用户名"]: row for row in await exported(await sign_in("secadmin"), "users")}
    assert "信阳镇" in users["town109_clerk"].values()
    county = await sign_in("county_admin")
    towns = await exported(county, "divisions", level="town")
    assert {"无棣县"} <= {value for row in towns for value in row.values()}


async def test_what_the_reader_may_not_look_up_stays_a_code(sign_in, client_as, household) -> None:
    clerk = await sign_in("town109_clerk")
    assert (await clerk.post("/api/v1/households", json=household())).status_code == 201
    rows = await exported(client_as(actor_of("town_clerk", TOWN)), "persons")
    assert rows
    assert all(row["所在区划"].startswith(TOWN) for row in rows)
