"""Referrals over HTTP."""

from backend.discovery.models import Referral
from backend.discovery.permissions import ReferralPermission as P
from backend.discovery.referral import service
from backend.discovery.referral.listing import LISTING, ReferralQuery
from backend.discovery.referral.schemas import (
    Acceptance,
    Completion,
    Progress,
    ReferralClosing,
    ReferralCreate,
    ReferralOut,
    ReferralVisit,
    Referring,
    Returning,
)
from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

router = new_router("/referrals", "转介")
listing_routes(router, LISTING, ReferralQuery)


@router.post("", status_code=201, **needs(P.SEND))
async def send_referral(session: SessionDep, actor: ActorDep, form: ReferralCreate) -> ReferralOut:
    """转介一户：家庭的需求属于其他部门或机构职责的，转给它办理。"""
    return await service.view(session, actor, await service.send_household(session, actor, form))


@router.get("/{referral_id}", **needs(P.READ))
async def read_referral(referral_id: RowId, session: SessionDep, actor: ActorDep) -> ReferralOut:
    """查看转介单及其办理记录。"""
    return await service.view(session, actor, await get_visible(session, actor, Referral, referral_id, P.READ))


@router.post("/{referral_id}/acceptance", **needs(P.READ))
async def accept_referral(referral_id: RowId, session: SessionDep, actor: ActorDep, form: Acceptance) -> ReferralOut:
    """接收转介：应在两个工作日内接收。"""
    return await service.view(session, actor, await service.accept(session, actor, referral_id, form))


@router.post("/{referral_id}/progress", **needs(P.READ))
async def note_progress(referral_id: RowId, session: SessionDep, actor: ActorDep, form: Progress) -> ReferralOut:
    """登记办理情况。"""
    return await service.view(session, actor, await service.progress(session, actor, referral_id, form))


@router.post("/{referral_id}/completion", **needs(P.READ))
async def complete_referral(referral_id: RowId, session: SessionDep, actor: ActorDep, form: Completion) -> ReferralOut:
    """反馈结果：登记办理结果，由转介方回访。"""
    return await service.view(session, actor, await service.complete(session, actor, referral_id, form))


@router.post("/{referral_id}/return", **needs(P.READ))
async def return_referral(referral_id: RowId, session: SessionDep, actor: ActorDep, form: Returning) -> ReferralOut:
    """退回转介：不属于本单位职责或无法办理的，说明理由退回。"""
    return await service.view(session, actor, await service.give_back(session, actor, referral_id, form))


@router.post("/{referral_id}/visit", **needs(P.READ))
async def visit_after_referral(
    referral_id: RowId, session: SessionDep, actor: ActorDep, form: ReferralVisit
) -> ReferralOut:
    """回访确认：困难已解决的转介办结，未解决的退给接收单位继续办理。"""
    return await service.view(session, actor, await service.visit(session, actor, referral_id, form))


@router.post("/{referral_id}/resending", **needs(P.READ))
async def send_again(referral_id: RowId, session: SessionDep, actor: ActorDep, form: Referring) -> ReferralOut:
    """重新转介：被退回的转给其他单位。"""
    return await service.view(session, actor, await service.send_again(session, actor, referral_id, form))


@router.post("/{referral_id}/closing", **needs(P.READ))
async def close_referral(
    referral_id: RowId, session: SessionDep, actor: ActorDep, form: ReferralClosing
) -> ReferralOut:
    """终止转介：被退回后不再转介的，说明理由终止。"""
    return await service.view(session, actor, await service.close(session, actor, referral_id, form))
