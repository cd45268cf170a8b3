"""A roster comes in as a whole: checked, explained cell by cell, and never twice."""

import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.conftest import committed
from tests.registry.conftest import id_number
from tests.registry.rosters import HEADINGS, imported, run, upload, workbook


def couple(village, key="1", /, **head):
    return [
        {"household_key": key, "village": village, "residence": "农村", "address": "3号", "relation": "户主",
         "name": "赵大山", "id_number": id_number("19600101", "1"), "phone": "13900002222", "health": "健康", "wage": 12000,
         "transfer": 0, "medical": 3600.5} | head,
        {"relation": "妻", "name": "钱小花", "id_number": id_number("19620202", "2"), "disability_type": "肢体",
         "disability_level": "二级"},
    ]  # fmt: skip


async def counts():
    async with committed() as session:
        row = await session.execute(
            text(
                "SELECT (SELECT count(*) FROM person) p, (SELECT count(*) FROM household) h,"
                " (SELECT count(*) FROM household_member) m, (SELECT count(*) FROM income_item) i,"
                " (SELECT count(*) FROM expense_item) e, (SELECT sum(version) FROM household) v,"
                " (SELECT sum(version) FROM person) w"
            )
        )
        return tuple(row.one())


async def test_a_roster_becomes_households_with_figures(clerk, village):
    rows = couple(village)
    state = await imported(clerk, workbook(rows))
    assert (state["status"], state["rows"], state["accepted"], state["rejected"]) == ("done", 2, 2, 0)
    assert (state["progress"], state["created_households"]) == (100, 1)
    found = (await clerk.get("/api/v1/households", params={"q": rows[0]["id_number"]})).json()["items"][0]
    detail = (await clerk.get(f"/api/v1/households/{found['id']}")).json()
    assert detail["income_per_capita_month"] == "500.00"
    assert detail["phone"] == "13900002222"
    assert [m["name"] for m in detail["members"]] == ["赵大山", "钱小花"]
    assert (detail["members"][1]["disability_type"], detail["members"][1]["disability_level"]) == ("physical", 2)
    assert detail["expenses"][0]["annual_amount"] == "3600.50"


async def test_the_same_file_twice_changes_nothing(clerk, village):
    content = workbook(couple(village) + couple(village, "2"))
    await imported(clerk, content)
    before = await counts()
    state = await imported(clerk, content)
    assert await counts() == before
    assert (state["created_households"], state["changed_households"], state["unchanged_households"]) == (0, 0, 2)
    assert "此前已导入过" in state["message"]


async def test_a_changed_income_is_brought_up_to_date(clerk, village):
    rows = couple(village)
    await imported(clerk, workbook(rows))
    rows[0]["wage"] = 24000
    state = await imported(clerk, workbook(rows))
    assert (state["created_households"], state["changed_households"]) == (0, 1)
    found = (await clerk.get("/api/v1/households", params={"q": rows[0]["id_number"]})).json()["items"][0]
    assert found["income_per_capita_month"] == "1000.00"


async def test_faulty_cells_are_marked_and_their_household_waits(clerk, village):
    good, bad = couple(village, "1"), couple(village, "2")
    bad[1]["id_number"] = bad[1]["id_number"][:-1] + ("1" if bad[1]["id_number"][-1] != "1" else "2")
    bad[1]["wage"] = "很多"
    other = couple(village, "3", health="不太好", village="不存在的村")
    state = await imported(clerk, workbook(good + bad + other))
    assert (state["rows"], state["accepted"], state["rejected"]) == (6, 2, 4)
    answer = await clerk.get(f"/api/v1/imports/{state['id']}/errors")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    places = {cell.value: cell.column for cell in sheet[1]}
    number = sheet.cell(5, places["证件号码"])
    assert "校验码" in number.comment.text
    assert number.fill.start_color.rgb.endswith("FFC7CE")
    assert "不是有效的金额" in sheet.cell(5, places["年工资性收入"]).comment.text
    assert "可填：健康或良好" in sheet.cell(6, places["健康状况"]).comment.text
    assert "不是您管辖范围内的村居" in sheet.cell(6, places["村居"]).comment.text
    assert "同户其他成员有误" in sheet.cell(4, places["错误说明"]).value
    assert sheet.cell(2, places["错误说明"]).value is None
    assert sheet.cell(2, places["姓名"]).value == "赵大山"


async def test_all_or_nothing_writes_nothing_when_a_row_is_faulty(clerk, village):
    before = await counts()
    rows = couple(village, "1") + couple(village, "2", relation="")
    state = await imported(clerk, workbook(rows), mode="all_or_nothing")
    assert (state["status"], state["accepted"], state["rejected"]) == ("done", 0, 4)
    assert await counts() == before


async def test_a_dry_run_writes_nothing(clerk, village):
    before = await counts()
    state = await imported(clerk, workbook(couple(village)), dry_run="true")
    assert (state["accepted"], state["created_households"]) == (2, 1)
    assert "没有写入任何家庭；正式导入将新建 1 户" in state["message"]
    assert await counts() == before


async def test_a_killed_import_goes_on_where_it_was(clerk, village):
    answer = (await upload(clerk, workbook(couple(village)))).json()
    async with committed() as session:
        # The worker died while it was reading: nothing of that stage was committed.
        await session.execute(text("UPDATE roster_import SET status = 'working' WHERE id = :id"), {"id": answer["id"]})
    await run(answer["job_id"])
    after = await counts()
    await run(answer["job_id"])
    assert await counts() == after
    assert (await clerk.get(f"/api/v1/imports/{answer['id']}")).json()["created_households"] == 1


async def test_one_household_has_one_head_and_a_number_stands_once(clerk, village):
    rows = couple(village, "1") + couple(village, "2")
    rows[1]["relation"] = "户主"
    rows[3]["id_number"] = rows[0]["id_number"]
    state = await imported(clerk, workbook(rows), dry_run="true")
    assert state["accepted"] == 0
    async with committed() as session:
        found = await session.execute(
            text("SELECT line, field FROM roster_fault WHERE import_id = :id AND field IS NOT NULL"),
            {"id": state["id"]},
        )
        assert {tuple(row) for row in found} == {(2, "relation"), (5, "id_number")}


async def test_own_headings_are_mapped_and_remembered(clerk, village):
    headings = HEADINGS | {"name": "当事人", "id_number": "号码"}
    content = workbook(couple(village), headings)
    refused = await upload(clerk, content)
    assert refused.status_code == 422
    assert "没有找到这些列：姓名、证件号码" in refused.json()["errors"][0]["message"]
    mapping = '{"当事人": "name", "号码": "id_number"}'
    assert (await imported(clerk, content, mapping=mapping))["accepted"] == 2
    assert (await imported(clerk, workbook(couple(village), headings)))["accepted"] == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"<html><table><tr><td>1</td></tr></table>", "其实是网页"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (b"%PDF-1.7", "不是表格"),
        (b"PK\x03\x04 broken", "不完整或已损坏"),
        ("甲,乙\n1,2\n".encode(), "没有找到这些列"),
    ],
)
async def test_a_file_that_is_no_roster_is_refused_in_words(clerk, content, words):
    answer = await upload(clerk, content)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"
    assert words in answer.json()["errors"][0]["message"]


async def test_csv_in_the_encoding_of_old_offices_is_read(clerk, village):
    rows = couple(village)
    lines = [",".join(HEADINGS.values())] + [",".join(str(r.get(n, "")) for n in HEADINGS) for r in rows]
    assert (await imported(clerk, "\n".join(lines).encode("gb18030"), name="x.xlsx"))["accepted"] == 2


async def test_the_template_can_be_filled_and_imported(clerk, village):
    answer = await clerk.get("/api/v1/households/imports/template")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["名册"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for line, row in enumerate(couple(village), 2):
        for name, value in row.items():
            sheet.cell(line, places[HEADINGS[name]], value)
    out = io.BytesIO()
    book.save(out)
    assert (await imported(clerk, out.getvalue()))["accepted"] == 2


async def test_no_number_stays_readable_in_what_is_kept_of_a_roster(clerk, village):
    rows = couple(village)
    rows[1]["id_number"] = rows[1]["id_number"][:-1] + "?"
    state = await imported(clerk, workbook(rows))
    number = rows[0]["id_number"]
    async with committed() as session:
        for table in ("roster_import", "roster_fault", "roster_household"):
            kept = await session.execute(text(f"SELECT t::text FROM {table} t"))
            assert not any(number in line or number.encode().hex() in line for (line,) in kept), table
    assert state["rejected"] == 2


MONEY = st.one_of(st.none(), st.integers(0, 99999), st.decimals(0, 99999, places=2).map(float))
ROW = st.fixed_dictionaries(
    {"health": st.sampled_from([None, "健康", "重病", "残疾"]), "wage": MONEY, "transfer": MONEY, "medical": MONEY}
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(ROW, min_size=1, max_size=3), min_size=1, max_size=4))
async def test_whatever_a_roster_says_saying_it_again_changes_nothing(clerk, village, families):
    rows = []
    for key, family in enumerate(families):
        for place, row in enumerate(family):
            told = {"household_key": f"h{key}", "village": village, "name": "周全", "id_number": id_number("19800808")}
            rows.append(row | told | {"relation": "户主" if place == 0 else "其他亲属"})
    content = workbook(rows)
    first = await imported(clerk, content)
    assert (first["accepted"], first["created_households"]) == (len(rows), len(families))
    before = await counts()
    second = await imported(clerk, content)
    assert await counts() == before
    assert second["unchanged_households"] == len(families)
