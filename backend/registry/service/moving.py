"""Move a household to another area: at once with the right in both, else when the receiving area takes it over."""

from typing import Any

from sqlalchemy import select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.errors import Conflict, invalid
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.registry.errors import TransferPending
from backend.registry.listings import table_of
from backend.registry.models import Household, HouseholdTransfer
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import Transfer, TransferDecision
from backend.registry.service.entering import Faults
from backend.registry.service.keeping import lock, record
from backend.registry.service.registering import check_division

T = table_of(HouseholdTransfer)
# The household's members move with it unless they belong to another household of the old area too.
_MOVE = (
    "UPDATE household_member SET division_code = :code WHERE household_id = :id",
    "UPDATE income_item SET division_code = :code WHERE household_id = :id",
    "UPDATE deduction_item SET division_code = :code WHERE household_id = :id",
    "UPDATE property_item SET division_code = :code WHERE household_id = :id",
    "UPDATE expense_item SET division_code = :code WHERE household_id = :id",
    """UPDATE person p SET division_code = :code WHERE p.id IN
       (SELECT person_id FROM household_member WHERE household_id = :id AND left_on IS NULL) AND NOT EXISTS
       (SELECT 1 FROM household_member o WHERE o.person_id = p.id AND o.left_on IS NULL AND o.household_id <> :id)""",
    """UPDATE person_status s SET division_code = :code FROM household_member m
       WHERE m.household_id = :id AND m.left_on IS NULL AND s.person_id = m.person_id""",
)


async def transfer(session: AsyncSession, actor: Actor, household_id: int, form: Transfer) -> dict[str, Any]:
    """Move the household, or ask the other area to take it over."""
    household = await lock(session, actor, household_id)
    actor.require(RegistryPermission.TRANSFER, household.division_code)
    faults = Faults()
    await check_division(session, form.division_code, "division_code", faults)
    if form.division_code == household.division_code:
        faults.at("division_code", "该家庭已经在这个区划")
    faults.refuse()
    waiting = select(T.c.id).where(T.c.household_id == household_id, T.c.accepted.is_(None))
    if await session.scalar(waiting) is not None:
        raise TransferPending
    move = HouseholdTransfer(
        household_id=household_id,
        division_code=form.division_code,
        from_division=household.division_code,
        reason=form.reason,
        asked_by=actor.user_id,
    )
    session.add(move)
    if actor.may(RegistryPermission.TRANSFER, form.division_code):
        await _carry_out(session, actor, household, move)
    await session.flush()
    action = "household.transfer" if move.accepted else "household.ask_transfer"
    details = {"to": form.division_code, "reason": form.reason}
    await record(session, actor, action, household, **details | {"from": move.from_division})
    return move.model_dump()


async def decide_transfer(session: AsyncSession, actor: Actor, move_id: int, form: TransferDecision) -> dict[str, Any]:
    """Take over a household that comes from another area, or send it back; never by the one who asked."""
    move = await get_visible(session, actor, HouseholdTransfer, move_id, RegistryPermission.TRANSFER, lock=True)
    if move.accepted is not None:
        raise Conflict(reason="该迁移已经办理，不能重复办理")
    if not form.accepted and not form.reason:
        raise invalid("reason", "退回迁移请说明理由")
    household = await session.get(Household, move.household_id, with_for_update=True)
    assert household is not None  # noqa: S101  (foreign key)
    move.decision_reason = form.reason
    if form.accepted:
        await _carry_out(session, actor, household, move)
    else:
        move.accepted, move.decided_by, move.decided_at = False, actor.user_id, now()
    action = "household.transfer" if form.accepted else "household.refuse_transfer"
    await record(session, actor, action, household, transfer_id=move_id, reason=form.reason)
    await session.flush()
    return move.model_dump()


async def _carry_out(session: AsyncSession, actor: Actor, household: Household, move: HouseholdTransfer) -> None:
    household.division_code = move.division_code
    household.version += 1
    move.accepted, move.decided_by, move.decided_at = True, actor.user_id, now()
    await session.flush()
    for statement in _MOVE:
        await session.execute(text(statement), {"code": move.division_code, "id": household.id})
