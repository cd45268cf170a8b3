"""Routes of the dated numbers."""

from typing import Annotated

from fastapi import Path

from backend.catalogue.listings import CHANGES, NAMES, PARAMETERS, change_actions
from backend.catalogue.models import ParameterChange, ParameterName
from backend.catalogue.permissions import CataloguePermission as P
from backend.catalogue.schemas import (
    ChangeCreate,
    ChangeQuery,
    ChangeRow,
    DecisionIn,
    ParameterNameCreate,
    ParameterNameRow,
    ParameterQuery,
)
from backend.catalogue.service import parameters
from backend.kernel.actor import Actor
from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

router = new_router("/parameters", "政策参数")
names = new_router("/parameter-names", "政策参数")
changes = new_router("/parameter-changes", "政策参数")
Code = Annotated[str, Path(max_length=60, title="参数代码")]
listing_routes(router, PARAMETERS, ParameterQuery)
listing_routes(names, NAMES)
listing_routes(changes, CHANGES, ChangeQuery)


async def _shown(session: SessionDep, change: ParameterChange, actor: Actor) -> ChangeRow:
    row = ChangeRow.model_validate(change)
    word = await parameters.named(session, change.code)
    row.label, row.unit = word.label, word.unit
    row.allowed_actions = change_actions(actor, change.model_dump())
    return row


@names.post("", status_code=201, **needs(P.PARAMETER_PROPOSE))
async def name_parameter(form: ParameterNameCreate, session: SessionDep, actor: ActorDep) -> ParameterNameRow:
    """新增参数名称，供条件和公式使用。"""
    word: ParameterName = await parameters.name(session, actor, form)
    return ParameterNameRow.model_validate(word.model_dump())


@names.get("/{code}", **needs(P.PARAMETER_READ))
async def read_name(code: Code, session: SessionDep) -> ParameterNameRow:
    """查看参数的名称、单位和含义。"""
    return ParameterNameRow.model_validate((await parameters.named(session, code)).model_dump())


@changes.post("", status_code=201, **needs(P.PARAMETER_PROPOSE))
async def propose_change(form: ChangeCreate, session: SessionDep, actor: ActorDep) -> ChangeRow:
    """提出参数变更，须由他人审批后生效。"""
    return await _shown(session, await parameters.propose(session, actor, form), actor)


@changes.get("/{change_id}", **needs(P.PARAMETER_READ))
async def read_change(change_id: RowId, session: SessionDep, actor: ActorDep) -> ChangeRow:
    """查看参数变更。"""
    return await _shown(session, await get_visible(session, actor, ParameterChange, change_id, P.PARAMETER_READ), actor)


@changes.post("/{change_id}/decision", **needs(P.PARAMETER_APPROVE))
async def decide_change(change_id: RowId, form: DecisionIn, session: SessionDep, actor: ActorDep) -> ChangeRow:
    """审批参数变更；提出人不能审批自己提出的变更。"""
    return await _shown(session, await parameters.decide(session, actor, change_id, form), actor)


@changes.post("/{change_id}/withdrawal", **needs(P.PARAMETER_PROPOSE))
async def withdraw_change(change_id: RowId, session: SessionDep, actor: ActorDep) -> ChangeRow:
    """撤回自己提出的变更。"""
    return await _shown(session, await parameters.withdraw(session, actor, change_id), actor)
