"""A statement is kept whole or not at all."""

import io

import pytest
import xlsxwriter

from tests.conftest import committed
from tests.reconciliation.conftest import HEAD, OPENED, Desk


async def lines(desk: Desk) -> list[dict]:
    path = f"/bank-lines?bank_account_id={desk.account['id']}&page_size=200&order_by=id"
    return (await desk.ask("county_finance", path)).json()["items"]


async def test_a_statement_is_taken_line_by_line_with_its_balances(desk) -> None:
    taken = await desk.give(desk.line("1000.00", "A1"), desk.line("-300.50", "A2", "2026-09-12"))
    assert (taken["opening_balance"], taken["closing_balance"], taken["line_count"]) == ("0.00", "699.50", 2)
    assert (taken["received"], taken["paid"]) == ("1000.00", "300.50")
    assert [(x["amount"], x["balance"], x["state"]) for x in await lines(desk)] == [
        ("1000.00", "1000.00", "open"),
        ("-300.50", "699.50", "open"),
    ]


async def test_the_same_file_again_changes_nothing(desk) -> None:
    content = "\n".join([HEAD, desk.line("10.00")]).encode()
    first = await desk.upload(content)
    again = await desk.upload(content)
    assert (first["replayed"], again["replayed"], again["id"]) == (False, True, first["id"])
    assert len(await lines(desk)) == 1


async def test_a_gap_between_statements_is_refused(desk) -> None:
    await desk.give(desk.line("10.00"))
    desk.line("5.00")
    refused = await desk.give(desk.line("1.00", day="2026-10-02"), status=409, to="")
    assert "对账单不连续" in refused["detail"]
    assert len(await lines(desk)) == 1


async def test_a_line_that_was_imported_before_is_refused(desk) -> None:
    await desk.give(desk.line("10.00", serial="X1"))
    refused = await desk.give(desk.line("10.00", serial="X1", day="2026-10-08"), status=422, to="")
    assert "第 2 行：银行流水号 X1 此前已导入" in refused["detail"]


ROW = "2026-09-10,{serial},,,,转账,{sides},{balance}"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["2026-09-10,1,,,,转账,10.001,,10.00"], "第 2 行 G 列：金额10.001的小数超过两位"),
        (["2026-09-10,1,,,,转账,-10,,10.00"], "第 2 行 G 列：金额 -10.00 不得为负数"),
        (["2026-09-10,1,,,,转账,10,5,10.00"], "收入和支出须且只须填写一栏"),
        (["2026-13-10,1,,,,转账,10,,10.00"], "第 2 行 A 列：“2026-13-10”不是日期"),
        (["2026-09-10,1,,,,转账,10,,10.00", "2026-09-11,2,,,,转账,5,,16.00"], "第 3 行：余额应为 15.00 元"),
        (["2026-09-10,1,,,,转账,10,,10.00", "2026-09-10,1,,,,转账,5,,15.00"], "第 3 行：银行流水号 1 与第 2 行重复"),
        (["2026-09-10,1,,,,转账,十块,,10.00"], "第 2 行 G 列：金额“十块”不是数字"),
        (["2099-01-01,1,,,,转账,10,,10.00"], "晚于今天"),
        ([], "只有表头"),
    ],
)
async def test_a_faulty_file_is_refused_with_its_place_and_nothing_is_kept(desk, rows, said) -> None:
    refused = await desk.upload("\n".join([HEAD, *rows]).encode(), 422)
    assert said in refused["detail"]
    assert await lines(desk) == []


async def test_another_currency_is_refused(desk) -> None:
    content = f"{HEAD},币种\n2026-09-10,1,,,,转账,10,,10.00,USD".encode()
    assert "第 2 行 J 列：币种“USD”不是人民币" in (await desk.upload(content, 422))["detail"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"\xff\xff\xff\x81", "文字编码无法识别"),
        (b"PK\x03\x04broken", "工作簿已损坏"),
        ("日期,金额\n2026-09-10,5".encode(), "找不到表头，或模板“收入、支出两栏”需要的这些列：余额、收入、支出"),
    ],
)
async def test_what_is_no_statement_is_refused_in_words(desk, content, said) -> None:
    assert said in (await desk.upload(content, 422))["detail"]


async def test_gbk_and_workbooks_are_read_alike(desk) -> None:
    first = await desk.upload(f"{HEAD}\n2026-09-10,1,R1,张三,6229990001,救助,10.5,,10.50".encode("gb18030"))
    assert first["closing_balance"] == "10.50"
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["XX银行对账单"])
    sheet.write_row(1, 0, HEAD.split(","))
    sheet.write_row(2, 0, ["20260911", "2", "R2", "李四", "", "退款", "", 0.3, 10.2])
    book.close()
    second = await desk.upload(buffer.getvalue())
    assert second["closing_balance"] == "10.20"
    assert [(x["counter_name"], x["counter_tail"], x["amount"]) for x in await lines(desk)] == [
        ("张三", "0001", "10.50"),
        ("李四", None, "-0.30"),
    ]


async def test_newest_first_is_turned_round(desk) -> None:
    taken = await desk.upload(
        f"{HEAD}\n2026-09-12,2,,,,,,4,6.00\n2026-09-10,1,,,,,10,,10.00".encode(),
    )
    assert (taken["opening_balance"], taken["closing_balance"], taken["from_date"]) == ("0.00", "6.00", "2026-09-10")


MT940 = """:20:REF1
:25:{number}
:28C:1/1
:60F:C260901CNY0,00
:61:2609100910C1000,50NTRFPAY-1//SN001
:86:补足备用金/NAME/县民政局
:61:2609110911D200,00NTRFNONREF//SN002
:86:取现
:62F:C{closing}
-}}
"""


async def test_mt940_is_read_with_references_and_names(desk) -> None:
    number = f"9371623{desk.number:010d}"
    taken = await desk.upload(MT940.format(number=number, closing="260930CNY800,50").encode())
    assert (taken["format"], taken["to_date"], taken["closing_balance"]) == ("mt940", "2026-09-30", "800.50")
    first, second = await lines(desk)
    assert (first["reference"], first["serial"], first["counter_name"]) == ("PAY-1", "SN001", "县民政局")
    assert (second["reference"], second["amount"], second["memo"]) == (None, "-200.00", "取现")


@pytest.mark.parametrize(
    ("closing", "number", "said"),
    [
        ("260930CNY900,50", None, "期末余额却是 900.50 元，文件可能被截断"),
        ("260930USD800,50", None, "币种“USD”不是人民币"),
        ("260930CNY800,50", "6222020000009999", "账号尾号 9999 与本账户尾号"),
    ],
)
async def test_mt940_of_another_account_currency_or_sum_is_refused(desk, closing, number, said) -> None:
    text = MT940.format(number=number or f"9371623{desk.number:010d}", closing=closing)
    assert said in (await desk.upload(text.encode(), 422))["detail"]
    assert await lines(desk) == []


async def test_a_truncated_mt940_is_refused(desk) -> None:
    text = MT940.split(":62F:", maxsplit=1)[0].format(number=f"9371623{desk.number:010d}")
    assert "缺少标签 :62F: 的余额" in (await desk.upload(text.encode(), 422))["detail"]


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><Othr><Id>{number}</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-09-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-09-30</Dt></Dt></Bal>
<Ntry><Amt Ccy="{currency}">88.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-09-05</Dt></BookgDt><AcctSvcrRef>B7</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-7</EndToEndId></Refs>
<RltdPties><Dbtr><Pty><Nm>爱心企业</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>捐款</Ustrd></RmtInf></TxDtls></NtryDtls>
</Ntry></Stmt></BkToCstmrStmt></Document>"""


async def test_camt053_is_read(desk) -> None:
    number = f"9371623{desk.number:010d}"
    taken = await desk.upload(CAMT.format(number=number, closing="88.00", currency="CNY").encode())
    assert (taken["format"], taken["to_date"], taken["closing_balance"]) == ("camt053", "2026-09-30", "88.00")
    (line,) = await lines(desk)
    assert (line["reference"], line["serial"], line["counter_name"], line["memo"]) == (
        "E2E-7", "B7", "爱心企业", "捐款",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("<Document", '<!DOCTYPE d [<!ENTITY a "b">]><Document'), "DOCTYPE"),
        (("</Ntry>", ""), "XML 不完整或有误：第"),
        (('Ccy="CNY">88', 'Ccy="EUR">88'), "币种“EUR”不是人民币"),
        (("<BookgDt><Dt>2026-09-05", "<BookgDt><Dt>2026-09-31"), "“2026-09-31”不是日期"),
    ],
)
async def test_camt053_with_entities_faults_or_another_currency_is_refused(desk, change, said) -> None:
    text = CAMT.format(number=f"9371623{desk.number:010d}", closing="88.00", currency="CNY")
    assert said in (await desk.upload(text.replace(*change).encode(), 422))["detail"]


async def test_reconciliation_begins_where_bank_and_book_agree(sign_in) -> None:
    desk = Desk(sign_in)
    await desk.open()
    form = {
        "fund_id": desk.fund.id, "account_code": "1011", "bank_name": "国库", "number": f"81{desk.number:08d}",
        "opened_on": OPENED.isoformat(), "opening_balance": "5.00",
    }  # fmt: skip
    refused = await desk.post("county_finance", "/bank-accounts", 409, json=form)
    assert "银行余额 5.00 元，账面余额 0.00 元" in refused["detail"]
    assert (await desk.post("county_finance", "/bank-accounts", 422, json=form | {"account_code": "1021"}))["detail"]
    twice = form | {"account_code": "1002", "opening_balance": "0.00"}
    assert "已经启用对账" in (await desk.post("county_finance", "/bank-accounts", 409, json=twice))["detail"]


async def test_a_town_sees_its_own_account_and_another_town_does_not(desk) -> None:
    path = f"/bank-accounts/{desk.account['id']}"
    assert (await desk.ask("town109_cashier", path)).status_code == 200
    assert (await desk.ask("county_auditor", path)).status_code == 200
    assert (await desk.ask("town109_clerk", path)).status_code == 403
    assert (await desk.ask("charity_federation", path)).status_code == 404


@pytest.mark.parametrize("statement", ["UPDATE bank_line SET amount = 1", "DELETE FROM bank_statement"])
async def test_the_database_refuses_to_change_what_the_bank_wrote(desk, statement) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    await desk.give(desk.line("10.00"))
    with pytest.raises(DBAPIError, match="不能修改或删除"):
        async with committed() as session:
            await session.execute(text(statement))
