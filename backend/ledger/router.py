"""The books over HTTP: read them, post by template, reverse, prove."""

from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.db import SessionDep
from backend.kernel.i18n import say
from backend.kernel.listing import Listing, listing_routes
from backend.kernel.listing.reading import finish
from backend.kernel.papers import answer
from backend.kernel.routes import RowId, needs, new_router
from backend.kernel.scope import Scope, get_visible
from backend.kernel.sign_in import ActorDep
from backend.ledger import complement, period_routes, repository, service
from backend.ledger.books import papers
from backend.ledger.books import routes as book_routes
from backend.ledger.errors import NoReserveFund, WrongBook
from backend.ledger.models import (
    Fund,
    FundKind,
    Journal,
    LedgerAccount,
    PostingTemplate,
)
from backend.ledger.permissions import LedgerPermission as P
from backend.ledger.schemas import (
    AccountRead,
    Debt,
    FundDetail,
    JournalCreate,
    JournalDetail,
    JournalName,
    LineRead,
    RefillCreate,
    ReversalCreate,
    Verification,
)

funds = new_router("/funds", "资金账套")
listing_routes(funds, repository.FUNDS, repository.FundQuery)


async def _row(session: AsyncSession, actor: Actor, listing: Listing, key: int) -> dict[str, Any]:
    """Return one row as its list shows it."""
    from sqlalchemy import select

    columns = [column.label(name) for name, column in listing.columns.items()]
    statement = select(*columns).select_from(listing.source).where(listing.key == key)
    found = (await session.execute(statement)).mappings().one()
    return finish(listing, actor, dict(found))


async def _fund_detail(session: AsyncSession, actor: Actor, fund_id: int) -> FundDetail:
    row = await _row(session, actor, repository.FUNDS, fund_id)
    names = {fund.id: fund.name for fund in (await _all_funds(session))}
    debts = [
        Debt(account_code=account, fund_id=counter, fund_name=names.get(counter, ""), amount=abs(amount))
        for account, _, counter, amount in await repository.balances(session, fund_id, ("1211", "1231", "2111", "2112"))
        if counter and amount
    ]
    rules = await repository.parameters(session, fund_id, service.today())
    return FundDetail.model_validate(row | {"debts": debts, "parameters": rules})


async def _all_funds(session: AsyncSession) -> list[Fund]:
    from sqlmodel import select

    return list((await session.exec(select(Fund))).all())


@funds.get("/{fund_id}", **needs(P.FUND_READ))
async def read_fund(fund_id: RowId, session: SessionDep, actor: ActorDep) -> FundDetail:
    """查看一个资金账套：余额、可用余额、定额、往来和参数。"""
    actor.require(P.FUND_READ)
    await get_visible(session, actor, Fund, fund_id, P.FUND_READ)
    return await _fund_detail(session, actor, fund_id)


@funds.post("/{fund_id}/refills", status_code=201, **needs(P.FUND_REFILL))
async def refill_fund(
    fund_id: RowId,
    form: RefillCreate,
    session: SessionDep,
    actor: ActorDep,
    idempotency_key: Annotated[str | None, Header(title="防重编号", max_length=150)] = None,
) -> FundDetail:
    """从县级专账向镇街备用金拨款；救助基金垫付的部分先行归还。"""
    actor.require(P.FUND_REFILL)
    reserve = await get_visible(session, actor, Fund, fund_id, P.FUND_REFILL)
    if reserve.kind is not FundKind.TOWN_RESERVE:
        raise WrongBook(fund=reserve.name, kind=reserve.kind.label, template="E09")
    county = await repository.fund_of_kind(session, FundKind.COUNTY_SPECIAL, reserve.division_code)
    if county is None:
        raise NoReserveFund(division=reserve.division_code)
    key = f"refill:{actor.user_id}:{idempotency_key}" if idempotency_key else f"refill:{fund_id}:{form.doc_no}"
    await complement.refill(
        session, actor, reserve, county, form.amount, doc_no=form.doc_no, key=key, occurred_on=form.occurred_on
    )
    return await _fund_detail(session, actor, fund_id)


journals = new_router("/journals", "记账凭证")
listing_routes(journals, repository.JOURNALS, repository.JournalQuery)


async def _journal_detail(session: AsyncSession, actor: Actor, journal: Journal) -> JournalDetail:
    row = await _row(session, actor, repository.JOURNALS, journal.id or 0)
    names = {account.code: account.name for account in await repository.accounts(session)}
    lines = [
        LineRead.model_validate(line.model_dump() | {"account_name": say(names[line.account_code])})
        for line in await repository.lines_of(session, journal.id or 0)
    ]
    related = await repository.related_to(session, journal)
    makers = await repository.user_names(session, [journal.created_by])
    return JournalDetail.model_validate(
        row
        | {
            "lines": lines,
            "together_with": [row["id"] for row in related if row["relation"] == repository.TOGETHER],
            "related": [JournalName.model_validate(row | {"relation": say(row["relation"])}) for row in related],
            "created_by": journal.created_by,
            "created_by_name": makers.get(journal.created_by, say("系统")),
            "previous_hash": journal.previous_hash.hex(),
            "hash": journal.hash.hex(),
        }
    )


@journals.post("", status_code=201, **needs(P.JOURNAL_CREATE))
async def create_journal(
    form: JournalCreate,
    session: SessionDep,
    actor: ActorDep,
    idempotency_key: Annotated[str, Header(title="防重编号", min_length=8, max_length=150)],
) -> JournalDetail:
    """按记账事项编制一张凭证（手工入账，须带 Idempotency-Key）。"""
    actor.require(P.JOURNAL_CREATE)
    fund = await get_visible(session, actor, Fund, form.fund_id, P.JOURNAL_CREATE)
    posted = await service.post(
        session,
        service.Posting(
            template=form.template,
            fund_id=fund.id,
            amount=form.amount,
            fund_source=form.fund_source,
            occurred_on=form.occurred_on,
            memo=form.memo,
            dimensions={name: getattr(form, name) for name in service.DIMENSIONS},
            idempotency_key=f"manual:{actor.user_id}:{idempotency_key}",
        ),
        actor,
    )
    await audit.record(
        session,
        actor,
        "journal.create",
        subject=("journal", posted.journal_ids[0]),
        division_code=fund.division_code,
        details={"template": form.template, "amount": f"{form.amount:.2f}"},
    )
    journal = await get_visible(session, actor, Journal, posted.journal_ids[0], P.JOURNAL_CREATE)
    return await _journal_detail(session, actor, journal)


@journals.get("/{journal_id}", **needs(P.JOURNAL_READ))
async def read_journal(journal_id: RowId, session: SessionDep, actor: ActorDep) -> JournalDetail:
    """查看一张凭证和它的分录。"""
    actor.require(P.JOURNAL_READ)
    return await _journal_detail(session, actor, await get_visible(session, actor, Journal, journal_id, P.JOURNAL_READ))


@journals.get("/{journal_id}/voucher", **needs(P.JOURNAL_READ))
async def print_voucher(
    journal_id: RowId, session: SessionDep, actor: ActorDep, format_: book_routes.Format = "pdf"
) -> Response:
    """打印一张记账凭证（PDF 或 Excel）。"""
    detail = await read_journal(journal_id, session, actor)
    await audit.record(
        session, actor, "ledger.print", subject=("journal", journal_id), division_code=detail.division_code,
        details={"paper": "voucher", "format": format_},
    )  # fmt: skip
    return await answer(papers.voucher(detail), format_, f"{detail.fund_name}-{detail.year}-{detail.number}")


@journals.post("/{journal_id}/reversal", status_code=201, **needs(P.JOURNAL_REVERSE))
async def reverse_journal(
    journal_id: RowId, form: ReversalCreate, session: SessionDep, actor: ActorDep
) -> JournalDetail:
    """红字冲销一张凭证；同时入账的凭证一并冲销，只能冲销一次。"""
    actor.require(P.JOURNAL_REVERSE)
    journal = await get_visible(session, actor, Journal, journal_id, P.JOURNAL_REVERSE)
    posted = await service.reverse(session, actor, journal, form.reason, form.occurred_on)
    found = [j for j in await repository.journals_of_posting(session, posted.posting_id) if j.reverses_id == journal.id]
    return await _journal_detail(session, actor, found[0])


ledger = new_router("/ledger", "账簿")


@ledger.post("/verification", **needs(P.LEDGER_VERIFY))
async def verify_ledger(session: SessionDep, actor: ActorDep) -> Verification:
    """校验账簿：重算摘要链、余额、凭证号和借贷平衡，指出第一处问题。"""
    actor.require(P.LEDGER_VERIFY)
    books = await repository.visible_fund_ids(session, actor, P.LEDGER_VERIFY)
    found = await service.verify(session, books)
    await audit.record(session, actor, "ledger.verify", subject=None, details={"ok": found.ok})
    return found


_ACCOUNT = LedgerAccount.__table__  # type: ignore[attr-defined]
accounts = new_router("/accounts", "会计科目")
listing_routes(
    accounts,
    Listing(
        name="accounts",
        title="会计科目",
        permission=P.JOURNAL_READ,
        source=_ACCOUNT,
        key=_ACCOUNT.c.code,
        columns={"id": _ACCOUNT.c.code, **{n: _ACCOUNT.c[n] for n in ("code", "name", "side", "may_be_negative")}},
        scope=Scope(everyone=True),
        row_model=AccountRead,
        sortable={"code": _ACCOUNT.c.code},
        default_order="code",
        option_label=_ACCOUNT.c.code + " " + _ACCOUNT.c.name,
        finish=lambda _actor, row: row.update(name=say(row["name"])),
    ),
    exported=False,
)


class TemplateRead(BaseModel):
    """An event that can be posted."""

    id: str = Field(title="编号")
    code: str = Field(title="事项编码")
    name: str = Field(title="事项")
    legs: list[dict[str, Any]] = Field(title="分录")
    requires: list[str] = Field(title="必填辅助项")
    allowed_actions: list[str] = Field(default_factory=list, title="可用操作")


_TEMPLATE = PostingTemplate.__table__  # type: ignore[attr-defined]
templates = new_router("/posting-templates", "记账事项")
listing_routes(
    templates,
    Listing(
        name="posting_templates",
        title="记账事项",
        permission=P.JOURNAL_READ,
        source=_TEMPLATE,
        key=_TEMPLATE.c.code,
        columns={"id": _TEMPLATE.c.code, **{n: _TEMPLATE.c[n] for n in ("code", "name", "legs", "requires")}},
        scope=Scope(everyone=True),
        row_model=TemplateRead,
        sortable={"code": _TEMPLATE.c.code},
        default_order="code",
        option_label=_TEMPLATE.c.code + " " + _TEMPLATE.c.name,
    ),
    exported=False,
)


ROUTERS = (funds, journals, ledger, book_routes.router, accounts, templates, period_routes.router)
