"""Cases and the working-day calendar over HTTP."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from backend.cases import approval_form, blanks, calendar_days, casefile, emergencies, intake, service
from backend.cases.decided import DECISION, DECISIONS, DecisionQuery
from backend.cases.letters import service as letters
from backend.cases.listing import LISTING, CaseQuery
from backend.cases.models import Case
from backend.cases.permissions import CalendarPermission, CasePermission
from backend.cases.schemas import (
    ActionForm,
    Blank,
    CalendarChange,
    CalendarDayEdit,
    CaseCreate,
    CaseFile,
    CaseOut,
    Delivery,
    DeliveryOut,
    EmergencyCreate,
    ReviewCreate,
    Signature,
    Timeline,
)
from backend.cases.working_days import CALENDAR, CalendarQuery
from backend.kernel.db import SessionDep
from backend.kernel.detail import detail_route
from backend.kernel.listing import listing_routes
from backend.kernel.models import now
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep

router = new_router("/cases", "案件")
listing_routes(router, LISTING, CaseQuery)
decision_router = new_router("/case-decisions", "案件")
listing_routes(decision_router, DECISIONS, DecisionQuery, exported=False)
detail_route(decision_router, DECISION, "decision_id", "查看一次决定及其依据：当时的家庭、项目版本、逐条判断和金额。")


@router.post("", status_code=201, **needs(CasePermission.CREATE))
async def create_case(session: SessionDep, actor: ActorDep, form: CaseCreate) -> CaseOut:
    """登记救助申请或急难求助；承诺书已签署的直接提交，未签署的保存为草稿。"""
    return await casefile.outline(session, actor, await intake.submit(session, actor, form))


@router.post("/emergencies", status_code=201, **needs(CasePermission.CREATE))
async def register_emergency(session: SessionDep, actor: ActorDep, form: EmergencyCreate) -> CaseOut:
    """急难求助登记：没有家庭档案的，登记姓名、地点和急需，同时建立最简档案并开始先行救助。"""
    return await casefile.outline(session, actor, await emergencies.register(session, actor, form))


@router.post("/reviews", status_code=201, **needs(CasePermission.PROPOSE))
async def open_review(session: SessionDep, actor: ActorDep, form: ReviewCreate) -> CaseOut:
    """对已确认的待遇发起复核（动态管理）。"""
    return await casefile.outline(session, actor, await intake.open_review(session, actor, form))


@router.get("/blank", **needs(CasePermission.CREATE))
async def blank_application(
    session: SessionDep,
    actor: ActorDep,
    project_code: Annotated[str, Query(min_length=1, max_length=20, title="救助项目")],
    household_id: Annotated[int | None, Query(ge=1, le=9_223_372_036_854_775_807, title="申请家庭")] = None,
) -> Blank:
    """空白申请表：该项目要填写的内容、要提供的材料和应当签署的成年家庭成员。"""
    return await blanks.blank(session, actor, project_code, household_id)


@router.get("/{case_id}", **needs(CasePermission.READ))
async def read_case(case_id: RowId, session: SessionDep, actor: ActorDep) -> CaseFile:
    """查看案件，含可用操作及每个操作的表单。"""
    return await casefile.read(session, actor, case_id)


@router.post("/{case_id}/actions", **needs(CasePermission.READ))
async def act_on_case(case_id: RowId, session: SessionDep, actor: ActorDep, form: ActionForm) -> CaseOut:
    """办理案件：执行该项目流程在当前环节允许的一个操作。"""
    return await casefile.outline(session, actor, await service.act(session, actor, case_id, form))


@router.post("/{case_id}/consents", status_code=201, **needs(CasePermission.SUBMIT))
async def sign(case_id: RowId, session: SessionDep, actor: ActorDep, form: Signature) -> CaseOut:
    """登记一名成年家庭成员签署的承诺书和核对授权书。"""
    case = await get_visible(session, actor, Case, case_id, CasePermission.SUBMIT, lock=True)
    await intake.add_signature(session, case, form, now())
    return await casefile.outline(session, actor, case)


@router.get("/{case_id}/timeline", **needs(CasePermission.READ))
async def read_timeline(case_id: RowId, session: SessionDep, actor: ActorDep) -> Timeline:
    """查看案件的全部办理环节。"""
    return await casefile.timeline(session, actor, case_id)


@router.get("/{case_id}/approval-form", response_class=Response, **needs(CasePermission.READ))
async def print_approval_form(case_id: RowId, session: SessionDep, actor: ActorDep) -> Response:
    """打印审批表（F-09，PDF）。"""
    case = await get_visible(session, actor, Case, case_id, CasePermission.READ)
    document = await approval_form.render(session, actor, case)
    headers = {"Content-Disposition": f'inline; filename="{case.number}.pdf"'}
    return Response(document, media_type="application/pdf", headers=headers)


@router.get("/{case_id}/letters/{letter_id}/content", response_class=StreamingResponse, **needs(CasePermission.READ))
async def read_letter(case_id: RowId, letter_id: RowId, session: SessionDep, actor: ActorDep) -> StreamingResponse:
    """下载一份已发出的文书（PDF），即发出时的原件。"""
    case = await get_visible(session, actor, Case, case_id, CasePermission.READ)
    letter, chunks = await letters.open_letter(session, actor, case, letter_id)
    headers = {
        "Content-Disposition": f"inline; filename=\"letter.pdf\"; filename*=UTF-8''{quote(letter.number)}.pdf",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(chunks, media_type="application/pdf", headers=headers)


@router.post("/{case_id}/letters/{letter_id}/deliveries", status_code=201, **needs(CasePermission.DELIVER))
async def deliver_letter(
    case_id: RowId, letter_id: RowId, session: SessionDep, actor: ActorDep, form: Delivery
) -> DeliveryOut:
    """登记送达：文书何时、以何种方式送达何人，是否签收。"""
    case = await get_visible(session, actor, Case, case_id, CasePermission.READ)
    return DeliveryOut.model_validate((await letters.deliver(session, actor, case, letter_id, form)).model_dump())


calendar_router = new_router("/calendar-days", "工作日历")
listing_routes(calendar_router, CALENDAR, CalendarQuery)


@calendar_router.post("", status_code=201, **needs(CalendarPermission.EDIT))
async def set_calendar_day(session: SessionDep, actor: ActorDep, form: CalendarDayEdit) -> CalendarChange:
    """设置某日上班或休息；在办案件的到期日随之重新计算，原到期日保留在历史中。"""
    return await calendar_days.set_day(session, actor, form)


@calendar_router.post("/announcement", **needs(CalendarPermission.EDIT))
async def fill_calendar(session: SessionDep, actor: ActorDep) -> dict[str, int]:
    """录入国务院办公厅已公布的节假日安排中尚缺的日期。"""
    return {"added": await calendar_days.fill(session, actor)}


@calendar_router.delete("/{day_id}", **needs(CalendarPermission.EDIT))
async def clear_calendar_day(
    day_id: RowId,
    session: SessionDep,
    actor: ActorDep,
    reason: Annotated[str, Query(min_length=2, max_length=300, title="变更原因")],
) -> CalendarChange:
    """删除手工设置的日期；到期日随之重新计算。"""
    return await calendar_days.clear_day(session, actor, day_id, reason)


ROUTERS = (router, decision_router, calendar_router)
