"""Two rows of one person are found, made one, and taken apart again without loss."""

from sqlalchemy import text

from backend.registry.permissions import RegistryPermission as P
from tests.conftest import committed
from tests.registry.conftest import OTHER_TOWN, actor_of, id_number


async def twins(clerk, household, village):
    """One man with papers, and again without under the same address."""
    number = id_number("19550505", "1")
    first = household(
        address="幸福村88号", members=[{"name": "郑长顺", "id_number": number, "relation": "head"}], incomes=[]
    )
    second = household(
        address="幸福村88号",
        members=[
            {
                "name": "郑长顺",
                "id_type": "none",
                "relation": "head",
                "sex": "1",
                "birth_date": "1955-05-05",
                "nation": "回族",
            }
        ],
        incomes=[{"category": "wage", "annual_amount": "1200.00"}],
    )
    return [(await clerk.post("/api/v1/households", json=form)).json()["id"] for form in (first, second)]


async def pair(clerk, households):
    heads = [(await clerk.get(f"/api/v1/households/{h}")).json()["members"][0]["id"] for h in households]
    found = (await clerk.get("/api/v1/duplicates", params={"page_size": 50})).json()["items"]
    return heads, [p for p in found if [p["first"]["id"], p["second"]["id"]] == heads]


async def state(*persons):
    async with committed() as session:
        rows = await session.execute(
            text(
                "SELECT p.id, p.nation, p.merged_into_id, (SELECT array_agg(m.household_id ORDER BY m.id) FROM household_member m"
                " WHERE m.person_id = p.id AND m.left_on IS NULL) FROM person p WHERE id = ANY(:ids) ORDER BY id"
            ),
            {"ids": list(persons)},
        )
        return [tuple(row) for row in rows]


async def test_a_person_entered_twice_is_found_merged_and_separated_again(clerk, household, village):
    households = await twins(clerk, household, village)
    (kept, gone), found = await pair(clerk, households)
    assert found[0]["kind"] == "alike"
    before = await state(kept, gone)
    merged = await clerk.post(f"/api/v1/duplicates/{gone}/merge", json={"keep_id": kept, "reason": "同一人重复登记"})
    assert merged.status_code == 200, merged.text
    assert await state(kept, gone) == [(kept, "回族", None, households), (gone, "回族", kept, None)]
    assert (await pair(clerk, households))[1] == []
    undone = await clerk.post(f"/api/v1/duplicates/{gone}/unmerge")
    assert undone.status_code == 200, undone.text
    assert await state(kept, gone) == before
    assert (await clerk.post(f"/api/v1/duplicates/{gone}/unmerge")).status_code == 404


async def test_two_people_with_papers_are_never_one(clerk, household):
    made = (await clerk.post("/api/v1/households", json=household())).json()
    members = (await clerk.get(f"/api/v1/households/{made['id']}")).json()["members"]
    answer = await clerk.post(
        f"/api/v1/duplicates/{members[1]['id']}/merge", json={"keep_id": members[0]["id"], "reason": "看起来相似"}
    )
    assert answer.status_code == 409
    assert "各有一个有效证件号码" in answer.json()["detail"]


async def test_another_town_sees_no_pair_and_merges_nobody(clerk, client_as, household, village):
    households = await twins(clerk, household, village)
    (kept, gone), _ = await pair(clerk, households)
    stranger = client_as(actor_of("town_clerk", OTHER_TOWN, P.MERGE, P.READ))
    assert (await stranger.get("/api/v1/duplicates")).json()["total"] == 0
    form = {"keep_id": kept, "reason": "越权合并"}
    assert (await stranger.post(f"/api/v1/duplicates/{gone}/merge", json=form)).status_code == 404


async def test_a_pair_said_to_be_two_people_is_not_shown_again(clerk, household, village):
    households = await twins(clerk, household, village)
    (first, second), found = await pair(clerk, households)
    assert found
    form = {"other_id": first, "reason": "入户核实为同名同日出生的两人"}
    assert (await clerk.post(f"/api/v1/duplicates/{second}/denial", json=form)).status_code == 204
    assert (await pair(clerk, households))[1] == []


async def test_a_preview_tells_what_moves_and_changes_nothing(clerk, household, village):
    households = await twins(clerk, household, village)
    (kept, gone), _ = await pair(clerk, households)
    before = await state(kept, gone)
    told = (await clerk.get(f"/api/v1/duplicates/{gone}/preview", params={"keep_id": kept})).json()
    assert told["lines"] == ["移动 1 条家庭成员关系", "补充资料：民族"]
    assert told["refused"] is None
    assert await state(kept, gone) == before


async def test_merges_are_listed_with_who_can_be_taken_out_again(clerk, household, village):
    households = await twins(clerk, household, village)
    (kept, gone), _ = await pair(clerk, households)
    await clerk.post(f"/api/v1/duplicates/{gone}/merge", json={"keep_id": kept, "reason": "同一人重复登记"})
    row = (await clerk.get("/api/v1/duplicates/merges")).json()["items"][0]
    assert (row["id"], row["kept_id"], row["kept_name"], row["allowed_actions"]) == (gone, kept, "郑长顺", ["unmerge"])
    await clerk.post(f"/api/v1/duplicates/{gone}/unmerge")
    row = (await clerk.get("/api/v1/duplicates/merges")).json()["items"][0]
    assert row["undone_on"]
    assert row["allowed_actions"] == []
