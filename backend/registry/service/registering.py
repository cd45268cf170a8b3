"""Register a whole household in one step."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.identifiers import InvalidIdentifier
from backend.kernel.inserting import Batch, insert_together
from backend.registry import hints, repository
from backend.registry.codes import HouseholdStatus, Relation
from backend.registry.details import ITEMS
from backend.registry.figures import Entry, figures
from backend.registry.listings import household_actions
from backend.registry.models import Household, HouseholdMember, Person
from backend.registry.models.household import HouseholdBase, MemberBase
from backend.registry.numbers import index_of_number, sealed_phone
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import HouseholdCreate, MemberCreate
from backend.registry.service.entering import Entrant, Faults, enter_all, identify_all, today


async def register(session: AsyncSession, actor: Actor, form: HouseholdCreate) -> dict[str, Any]:
    """Enter a household with members, incomes, properties and expenses; return its summary with warnings."""
    actor.require(RegistryPermission.CREATE, form.division_code)
    faults = Faults()
    _check_heads(form, faults)
    identities = identify_all(form.members, faults, "members.")
    indexes = [identity.sealed.index for identity in identities if identity]
    ground = await repository.ground(session, form.division_code, indexes, len(form.members))
    check_place(form.division_code, "division_code", faults, in_use=ground.place_in_use)
    entrants = enter_all(actor, form.members, identities, ground.known, form.division_code, faults, "members.")
    ids = [e.known.id or 0 if e.known else new for e, new in zip(entrants, ground.person_ids, strict=True)]
    owners = _owners(form, entrants, ids, faults)
    phone = phone_values(form.phone or "", faults)
    faults.refuse()
    await session.flush()  # what was completed about the known
    household = _household(form, ground.household_id, entrants, ids, owners) | phone
    (written,) = await insert_together(session, _batches(form, household, entrants, ids, owners), ["number", "version"])
    await audit.record(
        session,
        actor,
        "household.register",
        subject=("household", ground.household_id),
        division_code=form.division_code,
        details={"number": written["number"], "members": len(entrants)},
    )
    summary = household | written
    warnings = await _warnings(session, actor, entrants, ground.household_id)
    return summary | {"allowed_actions": household_actions(actor, summary), "warnings": warnings}


def _household(
    form: HouseholdCreate,
    household_id: int,
    entrants: Sequence[Entrant],
    ids: Sequence[int],
    owners: dict[tuple[str, int], int],
) -> dict[str, Any]:
    """Return the household's own row, with the figures it keeps."""
    members = [
        Entry(person_id, e.form.name, e.pinyin, e.form.relation, e.form.included)
        for e, person_id in zip(entrants, ids, strict=True)
    ]
    return {
        "id": household_id,
        "division_code": form.division_code,
        "status": HouseholdStatus.ACTIVE,
        **{name: getattr(form, name) for name in HouseholdBase.model_fields},
        "income_declared": form.incomes is not None,
        "income_on": today() if form.incomes is not None else None,
        "property_declared": form.properties is not None,
        "expense_declared": form.expenses is not None,
        **figures(form, members, owners),
    }


def _batches(
    form: HouseholdCreate,
    household: Mapping[str, Any],
    entrants: Sequence[Entrant],
    ids: Sequence[int],
    owners: dict[tuple[str, int], int],
) -> list[Batch]:
    """Return every row that a registration writes; the household's number is drawn when it is written."""
    place = {"household_id": household["id"], "division_code": form.division_code}
    people = [{"id": i, **e.values} for e, i in zip(entrants, ids, strict=True) if e.known is None]
    number = {"number": f"household_number(left(r.division_code, {repository.COUNTY_DIGITS}))"}
    return [
        Batch(Household, [household], number),
        Batch(Person, people),
        Batch(
            HouseholdMember,
            [
                membership(place["household_id"], form.division_code, i, e.form)
                for e, i in zip(entrants, ids, strict=True)
            ],
        ),
        *(
            Batch(
                model,
                [
                    {**place, "person_id": owners.get((kind, i)), **entry.model_dump(exclude={"id_number"})}
                    for i, entry in enumerate(getattr(form, kind) or ())
                ],
            )
            for kind, model in ITEMS.items()
        ),
    ]


async def check_division(session: AsyncSession, code: str, field: str, faults: Faults) -> None:
    """Note a division that does not exist, or the county itself, in which nobody lives."""
    check_place(code, field, faults, in_use=await repository.division_exists(session, code))


def check_place(code: str, field: str, faults: Faults, *, in_use: bool) -> None:
    """Note a place in which nobody can live."""
    if len(code) <= repository.COUNTY_DIGITS:
        faults.at(field, "请选择到镇街、社区或村居")
    elif not in_use:
        faults.at(field, "没有这个行政区划，请从列表中选择")


def phone_values(typed: str, faults: Faults) -> dict[str, bytes | str | None]:
    """Return the columns of a household's telephone; an empty text removes it."""
    if not typed.strip():
        return {"phone_cipher": None, "phone_index": None, "phone_masked": None}
    try:
        phone = sealed_phone(typed)
    except InvalidIdentifier as fault:
        faults.at("phone", fault.said())
        return {}
    return {"phone_cipher": phone.cipher, "phone_index": phone.index, "phone_masked": phone.masked}


def _check_heads(form: HouseholdCreate, faults: Faults) -> None:
    heads = [i for i, member in enumerate(form.members) if member.relation is Relation.HEAD]
    if not heads:
        faults.at("members", "请指定一名户主")
    for i in heads[1:]:
        faults.at(f"members.{i}.relation", "一户只能有一名户主")


def _owners(
    form: HouseholdCreate, entrants: Sequence[Entrant], ids: Sequence[int], faults: Faults
) -> dict[tuple[str, int], int]:
    """Find the member that each income, holding or expense belongs to."""
    by_index = {e.identity.sealed.index: i for e, i in zip(entrants, ids, strict=True) if e.identity}
    owners: dict[tuple[str, int], int] = {}
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


def membership(household_id: int, division_code: str, person_id: int, form: MemberCreate) -> dict[str, Any]:
    """Return the columns of the membership that a form describes."""
    return {
        "household_id": household_id,
        "person_id": person_id,
        "division_code": division_code,
        "joined_on": form.joined_on or today(),
        **{name: getattr(form, name) for name in MemberBase.model_fields},
    }


async def _warnings(
    session: AsyncSession, actor: Actor, entrants: Sequence[Entrant], household_id: int
) -> list[dict[str, str]]:
    """Say who is a member elsewhere; a household outside the actor's area is not named."""
    places = {e.known.id or 0: i for i, e in enumerate(entrants) if e.known}
    if not places:
        return []
    found = []
    for row in await repository.other_households(session, list(places), household_id):
        field = f"members.{places[row['person_id']]}.id_number"
        found.append({"field": field, "message": hints.elsewhere(actor, row)})
    return found
