"""What may follow what in a batch, and who may not do two steps of it (DOMAIN §7.3)."""

from datetime import date

from backend.kernel.actor import Actor
from backend.kernel.errors import invalid
from backend.payments.models import BatchState, PaymentBatch
from backend.payments.permissions import PaymentPermission

# action: from states, to state, right, word
MOVES: dict[str, tuple[tuple[BatchState, ...], BatchState | None, PaymentPermission, str]] = {
    "check": ((BatchState.DRAFT,), BatchState.CHECKED, PaymentPermission.BATCH_CHECK, "复核"),
    "approve": ((BatchState.CHECKED,), BatchState.APPROVED, PaymentPermission.BATCH_APPROVE, "审批"),
    "send": ((BatchState.APPROVED,), BatchState.SENT, PaymentPermission.BATCH_SEND, "发送"),
    "confirm": ((BatchState.SENT,), None, PaymentPermission.BATCH_CONFIRM, "财政确认"),
    "refuse_check": ((BatchState.DRAFT,), BatchState.CANCELLED, PaymentPermission.BATCH_CHECK, "复核退回"),
    "refuse_approval": ((BatchState.CHECKED,), BatchState.CANCELLED, PaymentPermission.BATCH_APPROVE, "审批退回"),
    "cancel": ((BatchState.DRAFT,), BatchState.CANCELLED, PaymentPermission.BATCH_CREATE, "作废"),
}
# Whoever did one of these steps does not do this one: 制单 ≠ 复核 ≠ 审批 ≠ 发送 (DOMAIN §7.3). Checking and sending
# both lie with finance (§7.2 column F): an office of one may do both, with the approval of another office between them
# (docs/decisions/0012).
APART: dict[str, tuple[str, ...]] = {
    "check": ("made_by",),
    "refuse_check": ("made_by",),
    "approve": ("made_by", "checked_by"),
    "refuse_approval": ("made_by", "checked_by"),
    "send": ("made_by", "approved_by"),
    "confirm": ("made_by", "checked_by", "approved_by", "sent_by"),
    "cancel": (),
}
WORDS = {"made_by": "制单", "checked_by": "复核", "approved_by": "审批", "sent_by": "发送"}
STEPS = {"made": "制单", "checked": "复核", "approved": "审批", "sent": "发送", "confirmed": "财政确认"}
WITH_FILE = (BatchState.APPROVED, BatchState.SENT, BatchState.RETURNED, BatchState.SETTLED)
AWAITING_RETURN = (BatchState.SENT, BatchState.RETURNED)


def earlier_step(action: str, steps: dict[str, int | None], user_id: int) -> str | None:
    """Return the step this person did that keeps them from this one."""
    return next((WORDS[step] for step in APART[action] if steps.get(step) == user_id), None)


def allowed_actions(actor: Actor, row: dict[str, object]) -> list[str]:
    """Return the steps this person may take on a batch now."""
    state, division = str(row["state"]), str(row["division_code"])
    steps = {name: row.get(name) for name in (*WORDS, "confirmed_by")}
    found = [
        action
        for action, (states, _, right, _word) in MOVES.items()
        if state in states
        and actor.reach(right).covers(division)
        and earlier_step(action, steps, actor.user_id) is None  # type: ignore[arg-type]
        and not (action == "confirm" and steps["confirmed_by"] is not None)
    ]
    if state in WITH_FILE and actor.reach(PaymentPermission.BATCH_DOWNLOAD).covers(division):
        found.append("bank_file")
    if state in AWAITING_RETURN and actor.reach(PaymentPermission.BATCH_RETURN).covers(division):
        found.append("returns")
    return found


def steps_of(batch: PaymentBatch) -> dict[str, int | None]:
    """Return who did which step."""
    return {name: getattr(batch, name) for name in WORDS}


def month_of(text: str, field: str = "period") -> date:
    """Read `2026-11` as its first day."""
    try:
        year, month = text.split("-")
        return date(int(year), int(month), 1)
    except ValueError:
        raise invalid(field, "月份应为 2026-11 这样的格式") from None


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
