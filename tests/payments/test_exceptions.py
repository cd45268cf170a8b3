"""What did not fit in a return file is settled by a second person, and the books follow."""

from decimal import Decimal

import pytest

from backend.ledger import service as ledger
from tests.conftest import committed
from tests.payments.conftest import County
from tests.payments.test_batches import booked


async def over_amount(county: County) -> tuple[dict, dict]:
    """A batch whose one line the bank says it paid with a cent too much."""
    await county.families(["60.00"])
    batch = await county.sent()
    (line,) = await county.lines(batch)
    done = await county.give_back(batch, [county.answer(batch, line, actual_amount="60.01")])
    (exception,) = done["exceptions"]
    assert (exception["kind"], done["state"]) == ("other_amount", "returned")
    return batch, exception


async def resolve(county: County, who: str, exception: dict, outcome: str, status: int = 200) -> dict:
    form = {"outcome": outcome, "note": "电话核实，银行已更正"}
    return await county.post(who, f"/payment-exceptions/{exception['id']}/resolution", status, json=form)


@pytest.mark.parametrize("outcome", ["paid", "failed"])
async def test_another_person_settles_the_line_and_the_batch_ends(county: County, outcome: str) -> None:
    batch, exception = await over_amount(county)
    assert (await resolve(county, "county_finance2", exception, outcome))["outcome"] == outcome
    (line,) = await county.lines(batch)
    assert line["status"] == outcome
    assert (await county.get("county_finance", f"/payment-batches/{batch['id']}")).json()["state"] == "settled"
    # What failed lies with the bank until it is sent again.
    assert await booked(batch, "1021") == (Decimal(0) if outcome == "paid" else Decimal("60.00"))
    assert await booked(batch, "2102") == (Decimal(0) if outcome == "paid" else Decimal("-60.00"))
    async with committed() as session:
        assert (await ledger.verify(session)).ok


async def test_who_took_the_file_does_not_settle_it(county: County) -> None:
    _, exception = await over_amount(county)
    assert "须由另一人核实处理" in (await resolve(county, "county_finance", exception, "paid", 409))["detail"]


async def test_an_exception_is_settled_once_and_fits_its_line(county: County) -> None:
    _, exception = await over_amount(county)
    assert (
        "只能处理为“已按应付金额发放”或“"
        in (await resolve(county, "county_finance2", exception, "dismissed", 422))["detail"]
    )
    await resolve(county, "county_finance2", exception, "paid")
    assert "不能再次处理" in (await resolve(county, "county_finance2", exception, "failed", 409))["detail"]


async def test_a_line_the_batch_does_not_know_is_dismissed(county: County) -> None:
    await county.families(["60.00"])
    batch = await county.sent()
    (line,) = await county.lines(batch)
    stranger = county.answer(batch, line, biz_no="没有这一笔")
    done = await county.give_back(batch, [county.answer(batch, line), stranger])
    (exception,) = done["exceptions"]
    assert "只能处理为“不影响发放”" in (await resolve(county, "county_finance2", exception, "paid", 422))["detail"]
    assert (await resolve(county, "county_finance2", exception, "dismissed"))["outcome"] == "dismissed"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"actual_amount": "12.345"}, "F 列“实付金额”"),
        ({"result": "9"}, "D 列“结果”：“9”无法识别"),
    ],
)
async def test_what_cannot_be_read_names_row_and_column(county: County, changes: dict, said: str) -> None:
    await county.families(["60.00"])
    batch = await county.sent()
    (line,) = await county.lines(batch)
    done = await county.give_back(batch, [county.answer(batch, line, **changes)])
    assert done["exceptions"][0]["message"].startswith("第 2 行：" + said)
    assert done["state"] == "returned"
