"""Dated numbers: two persons, no overlap, no rewriting of what was in force."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.conftest import committed


async def _proposed(client, **fields):
    body = {
        "code": "dibao_standard",
        "residence": "rural",
        "value": "900",
        "valid_from": "2027-07-01",
        "basis": "县政府文件",
        **fields,
    }
    return await client.post("/api/v1/parameter-changes", json=body)


async def test_the_standard_is_read_with_its_history(sign_in):
    client = await sign_in("town109_clerk")
    page = (await client.get("/api/v1/parameters?code=dibao_standard&residence=rural")).json()
    on_2023 = next(item for item in page["items"] if item["valid_from"] == "2023-07-01")
    assert on_2023["value"] == "789.00"
    assert {"code", "division_code", "residence", "value", "unit", "valid_from", "valid_to", "basis"} <= set(on_2023)
    page = (await client.get("/api/v1/parameters?code=dibao_standard&residence=urban&as_of=2023-12-31")).json()
    assert [item["value"] for item in page["items"]] == ["1001.00"]


async def test_the_proposer_cannot_approve_and_another_can_once(sign_in):
    clerk, admin = await sign_in("county_clerk"), await sign_in("county_admin")
    made = await _proposed(clerk)
    assert made.status_code == 201, made.text
    url = f"/api/v1/parameter-changes/{made.json()['id']}/decision"
    verdict = {"approved": True, "opinion": "同意"}
    assert (await clerk.post(url, json=verdict)).status_code == 403
    own = await _proposed(admin, valid_from="2028-07-01")
    refused = await admin.post(f"/api/v1/parameter-changes/{own.json()['id']}/decision", json=verdict)
    assert refused.status_code == 409
    assert "不能审批自己" in refused.json()["detail"]
    assert (await admin.post(url, json=verdict)).status_code == 200
    assert (await admin.post(url, json=verdict)).status_code == 409
    page = (await clerk.get("/api/v1/parameters?code=dibao_standard&residence=rural&as_of=2027-06-30")).json()
    assert page["items"][0]["valid_to"] == "2027-07-01"
    page = (await clerk.get("/api/v1/parameters?code=dibao_standard&residence=rural&as_of=2027-07-01")).json()
    assert page["items"][0]["value"] == "900.00"


async def test_the_list_of_changes_says_what_each_reader_may_do(sign_in):
    clerk, admin = await sign_in("county_clerk"), await sign_in("county_admin")
    made = (await _proposed(clerk, valid_from="2029-07-01")).json()
    for client, allowed in ((clerk, ["withdrawal"]), (admin, ["decision"])):
        page = (await client.get("/api/v1/parameter-changes?status=proposed&code=dibao_standard")).json()
        assert [row["allowed_actions"] for row in page["items"] if row["id"] == made["id"]] == [allowed]


async def test_the_past_is_not_rewritten(sign_in):
    clerk = await sign_in("county_clerk")
    answer = await _proposed(clerk, valid_from="2022-01-01")
    assert answer.status_code == 409
    assert "过去的数值不能改写" in answer.json()["detail"]


async def test_an_unknown_parameter_is_refused_in_words(sign_in):
    clerk = await sign_in("county_clerk")
    answer = await _proposed(clerk, code="no_such_word")
    assert answer.status_code == 422
    assert "no_such_word" in answer.json()["detail"]


async def test_the_database_itself_refuses_overlaps_and_changes(session):
    insert = text(
        "INSERT INTO parameter (code, division_code, residence, value, unit, valid_from, basis, uncertain)"
        " VALUES ('dibao_standard', '371623', 'urban', :value, '', :day, '试验', false)"
    )
    with pytest.raises(DBAPIError, match="ex_parameter_overlap"):
        await session.execute(insert, {"value": Decimal(1), "day": date(2030, 1, 1)})
    await session.rollback()
    with pytest.raises(DBAPIError, match="不能修改"):
        await session.execute(text("UPDATE parameter SET value = 1"))
    await session.rollback()
    with pytest.raises(DBAPIError, match="不能删除"):
        await session.execute(text("DELETE FROM parameter"))


async def test_shipped_content_is_loaded_once():
    from backend.catalogue.service import load_shipped

    async with committed() as session:
        assert await load_shipped(session) == {"instruments": 0, "parameters": 0, "projects": 0}


async def test_the_history_names_who_proposed_and_who_approved(sign_in):
    clerk, admin = await sign_in("county_clerk"), await sign_in("county_admin")
    fields = {"code": "margin_ratio", "residence": None, "value": "1.6", "valid_from": "2034-01-01"}
    made = (await _proposed(clerk, **fields)).json()
    assert (made["label"], made["proposer"]) == ("低保边缘倍数", made["proposer"])
    verdict = {"approved": True, "opinion": "同意"}
    assert (await admin.post(f"/api/v1/parameter-changes/{made['id']}/decision", json=verdict)).status_code == 200
    rows = (await clerk.get("/api/v1/parameters?code=margin_ratio&order_by=-valid_from")).json()["items"]
    assert (rows[0]["value"], rows[0]["proposer"]) == ("1.60", made["proposer"])
    assert rows[0]["decider"]
    assert rows[0]["decided_at"]
    assert (rows[-1]["proposer"], rows[-1]["decider"]) == (None, None)
    name = (await clerk.get("/api/v1/parameter-names/margin_ratio")).json()
    assert name["label"] == "低保边缘倍数"
    assert (await clerk.get("/api/v1/parameter-names/no_such")).status_code == 404
