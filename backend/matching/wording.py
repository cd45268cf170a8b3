"""A finding in a sentence that somebody without the rules at hand understands, in the reader's language.

Composed when it is read, from the cause, names and amounts; only the conditions that failed are kept as they were said.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.catalogue.models import Residence
from backend.catalogue.schemas import plain
from backend.kernel.i18n import Language, language_of_request, say
from backend.matching.models import FindingCause
from backend.registry.codes import HouseholdStatus

CONDITIONS_SAID = 4


def sentence(row: Mapping[str, Any], language: Language | None = None) -> str:
    """Say a finding from its row and the names beside it, as the list of findings selects them."""
    spoken = language or language_of_request.get()
    facts = {
        "project": say(row["project_name"] or row["project_code"], spoken),
        "other": say(row["other_project_name"] or row["other_project_code"] or "", spoken),
        "who": row["person_name"] or row["head_name"],
        "paid": _money(row["paid_amount"]),
        "due": _money(row["due_amount"]),
        "difference": _money(abs((row["paid_amount"] or 0) - (row["due_amount"] or 0))),
        "household": row["other_household_number"] or "",
        "day": row["dead_on"] or "",
    }
    text = say(_template(row), spoken, **facts)
    why = (row["why"] or {}).get(spoken) or []
    if FindingCause(row["cause"]) is FindingCause.NOT_ELIGIBLE and why:
        more = len(why) - CONDITIONS_SAID
        text += say("：", spoken) + say("；", spoken).join(why[:CONDITIONS_SAID])
        if more > 0:
            text += say("；另有 {more} 项", spoken, more=more)
    return text


def _template(row: Mapping[str, Any]) -> str:  # noqa: PLR0911  (one line a cause)
    paid, due = row["paid_amount"], row["due_amount"]
    match FindingCause(row["cause"]):
        case FindingCause.NOT_ELIGIBLE if row["household_status"] != HouseholdStatus.ACTIVE:
            return "正在领取“{project}”每月 {paid} 元，但该户已经注销"
        case FindingCause.NOT_ELIGIBLE:
            return "正在领取“{project}”每月 {paid} 元，按现有资料已不符合条件"
        case FindingCause.AMOUNT_DIFFERS if due is None or paid is None:
            return "正在领取“{project}”，金额与核算不一致"
        case FindingCause.AMOUNT_DIFFERS:
            over = "正在领取“{project}”每月 {paid} 元，按现有资料应为 {due} 元，每月多发 {difference} 元"
            under = "正在领取“{project}”每月 {paid} 元，按现有资料应为 {due} 元，每月少发 {difference} 元"
            return over if paid > due else under
        case FindingCause.ELIGIBLE_UNPAID if due is None:
            return "{who}符合“{project}”的条件，但没有享受"
        case FindingCause.ELIGIBLE_UNPAID:
            return "{who}符合“{project}”的条件但没有享受，按现有资料可得 {due} 元"
        case FindingCause.EXCLUSIVE:
            return "{who}同时领取“{project}”和“{other}”，两项按规定不能兼得"
        case FindingCause.TWO_HOUSEHOLDS:
            return "{who}同时登记在家庭 {household}，两户都在领取待遇（“{project}”和“{other}”）"
        case FindingCause.DEAD:
            return "{who}已于 {day} 去世，仍在发放“{project}”每月 {paid} 元"


def supposed(changes: Sequence[Mapping[str, Any]]) -> str:
    """Say which numbers a what-if changes: “农村低保标准 862 → 900 元/人/月”."""
    return say("；").join(_supposed(change) for change in changes)


def _supposed(change: Mapping[str, Any]) -> str:
    residence = say(Residence(change["residence"]).label) if change["residence"] else ""
    current, value = (
        plain(Decimal(change[name])) if change[name] is not None else "—" for name in ("current", "value")
    )
    name = say(change["label"])
    return say(
        "{residence}{name} {current} → {value} {unit}",
        residence=residence, name=name, current=current, value=value, unit=say(change["unit"]),
    ).strip()  # fmt: skip


def _money(value: Any) -> str:
    return "" if value is None else f"{value:,.2f}".removesuffix(".00")
