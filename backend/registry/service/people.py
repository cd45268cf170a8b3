"""Changes of a person: corrections, statuses, and the audited look at a number."""

from typing import Any

from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, invalid
from backend.kernel.identifiers import InvalidIdentifier, Sex, mask_minor_name
from backend.kernel.pinyin import sort_key
from backend.kernel.scope import check_version, get_visible
from backend.kernel.sealing import unseal
from backend.registry import repository
from backend.registry.details import M
from backend.registry.errors import NothingToReveal
from backend.registry.models import Person, PersonStatus
from backend.registry.numbers import CARD, ID_NUMBER, PHONE, identity_of
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import PersonPatch, Reveal, StatusCreate, StatusEnd
from backend.registry.service.entering import FACTS, Faults, numbers_of, today, write

_REVEALED = {
    "id_number": ("id_number_cipher", ID_NUMBER, "证件号码"),
    "phone": ("phone_cipher", PHONE, "联系电话"),
    "disability_card": ("disability_card_cipher", CARD, "残疾人证号"),
}
_REMOVABLE = {
    "phone": ("phone_cipher", "phone_index", "phone_masked"),
    "disability_card": ("disability_card_cipher", "disability_holder_index", "disability_card_masked"),
}


async def lock(session: AsyncSession, actor: Actor, person_id: int) -> Person:
    """Return a person for a change."""
    person = await get_visible(session, actor, Person, person_id, RegistryPermission.READ, lock=True)
    actor.require(RegistryPermission.UPDATE, person.division_code)
    if person.merged_into_id is not None:
        raise NotFound
    return person


async def _record(session: AsyncSession, actor: Actor, action: str, person: Person, **details: Any) -> None:
    await audit.record(
        session, actor, action, subject=("person", person.id or 0), division_code=person.division_code, details=details
    )


async def _households_of(session: AsyncSession, person: Person) -> list[int]:
    statement = select(M.c.household_id).where(M.c.person_id == person.id).distinct()
    return list((await session.execute(statement)).scalars())


async def correct_person(session: AsyncSession, actor: Actor, person_id: int, form: PersonPatch) -> None:
    """Correct what is known about a person; the version seen is required."""
    person = await lock(session, actor, person_id)
    if form.version is None:
        raise invalid("version", "请带上您所看到的版本号（version 或 If-Match），以免覆盖他人的修改")
    check_version(person, form.version)
    faults = Faults()
    changes: dict[str, Any] = {}
    for name in (*FACTS, "name", "dead_on"):
        if name not in form.model_fields_set or (name == "name" and form.name is None):
            continue
        before, value = getattr(person, name), getattr(form, name)
        if name == "name" and value == mask_minor_name(person.name):
            continue  # a child's masked name coming back from a form is no correction
        if before != value:
            changes[name] = [before, value]
            setattr(person, name, value)
    if person.dead_on is not None and person.dead_on > today():
        faults.at("dead_on", "死亡日期晚于今天，请核对")
    if "name" in changes:
        person.name_pinyin = sort_key(person.name)
    if form.id_number:
        await _renumber(session, person, form, faults)
        changes["id_number"] = ["", person.id_number_masked]
    changes |= _write_numbers(person, form, faults)
    faults.refuse()
    households = await _households_of(session, person)
    if households:
        await repository.refresh(session, *households)
    await _record(session, actor, "person.correct", person, changes=changes)


def _write_numbers(person: Person, form: PersonPatch, faults: Faults) -> dict[str, list[Any]]:
    """Write the telephone and the certificate that a form names; an empty text removes one."""
    sent = [name for name in _REMOVABLE if getattr(form, name) is not None]
    before = {name: getattr(person, f"{name}_masked") for name in sent}
    blank = [name for name in sent if not getattr(form, name).strip()]
    write(person, dict.fromkeys(column for name in blank for column in _REMOVABLE[name]))
    write(person, numbers_of(form, "", faults, None))
    after = {name: getattr(person, f"{name}_masked") for name in sent}
    return {name: [before[name], after[name]] for name in sent if before[name] or after[name]}


async def _renumber(session: AsyncSession, person: Person, form: PersonPatch, faults: Faults) -> None:
    """Give a person another number, as when an infant gets a card or a wrong number is mended."""
    try:
        identity = identity_of(form.id_number, form.id_type or person.id_type)
    except InvalidIdentifier as fault:
        faults.at("id_number", fault.said())
        return
    others = await repository.persons_by_index(session, [identity.sealed.index])
    if any(other.id != person.id for other in others.values()):
        faults.at("id_number", "该证件号码已属于另一人员；如是同一人，请到“重复人员”办理合并")
        return
    person.id_number_cipher, person.id_number_index = identity.sealed.cipher, identity.sealed.index
    person.id_number_masked, person.id_type = identity.sealed.masked, identity.id_type
    person.birth_date = identity.birth_date or person.birth_date
    if identity.sex in {Sex.MALE, Sex.FEMALE}:
        person.sex = identity.sex


async def add_status(session: AsyncSession, actor: Actor, person_id: int, form: StatusCreate) -> dict[str, Any]:
    """Record a status with its validity."""
    person = await lock(session, actor, person_id)
    if form.valid_to is not None and form.valid_to <= form.valid_from:
        raise invalid("valid_to", "终止日期应晚于起始日期")
    if form.household_id and not await repository.active_member(session, form.household_id, person_id):
        raise invalid("household_id", "该人员不是这一家庭的成员")
    status = PersonStatus(**form.model_dump(), person_id=person_id, division_code=person.division_code)
    session.add(status)
    await session.flush()
    await _record(session, actor, "person.add_status", person, kind=form.kind, valid_from=form.valid_from)
    return status.model_dump() | {"name": None}


async def end_status(session: AsyncSession, actor: Actor, person_id: int, form: StatusEnd) -> dict[str, Any]:
    """End a status; it stays in the history."""
    person = await lock(session, actor, person_id)
    status = await session.get(PersonStatus, form.status_id, with_for_update=True)
    if status is None or status.person_id != person_id:
        raise invalid("status_id", "该人员没有这条身份记录")
    if form.valid_to <= status.valid_from:
        raise invalid("valid_to", "终止日期应晚于起始日期")
    status.valid_to = form.valid_to
    status.version += 1
    await _record(session, actor, "person.end_status", person, kind=status.kind, reason=form.reason)
    await session.flush()
    return status.model_dump() | {"name": None}


async def reveal(session: AsyncSession, actor: Actor, person_id: int, form: Reveal) -> str:
    """Show a number in full to somebody with the right, for a stated purpose; the look itself is audited."""
    person = await get_visible(session, actor, Person, person_id, RegistryPermission.READ)
    actor.require(RegistryPermission.REVEAL, person.division_code)
    column, context, label = _REVEALED[form.field]
    sealed = getattr(person, column)
    if sealed is None:
        raise NothingToReveal(field=label)
    await audit.record_access(
        session,
        actor,
        "person.reveal",
        subject=("person", person_id),
        purpose=form.purpose,
        division_code=person.division_code,
        details={"field": form.field},
    )
    return unseal(bytes(sealed), context)
