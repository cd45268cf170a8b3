"""The policy library: found by Chinese words, by number, by what was in force on a day."""


async def test_the_whole_register_of_instruments_is_shipped(sign_in):
    client = await sign_in("county_clerk")
    page = (await client.get("/api/v1/policy-documents?page_size=100")).json()
    codes = {item["code"] for item in page["items"]}
    assert {f"L{n:02d}" for n in range(1, 30)} <= codes


async def test_two_characters_find_an_instrument_by_title_number_and_article(sign_in):
    client = await sign_in("county_clerk")

    async def found(q):
        page = (await client.get("/api/v1/policy-documents", params={"q": q, "page_size": 100})).json()
        return {item["code"] for item in page["items"]}

    assert "L03" in await found("低保")
    assert "L03" in await found("57号")
    assert await found("第四十四条") == {"L01"}
    assert await found("不存在的词语组合") == set()
    assert await found("'; & | !") is not None


async def test_only_what_was_in_force_on_the_day_is_shown(sign_in):
    client = await sign_in("county_clerk")
    page = (await client.get("/api/v1/policy-documents?in_force_on=2026-06-30&page_size=100")).json()
    codes = {item["code"] for item in page["items"]}
    assert "L01" not in codes
    assert "L03" in codes


async def test_an_instrument_is_entered_amended_and_found_by_its_new_article(sign_in):
    client = await sign_in("county_clerk")
    made = await client.post(
        "/api/v1/policy-documents",
        json={"code": "X77", "title": "县级救助操作规程", "clauses": [{"label": "第一条", "text": "独居老人每周探访"}]},
    )
    assert made.status_code == 201, made.text
    document = made.json()
    change = {"version": document["version"], "clauses": [{"label": "第二条", "text": "残疾儿童优先康复"}]}
    amended = await client.patch(f"/api/v1/policy-documents/{document['id']}", json=change)
    assert amended.status_code == 200, amended.text
    again = await client.patch(f"/api/v1/policy-documents/{document['id']}", json=change)
    assert again.status_code == 412
    page = (await client.get("/api/v1/policy-documents?q=优先康复")).json()
    assert [item["code"] for item in page["items"]] == ["X77"]
    page = (await client.get("/api/v1/policy-documents?q=每周探访")).json()
    assert page["items"] == []


async def test_a_town_clerk_reads_but_does_not_write(sign_in):
    client = await sign_in("town109_clerk")
    assert (await client.get("/api/v1/policy-documents")).status_code == 200
    assert (await client.post("/api/v1/policy-documents", json={"code": "X1", "title": "规定"})).status_code == 403
