"""Turn what a form says about members into persons: found by their number, or made; each fault at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.errors import InvalidInput
from backend.kernel.identifiers import InvalidIdentifier, Sex
from backend.kernel.pinyin import sort_key
from backend.registry.codes import IdType, Relation
from backend.registry.models import Person
from backend.registry.models.person import PersonFacts
from backend.registry.numbers import Identity, identity_of, sealed_card, sealed_phone
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import MemberCreate

FACTS = tuple(PersonFacts.model_fields)
_NUMBERS = (
    "id_number_cipher", "id_number_index", "id_number_masked", "phone_cipher", "phone_index", "phone_masked",
    "disability_card_cipher", "disability_holder_index", "disability_card_masked",
)  # fmt: skip


class Faults:
    """Collects what is wrong, field by field, and refuses once with all of it."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []

    def at(self, field: str, sentence: str) -> None:
        """Note a fault."""
        self._found.append((field, sentence))

    def refuse(self) -> None:
        """Raise InvalidInput when anything was noted."""
        if self._found:
            raise InvalidInput().at(*self._found)


def today() -> date:
    """Return the date in China."""
    return datetime.now(CHINA).date()


def identify(form: MemberCreate, at: str, faults: Faults) -> Identity | None:
    """Check a member's number against the rest of what is said about them."""
    if form.id_number is None or not form.id_number.strip():
        if form.id_type not in {IdType.NONE, IdType.TEMPORARY, IdType.HOUSEHOLD_BOOK}:
            faults.at(f"{at}id_number", "请填写证件号码；确无证件的，请把证件类型选为“无证件”")
        return None
    try:
        identity = identity_of(form.id_number, form.id_type)
    except InvalidIdentifier as fault:
        faults.at(f"{at}id_number", fault.said())
        return None
    if form.birth_date and identity.birth_date and form.birth_date != identity.birth_date:
        faults.at(f"{at}birth_date", "出生日期与身份证号第7至14位不一致，请核对")
    if form.sex in {Sex.MALE, Sex.FEMALE} and identity.sex and form.sex != identity.sex:
        faults.at(f"{at}sex", "性别与身份证号第17位不一致，请核对")
    return identity


def check_member(form: MemberCreate, at: str, faults: Faults) -> None:
    """Check the facts of a member against one another."""
    if form.birth_date and form.birth_date > today():
        faults.at(f"{at}birth_date", "出生日期晚于今天，请核对")
    if form.joined_on and form.joined_on > today():
        faults.at(f"{at}joined_on", "加入日期晚于今天，请核对")
    if not form.included and form.exclude_reason is None:
        faults.at(f"{at}exclude_reason", "不计入家庭人口的成员，请选择不计入原因")
    if form.included and form.exclude_reason is not None:
        faults.at(f"{at}included", "已选择不计入原因，请同时取消“计入家庭人口”")
    if form.included and form.relation is Relation.UNRELATED:
        faults.at(f"{at}included", "非亲属不能计入共同生活的家庭成员（民发〔2021〕57号第7条）")


def numbers_of(form: Any, at: str, faults: Faults, holder: str | None) -> dict[str, Any]:
    """Return the columns that phone and disability certificate of a form fill, sealed."""
    values: dict[str, Any] = {}
    if getattr(form, "phone", None):
        try:
            phone = sealed_phone(form.phone)
            values |= {"phone_cipher": phone.cipher, "phone_index": phone.index, "phone_masked": phone.masked}
        except InvalidIdentifier as fault:
            faults.at(f"{at}phone", fault.said())
    if getattr(form, "disability_card", None):
        try:
            card = sealed_card(form.disability_card, holder)
        except InvalidIdentifier as fault:
            faults.at(f"{at}disability_card", fault.said())
            return values
        values |= {
            "disability_card_cipher": card.sealed.cipher,
            "disability_holder_index": card.sealed.index,
            "disability_card_masked": card.sealed.masked,
            "disability_type": card.disability_type,
            "disability_level": card.level,
        }
    return values


def write(person: Person, values: Mapping[str, Any]) -> None:
    """Put columns into a person."""
    for name, value in values.items():
        setattr(person, name, value)


def new_person(
    form: MemberCreate, identity: Identity | None, division_code: str, at: str, faults: Faults
) -> dict[str, Any]:
    """Return the columns of a new person; those that a form leaves empty are among them."""
    values: dict[str, Any] = dict.fromkeys(_NUMBERS)
    values |= {name: getattr(form, name) for name in FACTS}
    values |= {
        "name": form.name,
        "name_pinyin": sort_key(form.name),
        "division_code": division_code,
        "id_type": identity.id_type if identity else form.id_type,
        "birth_date": identity.birth_date if identity and identity.birth_date else form.birth_date,
        "sex": identity.sex if identity and identity.sex else form.sex or Sex.UNKNOWN,
    }
    if identity:
        sealed = identity.sealed
        values |= {"id_number_cipher": sealed.cipher, "id_number_index": sealed.index}
        values["id_number_masked"] = sealed.masked
    return values | numbers_of(form, at, faults, identity.value if identity else None)


def complete(actor: Actor, person: Person, form: MemberCreate, at: str, faults: Faults, holder: str) -> None:
    """Bring a known person up to the form; people of another area are only filled in where nothing was known."""
    if person.name != form.name:
        faults.at(f"{at}name", "该证件号码已登记在另一姓名之下，请核对姓名和证件号码")
        return
    if person.dead_on is not None:
        faults.at(f"{at}id_number", "该人员已登记死亡，不能加入家庭；如登记有误，请先更正")
        return
    ours = actor.may(RegistryPermission.UPDATE, person.division_code)
    changed = False
    for name in FACTS:
        value = getattr(form, name)
        known = getattr(person, name)
        if value is not None and value != known and (ours or known is None):
            setattr(person, name, value)
            changed = True
    if ours or person.phone_index is None:
        before = (person.phone_index, person.disability_holder_index)
        write(person, numbers_of(form, at, faults, holder))
        changed = changed or before != (person.phone_index, person.disability_holder_index)
    if changed:
        person.version += 1


@dataclass(frozen=True, slots=True)
class Entrant:
    """A member of a form: somebody already known, or the columns of somebody new."""

    form: MemberCreate
    identity: Identity | None
    known: Person | None
    values: Mapping[str, Any]

    @property
    def pinyin(self) -> str:
        """Return what their name sorts by."""
        return str(self.known.name_pinyin if self.known else self.values["name_pinyin"])


def identify_all(forms: Sequence[MemberCreate], faults: Faults, prefix: str) -> list[Identity | None]:
    """Check the members of a form; the faults are named `members.1.id_number`."""
    identities: list[Identity | None] = []
    seen: dict[str, int] = {}
    for i, form in enumerate(forms):
        at = f"{prefix}{i}." if prefix else ""
        check_member(form, at, faults)
        identity = identify(form, at, faults)
        identities.append(identity)
        if identity and seen.setdefault(identity.value, i) != i:
            faults.at(f"{at}id_number", "与本户另一成员的证件号码相同，请核对")
    return identities


def enter_all(
    actor: Actor,
    forms: Sequence[MemberCreate],
    identities: Sequence[Identity | None],
    known: Mapping[bytes, Person],
    division_code: str,
    faults: Faults,
    prefix: str,
) -> list[Entrant]:
    """Bring the known among the members up to date, and describe the others."""
    entrants = []
    for i, (form, identity) in enumerate(zip(forms, identities, strict=True)):
        at = f"{prefix}{i}." if prefix else ""
        found = known.get(identity.sealed.index) if identity else None
        if found is not None and identity is not None:
            complete(actor, found, form, at, faults, identity.value)
        values = {} if found else new_person(form, identity, division_code, at, faults)
        entrants.append(Entrant(form, identity, found, values))
    return entrants
