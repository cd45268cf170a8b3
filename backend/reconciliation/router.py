"""Reconciliation over HTTP: bank accounts, statements, lines, matches, the sheet of a month."""

from datetime import date
from typing import Annotated, Any

from fastapi import File, Form, Query, Response, UploadFile
from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel import papers
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.db import SessionDep
from backend.kernel.errors import NotPermittedThere, invalid
from backend.kernel.i18n import say
from backend.kernel.listing import Listing, listing_routes
from backend.kernel.listing.reading import finish
from backend.kernel.papers import PaperFormat
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep
from backend.ledger import repository as books
from backend.ledger.models import Fund
from backend.reconciliation import balance, content, repository, service
from backend.reconciliation.models import BankAccount, BankMatch, MatchRule, StepKind
from backend.reconciliation.permissions import ReconciliationPermission as P
from backend.reconciliation.schemas import (
    BalanceSheet,
    BankAccountCreate,
    BankAccountRead,
    MatchCreate,
    MatchDetail,
    MatchingRead,
    SideLine,
    StatementTaken,
    StepCreate,
)

LINES_SHOWN = 300
MONTH = Query(title="月份", pattern=r"^\d{4}-\d{2}$", description="如 2026-03")


async def _row_of(session: AsyncSession, actor: Actor, listing: Listing, key: int) -> dict[str, Any]:
    """Return one row as its list shows it, read in the request's own transaction."""
    columns = [column.label(name) for name, column in listing.columns.items()]
    statement = select(*columns).select_from(listing.source).where(listing.key == key)
    return finish(listing, actor, dict((await session.execute(statement)).mappings().one()))


def _require_here(actor: Actor, right: P, division_code: str) -> None:
    if not actor.may(right, division_code):
        raise NotPermittedThere(permission=say(right.label))


accounts = new_router("/bank-accounts", "银行账户")
listing_routes(accounts, repository.BANK_ACCOUNTS, repository.AccountQuery)


@accounts.get("/templates", **needs(P.READ))
async def list_templates(actor: ActorDep) -> dict[str, list[dict[str, str]]]:
    """对账单模板：各银行对账单的表头和收支写法。"""
    actor.require(P.READ)
    return {"options": [{"value": code, "label": say(t["name"])} for code, t in content.templates().items()]}


@accounts.post("", status_code=201, **needs(P.OPEN))
async def open_account(form: BankAccountCreate, session: SessionDep, actor: ActorDep) -> BankAccountRead:
    """启用一个账套银行科目的对账，启用日前银行余额与账面须相符。"""
    actor.require(P.OPEN)
    fund = await get_visible(session, actor, Fund, form.fund_id, P.OPEN)
    account = await service.open_account(session, actor, fund, form)
    return BankAccountRead.model_validate(await _row_of(session, actor, repository.BANK_ACCOUNTS, account.id or 0))


@accounts.get("/{account_id}", **needs(P.READ))
async def read_account(account_id: RowId, session: SessionDep, actor: ActorDep) -> BankAccountRead:
    """查看一个银行账户的对账情况。"""
    actor.require(P.READ)
    await get_visible(session, actor, BankAccount, account_id, P.READ)
    return BankAccountRead.model_validate(await _row_of(session, actor, repository.BANK_ACCOUNTS, account_id))


@accounts.post("/{account_id}/statements", status_code=201, **needs(P.IMPORT))
async def import_statement(
    account_id: RowId,
    session: SessionDep,
    actor: ActorDep,
    file: Annotated[UploadFile, File(title="对账单文件")],
    to_date: Annotated[date | None, Form(title="对账单截止日期")] = None,
) -> StatementTaken:
    """导入银行对账单（CSV、XLSX、MT940、camt.053）：逐笔验证余额，与上一期首尾相接，并立即自动对账；同一文件重复导入不产生任何变化。"""
    actor.require(P.IMPORT)
    account = await get_visible(session, actor, BankAccount, account_id, P.IMPORT, lock=True)
    limit = settings().upload_megabytes_max * 1024 * 1024
    said = await file.read(limit + 1)
    if len(said) > limit:
        raise invalid("file", f"文件超过 {settings().upload_megabytes_max} MB，请拆分后导入")
    taken, replayed = await service.take(session, actor, account, said, file.filename or "对账单", to_date)
    matched = None if replayed else await service.match_by_rules(session, actor, account)
    row = await _row_of(session, actor, repository.STATEMENTS, taken.id or 0)
    return StatementTaken.model_validate(row | {"replayed": replayed, "matching": matched})


@accounts.post("/{account_id}/matching", **needs(P.MATCH))
async def match_account(account_id: RowId, session: SessionDep, actor: ActorDep) -> MatchingRead:
    """自动对账：按编号、分组、户名、金额和日期依次核对全部未对账的流水和分录。"""
    actor.require(P.MATCH)
    account = await get_visible(session, actor, BankAccount, account_id, P.MATCH, lock=True)
    return await service.match_by_rules(session, actor, account)


@accounts.get("/{account_id}/open-lines", **needs(P.READ))
async def list_open_lines(account_id: RowId, session: SessionDep, actor: ActorDep) -> dict[str, list[SideLine]]:
    """未对账的银行流水和账面分录，左右对照，各取最早的 300 条。"""
    actor.require(P.READ)
    await get_visible(session, actor, BankAccount, account_id, P.READ)
    return {
        side: [
            SideLine.model_validate(row, from_attributes=True)
            for row in await repository.sides_to_match(session, account_id, side, LINES_SHOWN)
        ]
        for side in ("bank", "book")
    }


@accounts.get("/{account_id}/balance-sheet", **needs(P.READ))
async def read_balance_sheet(
    account_id: RowId, session: SessionDep, actor: ActorDep, month: Annotated[str, MONTH]
) -> BalanceSheet:
    """银行存款余额调节表：银行余额和账面余额各加减未达账项后应当相符。"""
    actor.require(P.READ)
    account = await get_visible(session, actor, BankAccount, account_id, P.READ)
    return await balance.draw_up(session, account, month)


@accounts.get("/{account_id}/balance-sheet/export", response_class=Response, **needs(P.READ))
async def print_balance_sheet(
    account_id: RowId,
    session: SessionDep,
    actor: ActorDep,
    month: Annotated[str, MONTH],
    format_: Annotated[PaperFormat, Query(alias="format", title="格式")] = "pdf",
) -> Response:
    """打印余额调节表（PDF 或 Excel），附未达账项明细。"""
    actor.require(P.READ)
    account = await get_visible(session, actor, BankAccount, account_id, P.READ)
    sheet = await balance.draw_up(session, account, month)
    await audit.record(
        session,
        actor,
        "bank_account.print",
        subject=("bank_account", account_id),
        division_code=account.division_code,
        details={"month": month, "format": format_},
    )
    name = f"{say('银行存款余额调节表')}-{sheet.fund_name}-{month}"
    return await papers.answer(balance.as_paper(sheet), format_, name)


statements = new_router("/bank-statements", "银行对账单")
listing_routes(statements, repository.STATEMENTS, repository.OfAccount)

lines = new_router("/bank-lines", "银行流水")
listing_routes(lines, repository.LINES, repository.LineQuery)

matches = new_router("/bank-matches", "对账记录")
listing_routes(matches, repository.MATCHES, repository.MatchQuery)


async def _match(session: AsyncSession, actor: Actor, found: BankMatch) -> MatchDetail:
    row = await _row_of(session, actor, repository.MATCHES, found.id or 0)
    held = await repository.lines_of_match(session, found.id or 0)
    names = await books.user_names(session, [found.made_by])
    return MatchDetail.model_validate(
        row
        | {
            "made_by_name": names.get(found.made_by),
            "bank": [SideLine.model_validate(line, from_attributes=True) for line in held if line.side == "bank"],
            "book": [SideLine.model_validate(line, from_attributes=True) for line in held if line.side == "book"],
            "steps": [dict(step._mapping) for step in await repository.steps_of_match(session, found.id or 0)],  # noqa: SLF001
        }
    )


@matches.post("", status_code=201, **needs(P.MATCH))
async def propose_match(form: MatchCreate, session: SessionDep, actor: ActorDep) -> MatchDetail:
    """手工对账：选出金额相等的流水和分录（可一对多、多对一），由另一人复核后生效。"""
    actor.require(P.MATCH)
    account = await get_visible(session, actor, BankAccount, form.bank_account_id, P.MATCH, lock=True)
    return await _match(session, actor, await service.propose(session, actor, account, form))


@matches.get("/{match_id}", **needs(P.READ))
async def read_match(match_id: RowId, session: SessionDep, actor: ActorDep) -> MatchDetail:
    """查看一条对账记录：两边的流水和分录、办理过程。"""
    actor.require(P.READ)
    return await _match(session, actor, await get_visible(session, actor, BankMatch, match_id, P.READ))


@matches.post("/{match_id}/confirmation", **needs(P.MATCH))
async def confirm_match(match_id: RowId, session: SessionDep, actor: ActorDep) -> MatchDetail:
    """确认对账：采纳系统建议，或由另一人复核手工对账。"""
    actor.require(P.MATCH)
    found = await get_visible(session, actor, BankMatch, match_id, P.MATCH, lock=True)
    if found.rule is MatchRule.MANUAL:
        _require_here(actor, P.CONFIRM, found.division_code)
    return await _match(session, actor, await service.decide(session, actor, found, StepKind.CONFIRM, None))


@matches.post("/{match_id}/rejection", **needs(P.MATCH))
async def reject_match(match_id: RowId, form: StepCreate, session: SessionDep, actor: ActorDep) -> MatchDetail:
    """否决建议或手工对账，所占流水和分录重新成为未对账。"""
    actor.require(P.MATCH)
    found = await get_visible(session, actor, BankMatch, match_id, P.MATCH, lock=True)
    return await _match(session, actor, await service.decide(session, actor, found, StepKind.REJECT, form.note))


@matches.post("/{match_id}/undoing", **needs(P.MATCH))
async def undo_match(match_id: RowId, form: StepCreate, session: SessionDep, actor: ActorDep) -> MatchDetail:
    """撤销对账：留下撤销记录，流水和分录重新成为未对账。"""
    actor.require(P.MATCH)
    found = await get_visible(session, actor, BankMatch, match_id, P.MATCH, lock=True)
    return await _match(session, actor, await service.decide(session, actor, found, StepKind.UNDO, form.note))


ROUTERS = (accounts, statements, lines, matches)
