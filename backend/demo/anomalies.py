"""Faults sown on purpose (DOMAIN §6.5, §10.3), so that whoever looks for them can be measured against the key."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from backend.demo.families import STANDARD, DemoFamily, DemoMember, DemoPerson, Draw
from backend.demo.months import month_ago

EACH = 3


def sow(draw: Draw, families: Sequence[DemoFamily]) -> list[DemoFamily]:
    """Spoil some families in place and return the additional ones; each is marked with its rule."""
    for family in families:
        if family.kind in _FOUND_BY_MATCHING:
            family.anomalies.append(_FOUND_BY_MATCHING[family.kind])
    spoilt = iter(f for f in families if f.kind == "dibao" and len(f.members) > 1)
    for rule, spoil in _SPOILERS.items():
        for _ in range(EACH):
            family = next(spoilt)
            spoil(family)
            family.anomalies.append(rule)
    return [*_in_two_households(draw, spoilt), *_alike(draw, spoilt), *_one_phone(draw), *_edges(draw)]


def _wrong_check_digit(family: DemoFamily) -> None:
    person = family.members[0].person
    assert person.number is not None  # noqa: S101  (drawn with a number)
    person.number = person.number[:-1] + ("1" if person.number[-1] != "1" else "2")


def _both_statuses(family: DemoFamily) -> None:
    family.members[0].statuses.append(("tekun", month_ago(20), None, None, "历史台账"))


def _dead(family: DemoFamily) -> None:
    family.members[1].person.dead_on = month_ago(5) + timedelta(days=11)


def _imprisoned(family: DemoFamily) -> None:
    family.members[1].statuses.append(("imprisoned", month_ago(12) + timedelta(days=2), None, None, "监所共享"))


def _uninsured(family: DemoFamily) -> None:
    family.members[1].insured = False


def _review_overdue(family: DemoFamily) -> None:
    family.next_review_on = month_ago(6)


def _imputed(family: DemoFamily) -> None:
    for member in family.members:
        member.incomes = [(c, amount, "imputed", source, out) for c, amount, _, source, out in member.incomes]


def _relative_of_staff(family: DemoFamily) -> None:
    family.members[0].statuses.append(("staff_relative", month_ago(22), None, None, "近亲属（未备案）"))


def _elsewhere(family: DemoFamily) -> None:
    family.members[1].person.division = "371623110008006" if family.division[6:9] != "110" else "371623101001001"


# What a matching run finds: paid but no longer eligible, eligible but not paid.
_FOUND_BY_MATCHING = {"risen": "WRONG", "unhelped": "MISSED"}
_SPOILERS: dict[str, Callable[[DemoFamily], None]] = {
    "Q1": _wrong_check_digit,
    "Q3": _both_statuses,
    "Q4": _dead,
    "Q5": _imprisoned,
    "Q8": _uninsured,
    "Q10": _review_overdue,
    "Q12": _imputed,
    "Q13": _relative_of_staff,
    "Q15": _elsewhere,
}


def _in_two_households(draw: Draw, families: object) -> list[DemoFamily]:
    """Q2: a member of one household is a member of another, too."""
    found = []
    for _ in range(EACH):
        first: DemoFamily = next(families)  # type: ignore[call-overload]
        second = draw.family("dibao", first.residence)
        second.members.append(DemoMember(first.members[1].person, "other_relative"))
        second.anomalies.append("Q2")
        found.append(second)
    return found


def _alike(draw: Draw, families: object) -> list[DemoFamily]:
    """One human being entered twice: once with papers, once without, under the same name, birth date and address."""
    found = []
    for _ in range(EACH):
        first: DemoFamily = next(families)  # type: ignore[call-overload]
        head = first.members[0].person
        twin = DemoPerson(head.name, head.sex, head.born, None, dict(head.facts))
        copy = draw.family("unhelped", first.residence)
        copy.members, copy.division, copy.address = [DemoMember(twin, "head")], first.division, first.address
        copy.anomalies.append("DUPLICATE")
        found.append(copy)
    return found


def _one_phone(draw: Draw) -> list[DemoFamily]:
    """Q16: more than five households under one telephone."""
    phone, found = draw.phone(), []
    for _ in range(6):
        family = draw.family("dibao", "rural")
        family.phone = phone
        family.anomalies.append("Q16")
        found.append(family)
    return found


def _edges(draw: Draw) -> list[DemoFamily]:
    """Cases that rules and people stumble over (DOMAIN §10.3): all in town 109, where the demo begins."""
    found = []
    for i in range(EACH):
        family = draw.family("dibao", "rural")
        family.members = [DemoMember(draw.person(9 + i, "2"), "head")]
        family.anomalies.append("Q14")
        found.append(family)
    student = draw.family("tekun", "rural")
    student.members = [DemoMember(draw.person(18, "1"), "head", statuses=[("tekun", month_ago(74), None, None, "")])]
    student.members[0].person.facts |= {"is_student": True, "student_stage": "senior", "has_support_obligor": False}
    prisoner = draw.family("dibao", "rural")
    inside = DemoMember(draw.person(41, "1"), "child", included=False, insured=False, exclude_reason="prison")
    inside.statuses.append(("imprisoned", month_ago(31) + timedelta(days=8), None, None, "监所共享"))
    prisoner.members.append(inside)
    nobody = draw.family("unhelped", "rural")
    nobody.members = [DemoMember(DemoPerson("无名氏", "0", date(1968, 1, 1), None), "head")]
    silent = draw.family("unhelped", "rural")
    silent.declared = False
    exactly = draw.family("unhelped", "rural")
    exactly.members = [DemoMember(draw.person(66, "1"), "head")]
    exactly.members[0].incomes = [("transfer", STANDARD["rural"] * 12, "verified", "恰好等于低保标准", None)]
    edges = {
        "在读特困": student,
        "服刑人员家庭": prisoner,
        "无证件": nobody,
        "收入未申报": silent,
        "恰好等于标准": exactly,
    }
    for name, family in edges.items():
        family.anomalies.append(f"EDGE:{name}")
        found.append(family)
    for place, family in enumerate(found):
        family.division = f"371623109001{place % 6 + 1:03d}"
    return found
