"""The public site's API: no sign-in, masked, never indexed, a bounded number of requests per address."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response

from backend.disclosure import progress, repository, service
from backend.disclosure.limits import PROGRESS, PROGRESS_NUMBER, READING, SENDING, address_of
from backend.disclosure.schemas import (
    ApplicationForm,
    ApplicationReceipt,
    DivisionChoice,
    HotlineCard,
    NoticePage,
    ObjectionForm,
    PolicyCard,
    PolicyText,
    Progress,
    ProgressForm,
    ProjectCard,
    StandardCard,
)
from backend.kernel.clocks import CHINA
from backend.kernel.config import settings
from backend.kernel.db import SessionDep
from backend.kernel.errors import NotFound
from backend.kernel.i18n import say
from backend.kernel.models import now
from backend.kernel.routes import PUBLIC, RowId, new_router

AREA = r"^\d{6}(\d{3}){0,3}$"


async def counted(request: Request, response: Response) -> None:
    """Count a read; let caches keep it for a minute and search engines not at all."""
    READING.take(address_of(request))
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    response.headers["Cache-Control"] = "public, max-age=60" if request.method == "GET" else "no-store"
    response.headers["Vary"] = "Accept-Language"


router = new_router("/public", "公众服务")
router.dependencies.append(Depends(counted))


def _today() -> Any:
    return now().astimezone(CHINA).date()


@router.get("/policies", **PUBLIC)
async def read_policies(
    session: SessionDep, q: Annotated[str | None, Query(max_length=50, title="搜索")] = None
) -> list[PolicyCard]:
    """救助政策文件目录。"""
    return await repository.policies(session, q)


@router.get("/policies/{code}", **PUBLIC)
async def read_policy(code: str, session: SessionDep) -> PolicyText:
    """一份政策文件及其条款。"""
    found = await repository.policy(session, code[:20])
    if found is None:
        raise NotFound
    return found


@router.get("/projects", **PUBLIC)
async def read_projects(session: SessionDep) -> list[ProjectCard]:
    """救助项目目录：救助谁、怎么救助、多长时间、需要什么材料。"""
    return await repository.projects(session, _today())


@router.get("/standards", **PUBLIC)
async def read_standards(session: SessionDep) -> list[StandardCard]:
    """现行救助标准和依据。"""
    return await repository.standards(session, _today())


@router.get("/hotlines", **PUBLIC)
async def read_hotlines(
    session: SessionDep, division_code: Annotated[str | None, Query(pattern=AREA, title="行政区划")] = None
) -> list[HotlineCard]:
    """救助服务热线。"""
    return await repository.hotlines(session, division_code)


@router.get("/divisions", **PUBLIC)
async def read_divisions(
    session: SessionDep, parent: Annotated[str | None, Query(pattern=AREA, title="上级")] = None
) -> list[DivisionChoice]:
    """下一级区划，供填写居住地时选择。"""
    return await repository.divisions(session, parent or settings().county_code, _today())


@router.get("/notices", **PUBLIC)
async def read_notices(
    session: SessionDep,
    kind: Annotated[Literal["notice", "grant"], Query(title="类别")] = "notice",
    division_code: Annotated[str | None, Query(pattern=AREA, title="行政区划")] = None,
    page: Annotated[int, Query(ge=1, le=10_000, title="页码")] = 1,
    page_size: Annotated[int, Query(ge=1, le=50, title="每页条数")] = 20,
) -> NoticePage:
    """正在公示的名单（notice）和享受救助的公布名单（grant），均已隐去姓名和敏感信息。"""
    area = division_code or settings().county_code
    items, total = await repository.notices(session, kind, area, now(), page, page_size)
    return NoticePage(items=items, total=total, page=page, page_size=page_size)


@router.post("/notices/{notice_id}/objections", status_code=201, **PUBLIC)
async def object_to_notice(
    notice_id: RowId, form: ObjectionForm, request: Request, session: SessionDep
) -> dict[str, str]:
    """对正在进行的公示提出异议：实名登记，核实后答复。"""
    SENDING.take(address_of(request))
    await service.object_to(session, notice_id, form)
    return {"message": say("异议已收到，公示暂停并重新核实，核实后将按您留的电话答复")}


@router.post("/progress", **PUBLIC)
async def query_progress(form: ProgressForm, request: Request, session: SessionDep) -> Progress:
    """凭申请编号和证件号码（或手机号）后四位查询办理进度。"""
    PROGRESS.take(address_of(request))
    PROGRESS_NUMBER.take(form.number.strip().upper())
    return await progress.look_up(session, form.number, form.last4)


@router.post("/applications", status_code=201, **PUBLIC)
async def apply_online(form: ApplicationForm, request: Request, session: SessionDep) -> ApplicationReceipt:
    """网上提出救助申请：工作人员将电话联系，急难情形24小时内。"""
    SENDING.take(address_of(request))
    row = await service.apply_online(session, form)
    message = say("申请已收到，请记下编号。工作人员会在截止时间前电话联系您，情况紧急请直接拨打救助热线")
    return ApplicationReceipt(number=row.number, due_at=row.due_at, message=message)
