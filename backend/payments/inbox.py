"""What waits in payments: batches for their next person, accounts for the second pair of eyes."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, literal, null, or_, select

from backend.inbox.sources import register, waiting
from backend.kernel.actor import Actor
from backend.kernel.scope import scope_of
from backend.payments.models import AccountStatus, BatchState, PaymentAccount, PaymentBatch
from backend.payments.permissions import PaymentPermission as P
from backend.payments.rules import APART, MOVES

_B: Table = PaymentBatch.__table__  # type: ignore[attr-defined]
_A: Table = PaymentAccount.__table__  # type: ignore[attr-defined]
_ONWARD = {"check": "复核批次", "approve": "审批批次", "send": "发送银行", "confirm": "确认国库支付"}


def _ready(actor: Actor, action: str) -> ColumnElement[bool]:
    """Return the batches on which the actor may take this step, never having taken one that keeps them from it."""
    states, _, right, _ = MOVES[action]
    apart = [_B.c[step].is_distinct_from(actor.user_id) for step in APART[action]]
    once = [_B.c.confirmed_by.is_(None)] if action == "confirm" else []
    return and_(_B.c.state.in_(states), scope_of(PaymentBatch).visible_to(actor, right), *apart, *once)


def batches_waiting(actor: Actor) -> Select[Any] | None:
    """Return batches whose next step is the actor's, and those whose return file is to be brought in."""
    rights = [MOVES[action][2] for action in _ONWARD]
    if not any(actor.may(right) for right in (*rights, P.BATCH_RETURN)):
        return None
    conditions = {_ONWARD[action]: _ready(actor, action) for action in _ONWARD}
    conditions["导入银行回盘文件"] = and_(
        _B.c.state == BatchState.SENT, scope_of(PaymentBatch).visible_to(actor, P.BATCH_RETURN)
    )
    step = case(*((condition, literal(words)) for words, condition in conditions.items()))
    moved = func.greatest(_B.c.created_at, _B.c.checked_at, _B.c.approved_at, _B.c.sent_at)
    columns = waiting(
        "payment_batch",
        key=_B.c.id,
        title=func.concat_ws(" · ", func.to_char(_B.c.period, "YYYY-MM"), _B.c.number),
        step=step,
        place=_B.c.division_code,
        since=moved,
        due=null(),
        light=null(),
    )
    return select(*columns).where(or_(*conditions.values()))


def accounts_waiting(actor: Actor) -> Select[Any] | None:
    """Return new payee accounts for whoever may confirm them and did not enter them."""
    if not actor.may(P.ACCOUNT_CONFIRM):
        return None
    columns = waiting(
        "payment_account",
        key=_A.c.id,
        title=_A.c.holder_name + " · " + _A.c.bank_name,
        step=literal("复核收款账户"),
        place=_A.c.division_code,
        since=_A.c.created_at,
        due=null(),
        light=null(),
    )
    mine = scope_of(PaymentAccount).visible_to(actor, P.ACCOUNT_CONFIRM)
    return select(*columns).where(_A.c.status == AccountStatus.PENDING, _A.c.entered_by != actor.user_id, mine)


register("payment_batch", "发放批次", batches_waiting)
register("payment_account", "收款账户", accounts_waiting)
