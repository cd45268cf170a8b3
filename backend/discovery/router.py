"""Leads over HTTP."""

from typing import Annotated, Any

from fastapi import Query

from backend.discovery import repository, service
from backend.discovery.listing import LISTING, LeadQuery
from backend.discovery.models import Lead
from backend.discovery.permissions import LeadPermission as P
from backend.discovery.referral.router import router as referral_router
from backend.discovery.referral.schemas import Referring
from backend.discovery.schemas import (
    Assignment,
    Closing,
    Conversion,
    LeadCreate,
    LeadOut,
    Verification,
    Visit,
)
from backend.discovery.visiting.router import router as visit_router
from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

router = new_router("/leads", "主动发现")
listing_routes(router, LISTING, LeadQuery)


@router.post("", status_code=201, **needs(P.CREATE))
async def report_lead(session: SessionDep, actor: ActorDep, form: LeadCreate) -> LeadOut:
    """报告线索。"""
    return await service.view(session, actor, await service.report(session, actor, form))


@router.get("/assignees/options", **needs(P.ASSIGN))
async def assignee_options(
    session: SessionDep,
    actor: ActorDep,
    term: Annotated[str | None, Query(max_length=50, title="姓名")] = None,
) -> dict[str, list[dict[str, Any]]]:
    """可派单的承办人：本人管辖范围内能核实线索的工作人员。"""
    return {"options": await repository.assignees(session, actor, term)}


@router.get("/{lead_id}", **needs(P.READ))
async def read_lead(lead_id: RowId, session: SessionDep, actor: ActorDep) -> LeadOut:
    """查看线索及其办理记录。"""
    return await service.view(session, actor, await get_visible(session, actor, Lead, lead_id, P.READ))


@router.post("/{lead_id}/assignment", **needs(P.ASSIGN))
async def assign_lead(lead_id: RowId, session: SessionDep, actor: ActorDep, form: Assignment) -> LeadOut:
    """派单核实。"""
    return await service.view(session, actor, await service.assign(session, actor, lead_id, form))


@router.post("/{lead_id}/verification", **needs(P.VERIFY))
async def verify_lead(lead_id: RowId, session: SessionDep, actor: ActorDep, form: Verification) -> LeadOut:
    """登记核实情况。"""
    return await service.view(session, actor, await service.verify(session, actor, lead_id, form))


@router.post("/{lead_id}/conversion", **needs(P.DECIDE))
async def convert_lead(lead_id: RowId, session: SessionDep, actor: ActorDep, form: Conversion) -> LeadOut:
    """帮助申请：由线索登记案件。"""
    return await service.view(session, actor, await service.convert(session, actor, lead_id, form))


@router.post("/{lead_id}/referral", **needs(P.DECIDE))
async def refer_lead(lead_id: RowId, session: SessionDep, actor: ActorDep, form: Referring) -> LeadOut:
    """转介其他单位：接收单位收到待办，办结后由本方回访。"""
    return await service.view(session, actor, await service.refer(session, actor, lead_id, form))


@router.post("/{lead_id}/visits", status_code=201, **needs(P.VERIFY))
async def visit_lead(lead_id: RowId, session: SessionDep, actor: ActorDep, form: Visit) -> LeadOut:
    """登记回访。"""
    return await service.view(session, actor, await service.visit(session, actor, lead_id, form))


@router.post("/{lead_id}/closing", **needs(P.DECIDE))
async def close_lead(lead_id: RowId, session: SessionDep, actor: ActorDep, form: Closing) -> LeadOut:
    """说明理由后办结。"""
    return await service.view(session, actor, await service.close(session, actor, lead_id, form))


ROUTERS = (router, referral_router, visit_router)
