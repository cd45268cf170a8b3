"""Lists, details and masks: what each role sees, and that the lists stand on their indexes."""

import itertools
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from backend.kernel.actor import Actor
from backend.registry.masking import SIGHTS, Degree, income_band, mask_household, mask_person, sight_of
from backend.registry.permissions import RegistryPermission as P
from backend.registry.schemas import HouseholdOut, PersonDetail
from backend.registry.service.entering import today
from tests.conftest import committed
from tests.registry.conftest import OTHER_TOWN, TOWN, actor_of, id_number


@pytest.fixture
async def made(clerk, household):
    form = household()
    answer = (await clerk.post("/api/v1/households", json=form)).json()
    return answer["id"], form


async def test_one_box_finds_by_name_part_number_and_telephone(clerk, household):
    number = id_number("19710909", "2")
    form = household(
        phone="13877776666",
        members=[{"name": "欧阳雪梅", "id_number": number, "relation": "head", "phone": "0543-6321001"}],
    )
    form["incomes"] = []
    made = (await clerk.post("/api/v1/households", json=form)).json()
    for typed in (
        "欧阳雪梅",
        "雪梅",
        "欧阳",
        "阳雪梅",
        number,
        number.lower(),
        "13877776666",
        "0543-6321001",
        made["number"],
    ):
        found = (await clerk.get("/api/v1/households", params={"q": typed})).json()["items"]
        assert made["id"] in [h["id"] for h in found], typed
    for typed in ("欧阳雪梅", "雪梅", number, "0543-6321001"):
        assert (await clerk.get("/api/v1/persons", params={"q": typed})).json()["total"] >= 1, typed
    for typed in ("欧阳雪兰", id_number(), "13877776667"):
        assert (await clerk.get("/api/v1/households", params={"q": typed})).json()["total"] == 0, typed


async def test_the_list_filters_and_sorts(clerk, household, village):
    for amount in ("0.00", "36000.00", "18000.00"):
        form = household()
        form["incomes"][0]["annual_amount"] = amount
        await clerk.post("/api/v1/households", json=form)
    query = {"division_code": village, "residence": "rural", "income_from": "400", "income_to": "1100", "page_size": 200,
             "order_by": "income_per_capita_month"}  # fmt: skip
    rows = (await clerk.get("/api/v1/households", params=query)).json()["items"]
    amounts = [Decimal(r["income_per_capita_month"]) for r in rows]
    assert amounts == sorted(amounts)
    assert {Decimal(1000), Decimal(500)} <= set(amounts)
    assert all(400 <= a <= 1100 for a in amounts)


async def test_another_town_finds_nothing_and_reads_nothing(client_as, made):
    stranger = client_as(actor_of("town_clerk", OTHER_TOWN))
    household_id, form = made
    assert (await stranger.get(f"/api/v1/households/{household_id}")).status_code == 404
    found = (await stranger.get("/api/v1/households", params={"q": form["members"][0]["id_number"]})).json()
    assert found["total"] == 0
    answer = await stranger.post(
        f"/api/v1/households/{household_id}/incomes", json={"category": "wage", "annual_amount": "1"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["town_clerk", "town_approver", "village_helper", "county_finance", "supervisor"])
async def test_a_detail_answers_exactly_what_the_document_promises(clerk, client_as, household, role):
    """Nothing checks our own rows against the model on their way out, so this does: every field, and no other."""
    form = household(deductions=[{"kind": "insurance", "annual_amount": "600.00"}])
    form["properties"][0]["quantity"] = "2.50"
    household_id = (await clerk.post("/api/v1/households", json=form)).json()["id"]
    people = (await clerk.get(f"/api/v1/households/{household_id}")).json()["members"]
    disabled = {"kind": "disabled", "valid_from": "2024-01-01", "amount": "120.00"}
    assert (await clerk.post(f"/api/v1/persons/{people[1]['id']}/statuses", json=disabled)).status_code == 201
    gone = {"person_id": people[2]["id"], "left_on": today().isoformat(), "reason": "moved"}
    assert (await clerk.post(f"/api/v1/households/{household_id}/departure", json=gone)).status_code == 200
    reader = client_as(actor_of(role))
    for path, model in ((f"households/{household_id}", HouseholdOut), (f"persons/{people[1]['id']}", PersonDetail)):
        answer = await reader.get(f"/api/v1/{path}")
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        assert answer.json() == json.loads(model.model_validate(answer.json()).model_dump_json())


async def test_a_number_that_cannot_be_one_is_refused_beside_its_field(clerk):
    for typed in ("0", "-1", "x", "1.5", "9223372036854775808"):
        answer = await clerk.get(f"/api/v1/households/{typed}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "household_id"), typed
    assert (await clerk.get("/api/v1/households/9223372036854775807")).status_code == 404


@pytest.mark.parametrize("role", sorted(SIGHTS))
async def test_each_role_sees_what_its_mask_allows(client_as, made, role):
    household_id, form = made
    client = client_as(actor_of(role, TOWN, P.READ, P.EXPORT))
    detail = (await client.get(f"/api/v1/households/{household_id}")).json()
    sight = SIGHTS[role]
    body = str(detail)
    assert not any(member["id_number"] in body for member in form["members"])
    assert ("13900001111" in body) == (sight.phone is Degree.WHOLE)
    assert (detail["income_per_capita_month"] is not None) == (sight.money is Degree.WHOLE)
    assert (detail["incomes"][0]["annual_amount"] is not None) == (sight.money is Degree.WHOLE)
    assert ("张小宝" in body) == (sight.minors is Degree.WHOLE)
    assert (detail["members"][1]["health"] is None) == (sight.health is Degree.NOTHING)
    export = (await client.get("/api/v1/households/export", params={"format": "csv"})).text
    assert ("13900001111" in export) == (sight.phone is Degree.WHOLE)


FIELDS = st.fixed_dictionaries(
    {
        "name": st.text("张王李三四五", min_size=2, max_size=4),
        "birth_date": st.one_of(st.none(), st.dates(date(1930, 1, 1), date(2026, 11, 1))),
        "id_number": st.just("3716***********123"),
        "phone": st.just("*******1111"),
        "phone_cipher": st.none(),
        "health": st.sampled_from(["healthy", "serious_illness"]),
        "income_per_capita_month": st.one_of(st.none(), st.decimals(0, 5000, places=2)),
    }
)


@given(FIELDS, st.lists(st.sampled_from([*SIGHTS, "nobody"]), max_size=3))
def test_another_role_never_takes_sight_away_and_no_role_gives_none(row, roles):
    actor = Actor(1, "u", "u", roles=tuple(roles))
    person, house = dict(row), dict(row)
    mask_person(actor, person, today=date(2026, 11, 23))
    mask_household(actor, house)
    sight = sight_of(actor)
    for role in roles:
        alone = sight_of(Actor(1, "u", "u", roles=(role,)))
        assert all(getattr(sight, n) >= getattr(alone, n) for n in sight.__slots__)
    if not roles:
        assert person["id_number"] is person["phone"] is person["health"] is house["income_per_capita_month"] is None
    assert "phone_cipher" not in person


@given(st.decimals(0, 100000, places=2))
def test_every_income_lies_in_the_band_it_is_given(amount):
    band = income_band(amount)
    low, *high = (Decimal(part.replace(" 元", "").replace("及以上", "")) for part in band.split("—"))
    assert low <= amount
    assert not high or amount < high[0]


async def test_revealing_needs_the_right_and_leaves_a_trace(clerk, client_as, made):
    household_id, form = made
    member = (await clerk.get(f"/api/v1/households/{household_id}")).json()["members"][0]
    ask = {"field": "id_number", "purpose": "核对银行账户户名"}
    helper = client_as(actor_of("village_helper"))
    assert (await helper.post(f"/api/v1/persons/{member['id']}/reveal", json=ask)).status_code == 403
    shown = await clerk.post(f"/api/v1/persons/{member['id']}/reveal", json=ask)
    assert shown.json()["value"] == form["members"][0]["id_number"]
    assert shown.headers["cache-control"] == "no-store"
    async with committed() as session:
        row = await session.execute(
            text("SELECT purpose, details::text FROM audit_entry WHERE action = 'person.reveal' AND subject_id = :id"),
            {"id": str(member["id"])},
        )
        ((purpose, details),) = row.all()
    assert purpose == "核对银行账户户名"
    assert form["members"][0]["id_number"] not in details
    assert (await clerk.post(f"/api/v1/persons/{member['id']}/reveal", json={"field": "id_number"})).status_code == 422


async def test_the_list_stands_on_its_indexes(clerk, village):
    """A page by area, filter and order, a search by part of a name and by number must not read the whole table."""
    async with committed() as session:
        await session.execute(
            text(
                "INSERT INTO household (number, division_code, residence, status, head_name, head_pinyin, member_names,"
                " member_count, income_declared, property_declared, expense_declared, income_per_capita_month)"
                " SELECT 'X' || n, '3716231' || lpad((n % 90)::text, 2, '0') || '001001', 'rural', 'active', '名' || n, 'm',"
                " ' 名' || n || ' ', 1, true, true, true, (n * 7919) % 3000 FROM generate_series(1, 30000) n"
            )
        )
        await session.execute(text("ANALYZE household"))
        queries = (
            """SELECT id FROM household WHERE division_code >= '371623109' AND division_code < '371623109:'
               ORDER BY id DESC LIMIT 20""",
            """SELECT id FROM household WHERE status = 'active' AND residence = 'rural' AND income_per_capita_month >= 100
               ORDER BY income_per_capita_month, id LIMIT 20""",
            "SELECT id FROM household WHERE member_names LIKE '%名2999%' OR id = ANY(households_by_number('名'))",
            """SELECT m.household_id FROM household_member m JOIN person p ON p.id = m.person_id
               WHERE p.id_number_index = '\\x00'::bytea""",
        )
        for sql in queries:
            plan = "\n".join(line for (line,) in await session.execute(text("EXPLAIN " + sql)))
            assert "Seq Scan on household " not in plan, plan
        await session.execute(text("DELETE FROM household WHERE number LIKE 'X%'"))


def test_no_two_columns_of_the_roster_answer_to_one_heading():
    from backend.registry.importing.columns import COLUMNS

    names = list(itertools.chain.from_iterable((c.heading, *c.synonyms) for c in COLUMNS))
    assert len(names) == len(set(names))
