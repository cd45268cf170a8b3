"""What is owed, listed and paid: every SELECT of this domain."""

from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import ARRAY, Text, and_, cast, func, or_, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.listing import Filter, Listing, ListQuery, equals, one_of, prefix
from backend.kernel.listing.reading import finish
from backend.kernel.scope import scope_of
from backend.kernel.sealing import unseal
from backend.payments import rules
from backend.payments.bank_files import FileHead, FileLine
from backend.payments.models import (
    AccountStatus,
    BatchState,
    Entitlement,
    EntitlementStatus,
    LineStatus,
    OrderChannel,
    OrderStatus,
    PaymentAccount,
    PaymentBatch,
    PaymentLine,
    PaymentOrder,
)
from backend.payments.permissions import PaymentPermission as P
from backend.payments.schemas import AccountRead, BatchRead, EntitlementRead, LineRead, OrderRead
from backend.payments.service.accounts import CONTEXT
from backend.registry.numbers import ID_NUMBER

_E = Entitlement.__table__  # type: ignore[attr-defined]
_O = PaymentOrder.__table__  # type: ignore[attr-defined]
_A = PaymentAccount.__table__  # type: ignore[attr-defined]
_B = PaymentBatch.__table__  # type: ignore[attr-defined]
_L = PaymentLine.__table__  # type: ignore[attr-defined]


def _month(value: str) -> date:
    return rules.month_of(value)


class AreaQuery(ListQuery):
    """Filters that most lists of payments share."""

    division_code: str | None = Field(default=None, title="行政区划", max_length=15)
    project_code: str | None = Field(default=None, title="项目", max_length=20)
    household_id: int | None = Field(default=None, title="家庭", ge=1, le=9_223_372_036_854_775_807)


class EntitlementQuery(AreaQuery):
    """Filters of the list of benefits."""

    status: EntitlementStatus | None = Field(default=None, title="状态")
    in_force: bool | None = Field(default=None, title="本月在享")
    case_id: int | None = Field(default=None, title="案件", ge=1, le=9_223_372_036_854_775_807)


_MONTH = func.date_trunc("month", func.timezone("Asia/Shanghai", func.now()))
_IN_FORCE = and_(
    _E.c.status == EntitlementStatus.ACTIVE,
    _E.c.from_month <= _MONTH,
    or_(_E.c.to_month.is_(None), _E.c.to_month >= _MONTH),
)


def _entitlement_actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    if row["to_month"] is not None or not actor.reach(P.ENTITLEMENT_CHANGE).covers(row["division_code"]):
        return []
    return {"active": ["suspension"], "suspended": ["resumption"]}.get(row["status"], [])


ENTITLEMENTS = Listing(
    name="entitlements",
    title="待遇",
    permission=P.ENTITLEMENT_READ,
    source=_E,
    key=_E.c.id,
    columns={name: _E.c[name] for name in EntitlementRead.model_fields if name != "allowed_actions"},
    scope=scope_of(Entitlement),
    row_model=EntitlementRead,
    filters={
        "division_code": prefix(_E.c.division_code),
        "project_code": one_of(_E.c.project_code),
        "household_id": equals(_E.c.household_id),
        "status": equals(_E.c.status),
        "in_force": equals(_IN_FORCE),
        "case_id": equals(_E.c.case_id),
    },
    sortable={"monthly_amount": _E.c.monthly_amount, "from_month": _E.c.from_month},
    search=lambda q: _E.c.payee_name.like(q) | _E.c.case_ref.like(q),
    actions=_entitlement_actions,
)


class OrderQuery(AreaQuery):
    """Filters of the list of one-off payments."""

    status: OrderStatus | None = Field(default=None, title="状态")
    channel: OrderChannel | None = Field(default=None, title="支付方式")
    awaits_handover: bool | None = Field(default=None, title="待出纳交付")
    case_id: int | None = Field(default=None, title="案件", ge=1, le=9_223_372_036_854_775_807)


_AWAITS = (_O.c.channel != OrderChannel.BATCH) & (_O.c.status == OrderStatus.PAID) & _O.c.handed_at.is_(None)


def _order_actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    waits = row["channel"] != OrderChannel.BATCH and row["status"] == OrderStatus.PAID and row["handed_at"] is None
    may = actor.reach(P.ORDER_HAND_OVER).covers(row["division_code"]) and row["decided_by"] != actor.user_id
    return ["handover"] if waits and may else []


ORDERS = Listing(
    name="payment_orders",
    title="一次性支付",
    permission=P.ORDER_READ,
    source=_O,
    key=_O.c.id,
    columns={name: _O.c[name] for name in OrderRead.model_fields if name != "allowed_actions"},
    scope=scope_of(PaymentOrder),
    row_model=OrderRead,
    filters={
        "division_code": prefix(_O.c.division_code),
        "project_code": one_of(_O.c.project_code),
        "household_id": equals(_O.c.household_id),
        "status": equals(_O.c.status),
        "channel": equals(_O.c.channel),
        "awaits_handover": equals(_AWAITS),
        "case_id": equals(_O.c.case_id),
    },
    actions=_order_actions,
    sortable={"amount": _O.c.amount, "created_at": _O.c.created_at},
    search=lambda q: _O.c.payee_name.like(q) | _O.c.case_ref.like(q),
)


class AccountQuery(ListQuery):
    """Filters of the list of accounts."""

    division_code: str | None = Field(default=None, title="行政区划", max_length=15)
    household_id: int | None = Field(default=None, title="家庭", ge=1, le=9_223_372_036_854_775_807)
    status: AccountStatus | None = Field(default=None, title="状态")


def _account_actions(actor: Actor, row: dict[str, Any]) -> list[str]:
    mine = row["entered_by"] == actor.user_id
    may = actor.reach(P.ACCOUNT_CONFIRM).covers(row["division_code"])
    return ["confirmation"] if row["status"] == "pending" and may and not mine else []


ACCOUNTS = Listing(
    name="payment_accounts",
    title="收款账户",
    permission=P.ACCOUNT_READ,
    source=_A,
    key=_A.c.id,
    columns={name: _A.c[name] for name in AccountRead.model_fields if name != "allowed_actions"},
    scope=scope_of(PaymentAccount),
    row_model=AccountRead,
    filters={
        "division_code": prefix(_A.c.division_code),
        "household_id": equals(_A.c.household_id),
        "status": equals(_A.c.status),
    },
    search=_A.c.holder_name.like,
    actions=_account_actions,
)


class BatchQuery(ListQuery):
    """Filters of the list of batches."""

    division_code: str | None = Field(default=None, title="行政区划", max_length=15)
    period: str | None = Field(default=None, title="所属月份", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    state: BatchState | None = Field(default=None, title="状态")
    project_code: str | None = Field(default=None, title="项目", max_length=20)


_SHOWN = [name for name in BatchRead.model_fields if name not in {"allowed_actions", "period"}]
BATCHES = Listing(
    name="payment_batches",
    title="发放批次",
    permission=P.BATCH_READ,
    source=_B,
    key=_B.c.id,
    columns={name: _B.c[name] for name in _SHOWN} | {"period": func.to_char(_B.c.period, "YYYY-MM")},
    scope=scope_of(PaymentBatch),
    row_model=BatchRead,
    filters={
        "division_code": prefix(_B.c.division_code),
        "period": Filter(_B.c.period, lambda c, v: c == v, _month),
        "state": equals(_B.c.state),
        "project_code": Filter(cast(_B.c.project_codes, ARRAY(Text)), lambda c, v: c.op("@>")(v), lambda v: [v]),
    },
    sortable={"total_amount": _B.c.total_amount, "created_at": _B.c.created_at},
    search=_B.c.number.like,
    actions=rules.allowed_actions,
    option_label=_B.c.number,
)


class LineQuery(AreaQuery):
    """Filters of the list of payments."""

    batch_id: int | None = Field(
        default=None, title="批次", ge=1, le=9_223_372_036_854_775_807,
        json_schema_extra={"x-options": "/api/v1/payment-batches/options"},
    )  # fmt: skip
    status: LineStatus | None = Field(default=None, title="状态")
    difference: str | None = Field(default=None, title="与上月比较", max_length=20)


LINES = Listing(
    name="payment_lines",
    title="发放明细",
    permission=P.BATCH_READ,
    source=_L.outerjoin(_A, _A.c.id == _L.c.account_id),
    key=_L.c.id,
    columns={
        name: _A.c.number_masked if name == "account_masked" else _L.c[name]
        for name in LineRead.model_fields
        if name != "allowed_actions"
    },
    scope=scope_of(PaymentLine),
    row_model=LineRead,
    filters={
        "division_code": prefix(_L.c.division_code),
        "project_code": one_of(_L.c.project_code),
        "household_id": equals(_L.c.household_id),
        "batch_id": equals(_L.c.batch_id),
        "status": equals(_L.c.status),
        "difference": one_of(_L.c.difference),
    },
    sortable={"seq": _L.c.seq, "amount": _L.c.amount},
    search=_L.c.payee_name.like,
)


async def row_of(session: AsyncSession, actor: Actor, listing: Listing, key: int) -> dict[str, Any]:
    """Return one row as its list shows it, read in the request's own transaction."""
    columns = [column.label(name) for name, column in listing.columns.items()]
    statement = select(*columns).select_from(listing.source).where(listing.key == key)
    found = (await session.execute(statement)).mappings().one()
    return finish(listing, actor, dict(found))


async def outcome_of(session: AsyncSession, batch_id: int) -> dict[str, int]:
    """Return how many lines of a batch stand where."""
    rows = await session.execute(
        text("SELECT status, count(*) FROM payment_line WHERE batch_id = :batch GROUP BY status ORDER BY status"),
        {"batch": batch_id},
    )
    return {row[0]: row[1] for row in rows}


_FILE = text("""
SELECT l.seq, l.biz_no, l.payee_name, l.amount, l.division_code, l.project_code, l.period,
       p.id_number_cipher, p.id_type, a.kind, a.number_cipher, a.bank_name, a.cnaps,
       coalesce(m.relation, '') AS relation
FROM payment_line l
LEFT JOIN person p ON p.id = l.payee_person_id
LEFT JOIN payment_account a ON a.id = l.account_id
LEFT JOIN LATERAL (SELECT relation FROM household_member m
                   WHERE m.household_id = l.household_id AND m.person_id = l.payee_person_id AND m.left_on IS NULL
                   LIMIT 1) m ON true
WHERE l.batch_id = :batch AND l.status <> 'cancelled' ORDER BY l.seq
""")


async def file_lines(session: AsyncSession, batch_id: int, names: dict[str, str]) -> list[FileLine]:
    """Return the lines with whole numbers, for the bank's file alone. Without a filed account: 社保卡 by ID number."""
    rows = await session.execute(_FILE, {"batch": batch_id})
    return [
        FileLine(
            seq=row.seq,
            biz_no=row.biz_no,
            payee_name=row.payee_name,
            id_type="01" if row.id_type == "citizen" else "99",
            id_no=unseal(bytes(row.id_number_cipher), ID_NUMBER) if row.id_number_cipher else "",
            acct_type=row.kind or "3",
            acct_no=unseal(bytes(row.number_cipher), CONTEXT) if row.number_cipher else "",
            bank_name=row.bank_name or "",
            cnaps=row.cnaps or "",
            amount=row.amount,
            division_code=row.division_code,
            relation=row.relation,
            memo=f"{row.period:%Y年%m月}{names.get(row.project_code, row.project_code)}",
        )
        for row in rows
    ]


async def project_names(session: AsyncSession, codes: list[str]) -> dict[str, str]:
    """Return the names of projects, for the memo people read on their statement."""
    rows = await session.execute(
        text(
            "SELECT DISTINCT ON (p.code) p.code, v.name FROM project p JOIN project_version v ON v.project_id = p.id"
            " WHERE p.code = ANY (:codes) ORDER BY p.code, v.number DESC"
        ),
        {"codes": codes},
    )
    return {row.code: row.name for row in rows}


def file_head(batch: PaymentBatch, payer: str) -> FileHead:
    """Return the batch as the bank checks it."""
    return FileHead(
        number=batch.number,
        payer=payer,
        items="+".join(batch.project_codes),
        period=f"{batch.period:%Y%m}",
        made_at=batch.approved_at or batch.created_at,
    )
