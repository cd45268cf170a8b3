"""Say at once whether a number that somebody types can be right, before the whole form is sent."""

from datetime import date

from pydantic import BaseModel, Field

from backend.kernel.identifiers import InvalidIdentifier, Sex
from backend.registry.codes import IdType
from backend.registry.numbers import identity_of, sealed_card, sealed_phone
from backend.registry.service.entering import Faults


class NumberCheck(BaseModel):
    """The numbers to look at; each is optional."""

    id_type: IdType = Field(default=IdType.CITIZEN, title="证件类型")
    id_number: str | None = Field(default=None, max_length=40, title="证件号码")
    phone: str | None = Field(default=None, max_length=40, title="联系电话")
    disability_card: str | None = Field(default=None, max_length=40, title="残疾人证号")


class NumberFound(BaseModel):
    """What the number itself says about its holder; nothing is looked up."""

    id_type: IdType | None = Field(default=None, title="证件类型")
    birth_date: date | None = Field(default=None, title="出生日期")
    sex: Sex | None = Field(default=None, title="性别")


def check(form: NumberCheck) -> NumberFound:
    """Check each number by its standard. Raises InvalidInput, each fault at its field."""
    faults, found = Faults(), NumberFound()
    if form.id_number:
        try:
            identity = identity_of(form.id_number, form.id_type)
            found = NumberFound(id_type=identity.id_type, birth_date=identity.birth_date, sex=identity.sex)
        except InvalidIdentifier as fault:
            faults.at("id_number", fault.said())
    for name, read in (("phone", sealed_phone), ("disability_card", _card)):
        typed = getattr(form, name)
        if typed:
            try:
                read(typed)
            except InvalidIdentifier as fault:
                faults.at(name, fault.said())
    faults.refuse()
    return found


def _card(typed: str) -> object:
    return sealed_card(typed, None)
