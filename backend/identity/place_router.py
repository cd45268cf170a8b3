"""Divisions and organisations over HTTP: reference data for all, kept by few."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from backend.identity import repository
from backend.identity.listings import DIVISIONS, ORGANIZATIONS, DivisionQuery, OrganizationQuery
from backend.identity.models import Division, DivisionChange, Organization
from backend.identity.permissions import IdentityPermission
from backend.identity.schemas import (
    CODE,
    DivisionBrief,
    DivisionChangeRead,
    DivisionMerger,
    DivisionRead,
    DivisionRenaming,
    OrganizationCreate,
    OrganizationRead,
    OrganizationUpdate,
)
from backend.identity.service import places
from backend.kernel.db import SessionDep
from backend.kernel.errors import NotFound
from backend.kernel.i18n import say
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.sign_in import ActorDep

divisions = new_router("/divisions", "行政区划")
organizations = new_router("/organizations", "机构")
listing_routes(divisions, DIVISIONS, DivisionQuery)
listing_routes(organizations, ORGANIZATIONS, OrganizationQuery)
Code = Annotated[str, Path(pattern=CODE, title="区划代码")]


class DivisionNode(BaseModel):
    """A branch of the tree of divisions."""

    value: str
    label: str
    children: list["DivisionNode"] = Field(default_factory=list)


@divisions.get("/tree", summary="区划树", **needs(IdentityPermission.DIVISION_READ))
async def tree(session: SessionDep, actor: ActorDep) -> list[DivisionNode]:
    """全部有效区划，县、镇街、社区、村居逐级展开。"""
    actor.require(IdentityPermission.DIVISION_READ)
    nodes: dict[str, DivisionNode] = {}
    roots: list[DivisionNode] = []
    for code, name, parent in await repository.open_divisions(session):
        node = nodes[code] = DivisionNode(value=code, label=name)
        (nodes[parent].children if parent in nodes else roots).append(node)
    return roots


@divisions.get("/{code}", summary="区划详情", **needs(IdentityPermission.DIVISION_READ))
async def read_division(session: SessionDep, actor: ActorDep, code: Code) -> DivisionRead:
    """查看一个区划：所属、现状、沿革。"""
    actor.require(IdentityPermission.DIVISION_READ)
    found = await repository.division(session, code)
    if found is None:
        raise NotFound
    return await _read(session, found)


async def _read(session: SessionDep, found: Division) -> DivisionRead:
    above = await repository.divisions_above(session, found.code)
    return DivisionRead(
        **found.model_dump(exclude={"version", "statistical_code"}),
        id=found.code,
        path=[DivisionBrief(code=d.code, name=d.name, level=d.level) for d in above],
        history=[_change(change, by) for change, by in await repository.division_history(session, found.code)],
    )


def _change(change: DivisionChange, user_name: str | None) -> DivisionChangeRead:
    if change.kind == "rename":
        text = say("更名：{before} → {after}", before=change.before["name"], after=change.after["name"])
    else:
        text = say("{code} 并入 {into}", code=change.code, into=change.after["merged_into"])
    return DivisionChangeRead(**change.model_dump(exclude={"id", "code"}), text=text, user_name=user_name)


@divisions.post("/{code}/renaming", summary="更名", **needs(IdentityPermission.DIVISION_KEEP))
async def rename(session: SessionDep, actor: ActorDep, code: Code, form: DivisionRenaming) -> DivisionRead:
    """区划更名：代码不变，保留沿革。"""
    return await _read(session, await places.rename(session, actor, code, form))


@divisions.post("/{code}/merger", summary="并入", **needs(IdentityPermission.DIVISION_KEEP))
async def merge(session: SessionDep, actor: ActorDep, code: Code, form: DivisionMerger) -> DivisionRead:
    """区划并入另一同级区划：原代码停用但保留历史记录。"""
    return await _read(session, await places.merge(session, actor, code, form))


@organizations.post("", status_code=201, summary="新建机构", **needs(IdentityPermission.ORGANIZATION_KEEP))
async def create_organization(session: SessionDep, actor: ActorDep, form: OrganizationCreate) -> OrganizationRead:
    """登记一个机构。"""
    made = await places.create_organization(session, actor, form)
    return OrganizationRead.model_validate(made, from_attributes=True)


@organizations.get("/{organization_id}", summary="机构详情", **needs(IdentityPermission.ORGANIZATION_READ))
async def read_organization(session: SessionDep, actor: ActorDep, organization_id: RowId) -> OrganizationRead:
    """查看一个机构。"""
    actor.require(IdentityPermission.ORGANIZATION_READ)
    found = await session.get(Organization, organization_id)
    if found is None:
        raise NotFound
    return OrganizationRead.model_validate(found, from_attributes=True)


@organizations.patch("/{organization_id}", summary="修改机构", **needs(IdentityPermission.ORGANIZATION_KEEP))
async def update_organization(
    session: SessionDep, actor: ActorDep, organization_id: RowId, form: OrganizationUpdate
) -> OrganizationRead:
    """修改机构资料。"""
    found = await places.update_organization(session, actor, organization_id, form)
    return OrganizationRead.model_validate(found, from_attributes=True)


ROUTERS: tuple[APIRouter, ...] = (divisions, organizations)
