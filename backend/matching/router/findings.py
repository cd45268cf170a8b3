"""Routes of runs, findings and benefits in force."""

from typing import Annotated

from fastapi import Query, Response

from backend.kernel.db import SessionDep
from backend.kernel.listing import Page, listing_routes
from backend.kernel.listing import reading as lists
from backend.kernel.listing.routes import to_json
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep
from backend.matching.listings import BENEFITS, FINDINGS, RUNS
from backend.matching.models import MatchingRun
from backend.matching.permissions import MatchingPermission as P
from backend.matching.schemas import BenefitQuery, FindingQuery, FindingRow, RunIn, RunOut, TurnIn
from backend.matching.service import findings as turning
from backend.matching.service import runs as running

runs = new_router("/matching/runs", "错漏重")
findings = new_router("/matching/findings", "错漏重")
benefits = new_router("/benefits", "在享待遇")
listing_routes(runs, RUNS)
listing_routes(findings, FINDINGS, FindingQuery)
listing_routes(benefits, BENEFITS, BenefitQuery)


@runs.post("", status_code=202, **needs(P.RUN))
async def start_run(form: RunIn, session: SessionDep, actor: ActorDep) -> RunOut:
    """发起比对：本范围全部家庭与全部已发布项目，结果为错、漏、重。"""
    run = await running.start(session, actor, form)
    return await running.read_run(session, actor, run.id or 0)


@runs.get("/{run_id}", **needs(P.READ))
async def read_run(run_id: RowId, session: SessionDep, actor: ActorDep) -> RunOut:
    """查看比对的进度和各镇街结果数。"""
    return await running.read_run(session, actor, run_id)


@runs.get("/{run_id}/findings", **needs(P.READ), response_model=Page[FindingRow])
async def read_findings(
    run_id: RowId, session: SessionDep, actor: ActorDep, query: Annotated[FindingQuery, Query()]
) -> Response:
    """查看一次比对发现的错、漏、重。"""
    run = await get_visible(session, actor, MatchingRun, run_id, P.READ)
    query.run_id = run_id
    query.division_code = query.division_code or run.division_code
    query.project_codes = run.project_codes
    return Response(to_json(await lists.read_page(FINDINGS, actor, query)), media_type="application/json")


@findings.post("/{finding_id}/lead", **needs(P.TURN))
async def turn_into_lead(finding_id: RowId, form: TurnIn, session: SessionDep, actor: ActorDep) -> dict[str, str]:
    """将一条发现转为主动发现线索，只转一次。"""
    finding = await turning.turn(session, actor, finding_id, "lead", form)
    return {"id": str(finding.id), "status": finding.status.value, "turned_into": "lead"}


@findings.post("/{finding_id}/review", **needs(P.TURN))
async def turn_into_review(finding_id: RowId, form: TurnIn, session: SessionDep, actor: ActorDep) -> dict[str, str]:
    """将一条发现转为复核，只转一次。"""
    finding = await turning.turn(session, actor, finding_id, "review", form)
    return {"id": str(finding.id), "status": finding.status.value, "turned_into": "review"}
