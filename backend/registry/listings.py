"""The lists of households and of persons, over the one list engine."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, any_, exists, func, or_, select
from sqlmodel import SQLModel

from backend.identity.models import Division
from backend.kernel.actor import Actor
from backend.kernel.listing import Filter, Listing, at_least, at_most, equals, prefix
from backend.kernel.listing.definition import Row
from backend.kernel.scope import Scope
from backend.registry import masking
from backend.registry.codes import HouseholdStatus
from backend.registry.models import Household, Person, PersonStatus
from backend.registry.numbers import recognised
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import HouseholdRow, PersonOut


def table_of(model: type[SQLModel]) -> Table:
    """Return the SQL table of a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


H, P, S = table_of(Household), table_of(Person), table_of(PersonStatus)
D = table_of(Division)


def household_actions(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """Return the nouns this actor may post to a household."""
    area = row["division_code"]
    found: list[str] = []
    if row["status"] == HouseholdStatus.ACTIVE:
        if actor.may(RegistryPermission.UPDATE, area):
            found += ["edit", "members", "incomes", "deductions", "properties", "expenses", "departure"]
        if actor.may(RegistryPermission.TRANSFER, area):
            found.append("transfer")
    elif actor.may(RegistryPermission.UPDATE, area):
        found.append("edit")
    return found


def person_actions(actor: Actor, row: Mapping[str, Any]) -> list[str]:
    """Return the nouns this actor may post to a person."""
    area = row["division_code"]
    found: list[str] = []
    if actor.may(RegistryPermission.UPDATE, area):
        found += ["edit", "statuses", "status_end"]
    if actor.may(RegistryPermission.REVEAL, area):
        found.append("reveal")
    return found


def _split(q: ColumnElement[Any], part: int) -> ColumnElement[Any]:
    return func.split_part(q, "|", part)


def _household_search(q: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(
        H.c.member_names.like(_split(q, 1), escape="\\"),
        H.c.member_names.like(_split(q, 2), escape="\\"),
        H.c.id == any_(func.households_by_number(q)),
    )


def _person_search(q: ColumnElement[Any]) -> ColumnElement[bool]:
    padded = func.concat(" ", P.c.name, " ")
    return or_(
        # The first narrows by the trigram index, the second decides where a short part must stand.
        P.c.name.like(func.replace(_split(q, 1), " ", ""), escape="\\")
        & or_(padded.like(_split(q, 1), escape="\\"), padded.like(_split(q, 2), escape="\\")),
        P.c.name.like(func.replace(_split(q, 2), " ", ""), escape="\\") & padded.like(_split(q, 2), escape="\\"),
        P.c.id_number_index == func.tagged_index(q, "id"),
        P.c.phone_index == func.tagged_index(q, "tel"),
    )


HOUSEHOLDS = Listing(
    name="households",
    title="困难家庭",
    permission=RegistryPermission.READ,
    export_permission=RegistryPermission.EXPORT,
    source=H.outerjoin(D, D.c.code == H.c.division_code),
    key=H.c.id,
    columns={
        "id": H.c.id,
        "number": H.c.number,
        "head_name": H.c.head_name,
        "member_count": H.c.member_count,
        "residence": H.c.residence,
        "division_name": D.c.name,
        "division_code": H.c.division_code,
        "address": H.c.address,
        "phone": H.c.phone_masked,
        "phone_cipher": H.c.phone_cipher,
        "income_per_capita_month": H.c.income_per_capita_month,
        "review_class": H.c.review_class,
        "next_review_on": H.c.next_review_on,
        "status": H.c.status,
        "created_at": H.c.created_at,
        "version": H.c.version,
    },
    scope=Scope(division=H.c.division_code),
    row_model=HouseholdRow,
    filters={
        "residence": equals(H.c.residence),
        "division_code": prefix(H.c.division_code),
        "status": equals(H.c.status),
        "income_from": at_least(H.c.income_per_capita_month),
        "income_to": at_most(H.c.income_per_capita_month),
        "member_count": equals(H.c.member_count),
        "member_count_from": at_least(H.c.member_count),
        "review_class": equals(H.c.review_class),
        "review_before": at_most(H.c.next_review_on),
    },
    sortable={
        "number": H.c.number,
        "head_name": H.c.head_pinyin,
        "member_count": H.c.member_count,
        "division_code": H.c.division_code,
        "income_per_capita_month": H.c.income_per_capita_month,
        "next_review_on": H.c.next_review_on,
        "created_at": H.c.created_at,
    },
    search=_household_search,
    prepare_search=recognised,
    actions=household_actions,
    finish=masking.mask_household,
    option_label=func.concat(H.c.head_name, " ", H.c.number),
)


def _has_status(_: ColumnElement[Any], kind: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists(
        select(S.c.id).where(
            S.c.person_id == P.c.id,
            S.c.kind == kind,
            S.c.valid_from <= func.current_date(),
            or_(S.c.valid_to.is_(None), S.c.valid_to > func.current_date()),
        )
    )


def _mask(actor: Actor, row: Row) -> None:
    masking.mask_person(actor, row)


PERSON_COLUMNS = {
    "id": P.c.id,
    "name": P.c.name,
    "id_type": P.c.id_type,
    "id_number": P.c.id_number_masked.label("id_number"),
    "sex": P.c.sex,
    "birth_date": P.c.birth_date,
    "phone": P.c.phone_masked.label("phone"),
    "phone_cipher": P.c.phone_cipher,
    "nation": P.c.nation,
    "marital": P.c.marital,
    "education": P.c.education,
    "political": P.c.political,
    "occupation": P.c.occupation,
    "health": P.c.health,
    "disability_type": P.c.disability_type,
    "disability_level": P.c.disability_level,
    "disability_card": P.c.disability_card_masked.label("disability_card"),
    "labor_capacity": P.c.labor_capacity,
    "self_care": P.c.self_care,
    "is_student": P.c.is_student,
    "student_stage": P.c.student_stage,
    "has_support_obligor": P.c.has_support_obligor,
    "obligor_able": P.c.obligor_able,
    "in_institution": P.c.in_institution,
    "job_refusals": P.c.job_refusals,
    "hukou_type": P.c.hukou_type,
    "hukou_division": P.c.hukou_division,
    "dead_on": P.c.dead_on,
    "division_code": P.c.division_code,
    "version": P.c.version,
}

PERSONS = Listing(
    name="persons",
    title="人员",
    permission=RegistryPermission.READ,
    export_permission=RegistryPermission.EXPORT,
    source=P.outerjoin(D, D.c.code == P.c.division_code),
    key=P.c.id,
    columns=PERSON_COLUMNS | {"division_name": D.c.name},
    scope=Scope(division=P.c.division_code),
    row_model=PersonOut,
    filters={
        "division_code": prefix(P.c.division_code),
        "sex": equals(P.c.sex),
        "born_from": at_least(P.c.birth_date),
        "born_to": at_most(P.c.birth_date),
        "disability_level": equals(P.c.disability_level),
        "is_student": equals(P.c.is_student),
        "status": Filter(S.c.kind, _has_status),
    },
    sortable={"name": P.c.name_pinyin, "birth_date": P.c.birth_date, "division_code": P.c.division_code},
    search=_person_search,
    prepare_search=recognised,
    where=P.c.merged_into_id.is_(None),
    actions=person_actions,
    finish=_mask,
    # A picker must not show a child's name to those who may see only the initials.
    option_label=func.concat(P.c.name, " ", P.c.id_number_masked),
)
