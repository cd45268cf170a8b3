"""The public site's API, and what staff do behind it."""

from backend.disclosure import service
from backend.disclosure.listings import (
    APPLICATIONS,
    HOTLINES,
    OBJECTIONS,
    ApplicationQuery,
    AreaQuery,
    application_actions,
    hotline_actions,
)
from backend.disclosure.models import Hotline, HotlineBase, OnlineApplication
from backend.disclosure.permissions import DisclosurePermission as P
from backend.disclosure.public import router as public_router
from backend.disclosure.schemas import (
    AcceptForm,
    AnswerForm,
    ApplicationRead,
    HotlineEdit,
    HotlineRead,
    Revealed,
    RevealForm,
)
from backend.kernel.actor import Actor
from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

hotline_router = new_router("/hotlines", "救助热线")
listing_routes(hotline_router, HOTLINES, AreaQuery)
application_router = new_router("/online-applications", "网上申请")
listing_routes(application_router, APPLICATIONS, ApplicationQuery)
objection_router = new_router("/notice-objections", "公示异议来件")
listing_routes(objection_router, OBJECTIONS, AreaQuery)
ROUTERS = (public_router, hotline_router, application_router, objection_router)


def _hotline(actor: Actor, row: Hotline) -> HotlineRead:
    values = row.model_dump(include=set(HotlineRead.model_fields))
    return HotlineRead(**values, allowed_actions=hotline_actions(actor, values))


def _application(actor: Actor, row: OnlineApplication) -> ApplicationRead:
    values = row.model_dump(include=set(ApplicationRead.model_fields))
    return ApplicationRead(**values, allowed_actions=application_actions(actor, values))


@hotline_router.post("", status_code=201, **needs(P.HOTLINE_EDIT))
async def add_hotline(form: HotlineBase, session: SessionDep, actor: ActorDep) -> HotlineRead:
    """登记一个对外公布的救助热线。"""
    row = Hotline.model_validate(form.model_dump())
    return _hotline(actor, await service.add_hotline(session, actor, row))


@hotline_router.get("/{hotline_id}", **needs(P.HOTLINE_READ))
async def read_hotline(hotline_id: RowId, session: SessionDep, actor: ActorDep) -> HotlineRead:
    """查看一个救助热线。"""
    actor.require(P.HOTLINE_READ)
    return _hotline(actor, await get_visible(session, actor, Hotline, hotline_id, P.HOTLINE_READ))


@hotline_router.patch("/{hotline_id}", **needs(P.HOTLINE_EDIT))
async def edit_hotline(hotline_id: RowId, form: HotlineEdit, session: SessionDep, actor: ActorDep) -> HotlineRead:
    """修改救助热线，或不再对外公布。"""
    actor.require(P.HOTLINE_EDIT)
    return _hotline(actor, await service.edit_hotline(session, actor, hotline_id, form))


@application_router.get("/{application_id}", **needs(P.APPLICATION_READ))
async def read_application(application_id: RowId, session: SessionDep, actor: ActorDep) -> ApplicationRead:
    """查看一件网上申请。"""
    actor.require(P.APPLICATION_READ)
    row = await get_visible(session, actor, OnlineApplication, application_id, P.APPLICATION_READ)
    return _application(actor, row)


@application_router.post("/{application_id}/cases", status_code=201, **needs(P.APPLICATION_ACCEPT))
async def accept_application(
    application_id: RowId, form: AcceptForm, session: SessionDep, actor: ActorDep
) -> ApplicationRead:
    """转为案件：选定申请家庭后按网上渠道登记申请。"""
    actor.require(P.APPLICATION_ACCEPT)
    return _application(actor, await service.accept(session, actor, application_id, form))


@application_router.post("/{application_id}/answers", status_code=201, **needs(P.APPLICATION_ACCEPT))
async def answer_application(
    application_id: RowId, form: AnswerForm, session: SessionDep, actor: ActorDep
) -> ApplicationRead:
    """答复办结：不需要立案的申请，答复供申请人查询。"""
    actor.require(P.APPLICATION_ACCEPT)
    return _application(actor, await service.answer(session, actor, application_id, form))


@application_router.post("/{application_id}/reveals", **needs(P.APPLICATION_REVEAL))
async def reveal_application(application_id: RowId, form: RevealForm, session: SessionDep, actor: ActorDep) -> Revealed:
    """查看申请人完整证件号码和电话，事由记入审计。"""
    actor.require(P.APPLICATION_REVEAL)
    return await service.reveal(session, actor, application_id, form.purpose)
