"""Lists of divisions and organisations: reference data every signed-in person may read."""

from pydantic import BaseModel, Field

from backend.identity.models import Division, Level, Organization, OrganizationKind
from backend.identity.permissions import IdentityPermission
from backend.kernel.listing import Listing, ListQuery, equals, prefix
from backend.kernel.scope import Scope

division = Division.__table__  # type: ignore[attr-defined]
organization = Organization.__table__  # type: ignore[attr-defined]


class DivisionRow(BaseModel):
    """A division in a list."""

    id: str = Field(json_schema_extra={"x-hidden": True})
    code: str = Field(title="代码", json_schema_extra={"x-sortable": True})
    name: str = Field(title="名称")
    level: Level = Field(title="层级")
    full_name: str = Field(title="全称")
    parent_code: str | None = Field(title="上级")
    allowed_actions: list[str] = []


class DivisionQuery(ListQuery):
    """Filters of the list of divisions."""

    level: Level | None = Field(default=None, title="层级")
    parent_code: str | None = Field(default=None, title="上级代码", max_length=15)
    below: str | None = Field(default=None, title="所属区划代码", max_length=15)


DIVISIONS = Listing(
    name="divisions",
    title="行政区划",
    permission=IdentityPermission.DIVISION_READ,
    source=division,
    key=division.c.code,
    columns={
        "id": division.c.code,
        "code": division.c.code,
        "name": division.c.name,
        "level": division.c.level,
        "full_name": division.c.full_name,
        "parent_code": division.c.parent_code,
    },
    scope=Scope(everyone=True),
    row_model=DivisionRow,
    filters={
        "level": equals(division.c.level),
        "parent_code": equals(division.c.parent_code),
        "below": prefix(division.c.code),
    },
    sortable={"code": division.c.code, "name": division.c.name},
    default_order="code",
    search=lambda q: division.c.full_name.like(q, escape="\\"),
    where=division.c.valid_to.is_(None),
    option_label=division.c.full_name,
    option_value=division.c.code,
)


class OrganizationRow(BaseModel):
    """An organisation in a list."""

    id: int
    name: str = Field(title="名称")
    kind: OrganizationKind = Field(title="类型")
    uscc: str | None = Field(title="统一社会信用代码")
    department: str | None = Field(title="主管部门")
    phone: str | None = Field(title="电话")
    allowed_actions: list[str] = []


class OrganizationQuery(ListQuery):
    """Filters of the list of organisations."""

    kind: OrganizationKind | None = Field(default=None, title="类型")


ORGANIZATIONS = Listing(
    name="organizations",
    title="机构",
    permission=IdentityPermission.ORGANIZATION_READ,
    source=organization,
    key=organization.c.id,
    columns={name: organization.c[name] for name in ("id", "name", "kind", "uscc", "department", "phone")},
    scope=Scope(everyone=True),
    row_model=OrganizationRow,
    filters={"kind": equals(organization.c.kind)},
    sortable={"name": organization.c.name},
    search=lambda q: organization.c.name.like(q, escape="\\"),
    option_label=organization.c.name,
)
