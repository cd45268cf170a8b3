"""A household and a person as shown whole: what belongs to them, and what of it the actor may see."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import SQLModel

from backend.audit.access import saw
from backend.kernel.actor import Actor
from backend.kernel.detail import KEY, Detail, Part, Row
from backend.kernel.scope import Scope
from backend.registry import masking
from backend.registry.codes import INCOME_CLASSES, IncomeCategory
from backend.registry.listings import PERSON_COLUMNS, D, H, P, S, household_actions, person_actions, table_of
from backend.registry.models import DeductionItem, ExpenseItem, HouseholdMember, IncomeItem, PropertyItem
from backend.registry.permissions import RegistryPermission
from backend.registry.schemas import HouseholdOut, HouseholdSummary, PersonDetail

M = table_of(HouseholdMember)
ITEMS: Mapping[str, type[SQLModel]] = {
    "incomes": IncomeItem,
    "deductions": DeductionItem,
    "properties": PropertyItem,
    "expenses": ExpenseItem,
}
_INSIDE = {"household_id", "division_code", "created_at", "updated_at"}


def _columns(table: Table, *hidden: str) -> dict[str, Any]:
    return {c.name: c for c in table.c if c.name not in hidden}


def _items(model: type[SQLModel]) -> Part:
    t = table_of(model)
    return Part(source=t, columns=_columns(t, *_INSIDE), of=t.c.household_id == KEY, order=(t.c.id,))


MEMBERS = Part(
    source=M.join(P, P.c.id == M.c.person_id).outerjoin(D, D.c.code == P.c.division_code),
    columns={
        "member_id": M.c.id,
        **{name: M.c[name] for name in ("relation", "included", "insured", "exclude_reason")},
        **{name: M.c[name] for name in ("joined_on", "left_on", "leave_reason")},
        **PERSON_COLUMNS,
        "division_name": D.c.name,
    },
    of=M.c.household_id == KEY,
    order=(M.c.relation != "head", M.c.id),
)
_NEWEST_FIRST = (S.c.valid_from.desc(), S.c.id)
_STATUSES = _columns(S, *_INSIDE)


def arrange(row: Row) -> None:
    """Part the members who left from those who are there, and give each income, status and so on its owner's name."""
    people = row["members"]
    names = {person["id"]: person["name"] for person in people}
    row["members"] = [p for p in people if p["left_on"] is None]
    row["former_members"] = [p for p in people if p["left_on"] is not None]
    row["head_name"] = names.get(row["head_person_id"], row["head_name"])
    for income in row["incomes"]:
        income["income_class"] = INCOME_CLASSES[IncomeCategory(income["category"])]
    for kind in (*ITEMS, "statuses"):
        for item in row[kind]:
            item["name"] = names.get(item["person_id"])


def _finish_household(actor: Actor, row: Row) -> None:
    row["allowed_actions"] = household_actions(actor, row)
    masking.mask_household(actor, row)
    for person in row["members"]:
        person["allowed_actions"] = person_actions(actor, person)
        masking.mask_person(actor, person)
    for kind in ITEMS:
        for item in row[kind]:
            masking.mask_item(actor, item)
    # After the masking: a masked name must not come back beside an income.
    arrange(row)
    del row["head_person_id"]


HOUSEHOLD = Detail(
    name="household",
    permission=RegistryPermission.READ,
    source=H.outerjoin(D, D.c.code == H.c.division_code),
    key=H.c.id,
    columns={
        **_columns(H, "phone_index", "phone_masked", "member_names", "head_pinyin", "updated_at"),
        "phone": H.c.phone_masked,
        "division_name": D.c.name,
    },
    scope=Scope(division=H.c.division_code),
    row_model=HouseholdOut,
    parts={
        "members": MEMBERS,
        **{kind: _items(model) for kind, model in ITEMS.items()},
        "statuses": Part(
            source=S,
            columns=_STATUSES,
            of=S.c.person_id.in_(select(M.c.person_id).where(M.c.household_id == KEY)),
            order=_NEWEST_FIRST,
        ),
    },
    finish=_finish_household,
    witness=partial(saw, kind="household"),
)


def _finish_summary(actor: Actor, row: Row) -> None:
    row["allowed_actions"] = household_actions(actor, row)
    row["warnings"] = []


SUMMARY = Detail(
    name="household_summary",
    permission=RegistryPermission.READ,
    source=H,
    key=H.c.id,
    columns={name: H.c[name] for name in HouseholdSummary.model_fields if name in H.c},
    scope=Scope(division=H.c.division_code),
    row_model=HouseholdSummary,
    finish=_finish_summary,
)


def _finish_person(actor: Actor, row: Row) -> None:
    row["allowed_actions"] = person_actions(actor, row)
    masking.mask_person(actor, row)
    for status in row["statuses"]:
        status["name"] = row["name"]


PERSON = Detail(
    name="person",
    permission=RegistryPermission.READ,
    source=P.outerjoin(D, D.c.code == P.c.division_code),
    key=P.c.id,
    columns=PERSON_COLUMNS | {"division_name": D.c.name},
    scope=Scope(division=P.c.division_code),
    row_model=PersonDetail,
    parts={
        "households": Part(
            source=M.join(H, H.c.id == M.c.household_id),
            columns={"id": H.c.id, "number": H.c.number, **{n: M.c[n] for n in ("relation", "joined_on", "left_on")}},
            of=M.c.person_id == KEY,
            order=(M.c.left_on.is_not(None), M.c.joined_on.desc()),
        ),
        "statuses": Part(source=S, columns=_STATUSES, of=S.c.person_id == KEY, order=_NEWEST_FIRST),
    },
    finish=_finish_person,
    witness=partial(saw, kind="person"),
)
