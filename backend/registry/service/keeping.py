"""Keep a household up to date: members, incomes, holdings, expenses, and the household's own data."""

from typing import Any

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, invalid
from backend.kernel.scope import check_version, get_visible
from backend.registry import repository
from backend.registry.codes import HouseholdStatus, LeaveReason, PropertyResult, Relation
from backend.registry.details import ITEMS
from backend.registry.errors import HouseholdClosed
from backend.registry.models import Household, HouseholdMember, Person
from backend.registry.numbers import index_of_number
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import Departure, HouseholdPatch, MemberCreate, OfMember
from backend.registry.service.entering import Faults, enter_all, identify_all, today
from backend.registry.service.registering import membership, phone_values

_NEVER_NULL = {"residence", "status", "income_declared", "property_declared", "expense_declared"}
_DECLARED = {"incomes": "income_declared", "properties": "property_declared", "expenses": "expense_declared"}


async def lock(session: AsyncSession, actor: Actor, household_id: int) -> Household:
    """Return an active household for a change."""
    household = await get_visible(session, actor, Household, household_id, RegistryPermission.READ, lock=True)
    actor.require(RegistryPermission.UPDATE, household.division_code)
    if household.status is not HouseholdStatus.ACTIVE:
        raise HouseholdClosed
    return household


async def record(session: AsyncSession, actor: Actor, action: str, household: Household, **details: Any) -> None:
    """Write the audit of a change to a household."""
    await audit.record(
        session,
        actor,
        action,
        subject=("household", household.id or 0),
        division_code=household.division_code,
        details=details,
    )


async def correct(session: AsyncSession, actor: Actor, household_id: int, form: HouseholdPatch) -> dict[str, Any]:
    """Correct the household's own data; the version seen is required."""
    household = await get_visible(session, actor, Household, household_id, RegistryPermission.READ, lock=True)
    actor.require(RegistryPermission.UPDATE, household.division_code)
    if form.version is None:
        raise invalid("version", "请带上您所看到的版本号（version 或 If-Match），以免覆盖他人的修改")
    check_version(household, form.version)
    faults = Faults()
    changes: dict[str, Any] = {}
    given = form.model_dump(exclude_unset=True, exclude={"version", "phone"})
    for name, value in given.items():
        if value is None and name in _NEVER_NULL:
            continue
        before = getattr(household, name)
        if before != value:
            changes[name] = [before, value]
            setattr(household, name, value)
    if "income_declared" in changes:
        household.income_on = today() if household.income_declared else None
    if form.phone is not None:
        before, known = household.phone_masked, household.phone_index
        for name, value in phone_values(form.phone, faults).items():
            setattr(household, name, value)
        if known != household.phone_index:
            changes["phone"] = [before, household.phone_masked]
    faults.refuse()
    await repository.refresh(session, household_id)
    await record(session, actor, "household.correct", household, changes=changes)
    return await repository.household_summary(session, actor, household_id)


async def conclude_property(
    session: AsyncSession, actor: Actor, household_id: int, result: PropertyResult, reason: str
) -> None:
    """Write what a verification report says of the property; whoever reported had the right to, not to correct."""
    household = await session.get_one(Household, household_id, with_for_update=True)
    before = household.property_result
    if before is result:
        return
    household.property_result = result
    check_version(household, household.version)
    await session.flush()
    changes = {"property_result": [before, result]}
    await record(session, actor, "household.verify", household, changes=changes, reason=reason)


async def add_member(session: AsyncSession, actor: Actor, household_id: int, form: MemberCreate) -> dict[str, Any]:
    """Let somebody join the household."""
    household = await lock(session, actor, household_id)
    faults = Faults()
    identities = identify_all([form], faults, "")
    known = await repository.persons_by_index(session, [i.sealed.index for i in identities if i])
    (entrant,) = enter_all(actor, [form], identities, known, household.division_code, faults, "")
    person = entrant.known or Person(**entrant.values)
    if (
        form.relation is Relation.HEAD
        and household.head_person_id is not None
        and await repository.has_head(session, household_id)
    ):
        faults.at("relation", "本户已有户主；请先办理原户主离开，或选择其他关系")
    if person.id and await repository.active_member(session, household_id, person.id):
        faults.at("id_number", "该人员已经是本户成员")
    faults.refuse()
    if person.id is None:
        session.add(person)
        await session.flush()
    session.add(HouseholdMember(**membership(household_id, household.division_code, person.id or 0, form)))
    household.version += 1
    await repository.refresh(session, household_id)
    await record(session, actor, "household.join", household, person_id=person.id, relation=form.relation)
    return await repository.household_summary(session, actor, household_id)


async def depart(session: AsyncSession, actor: Actor, household_id: int, form: Departure) -> dict[str, Any]:
    """Let a member leave; a death is written to the person too, and the next in line becomes head if needed."""
    household = await lock(session, actor, household_id)
    member = await repository.active_member(session, household_id, form.person_id)
    if member is None:
        raise invalid("person_id", "该人员不是本户现有成员")
    if form.left_on > today():
        raise invalid("left_on", "离开日期晚于今天，请核对")
    if form.left_on < member.joined_on:
        raise invalid("left_on", "离开日期早于加入日期，请核对")
    member.left_on, member.leave_reason = form.left_on, form.reason
    member.version += 1
    if form.reason is LeaveReason.DEATH:
        person = await session.get(Person, form.person_id, with_for_update=True)
        if person is not None and person.dead_on is None:
            person.dead_on = form.left_on
            person.version += 1
    household.version += 1
    await repository.refresh(session, household_id)
    details = {"person_id": form.person_id, "left_on": form.left_on, "reason": form.reason, "note": form.note}
    await record(session, actor, "household.depart", household, **details)
    return await repository.household_summary(session, actor, household_id)


async def add_item(session: AsyncSession, actor: Actor, household_id: int, kind: str, form: OfMember) -> dict[str, Any]:
    """Enter an income, deduction, holding or expense; the household counts as having declared these."""
    household = await lock(session, actor, household_id)
    person_id = None
    if form.id_number:
        index = index_of_number(form.id_number)
        person_id = await repository.member_by_index(session, household_id, index) if index else None
        if person_id is None:
            raise invalid("id_number", "该证件号码不是本户成员，请核对")
    values = form.model_dump(exclude={"id_number"})
    item = ITEMS[kind](**values, household_id=household_id, person_id=person_id, division_code=household.division_code)
    session.add(item)
    if kind in _DECLARED and not getattr(household, _DECLARED[kind]):
        setattr(household, _DECLARED[kind], True)
    if kind == "incomes":
        household.income_on = today()
    household.version += 1
    await repository.refresh(session, household_id)
    await record(session, actor, f"household.add_{kind}", household, person_id=person_id, **values)
    return await repository.household_summary(session, actor, household_id)


async def remove_item(
    session: AsyncSession, actor: Actor, household_id: int, kind: str, item_id: int
) -> dict[str, Any]:
    """Take back a wrong entry; the audit keeps what it said."""
    household = await lock(session, actor, household_id)
    item: SQLModel | None = await session.get(ITEMS[kind], item_id, with_for_update=True)
    if item is None or getattr(item, "household_id", None) != household_id:
        raise NotFound
    said = item.model_dump(exclude={"created_at", "updated_at", "household_id", "division_code"})
    await session.delete(item)
    household.version += 1
    await repository.refresh(session, household_id)
    await record(session, actor, f"household.remove_{kind}", household, removed=said)
    return await repository.household_summary(session, actor, household_id)
