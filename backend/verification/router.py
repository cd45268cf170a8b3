"""Verification over HTTP."""

from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep
from backend.verification import service
from backend.verification.listing import LISTING, RequestQuery
from backend.verification.models import VerificationRequest
from backend.verification.permissions import VerificationPermission as P
from backend.verification.schemas import ReportForm, RequestOut, ResultForm

router = new_router("/verifications", "核对")
listing_routes(router, LISTING, RequestQuery, exported=False)


@router.get("/{request_id}", **needs(P.READ))
async def read_request(request_id: RowId, session: SessionDep, actor: ActorDep) -> RequestOut:
    """查看核对请求及各来源结果。"""
    return await service.view(
        session, actor, await get_visible(session, actor, VerificationRequest, request_id, P.READ)
    )


@router.post("/{request_id}/results", status_code=201, **needs(P.WORK))
async def add_result(request_id: RowId, session: SessionDep, actor: ActorDep, form: ResultForm) -> RequestOut:
    """登记结果：一个来源对全家或一名家庭成员的查询结果。"""
    return await service.view(session, actor, await service.answer(session, actor, request_id, form))


@router.post("/{request_id}/report", **needs(P.WORK))
async def issue_report(request_id: RowId, session: SessionDep, actor: ActorDep, form: ReportForm) -> RequestOut:
    """出具报告：结论应当与各来源结果相符，出具后不能修改。"""
    return await service.view(session, actor, await service.report(session, actor, request_id, form))
