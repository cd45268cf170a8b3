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


async def upload(client, content=b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"):
    made = await client.post("/api/v1/files", files={"file": ("规程原文.pdf", content, "application/pdf")})
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_a_file_of_an_instrument_is_opened_by_every_reader_and_by_no_other_way(sign_in):
    clerk, town = await sign_in("county_clerk"), await sign_in("town109_clerk")
    file_id = await upload(clerk)
    body = {"code": "X78", "title": "县级审核规程", "attachment_ids": [file_id]}
    made = (await clerk.post("/api/v1/policy-documents", json=body)).json()
    assert [(a["file_id"], a["name"]) for a in made["attachments"]] == [(file_id, "规程原文.pdf")]
    opened = await town.get(f"/api/v1/policy-documents/{made['id']}/attachments/{file_id}")
    assert opened.status_code == 200
    assert opened.content.startswith(b"%PDF")
    # The file lies in the county's area: a town reads it as part of the instrument, not as a file.
    assert (await town.get(f"/api/v1/files/{file_id}")).status_code == 404
    removed = {"version": made["version"], "attachment_ids": []}
    assert (await clerk.patch(f"/api/v1/policy-documents/{made['id']}", json=removed)).json()["attachments"] == []
    gone = await town.get(f"/api/v1/policy-documents/{made['id']}/attachments/{file_id}")
    assert gone.status_code == 404
    assert "没有这个附件" in gone.json()["detail"]


async def test_nobody_publishes_by_an_instrument_a_file_that_does_not_exist(sign_in):
    clerk = await sign_in("county_clerk")
    body = {"code": "X79", "title": "县级核对规程", "attachment_ids": [4_000_000_000]}
    refused = await clerk.post("/api/v1/policy-documents", json=body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["attachment_ids"]


async def test_part_of_an_article_finds_its_instrument(sign_in):
    client = await sign_in("county_clerk")
    body = {
        "code": "X80",
        "title": "县级探访规程",
        "clauses": [{"label": "第三条", "text": "对分散供养特困人员每月至少探访一次，发现异常立即报告。"}],
    }
    assert (await client.post("/api/v1/policy-documents", json=body)).status_code == 201
    for words in ("每月至少探访一次", "异常立即", "立即报告"):
        page = (await client.get("/api/v1/policy-documents", params={"q": words})).json()
        assert "X80" in {item["code"] for item in page["items"]}, words
    assert (await client.get("/api/v1/policy-documents", params={"q": "每周至少探访一次"})).json()["items"] == []
