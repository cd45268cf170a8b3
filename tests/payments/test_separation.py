"""Who did one step of a batch does not do the next that controls it, whichever way they try."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.conftest import committed
from tests.payments.conftest import County


async def test_maker_checker_approver_are_three_persons(county: County) -> None:
    await county.families(["100.00"])
    batch = await county.make()
    assert batch["allowed_actions"] == ["cancel"]
    answer = await county.act("county_clerk", batch, "check", 403)
    assert "复核发放批次" in answer["detail"]
    async with committed() as session:
        await session.execute(
            text(
                "UPDATE payment_batch SET made_by = (SELECT id FROM user_account WHERE username = 'county_finance')"
                " WHERE id = :id"
            ),
            {"id": batch["id"]},
        )
    refusal = await county.act("county_finance", batch, "check", 409)
    assert "您已是该批次的制单人" in refusal["detail"]
    read = await county.get("county_finance", f"/payment-batches/{batch['id']}")
    assert "check" not in read.json()["allowed_actions"]


@pytest.mark.parametrize("step", ["made_by", "checked_by"])
async def test_who_made_or_checked_a_batch_does_not_approve_it(county: County, step: str) -> None:
    await county.families(["100.00"])
    batch = await county.make()
    await county.act("county_finance", batch, "check")
    async with committed() as session:
        await session.execute(
            text(
                f"UPDATE payment_batch SET {step} = (SELECT id FROM user_account WHERE username = 'county_admin')"
                " WHERE id = :id"
            ),
            {"id": batch["id"]},
        )
    assert "不能再办理“审批”" in (await county.act("county_admin", batch, "approve", 409))["detail"]


async def test_a_sole_finance_officer_checks_and_sends_with_the_approval_of_another_between(county: County) -> None:
    await county.families(["100.00"])
    batch = await county.make()
    await county.act("county_finance", batch, "check")
    await county.act("county_admin", batch, "approve")
    read = await county.get("county_finance", f"/payment-batches/{batch['id']}")
    assert "send" in read.json()["allowed_actions"]
    assert (await county.act("county_finance", batch, "send"))["state"] == "sent"


async def test_the_database_itself_refuses_a_sender_who_made_or_approved_the_batch(
    county: County, session: AsyncSession
) -> None:
    await county.families(["100.00"])
    batch = await county.make()
    await county.act("county_finance", batch, "check")
    await county.act("county_admin", batch, "approve")
    for step in ("made_by", "approved_by"):
        with pytest.raises(IntegrityError, match="four_persons"):
            async with session.begin_nested():
                await session.execute(
                    text(f"UPDATE payment_batch SET sent_by = {step} WHERE id = :id"), {"id": batch["id"]}
                )
