"""The pages of reconciliation draw what the API says."""

import json


async def drawn(sign_in, page: str, query: str, who: str = "county_finance") -> str:
    answer = await (await sign_in(who)).post(f"/admin/page/{page}/content?{query}")
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json(), ensure_ascii=False)


async def test_bank_and_book_stand_beside_each_other_with_what_may_be_done(desk, sign_in) -> None:
    await desk.voucher("100.00", "K1", "2026-09-01", memo="拨入服务资金")
    await desk.give(desk.line("300.00", day="2026-09-20", name="爱心企业"))
    page = await drawn(sign_in, "ReconciliationPage", f"account_id={desk.account['id']}")
    assert "2026-09-20 · 300.00 · 爱心企业" in page
    assert "2026-09-01 · 100.00" in page
    assert "拨入服务资金" in page
    assert all(word in page for word in ("导入对账单", "自动对账", "采纳", "提交手工对账"))
    read_only = await drawn(sign_in, "ReconciliationPage", f"account_id={desk.account['id']}", "county_auditor")
    assert "提交手工对账" not in read_only
    assert "导入对账单" not in read_only


async def test_the_sheet_shows_the_last_whole_month_by_itself(desk, sign_in) -> None:
    await desk.voucher("100.00", "K1", "2026-09-01")
    await desk.give(desk.line("300.00", day="2026-09-20"))
    page = await drawn(sign_in, "BalanceSheetPage", f"account_id={desk.account['id']}")
    assert "银行存款余额调节表（2026-09-30）" in page
    assert "调节后两边相符，未达账项 2 笔" in page
    assert '"bank": "400.00"' in page
    assert '"book": "400.00"' in page


async def test_an_account_without_a_statement_says_so(desk, sign_in) -> None:
    assert "还没有导入整月的对账单" in await drawn(sign_in, "BalanceSheetPage", f"account_id={desk.account['id']}")
