"""DOMAIN §7.4, field by field and role by role: what the household file, its list and its export show to whom."""

import csv
import io
import json

import pytest

from backend.registry.permissions import RegistryPermission as P
from tests.registry.conftest import TOWN, actor_of, id_number

FULL, PART, NONE = "full", "part", "none"
# role: (phone, illness in detail, income and property, a child's name); the number is never whole outside a reveal.
TABLE = {
    "village_helper": (PART, PART, PART, PART),
    "community_station": (PART, PART, PART, PART),
    "town_clerk": (FULL, FULL, FULL, FULL),
    "town_investigator": (FULL, FULL, FULL, FULL),
    "county_clerk": (FULL, FULL, FULL, FULL),
    "county_verifier": (FULL, FULL, FULL, FULL),
    "town_approver": (PART, FULL, FULL, FULL),
    "county_admin": (PART, FULL, FULL, FULL),
    "auditor": (PART, FULL, FULL, FULL),
    "county_finance": (NONE, NONE, NONE, FULL),
    "treasury_officer": (NONE, NONE, NONE, FULL),
    "bank_operator": (NONE, NONE, NONE, FULL),
    "supervisor": (NONE, NONE, PART, PART),
    "partner": (NONE, NONE, NONE, PART),
    "charity": (NONE, NONE, NONE, PART),
    "department_officer": (NONE, NONE, NONE, PART),
    "no_such_role": (NONE, NONE, NONE, PART),
}
PHONE, CHILD = "13900001111", "张小宝"


@pytest.fixture
async def home(clerk, household):
    head = id_number("19650203", "1")
    form = household()
    form["members"][0] |= {"id_number": head, "disability_card": head + "42", "health": "disabled"}
    form["incomes"][0]["id_number"] = head
    made = (await clerk.post("/api/v1/households", json=form)).json()
    return made["id"], form


def degree(value, whole, nothing=(None, "")):
    return NONE if value in nothing else FULL if value == whole else PART


@pytest.mark.parametrize("role", TABLE)
async def test_each_role_sees_of_a_household_what_the_table_says(client_as, home, role):
    household_id, form = home
    phone, illness, means, child = TABLE[role]
    client = client_as(actor_of(role, TOWN, P.READ, P.EXPORT))
    file = (await client.get(f"/api/v1/households/{household_id}")).json()
    head, _, minor = file["members"]

    assert degree(file["phone"], PHONE) == phone
    assert PHONE[3:7] in str(file["phone"]) or phone != FULL
    blind = (phone, illness, means) == (NONE, NONE, NONE) and role not in {
        "county_finance", "treasury_officer", "bank_operator",
    }  # fmt: skip
    number = form["members"][0]["id_number"]
    assert (head["id_number"] is None) == blind
    assert head["id_number"] is None or "****" in head["id_number"]
    assert (head["birth_date"] is None) == blind

    if illness == NONE:
        assert {head[name] for name in ("health", "disability_type", "disability_level", "disability_card")} == {None}
    else:
        assert (head["health"], head["disability_type"], head["disability_level"]) == ("disabled", "physical", 2)
        assert (head["disability_card"] is not None) == (illness == FULL)

    assert (file["income_per_capita_month"] is not None) == (means == FULL)
    assert (file["incomes"][0]["annual_amount"] is not None) == (means == FULL)
    assert (file["properties"][0]["value"] is not None) == (means == FULL)
    assert (file["expenses"][0]["annual_amount"] is not None) == (means == FULL)
    assert (file["income_band"] is not None) == (means in {FULL, PART})

    assert minor["name"] == (CHILD if child == FULL else "张某")
    assert number not in json.dumps(file), "no number leaves whole but by a reveal"


@pytest.mark.parametrize("role", TABLE)
async def test_the_list_and_its_export_show_no_more_than_the_file(client_as, home, role):
    household_id, form = home
    phone, _, means, _ = TABLE[role]
    client = client_as(actor_of(role, TOWN, P.READ, P.EXPORT))
    search = {"q": form["members"][0]["id_number"]}
    row = (await client.get("/api/v1/households", params=search)).json()["items"][0]
    assert row["id"] == household_id
    assert degree(row["phone"], PHONE) == phone
    assert (row["income_per_capita_month"] is not None) == (means == FULL)
    sheet = (await client.get("/api/v1/households/export", params=search | {"format": "csv"})).content.decode(
        "utf-8-sig"
    )
    (line,) = csv.DictReader(io.StringIO(sheet))
    assert degree(line["联系电话"], PHONE) == phone
    assert bool(line["人均月收入"]) == (means == FULL)
    people = (await client.get("/api/v1/persons", params={"q": form["members"][2]["id_number"]})).json()["items"]
    assert [p["name"] for p in people] == [CHILD if TABLE[role][3] == FULL else "张某"]
