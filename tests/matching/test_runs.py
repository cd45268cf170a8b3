"""A whole area against the catalogue: 错, 漏, 重, never doubled, seen only by those whose area it is."""

import asyncio
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.kernel.jobs import Running
from backend.matching.service import runs
from tests.conftest import committed
from tests.matching.conftest import generate

DAY = "2023-12-01"


async def run(client, **body):
    started = await client.post("/api/v1/matching/runs", json={"as_of": DAY, **body})
    assert started.status_code == 202, started.text
    run_id = started.json()["id"]
    async with committed() as session:
        job_id = await session.scalar(text("SELECT job_id FROM matching_run WHERE id = :id"), {"id": run_id})
    await runs.carry_out(Running(id=job_id, kind=runs.KIND, payload={"run_id": run_id}, user_id=1))
    return (await client.get(f"/api/v1/matching/runs/{run_id}")).json()


async def findings(client, run_id, **filters):
    found, page = [], 1
    while True:
        answer = await client.get(
            f"/api/v1/matching/runs/{run_id}/findings", params={"page_size": 200, "page": page, **filters}
        )
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        found += items
        page += 1
        if len(items) < 200:
            return found


async def household(number):
    async with committed() as session:
        return await session.scalar(text("SELECT id FROM household WHERE number = :n"), {"n": number})


async def pay(number, code, amount, person=None):
    async with committed() as session:
        await session.execute(
            text(
                "INSERT INTO benefit (household_id, person_id, project_code, division_code, once, monthly_amount,"
                " from_month, status) SELECT id, :person, :code, division_code, false, :amount, '2022-01-01', 'active'"
                " FROM household WHERE number = :number"
            ),
            {"number": number, "code": code, "amount": Decimal(amount), "person": person},
        )


@pytest.fixture(scope="session")
async def first_run(sign_in, county):
    return await run(await sign_in("county_clerk"))


async def test_the_county_agrees_with_each_household_alone(sign_in, first_run):
    client = await sign_in("county_clerk")
    missed = await findings(client, first_run["id"], kind="missed")
    by_household = {}
    for item in missed:
        by_household.setdefault(item["household_id"], Counter())[item["project_code"]] += 1
    assert first_run["progress"] == 1.0
    assert first_run["missed"] == len(missed) > 100
    async with committed() as session:
        ids = (
            (await session.execute(text("SELECT id FROM household WHERE number LIKE 'T%' ORDER BY id"))).scalars().all()
        )
    assert first_run["households"] >= 600
    for household_id in ids[::20]:
        alone = (await client.get(f"/api/v1/households/{household_id}/matches?as_of={DAY}")).json()["items"]
        expected = Counter()
        for item in alone:
            if item["members"]:
                expected[item["project_code"]] += sum(member["eligible"] is True for member in item["members"])
            elif item["eligible"]:
                expected[item["project_code"]] += 1
        assert by_household.get(household_id, Counter()) == +expected, household_id


async def test_a_second_run_confirms_and_doubles_nothing(sign_in, first_run):
    client = await sign_in("county_clerk")
    again = await run(client)
    assert again["missed"] == first_run["missed"]
    async with committed() as session:
        doubled = await session.scalar(
            text(
                "SELECT count(*) FROM (SELECT 1 FROM finding WHERE status <> 'closed' GROUP BY kind, cause, household_id,"
                " person_id, project_code, other_project_code HAVING count(*) > 1) AS d"
            )
        )
    assert doubled == 0


async def test_what_is_paid_wrongly_is_found_with_its_reason_and_closes_when_mended(sign_in, county):
    client = await sign_in("county_clerk")
    ids = {}
    async with committed() as session:
        rows = await session.execute(
            text(
                "SELECT number, income_year / 12 / member_count AS income FROM household WHERE number LIKE 'T%'"
                " AND residence = 'rural' AND income_declared AND property_declared ORDER BY income_year"
            )
        )
        rows = rows.all()
    poor, rich = rows[3].number, rows[-1].number
    ids = {poor: await household(poor), rich: await household(rich)}
    await pay(poor, "A02", "1.00")
    await pay(rich, "A02", "500.00")
    outcome = await run(client, project_codes=["A02"])
    found = {item["household_id"]: item for item in await findings(client, outcome["id"], kind="wrong")}
    assert found[ids[poor]]["cause"] == "amount_differs"
    assert "每月 1 元，按现有资料应为" in found[ids[poor]]["reason"]
    assert "每月少发" in found[ids[poor]]["reason"]
    assert found[ids[rich]]["cause"] == "not_eligible"
    assert "家庭人均月收入应低于 789 元" in found[ids[rich]]["reason"]
    async with committed() as session:
        await session.execute(text("UPDATE benefit SET status = 'ended' WHERE household_id = :id"), {"id": ids[rich]})
    after = await run(client, project_codes=["A02"])
    assert ids[rich] not in {item["household_id"] for item in await findings(client, after["id"], kind="wrong")}
    assert ids[rich] in {item["household_id"] for item in await findings(client, outcome["id"], kind="wrong")}


async def test_benefits_that_exclude_each_other_two_households_and_the_dead_are_found(sign_in, county):
    client = await sign_in("county_clerk")
    async with committed() as session:
        rows = await session.execute(
            text(
                "SELECT h.id, h.number, min(m.person_id) AS person FROM household h JOIN household_member m"
                " ON m.household_id = h.id WHERE h.number IN ('T101', 'T102', 'T103', 'T104') GROUP BY h.id ORDER BY h.id"
            )
        )
        a, b, c, d = rows.all()
        await session.execute(
            text(
                "INSERT INTO household_member (household_id, person_id, division_code, relation, included, insured,"
                " joined_on) SELECT id, :person, division_code, 'child', true, true, '2021-01-01' FROM household"
                " WHERE id = :id"
            ),
            {"person": b.person, "id": c.id},
        )
        await session.execute(text("UPDATE person SET dead_on = '2023-10-15' WHERE id = :id"), {"id": d.person})
    await pay(a.number, "A02", "100.00")
    await pay(a.number, "A05", "100.00", a.person)
    await pay(b.number, "A02", "100.00")
    await pay(c.number, "A02", "100.00")
    await pay(d.number, "A05", "100.00", d.person)
    outcome = await run(client)
    found = {(i["household_id"], i["cause"]): i for i in await findings(client, outcome["id"], kind="duplicate")}
    assert found[a.id, "exclusive"]["project_code"] == "A02"
    assert found[a.id, "exclusive"]["other_project_code"] == "A05"
    assert found[c.id, "two_households"]["person_id"] == b.person
    assert found[d.id, "dead"]["person_id"] == d.person
    assert (b.id, "two_households") not in found


async def test_a_town_sees_only_its_own_and_cannot_run_another(sign_in, first_run):
    clerk = await sign_in("town109_clerk")
    assert (await clerk.get(f"/api/v1/matching/runs/{first_run['id']}")).status_code == 404
    page = (await clerk.get("/api/v1/matching/findings?page_size=200")).json()
    assert page["total"] > 0
    assert {item["division_code"][:9] for item in page["items"]} == {"371623109"}
    refused = await clerk.post("/api/v1/matching/runs", json={"division_code": "371623001"})
    assert refused.status_code == 403
    own = await run(clerk)
    assert own["division_code"] == "371623109"
    assert {area["division_code"] for area in own["areas"]} == {"371623109"}
    other = next(
        item
        for item in (
            await (await sign_in("county_clerk")).get("/api/v1/matching/findings?division_code=371623001")
        ).json()["items"]
    )
    assert (await clerk.post(f"/api/v1/matching/findings/{other['id']}/lead", json={})).status_code == 404


async def test_a_finding_is_turned_once_even_by_two_at_once(sign_in, first_run):
    client = await sign_in("county_clerk")
    item = (await findings(client, first_run["id"], kind="missed", status="open"))[5]
    assert set(item["allowed_actions"]) == {"lead", "review"}
    url = f"/api/v1/matching/findings/{item['id']}"
    both = await asyncio.gather(client.post(f"{url}/lead", json={}), client.post(f"{url}/lead", json={}))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert (await client.post(f"{url}/review", json={})).status_code == 409
    async with committed() as session:
        leads = await session.scalar(text("SELECT count(*) FROM lead WHERE finding_id = :id"), {"id": item["id"]})
    assert leads == 1
    again = await run(client)
    page = await findings(client, again["id"], status="turned")
    assert item["id"] in {found["id"] for found in page}


async def test_a_killed_run_goes_on_after_the_finished_towns(sign_in, county, monkeypatch):
    client = await sign_in("county_clerk")
    started = (await client.post("/api/v1/matching/runs", json={"as_of": DAY, "project_codes": ["A02"]})).json()
    async with committed() as session:
        job_id = await session.scalar(text("SELECT job_id FROM matching_run WHERE id = :id"), {"id": started["id"]})
    running = Running(id=job_id, kind=runs.KIND, payload={"run_id": started["id"]}, user_id=1)
    compare, compared = runs._compare, []

    async def once(session, row, area, prepared):
        if compared:
            raise ConnectionResetError
        compared.append(area)
        await compare(session, row, area, prepared)

    monkeypatch.setattr(runs, "_compare", once)
    with pytest.raises(ConnectionResetError):
        await runs.carry_out(running)
    half = (await client.get(f"/api/v1/matching/runs/{started['id']}")).json()
    assert 0 < half["progress"] < 1

    async def rest(session, row, area, prepared):
        assert area not in compared
        await compare(session, row, area, prepared)

    monkeypatch.setattr(runs, "_compare", rest)
    await runs.carry_out(running)
    assert (await client.get(f"/api/v1/matching/runs/{started['id']}")).json()["progress"] == 1.0


async def members_of(number):
    async with committed() as session:
        rows = await session.execute(
            text(
                "SELECT m.person_id FROM household_member m JOIN household h ON h.id = m.household_id"
                " WHERE h.number = :n ORDER BY m.id"
            ),
            {"n": number},
        )
        return rows.scalars().all()


async def test_a_finding_follows_a_household_that_moved(sign_in, county):
    client = await sign_in("county_clerk")
    moved = await household("T201")
    await pay("T201", "A02", "3.00")
    await run(client, project_codes=["A02"])
    async with committed() as session:
        old = await session.scalar(text("SELECT division_code FROM household WHERE id = :id"), {"id": moved})
        town = "371623001%" if old.startswith("371623109") else "371623109%"
        villages = text("SELECT min(code) FROM division WHERE level = 'village' AND code LIKE :town")
        new = await session.scalar(villages, {"town": town})
        for table, key in (("household", "id"), ("household_member", "household_id")):
            await session.execute(
                text(f"UPDATE {table} SET division_code = :new WHERE {key} = :id"), {"new": new, "id": moved}
            )
    outcome = await run(client, project_codes=["A02"])
    mine = [f for f in await findings(client, outcome["id"], kind="wrong") if f["household_id"] == moved]
    assert [(f["division_code"], f["status"]) for f in mine] == [(new, "open")]


async def test_a_dead_member_is_found_until_the_benefit_is_set_anew(sign_in, county):
    client = await sign_in("county_clerk")
    home, person = await household("T206"), (await members_of("T206"))[0]
    async with committed() as session:
        await session.execute(
            text(
                "UPDATE household SET residence = 'rural', income_declared = true, income_year = 0,"
                " property_declared = true, property_result = 'pass' WHERE id = :id"
            ),
            {"id": home},
        )
        await session.execute(text("UPDATE person SET dead_on = '2023-09-02' WHERE id = :id"), {"id": person})
    await pay("T206", "A02", "1578.00")
    first = await run(client, project_codes=["A02"])
    found = {f["cause"]: f for f in await findings(client, first["id"]) if f["household_id"] == home}
    assert set(found) == {"dead", "amount_differs"}
    assert "已于 2023-09-02 去世" in found["dead"]["reason"]
    async with committed() as session:
        await session.execute(text("UPDATE benefit SET monthly_amount = 789 WHERE household_id = :id"), {"id": home})
    after = await run(client, project_codes=["A02"])
    assert [f for f in await findings(client, after["id"], status="open") if f["household_id"] == home] == []


async def test_a_finding_is_said_in_the_language_of_the_reader(sign_in, first_run):
    client = await sign_in("county_clerk")
    answer = await client.get("/api/v1/matching/findings?kind=missed&page_size=5", headers={"Accept-Language": "en"})
    said = [item["reason"] for item in answer.json()["items"]]
    assert said
    assert all("meets the conditions of" in text for text in said)


async def test_the_list_of_runs_tells_progress_and_counts(sign_in, first_run):
    client = await sign_in("county_clerk")
    rows = (await client.get("/api/v1/matching/runs?page_size=200")).json()["items"]
    row = next(row for row in rows if row["id"] == first_run["id"])
    assert (row["status"], row["progress"]) == ("done", 100)
    assert (row["missed"], row["households"]) == (first_run["missed"], first_run["households"])


async def test_five_thousand_households_are_compared_in_seconds(sign_in, county):
    await generate(10_001, 15_000)
    loop = asyncio.get_running_loop()
    started = loop.time()
    outcome = await run(await sign_in("county_clerk"))
    assert outcome["households"] >= 5600
    assert loop.time() - started < 60
    assert date.fromisoformat(outcome["as_of"]) == date(2023, 12, 1)
