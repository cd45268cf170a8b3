"""The one choke point of row scope: list, get, options, export, count, create and move all ask here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BigInteger, BindParameter, ColumnElement, Text, and_, any_, bindparam, false, or_, true
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor, Reach
from backend.kernel.errors import NotFound, StaleVersion
from backend.kernel.models import now

RowT = TypeVar("RowT", bound=SQLModel)


def slot(name: str, type_: Any, value: Any = None) -> BindParameter[Any]:
    """Return a named place for a value, given here or when the statement runs."""
    return bindparam(name, value, required=False, type_=type_, unique=value is not None)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which columns tell whose a row is. A column left out grants nothing; `everyone` is for public catalogues."""

    division: ColumnElement[Any] | None = None
    organization: ColumnElement[Any] | None = None
    department: ColumnElement[Any] | None = None
    everyone: bool = False

    def visible_to(self, actor: Actor, permission: StrEnum) -> ColumnElement[bool]:
        """Return the SQL condition of the rows on which the actor holds the right; false when none."""
        if self.everyone:
            return true() if permission in actor.rights else false()
        reach = actor.reach(permission)
        return self.within(reach, self.values(reach))

    def within(self, reach: Reach, values: Mapping[str, Any] | None = None) -> ColumnElement[bool]:
        """Return the condition; its values stand in it, or come later so that one statement serves every such actor."""
        allowed: list[ColumnElement[bool]] = []
        known = values or {}

        def place(name: str, type_: Any) -> BindParameter[Any]:
            return slot(name, type_, known.get(name))

        if self.division is not None:
            for i in range(len(reach.prefixes)):
                low, high = place(f"scope_from_{i}", Text), place(f"scope_to_{i}", Text)
                allowed.append(and_(self.division >= low, self.division < high))
        if self.organization is not None and reach.organizations:
            allowed.append(self.organization == any_(place("scope_organizations", ARRAY(BigInteger))))
        if self.department is not None and reach.departments:
            allowed.append(self.department == any_(place("scope_departments", ARRAY(Text))))
        return or_(*allowed) if allowed else false()

    def values(self, reach: Reach) -> dict[str, Any]:
        """Return the values of `within`."""
        values: dict[str, Any] = {}
        if self.division is not None:
            for i, prefix in enumerate(reach.prefixes):
                values |= {f"scope_from_{i}": prefix, f"scope_to_{i}": prefix + ":"}
        if self.organization is not None and reach.organizations:
            values["scope_organizations"] = list(reach.organizations)
        if self.department is not None and reach.departments:
            values["scope_departments"] = list(reach.departments)
        return values


def starts_with(column: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Return `column LIKE 'prefix%'` as a range, which keeps its index under a generic plan; `:` follows `9`."""
    return and_(column >= prefix, column < prefix + ":")


def scope_of(model: type[SQLModel]) -> Scope:
    """Return how rows of a table are scoped, from its own columns; a table declares `__scope__` to differ."""
    declared = getattr(model, "__scope__", None)
    if isinstance(declared, Scope):
        return declared
    columns = model.__table__.c  # type: ignore[attr-defined]
    return Scope(
        division=columns.get("division_code"),
        organization=columns.get("organization_id"),
        department=columns.get("department"),
    )


async def get_visible(
    session: AsyncSession, actor: Actor, model: type[RowT], row_id: int, permission: StrEnum, *, lock: bool = False
) -> RowT:
    """Return the row, locked for a change if asked; raise NotFound when it is absent or out of scope."""
    key = model.__table__.c.id  # type: ignore[attr-defined]
    statement = select(model).where(key == row_id, scope_of(model).visible_to(actor, permission))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row


def check_version(row: Any, seen: int | None) -> None:
    """Raise StaleVersion unless the editor saw the present version; then count this edit."""
    if seen is not None and seen != row.version:
        raise StaleVersion(seen=seen, current=row.version)
    row.version += 1
    row.updated_at = now()
