"""Entitlements, accounts, orders and batches over HTTP."""

from typing import Annotated

from fastapi import File, Query, Response, UploadFile
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.db import SessionDep
from backend.kernel.errors import NotPermitted, invalid
from backend.kernel.i18n import say
from backend.kernel.listing import listing_routes
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep
from backend.ledger import repository as books
from backend.ledger.models import Fund
from backend.payments import bank_files, repository, rules
from backend.payments.errors import FileNotReady
from backend.payments.models import (
    Entitlement,
    PaymentAccount,
    PaymentBatch,
    PaymentException,
    PaymentOrder,
    PaymentReturn,
)
from backend.payments.permissions import PaymentPermission as P
from backend.payments.schemas import (
    AccountCreate,
    AccountRead,
    BatchAction,
    BatchCreate,
    BatchDetail,
    BatchStep,
    EntitlementHold,
    EntitlementRead,
    HandoverCreate,
    OrderRead,
    ResolutionCreate,
    ReturnException,
    ReturnRead,
)
from backend.payments.service import accounts as accounts_service
from backend.payments.service import batches as batches_service
from backend.payments.service import entitlements as entitlements_service
from backend.payments.service import exceptions as exceptions_service
from backend.payments.service import handover as handover_service
from backend.payments.service import returns as returns_service

entitlements = new_router("/entitlements", "待遇")
listing_routes(entitlements, repository.ENTITLEMENTS, repository.EntitlementQuery)


@entitlements.get("/{entitlement_id}", **needs(P.ENTITLEMENT_READ))
async def read_entitlement(entitlement_id: RowId, session: SessionDep, actor: ActorDep) -> EntitlementRead:
    """查看一项待遇。"""
    actor.require(P.ENTITLEMENT_READ)
    await get_visible(session, actor, Entitlement, entitlement_id, P.ENTITLEMENT_READ)
    row = await repository.row_of(session, actor, repository.ENTITLEMENTS, entitlement_id)
    return EntitlementRead.model_validate(row)


@entitlements.post("/{entitlement_id}/suspension", **needs(P.ENTITLEMENT_CHANGE))
async def suspend_entitlement(
    entitlement_id: RowId, form: EntitlementHold, session: SessionDep, actor: ActorDep
) -> EntitlementRead:
    """从某月起暂停发放，查清后可恢复。"""
    actor.require(P.ENTITLEMENT_CHANGE)
    found = await get_visible(session, actor, Entitlement, entitlement_id, P.ENTITLEMENT_CHANGE, lock=True)
    month = rules.month_of(form.from_month, "from_month")
    new = await entitlements_service.hold(session, actor, found, month, form.reason)
    row = await repository.row_of(session, actor, repository.ENTITLEMENTS, new.id or 0)
    return EntitlementRead.model_validate(row)


@entitlements.post("/{entitlement_id}/resumption", **needs(P.ENTITLEMENT_CHANGE))
async def resume_entitlement(
    entitlement_id: RowId, form: EntitlementHold, session: SessionDep, actor: ActorDep
) -> EntitlementRead:
    """从某月起恢复发放。"""
    actor.require(P.ENTITLEMENT_CHANGE)
    found = await get_visible(session, actor, Entitlement, entitlement_id, P.ENTITLEMENT_CHANGE, lock=True)
    month = rules.month_of(form.from_month, "from_month")
    new = await entitlements_service.resume(session, actor, found, month, form.reason)
    row = await repository.row_of(session, actor, repository.ENTITLEMENTS, new.id or 0)
    return EntitlementRead.model_validate(row)


orders = new_router("/payment-orders", "一次性支付")
listing_routes(orders, repository.ORDERS, repository.OrderQuery)


@orders.get("/{order_id}", **needs(P.ORDER_READ))
async def read_order(order_id: RowId, session: SessionDep, actor: ActorDep) -> OrderRead:
    """查看一笔一次性支付。"""
    actor.require(P.ORDER_READ)
    await get_visible(session, actor, PaymentOrder, order_id, P.ORDER_READ)
    return OrderRead.model_validate(await repository.row_of(session, actor, repository.ORDERS, order_id))


@orders.post("/{order_id}/handover", **needs(P.ORDER_HAND_OVER))
async def hand_over(order_id: RowId, form: HandoverCreate, session: SessionDep, actor: ActorDep) -> OrderRead:
    """登记交付：出纳把备用金支付的救助金交到本人后登记领款凭据，决定人不得自己交付。"""
    actor.require(P.ORDER_HAND_OVER)
    order = await get_visible(session, actor, PaymentOrder, order_id, P.ORDER_HAND_OVER, lock=True)
    await handover_service.register(session, actor, order, form.receipt_no)
    return OrderRead.model_validate(await repository.row_of(session, actor, repository.ORDERS, order_id))


accounts = new_router("/payment-accounts", "收款账户")
listing_routes(accounts, repository.ACCOUNTS, repository.AccountQuery)


@accounts.post("", status_code=201, **needs(P.ACCOUNT_CREATE))
async def create_account(form: AccountCreate, session: SessionDep, actor: ActorDep) -> AccountRead:
    """登记收款账户，经另一人复核后生效。"""
    actor.require(P.ACCOUNT_CREATE)
    account = await accounts_service.enter(session, actor, form)
    return AccountRead.model_validate(await repository.row_of(session, actor, repository.ACCOUNTS, account.id or 0))


@accounts.get("/{account_id}", **needs(P.ACCOUNT_READ))
async def read_account(account_id: RowId, session: SessionDep, actor: ActorDep) -> AccountRead:
    """查看收款账户（账号已脱敏）。"""
    actor.require(P.ACCOUNT_READ)
    await get_visible(session, actor, PaymentAccount, account_id, P.ACCOUNT_READ)
    return AccountRead.model_validate(await repository.row_of(session, actor, repository.ACCOUNTS, account_id))


@accounts.post("/{account_id}/confirmation", **needs(P.ACCOUNT_CONFIRM))
async def confirm_account(account_id: RowId, session: SessionDep, actor: ActorDep) -> AccountRead:
    """复核收款账户：复核人不得是登记人；原账户同时停用。"""
    actor.require(P.ACCOUNT_CONFIRM)
    account = await get_visible(session, actor, PaymentAccount, account_id, P.ACCOUNT_CONFIRM, lock=True)
    await accounts_service.confirm(session, actor, account)
    return AccountRead.model_validate(await repository.row_of(session, actor, repository.ACCOUNTS, account_id))


lines = new_router("/payment-lines", "发放明细")
listing_routes(lines, repository.LINES, repository.LineQuery)

batches = new_router("/payment-batches", "发放批次")
listing_routes(batches, repository.BATCHES, repository.BatchQuery)


async def _detail(session: AsyncSession, actor: Actor, batch: PaymentBatch) -> BatchDetail:
    await session.flush()
    row = await repository.row_of(session, actor, repository.BATCHES, batch.id or 0)
    more = {
        name: getattr(batch, name)
        for name in ("summary", "digests", "checked_at", "approved_at", "sent_at", "confirmed_at")
    }
    fund = await session.get_one(Fund, batch.fund_id)
    names = await repository.project_names(session, batch.project_codes)
    more |= {
        "fund_name": fund.name,
        "project_names": [names.get(code, code) for code in batch.project_codes],
        "steps": await _steps(session, batch),
    }
    return BatchDetail.model_validate(row | more | {"outcome": await repository.outcome_of(session, batch.id or 0)})


async def _steps(session: AsyncSession, batch: PaymentBatch) -> list[BatchStep]:
    done = [
        (title, getattr(batch, f"{word}_by"), batch.created_at if word == "made" else getattr(batch, f"{word}_at"))
        for word, title in rules.STEPS.items()
    ]
    names = await books.user_names(session, [user for _, user, _ in done if user])
    return [BatchStep(title=say(title), user_name=names.get(user or 0), at=at) for title, user, at in done]


@batches.post("", status_code=201, **needs(P.BATCH_CREATE))
async def create_batch(form: BatchCreate, session: SessionDep, actor: ActorDep) -> BatchDetail:
    """按月编制发放批次：取所选项目和区划内应发而未发的待遇，与上月比较。"""
    actor.require(P.BATCH_CREATE)
    return await _detail(session, actor, await batches_service.make(session, actor, form))


@batches.get("/{batch_id}", **needs(P.BATCH_READ))
async def read_batch(batch_id: RowId, session: SessionDep, actor: ActorDep) -> BatchDetail:
    """查看发放批次：总数、与上月比较、回盘结果和可办理的操作。"""
    actor.require(P.BATCH_READ)
    return await _detail(session, actor, await get_visible(session, actor, PaymentBatch, batch_id, P.BATCH_READ))


@batches.post("/{batch_id}/actions", **needs(P.BATCH_READ))
async def act_on_batch(batch_id: RowId, form: BatchAction, session: SessionDep, actor: ActorDep) -> BatchDetail:
    """办理批次：复核 check、审批 approve、发送 send、财政确认 confirm、退回 refuse_check 或 refuse_approval、作废 cancel。"""  # noqa: E501
    actor.require(P.BATCH_READ)
    batch = await get_visible(session, actor, PaymentBatch, batch_id, P.BATCH_READ, lock=True)
    return await _detail(session, actor, await batches_service.act(session, actor, batch, form))


def _require_here(actor: Actor, right: P, batch: PaymentBatch) -> None:
    if not actor.reach(right).covers(batch.division_code):
        raise NotPermitted(permission=say(right.label))


async def _for_file(session: AsyncSession, actor: Actor, batch_id: int) -> tuple[PaymentBatch, str]:
    actor.require(P.BATCH_DOWNLOAD)
    batch = await get_visible(session, actor, PaymentBatch, batch_id, P.BATCH_DOWNLOAD, lock=True)
    if batch.state not in rules.WITH_FILE:
        raise FileNotReady(state=batch.state.label)
    fund = await session.get(Fund, batch.fund_id)
    return batch, fund.name if fund else ""


@batches.get("/{batch_id}/bank-file", response_class=Response, **needs(P.BATCH_DOWNLOAD))
async def download_bank_file(
    batch_id: RowId,
    session: SessionDep,
    actor: ActorDep,
    format: Annotated[bank_files.Format, Query(title="格式")] = "csv",  # noqa: A002
) -> Response:
    """下载银行代发文件（含完整账号，下载留痕）；摘要见 X-Digest-SM3 响应头和批次的文件摘要。"""
    batch, payer = await _for_file(session, actor, batch_id)
    names = await repository.project_names(session, batch.project_codes)
    rows = await repository.file_lines(session, batch.id or 0, names)
    content = bank_files.write(format, repository.file_head(batch, payer), rows)
    digest = bank_files.file_digest(content)
    if batch.digests.get(format) != digest:
        batch.digests = {**batch.digests, format: digest}
    await audit.record_access(
        session,
        actor,
        "payment_batch.bank_file",
        subject=("payment_batch", batch_id),
        purpose=say("银行代发"),
        division_code=batch.division_code,
        details={"format": format, "digest": digest, "lines": len(rows)},
    )
    suffix = "xml" if format == "pain001" else format
    headers = {
        "Content-Disposition": f'attachment; filename="{batch.number}.{suffix}"',
        "X-Digest-SM3": digest,
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=bank_files.MEDIA[format], headers=headers)


@batches.get("/{batch_id}/return-template", response_class=Response, **needs(P.BATCH_DOWNLOAD))
async def download_return_template(batch_id: RowId, session: SessionDep, actor: ActorDep) -> Response:
    """下载回盘文件模板（CSV）：每笔一行，由银行填写结果。"""
    batch, payer = await _for_file(session, actor, batch_id)
    rows = await repository.file_lines(session, batch.id or 0, {})
    content = bank_files.return_template(repository.file_head(batch, payer), rows)
    headers = {"Content-Disposition": f'attachment; filename="{batch.number}-return.csv"', "Cache-Control": "no-store"}
    return Response(content, media_type=bank_files.MEDIA["csv"], headers=headers)


@batches.post("/{batch_id}/returns", status_code=201, **needs(P.BATCH_RETURN))
async def upload_return(
    batch_id: RowId,
    session: SessionDep,
    actor: ActorDep,
    file: Annotated[UploadFile, File(title="回盘文件")],
) -> ReturnRead:
    """导入银行回盘文件（CSV 或 XLSX）：逐笔核对，同一文件重复导入不产生任何变化。"""
    actor.require(P.BATCH_RETURN)
    batch = await get_visible(session, actor, PaymentBatch, batch_id, P.BATCH_RETURN, lock=True)
    _require_here(actor, P.BATCH_RETURN, batch)
    limit = settings().upload_megabytes_max * 1024 * 1024
    content = await file.read(limit + 1)
    if len(content) > limit:
        raise invalid("file", f"文件超过 {settings().upload_megabytes_max} MB，请拆分后导入")
    received, replayed = await returns_service.take(session, actor, batch, content, file.filename or "回盘文件")
    return await _return(session, actor, batch, received, replayed=replayed)


async def _return(
    session: AsyncSession, actor: Actor, batch: PaymentBatch, received: PaymentReturn, *, replayed: bool
) -> ReturnRead:
    found = await session.exec(
        select(PaymentException).where(PaymentException.return_id == received.id).order_by(col(PaymentException.row_no))
    )
    may = actor.reach(P.EXCEPTION_RESOLVE).covers(batch.division_code) and received.received_by != actor.user_id
    exceptions = [
        ReturnException.model_validate(
            row.model_dump() | {"allowed_actions": ["resolution"] if may and row.outcome is None else []}
        )
        for row in found
    ]
    return ReturnRead.model_validate(
        received.model_dump()
        | {
            "replayed": replayed,
            "matched": received.paid,
            "exception_count": len(exceptions) + received.failed,
            "exceptions": exceptions,
            "state": batch.state,
        }
    )


@batches.get("/{batch_id}/returns", **needs(P.BATCH_READ))
async def list_returns(batch_id: RowId, session: SessionDep, actor: ActorDep) -> dict[str, list[ReturnRead]]:
    """查看批次的各次回盘和异常。"""
    actor.require(P.BATCH_READ)
    batch = await get_visible(session, actor, PaymentBatch, batch_id, P.BATCH_READ)
    found = (
        await session.exec(
            select(PaymentReturn).where(PaymentReturn.batch_id == batch_id).order_by(col(PaymentReturn.created_at))
        )
    ).all()
    return {"items": [await _return(session, actor, batch, received, replayed=False) for received in found]}


exceptions = new_router("/payment-exceptions", "回盘异常")


@exceptions.post("/{exception_id}/resolution", **needs(P.EXCEPTION_RESOLVE))
async def resolve_exception(
    exception_id: RowId, form: ResolutionCreate, session: SessionDep, actor: ActorDep
) -> ReturnException:
    """处理回盘异常：向银行核实后由导入人以外的另一人作出结论，明细和账务随之更新。"""
    actor.require(P.EXCEPTION_RESOLVE)
    found = await get_visible(session, actor, PaymentException, exception_id, P.EXCEPTION_RESOLVE)
    batch = await session.get_one(PaymentBatch, found.batch_id, with_for_update=True)
    await session.refresh(found, with_for_update=True)
    await exceptions_service.resolve(session, actor, found, batch, form)
    return ReturnException.model_validate(found, from_attributes=True)


ROUTERS = (entitlements, orders, accounts, lines, batches, exceptions)
