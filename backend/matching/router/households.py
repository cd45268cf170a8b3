"""Routes about one household: matches, one-certificate lookup, trials of a draft."""

from datetime import date
from typing import Annotated

from fastapi import Query

from backend.catalogue.permissions import CataloguePermission
from backend.kernel.db import SessionDep
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.sign_in import ActorDep
from backend.matching.permissions import MatchingPermission as P
from backend.matching.schemas import (
    LiveCountIn,
    LiveCountOut,
    LookupIn,
    LookupOut,
    MatchesOut,
    MatchItem,
    TrialIn,
)
from backend.matching.service.households import match_household
from backend.matching.service.lookups import look_up
from backend.matching.service.trying import count_now, try_household

matches = new_router("/households", "资格比对")
lookups = new_router("/lookups", "一证申请")
trials = new_router("/project-versions", "项目库")
AsOf = Annotated[date | None, Query(title="核定日期", description="不填则今天")]


@matches.get("/{household_id}/matches", **needs(P.MATCH))
async def read_matches(household_id: RowId, session: SessionDep, actor: ActorDep, as_of: AsOf = None) -> MatchesOut:
    """一户与全部已发布项目的比对结果：是否符合、是否在享、金额和逐条理由。"""
    return await match_household(session, actor, household_id, as_of)


@lookups.post("", **needs(P.LOOKUP))
async def look_up_person(form: LookupIn, session: SessionDep, actor: ActorDep) -> LookupOut:
    """凭证件号码查询人员、家庭、身份、在享待遇、在办事项和可申请项目；查询留痕。"""
    return await look_up(session, actor, form)


@trials.post("/{version_id}/trial", **needs(CataloguePermission.PROJECT_READ))
async def try_version(version_id: RowId, form: TrialIn, session: SessionDep, actor: ActorDep) -> MatchItem:
    """在选定家庭上试算草稿（或未保存的条件和公式），给出金额和理由。"""
    return await try_household(session, actor, version_id, form)


@trials.post("/{version_id}/live-count", **needs(CataloguePermission.PROJECT_READ))
async def count_version(version_id: RowId, form: LiveCountIn, session: SessionDep, actor: ActorDep) -> LiveCountOut:
    """统计草稿（或未保存的条件和公式）目前有多少家庭或人员符合。"""
    return await count_now(session, actor, version_id, form)
