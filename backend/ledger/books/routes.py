"""The books over HTTP, to read and to print. A book is read with the right to read its vouchers."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import FileResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.background import BackgroundTask

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.db import SessionDep
from backend.kernel.papers import Paper, PaperFormat, answer
from backend.kernel.routes import needs, new_router
from backend.kernel.scope import get_visible
from backend.kernel.sign_in import ActorDep
from backend.ledger.books import papers, service
from backend.ledger.books.schemas import MONEY, AccountBook, GeneralLedger
from backend.ledger.errors import TooLongToPrint
from backend.ledger.models import Fund, FundSource
from backend.ledger.package import writing
from backend.ledger.permissions import LedgerPermission as P
from backend.ledger.schemas import TrialBalance

PRINTED_MAX = 20_000
FIRST_YEAR, LAST_YEAR = 2000, 2999
FundId = Annotated[
    int,
    Query(ge=1, le=9_223_372_036_854_775_807, title="账套", json_schema_extra={"x-options": "/api/v1/funds/options"}),
]
Account = Annotated[
    str,
    Query(
        max_length=10, title="科目", description="科目编码；money 为现金和银行存款合并的日记账",
        json_schema_extra={"x-options": "/api/v1/accounts/options"},
    ),
]  # fmt: skip
FirstDay = Annotated[date | None, Query(title="起始日期")]
LastDay = Annotated[date | None, Query(title="截止日期")]
Source = Annotated[FundSource | None, Query(title="资金来源")]
Year = Annotated[int, Query(ge=FIRST_YEAR, le=LAST_YEAR, title="年度")]
Format = Annotated[PaperFormat, Query(alias="format", title="格式")]

router = new_router("/ledger", "账簿")


async def _book(session: AsyncSession, actor: Actor, fund_id: int) -> Fund:
    actor.require(P.JOURNAL_READ)
    return await get_visible(session, actor, Fund, fund_id, P.JOURNAL_READ)


async def _print(session: AsyncSession, actor: Actor, fund: Fund, paper: Paper, format_: PaperFormat) -> Response:
    await audit.record(
        session,
        actor,
        "ledger.print",
        subject=("fund", fund.id or 0),
        division_code=fund.division_code,
        details={"paper": paper.title, "about": " ".join(paper.facts), "format": format_},
    )
    return await answer(paper, format_, f"{paper.title}-{fund.name}")


@router.get("/account-book", **needs(P.JOURNAL_READ))
async def read_account_book(
    session: SessionDep,
    actor: ActorDep,
    fund_id: FundId,
    account_code: Account = MONEY,
    from_date: FirstDay = None,
    to_date: LastDay = None,
    fund_source: Source = None,
    page: Annotated[int, Query(ge=1, le=100_000, title="页码")] = 1,
    page_size: Annotated[int, Query(ge=1, le=200, title="每页条数")] = 50,
) -> AccountBook:
    """明细账或现金银行日记账：期初余额、逐笔分录和余额、各月合计、期末余额。"""
    fund = await _book(session, actor, fund_id)
    return await service.account_book(session, fund, account_code, (from_date, to_date), fund_source, (page, page_size))


@router.get("/account-book/export", **needs(P.JOURNAL_READ))
async def print_account_book(
    session: SessionDep,
    actor: ActorDep,
    fund_id: FundId,
    account_code: Account = MONEY,
    from_date: FirstDay = None,
    to_date: LastDay = None,
    fund_source: Source = None,
    format_: Format = "pdf",
) -> Response:
    """打印明细账或现金银行日记账（PDF 或 Excel）。"""
    fund = await _book(session, actor, fund_id)
    days = (from_date, to_date)
    book = await service.account_book(session, fund, account_code, days, fund_source, (1, PRINTED_MAX))
    if book.total > PRINTED_MAX:
        raise TooLongToPrint(entries=book.total, most=PRINTED_MAX)
    return await _print(session, actor, fund, papers.account_book(book), format_)


@router.get("/general-ledger", **needs(P.JOURNAL_READ))
async def read_general_ledger(session: SessionDep, actor: ActorDep, fund_id: FundId, year: Year) -> GeneralLedger:
    """总账：各科目上年结转、各月发生额和余额、本年合计。"""
    return await service.general_ledger(session, await _book(session, actor, fund_id), year)


@router.get("/general-ledger/export", **needs(P.JOURNAL_READ))
async def print_general_ledger(
    session: SessionDep, actor: ActorDep, fund_id: FundId, year: Year, format_: Format = "pdf"
) -> Response:
    """打印总账（PDF 或 Excel）。"""
    fund = await _book(session, actor, fund_id)
    paper = papers.general_ledger(await service.general_ledger(session, fund, year))
    return await _print(session, actor, fund, paper, format_)


@router.get("/trial-balance", **needs(P.JOURNAL_READ))
async def read_trial_balance(
    session: SessionDep, actor: ActorDep, fund_id: FundId, as_of: LastDay = None
) -> TrialBalance:
    """试算平衡表：各科目借贷发生额和余额，可指定截至日期。"""
    return await service.trial_balance_of(session, await _book(session, actor, fund_id), as_of)


@router.get("/trial-balance/export", **needs(P.JOURNAL_READ))
async def print_trial_balance(
    session: SessionDep, actor: ActorDep, fund_id: FundId, as_of: LastDay = None, format_: Format = "pdf"
) -> Response:
    """打印试算平衡表（PDF 或 Excel）。"""
    fund = await _book(session, actor, fund_id)
    paper = papers.trial_balance(await service.trial_balance_of(session, fund, as_of), fund.name)
    return await _print(session, actor, fund, paper, format_)


@router.get("/package", **needs(P.LEDGER_VERIFY))
async def hand_over_year(session: SessionDep, actor: ActorDep, fund_id: FundId, year: Year) -> FileResponse:
    """导出一个账套一年的签名数据包（CSV、摘要、链头），供审计在别处用 ejia verify package 校验。"""
    actor.require(P.LEDGER_VERIFY)
    fund = await get_visible(session, actor, Fund, fund_id, P.LEDGER_VERIFY)
    path = await writing.write(session, fund, year)
    await audit.record(
        session,
        actor,
        "ledger.package",
        subject=("fund", fund_id),
        division_code=fund.division_code,
        details={"year": year},
    )
    gone = BackgroundTask(path.unlink, missing_ok=True)
    return FileResponse(path, media_type="application/zip", filename=f"{fund.code}-{year}.zip", background=gone)
