"""Visits over HTTP."""

from backend.discovery.models import HouseholdVisit
from backend.discovery.permissions import VisitPermission as P
from backend.discovery.visiting import service
from backend.discovery.visiting.listing import LISTING, VisitQuery
from backend.discovery.visiting.schemas import VisitArranged, VisitOut, VisitRecorded
from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

router = new_router("/visits", "走访")
listing_routes(router, LISTING, VisitQuery)


@router.post("", status_code=201, **needs(P.PLAN))
async def arrange_visit(session: SessionDep, actor: ActorDep, form: VisitArranged) -> VisitOut:
    """安排走访：在定期复核之外，对独居、重病等需要关心的家庭另行安排。"""
    return await service.view(actor, await service.arrange(session, actor, form))


@router.get("/{visit_id}", **needs(P.READ))
async def read_visit(visit_id: RowId, session: SessionDep, actor: ActorDep) -> VisitOut:
    """查看走访及其结果。"""
    return await service.view(actor, await get_visible(session, actor, HouseholdVisit, visit_id, P.READ))


@router.post("/{visit_id}/record", **needs(P.RECORD))
async def record_visit(visit_id: RowId, session: SessionDep, actor: ActorDep, form: VisitRecorded) -> VisitOut:
    """登记走访结果：情况有变化的，自动对在享待遇提请复核。"""
    return await service.view(actor, await service.record(session, actor, visit_id, form))
