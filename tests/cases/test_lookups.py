"""One certificate shows what is open for its holder."""

from typing import Any

from tests.cases.conftest import Walk


async def test_a_lookup_shows_the_open_case_until_it_is_closed(sign_in: Any, walk: Walk, family: Any) -> None:
    home = await family()
    clerk = await sign_in("town109_clerk")
    asked = {"id_number": home["head"], "purpose": "窗口受理"}
    before = await clerk.post("/api/v1/lookups", json=asked)
    assert before.status_code == 200, before.text
    assert before.json()["open_cases"] == []
    case = await walk.apply("village109_helper", "X91", home)
    found = (await clerk.post("/api/v1/lookups", json=asked)).json()["open_cases"]
    assert [(row["id"], row["project_code"], row["state"]) for row in found] == [(case["id"], "X91", case["state"])]
    of_spouse = (await clerk.post("/api/v1/lookups", json=asked | {"id_number": home["spouse"]})).json()
    assert [row["id"] for row in of_spouse["open_cases"]] == [case["id"]]
    await walk.do("village109_helper", "withdraw", "自愿撤回")
    assert (await clerk.post("/api/v1/lookups", json=asked)).json()["open_cases"] == []
