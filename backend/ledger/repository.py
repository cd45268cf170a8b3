"""What the books say: every SELECT of this domain."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field
from sqlalchemy import ColumnElement, Row, String, cast, func, literal, literal_column, text
from sqlalchemy import select as rows_of
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.listing import Filter, Listing, ListQuery, at_least, at_most, equals, one_of, prefix
from backend.kernel.models import ZERO
from backend.kernel.scope import scope_of
from backend.ledger.models import (
    AccountBalance,
    Fund,
    FundKind,
    FundParameter,
    FundSource,
    FundStatus,
    Journal,
    JournalLine,
    LedgerAccount,
    PostingTemplate,
)
from backend.ledger.permissions import LedgerPermission
from backend.ledger.schemas import FundRead, JournalRead

TOWN_LENGTH = 9
CASH_CODES = ("1001", "1002", "1011")


async def fund_of_division(session: AsyncSession, code: str) -> Fund | None:
    """Return the active reserve fund of the town a division belongs to."""
    statement = select(Fund).where(
        Fund.kind == FundKind.TOWN_RESERVE, Fund.division_code == code[:TOWN_LENGTH], Fund.status == FundStatus.ACTIVE
    )
    return (await session.exec(statement.order_by(literal_column("id")).limit(1))).first()


async def fund_of_kind(session: AsyncSession, kind: FundKind, division_code: str) -> Fund | None:
    """Return the active book of this kind that serves a division: its own, else that of an area above it."""
    statement = (
        select(Fund)
        .where(
            Fund.kind == kind,
            Fund.status == FundStatus.ACTIVE,
            literal(division_code, String).startswith(Fund.division_code),
        )
        .order_by(func.length(Fund.division_code).desc(), literal_column("fund.id"))
    )
    return (await session.exec(statement.limit(1))).first()


async def named_funds(session: AsyncSession) -> list[tuple[str, str]]:
    """Return (code, name) of every active book."""
    statement = select(Fund.code, Fund.name).where(Fund.status == FundStatus.ACTIVE).order_by(Fund.code)
    return [(code, name) for code, name in (await session.exec(statement)).all()]


async def fund_of_code(session: AsyncSession, code: str) -> Fund | None:
    """Return an active book by its code."""
    return (await session.exec(select(Fund).where(Fund.code == code, Fund.status == FundStatus.ACTIVE))).first()


async def lock_funds(session: AsyncSession, fund_ids: list[int]) -> None:
    """Hold the heads of these books, in id order, until the transaction ends: their balances stand still."""
    await session.execute(
        text("SELECT 1 FROM fund_head WHERE fund_id = ANY (:ids) ORDER BY fund_id FOR UPDATE"),
        {"ids": sorted(fund_ids)},
    )


async def balances(
    session: AsyncSession, fund_id: int, accounts: tuple[str, ...]
) -> list[tuple[str, FundSource, int, Decimal]]:
    """Return (account, source, counterpart book, debit minus credit) of some accounts of a book."""
    rows = await session.execute(
        rows_of(
            AccountBalance.account_code,
            AccountBalance.fund_source,
            AccountBalance.counter_fund_id,
            AccountBalance.debit_total - AccountBalance.credit_total,  # type: ignore[call-overload]
        )
        .where(AccountBalance.fund_id == fund_id, AccountBalance.account_code.in_(accounts))  # type: ignore[attr-defined]
        .order_by(AccountBalance.account_code, AccountBalance.fund_source)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def balance(
    session: AsyncSession, fund_id: int, account: str, *, source: FundSource | None = None, counter: int | None = None
) -> Decimal:
    """Return debit minus credit of one account, over all sources and counterparts unless named; zero when unused."""
    return sum(
        (
            amount
            for _, of_source, of_counter, amount in await balances(session, fund_id, (account,))
            if (source is None or of_source == source) and (counter is None or of_counter == counter)
        ),
        ZERO,
    )


async def parameter(session: AsyncSession, fund_id: int, code: str, on: date) -> str | None:
    """Return a book's rule as in force on a day; none when it was never set."""
    statement = (
        select(FundParameter.value)
        .where(FundParameter.fund_id == fund_id, FundParameter.code == code, FundParameter.valid_from <= on)
        .order_by(FundParameter.valid_from.desc())  # type: ignore[attr-defined]
    )
    return (await session.exec(statement.limit(1))).first()


async def parameters(session: AsyncSession, fund_id: int, on: date) -> dict[str, str]:
    """Return all rules of a book in force on a day."""
    rows = await session.execute(
        text(
            "SELECT DISTINCT ON (code) code, value FROM fund_parameter WHERE fund_id = :fund AND valid_from <= :on"
            " ORDER BY code, valid_from DESC"
        ),
        {"fund": fund_id, "on": on},
    )
    return {row.code: row.value for row in rows}


async def templates(session: AsyncSession) -> list[PostingTemplate]:
    """Return every event that can be posted."""
    return list((await session.exec(select(PostingTemplate).order_by(PostingTemplate.code))).all())


async def accounts(session: AsyncSession) -> list[LedgerAccount]:
    """Return the chart."""
    return list((await session.exec(select(LedgerAccount).order_by(LedgerAccount.code))).all())


async def lines_of(session: AsyncSession, journal_id: int) -> list[JournalLine]:
    """Return a voucher's lines as printed."""
    statement = select(JournalLine).where(JournalLine.journal_id == journal_id)
    return list((await session.exec(statement.order_by(literal_column("line_no")))).all())


async def journals_of_posting(session: AsyncSession, posting_id: int) -> list[Journal]:
    """Return all vouchers that were posted together."""
    statement = select(Journal).where(Journal.posting_id == posting_id)
    return list((await session.exec(statement.order_by(literal_column("id")))).all())


TOGETHER = "同时入账"


async def related_to(session: AsyncSession, journal: Journal) -> list[dict[str, Any]]:
    """Return (id, fund_name, year, number, relation) of the vouchers posted with this one, reversing or reversed."""
    rows = await session.execute(
        text(
            "SELECT j.id, f.name AS fund_name, j.year, j.number,"
            " CASE WHEN j.id = :reverses THEN '被本凭证冲销' WHEN j.reverses_id = :id THEN '冲销本凭证'"
            f" ELSE '{TOGETHER}' END AS relation"
            " FROM journal j JOIN fund f ON f.id = j.fund_id"
            " WHERE j.id <> :id AND (j.posting_id = :posting OR j.reverses_id = :id OR j.id = :reverses) ORDER BY j.id"
        ),
        {"id": journal.id, "posting": journal.posting_id, "reverses": journal.reverses_id or 0},
    )
    return [dict(row) for row in rows.mappings()]


async def user_names(session: AsyncSession, users: list[int]) -> dict[int, str]:
    """Return the names of persons of the office."""
    rows = await session.execute(
        text("SELECT id, name FROM user_account WHERE id = ANY (:users)"), {"users": sorted(set(users))}
    )
    return {row.id: row.name for row in rows}


async def reversal_of(session: AsyncSession, journal_id: int) -> Journal | None:
    """Return the voucher that reverses this one."""
    return (await session.exec(select(Journal).where(Journal.reverses_id == journal_id))).first()


async def trial_balance(session: AsyncSession, fund_id: int, as_of: date | None) -> list[Row[Any]]:
    """Return (code, name, side, debit, credit) per account: from balances today, from the lines on an earlier day."""
    if as_of is None:
        source = (
            "SELECT account_code, debit_total AS debit, credit_total AS credit"
            " FROM account_balance WHERE fund_id = :fund"
        )
    else:
        source = (
            "SELECT l.account_code, l.debit, l.credit FROM journal_line l JOIN journal j ON j.id = l.journal_id"
            " WHERE l.fund_id = :fund AND j.occurred_on <= :as_of"
        )
    rows = await session.execute(
        text(
            f"SELECT a.code, a.name, a.side, sum(l.debit) AS debit, sum(l.credit) AS credit FROM ({source}) l"
            " JOIN ledger_account a ON a.code = l.account_code GROUP BY a.code, a.name, a.side ORDER BY a.code"
        ),
        {"fund": fund_id, "as_of": as_of} if as_of else {"fund": fund_id},
    )
    return list(rows.all())


async def faults(session: AsyncSession, fund_ids: list[int] | None) -> list[Row[Any]]:
    """Return what does not fit, first things first."""
    rows = await session.execute(
        text(
            "SELECT v.*, f.name AS fund FROM ledger_faults(CAST(:books AS bigint[])) v"
            " LEFT JOIN fund f ON f.id = v.fund_id"
            " ORDER BY v.journal_id IS NULL, v.fund_id, v.sequence LIMIT 20"
        ),
        {"books": fund_ids},
    )
    return list(rows.all())


async def visible_fund_ids(session: AsyncSession, actor: Actor, permission: LedgerPermission) -> list[int]:
    """Return the books on which the actor holds a right."""
    condition = scope_of(Fund).visible_to(actor, permission)
    return [int(key) for key in (await session.exec(select(Fund.id).where(condition))).all() if key]


_FUND = Fund.__table__  # type: ignore[attr-defined]
_JOURNAL = Journal.__table__  # type: ignore[attr-defined]
_LINE = JournalLine.__table__  # type: ignore[attr-defined]
_TEMPLATE = PostingTemplate.__table__  # type: ignore[attr-defined]


def _summed(codes: tuple[str, ...], *, credit: bool = False) -> ColumnElement[Any]:
    b = AccountBalance.__table__.alias()  # type: ignore[attr-defined]
    amount = b.c.credit_total - b.c.debit_total if credit else b.c.debit_total - b.c.credit_total
    statement = rows_of(func.coalesce(func.sum(amount), cast(0, b.c.debit_total.type))).where(
        b.c.fund_id == _FUND.c.id, b.c.account_code.in_(codes)
    )
    return statement.scalar_subquery()


BALANCE = _summed(CASH_CODES)
OWED_BY = _summed(("2111", "2112"), credit=True)
OWED_TO = _summed(("1211", "1231"))
UNSETTLED = _summed(("1222",))


class FundQuery(ListQuery):
    """Filters of the list of books."""

    kind: FundKind | None = Field(default=None, title="类别")
    division_code: str | None = Field(default=None, title="行政区划", max_length=15)
    status: FundStatus | None = Field(default=None, title="状态")


FUNDS = Listing(
    name="funds",
    title="资金账套",
    permission=LedgerPermission.FUND_READ,
    source=_FUND,
    key=_FUND.c.id,
    columns={
        "id": _FUND.c.id,
        "code": _FUND.c.code,
        "name": _FUND.c.name,
        "kind": _FUND.c.kind,
        "status": _FUND.c.status,
        "division_code": _FUND.c.division_code,
        "organization_id": _FUND.c.organization_id,
        "float": _FUND.c.float_amount,
        "balance": BALANCE,
        "unsettled": UNSETTLED,
        "owed_to": OWED_TO,
        "owed_by": OWED_BY,
        "version": _FUND.c.version,
    },
    scope=scope_of(Fund),
    row_model=FundRead,
    filters={
        "kind": equals(_FUND.c.kind),
        "division_code": prefix(_FUND.c.division_code),
        "status": equals(_FUND.c.status),
    },
    sortable={"code": _FUND.c.code, "name": _FUND.c.name},
    default_order="code",
    search=lambda q: _FUND.c.name.like(q) | _FUND.c.code.like(q),
    option_label=_FUND.c.name,
    finish=lambda _actor, row: row.update(available=row["balance"] if row["status"] == "active" else ZERO),
    actions=lambda actor, row: (
        ["refills"]
        if row["kind"] == "town_reserve" and actor.may(LedgerPermission.FUND_REFILL, row["division_code"])
        else []
    ),
)


class JournalQuery(ListQuery):
    """Filters of the list of vouchers."""

    fund_id: int | None = Field(default=None, title="账套", json_schema_extra={"x-options": "/api/v1/funds/options"})
    template: str | None = Field(default=None, title="事项编码", max_length=10)
    occurred_from: date | None = Field(default=None, title="业务日期起")
    occurred_to: date | None = Field(default=None, title="业务日期止")
    division_code: str | None = Field(default=None, title="行政区划", max_length=15)
    posting_id: int | None = Field(default=None, title="入账编号")
    account_code: str | None = Field(
        default=None, title="科目", max_length=10, json_schema_extra={"x-options": "/api/v1/accounts/options"}
    )
    batch_ref: str | None = Field(default=None, title="发放批次", max_length=40)
    case_ref: str | None = Field(default=None, title="案件编号", max_length=40)


def _by_line(name: str) -> Filter:
    """Match the vouchers of which a line says so."""
    line = _LINE.c[name]
    return Filter(line, lambda c, v: _JOURNAL.c.id.in_(rows_of(_LINE.c.journal_id).where(c == v)))


_REVERSAL = Journal.__table__.alias("reversal")  # type: ignore[attr-defined]
JOURNALS = Listing(
    name="journals",
    title="记账凭证",
    permission=LedgerPermission.JOURNAL_READ,
    source=_JOURNAL.join(_FUND, _FUND.c.id == _JOURNAL.c.fund_id).join(
        _TEMPLATE, _TEMPLATE.c.code == _JOURNAL.c.template
    ),
    key=_JOURNAL.c.id,
    columns={
        "id": _JOURNAL.c.id,
        "fund_id": _JOURNAL.c.fund_id,
        "fund_name": _FUND.c.name,
        "year": _JOURNAL.c.year,
        "number": _JOURNAL.c.number,
        "template": _JOURNAL.c.template,
        "template_name": _TEMPLATE.c.name,
        "occurred_on": _JOURNAL.c.occurred_on,
        "memo": _JOURNAL.c.memo,
        "amount": _JOURNAL.c.amount,
        "division_code": _JOURNAL.c.division_code,
        "posting_id": _JOURNAL.c.posting_id,
        "reverses_id": _JOURNAL.c.reverses_id,
        "reversed_by_id": rows_of(_REVERSAL.c.id).where(_REVERSAL.c.reverses_id == _JOURNAL.c.id).scalar_subquery(),
        "created_at": _JOURNAL.c.created_at,
    },
    scope=scope_of(Journal),
    row_model=JournalRead,
    filters={
        "fund_id": equals(_JOURNAL.c.fund_id),
        "template": one_of(_JOURNAL.c.template),
        "occurred_from": at_least(_JOURNAL.c.occurred_on),
        "occurred_to": at_most(_JOURNAL.c.occurred_on),
        "division_code": prefix(_JOURNAL.c.division_code),
        "posting_id": equals(_JOURNAL.c.posting_id),
        "account_code": _by_line("account_code"),
        "batch_ref": _by_line("batch_ref"),
        "case_ref": _by_line("case_ref"),
    },
    sortable={
        "occurred_on": _JOURNAL.c.occurred_on,
        "number": _JOURNAL.c.number,
        "amount": _JOURNAL.c.amount,
        "created_at": _JOURNAL.c.created_at,
    },
    search=_JOURNAL.c.memo.like,
    actions=lambda actor, row: (
        ["reversal"]
        if row["reverses_id"] is None
        and row["reversed_by_id"] is None
        and actor.may(LedgerPermission.JOURNAL_REVERSE, row["division_code"])
        else []
    ),
)
