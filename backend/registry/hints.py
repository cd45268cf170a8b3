"""What somebody who opens a household's file should look at: nothing here stops the work."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.detail import Row
from backend.kernel.i18n import say
from backend.registry import masking, repository
from backend.registry.models import Household
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import Warned

SHARED_PHONE_MAX = 5


def elsewhere(actor: Actor, home: Row) -> str:
    """Say that a member belongs to another household too; one outside the actor's area is not named."""
    if actor.may(RegistryPermission.READ, home["division_code"]):
        return say("该人员同时是家庭 {number} 的成员，请核实是否重复", number=home["number"])
    return say("该人员同时是其他地区一户家庭的成员，请核实是否重复")


async def of_household(session: AsyncSession, actor: Actor, household: Household) -> list[Warned]:
    """Return what deserves a look in a household, member by member, then the household itself."""
    key = household.id or 0
    people = [row for row in await repository.members(session, key) if row["left_on"] is None]
    homes = await repository.other_households(session, [row["id"] for row in people], key) if people else []
    found = list(_of_members(actor, people, homes))
    if place := await repository.place_awaited(session, key):
        found.append(Warned(field="division_code", message=say("正在迁往{place}，等待迁入地接收", place=place)))
    if not any(row["relation"] == "head" for row in people):
        found.append(Warned(field="members", message=say("本户现在没有户主，请确定户主")))
    if not household.income_declared:
        found.append(Warned(field="income_declared", message=say("收入尚未申报，不能测算金额")))
    due = household.next_review_on
    if due is not None and due < datetime.now(CHINA).date():
        found.append(Warned(field="next_review_on", message=say("定期复核已过期，应于 {day} 前复核", day=due)))
    if household.phone_index is not None:
        sharing = await repository.households_with_phone(session, household.phone_index)
        if sharing > SHARED_PHONE_MAX:
            found.append(Warned(field="phone", message=say("有 {count} 户登记了同一个电话，请核实", count=sharing)))
    return found


def _of_members(actor: Actor, people: Sequence[Row], homes: Sequence[Row]) -> Iterator[Warned]:
    for person in people:
        masking.mask_person(actor, shown := dict(person))
        for sentence in _about(actor, person, homes):
            yield Warned(field="members", message=say("{name}：{sentence}", name=shown["name"], sentence=sentence))


def _about(actor: Actor, person: dict[str, Any], homes: Sequence[Row]) -> Iterator[str]:
    yield from (elsewhere(actor, home) for home in homes if home["person_id"] == person["id"])
    if person["dead_on"] is not None:
        yield say("已于 {day} 死亡，仍在家庭成员中，请办理离开", day=person["dead_on"])
    if person["id_number"] is None:
        yield say("没有证件号码，请补登")
