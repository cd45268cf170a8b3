"""Routes of what-ifs."""

from urllib.parse import quote

from fastapi import Response

from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.sign_in import ActorDep
from backend.matching.listings import SCENARIOS
from backend.matching.permissions import MatchingPermission as P
from backend.matching.scenario_schemas import WhatIfIn, WhatIfOut
from backend.matching.service import outcomes, supposing
from backend.matching.workbook import as_workbook

router = new_router("/matching/what-if", "标准调整测算")
effects = new_router("/parameter-changes", "标准调整测算")
listing_routes(router, SCENARIOS)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post("", status_code=202, **needs(P.WHAT_IF))
async def suppose(form: WhatIfIn, session: SessionDep, actor: ActorDep) -> WhatIfOut:
    """测算参数调整的影响：增支、新增、退出，分镇街分项目；在后台进行，不改变任何数据。"""
    scenario = await supposing.suppose(session, actor, form)
    return await outcomes.read(session, actor, scenario.id or 0)


@router.get("/{scenario_id}", **needs(P.READ_SCENARIO))
async def read_scenario(scenario_id: RowId, session: SessionDep, actor: ActorDep) -> WhatIfOut:
    """查看一次测算的进度和结果。"""
    return await outcomes.read(session, actor, scenario_id)


@router.get("/{scenario_id}/workbook", response_class=Response, **needs(P.READ_SCENARIO))
async def read_workbook(scenario_id: RowId, session: SessionDep, actor: ActorDep) -> Response:
    """下载一次测算结果的 Excel 工作簿：概览、分镇街、分项目和明细。"""
    outcome = await outcomes.read(session, actor, scenario_id)
    name = quote(f"政策测算-{scenario_id}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename=\"what-if.xlsx\"; filename*=UTF-8''{name}"}
    return Response(as_workbook(outcome), media_type=WORKBOOK, headers=headers)


@effects.post("/{change_id}/effect", status_code=202, **needs(P.WHAT_IF))
async def preview_change(change_id: RowId, session: SessionDep, actor: ActorDep) -> WhatIfOut:
    """测算一项待审批的参数变更影响哪些对象、增支多少；在后台进行，不改变任何数据。"""
    scenario = await supposing.preview(session, actor, change_id)
    return await outcomes.read(session, actor, scenario.id or 0)


@effects.get("/{change_id}/effect", **needs(P.READ_SCENARIO))
async def read_effect(change_id: RowId, session: SessionDep, actor: ActorDep) -> WhatIfOut:
    """查看一项参数变更最近一次影响测算的进度和结果。"""
    return await outcomes.of_change(session, actor, change_id)
