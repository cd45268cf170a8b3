"""Each event of DOMAIN §5.5 posts by its template, and the worked examples come out to the cent."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from backend.kernel.actor import SYSTEM
from backend.kernel.db import new_session
from backend.ledger import complement, content, repository, service
from backend.ledger.complement import Need
from backend.ledger.errors import (
    AlreadyReversed,
    InsufficientFunds,
    KeyUsedOtherwise,
    OverCaseCap,
    ReversalOfReversal,
    TemplateMisused,
    WrongBook,
)
from backend.ledger.models import FundParameter, FundSource, Journal
from tests.ledger.conftest import DAY, open_books

D = Decimal


async def amounts(session, fund, *codes) -> list[Decimal]:
    return [await repository.balance(session, fund.id, code) for code in codes]


def need(amount: str, key: str, **more) -> Need:
    return Need(D(amount), case_ref=f"案{key}", item_code="C02", key=key, **more)


def test_every_template_names_accounts_of_the_chart() -> None:
    chart = {account["code"] for account in content.accounts()}
    for template in content.templates():
        for leg in template["legs"]:
            named = {*leg.get("free", ()), *leg.get("or", ()), leg.get("debit"), leg.get("credit")} - {None}
            assert named <= chart, template["code"]


def test_the_events_e01_to_e24_are_all_there() -> None:
    codes = {template["code"] for template in content.templates()}
    assert {f"E{number:02d}" for number in range(1, 25)} <= codes


async def test_march_of_shuiwan_comes_out_to_the_cent() -> None:
    async with new_session() as session:
        b = await open_books(session, reserve="50000.00")
        await complement.pay_urgent(session, SYSTEM, b.town, need("2400.00", f"m1{b.town.code}"))
        assert await amounts(session, b.town, "1002", "1222") == [D("47600.00"), D("2400.00")]
        await complement.pay_urgent(session, SYSTEM, b.town, need("28800.00", f"m2{b.town.code}"))
        assert await amounts(session, b.town, "1002", "1222") == [D("18800.00"), D("31200.00")]
        # The county refuses one case of 1,000: it stays visible as not settled.
        await complement.settle_claim(
            session, SYSTEM, b.town, b.county, D("30200.00"), doc_no="三月", key=f"claim{b.town.code}"
        )
        assert await amounts(session, b.town, "1002", "1222", "2111") == [D("49000.00"), D("1000.00"), D("-50000.00")]
        assert await amounts(session, b.county, "5101", "1211") == [D("30200.00"), D("50000.00")]
        assert (await service.verify(session, [b.town.id, b.county.id])).ok
        await session.rollback()


async def test_reserve_and_fund_pay_together_and_settle_on_refill() -> None:
    async with new_session() as session:
        b = await open_books(session, reserve="3000.00", charity="10000.00")
        paid = await complement.pay_urgent(session, SYSTEM, b.town, need("5000.00", f"c{b.town.code}"))
        assert (paid.from_reserve, paid.from_charity) == (D("3000.00"), D("2000.00"))
        assert await amounts(session, b.town, "1002", "1222", "2112") == [D("0.00"), D("5000.00"), D("-2000.00")]
        assert await amounts(session, b.charity, "1002", "1231") == [D("8000.00"), D("2000.00")]
        await complement.refill(session, SYSTEM, b.town, b.county, D("20000.00"), doc_no="补", key=f"top{b.town.code}")
        assert await amounts(session, b.town, "1002", "2112") == [D("18000.00"), D("0.00")]
        assert await amounts(session, b.charity, "1002", "1231") == [D("10000.00"), D("0.00")]
        assert (await service.verify(session, [b.town.id, b.county.id, b.charity.id])).ok
        await session.rollback()


async def test_the_fund_pays_first_when_its_parameter_says_so() -> None:
    async with new_session() as session:
        b = await open_books(session, reserve="3000.00", charity="4000.00")
        session.add(FundParameter(fund_id=b.town.id, code="complement_order", value="charity_first", valid_from=DAY))
        paid = await complement.pay_urgent(session, SYSTEM, b.town, need("5000.00", f"o{b.town.code}"))
        assert (paid.from_charity, paid.from_reserve) == (D("4000.00"), D("1000.00"))
        await session.rollback()


async def test_restricted_gifts_never_bridge() -> None:
    async with new_session() as session:
        b = await open_books(session, reserve="3000.00", charity="0")
        await service.post(
            session,
            service.Posting(
                template="E14",
                fund_id=b.charity.id,
                amount=D(9000),
                fund_source=FundSource.DONATION_RESTRICTED,
                dimensions={"doc_no": "定向"},
                idempotency_key=f"r{b.charity.code}",
            ),
        )
        with pytest.raises(InsufficientFunds, match=r"3000\.00 元，救助基金可垫付 0\.00 元"):
            await complement.pay_urgent(session, SYSTEM, b.town, need("5000.00", f"x{b.town.code}"))
        assert await amounts(session, b.town, "1002", "1222") == [D("3000.00"), D("0")]
        await session.rollback()


async def test_one_case_is_paid_within_the_cap_unless_authorised() -> None:
    async with new_session() as session:
        b = await open_books(session)
        session.add(FundParameter(fund_id=b.town.id, code="case_cap", value="3000", valid_from=DAY))
        with pytest.raises(OverCaseCap):
            await complement.pay_urgent(session, SYSTEM, b.town, need("3000.01", f"a{b.town.code}"))
        await complement.pay_urgent(session, SYSTEM, b.town, need("3000.00", f"b{b.town.code}"))
        await complement.pay_urgent(session, SYSTEM, b.town, need("4000.00", f"d{b.town.code}", authorised=True))
        await session.rollback()


async def test_a_repeated_urgent_payment_is_the_same_payment_although_balances_moved() -> None:
    async with new_session() as session:
        b = await open_books(session, reserve="3000.00")
        first = await complement.pay_urgent(session, SYSTEM, b.town, need("5000.00", f"s{b.town.code}"))
        again = await complement.pay_urgent(session, SYSTEM, b.town, need("5000.00", f"s{b.town.code}"))
        assert again.posted.posting_id == first.posted.posting_id
        assert (again.from_reserve, again.from_charity) == (first.from_reserve, first.from_charity)
        with pytest.raises(KeyUsedOtherwise):
            await complement.pay_urgent(session, SYSTEM, b.town, need("4000.00", f"s{b.town.code}"))
        await session.rollback()


async def test_a_reversal_undoes_all_vouchers_of_a_posting_and_only_once() -> None:
    async with new_session() as session:
        b = await open_books(session, reserve="3000.00", charity="10000.00")
        paid = await complement.pay_urgent(session, SYSTEM, b.town, need("5000.00", f"v{b.town.code}"))
        journal = await session.get(Journal, paid.posted.journal_ids[0])
        back = await service.reverse(session, SYSTEM, journal, "付错了人")
        assert len(back.journal_ids) == 3
        assert await amounts(session, b.town, "1002", "1222", "2112") == [D("3000.00"), D("0.00"), D("0.00")]
        assert await amounts(session, b.charity, "1002", "1231") == [D("10000.00"), D("0.00")]
        with pytest.raises(AlreadyReversed):
            await service.reverse(session, SYSTEM, journal, "再来一次")
        with pytest.raises(ReversalOfReversal):
            await service.reverse(session, SYSTEM, await session.get(Journal, back.journal_ids[0]), "冲销冲销")
        assert (await service.verify(session, [b.town.id, b.charity.id])).ok
        await session.rollback()


async def test_recovery_of_six_times_five_hundred_leaves_eighteen_hundred() -> None:
    async with new_session() as session:
        b = await open_books(session)
        common = {"fund_id": b.county.id, "dimensions": {"case_ref": "追1", "doc_no": "收1"}}
        for number, (template, amount) in enumerate([("E17", "3000"), ("E18", "1200")]):
            await service.post(
                session,
                service.Posting(
                    template=template, amount=D(amount), idempotency_key=f"q{number}{b.county.code}", **common
                ),
            )
        assert await amounts(session, b.county, "1221", "1002") == [D("1800.00"), D("1200.00")]
        await session.rollback()


async def test_a_posting_without_its_dimension_or_into_the_wrong_book_is_refused() -> None:
    async with new_session() as session:
        b = await open_books(session)
        with pytest.raises(TemplateMisused, match="case_ref"):
            await service.post(
                session, service.Posting(template="E10", fund_id=b.town.id, amount=D(1), idempotency_key="w1")
            )
        with pytest.raises(WrongBook, match="专账"):
            await service.post(
                session,
                service.Posting(
                    template="E10",
                    fund_id=b.county.id,
                    amount=D(1),
                    idempotency_key="w2",
                    dimensions={"case_ref": "1", "item_code": "C02"},
                ),
            )
        with pytest.raises(TemplateMisused, match="大于零"):
            await service.post(
                session,
                service.Posting(
                    template="E10",
                    fund_id=b.town.id,
                    amount=D(0),
                    idempotency_key="w3",
                    dimensions={"case_ref": "1", "item_code": "C02"},
                ),
            )
        await session.rollback()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refill", "claim", "reverse"]),
        st.decimals(min_value="0.01", max_value="4000", places=2),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
async def test_no_sequence_of_events_breaks_an_invariant(steps) -> None:
    async with new_session() as session:
        b = await open_books(session, reserve="3000.00", charity="2500.00", county="20000.00")
        paid, refusals = [], []
        for number, (step, amount) in enumerate(steps):
            key = f"h{b.town.code}:{number}"
            point = await session.begin_nested()
            try:
                if step == "pay":
                    done = await complement.pay_urgent(session, SYSTEM, b.town, need(str(amount), key))
                    assert done.from_reserve + done.from_charity == amount
                    paid.append(done.posted.journal_ids[0])
                elif step == "refill":
                    await complement.refill(session, SYSTEM, b.town, b.county, amount, doc_no="1", key=key)
                elif step == "claim":
                    await complement.settle_claim(session, SYSTEM, b.town, b.county, amount, doc_no="1", key=key)
                elif paid:
                    await service.reverse(session, SYSTEM, await session.get(Journal, paid.pop()), "随机冲销")
                await point.commit()
            except Exception as refusal:  # noqa: BLE001
                await point.rollback()
                refusals.append(str(refusal))
        assert all("不足" in words for words in refusals), refusals
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        found = await service.verify(session, [b.town.id, b.county.id, b.charity.id])
        assert found.ok, found.first_fault
        for book in (b.town, b.county, b.charity):
            for code in ("1001", "1002", "1011", "1222", "1231"):
                assert await repository.balance(session, book.id, code) >= 0
        await session.rollback()
