"""The county: twelve towns by name, nested codes, and a history of names and mergers."""

from sqlalchemy import text

from backend.identity.repository import today
from backend.kernel.identifiers.divisions import level_of, parent_code
from tests.conftest import committed

TODAY = today().isoformat()
TOWNS = [
    "棣丰街道",
    "海丰街道",
    "水湾镇",
    "碣石山镇",
    "小泊头镇",
    "埕口镇",
    "马山子镇",
    "车王镇",
    "柳堡镇",
    "佘家镇",
    "信阳镇",
    "西小王镇",
]


async def test_the_county_has_its_twelve_towns_and_codes_that_nest(sign_in) -> None:
    clerk = await sign_in("town109_clerk")
    towns = (await clerk.get("/api/v1/divisions", params={"level": "town"})).json()
    assert [t["name"] for t in towns["items"]] == TOWNS
    async with committed() as session:
        rows = (await session.execute(text("SELECT code, level, parent_code FROM division"))).all()
    assert len(rows) > 600
    for row in rows:
        assert level_of(row.code).value == row.level
        assert parent_code(row.code) == row.parent_code


async def test_deep_reading_by_cursor_meets_every_division_once(sign_in) -> None:
    clerk = await sign_in("town109_clerk")
    seen, cursor = [], None
    while True:
        params = {"below": "371623109", "page_size": 40} | ({"cursor": cursor} if cursor else {})
        page = (await clerk.get("/api/v1/divisions", params=params)).json()
        seen += [row["code"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]


async def test_the_tree_and_the_path_lead_to_a_village(sign_in) -> None:
    helper = await sign_in("village109_helper")
    tree = (await helper.get("/api/v1/divisions/tree")).json()
    assert [t["label"] for t in tree[0]["children"]] == TOWNS
    village = (await helper.get("/api/v1/divisions/371623109001001")).json()
    assert [d["code"] for d in village["path"]] == ["371623", "371623109", "371623109001"]
    assert (await helper.get("/api/v1/divisions/371623999")).status_code == 404


async def test_a_renamed_division_keeps_code_and_history(sign_in) -> None:
    admin = await sign_in("county_admin")
    form = {"name": "新水湾镇", "effective_on": TODAY, "reason": "鲁民函〔2026〕1号"}
    clerk = await sign_in("town109_clerk")
    assert (await clerk.post("/api/v1/divisions/371623101/renaming", json=form)).status_code == 403
    renamed = await admin.post("/api/v1/divisions/371623101/renaming", json=form)
    assert renamed.status_code == 200, renamed.text
    assert renamed.json()["history"][-1]["before"] == {"name": "水湾镇"}
    below = (await admin.get("/api/v1/divisions/371623101002003")).json()
    assert below["full_name"].startswith("新水湾镇")
    assert (await admin.post("/api/v1/divisions/371623101/renaming", json=form | {"name": "水湾镇"})).status_code == 200


async def test_a_merged_division_leaves_the_lists_but_not_the_history(sign_in) -> None:
    admin = await sign_in("county_admin")
    code, into = "371623110008005", "371623110008006"
    form = {"into": into, "effective_on": TODAY, "reason": "村庄合并"}
    far = await admin.post(f"/api/v1/divisions/{code}/merger", json=form | {"into": "371623109001001"})
    assert far.status_code == 422
    full = await admin.post("/api/v1/divisions/371623110008/merger", json=form | {"into": "371623110007"})
    assert full.status_code == 422
    merged = (await admin.post(f"/api/v1/divisions/{code}/merger", json=form)).json()
    assert merged["merged_into"] == into
    listed = (await admin.get("/api/v1/divisions", params={"parent_code": "371623110008"})).json()
    assert code not in [row["code"] for row in listed["items"]]
    assert (await admin.get(f"/api/v1/divisions/{code}")).json()["history"][0]["kind"] == "merge"
    assert (await admin.get(f"/api/v1/divisions/{into}")).json()["history"][0]["text"] == f"{code} 并入 {into}"
    assert (await admin.post(f"/api/v1/divisions/{code}/merger", json=form)).status_code == 409
    offered = (await admin.get("/api/v1/divisions/options", params={"term": listed["items"][0]["name"]})).json()
    assert code not in [option["value"] for option in offered["options"]]
    named = (await admin.get("/api/v1/divisions/options", params={"value": f"{code},{into}"})).json()["options"]
    assert {code, into} <= {option["value"] for option in named}


async def test_a_picker_of_divisions_begins_with_the_county_and_its_towns(sign_in) -> None:
    clerk = await sign_in("county_clerk")
    offered = (await clerk.get("/api/v1/divisions/options")).json()["options"]
    assert [len(option["value"]) for option in offered[:13]] == [6] + [9] * 12


async def test_an_organisation_is_registered_with_a_checked_code(sign_in) -> None:
    system = await sign_in("sysadmin")
    form = {"name": "向阳养老服务中心", "kind": "partner", "division_code": "371623", "uscc": "91350100M000100Y44"}
    refused = await system.post("/api/v1/organizations", json=form)
    assert refused.json()["errors"][0]["field"] == "uscc"
    made = await system.post("/api/v1/organizations", json=form | {"uscc": "91350100M000100Y43"})
    assert made.status_code == 201, made.text
    version = made.json()["version"]
    change = {"name": "向阳养老", "version": version}
    assert (await system.patch(f"/api/v1/organizations/{made.json()['id']}", json=change)).json()["name"] == "向阳养老"
    clerk = await sign_in("town109_clerk")
    assert (await clerk.post("/api/v1/organizations", json=form)).status_code in {403, 422}
