"""Every change of the books: post by template, reverse, refill, verify."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import SYSTEM, Actor
from backend.kernel.clocks import CHINA
from backend.kernel.errors import NotFound
from backend.kernel.i18n import say
from backend.kernel.money import to_money
from backend.ledger import repository
from backend.ledger.errors import (
    AlreadyReversed,
    ReversalOfReversal,
    TemplateMisused,
    UnknownTemplate,
    WrongBook,
)
from backend.ledger.models import (
    Fund,
    FundKind,
    FundSource,
    Journal,
    JournalLine,
    PostingTemplate,
)
from backend.ledger.schemas import Fault, Verification

ROLES = {
    FundKind.COUNTY_SPECIAL: "county",
    FundKind.TOWN_RESERVE: "town",
    FundKind.CHARITY_RELIEF: "charity",
    FundKind.PURCHASED_SERVICES: "services",
    FundKind.GOODS: "goods",
}
DIMENSIONS = ("budget_subject", "item_code", "division_code", "case_ref", "batch_ref", "doc_no")


@dataclass(frozen=True, slots=True)
class Part:
    """One amount of a posting with its own dimensions, accounts or sources; what it leaves out is the posting's."""

    amount: Decimal
    dimensions: Mapping[str, str | None] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, FundSource] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FreeLine:
    """A line given as it is, for templates without fixed legs (E24)."""

    account: str
    debit: Decimal | None = None
    credit: Decimal | None = None
    fund_source: FundSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One event to be posted.

    `fund_id` is the book of a one-book event; `funds` names the books of others by role (`county`, `town`, `charity`),
    also the counterpart of a debt. `accounts` chooses an alternative: `{"1002": "1001"}` pays in cash. `sources` names
    the fund source per role, by default the book's own.
    """

    template: str
    idempotency_key: str = ""
    fund_id: int | None = None
    funds: Mapping[str, int] = field(default_factory=dict)
    amount: Decimal | None = None
    parts: Sequence[Part] = ()
    lines: Sequence[FreeLine] = ()
    dimensions: Mapping[str, str | None] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, FundSource] = field(default_factory=dict)
    fund_source: FundSource | None = None
    occurred_on: date | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted: its number, and the vouchers in the order of the legs."""

    posting_id: int
    replayed: bool
    journal_ids: tuple[int, ...]


def today() -> date:
    """Return the date in China."""
    return datetime.now(CHINA).date()


async def post(session: AsyncSession, posting: Posting, actor: Actor = SYSTEM) -> Posted:
    """Post one event; the same key with the same content answers as the first time, with other content is refused."""
    return await post_together(session, [posting], key=posting.idempotency_key, actor=actor)


async def post_together(
    session: AsyncSession, postings: Sequence[Posting], *, key: str, actor: Actor = SYSTEM
) -> Posted:
    """Post several events into one or more books, all or none."""
    if not key:
        raise TemplateMisused(code=postings[0].template, reason="缺少防重编号")
    known = {template.code: template for template in await repository.templates(session)}
    journals: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for posting in postings:
        template = known.get(posting.template)
        if template is None:
            raise UnknownTemplate(code=posting.template)
        books = await _books(session, template, posting)
        _write(template, posting, books, journals, lines)
    return await _send(session, {"key": key, "actor_id": actor.user_id, "journals": journals, "lines": lines})


async def _books(session: AsyncSession, template: PostingTemplate, posting: Posting) -> dict[str, Fund]:
    """Find the book of each role and check that it is of the right kind."""
    wanted = dict(posting.funds)
    roles = [leg["book"] for leg in template.legs if "book" in leg]
    if posting.fund_id is not None:
        fund = await session.get(Fund, posting.fund_id)
        if fund is None:
            raise NotFound
        # A charity or another book may hold events written for the county, e.g. an expense of its own.
        wanted.setdefault(roles[0] if roles else "own", posting.fund_id)
    books: dict[str, Fund] = {}
    for role, fund_id in wanted.items():
        fund = await session.get(Fund, fund_id)
        if fund is None:
            raise NotFound
        if role in ROLES.values() and ROLES.get(fund.kind) != role:
            raise WrongBook(fund=fund.name, kind=fund.kind.label, template=f"{template.code} {template.name}")
        books[role] = fund
    missing = sorted(({leg["book"] for leg in template.legs if "book" in leg}) - books.keys())
    if missing:
        raise TemplateMisused(code=template.code, reason=f"缺少账套：{'、'.join(missing)}")
    return books


def _write(
    template: PostingTemplate,
    posting: Posting,
    books: Mapping[str, Fund],
    journals: list[dict[str, Any]],
    lines: list[dict[str, Any]],
) -> None:
    """Append the vouchers and lines of one event."""
    free = next((leg["free"] for leg in template.legs if "free" in leg), None)
    places: dict[str, int] = {}
    for role in dict.fromkeys(leg["book"] for leg in template.legs if "book" in leg) if free is None else ["own"]:
        places[role] = len(journals)
        journals.append(
            {
                "fund_id": books[role].id,
                "template": template.code,
                "occurred_on": (posting.occurred_on or today()).isoformat(),
                "memo": posting.memo or template.name,
            }
        )
    if free is not None:
        lines.extend(_free_lines(template, posting, books["own"], places["own"], free))
        return
    parts = posting.parts or (Part(posting.amount or Decimal(0)),)
    for part in parts:
        dimensions = _dimensions(template, posting, part)
        lines.extend(
            _line(template, posting, part, leg, books) | dimensions | {"journal": places[leg["book"]]}
            for leg in template.legs
        )


def _line(
    template: PostingTemplate, posting: Posting, part: Part, leg: Mapping[str, Any], books: Mapping[str, Fund]
) -> dict[str, Any]:
    side = "debit" if "debit" in leg else "credit"
    own = leg[side]
    account = {**posting.accounts, **part.accounts}.get(own, own)
    if account != own and account not in leg.get("or", ()):
        raise TemplateMisused(code=template.code, reason=f"不能用科目 {account} 代替 {own}")
    fund = books[leg["book"]]
    source = part.sources.get(leg["book"]) or posting.sources.get(leg["book"]) or posting.fund_source
    amount = to_money(part.amount)
    if amount <= 0:
        raise TemplateMisused(code=template.code, reason="金额必须大于零")
    counter = books.get(leg["counter"]) if "counter" in leg else None
    if "counter" in leg and counter is None:
        raise TemplateMisused(code=template.code, reason="缺少往来账套")
    return {
        "account": account,
        side: str(amount),
        "fund_source": str(source or fund.default_source),
        "counter_fund_id": counter.id if counter else None,
    }


def _dimensions(template: PostingTemplate, posting: Posting, part: Part) -> dict[str, str]:
    given = {**posting.dimensions, **part.dimensions}
    unknown = sorted(given.keys() - set(DIMENSIONS))
    if unknown:
        raise TemplateMisused(code=template.code, reason=f"没有辅助项 {'、'.join(unknown)}")
    missing = [name for name in template.requires if not given.get(name)]
    if missing:
        raise TemplateMisused(code=template.code, reason=f"缺少辅助项 {'、'.join(missing)}")
    return {name: value for name, value in given.items() if value}


def _free_lines(
    template: PostingTemplate, posting: Posting, fund: Fund, place: int, allowed: Sequence[str]
) -> list[dict[str, Any]]:
    dimensions = _dimensions(template, posting, Part(Decimal(0)))
    written = []
    for line in posting.lines:
        if line.account not in allowed:
            raise TemplateMisused(code=template.code, reason=f"不能使用科目 {line.account}")
        side = {name: str(to_money(v)) for name, v in (("debit", line.debit), ("credit", line.credit)) if v is not None}
        source = str(line.fund_source or posting.fund_source or fund.default_source)
        written.append({"journal": place, "account": line.account, "fund_source": source, **side, **dimensions})
    return written


async def _send(session: AsyncSession, body: Mapping[str, Any]) -> Posted:
    numbers = Counter[int]()
    for line in body["lines"]:
        numbers[line["journal"]] += 1
        line["line_no"] = numbers[line["journal"]]
    row = await session.execute(text("SELECT ledger_post(CAST(:body AS jsonb))"), {"body": orjson.dumps(body).decode()})
    done = row.scalar_one()
    done = orjson.loads(done) if isinstance(done, str) else done
    return Posted(done["posting_id"], done["replayed"], tuple(journal["id"] for journal in done["journals"]))


async def reverse(
    session: AsyncSession, actor: Actor, journal: Journal, reason: str, occurred_on: date | None = None
) -> Posted:
    """Reverse a voucher and all that were posted with it, by the same lines with sides exchanged; once."""
    if journal.reverses_id is not None:
        raise ReversalOfReversal
    earlier = await repository.reversal_of(session, journal.id or 0)
    if earlier is not None:
        raise AlreadyReversed(number=earlier.number)
    together = await repository.journals_of_posting(session, journal.posting_id)
    memo = "冲销 {year} 年第 {number} 号：{reason}"
    journals: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    day = (occurred_on or today()).isoformat()
    for place, original in enumerate(together):
        said = memo.format(year=original.year, number=original.number, reason=reason)[:200]
        voucher = {"fund_id": original.fund_id, "template": "E00", "memo": said, "reverses": original.id}
        journals.append(voucher | {"occurred_on": day})
        found = await repository.lines_of(session, original.id or 0)
        lines.extend(_exchanged(line) | {"journal": place} for line in found)
    posted = await _send(
        session,
        {
            "key": f"reversal:{journal.posting_id}",
            "actor_id": actor.user_id,
            "reverses": journal.posting_id,
            "journals": journals,
            "lines": lines,
        },
    )
    if posted.replayed:
        raise AlreadyReversed(number=posted.journal_ids[0])
    await audit.record(
        session,
        actor,
        "journal.reverse",
        subject=("journal", journal.id or 0),
        division_code=journal.division_code,
        details={"reason": reason, "reversal": list(posted.journal_ids)},
    )
    return posted


def _exchanged(line: JournalLine) -> dict[str, Any]:
    """Return a line with its sides exchanged."""
    side, amount = ("credit", line.debit) if line.debit else ("debit", line.credit)
    return {
        "account": line.account_code,
        side: str(amount),
        "fund_source": str(line.fund_source),
        "counter_fund_id": line.counter_fund_id,
        **{name: getattr(line, name) for name in DIMENSIONS if getattr(line, name)},
    }


async def verify(session: AsyncSession, fund_ids: list[int] | None = None) -> Verification:
    """Prove the books over their whole history, all or some, and name the first fault."""
    found = await repository.faults(session, fund_ids)
    head = (
        await session.execute(
            text(
                "SELECT coalesce(sum(sequence), 0) AS journals,"
                " encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY fund_id), ''::bytea)), 'hex') AS hash"
                " FROM fund_head WHERE CAST(:books AS bigint[]) IS NULL OR fund_id = ANY (CAST(:books AS bigint[]))"
            ),
            {"books": fund_ids},
        )
    ).one()
    first = found[0] if found else None
    fault = first and Fault(
        fund_id=first.fund_id,
        fund=first.fund,
        journal_id=first.journal_id,
        number=first.number,
        reason=say(first.reason),
    )
    return Verification(ok=first is None, journals=int(head.journals), head_hash=head.hash, first_fault=fault)
