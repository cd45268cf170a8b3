"""Rosters as they really come: broken, lying, half right. Each fault is said where it stands, and nothing is lost."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from backend.kernel.identifiers import check_digit
from backend.registry.importing import reading
from tests.registry.conftest import id_number
from tests.registry.rosters import HEADINGS, imported, upload, workbook


def head(village, /, **cells):
    number = id_number("19600101", "1")
    return {"household_key": "1", "village": village, "relation": "户主", "name": "郑真实", "id_number": number} | cells


async def marked(clerk, content):
    """Import, and return by heading what the marked workbook says of each faulty cell of the first roster line."""
    state = await imported(clerk, content)
    answer = await clerk.get(f"/api/v1/imports/{state['id']}/errors")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    headings = {cell.column: cell.value for cell in sheet[1]}
    return {headings[cell.column]: cell.comment.text for cell in sheet[2] if cell.comment}


async def test_a_file_cut_off_while_it_was_copied_is_refused(clerk, village):
    whole = workbook([head(village)])
    answer = await upload(clerk, whole[: len(whole) // 2])
    assert "不完整或已损坏" in answer.json()["errors"][0]["message"]


async def test_a_small_file_that_unpacks_into_a_huge_one_is_refused_unopened(clerk, monkeypatch):
    monkeypatch.setattr(reading, "UNPACKED_MAX", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 5_000_000)
    assert len(out.getvalue()) < 10_000
    answer = await upload(clerk, out.getvalue())
    assert "解开后过大" in answer.json()["errors"][0]["message"]


async def test_an_archive_of_files_is_not_taken_for_a_workbook(clerk, village):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("名册.xlsx", workbook([head(village)]))
    answer = await upload(clerk, out.getvalue())
    assert "请解压后上传" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_text_is_read_in_whatever_encoding_it_was_saved(clerk, village, encoding):
    row = head(village, name="覃㛃龘")
    lines = [",".join(HEADINGS.values()), ",".join(str(row.get(name, "")) for name in HEADINGS)]
    assert (await imported(clerk, "\n".join(lines).encode(encoding), name="名册.csv"))["accepted"] == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("id_number", "37162319600101123", "位"),
        ("id_number", 371623196001011230, "文本"),
        ("id_number", "371623196002301239", "日期"),
        ("id_number", "T1", "编号"),
        ("birth_date", "2026-02-30", "不是有效的出生日期"),
        ("birth_date", "2199-01-01", "不晚于今天"),
        ("birth_date", "1961年1月1日", "第7至14位不一致"),
        ("sex", "女", "第17位不一致"),
        ("phone", "12345", "应为11位"),
        ("wage", "-5", "不是有效的金额"),
        ("wage", "约一万", "不是有效的金额"),
        ("relation", "邻居家的", "不在可选范围内"),
        ("village", "别处村", "不是您管辖范围内的村居"),
        ("name", "长" * 51, "最多50个字"),
    ],
)
async def test_each_faulty_cell_is_explained_where_it_stands(clerk, village, field, typed, said):
    told = await marked(clerk, workbook([head(village, **{field: typed})]))
    assert HEADINGS[field] in told, told
    assert said in told[HEADINGS[field]]


def permit(region):
    body = f"{region}000019600101{'003'}"
    return body + check_digit(body)


@pytest.mark.parametrize("region", ["81", "82", "83"])
async def test_residence_permits_of_hong_kong_macao_and_taiwan_are_known(clerk, village, region):
    assert (await imported(clerk, workbook([head(village, id_number=permit(region))])))["accepted"] == 1


async def test_the_numbers_of_old_foreign_and_missing_papers_are_taken(clerk, village):
    rows = [
        head(village, household_key="1", name="旧证", id_number="371698600101123"),
        head(village, household_key="2", name="外人", id_type="护照", id_number="E98765432", sex="男", birth_date="1960-01-01"),
        head(village, household_key="3", name="无证", id_type="无证件", id_number="", sex="女", birth_date="1960/1/2"),
    ]  # fmt: skip
    assert (await imported(clerk, workbook(rows)))["accepted"] == 3


async def test_merged_cells_and_formulas_are_read_as_they_look(clerk, village):
    names, rows = (
        list(HEADINGS),
        [head(village), head(village, relation="妻", name="钱合并", id_number=id_number("19620202", "2"))],
    )
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for place, name in enumerate(names):
        page.write(0, place, HEADINGS[name])
        for line, row in enumerate(rows, 1):
            page.write(line, place, row.get(name))
    for name in ("household_key", "village"):
        page.merge_range(1, names.index(name), 2, names.index(name), rows[0][name])
    page.write_formula(1, names.index("wage"), "=1000*12", None, 12000)
    book.close()
    state = await imported(clerk, out.getvalue())
    assert (state["accepted"], state["created_households"]) == (2, 1)
    found = (await clerk.get("/api/v1/households", params={"q": "钱合并"})).json()["items"][0]
    assert found["income_per_capita_month"] == "500.00"


async def test_a_roster_without_a_single_line_says_so(clerk):
    answer = await upload(clerk, workbook([]))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")
    assert "没有一行数据" in answer.json()["errors"][0]["message"]
