"""Register a whole household in one step."""

from collections.abc import Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.i18n import say
from backend.kernel.identifiers import InvalidIdentifier
from backend.registry import repository
from backend.registry.codes import Relation
from backend.registry.details import ITEMS
from backend.registry.models import Household, HouseholdMember, Person
from backend.registry.models.household import HouseholdBase, MemberBase
from backend.registry.numbers import Identity, index_of_number, sealed_phone
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import HouseholdCreate, MemberCreate
from backend.registry.service.entering import Faults, persons_of, today

_COUNTY_DIGITS = 6


async def register(session: AsyncSession, actor: Actor, form: HouseholdCreate) -> dict[str, Any]:
    """Enter a household with members, incomes, properties and expenses; return its summary with warnings."""
    actor.require(RegistryPermission.CREATE, form.division_code)
    faults = Faults()
    await check_division(session, form.division_code, "division_code", faults)
    _check_heads(form, faults)
    people, identities = await persons_of(session, actor, form.members, form.division_code, faults, "members.")
    owners = _owners(form, people, identities, faults)
    household = Household(
        number="",
        division_code=form.division_code,
        **{name: getattr(form, name) for name in HouseholdBase.model_fields},
        income_declared=form.incomes is not None,
        income_on=today() if form.incomes is not None else None,
        property_declared=form.properties is not None,
        expense_declared=form.expenses is not None,
    )
    write_phone(household, form.phone, faults)
    faults.refuse()
    household.number = await repository.next_number(session, form.division_code)
    session.add(household)
    session.add_all([p for p in people if p.id is None])
    await session.flush()
    assert household.id is not None  # noqa: S101  (given by the flush)
    session.add_all([membership(household, p, m) for p, m in zip(people, form.members, strict=True)])
    for kind, model in ITEMS.items():
        for i, entry in enumerate(getattr(form, kind) or ()):
            owner = owners.get((kind, i))
            values = entry.model_dump(exclude={"id_number"})
            item = model(**values, household_id=household.id, division_code=form.division_code)
            item.person_id = owner.id if owner else None
            session.add(item)
    await repository.refresh(session, household.id)
    await audit.record(
        session,
        actor,
        "household.register",
        subject=("household", household.id),
        division_code=form.division_code,
        details={"number": household.number, "members": len(people)},
    )
    warnings = await _warnings(session, actor, people, household.id)
    return await repository.household_summary(session, actor, household.id) | {"warnings": warnings}


async def check_division(session: AsyncSession, code: str, field: str, faults: Faults) -> None:
    """Note a division that does not exist, or the county itself, in which nobody lives."""
    if len(code) <= _COUNTY_DIGITS:
        faults.at(field, "请选择到镇街、社区或村居")
    elif not await repository.division_exists(session, code):
        faults.at(field, "没有这个行政区划，请从列表中选择")


def write_phone(household: Household, typed: str | None, faults: Faults) -> None:
    """Seal the household's telephone; an empty text removes it."""
    if typed is None:
        return
    if not typed.strip():
        household.phone_cipher = household.phone_index = household.phone_masked = None
        return
    try:
        phone = sealed_phone(typed)
    except InvalidIdentifier as fault:
        faults.at("phone", fault.said())
        return
    household.phone_cipher, household.phone_index, household.phone_masked = phone.cipher, phone.index, phone.masked


def _check_heads(form: HouseholdCreate, faults: Faults) -> None:
    heads = [i for i, member in enumerate(form.members) if member.relation is Relation.HEAD]
    if not heads:
        faults.at("members", "请指定一名户主")
    for i in heads[1:]:
        faults.at(f"members.{i}.relation", "一户只能有一名户主")


def _owners(
    form: HouseholdCreate, people: Sequence[Person], identities: Sequence[Identity | None], faults: Faults
) -> dict[tuple[str, int], Person]:
    """Find the member that each income, holding or expense belongs to."""
    by_index = {i.sealed.index: p for i, p in zip(identities, people, strict=True) if i}
    owners: dict[tuple[str, int], Person] = {}
    for kind in ITEMS:
        for i, entry in enumerate(getattr(form, kind) or ()):
            if not entry.id_number:
                continue
            owner = by_index.get(index_of_number(entry.id_number) or b"")
            if owner is None:
                faults.at(f"{kind}.{i}.id_number", "该证件号码不是本户成员，请核对")
            else:
                owners[kind, i] = owner
    return owners


def membership(household: Household, person: Person, form: MemberCreate) -> HouseholdMember:
    """Return the membership that a form describes; both ids are known by now."""
    return HouseholdMember(
        household_id=household.id or 0,
        person_id=person.id or 0,
        division_code=household.division_code,
        joined_on=form.joined_on or today(),
        **{name: getattr(form, name) for name in MemberBase.model_fields},
    )


async def _warnings(
    session: AsyncSession, actor: Actor, people: Sequence[Person], household_id: int
) -> list[dict[str, str]]:
    """Say who is a member elsewhere; a household outside the actor's area is not named."""
    found = []
    places = {person.id: i for i, person in enumerate(people)}
    for row in await repository.other_households(session, [p.id for p in people if p.id], household_id):
        sentence = (
            say("该人员同时是家庭 {number} 的成员，请核实是否重复", number=row["number"])
            if actor.may(RegistryPermission.READ, row["division_code"])
            else say("该人员同时是其他地区一户家庭的成员，请核实是否重复")
        )
        found.append({"field": f"members.{places[row['person_id']]}.id_number", "message": sentence})
    return found
