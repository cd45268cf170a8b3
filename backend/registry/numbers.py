"""Numbers of people as the registry keeps them: checked, sealed, findable by what somebody typed."""

from dataclasses import dataclass
from datetime import date

from backend.kernel.identifiers import (
    IdNumber,
    InvalidIdentifier,
    NumberKind,
    Sex,
    mask_id_number,
    mask_phone,
    normalise,
    parse_disability_card,
    parse_person_number,
    parse_phone,
)
from backend.kernel.sealing import Sealed, field_cipher, seal
from backend.registry.codes import IdType

ID_NUMBER, PHONE, CARD = "person.id_number", "person.phone", "person.disability_card"
_ID_LENGTHS = (15, 18)
_TYPES = {
    NumberKind.CITIZEN: IdType.CITIZEN,
    NumberKind.RESIDENCE_PERMIT: IdType.RESIDENCE_PERMIT,
    NumberKind.TEMPORARY: IdType.TEMPORARY,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's number with what it says about its holder."""

    value: str
    sealed: Sealed
    id_type: IdType
    birth_date: date | None
    sex: Sex | None


def identity_of(value: object, id_type: IdType = IdType.CITIZEN) -> Identity:
    """Check and seal a number of this type. Raises InvalidIdentifier; a passport is only normalised."""
    if id_type is IdType.PASSPORT:
        text = normalise(value)
        if not text.isalnum() or not text.isascii() or not 5 <= len(text) <= 20:  # noqa: PLR2004
            raise InvalidIdentifier("证件号码“{text}”应为5至20位字母或数字", text=text[:30])
        return Identity(text, seal(text, ID_NUMBER, mask_id_number(text)), id_type, None, None)
    number = parse_person_number(value)
    sealed = seal(number.value, ID_NUMBER, mask_id_number(number.value))
    # An infant's number stands in the 户口簿 before there is a card; its form is the same.
    kind = id_type if id_type is IdType.HOUSEHOLD_BOOK else _TYPES[number.kind]
    if isinstance(number, IdNumber):
        return Identity(number.value, sealed, kind, number.birth_date, number.sex)
    return Identity(number.value, sealed, kind, None, None)


def index_of_number(value: object) -> bytes | None:
    """Return the blind index of a person's number for looking up; None when it cannot be one."""
    try:
        return field_cipher().blind_index(parse_person_number(value).value, ID_NUMBER)
    except InvalidIdentifier:
        return None


def sealed_phone(value: object) -> Sealed:
    """Check and seal a telephone number. Raises InvalidIdentifier."""
    number = parse_phone(value).value
    return seal(number, PHONE, mask_phone(number))


@dataclass(frozen=True, slots=True)
class SealedCard:
    """A disability certificate: the index is that of its holder's ID number."""

    sealed: Sealed
    disability_type: str
    level: int


def sealed_card(value: object, holder: str | None) -> SealedCard:
    """Check a disability certificate against its holder's number, if known. Raises InvalidIdentifier."""
    card = parse_disability_card(value)
    if holder is not None and holder != card.holder.value:
        raise InvalidIdentifier("残疾人证号前18位与本人身份证号不一致，请核对")
    sealed = seal(card.value, CARD, mask_id_number(card.value))
    index = field_cipher().blind_index(card.holder.value, ID_NUMBER)
    words = ("sight", "hearing", "speech", "physical", "intellectual", "mental", "multiple")
    return SealedCard(Sealed(sealed.cipher, index, sealed.masked), words[int(card.category) - 1], card.level)


def recognised(typed: str) -> str:
    """Turn what was typed into the search box into a tagged search: `id:`, `tel:`, `no:` or name patterns `a|b`."""
    text = typed.strip()
    try:
        bare = normalise(text)
    except InvalidIdentifier:
        bare = ""
    if len(bare) in _ID_LENGTHS or bare.startswith("T371") or (bare[:1] == "T" and bare[1:].isdigit()):
        index = index_of_number(bare)
        if index is not None:
            return f"id:{index.hex()}"
    try:
        return f"tel:{field_cipher().blind_index(parse_phone(bare).value, PHONE).hex()}"
    except InvalidIdentifier:
        pass
    if bare.isdigit() and len(bare) > 4:  # noqa: PLR2004 - a number of ours, or the beginning of one
        return f"no:{bare}"
    return name_patterns(text)


def name_patterns(text: str) -> str:
    """Return two LIKE patterns over ` 张三 李四 `: short parts at the start or end of a name, so that trigrams help."""
    part = "".join(c for c in text if c not in " \t|\u3000").replace("\\", "\\\\")
    part = part.replace("%", "\\%").replace("_", "\\_")
    if len(part) > 2:  # noqa: PLR2004 - three characters make a trigram
        return f"%{part}%|%{part}%"
    return f"% {part}%|%{part} %"
