"""Routes of what-ifs."""

from backend.kernel.db import SessionDep
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.sign_in import ActorDep
from backend.matching.listings import SCENARIOS
from backend.matching.permissions import MatchingPermission as P
from backend.matching.schemas import WhatIfIn, WhatIfOut
from backend.matching.service import supposing

router = new_router("/matching/what-if", "标准调整测算")
listing_routes(router, SCENARIOS)


@router.post("", status_code=201, **needs(P.WHAT_IF))
async def suppose(form: WhatIfIn, session: SessionDep, actor: ActorDep) -> WhatIfOut:
    """测算参数调整的影响：增支、新增、退出，分镇街分项目；不改变任何数据。"""
    scenario = await supposing.suppose(session, actor, form)
    return await supposing.read(session, actor, scenario.id or 0)


@router.get("/{scenario_id}", **needs(P.READ_SCENARIO))
async def read_scenario(scenario_id: RowId, session: SessionDep, actor: ActorDep) -> WhatIfOut:
    """查看一次测算的结果。"""
    return await supposing.read(session, actor, scenario_id)
