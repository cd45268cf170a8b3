"""对象库的接口：家庭、人员、名册导入、重复人员。"""

from typing import Annotated, Any

from fastapi import Header, Path, Query, Response

from backend.audit.permissions import AuditPermission
from backend.kernel.db import SessionDep
from backend.kernel.detail import detail_route
from backend.kernel.listing import ListQuery, Page, listing_routes
from backend.kernel.listing.routes import to_json
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep
from backend.registry import checks, hints, history, looks, repository, service
from backend.registry.details import HOUSEHOLD, PERSON
from backend.registry.duplicates import finding, merging
from backend.registry.duplicates.schemas import (
    ApartForm,
    DuplicateOut,
    DuplicateQuery,
    MergeForm,
    MergeOut,
    MergeRow,
    Preview,
)
from backend.registry.importing.routes import add_import_routes, imports
from backend.registry.listings import HOUSEHOLDS, PERSONS
from backend.registry.models import Household, Person
from backend.registry.permissions import RegistryPermission as P
from backend.registry.schemas import (
    DeductionCreate,
    Departure,
    ExpenseCreate,
    HouseholdCreate,
    HouseholdPatch,
    HouseholdQuery,
    HouseholdSummary,
    IncomeCreate,
    MemberCreate,
    PersonDetail,
    PersonPatch,
    PersonQuery,
    PropertyCreate,
    Reveal,
    Revealed,
    StatusCreate,
    StatusEnd,
    StatusOut,
    Transfer,
    TransferDecision,
    TransferOut,
    Warnings,
)
from backend.registry.transfers import INCOMING, OUTGOING, TransferQuery

households = new_router("/households", "家庭")
persons = new_router("/persons", "人员")
duplicates_router = new_router("/duplicates", "重复人员")
number_checks = new_router("/number-checks", "号码校验")
transfers = new_router("/household-transfers", "家庭迁移")
sent_transfers = new_router("/sent-household-transfers", "家庭迁移")
IfMatch = Annotated[str | None, Header(alias="If-Match", title="所见版本")]
Row = dict[str, Any]

listing_routes(households, HOUSEHOLDS, HouseholdQuery)
add_import_routes(households)
listing_routes(persons, PERSONS, PersonQuery)
listing_routes(sent_transfers, OUTGOING, TransferQuery, exported=False)
listing_routes(transfers, INCOMING, TransferQuery, exported=False)


def _seen(form: HouseholdPatch | PersonPatch, header: str | None) -> None:
    """Take the version from the header when the body has none."""
    text = (header or "").strip().removeprefix("W/").strip('"')
    if form.version is None and text.isdigit():
        form.version = int(text[:9])


@households.post("", status_code=201, response_model=HouseholdSummary, **needs(P.CREATE))
async def register_household(session: SessionDep, actor: ActorDep, form: HouseholdCreate) -> Row:
    """登记家庭：成员、收入、财产、支出一次填完。未填收入表示尚未申报；填空列表表示申报没有收入。"""
    return await service.register(session, actor, form)


detail_route(households, HOUSEHOLD, "household_id", "查看家庭的全部资料，按岗位脱敏。")


@households.patch("/{household_id}", response_model=HouseholdSummary, **needs(P.UPDATE))
async def correct_household(
    session: SessionDep, actor: ActorDep, household_id: RowId, form: HouseholdPatch, if_match: IfMatch = None
) -> Row:
    """更正家庭资料。

    须带所见版本；没有传的字段不变，联系电话传空文本即删除。
    """
    _seen(form, if_match)
    return await service.correct(session, actor, household_id, form)


@households.post("/{household_id}/members", status_code=201, response_model=HouseholdSummary, **needs(P.UPDATE))
async def add_member(session: SessionDep, actor: ActorDep, household_id: RowId, form: MemberCreate) -> Row:
    """增加家庭成员。"""
    return await service.add_member(session, actor, household_id, form)


@households.get("/{household_id}/history", response_model=Page[history.HistoryRow], **needs(P.READ))
async def read_history(
    session: SessionDep, actor: ActorDep, household_id: RowId, query: Annotated[ListQuery, Query()]
) -> Row:
    """查看家庭的变更记录：何人、何时、改了什么。"""
    await get_visible(session, actor, Household, household_id, P.READ)
    rows, total = await history.read(session, actor, household_id, query.page, query.page_size)
    return {"items": rows, "total": total, "page": query.page, "page_size": query.page_size}


@households.get("/{household_id}/warnings", response_model=Warnings, **needs(P.READ))
async def read_warnings(session: SessionDep, actor: ActorDep, household_id: RowId) -> Warnings:
    """查看家庭资料的提示：谁同时在另一户、谁没有证件号码、什么还没有申报，不影响办理。"""
    household = await get_visible(session, actor, Household, household_id, P.READ)
    return Warnings(items=await hints.of_household(session, actor, household))


@households.post("/{household_id}/departure", response_model=HouseholdSummary, **needs(P.UPDATE))
async def depart(session: SessionDep, actor: ActorDep, household_id: RowId, form: Departure) -> Row:
    """成员离开：记录日期和原因；死亡的同时登记死亡日期。"""
    return await service.depart(session, actor, household_id, form)


@households.post("/{household_id}/incomes", status_code=201, response_model=HouseholdSummary, **needs(P.UPDATE))
async def add_income(session: SessionDep, actor: ActorDep, household_id: RowId, form: IncomeCreate) -> Row:
    """登记一项收入。"""
    return await service.add_item(session, actor, household_id, "incomes", form)


@households.post("/{household_id}/deductions", status_code=201, response_model=HouseholdSummary, **needs(P.UPDATE))
async def add_deduction(session: SessionDep, actor: ActorDep, household_id: RowId, form: DeductionCreate) -> Row:
    """登记一项收入扣减。"""
    return await service.add_item(session, actor, household_id, "deductions", form)


@households.post("/{household_id}/properties", status_code=201, response_model=HouseholdSummary, **needs(P.UPDATE))
async def add_property(session: SessionDep, actor: ActorDep, household_id: RowId, form: PropertyCreate) -> Row:
    """登记一项财产。"""
    return await service.add_item(session, actor, household_id, "properties", form)


@households.post("/{household_id}/expenses", status_code=201, response_model=HouseholdSummary, **needs(P.UPDATE))
async def add_expense(session: SessionDep, actor: ActorDep, household_id: RowId, form: ExpenseCreate) -> Row:
    """登记一项刚性支出。"""
    return await service.add_item(session, actor, household_id, "expenses", form)


Kind = Annotated[str, Path(pattern="^(incomes|deductions|properties|expenses)$", title="资料类别")]


@households.delete("/{household_id}/{kind}/{item_id}", response_model=HouseholdSummary, **needs(P.UPDATE))
async def remove_item(session: SessionDep, actor: ActorDep, household_id: RowId, kind: Kind, item_id: RowId) -> Row:
    """撤销一项登记错误的收入、扣减、财产或支出；审计保留原内容。"""
    return await service.remove_item(session, actor, household_id, kind, item_id)


@households.post("/{household_id}/transfer", status_code=201, response_model=TransferOut, **needs(P.TRANSFER))
async def transfer(session: SessionDep, actor: ActorDep, household_id: RowId, form: Transfer) -> Row:
    """迁移到其他区划：两地都有权限的立即生效，否则等迁入地接收。"""
    return await service.transfer(session, actor, household_id, form)


@transfers.post("/{transfer_id}/decision", response_model=TransferOut, **needs(P.TRANSFER))
async def decide_transfer(session: SessionDep, actor: ActorDep, transfer_id: RowId, form: TransferDecision) -> Row:
    """迁入地接收或退回。"""
    return await service.decide_transfer(session, actor, transfer_id, form)


detail_route(persons, PERSON, "person_id", "查看人员，按岗位脱敏。")


@persons.patch("/{person_id}", response_model=PersonDetail, **needs(P.UPDATE))
async def correct_person(
    session: SessionDep, actor: ActorDep, person_id: RowId, form: PersonPatch, if_match: IfMatch = None
) -> Row:
    """更正人员资料。

    须带所见版本；没有传的字段不变，联系电话、残疾人证号传空文本即删除。
    """
    _seen(form, if_match)
    await service.correct_person(session, actor, person_id, form)
    await session.flush()
    return await repository.person_detail(session, actor, person_id)


@persons.post("/{person_id}/statuses", status_code=201, response_model=StatusOut, **needs(P.UPDATE))
async def add_status(session: SessionDep, actor: ActorDep, person_id: RowId, form: StatusCreate) -> Row:
    """登记身份（低保、特困、残疾等）及有效期。"""
    return await service.add_status(session, actor, person_id, form)


@persons.post("/{person_id}/status_end", response_model=StatusOut, **needs(P.UPDATE))
async def end_status(session: SessionDep, actor: ActorDep, person_id: RowId, form: StatusEnd) -> Row:
    """终止一项身份。"""
    return await service.end_status(session, actor, person_id, form)


@persons.get("/{person_id}/accesses", response_model=Page[looks.Look], **needs(AuditPermission.READ))
async def list_looks(
    session: SessionDep, actor: ActorDep, person_id: RowId, query: Annotated[ListQuery, Query()]
) -> Row:
    """查看谁看过该人员的资料：打开档案、查看完整号码、一证通查和导出都有记录。"""
    person = await get_visible(session, actor, Person, person_id, AuditPermission.READ)
    rows, total = await looks.read(session, person.id or 0, query.page, query.page_size)
    return {"items": rows, "total": total, "page": query.page, "page_size": query.page_size}


@persons.post("/{person_id}/reveal", response_model=Revealed, **needs(P.REVEAL))
async def reveal(session: SessionDep, actor: ActorDep, person_id: RowId, form: Reveal) -> Response:
    """查看完整号码：须说明用途，查看行为记入审计。"""
    value = await service.reveal(session, actor, person_id, form)
    return Response(
        to_json({"field": form.field, "value": value}),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@duplicates_router.get("", response_model=Page[DuplicateOut], **needs(P.MERGE))
async def list_duplicates(session: SessionDep, actor: ActorDep, query: Annotated[DuplicateQuery, Query()]) -> Row:
    """疑似重复人员：证件号码相同，或姓名、出生日期、住址相近；已认定不是同一人的不再出现。"""
    rows, total = await finding.find(session, actor, query)
    return {"items": rows, "total": total, "page": query.page, "page_size": query.page_size}


@duplicates_router.get("/merges", response_model=Page[MergeRow], **needs(P.MERGE))
async def list_merges(session: SessionDep, actor: ActorDep, query: Annotated[ListQuery, Query()]) -> Row:
    """合并记录：谁并入了谁、理由，以及能否撤销。"""
    rows, total = await merging.merges(session, actor, query)
    return {"items": rows, "total": total, "page": query.page, "page_size": query.page_size}


@duplicates_router.get("/{person_id}/preview", response_model=Preview, **needs(P.MERGE))
async def preview_merge(
    session: SessionDep, actor: ActorDep, person_id: RowId, keep_id: Annotated[int, Query(ge=1, title="保留人员")]
) -> Preview:
    """预览合并：移动哪些记录、补充哪些资料，或为何不能合并；不作任何改动。"""
    return await merging.preview(session, actor, keep_id, person_id)


@duplicates_router.post("/{person_id}/merge", response_model=MergeOut, **needs(P.MERGE))
async def merge(session: SessionDep, actor: ActorDep, person_id: RowId, form: MergeForm) -> Row:
    """把该人员并入保留人员；可撤销，记入审计。"""
    done = await merging.merge(session, actor, form.keep_id, person_id, form.reason)
    return done.model_dump()


@duplicates_router.post("/{person_id}/denial", status_code=204, **needs(P.MERGE))
async def deny(session: SessionDep, actor: ActorDep, person_id: RowId, form: ApartForm) -> None:
    """认定不是同一人：这一对不再列为疑似重复。"""
    await finding.deny(session, actor, person_id, form.other_id, form.reason)


@duplicates_router.post("/{person_id}/unmerge", response_model=MergeOut, **needs(P.MERGE))
async def unmerge(session: SessionDep, actor: ActorDep, person_id: RowId) -> Row:
    """撤销合并，恢复为两名人员。"""
    return (await merging.unmerge(session, actor, person_id)).model_dump()


@number_checks.post("", response_model=checks.NumberFound, **needs(P.CREATE))
async def check_numbers(actor: ActorDep, form: checks.NumberCheck) -> checks.NumberFound:
    """校验正在填写的号码：证件号码、电话、残疾人证号；只按规则校验，不查询任何人。"""
    actor.require(P.CREATE)
    return checks.check(form)


ROUTERS = (number_checks, households, persons, transfers, sent_transfers, imports, duplicates_router)
