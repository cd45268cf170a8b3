"""What the statements say and what stands open: every SELECT of this domain."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field
from sqlalchemy import Row, case, exists, func, literal, text
from sqlalchemy import select as rows_of
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.listing import Listing, ListQuery, at_least, at_most, equals
from backend.kernel.scope import scope_of
from backend.ledger.models import Journal
from backend.reconciliation.models import (
    BankAccount,
    BankLine,
    BankMatch,
    BankMatchItem,
    BankStatement,
    LineState,
    MatchRule,
    MatchStatus,
)
from backend.reconciliation.permissions import ReconciliationPermission as P
from backend.reconciliation.schemas import ACCOUNTS as ACCOUNT_OPTIONS
from backend.reconciliation.schemas import BankAccountRead, BankLineRead, MatchRead, StatementRead

_ACCOUNT = BankAccount.__table__  # type: ignore[attr-defined]
_STATEMENT = BankStatement.__table__  # type: ignore[attr-defined]
_LINE = BankLine.__table__  # type: ignore[attr-defined]
_MATCH = BankMatch.__table__  # type: ignore[attr-defined]
_ITEM = BankMatchItem.__table__  # type: ignore[attr-defined]
_JOURNAL = Journal.__table__  # type: ignore[attr-defined]
ITEMS_MAX = 2000


def _last(column: Any) -> Any:
    return (
        rows_of(column)
        .where(_STATEMENT.c.bank_account_id == _ACCOUNT.c.id)
        .order_by(_STATEMENT.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )


_HELD = exists().where(_ITEM.c.bank_line_id == _LINE.c.id, _ITEM.c.held)
_SETTLED = exists().where(
    _ITEM.c.bank_line_id == _LINE.c.id, _ITEM.c.held, _MATCH.c.id == _ITEM.c.match_id, _MATCH.c.status == "matched"
)
_STATE = case(
    (_SETTLED, literal(LineState.MATCHED.value)), (_HELD, literal(LineState.HELD.value)), else_=LineState.OPEN.value
)


class AccountQuery(ListQuery):
    """Filters of the list of bank accounts."""

    fund_id: int | None = Field(default=None, title="账套", json_schema_extra={"x-options": "/api/v1/funds/options"})


class OfAccount(ListQuery):
    """Filters of what belongs to a bank account."""

    bank_account_id: int | None = Field(default=None, title="银行账户", json_schema_extra=ACCOUNT_OPTIONS)


class LineQuery(OfAccount):
    """Filters of the list of lines."""

    booked_from: date | None = Field(default=None, title="记账日期起")
    booked_to: date | None = Field(default=None, title="记账日期止")
    state: LineState | None = Field(default=None, title="对账状态")
    statement_id: int | None = Field(default=None, title="对账单", json_schema_extra={"x-hidden": True})


class MatchQuery(OfAccount):
    """Filters of the list of matches."""

    status: MatchStatus | None = Field(default=None, title="状态")
    rule: MatchRule | None = Field(default=None, title="对账规则")
    waiting: bool | None = Field(default=None, title="待办")


def _account_actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    offered = (("statements", P.IMPORT), ("matching", P.MATCH))
    return [name for name, right in offered if actor.may(right, row["division_code"])]


BANK_ACCOUNTS = Listing(
    name="bank_accounts",
    title="银行账户",
    permission=P.READ,
    source=_ACCOUNT,
    key=_ACCOUNT.c.id,
    columns={n: _ACCOUNT.c[n] for n in BankAccountRead.model_fields if n in _ACCOUNT.c}
    | {
        "covered_to": _last(_STATEMENT.c.to_date),
        "bank_balance": _last(_STATEMENT.c.closing_balance),
        "open_lines": rows_of(func.count())
        .select_from(_LINE)
        .where(_LINE.c.bank_account_id == _ACCOUNT.c.id, ~_HELD)
        .scalar_subquery(),
    },
    scope=scope_of(BankAccount),
    row_model=BankAccountRead,
    filters={"fund_id": equals(_ACCOUNT.c.fund_id)},
    default_order="id",
    option_label=_ACCOUNT.c.bank_name + " " + _ACCOUNT.c.number_masked,
    actions=_account_actions,
)
STATEMENTS = Listing(
    name="bank_statements",
    title="银行对账单",
    permission=P.READ,
    source=_STATEMENT,
    key=_STATEMENT.c.id,
    columns={name: _STATEMENT.c[name] for name in StatementRead.model_fields if name in _STATEMENT.c},
    scope=scope_of(BankStatement),
    row_model=StatementRead,
    filters={"bank_account_id": equals(_STATEMENT.c.bank_account_id)},
    sortable={"to_date": _STATEMENT.c.to_date},
    default_order="-to_date",
)
LINES = Listing(
    name="bank_lines",
    title="银行流水",
    permission=P.READ,
    source=_LINE,
    key=_LINE.c.id,
    columns={name: _LINE.c[name] for name in BankLineRead.model_fields if name in _LINE.c} | {"state": _STATE},
    scope=scope_of(BankLine),
    row_model=BankLineRead,
    filters={
        "bank_account_id": equals(_LINE.c.bank_account_id),
        "booked_from": at_least(_LINE.c.booked_on),
        "booked_to": at_most(_LINE.c.booked_on),
        "state": equals(_STATE),
        "statement_id": equals(_LINE.c.statement_id),
    },
    sortable={"booked_on": _LINE.c.booked_on, "amount": _LINE.c.amount},
    search=lambda q: _LINE.c.counter_name.like(q) | _LINE.c.memo.like(q) | _LINE.c.reference.like(q),
)


def _first_line(source: Any, of_item: Any, *words: Any) -> Any:
    """Return what the first line of a side says; how many there are stands beside it."""
    return (
        rows_of(func.concat_ws(" ", *words))
        .select_from(source)
        .where(_ITEM.c.match_id == _MATCH.c.id, of_item.is_not(None))
        .order_by(_ITEM.c.id)
        .limit(1)
        .scalar_subquery()
    )


_BANK_SAID = _first_line(
    _ITEM.join(_LINE, _LINE.c.id == _ITEM.c.bank_line_id),
    _ITEM.c.bank_line_id,
    _LINE.c.booked_on,
    _LINE.c.counter_name,
    _LINE.c.memo,
    func.coalesce(_LINE.c.reference, _LINE.c.serial),
)
_BOOK_SAID = _first_line(
    _ITEM.join(_JOURNAL, _JOURNAL.c.id == _ITEM.c.journal_id),
    _ITEM.c.journal_id,
    _JOURNAL.c.occurred_on,
    _JOURNAL.c.memo,
)


def match_actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    """Say what this person may do: nobody confirms their own manual match."""

    def may(right: P) -> bool:
        return actor.may(right, row["division_code"])

    match row["status"]:
        case MatchStatus.SUGGESTED:
            return ["confirmation", "rejection"] if may(P.MATCH) else []
        case MatchStatus.PROPOSED:
            own = row["made_by"] == actor.user_id
            return [*(["confirmation"] if may(P.CONFIRM) and not own else []), *(["rejection"] if may(P.MATCH) else [])]
        case MatchStatus.MATCHED:
            return ["undoing"] if may(P.MATCH) else []
    return []


MATCHES = Listing(
    name="bank_matches",
    title="对账记录",
    permission=P.READ,
    source=_MATCH,
    key=_MATCH.c.id,
    columns={name: _MATCH.c[name] for name in MatchRead.model_fields if name in _MATCH.c}
    | {"bank_said": _BANK_SAID, "book_said": _BOOK_SAID},
    scope=scope_of(BankMatch),
    row_model=MatchRead,
    filters={
        "bank_account_id": equals(_MATCH.c.bank_account_id),
        "status": equals(_MATCH.c.status),
        "rule": equals(_MATCH.c.rule),
        "waiting": equals(_MATCH.c.status.in_((MatchStatus.SUGGESTED, MatchStatus.PROPOSED))),
    },
    sortable={"confidence": _MATCH.c.confidence, "amount": _MATCH.c.amount},
    actions=match_actions,
)


async def last_statement(session: AsyncSession, account_id: int) -> BankStatement | None:
    """Return the statement that ends last."""
    statement = select(BankStatement).where(BankStatement.bank_account_id == account_id)
    return (await session.exec(statement.order_by(col(BankStatement.sequence).desc()).limit(1))).first()


async def statement_of_digest(session: AsyncSession, account_id: int, digest: str) -> BankStatement | None:
    """Return the statement that came in the same file."""
    statement = select(BankStatement).where(BankStatement.bank_account_id == account_id, BankStatement.digest == digest)
    return (await session.exec(statement)).first()


async def known_serials(session: AsyncSession, account_id: int, serials: list[str]) -> set[str]:
    """Return which of the bank's numbers were imported before."""
    rows = await session.execute(
        text("SELECT serial FROM bank_line WHERE bank_account_id = :account AND serial = ANY (:serials)"),
        {"account": account_id, "serials": serials},
    )
    return {row.serial for row in rows}


async def book_balance(session: AsyncSession, fund_id: int, account_code: str, before: date) -> Decimal:
    """Return debit minus credit of a money account at the beginning of a day."""
    found = await session.scalar(
        text(
            "SELECT coalesce(sum(l.debit - l.credit), 0) FROM journal_line l JOIN journal j ON j.id = l.journal_id"
            " WHERE l.fund_id = :fund AND l.account_code = :code AND j.occurred_on < :before"
        ),
        {"fund": fund_id, "code": account_code, "before": before},
    )
    return Decimal(found or 0)


async def bank_balance(session: AsyncSession, account: BankAccount, as_of: date) -> Decimal:
    """Return the balance as the bank wrote it beside its last line of a day; the opening balance before any line."""
    found = await session.scalar(
        text(
            "SELECT balance FROM bank_line WHERE bank_account_id = :account AND booked_on <= :as_of"
            " ORDER BY booked_on DESC, id DESC LIMIT 1"
        ),
        {"account": account.id, "as_of": as_of},
    )
    return account.opening_balance if found is None else Decimal(found)


async def open_counts(session: AsyncSession, account_id: int) -> tuple[int, int]:
    """Return how many lines no match holds, of the bank and of the book."""
    row = (
        await session.execute(
            text(
                "SELECT (SELECT count(*) FROM bank_open_lines(:account)) AS bank,"
                " (SELECT count(*) FROM bank_open_book_lines(:account)) AS book"
            ),
            {"account": account_id},
        )
    ).one()
    return row.bank, row.book


async def sides_to_match(session: AsyncSession, account_id: int, side: str, limit: int) -> list[Row[Any]]:
    """Return what no match holds on one side, oldest first."""
    source = (
        "SELECT id::text AS key, booked_on AS day, amount, memo, counter_name,"
        " coalesce(reference, serial) AS reference, NULL::bigint AS number, NULL::bigint AS journal_id"
        " FROM bank_open_lines(:account)"
        if side == "bank"
        else "SELECT journal_id || '-' || line_no AS key, occurred_on AS day, amount, memo, NULL AS counter_name,"
        " coalesce(batch_ref, doc_no, case_ref) AS reference, number, journal_id FROM bank_open_book_lines(:account)"
    )
    rows = await session.execute(
        text(f"SELECT * FROM ({source}) s ORDER BY day, key LIMIT :limit"), {"account": account_id, "limit": limit}
    )
    return list(rows.all())


async def lines_of_match(session: AsyncSession, match_id: int) -> list[Row[Any]]:
    """Return the lines of both sides of a match."""
    rows = await session.execute(
        text(
            "SELECT 'bank' AS side, b.id::text AS key, b.booked_on AS day, b.amount, b.memo, b.counter_name,"
            " coalesce(b.reference, b.serial) AS reference, NULL::bigint AS number, NULL::bigint AS journal_id"
            " FROM bank_match_item i JOIN bank_line b ON b.id = i.bank_line_id WHERE i.match_id = :match"
            " UNION ALL SELECT 'book', l.journal_id || '-' || l.line_no, j.occurred_on, l.debit - l.credit, j.memo,"
            " NULL, coalesce(l.batch_ref, l.doc_no, l.case_ref), j.number, j.id FROM bank_match_item i"
            " JOIN journal_line l ON l.journal_id = i.journal_id AND l.line_no = i.line_no"
            " JOIN journal j ON j.id = l.journal_id WHERE i.match_id = :match ORDER BY 3, 2"
        ),
        {"match": match_id},
    )
    return list(rows.all())


async def steps_of_match(session: AsyncSession, match_id: int) -> list[Row[Any]]:
    """Return who decided what."""
    rows = await session.execute(
        text(
            "SELECT s.kind, u.name AS user_name, s.note, s.at FROM bank_match_step s"
            " LEFT JOIN user_account u ON u.id = s.user_id WHERE s.match_id = :match ORDER BY s.id"
        ),
        {"match": match_id},
    )
    return list(rows.all())


# 金额不符: the other side has a line of the same number, with another amount. 重复: its own side has the same again.
_OPEN_ITEMS = """
WITH open AS MATERIALIZED (SELECT *, row_number() OVER () AS place FROM bank_open_items(:account, :as_of)),
named AS MATERIALIZED (SELECT DISTINCT o.place, o.side, o.amount, o.day, r.ref
          FROM open o CROSS JOIN LATERAL unnest(o.refs) r (ref) WHERE r.ref IS NOT NULL),
twice AS (SELECT DISTINCT n.place FROM named n JOIN bank_line b ON n.side = 'bank' AND b.bank_account_id = :account
          AND b.reference = n.ref AND b.amount = n.amount AND b.booked_on <= n.day
          JOIN open o ON o.place = n.place AND b.id < o.bank_line_id),
uneven AS (SELECT DISTINCT n.place FROM named n JOIN named x ON x.ref = n.ref AND x.side <> n.side
           AND x.amount <> n.amount)
SELECT o.side, o.day, o.amount, o.memo, o.counter_name, o.number, o.journal_id,
       coalesce(o.bank_line_id::text, o.journal_id || '-' || o.line_no) AS key,
       (SELECT r FROM unnest(o.refs) r WHERE r IS NOT NULL LIMIT 1) AS reference,
       CASE WHEN t.place IS NOT NULL THEN 'duplicate' WHEN u.place IS NOT NULL THEN 'other_amount'
            WHEN o.side = 'bank' THEN CASE WHEN o.amount > 0 THEN 'bank_received' ELSE 'bank_paid' END
            ELSE CASE WHEN o.amount > 0 THEN 'book_received' ELSE 'book_paid' END END AS kind,
       CAST(:as_of AS date) - o.day AS days
FROM open o LEFT JOIN twice t USING (place) LEFT JOIN uneven u USING (place)
"""


async def open_items(session: AsyncSession, account_id: int, as_of: date) -> list[Row[Any]]:
    """Return what stood open at the end of a day, with its kind and age, oldest first, up to a printable number."""
    rows = await session.execute(
        text(f"SELECT * FROM ({_OPEN_ITEMS}) i ORDER BY day, side, key LIMIT {ITEMS_MAX}"),
        {"account": account_id, "as_of": as_of},
    )
    return list(rows.all())


async def open_sums(session: AsyncSession, account_id: int, as_of: date) -> list[Row[Any]]:
    """Return (side, kind, is_in, age, count, amount) of all that stood open; `age` counts the limits passed."""
    rows = await session.execute(
        text(
            "SELECT side, kind, amount > 0 AS is_in,"
            " CASE WHEN days > 90 THEN 2 WHEN days > 30 THEN 1 ELSE 0 END AS age,"
            f" count(*) AS count, sum(amount) AS amount FROM ({_OPEN_ITEMS}) i GROUP BY 1, 2, 3, 4"
        ),
        {"account": account_id, "as_of": as_of},
    )
    return list(rows.all())


async def waiting(session: AsyncSession, account_id: int) -> int:
    """Return how many matches wait for somebody."""
    statement = (
        select(func.count())
        .select_from(BankMatch)
        .where(
            BankMatch.bank_account_id == account_id,
            col(BankMatch.status).in_((MatchStatus.SUGGESTED, MatchStatus.PROPOSED)),
        )
    )
    return (await session.exec(statement)).one()


async def chosen_lines(
    session: AsyncSession, account_id: int, bank: list[int], book: list[tuple[int, int]]
) -> tuple[dict[int, Decimal], dict[tuple[int, int], Decimal]]:
    """Return the amounts of those of the chosen lines that are this account's and open."""
    of_bank = await session.execute(
        text("SELECT id, amount FROM bank_open_lines(:account) WHERE id = ANY (:ids)"),
        {"account": account_id, "ids": bank},
    )
    of_book = await session.execute(
        text(
            "SELECT k.journal_id, k.line_no, k.amount FROM bank_open_book_lines(:account) k"
            " JOIN unnest(CAST(:journals AS bigint[]), CAST(:lines AS integer[])) c (journal_id, line_no)"
            " ON c.journal_id = k.journal_id AND c.line_no = k.line_no"
        ),
        {"account": account_id, "journals": [j for j, _ in book], "lines": [n for _, n in book]},
    )
    return {r.id: r.amount for r in of_bank}, {(r.journal_id, r.line_no): r.amount for r in of_book}
